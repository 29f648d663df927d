"""Mindmap: everything the spec says, as a tree from the application over its layers to its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.core.ids import SpecPath
from factory_git.render.picture import Arrow, Item, Picture
from factory_git.spec.graph import ROOT, Graph

_BELOW = frozenset(("field", "step"))  # drawn with their owner only where there is room


def draw(graph: Graph) -> Picture:
    """The spec as a tree. Fields and steps are left out where the tree has more than 80 nodes with them."""
    shown = [path for path in _walk(graph) if _matters(graph, path)]
    small = [path for path in shown if graph.nodes[path].kind not in _BELOW]
    paths = shown if len(shown) <= 80 else small
    kept = set(paths)
    items = tuple(Item(id=path or "root", label=_label(graph, path), kind=graph.nodes[path].kind) for path in paths)
    arrows = tuple(Arrow(source=_above(path, kept), target=path) for path in paths if path)
    return Picture(mode="mindmap", title=graph.spec.title, layout="tree", items=items, arrows=arrows)


def _walk(graph: Graph) -> Iterator[SpecPath]:
    """The nodes depth first, as the spec has them, lists that are a layer's only one left out."""
    stack = [ROOT]
    while stack:
        path = stack.pop()
        yield path
        stack.extend(reversed(graph.nodes[path].children))


def _matters(graph: Graph, path: SpecPath) -> bool:
    node = graph.nodes[path]
    return not (node.kind == "layer" and path and not node.children and not node.value)


def _above(path: str, kept: set[SpecPath]) -> str:
    above = path.rpartition(".")[0]
    while above and above not in kept:
        above = above.rpartition(".")[0]
    return above or "root"


def _label(graph: Graph, path: SpecPath) -> str:
    node = graph.nodes[path]
    said = node.value.get("is")
    name = node.name.replace("_", " ") if node.kind == "layer" else node.name
    return f"{name}: {said}" if isinstance(said, str | int) and node.kind != "term" else name
