"""``spec show``: the graph of a spec, or one node with what it says and how it relates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.specs import one
from factory_git.core.errors import Place
from factory_git.core.ids import SpecPath
from factory_git.spec import graph
from factory_git.spec.graph import Graph, GraphNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A graph and the node to look at (the root: the whole spec)."""

    graph: Graph
    node: GraphNode

    def relations(self) -> list[tuple[str, str, SpecPath]]:
        """(direction, kind, other end) of the node's edges but containment: ``→`` from it, ``←`` to it."""
        path = self.node.path
        edges = [e for e in self.graph.edges if e.kind != "contains"]
        out = [("→", e.kind, e.target) for e in edges if e.source == path]
        return out + [("←", e.kind, e.source) for e in edges if e.target == path]

    def as_json(self) -> dict[str, Any]:
        """The node with all below it and the edges that touch them, as a JSON object."""
        nodes = list(self.graph.below(self.node.path))
        inside = {n.path for n in nodes}
        edges = [e for e in self.graph.edges if e.source in inside or e.target in inside]
        return {
            "spec": self.graph.spec.id,
            "digest": self.graph.digest,
            "path": self.node.path,
            "nodes": [_node(n) for n in nodes],
            "edges": [{"kind": e.kind, "from": e.source, "to": e.target} for e in edges],
        }


def run(path: str = "", *, spec: str | Path | None = None, start: Path | None = None) -> Shown:
    """The node at ``path`` of a spec. Raises :class:`NotFound` with the nearest path when there is none."""
    whole = graph.build(one(spec, start).load())
    return Shown(graph=whole, node=whole.node(path))


def _node(node: GraphNode) -> dict[str, Any]:
    place = node.place or Place(file="")
    out: dict[str, Any] = {"path": node.path, "kind": node.kind, "name": node.name, "digest": node.digest}
    if node.value:
        out["value"] = dict(node.value)
    if node.was:
        out["was"] = node.was
    if place.line:
        out |= {"file": place.file, "line": place.line, "column": place.column}
    return out
