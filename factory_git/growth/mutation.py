"""One classified change between two versions of a spec."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from factory_git.core import canonical
from factory_git.core.errors import Place
from factory_git.growth.table import RISKS, ROWS, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """What happened to one node. ``id`` names a row of the table; ``risk`` is the row's after the modifiers.

    ``path`` is the node's address in the newer spec (in the older one when it is gone there), ``was`` the older address
    where it differs. ``about`` tells apart several mutations of one kind at one node (the enum's word, the attribute).
    ``before`` and ``after`` are what differs, as plain data in canonical form; ``reasons`` say which modifier raised or
    lowered the risk (``R2: read by safety.guardrails.x``). ``example`` is the smallest world that shows the difference.
    """

    id: str
    path: str
    kind: str  # of the node: entity, field, step …
    risk: str
    before: Any = None
    after: Any = None
    about: str = ""
    was: str = ""
    old_place: Place | None = None
    new_place: Place | None = None
    reasons: tuple[str, ...] = ()
    example: str = ""
    migration: str = ""
    tests: tuple[str, ...] = ()
    version: str = "patch"

    @property
    def row(self) -> Row:
        """The row of the table."""
        return ROWS[self.id]

    @property
    def rank(self) -> int:
        """The risk as a number, none is 0."""
        return RISKS.index(self.risk)

    @property
    def fingerprint(self) -> str:
        """What an approval names: from ids and values, not from text positions or risk."""
        said = [self.id, self.path, self.was, self.about, self.before, self.after]
        return hashlib.sha256(canonical.dumps(said)).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Every mutation between two versions, worst first. ``base`` and ``head`` are digests of the graphs."""

    base: str
    head: str
    mutations: tuple[Mutation, ...]
    app: Mapping[str, str] = field(default_factory=dict)  # id, title, the versions before and after

    @property
    def risk(self) -> str:
        """The highest risk (R3)."""
        return max((one.risk for one in self.mutations), key=RISKS.index, default="none")
