"""``gitlab``: the code quality report that GitLab shows in merge requests."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.escape import dump
from factory_git.drift.finding import Finding
from factory_git.drift.formats.common import Reader, once, words


def render(findings: Sequence[Finding], read: Reader | None = None) -> str:
    """One JSON array; fingerprints are unique in it, as GitLab demands."""
    return dump([_issue(one, fingerprint) for one, fingerprint in once(findings)])


def _issue(one: Finding, fingerprint: str) -> dict[str, object]:
    begin = max(one.place.line, 1)
    return {
        "description": f"{one.code} {one.message}" + (f" [{one.path}]" if one.path else ""),
        "content": {"body": words(one)},
        "check_name": one.code,
        "fingerprint": fingerprint,
        "severity": "major" if one.severity == "error" else "minor",
        "categories": ["Bug Risk"],
        "type": "issue",
        "location": {"path": one.place.file, "lines": {"begin": begin, "end": begin}},
    }
