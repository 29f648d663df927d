"""Graph: how the nodes of a spec relate (reads, writes, guards, feeds, shows, covers), grouped by layer."""

from __future__ import annotations

from factory_git.render.picture import Arrow, Group, Item, Picture
from factory_git.spec.graph import ROOT, Graph


def draw(graph: Graph) -> Picture:
    """Every node that relates to another. What relates to a field relates, in the picture, to its entity."""
    related: dict[tuple[str, str], set[str]] = {}
    for edge in graph.edges:
        source, target = _shown(graph, edge.source), _shown(graph, edge.target)
        if edge.kind != "contains" and source != target:
            related.setdefault((source, target), set()).add(edge.kind)
    used = dict.fromkeys(path for path in graph.nodes if any(path in pair for pair in related))
    items = tuple(
        Item(id=path, label=node.name, kind=_kind(graph, path), note=node.kind, group=path.partition(".")[0])
        for path in used
        if (node := graph.nodes[path])
    )
    groups = tuple(Group(id=layer, label=layer.replace("_", " ")) for layer in dict.fromkeys(i.group for i in items))
    arrows = tuple(
        Arrow(source=one, target=other, label=", ".join(sorted(kinds)), dashed="writes" not in kinds)
        for (one, other), kinds in sorted(related.items())
    )
    return Picture(mode="graph", title=graph.spec.title, layout="layers", items=items, arrows=arrows, groups=groups)


def _shown(graph: Graph, path: str) -> str:
    """The node itself; for a field the entity."""
    node = graph.nodes.get(path) if path else graph.nodes[ROOT]  # type: ignore[call-overload]
    return path.rpartition(".fields.")[0] if node is not None and node.kind == "field" else path


def _kind(graph: Graph, path: str) -> str:
    node = graph.node(path)
    if node.kind == "entity":
        return "made" if node.value.get("made") else "stored"
    if node.kind == "step":
        return "gate" if "gate" in node.value else "step"
    return node.kind
