"""``rdjson``: the diagnostics of reviewdog, with fixes as suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from factory_git.core.errors import Place
from factory_git.core.escape import dump
from factory_git.drift.finding import Finding
from factory_git.drift.fix import region
from factory_git.drift.formats.common import Reader, help_uri, words
from factory_git.drift.hit import Fix


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One ``DiagnosticResult``. Columns count bytes of UTF-8, as the format has it."""
    return dump({"source": {"name": "git-factory"}, "diagnostics": [_diagnostic(one, read) for one in findings]})


def _diagnostic(one: Finding, read: Reader | None) -> dict[str, Any]:
    uri = help_uri(one.code)
    out: dict[str, Any] = {
        "message": words(one) + (f"\n[{one.path}]" if one.path else ""),
        "location": _location(one.place),
        "severity": "ERROR" if one.severity == "error" else "WARNING",
        "code": {"value": one.code} | ({"url": uri} if uri else {}),
    }
    if one.spec:
        out["related_locations"] = [{"message": one.path or "the spec", "location": _location(one.spec)}]
    suggestions = [each for fix in one.fixes for each in _suggestions(fix, one.place.file, read)]
    if suggestions:
        out["suggestions"] = suggestions
    return out


def _location(place: Place) -> dict[str, Any]:
    out: dict[str, Any] = {"path": place.file}
    if place.line:
        out["range"] = {"start": {"line": place.line} | ({"column": place.column} if place.column else {})}
    return out


def _suggestions(fix: Fix, file: str, read: Reader | None) -> list[dict[str, Any]]:
    """The edits of a fix; none where it also edits another file, which a suggestion cannot say."""
    if read is None or any(edit.file != file for edit in fix.edits):
        return []
    out = []
    for edit in fix.edits:
        at = region(read(edit.file), edit.start, edit.end)
        start = {"line": at.start_line, "column": at.start_byte}
        end = {"line": at.end_line, "column": at.end_byte}
        out.append({"range": {"start": start, "end": end}, "text": edit.text})
    return out
