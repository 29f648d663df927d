"""``sarif``: SARIF 2.1.0, with the spec's line as related location, the rules' pages as help, and fixes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from factory_git._version import __version__
from factory_git.core.errors import Place
from factory_git.core.escape import dump, printable, uri
from factory_git.drift import pages
from factory_git.drift.finding import Finding
from factory_git.drift.fix import region
from factory_git.drift.formats.common import Reader, help_uri, once, title
from factory_git.drift.hit import Edit, Fix
from factory_git.drift.rules.table import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One log with one run. Lines and columns count characters; paths are relative to the top of the repository."""
    codes = sorted({one.code for one in findings})
    driver = {
        "name": "git-factory",
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, mark, codes, read) for one, mark in once(findings)],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, Any]:
    out: dict[str, Any] = {"id": code, "shortDescription": {"text": title(code)}}
    page = pages.page(code)
    if page is not None:
        out["help"] = {"text": page.plain(), "markdown": page.markdown()}
        out["fullDescription"] = {"text": page.what}
    if home := help_uri(code):
        out["helpUri"] = home
    if code in RULES:
        out["name"] = RULES[code].module.partition("_")[2].replace("_", " ").title().replace(" ", "")
        out["defaultConfiguration"] = {"level": _level(RULES[code].severity)}
    return out


def _result(one: Finding, mark: str, codes: list[str], read: Reader | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": codes.index(one.code),
        "level": _level(one.severity),
        "message": {"text": printable(". ".join(part for part in (one.message, one.hint) if part))},
        "locations": [_place(one)],
        "partialFingerprints": {"gitFactory/v2": mark},
        "properties": {"confidence": one.confidence} | ({"specPath": one.path} if one.path else {}),
    }
    if one.spec:
        result["relatedLocations"] = [
            {"id": 1, "message": {"text": one.path or "the spec"}, "physicalLocation": _location(one.spec)}
        ]
    fixes = [_fix(fix, read) for fix in one.fixes] if read is not None else []
    if fixes:
        result["fixes"] = fixes
    return result


def _level(severity: str) -> str:
    return "error" if severity == "error" else "warning"


def _place(one: Finding) -> dict[str, Any]:
    out: dict[str, Any] = {"physicalLocation": _location(one.place)}
    if one.symbol:
        out["logicalLocations"] = [{"fullyQualifiedName": one.symbol}]
    return out


def _location(place: Place) -> dict[str, Any]:
    out: dict[str, Any] = {"artifactLocation": {"uri": uri(place.file)}}
    if place.line:
        out["region"] = {"startLine": place.line} | ({"startColumn": place.column} if place.column else {})
    return out


def _fix(fix: Fix, read: Reader) -> dict[str, Any]:
    files: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        files.setdefault(edit.file, []).append(edit)
    changes = [
        {"artifactLocation": {"uri": uri(file)}, "replacements": [_replacement(one, read(file)) for one in edits]}
        for file, edits in files.items()
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _replacement(edit: Edit, content: bytes) -> dict[str, Any]:
    at = region(content, edit.start, edit.end)
    deleted = {
        "startLine": at.start_line,
        "startColumn": at.start_column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
        "byteOffset": edit.start,
        "byteLength": edit.end - edit.start,
    }
    return {"deletedRegion": deleted, "insertedContent": {"text": edit.text}}
