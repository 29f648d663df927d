"""What ``run`` gives back: one result a spec, and the exit code of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NOTHING_TO_DO = "nothing to do"
BLOCKED = "blocked"
NOT_RUN = "not run"
WOULD_RUN = "would run"

GOOD = {"converged", NOTHING_TO_DO, WOULD_RUN}
BUSY = {"lost race"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecResult:
    """What became of one spec. ``ids`` are the records to look at next, by what they are."""

    spec: str
    outcome: str
    reason: str = ""
    hint: str = ""
    iterations: int = 0
    tests: int = 0
    passed: int = 0
    assertions: int = 0
    commit: str = ""
    branch: str = ""
    promoted: bool = False
    holes: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    plan: Mapping[str, Any] = field(default_factory=dict)
    compiled: bool = True  # False: the code is bound, and a hole is a node without code

    @property
    def good(self) -> bool:
        """Whether there is nothing left to do about it."""
        return self.outcome in GOOD

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "spec": self.spec,
            "outcome": self.outcome,
            "reason": self.reason,
            "hint": self.hint,
            "iterations": self.iterations,
            "tests": self.tests,
            "passed": self.passed,
            "assertions": self.assertions,
            "commit": self.commit or None,
            "branch": self.branch,
            "promoted": self.promoted,
            "holes": list(self.holes),
            "inherited": list(self.inherited),
            "failures": list(self.failures),
            "ids": dict(self.ids),
            "seconds": dict(self.seconds),
            "plan": dict(self.plan),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The whole of a ``run``. ``notices`` are sentences a person should hear."""

    specs: tuple[SpecResult, ...]
    sequence: str = ""
    notices: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when every spec is good, 5 when a race was lost, else 1."""
        bad = [one for one in self.specs if not one.good]
        if not bad:
            return 0
        return 5 if all(one.outcome in BUSY for one in bad) else 1

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "exit": self.exit_code,
            "sequence": self.sequence or None,
            "specs": [one.as_json() for one in self.specs],
            "notices": list(self.notices),
        }
