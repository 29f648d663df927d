"""What somebody wants, and what was understood of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.core.ids import SpecPath

RULES = "rules"  # who understood it, where no agent was asked
GOAL, CONSTRAINT, OUTPUT, CADENCE, SOURCE, PREFERENCE = (
    "goal",
    "constraint",
    "output",
    "cadence",
    "source",
    "preference",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desire:
    """What is wanted, as it was said. ``text`` is the goal."""

    text: str
    why: str = ""
    constraints: tuple[str, ...] = ()
    trusted_sources: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    cadence: str = ""
    preferences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Words of a desire that were understood.

    ``means`` says it to a person. ``nodes`` are addresses that it is about: where ``ops`` is empty they say it already.
    ``ops`` are operations of a morph that would make it so. ``unproven`` says why what is named there holds by name
    only (empty: it is executed). ``role`` is what it is in the desire: goal, constraint, output, cadence, source or
    preference. ``by`` is who understood it: ``rules``, or an agent by its name.
    """

    words: str
    means: str
    nodes: tuple[SpecPath, ...] = ()
    ops: tuple[Mapping[str, Any], ...] = ()
    unproven: str = ""
    role: str = GOAL
    by: str = RULES

    @property
    def holds(self) -> bool:
        """Whether there is nothing left to do about it."""
        return not self.ops and not self.unproven

    def as_json(self) -> dict[str, Any]:
        """The part as records have it."""
        out: dict[str, Any] = {"words": self.words, "means": self.means, "nodes": list(self.nodes)}
        out |= {"ops": [dict(op) for op in self.ops], "unproven": self.unproven}
        return out | {"role": self.role, "by": self.by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Words of a desire that were not understood, why, and what would close the gap."""

    words: str
    why: str
    close: str = ""

    def as_json(self) -> dict[str, str]:
        """The gap as records have it."""
        return {"words": self.words, "why": self.why, "close": self.close}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What was understood of a desire and what was not. ``goal`` is its text without what plays another role."""

    goal: str = ""
    parts: tuple[Part, ...] = ()
    open: tuple[Open, ...] = ()

    @property
    def by(self) -> str:
        """Who understood it."""
        return ", ".join(dict.fromkeys(part.by for part in self.parts)) or RULES

    @property
    def ops(self) -> tuple[Mapping[str, Any], ...]:
        """Every operation, in order, each once."""
        seen: list[Mapping[str, Any]] = []
        for part in self.parts:
            seen += [op for op in part.ops if op not in seen]
        return tuple(seen)
