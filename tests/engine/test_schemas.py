"""The schemas of the run's records are schemas, and say what every field is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from factory_git.core.resources import folder

SCHEMAS = sorted((folder("schemas") / "records").glob("*.json"))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_a_shipped_schema_is_one(path: Path) -> None:
    schema = json.loads(path.read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == path.stem
    assert schema["description"]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) <= set(schema["properties"])
