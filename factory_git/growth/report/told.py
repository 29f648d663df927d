"""What every format tells: one compared spec, counted and grouped. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from factory_git.core.errors import Place, Problem
from factory_git.growth.mutation import Diff, Mutation
from factory_git.growth.table import RISKS

CHANGED, SAME, NEW, GONE = "changed", "unchanged", "new", "removed"
MARKS = ("+", "~", "-")
APPROVED_FROM = RISKS.index("major")
APPROVERS: Mapping[str, int] = {"major": 1, "breaking": 2}
TESTS: Mapping[str, str] = {
    "d": "compile and check",
    "a": "acceptance",
    "g": "guardrails on both versions",
    "m": "migration up and down",
    "s": "simulation",
    "e": "evidence replay",
    "u": "panels",
}
MIGRATIONS: Mapping[str, str] = {
    "": "none",
    "A": "automatic, reversible without loss",
    "B": "automatic, its way back restores an archived copy",
    "C": "automatic after a check of the data",
    "H": "written by hand, up and down",
    "X": "irreversible",
}
_LAYERS = ("identity", "safety", "growth", "evidence_policy", "workflows", "terms", "data_contracts", "interface")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One spec in two trees.

    ``state`` is ``changed``, ``unchanged``, ``new`` (a new lineage: nothing to compare with) or ``removed``. ``old``
    and ``new`` are what the trees are called; ``root`` is the spec's folder; ``place`` where it says its version.
    ``problems`` concern the change as a whole. Mutations below the risk ``least`` are counted and not listed.
    ``approved`` are the fingerprints of mutations that have every approval they need.
    """

    diff: Diff
    state: str = CHANGED
    root: str = ""
    old: str = ""
    new: str = ""
    place: Place | None = None
    problems: tuple[Problem, ...] = ()
    least: str = "none"
    approved: frozenset[str] = frozenset()

    @property
    def shown(self) -> tuple[Mutation, ...]:
        """The mutations to list."""
        return tuple(one for one in self.diff.mutations if one.rank >= RISKS.index(self.least))

    @property
    def id(self) -> str:
        """The spec's id."""
        return self.diff.app.get("id", "")

    @property
    def risk(self) -> str:
        """The highest risk; the end of a spec is none that an approval could allow."""
        return "forbidden" if self.state == GONE else self.diff.risk

    @property
    def approvals(self) -> tuple[Mutation, ...]:
        """The mutations that somebody must still approve."""
        asked = (one for one in self.diff.mutations if one.risk in APPROVERS)
        return tuple(one for one in asked if one.fingerprint not in self.approved)

    @property
    def counts(self) -> dict[str, int]:
        """How many mutations there are of each mark."""
        marks = [mark(one) for one in self.diff.mutations]
        return {one: marks.count(one) for one in MARKS}

    @property
    def tests(self) -> tuple[str, ...]:
        """The required tests, as letters in the table's order."""
        wanted = {letter for one in self.diff.mutations for letter in one.tests}
        return tuple(letter for letter in TESTS if letter in wanted)

    @property
    def migrations(self) -> tuple[str, ...]:
        """The classes of the migrations that are needed, worst last."""
        wanted = {one.migration for one in self.diff.mutations if one.migration}
        return tuple(letter for letter in MIGRATIONS if letter in wanted)


def mark(one: Mutation) -> str:
    """``+`` where the node is new, ``-`` where it is gone, else ``~``."""
    if one.old_place is not None and one.new_place is not None:
        return "~"
    placed = one.old_place is not None or one.new_place is not None
    old, new = (one.old_place, one.new_place) if placed else (one.before, one.after)
    return "~" if (old is None) == (new is None) else "+" if old is None else "-"


def place(one: Mutation) -> Place | None:
    """Where to look: in the newer spec, in the older one for what is gone."""
    return one.new_place or one.old_place


def groups(mutations: Sequence[Mutation]) -> list[tuple[str, list[Mutation]]]:
    """The mutations by layer and whole (entity, pipeline), worst group first and worst first in each."""
    found: dict[str, list[Mutation]] = {}
    for one in sorted(mutations, key=lambda one: (-one.rank, one.path, one.id, one.about)):
        found.setdefault(_group(one), []).append(one)
    return sorted(found.items(), key=lambda item: (-item[1][0].rank, _layer(item[0]), item[0]))


def _group(one: Mutation) -> str:
    """The address that a mutation is told under: an entity, a pipeline, their list where they come or go, a layer."""
    parts = one.path.split(".")
    if parts[:2] not in (["data_contracts", "entities"], ["workflows", "pipelines"]):
        return parts[0] or "app"
    whole = len(parts) <= len(("layer", "list", "id")) and mark(one) != "~"
    return ".".join(parts[:2] if whole else parts[:3])


def inside(path: str, whole: str) -> str:
    """A node's address below its group; of the group itself, its last part."""
    return path.removeprefix(f"{whole}.") if path != whole else path.rpartition(".")[2]


def _layer(path: str) -> int:
    layer = path.partition(".")[0]
    return _LAYERS.index(layer) if layer in _LAYERS else len(_LAYERS)
