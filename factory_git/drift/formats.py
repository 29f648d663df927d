"""Findings as text: one function for each format, listed in ``FORMATS``."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from factory_git._version import __version__
from factory_git.core.errors import Place
from factory_git.drift.finding import Finding
from factory_git.drift.rules.table import RULES


def concise(findings: Sequence[Finding]) -> str:
    """One line a finding: ``file:line: CODE message [spec path]``."""
    return "\n".join(_line(one) for one in findings)


def full(findings: Sequence[Finding]) -> str:
    """The line, the differing lines, the spec's place and the way out."""
    blocks = []
    for one in findings:
        lines = [_line(one), *(f"    {text}" for text in one.detail)]
        if one.spec:
            lines.append(f"  spec: {one.spec}")
        if one.hint:
            lines.append(f"  hint: {one.hint}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def as_json(findings: Sequence[Finding]) -> str:
    """One JSON array."""
    return json.dumps([one.as_json() for one in findings], ensure_ascii=False, indent=2)


def jsonl(findings: Sequence[Finding]) -> str:
    """One JSON object a line."""
    return "\n".join(json.dumps(one.as_json(), ensure_ascii=False) for one in findings)


def github(findings: Sequence[Finding]) -> str:
    """Workflow commands that GitHub shows beside the line."""
    lines = []
    for one in findings:
        where = f"file={_property(one.place.file)}" + (f",line={one.place.line}" if one.place.line else "")
        words = one.message + (f"\n{one.hint}" if one.hint else "")
        lines.append(f"::{one.severity} {where},title={one.code}::{_data(words)}")
    return "\n".join(lines)


def gitlab(findings: Sequence[Finding]) -> str:
    """GitLab's code quality report."""
    return json.dumps(
        [
            {
                "description": f"{one.code} {one.message}",
                "check_name": one.code,
                "fingerprint": one.fingerprint,
                "severity": "major" if one.severity == "error" else "minor",
                "location": {"path": one.place.file, "lines": {"begin": max(one.place.line, 1)}},
            }
            for one in findings
        ],
        ensure_ascii=False,
        indent=2,
    )


def sarif(findings: Sequence[Finding]) -> str:
    """SARIF 2.1.0, with the spec's line as related location."""
    titles = {one.code: RULES[one.code].title if one.code in RULES else one.code for one in findings}
    driver = {
        "name": "git-factory",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": title}} for code, title in sorted(titles.items())],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(one) for one in findings]}
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2)


FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "concise": concise,
    "full": full,
    "json": as_json,
    "jsonl": jsonl,
    "github": github,
    "gitlab": gitlab,
    "sarif": sarif,
}


def _line(one: Finding) -> str:
    word = "" if one.severity == "error" else f"{one.severity}: "
    tail = f" [{one.path}]" if one.path else ""
    return f"{one.place}: {one.code} {word}{one.message}{tail}"


def _result(one: Finding) -> dict[str, Any]:
    message = one.message + (f". {one.hint}" if one.hint else "")
    result: dict[str, Any] = {
        "ruleId": one.code,
        "level": "error" if one.severity == "error" else "warning",
        "message": {"text": message},
        "locations": [{"physicalLocation": _location(one.place)}],
        "partialFingerprints": {"gitFactory/v1": one.fingerprint},
    }
    if one.spec:
        result["relatedLocations"] = [
            {"id": 1, "message": {"text": one.path or "the spec"}, "physicalLocation": _location(one.spec)}
        ]
    return result


def _location(place: Place) -> dict[str, Any]:
    out: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        out["region"] = {"startLine": place.line} | ({"startColumn": place.column} if place.column else {})
    return out


def _uri(path: str) -> str:
    keep = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"
    return "".join(chr(b) if b in keep else f"%{b:02X}" for b in path.encode(errors="surrogateescape"))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
