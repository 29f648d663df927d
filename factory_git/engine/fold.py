"""Records → state. Pure, and the same whatever order the records arrive in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from factory_git.core.errors import IntegrityError
from factory_git.core.ids import Oid, RecordId
from factory_git.engine.state import HOLDOUT, Outcome, State, Step
from factory_git.ledger.record import Record

# Record types that are steps. ``candidate`` rides in the transaction of its ``implement`` and is no step of its own.
STEPS = ("plan", "implement", "validate", "done", "phase", "promotion")


def fold(records: Iterable[Record]) -> State:
    """The state of the one run whose records these are. Raises :class:`IntegrityError` when there is no run record.

    A step is identified by its number; should two records claim one number (two processes, a network file system
    without locks), the smaller id counts, for every reader alike.
    """
    found = sorted(records, key=lambda record: record.id)
    run = next((record for record in found if record.type == "run"), None)
    if run is None:
        raise IntegrityError("these records have no run", code="run/no-run")
    steps: dict[int, Step] = {}
    state = State(run=run.id, settings=run.payload)
    heads = {record.payload["step"]: record.id for record in found if record.type == "candidate"}
    for record in found:
        if record.type in STEPS and record.payload.get("run") == run.id:
            step = _step(record, heads.get(record.payload["step"]))
            steps.setdefault(step.number, step)
        elif record.type == "verdict" and state.verdict is None:
            state = replace(state, verdict=record.id, verdict_payload=record.payload)
    for number in sorted(steps):
        state = _apply(state, steps[number])
    return state


def _step(record: Record, candidate: RecordId | None) -> Step:
    payload = record.payload
    return Step(
        number=payload["step"],
        phase=payload["phase"],
        iteration=payload["iteration"],
        outcome=Outcome(payload["outcome"]),
        record=candidate if record.type == "implement" and candidate else record.id,
        payload=payload,
    )


def _apply(state: State, step: Step) -> State:
    state = replace(state, steps=(*state.steps, step))
    payload = step.payload
    match step.phase, step.outcome:
        case "plan", Outcome.READY:
            return replace(state, base=Oid(payload["base"]), candidate=None, result=None, integrated=False)
        case "implement", Outcome.CANDIDATE:
            commit = Oid(payload["commit"])
            return replace(state, candidate=commit, result=commit, integrated=False)
        case "validate", Outcome.PASSED:
            if payload["suite"] == HOLDOUT:
                return replace(state, held=state.held | {payload["commit"]})
            return replace(state, proven=state.proven | {payload["commit"]})
        case "done", Outcome.PASSED:
            return replace(state, checked=state.checked | {payload["commit"]})
        case "integrate", Outcome.SAME | Outcome.MERGED:
            return replace(state, result=Oid(payload["commit"]), integrated=True)
        case "promote", Outcome.MOVED:
            return replace(state, integrated=False)
        case _:
            return state
