"""``github``: workflow commands that GitHub shows beside the line."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.escape import command_property, command_text, printable
from factory_git.drift.finding import Finding
from factory_git.drift.formats.common import Reader, words
from factory_git.drift.formats.folded import folded


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One ``::error …::`` or ``::warning …::`` a line, GitHub's own characters escaped."""
    lines = []
    for one in folded(findings):
        where = f"file={command_property(one.place.file)}"
        if one.place.line:
            where += f",line={one.place.line}" + (f",col={one.place.column}" if one.place.column else "")
        level = "error" if one.severity == "error" else "warning"
        text = words(one) + (f"\nspec: {printable(one.path)}" if one.path else "")
        lines.append(f"::{level} {where},title={command_property(one.code)}::{command_text(text)}")
    return "\n".join(lines)
