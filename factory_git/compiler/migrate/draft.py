"""A migration while it is put together: steps up and down, what must hold before, what only a person can say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

CLASSES = ("", "A", "B", "C", "H", "X")
"""From nothing to do, over lossless, archived and checked changes, to those a person writes and those that delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something only a person can say: ``path`` is the node it is about, ``what`` names it."""

    path: str
    what: str
    down: bool = False  # it is to be filled in on the way down


@dataclass(slots=True, kw_only=True)
class Draft:
    """One migration. ``up`` holds the steps in order, ``down`` their way back, last step first.

    ``before`` are queries that must give no row before anything changes. ``confirm`` is what a person must type first.
    """

    number: int
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    klass: str = ""
    confirm: str = ""

    def step(self, word: str, up: str, down: str, klass: str) -> None:
        """Add one step."""
        self.words.append(word)
        self.up.append(up)
        self.down.insert(0, down)
        self.raise_to(klass)

    def raise_to(self, klass: str) -> None:
        """The migration is of this class, or of a worse one."""
        self.klass = max(self.klass, klass, key=CLASSES.index)

    def check(self, queries: Iterable[str]) -> None:
        """Queries to be asked before anything changes, each once."""
        self.before += [q for q in dict.fromkeys(queries) if q not in self.before]

    def archive(self, name: str) -> str:
        """The table that keeps what this migration takes out of a table."""
        return f"_archive_{self.number:04}_{name}"
