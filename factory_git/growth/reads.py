"""Who reads what in a spec, through terms too; which gates somebody relies on. Worked out once for each graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from factory_git.core.ids import SpecPath
from factory_git.growth.sight import Seen, exposed
from factory_git.spec.graph import Graph
from factory_git.spec.skills import SKILLS

_PROOFS = frozenset(("example", "property", "test"))  # a judge's word and prose prove nothing


class Reads:
    """The relations of one graph, as its rules and steps see them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def _targets(self) -> Mapping[tuple[str, SpecPath], frozenset[SpecPath]]:
        found: dict[tuple[str, SpecPath], set[SpecPath]] = defaultdict(set)
        for edge in self.graph.edges:
            if edge.kind != "contains":
                found[edge.kind, edge.source].add(edge.target)
        return {key: frozenset(targets) for key, targets in found.items()}

    def of(self, kind: str, path: SpecPath) -> frozenset[SpecPath]:
        """What the node at ``path`` ``reads``, ``writes``, ``guards``, ``covers`` … by itself."""
        return self._targets.get((kind, path), frozenset())

    def transitively(self, path: SpecPath) -> frozenset[SpecPath]:
        """What a rule reads, by itself or through the terms it calls."""
        found: set[SpecPath] = set()
        todo = [path]
        while todo:
            for target in self.of("reads", todo.pop()):
                if target not in found:
                    found.add(target)
                    todo += [target] if self.graph.nodes[target].kind == "term" else []
        return frozenset(found)

    @cached_property
    def gates(self) -> tuple[SpecPath, ...]:
        """The gates, in the order of their pipelines."""
        return tuple(s.path for p in self.graph.spec.pipelines for s in p.steps if s.skill == "gate")

    @cached_property
    def guardrails(self) -> tuple[SpecPath, ...]:
        """The guardrails that execute."""
        return tuple(g.path for g in self.graph.spec.guardrails if g.always is not None)

    @cached_property
    def _read_by(self) -> Mapping[SpecPath, tuple[SpecPath, ...]]:
        found: dict[SpecPath, list[SpecPath]] = defaultdict(list)
        for rule in (*self.guardrails, *self.gates):
            for path in self.transitively(rule):
                found[path].append(rule)
        return {path: tuple(rules) for path, rules in found.items()}

    def readers(self, path: SpecPath) -> tuple[SpecPath, ...]:
        """The guardrails, then the gates, that read a node through whatever terms."""
        return self._read_by.get(path, ())

    @cached_property
    def guarded(self) -> Mapping[SpecPath, SpecPath]:
        """The entities that a guardrail guards, each with the first such guardrail."""
        found: dict[SpecPath, SpecPath] = {}
        for rail in self.guardrails:
            for entity in sorted(self.of("guards", rail)):
                found.setdefault(entity, rail)
        return found

    def relied_on(self, gate: SpecPath) -> str:
        """Who relies on a gate, in words; empty for nobody.

        An envelope item does that names it under ``holds``; a guardrail that asks the same of what comes of the
        gate's rows: it reads a term, or a field that is no reference, that the gate reads too.
        """
        for target in sorted(self.of("guards", gate)):
            if self.graph.nodes[target].kind == "envelope item":
                return f"{target} relies on it"
        same = {p for p in self.transitively(gate) if self._tells(p)}
        below = self._downstream(gate)
        for rail in self.guardrails:
            read = self.transitively(rail)
            if read & same and read & below:
                return f"{rail} relies on it"
        return ""

    def _tells(self, path: SpecPath) -> bool:
        """Whether two rules that read this ask alike: of a term, of a field that does not only lead somewhere."""
        node = self.graph.nodes[path]
        type_ = str(node.value.get("type", ""))
        return node.kind == "term" or (node.kind == "field" and not type_.startswith("ref ") and " key" not in type_)

    def _downstream(self, gate: SpecPath) -> frozenset[SpecPath]:
        """The gated entity and all that later steps make of it."""
        order = self.order(gate)
        after = order[order.index(gate) + 1 :]
        found = {p for p in self.of("guards", gate) if self.graph.nodes[p].kind == "entity"}
        for step in after:
            if self.of("reads", step) & found:
                found |= {p for p in self.of("writes", step) if self.graph.nodes[p].kind == "entity"}
        return frozenset(found)

    @cached_property
    def rails(self) -> frozenset[SpecPath]:
        """All guardrails."""
        return frozenset(g.path for g in self.graph.spec.guardrails)

    @cached_property
    def proofs(self) -> Mapping[SpecPath, SpecPath]:
        """What scenarios that run cover, each with the first of them."""
        found: dict[SpecPath, SpecPath] = {}
        for one in sorted(self.graph.spec.scenarios, key=lambda s: s.path):
            for path in one.covers if one.kind in _PROOFS else ():
                found.setdefault(SpecPath(path), one.path)
        return found

    @cached_property
    def exposed(self) -> frozenset[Seen]:
        """The personal data that each role sees on any panel."""
        return exposed(self.graph, (n for n in self.graph.nodes.values() if n.kind == "panel"))

    def order(self, step: SpecPath) -> Sequence[SpecPath]:
        """The steps of the step's pipeline in their order."""
        orders = ([s.path for s in p.steps] for p in self.graph.spec.pipelines)
        return next(order for order in orders if step in order)

    def users(self, steps: Iterable[SpecPath], entities: Iterable[SpecPath]) -> Iterator[SpecPath]:
        """Those of ``steps`` that read one of ``entities``, through terms too, or are holes that may do anything."""
        wanted = frozenset(entities)
        return (step for step in steps if self.transitively(step) & wanted or self._open(step))

    def _open(self, step: SpecPath) -> bool:
        said = self.graph.nodes[step].value
        return not any(key in said for key in (*SKILLS, "reads", "writes", "make"))
