"""``full``: all that a person wants to know of each finding."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.escape import printable
from factory_git.drift.finding import Finding
from factory_git.drift.formats.common import Reader, line
from factory_git.drift.formats.folded import folded


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """The line, the further lines, the spec's place, the way out, and what can be mended by machine."""
    blocks = []
    for one in folded(findings):
        lines = [line(one), *(f"    {text}" for text in one.detail)]
        if one.spec:
            lines.append(f"  spec: {one.spec}")
        if one.hint:
            lines.append(f"  hint: {one.hint}")
        lines += [f"  {'--fix' if fix.safe else '--unsafe-fixes'}: {fix.title}" for fix in one.fixes]
        blocks.append(printable("\n".join(lines)))
    return "\n\n".join(blocks)
