"""``concise``: one line a finding."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.drift.finding import Finding
from factory_git.drift.formats.common import Reader, line
from factory_git.drift.formats.folded import folded


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """``file:line: CODE message [spec path]``, warnings marked."""
    return "\n".join(line(one) for one in folded(findings))
