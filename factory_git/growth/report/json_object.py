"""``json``: one object with every field that is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from factory_git.core import canonical
from factory_git.core.errors import Place
from factory_git.growth.mutation import Mutation
from factory_git.growth.report import version
from factory_git.growth.report.told import APPROVERS, Told, mark
from factory_git.growth.table import RISKS


def render(told: Sequence[Told]) -> str:
    """Canonical JSON: keys sorted, numbers with every digit that the spec has."""
    risk = max((one.risk for one in told), key=RISKS.index, default="none")
    return canonical.dumps({"risk": risk, "specs": [spec(one) for one in told]}).decode()


def spec(one: Told) -> dict[str, Any]:
    """One compared spec as an object."""
    counts = one.counts
    app = one.diff.app
    return {
        "id": one.id,
        "title": app.get("title", ""),
        "root": _text(one.root),
        "state": one.state,
        "base": {"tree": _text(one.old), "digest": one.diff.base, "version": app.get("from", "")},
        "head": {"tree": _text(one.new), "digest": one.diff.head, "version": app.get("to", "")},
        "risk": one.risk,
        "counts": {"added": counts["+"], "changed": counts["~"], "removed": counts["-"]},
        "version": {"asked": version.level(one.diff.mutations), "needed": version.unmet(one.diff)},
        "tests": list(one.tests),
        "migrations": list(one.migrations),
        "approvals": [{"fingerprint": each.fingerprint, "people": APPROVERS[each.risk]} for each in one.approvals],
        "problems": [{k: _text(v) if isinstance(v, str) else v for k, v in p.as_json().items()} for p in one.problems],
        "mutations": [mutation(each) for each in one.shown],
    }


def mutation(one: Mutation) -> dict[str, Any]:
    """One mutation as an object; keys are the same for all."""
    return {
        "fingerprint": one.fingerprint,
        "id": one.id,
        "path": one.path,
        "was": one.was,
        "about": one.about,
        "kind": one.kind,
        "mark": mark(one),
        "level": one.row.level,
        "risk": one.risk,
        "before": one.before,
        "after": one.after,
        "reasons": list(one.reasons),
        "example": one.example,
        "migration": one.migration,
        "tests": list(one.tests),
        "version": one.version,
        "old": _place(one.old_place),
        "new": _place(one.new_place),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"file": _text(place.file), "line": place.line, "column": place.column}


def _text(text: str) -> str:
    """A file's name may be any bytes; what is no UTF-8 is escaped."""
    return text.encode(errors="backslashreplace").decode()
