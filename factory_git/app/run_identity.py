"""Who a spec is judged by: the identity of the version that was promoted last, not the one it brings along."""

from __future__ import annotations

from factory_git.app.run_select import Chosen
from factory_git.app.run_session import Session
from factory_git.compiler import differential
from factory_git.core.errors import NotFound, SpecError
from factory_git.core.ids import Oid
from factory_git.engine.loop import stream
from factory_git.spec.check import check
from factory_git.spec.graph import build
from factory_git.spec.model import Spec


def judge(session: Session, one: Chosen, tip: Oid) -> None:
    """Raise :class:`Forbidden` where the promoted version's identity prohibits what the spec on ``tip`` changed.

    An application that was never promoted on this history has nobody to judge it. The spec must compile.
    """
    before = _promoted(session, one, tip)
    if before is not None and build(before).digest != build(one.spec).digest:
        differential.refuse(before, one.spec)


def _promoted(session: Session, one: Chosen, tip: Oid) -> Spec | None:
    """The spec as the newest promotion that ``tip`` contains had it; None where there is none that still checks."""
    for entry in session.ctx.ledger.list(type="promotion", stream=stream(one.spec.id), newest_first=True):
        commit = entry.record.payload.get("commit")
        if (
            entry.record.payload["outcome"] != "promoted"
            or not commit
            or session.code.commit_of(commit) is None
            or not session.code.is_ancestor(commit, tip)
        ):
            continue
        try:
            spec = one.read(commit)
        except (NotFound, SpecError):
            return None  # moved, or of a form that this version no longer reads
        return None if any(p.severity == "error" for p in check(spec)) else spec
    return None
