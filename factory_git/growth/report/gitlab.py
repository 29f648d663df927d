"""``gitlab``: the code quality report that GitLab shows in merge requests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from factory_git.core.escape import dump, printable
from factory_git.growth.report.notice import Notice, notices
from factory_git.growth.report.told import Told

NOWHERE = "factory.yaml"  # the format wants a place; what is gone as a whole has none
SEVERITIES: Mapping[str, str] = {
    "none": "info",
    "minor": "minor",
    "major": "major",
    "breaking": "critical",
    "forbidden": "blocker",
}


def render(told: Sequence[Told]) -> str:
    """One JSON array; fingerprints are unique in it, as GitLab demands."""
    seen: dict[str, int] = {}
    issues = []
    for each in (each for one in told for each in notices(one)):
        seen[each.key] = seen.get(each.key, 0) + 1
        key = each.key if seen[each.key] == 1 else f"{each.key}/{seen[each.key]}"
        issues.append(_issue(each, hashlib.sha256(key.encode(errors="backslashreplace")).hexdigest()[:32]))
    return dump(issues)


def _issue(one: Notice, fingerprint: str) -> dict[str, object]:
    begin = max(one.place.line, 1) if one.place else 1
    risk = f"{one.risk}: " if one.mutation else ""
    return {
        "description": printable(f"{risk}{one.text}"),
        "content": {"body": printable(one.body)},
        "check_name": one.id,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[one.risk],
        "categories": ["Compatibility"],
        "type": "issue",
        "location": {
            "path": printable(one.place.file) if one.place else NOWHERE,
            "lines": {"begin": begin, "end": begin},
        },
    }
