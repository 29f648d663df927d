"""What a run is, as values: its steps, and what follows from them. Nothing here does anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from factory_git.core.ids import Oid, RecordId


class Outcome(StrEnum):
    """How a step ended. Which ones a phase may have stands in :mod:`factory_git.engine.decide`."""

    READY = "ready"  # plan
    REFUSED = "refused"  # plan: compiled code was changed by hand
    CANDIDATE = "candidate"  # implement
    PASSED = "passed"  # validate, done
    FAILED = "failed"  # implement, validate, done
    UNPROVEN = "unproven"  # validate: nothing proves this
    SAME = "same"  # integrate: the branch is where the plan saw it
    MERGED = "merged"  # integrate: onto a branch that moved
    CONFLICT = "conflict"  # integrate
    REPLAN = "replan"  # integrate: the spec on the branch is another one now
    PROMOTED = "promoted"
    BLOCKED = "blocked"  # promote: local changes in the way; the run stays open
    MOVED = "moved"  # promote: the branch moved between reading and writing
    ERROR = "error"  # any phase: it could not do its work


class Verdict(StrEnum):
    """What became of a run."""

    CONVERGED = "converged"
    NOT_CONVERGED = "not converged"
    UNPROVEN = "unproven"
    REFUSED = "refused"
    LOST = "lost race"
    ERROR = "error"
    ABANDONED = "abandoned"


ACCEPTANCE, HOLDOUT = "acceptance", "holdout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One executed action, as recorded. ``number`` counts from 1 within the run."""

    number: int
    phase: str
    iteration: int
    outcome: Outcome
    record: RecordId
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A run as its records tell it.

    ``result`` is the commit that would be promoted: the candidate, or what integration made of it; ``proven``,
    ``checked`` and ``held`` are the commits that passed acceptance, done commands and holdout scenarios.
    """

    run: RecordId
    settings: Mapping[str, Any]
    steps: tuple[Step, ...] = ()
    base: Oid | None = None
    candidate: Oid | None = None
    result: Oid | None = None
    integrated: bool = False
    proven: frozenset[str] = frozenset()
    checked: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    verdict: RecordId | None = None
    verdict_payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def iteration(self) -> int:
        """The iteration the run is in; 0 before the first plan."""
        return self.steps[-1].iteration if self.steps else 0

    @property
    def head(self) -> RecordId:
        """The record that the next step follows."""
        return self.steps[-1].record if self.steps else self.run

    def as_json(self) -> dict[str, Any]:
        """The state as a JSON object: the same state is the same bytes."""
        steps = [
            {
                "number": s.number,
                "phase": s.phase,
                "iteration": s.iteration,
                "outcome": s.outcome.value,
                "record": s.record,
            }
            for s in self.steps
        ]
        return {
            "run": self.run, "spec": self.settings.get("spec", ""), "iteration": self.iteration, "steps": steps,
            "base": self.base, "candidate": self.candidate, "result": self.result, "integrated": self.integrated,
            "proven": sorted(self.proven), "checked": sorted(self.checked), "held": sorted(self.held),
            "verdict": self.verdict, "outcome": self.verdict_payload.get("outcome"),
        }  # fmt: skip

    def last(self, phase: str) -> Step | None:
        """The latest step of a phase, or None."""
        return next((step for step in reversed(self.steps) if step.phase == phase), None)
