"""Who a spec is judged by: the identity of the version that was promoted last, not the one it brings along."""

from __future__ import annotations

from factory_git.app.run_select import Chosen
from factory_git.app.run_session import Session
from factory_git.core.errors import Forbidden, NotFound, Problem, SpecError
from factory_git.core.ids import Oid
from factory_git.engine.loop import stream
from factory_git.growth.compare import compare
from factory_git.growth.mutation import Mutation
from factory_git.spec.check import check
from factory_git.spec.model import Spec


def judge(session: Session, one: Chosen, tip: Oid) -> None:
    """Raise :class:`Forbidden` where the promoted version's identity prohibits what the spec on ``tip`` changed.

    An application that was never promoted on this history has nobody to judge it. The spec must compile.
    """
    before = _promoted(session, one, tip)
    if before is not None:
        refuse(before, one.spec)


def refuse(old: Spec, new: Spec) -> None:
    """Raise :class:`Forbidden` where the identity of ``old`` prohibits what ``new`` makes of it."""
    problems = [_problem(mutation) for mutation in compare(old, new).mutations if mutation.risk == "forbidden"]
    if problems:
        raise Forbidden(
            "; ".join(f"{p.place}: {p.message}" if p.place else p.message for p in problems),
            code=problems[0].code,
            hint=f"{problems[0].hint}; what must not hold any more needs an application of another id",
            details={"problems": [p.as_json() for p in problems]},
        )


def _problem(one: Mutation) -> Problem:
    why = "; ".join(reason.removeprefix("R2: ") for reason in one.reasons) or "what keeps people safe is not given up"
    hint = one.example or "put it back"
    place = one.new_place or one.old_place
    message = f"{one.path}: {one.id} is forbidden: {why}"
    return Problem(code="identity/forbidden", message=message, place=place, path=one.path, hint=hint)


def _promoted(session: Session, one: Chosen, tip: Oid) -> Spec | None:
    """The spec as the newest promotion that ``tip`` contains had it; None where there is none that still checks."""
    for entry in session.ctx.ledger.valid(type="promotion", stream=stream(one.spec.id), newest_first=True):
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
