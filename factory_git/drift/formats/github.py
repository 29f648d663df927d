"""``github``: workflow commands that GitHub shows beside the line."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.drift.finding import Finding
from factory_git.drift.formats.common import Reader, printable, words
from factory_git.drift.formats.folded import folded


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One ``::error …::`` or ``::warning …::`` a line, GitHub's own characters escaped."""
    lines = []
    for one in folded(findings):
        where = f"file={_property(one.place.file)}"
        if one.place.line:
            where += f",line={one.place.line}" + (f",col={one.place.column}" if one.place.column else "")
        level = "error" if one.severity == "error" else "warning"
        text = words(one) + (f"\nspec: {printable(one.path)}" if one.path else "")
        lines.append(f"::{level} {where},title={_property(one.code)}::{_data(text)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
