"""integrate: bring the candidate onto the branch's present tip, in memory."""

from __future__ import annotations

from factory_git.core.errors import Conflict, FactoryError, RepositoryError
from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.engine.decide import Integrate
from factory_git.engine.making import still_there
from factory_git.engine.state import Outcome, State
from factory_git.engine.workshop import Report, Workshop


def integrate(shop: Workshop, state: State, action: Integrate) -> Report:
    """Outcome ``same``, ``merged`` (validate again), ``conflict`` with the paths, or ``replan`` for another spec."""
    assert state.base is not None
    assert state.candidate is not None
    tip = shop.code.commit_of(shop.branch)
    if tip is None:
        raise RepositoryError(f"{shop.branch} is gone", code="run/no-branch")
    if shop.code.is_ancestor(state.candidate, tip):
        # The branch has the candidate already (a promotion that was killed before it could say so).
        return Report(
            outcome=Outcome.SAME,
            title=f"integrate: {short(shop)} has it",
            payload={"commit": state.candidate, "onto": tip},
        )
    if tip == state.base:
        title = f"integrate: {short(shop)} is where the plan saw it"
        return Report(outcome=Outcome.SAME, title=title, payload={"commit": state.candidate, "onto": tip})
    made = shop.make(state.base)
    if _digest(shop, tip) != made.digest:
        _refuse_spec_moved_under_agent(shop, state)
        reason = f"the spec on {short(shop)} changed meanwhile"
        return Report(outcome=Outcome.REPLAN, title=f"integrate: {reason}", payload={"onto": tip, "reason": reason})
    if state.candidate == state.base:
        return Report(
            outcome=Outcome.MERGED,
            title=f"integrate: nothing to bring onto {short(shop)}",
            payload={"commit": tip, "onto": tip},
        )
    base, candidate = state.base, state.candidate
    tree, conflicts = shop.code.merge(base, tip, candidate)
    if tree is None:
        reason = f"conflicts with {short(shop)} in {', '.join(conflicts[:20])}"
        return Report(
            outcome=Outcome.CONFLICT,
            title=f"integrate: {len(conflicts)} conflicts",
            payload={"onto": tip, "paths": list(conflicts), "reason": reason},
        )

    def write() -> Oid:
        merged, _ = shop.code.merge(base, tip, candidate)
        assert merged is not None
        return shop.code.commit(merged, [tip], shop.code.message(candidate), shop.identity)

    commit = shop.code.hold(f"refs/factory/candidates/{state.run}/{action.iteration}-onto-{tip[:12]}", write, tip)
    if still_there(shop.code, made, commit):
        reason = f"what the spec compiles to is another on {short(shop)} as it is now"
        return Report(outcome=Outcome.REPLAN, title=f"integrate: {reason}", payload={"onto": tip, "reason": reason})
    reached("integrate:pinned")
    return Report(
        outcome=Outcome.MERGED,
        title=f"integrate: onto {short(shop)} as it is now",
        payload={"commit": commit, "onto": tip},
    )


def short(shop: Workshop) -> str:
    """The branch as people call it."""
    return shop.branch.removeprefix("refs/heads/")


def _digest(shop: Workshop, tip: Oid) -> str:
    """The digest of the spec on the tip; empty when it is not valid there."""
    try:
        return shop.make(tip).digest
    except FactoryError:
        return ""


def _refuse_spec_moved_under_agent(shop: Workshop, state: State) -> None:
    """A foreign program ran while the branch's spec changed: it is not taken for granted that a person changed it."""
    step = state.last("implement")
    if step is not None and shop.branch in step.payload.get("moved_refs", ()):
        raise Conflict(
            f"{short(shop)} moved, and its spec changed, while the agent was at work",
            code="run/spec-moved",
            hint=f"look at it (git log {short(shop)}), then run again",
        )
