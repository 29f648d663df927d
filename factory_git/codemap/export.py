"""The graph of a tree, or of a folder of it, for other programs and for pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from factory_git.codemap.graph import CONFIDENCE, Edge, callees
from factory_git.codemap.languages.registry import CONFIGURATIONS
from factory_git.codemap.lookup import place
from factory_git.codemap.resolve import Resolver
from factory_git.core.value import value

PICTURE = 120
"""More nodes than these are no picture: files are drawn by folder instead, and what is left out is said."""


@value
class Arrow:
    """An edge of the picture; ``weight`` imports or calls lie on it."""

    source: str
    target: str
    weight: int
    confidence: str


@value
class Graph:
    """Nodes and arrows, by name; ``cut`` is the number of nodes left out, ``unit`` what a node is."""

    unit: str
    nodes: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    cut: int


def files(resolver: Resolver, folder: str) -> list[str]:
    """The files of the map below ``folder``."""
    tree = resolver.tree
    return [path for path, blob in tree.under(folder) if tree.rows(blob)[0] not in CONFIGURATIONS]


def import_edges(resolver: Resolver, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(importer, imported) of every import that leads to a file of the tree."""
    for path in paths:
        for target in sorted({link.path for link in resolver.links(path)} - {path}):
            yield path, target


def call_edges(resolver: Resolver, paths: Iterable[str]) -> Iterator[Edge]:
    """Every call that leads into the tree, those by name alone left out."""
    for path in paths:
        rows = resolver.rows(path)[2]
        tops = [-1, *(i for i, row in enumerate(rows) if row[2] < 0)]
        for index in tops:
            for edge in callees(resolver, place(resolver, path, index)):
                if edge.callee is not None and edge.how in CONFIDENCE and edge.confidence != "low":
                    yield edge


def picture(resolver: Resolver, folder: str, *, calls: bool = False) -> Graph:
    """The graph as it is drawn: files by their imports, or symbols by their calls."""
    paths = files(resolver, folder)
    if calls:
        counted: Counter[tuple[str, str]] = Counter()
        trust: dict[tuple[str, str], str] = {}
        for edge in call_edges(resolver, paths):
            if edge.callee is not None:
                pair = (f"{edge.caller.path}::{edge.caller.symbol.id}", f"{edge.callee.path}::{edge.callee.symbol.id}")
                counted[pair] += 1
                trust[pair] = edge.confidence
        return _graph("symbol", counted, trust, ())
    pairs = Counter(import_edges(resolver, paths))
    if len(paths) <= PICTURE:
        return _graph("file", pairs, {}, paths)
    grouped: Counter[tuple[str, str]] = Counter()
    for (source, target), weight in pairs.items():
        one, other = source.rpartition("/")[0] or ".", target.rpartition("/")[0] or "."
        if one != other:
            grouped[one, other] += weight
    return _graph("folder", grouped, {}, {p.rpartition("/")[0] or "." for p in paths})


def _graph(
    unit: str, counted: Counter[tuple[str, str]], trust: dict[tuple[str, str], str], nodes: Iterable[str]
) -> Graph:
    degree: Counter[str] = Counter(dict.fromkeys(nodes, 0))
    for (source, target), weight in counted.items():
        degree[source] += weight
        degree[target] += weight
    kept = {name for name, _ in sorted(degree.items(), key=lambda d: (-d[1], d[0]))[:PICTURE]}
    arrows = tuple(
        Arrow(source=s, target=t, weight=w, confidence=trust.get((s, t), "high"))
        for (s, t), w in sorted(counted.items())
        if s in kept and t in kept
    )
    return Graph(unit=unit, nodes=tuple(sorted(kept)), arrows=arrows, cut=len(degree) - len(kept))


def mermaid(graph: Graph) -> Iterator[str]:
    """The lines of a Mermaid flow chart; weaker edges are dotted."""
    yield "flowchart LR"
    numbers = {name: f"n{i}" for i, name in enumerate(graph.nodes)}
    for name, number in numbers.items():
        label = name.replace('"', "#quot;").replace("<", "&lt;").replace(">", "&gt;")
        yield f'  {number}["{label}"]'
    for arrow in graph.arrows:
        line = "-->" if arrow.confidence == "high" else "-.->"
        label = f"|{arrow.weight}|" if arrow.weight > 1 else ""
        yield f"  {numbers[arrow.source]} {line}{label} {numbers[arrow.target]}"
    if graph.cut:
        yield f"  %% {graph.cut} more {graph.unit}s are not drawn"


def dot(graph: Graph) -> Iterator[str]:
    """The lines of a Graphviz digraph; weaker edges are dashed."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    yield "digraph map {"
    yield "  rankdir=LR; node [shape=box];"
    for name in graph.nodes:
        yield f"  {quoted(name)};"
    for arrow in graph.arrows:
        style = "" if arrow.confidence == "high" else ", style=dashed"
        yield f"  {quoted(arrow.source)} -> {quoted(arrow.target)} [label={arrow.weight}{style}];"
    if graph.cut:
        yield f"  // {graph.cut} more {graph.unit}s are not drawn"
    yield "}"
