"""The driver: fold, decide, execute, record; again until there is nothing to decide.

Each step is one transaction of the ledger, under a key of its own. Killed between two lines of this module, a run goes
on where its last record stands; what was done and not recorded is done again, and phases are made so that this is no
harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from factory_git.core import room
from factory_git.core.errors import Cancelled, FactoryError
from factory_git.core.ids import RecordId
from factory_git.core.points import reached
from factory_git.engine.decide import Action, Conclude, decide
from factory_git.engine.fold import fold
from factory_git.engine.making import open_holes
from factory_git.engine.phases.table import PHASES
from factory_git.engine.state import Outcome, State, Verdict
from factory_git.engine.verdict import facts, last_proof
from factory_git.engine.workshop import Report, Workshop
from factory_git.gitio import worktrees
from factory_git.ledger.record import Entry, Record, make

# Where there is no room nothing is judged: the run stops, stays open, and goes on when there is.
NO_VERDICT = (room.DISK_FULL, room.FILE_SIZE)


class Journal(Protocol):
    """The part of the ledger that a run needs."""

    def append(
        self, records: Sequence[Record], *, stream: str, subject: str, blobs: Sequence[bytes], key: str | None
    ) -> tuple[RecordId, ...]:
        """Store records and blobs in one transaction."""

    def list(self, *, run: str) -> list[Entry]:
        """Every record of a run, the run's own among them."""


class Progress(Protocol):
    """Who watches."""

    def began(self, spec: str, phase: str, iteration: int) -> None:
        """A phase begins."""

    def ended(self, spec: str, phase: str, iteration: int, report: Report, seconds: float) -> None:
        """A phase ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a drive ended: the state then, and the last report when the run stays open (blocked)."""

    state: State
    blocked: Report | None = None


def stream(spec: str) -> str:
    """The stream of a spec's runs."""
    return f"specs/{spec}"


def drive(shop: Workshop, journal: Journal, run: RecordId, progress: Progress, budget: Callable[[], bool]) -> Ended:
    """Take the run ``run`` as far as it goes. ``budget`` is asked before each iteration; False ends the run."""
    state = fold(entry.record for entry in journal.list(run=run))
    while actions := decide(state):
        for action in actions:
            if action.phase == "plan" and not budget():
                action = _out_of_budget(state)  # noqa: PLW2901 (what was decided is replaced)
            records, report = _execute(shop, journal, state, action, progress)
            state = fold([*_records_of(journal, run, records)])
            if report is not None and report.outcome is Outcome.BLOCKED:
                return Ended(state=state, blocked=report)
    _clean(shop, state)
    return Ended(state=state)


def _records_of(journal: Journal, run: RecordId, fresh: Sequence[Record]) -> list[Record]:
    """The run's records, the ones just written among them whatever the index thinks."""
    known = {entry.record.id: entry.record for entry in journal.list(run=run)}
    return [*known.values(), *(record for record in fresh if record.id not in known)]


def _execute(
    shop: Workshop, journal: Journal, state: State, action: Action, progress: Progress
) -> tuple[Sequence[Record], Report | None]:
    if isinstance(action, Conclude):
        record = make("verdict", _verdict(shop, state, action), [state.head])
        reached("verdict:record")
        _append(shop, journal, [record], subject=f"run {shop.spec}: {action.verdict}", key=f"{state.run}/verdict")
        return [record], None
    progress.began(shop.spec, action.phase, action.iteration)
    started = shop.clock.monotonic()
    phase, kind = PHASES[action.phase]
    reached(f"{action.phase}:begin")
    try:
        report = phase(shop, state, action)
    except Cancelled:
        raise
    except FactoryError as error:
        if error.code in NO_VERDICT:
            raise
        report, kind = _failed(error.message, error.code, error.hint), "phase"
    except OSError as error:
        code, hint = room.code_and_hint(room.number(error))
        if code in NO_VERDICT:
            raise
        words = f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
        report, kind = _failed(words, code, hint), "phase"
    except Exception as error:  # noqa: BLE001 (a phase is a border: what nobody expected is recorded, not lost)
        report, kind = _failed(f"{type(error).__name__}: {error}", "internal", ""), "phase"
    seconds = shop.clock.monotonic() - started
    records = _records(shop, state, action, report, kind=kind, seconds=seconds)
    reached(f"{action.phase}:record")
    title = records[0].payload["title"]
    subject = f"run {shop.spec}: {action.phase} {report.outcome} (iteration {action.iteration}): {title}"
    key = f"{state.run}/{records[0].payload['step']}"
    _append(shop, journal, records, blobs=report.blobs, subject=subject, key=key)
    reached(f"{action.phase}:end")
    progress.ended(shop.spec, action.phase, action.iteration, report, seconds)
    return records, report


def _append(
    shop: Workshop, journal: Journal, records: Sequence[Record], *, blobs: Sequence[bytes] = (), subject: str, key: str
) -> None:
    journal.append(records, stream=stream(shop.spec), subject=subject[:200], blobs=blobs, key=key)


def _records(
    shop: Workshop, state: State, action: Action, report: Report, *, kind: str, seconds: float
) -> list[Record]:
    """The step's record, and for an implementation the candidate's too: one transaction.

    What agents and commands said may hold a secret: it is masked and counted, because no run may end of that.
    """
    head = {
        "run": state.run,
        "spec": shop.spec,
        "step": len(state.steps) + 1,
        "phase": action.phase,
        "iteration": action.iteration,
    }
    own = {**head, "outcome": report.outcome.value, "title": report.title, "seconds": round(seconds, 4)}
    payload, masked = shop.scanner.mask_payload(kind, {**own, **report.payload})
    if masked:
        payload["masked"] = masked + int(payload.get("masked", 0))
    record = make(kind, payload, [state.head])
    if report.candidate is None:
        return [record]
    return [record, make("candidate", {**head, **report.candidate}, [record.id])]


def _failed(message: str, code: str, hint: str) -> Report:
    payload = {"reason": message, "code": code, **({"hint": hint} if hint else {})}
    return Report(outcome=Outcome.ERROR, title=message.splitlines()[0][:200] if message else code, payload=payload)


def _out_of_budget(state: State) -> Conclude:
    reason = "the budget of iterations for the whole sequence is used up"
    return Conclude(verdict=Verdict.NOT_CONVERGED, reason=reason, iteration=state.iteration)


def _verdict(shop: Workshop, state: State, action: Conclude) -> Mapping[str, Any]:
    """The verdict's payload: everything a reader of one record wants to know."""
    return {
        **facts(state, action),
        "spec": shop.spec,
        "title": _headline(shop, state, action),
        "holes": _holes(shop, state),
        "branch": shop.branch,
    }


def _holes(shop: Workshop, state: State) -> list[str]:
    """The holes that are left in what the run made; those of the plan when it made nothing."""
    if state.base is not None and state.result is not None:
        made = shop.make(state.base)
        if not made.spec.compiled:
            return [str(path) for path in shop.gate(state.result, None).holes]
        return list(open_holes(shop.code, shop.make(state.base), state.result))
    plan = state.last("plan")
    return [hole["path"] for hole in plan.payload.get("holes", ())] if plan else []


def _headline(shop: Workshop, state: State, action: Conclude) -> str:
    """The verdict in one line: what was proven and where it is, or why not."""
    if action.verdict is not Verdict.CONVERGED or state.result is None:
        return f"{shop.spec}: {action.reason}"
    promoted, proof = state.last("promote"), last_proof(state)
    place = shop.branch.removeprefix("refs/heads/") if promoted else "candidate"
    proven = f"{proof.get('passed', 0)} tests, {proof.get('assertions', 0)} assertions"
    return f"{shop.spec}: {proven}, {place} {state.result[:7]}"


def _clean(shop: Workshop, state: State) -> None:
    """Remove the run's working folders: whatever is of value in them is a pinned commit."""
    worktrees.repair(shop.common_dir, shop.folder_name(state.run))
