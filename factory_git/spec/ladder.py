"""The growth ladder: how far each node of a spec has come from a name to something proven.

*named* → *typed* (it has structure) → *bound* (the compiler or somebody's code makes it work) → *proven* (an acceptance
scenario that covers it has passed).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from factory_git.core.ids import SpecPath
from factory_git.spec.graph import Graph, GraphNode
from factory_git.spec.model import Entity, Field, Spec


class Rung(IntEnum):
    """A rung of the ladder."""

    NAMED = 0
    TYPED = 1
    BOUND = 2
    PROVEN = 3


# What can grow, and what one of it is called in a sentence about holes.
GROWS = ("entity", "field", "term", "pipeline", "step", "guardrail", "panel", "action", "scenario", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The rung of every node that can grow, in the order of the graph. ``compiled``: the compiler makes it work."""

    rungs: Mapping[SpecPath, Rung]
    kinds: Mapping[SpecPath, str]
    compiled: bool = True

    def layers(self) -> dict[str, dict[str, int]]:
        """layer → rung → how many nodes stand there."""
        out: dict[str, dict[str, int]] = {}
        for path, rung in self.rungs.items():
            counts = out.setdefault(path.partition(".")[0], {r.name.lower(): 0 for r in Rung})
            counts[rung.name.lower()] += 1
        return out

    def holes(self) -> list[SpecPath]:
        """What nothing makes work yet: steps without a skill, prose instead of rules, nodes without code."""
        low = [p for p, r in self.rungs.items() if r < Rung.BOUND]
        holes = [p for p in low if self.kinds[p] not in (_NO_HOLE if self.compiled else _NO_HOLE_BOUND)]
        return sorted(holes, key=lambda p: _FIRST.get(self.kinds[p], 1))

    def words(self) -> list[str]:
        """``7 steps unbound`` and so on, one phrase a kind, steps first."""
        counts: dict[tuple[str, str], int] = {}
        for path in self.holes():
            kind = self.kinds[path]
            lack = _LACK.get(kind, "unbound")
            if not self.compiled and kind != "scenario" and self.rungs[path] is Rung.TYPED:
                lack = "without code"
            counts[kind, lack] = counts.get((kind, lack), 0) + 1
        return [f"{n} {plural(kind, n)} {lack}" for (kind, lack), n in counts.items()]


_FIRST = {"step": 0}
# A field counts with its entity, a pipeline with its steps; a source may be there to be quoted only.
_NO_HOLE = ("field", "pipeline", "source")
_NO_HOLE_BOUND = ("field", "source", "action")
_LACK = {"entity": "untyped", "scenario": "without a test", "guardrail": "in prose", "panel": "showing nothing"}


def plural(kind: str, count: int) -> str:
    """``step`` or ``steps``."""
    return kind if count == 1 else f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def growth(
    graph: Graph, results: Mapping[SpecPath, bool] | None = None, tied: Collection[SpecPath] | None = None
) -> Growth:
    """Where each node of ``graph`` stands.

    ``results`` are the last results of acceptance scenarios by their path; without them nothing is proven. Of a spec
    whose code is bound, ``tied`` are the nodes that have a declaration; without it those that ``code:`` names.
    """
    ladder = _Ladder(graph, results or {}, tied)
    nodes = {p: n for p, n in graph.nodes.items() if n.kind in GROWS}
    ordered = sorted(nodes, key=_source_order(graph))
    return Growth(
        rungs={p: ladder.rung(nodes[p]) for p in ordered},
        kinds={p: nodes[p].kind for p in ordered},
        compiled=graph.spec.compiled,
    )


def _source_order(graph: Graph) -> Callable[[SpecPath], tuple[str, int, int]]:
    def key(path: SpecPath) -> tuple[str, int, int]:
        place = graph.nodes[path].place
        return (place.file, place.line, place.column) if place else ("", 0, 0)

    return key


class _Ladder:
    def __init__(self, graph: Graph, results: Mapping[SpecPath, bool], tied: Collection[SpecPath] | None) -> None:
        spec: Spec = graph.spec
        self.spec = spec
        self.entities: dict[SpecPath, Entity] = {e.path: e for e in spec.entities}
        self.fields: dict[SpecPath, tuple[Entity, Field]] = {f.path: (e, f) for e in spec.entities for f in e.fields}
        self.bindings = {b.path for b in spec.bindings} if spec.compiled or tied is None else set(tied)
        self.holes = {
            s.path for p in spec.pipelines for s in p.steps if s.skill is None and s.path not in self.bindings
        }
        self.scenarios = {s.path: s for s in spec.scenarios}
        self.written = {e.target for e in graph.edges if e.kind == "writes" and e.source not in self.holes}
        passed = {path for path, ok in results.items() if ok}
        failed = {path for path, ok in results.items() if not ok}
        covers = [(s.path, SpecPath(c)) for s in spec.scenarios for c in s.covers]
        self.proven = {c for s, c in covers if s in passed} - {c for s, c in covers if s in failed} | passed

    def rung(self, node: GraphNode) -> Rung:
        rung = self._standing(node)
        return Rung.PROVEN if rung is Rung.BOUND and node.path in self.proven else rung

    def _standing(self, node: GraphNode) -> Rung:
        if node.path in self.bindings:
            return Rung.BOUND
        if not self.spec.compiled:
            return self._unwritten(node)
        if node.kind == "field":
            entity, field = self.fields[node.path]
            return min(self._entity(entity), Rung.BOUND) if field.typed else Rung.NAMED
        if node.kind == "entity":
            return self._entity(self.entities[node.path])
        if node.kind == "step":
            return Rung.NAMED if not node.value else Rung.TYPED if node.path in self.holes else Rung.BOUND
        if node.kind == "pipeline":
            if not node.children:
                return Rung.NAMED
            return Rung.TYPED if self.holes.intersection(node.children) else Rung.BOUND
        return self._said(node)

    def _unwritten(self, node: GraphNode) -> Rung:
        """A node of a bound spec that has no declaration of its own."""
        if node.kind == "field":
            entity, field = self.fields[node.path]
            return Rung.NAMED if not field.typed else Rung.BOUND if entity.path in self.bindings else Rung.TYPED
        if node.kind == "entity":
            entity = self.entities[node.path]
            return Rung.TYPED if entity.fields and all(f.typed for f in entity.fields) else Rung.NAMED
        if node.kind == "scenario":
            kind = self.scenarios[node.path].kind
            return Rung.NAMED if kind == "prose" else Rung.BOUND if kind in ("test", "judge") else Rung.TYPED
        return Rung.TYPED if node.value or node.children else Rung.NAMED

    def _entity(self, entity: Entity) -> Rung:
        if not entity.fields or not all(f.typed for f in entity.fields):
            return Rung.NAMED
        return Rung.TYPED if entity.made and entity.path not in self.written else Rung.BOUND

    def _said(self, node: GraphNode) -> Rung:
        """Nodes whose rung depends on what they say about themselves."""
        value = node.value
        if node.kind == "scenario":
            return Rung.NAMED if self.scenarios[node.path].kind == "prose" else Rung.BOUND
        if node.kind == "source":
            return Rung.BOUND if {"feeds", "path"} <= value.keys() else Rung.TYPED if "tier" in value else Rung.NAMED
        bound = {"term": "is", "guardrail": "always", "panel": "shows"}
        if node.kind == "action":
            return Rung.BOUND if {"on", "make"} & value.keys() else Rung.TYPED if value else Rung.NAMED
        return Rung.BOUND if bound[node.kind] in value else Rung.TYPED if value else Rung.NAMED
