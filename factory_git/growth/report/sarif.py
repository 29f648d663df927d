"""``sarif``: SARIF 2.1.0, one rule for each kind of mutation with its page as help, the old place beside the new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from factory_git._version import __version__
from factory_git.core.errors import Place
from factory_git.core.escape import dump, printable, uri
from factory_git.growth import pages
from factory_git.growth.mutation import Mutation
from factory_git.growth.report.notice import Notice, notices
from factory_git.growth.report.told import Told
from factory_git.growth.table import ROWS

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[str, str] = {
    "none": "note",
    "minor": "note",
    "major": "warning",
    "breaking": "error",
    "forbidden": "error",
}


def render(told: Sequence[Told]) -> str:
    """One log with one run; paths are relative to the top of the repository."""
    found = [each for one in told for each in notices(one)]
    ids = sorted({each.id for each in found})
    driver = {"name": "git-factory", "semanticVersion": __version__, "rules": [_rule(one) for one in ids]}
    results = [_result(each, ids) for each in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(id_: str) -> dict[str, Any]:
    if id_ not in ROWS:
        return {"id": id_, "shortDescription": {"text": id_.replace("/", " ").replace("-", " ")}}
    page = pages.page(id_)
    return {
        "id": id_,
        "name": id_.replace("-", " ").title().replace(" ", ""),
        "shortDescription": {"text": page.what},
        "fullDescription": {"text": page.lead},
        "help": {"text": page.plain(), "markdown": page.markdown()},
        "defaultConfiguration": {"level": LEVELS[ROWS[id_].risk]},
        "properties": {"level": ROWS[id_].level, "risk": ROWS[id_].risk},
    }


def _result(one: Notice, ids: Sequence[str]) -> dict[str, Any]:
    out: dict[str, Any] = {
        "ruleId": one.id,
        "ruleIndex": ids.index(one.id),
        "level": LEVELS[one.risk],
        "message": {"text": printable(". ".join([one.text, *one.more]))},
    }
    if one.place is not None:
        out["locations"] = [{"physicalLocation": _location(one.place)}]
    return out | (_of_mutation(one.mutation, out.get("locations", [])) if one.mutation else {})


def _of_mutation(one: Mutation, locations: list[dict[str, Any]]) -> dict[str, Any]:
    said = {"risk": one.risk, "specPath": one.path, "migration": one.migration, "tests": list(one.tests)}
    out: dict[str, Any] = {"partialFingerprints": {"gitFactoryMutation/v1": one.fingerprint}, "properties": said}
    if one.path and locations:
        out["locations"] = [locations[0] | {"logicalLocations": [{"fullyQualifiedName": one.path, "kind": one.kind}]}]
    if one.old_place is not None and one.new_place is not None:
        before = {"id": 1, "message": {"text": "before"}, "physicalLocation": _location(one.old_place)}
        out["relatedLocations"] = [before]
    return out


def _location(at: Place) -> dict[str, Any]:
    out: dict[str, Any] = {"artifactLocation": {"uri": uri(at.file)}}
    if at.line:
        out["region"] = {"startLine": at.line} | ({"startColumn": at.column} if at.column else {})
    return out
