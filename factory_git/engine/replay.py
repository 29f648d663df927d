"""A run once more, from its records alone: what is decided at each step, beside what was done. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from factory_git.core import canonical
from factory_git.engine.decide import Action, Conclude, Done, Promote, Validate, decide
from factory_git.engine.fold import STEPS, fold
from factory_git.engine.state import State, Step, Verdict
from factory_git.engine.verdict import facts
from factory_git.ledger.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """``wrong`` says what differs, and ``at`` at which step (0: the verdict); empty: nothing does.

    ``steps`` were folded again; ``state`` is the one that the records make.
    """

    state: State
    steps: int
    at: int = 0
    wrong: str = ""


def replay(records: Iterable[Record]) -> Replayed:
    """Fold a run step by step; every step must be the one that follows from those before it, and so must the verdict.

    Raises :class:`IntegrityError` when there is no run among the records.
    """
    every = sorted(records, key=lambda record: record.id)
    whole = fold(every)
    verdict = next((one for one in every if one.id == whole.verdict), None)
    before = fold([one for one in every if one.id == whole.run])
    for count, step in enumerate(whole.steps):
        wrong = next(_differences(before, step, every), "")
        if wrong:
            return Replayed(state=whole, steps=count, at=step.number, wrong=wrong)
        before = fold([one for one in every if _within(one, whole.run, step.number)])
    wrong = next(_judged(before, verdict), "") if verdict else ""
    return Replayed(state=whole, steps=len(whole.steps), wrong=wrong)


def _differences(before: State, step: Step, every: Iterable[Record]) -> Iterator[str]:
    """What is wrong with a step, seen from the state before it."""
    if step.number != len(before.steps) + 1:
        yield f"step {len(before.steps) + 1} is missing"
    decided = next(iter(decide(before)), None)
    if decided is None or (decided.phase, decided.iteration) != (step.phase, step.iteration):
        yield f"recorded is {step.phase} in iteration {step.iteration}, decided is {_words(decided)}"
    commit = step.payload.get("commit")
    if isinstance(decided, Validate | Done | Promote) and commit not in (None, decided.commit):
        yield f"recorded is {step.phase} of {commit[:12]}, decided is {_words(decided)}"
    if isinstance(decided, Validate) and step.payload.get("suite") not in (None, decided.suite):
        yield f"recorded are {step.payload['suite']} tests, decided are {decided.suite} ones"
    own = next(one for one in every if one.type in STEPS and one.payload is step.payload)
    if own.parents != (before.head,):
        yield f"its record does not follow {before.head[:12]}"


def _judged(before: State, verdict: Record) -> Iterator[str]:
    """What is wrong with the verdict, seen from the state before it."""
    payload = verdict.payload
    if verdict.parents != (before.head,):
        yield f"the verdict does not follow {before.head[:12]}"
    if payload["outcome"] == Verdict.ABANDONED:  # a decision from outside: it can follow everything
        return
    decided = next(iter(decide(before)), None)
    if decided is not None and decided.phase == "plan" and payload["outcome"] == Verdict.NOT_CONVERGED:
        # The budget of a sequence, which is no record of the run, may end it before an iteration.
        decided = Conclude(verdict=Verdict.NOT_CONVERGED, reason=payload["reason"], iteration=before.iteration)
    if not isinstance(decided, Conclude):
        yield f"recorded is the verdict {payload['outcome']}, decided is {_words(decided)}"
        return
    for name, value in facts(before, decided).items():
        if name in payload and _text(payload[name]) != _text(value):
            yield f"the verdict says {name} {_text(payload[name])}, the steps say {_text(value)}"


def _within(record: Record, run: str, number: int) -> bool:
    if record.id == run:
        return True
    return record.type in (*STEPS, "candidate") and bool(record.payload["step"] <= number)


def _words(action: Action | None) -> str:
    if action is None:
        return "nothing more"
    if isinstance(action, Conclude):
        return f"the verdict {action.verdict.value}"
    commit = f" of {action.commit[:12]}" if isinstance(action, Validate | Done | Promote) else ""
    return f"{action.phase}{commit} in iteration {action.iteration}"


def _text(value: Any) -> str:
    return canonical.dumps(value).decode()
