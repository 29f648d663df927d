"""State → what to do next. Pure: the same state gives the same actions, whoever asks and however often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from factory_git.core.ids import Oid
from factory_git.engine.state import ACCEPTANCE, HOLDOUT, Outcome, State, Step, Verdict

LOST_RACES = 10  # a branch that moves this often under one run is somebody else's for now


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Read branch and spec, compile in memory, see what would change."""

    iteration: int
    phase: str = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Implement:
    """Make the candidate commit: the compiled part, then the agent's."""

    iteration: int
    phase: str = "implement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validate:
    """Run the acceptance tests (or the holdout ones) on a commit."""

    iteration: int
    commit: Oid
    suite: str = ACCEPTANCE
    phase: str = "validate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Run the spec's done commands on a commit."""

    iteration: int
    commit: Oid
    phase: str = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrate:
    """Bring the candidate onto the branch's present tip."""

    iteration: int
    phase: str = "integrate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote:
    """Move the branch to a commit that every gate let through."""

    iteration: int
    commit: Oid
    phase: str = "promote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclude:
    """Write the verdict."""

    verdict: Verdict
    reason: str
    iteration: int
    phase: str = "verdict"


Action: TypeAlias = Plan | Implement | Validate | Done | Integrate | Promote | Conclude


def decide(state: State) -> tuple[Action, ...]:
    """The next actions of a run, in order; none when it is over."""
    if state.verdict is not None:
        return ()
    if not state.steps:
        return (Plan(iteration=1),)
    setback = _after_setback(state, state.steps[-1])
    return (setback or _forward(state),)


def _after_setback(state: State, last: Step) -> Action | None:
    """What follows a step that did not go well; None when it did."""
    match last.phase, last.outcome:
        case _, Outcome.ERROR:
            return _conclude(state, Verdict.ERROR, str(last.payload.get("reason", "")) or f"{last.phase} failed")
        case "implement", Outcome.FAILED if last.payload.get("failure") == "missing":
            # The same program is just as absent in the next iteration.
            return _conclude(state, Verdict.ERROR, f"the agent failed: {last.payload['reason']}")
        case "plan", Outcome.REFUSED:
            return _conclude(state, Verdict.REFUSED, str(last.payload["reason"]))
        case "validate", Outcome.UNPROVEN:
            return _conclude(state, Verdict.UNPROVEN, "nothing proves this: the spec has no acceptance that can be run")
        case "validate", Outcome.FAILED if last.payload["suite"] == HOLDOUT:
            # No further iteration: every try would tell the agent a little about what it must not know.
            return _conclude(state, Verdict.NOT_CONVERGED, "holdout scenarios failed")
        case "implement" | "validate" | "done", Outcome.FAILED:
            return _again(state, last, deterministic=not _agent_can_help(state))
        case "integrate", Outcome.CONFLICT | Outcome.REPLAN:
            return _again(state, last, deterministic=False)
        case "promote", Outcome.MOVED:
            lost = sum(1 for step in state.steps if step.outcome is Outcome.MOVED)
            if lost >= LOST_RACES:
                return _conclude(state, Verdict.LOST, f"the branch moved {lost} times while this run tried to promote")
            return None
        case _:
            return None


def _forward(state: State) -> Action:
    at = state.iteration
    if state.result is None:
        return Implement(iteration=at)
    if state.result not in state.proven:
        return Validate(iteration=at, commit=state.result)
    if state.result not in state.checked:
        return Done(iteration=at, commit=state.result)
    if not state.integrated:
        return Integrate(iteration=at)
    if state.settings["holdout"] and state.result not in state.held:
        return Validate(iteration=at, commit=state.result, suite=HOLDOUT)
    promoted = state.last("promote")
    if state.settings["promote"] and (promoted is None or promoted.outcome is not Outcome.PROMOTED):
        return Promote(iteration=at, commit=state.result)
    return _conclude(state, Verdict.CONVERGED, "every check passed")


def _again(state: State, last: Step, *, deterministic: bool) -> Action:
    what = f"{last.phase} failed" if last.outcome is Outcome.FAILED else str(last.payload.get("reason", last.outcome))
    if last.phase == "implement":
        what = f"the agent failed: {last.payload.get('reason', 'it did not do its job')}"
    if deterministic:
        return _conclude(state, Verdict.NOT_CONVERGED, f"{what}; nothing another iteration could change")
    if state.iteration >= state.settings["iterations"]:
        return _conclude(state, Verdict.NOT_CONVERGED, f"{what} in iteration {state.iteration}, the last one allowed")
    return Plan(iteration=state.iteration + 1)


def _agent_can_help(state: State) -> bool:
    plan = state.last("plan")
    return plan is not None and bool(plan.payload.get("agent_can_help"))


def _conclude(state: State, verdict: Verdict, reason: str) -> Conclude:
    return Conclude(verdict=verdict, reason=reason, iteration=state.iteration)
