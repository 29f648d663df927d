"""Specs that need no run: the branch has what they compile to, and that was proven. And what a run would do."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.app.run_identity import judge
from factory_git.app.run_result import NOTHING_TO_DO, WOULD_RUN, SpecResult
from factory_git.app.run_select import Chosen
from factory_git.app.run_session import Session, drift
from factory_git.core.ids import Oid
from factory_git.engine.loop import stream
from factory_git.engine.making import still_there
from factory_git.engine.phases.plan import described
from factory_git.engine.state import Verdict
from factory_git.ledger.record import Record


def nothing_to_do(session: Session, one: Chosen, tip: Oid) -> bool:
    """Whether the branch holds what the spec compiles to, and that very code was proven by the last run."""
    last = _last_verdict(session, one.spec.id)
    if last is None or last.payload["outcome"] != Verdict.CONVERGED or not last.payload.get("commit"):
        return False
    commit = last.payload["commit"]
    if session.code.commit_of(commit) is None:
        return False
    if session.code.files(commit, one.spec.root) != session.code.files(tip, one.spec.root):
        return False
    made = session.made(one, tip)
    if made.digest != last.payload["spec_digest"] or made.compilation.compiler != last.payload["compiler"]:
        return False
    if made.stubs or made.removed or still_there(session.code, made, tip):
        return False
    return session.options.agent == "compiler" or not made.holes


def _last_verdict(session: Session, spec: str) -> Record | None:
    found = session.ctx.ledger.valid(type="verdict", stream=stream(spec), newest_first=True, limit=1)
    return found[0].record if found else None


def idle(session: Session, one: Chosen, tip: Oid) -> SpecResult:
    """The result of a spec that :func:`nothing_to_do` let be."""
    last = _last_verdict(session, one.spec.id)
    holes = tuple(last.payload.get("holes", ())) if last else ()
    return SpecResult(
        spec=one.spec.id,
        outcome=NOTHING_TO_DO,
        reason="the code is what the spec compiles to, and the last run proved it"
        if one.spec.compiled
        else "neither spec nor code changed since the last run proved it",
        commit=tip,
        branch=session.branch,
        holes=holes,
        compiled=one.spec.compiled,
        ids={"verdict": last.id, "run": last.payload["run"]} if last else {},
    )


def preview(session: Session, chosen: Sequence[Chosen], tip: Oid) -> list[SpecResult]:
    """What a run would do; nothing is written."""
    out = []
    for one in chosen:
        if nothing_to_do(session, one, tip):
            out.append(idle(session, one, tip))
            continue
        made = session.made(one, tip)
        judge(session, one, tip)
        refused = made.drift and drift(session) == "refuse"
        out.append(
            SpecResult(
                spec=one.spec.id,
                outcome="refused" if refused else WOULD_RUN,
                reason="compiled code was changed by hand" if refused else "",
                branch=session.branch,
                holes=tuple(hole.path for hole in made.holes),
                plan=described(made),
                compiled=one.spec.compiled,
            )
        )
    return out
