"""``jsonl``: the objects of ``json``, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.escape import dump
from factory_git.drift.finding import Finding
from factory_git.drift.formats.common import Reader


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One JSON object a line."""
    return "\n".join(dump(one.as_json(), indent=None) for one in findings)
