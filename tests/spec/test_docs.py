"""docs/spec.md is true: its examples are valid, and every key of the language is told of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factory_git.spec import skills
from factory_git.spec.check import check
from factory_git.spec.load import load
from factory_git.spec.model import Source
from factory_git.spec.schema import LAYERS, SPEC
from factory_git.spec.shapes import Choice, Items, Many, MapOf, Record, Shape

PAGE = Path(__file__).parents[2] / "docs" / "spec.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_valid(example: str) -> None:
    text = example if "app:" in example else "app: {id: example}\n" + example
    spec = load([Source(path="docs/spec.md", content=text.encode())])
    assert check(spec) == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2


def test_every_layer_and_key_is_told_of() -> None:
    prose = re.sub(r"^```.*?^```$", "", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    words |= set(re.findall(r"[a-z_]+", "".join(EXAMPLES)))
    missing = {*LAYERS, *_keys(SPEC)} - words
    assert not missing


def _keys(shape: Shape) -> set[str]:
    if isinstance(shape, Record):
        below = [_keys(held) for held in shape.keys.values()]
        return set(shape.keys).union(*below)
    if isinstance(shape, Items):
        return _keys(shape.item)
    if isinstance(shape, Choice):
        return _keys(shape.default) - {key for tag in skills.SKILLS for key in shape.tags[tag].keys}
    if isinstance(shape, Many | MapOf):
        return _keys(shape.item if isinstance(shape, Many) else shape.value)
    return set()
