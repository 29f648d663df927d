"""``json``: one array of objects that carry every field of a finding."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.escape import dump
from factory_git.drift.finding import Finding
from factory_git.drift.formats.common import Reader


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One JSON array."""
    return dump([one.as_json() for one in findings])
