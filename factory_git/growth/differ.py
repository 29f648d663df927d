"""What differs between two spec graphs, node by node, before anybody says what it means. Pure.

Nodes are compared by address. A declared rename (``was``) makes an old address a new one, with everything below it. A
node that is gone or new counts once, with all it contains; order counts only in lists whose order means something.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.core.ids import SpecPath, slug
from factory_git.spec import names
from factory_git.spec.graph import ROOT, Graph, GraphNode

_LAYERS = frozenset(("spec", "layer"))
_WHOLES = frozenset(("entity", "pipeline"))  # what is inside them comes and goes with them
ADDED, REMOVED, RENAMED, MOVED, EDITED = "added", "removed", "renamed", "moved", "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. ``op`` is ``added``, ``removed``, ``renamed``, ``moved`` or ``edited``.

    ``before`` and ``after`` are the nodes (None where there is none). An edit is of one ``attribute``, whose values are
    ``old`` and ``new`` (None: it was not said); ``name`` stands for the label. A node is ``moved`` among its siblings:
    ``old`` and ``new`` are then the addresses that stood right before it (empty: it was first).
    """

    op: str
    before: GraphNode | None
    after: GraphNode | None
    attribute: str = ""
    old: Any = None
    new: Any = None

    @property
    def node(self) -> GraphNode:
        """The newer node, the older where there is no newer one."""
        node = self.after or self.before
        assert node is not None
        return node

    @property
    def path(self) -> SpecPath:
        """The address of :attr:`node`."""
        return self.node.path


@dataclass(frozen=True, slots=True)
class Pair:
    """Two graphs and which address of the old one is which of the new one."""

    old: Graph
    new: Graph
    now: Mapping[SpecPath, SpecPath]  # old → new, for every old node that is still there
    then: Mapping[SpecPath, SpecPath]  # new → old


def pair(old: Graph, new: Graph) -> Pair:
    """Match the nodes of two graphs: by declared rename, else by address below what was renamed above."""
    then: dict[SpecPath, SpecPath] = {}
    taken: set[SpecPath] = set()
    for path in sorted(new.nodes, key=lambda p: p.count(".") if p else -1):
        node = new.nodes[path]
        above = names.parent(path) if path else ROOT
        owner = _owner(new, path)
        # A list's own address is no node: what stands between an owner and its child goes along unchanged.
        base = then.get(owner, owner) if path else ROOT
        tail = path[len(owner) + 1 :] if owner else path
        before = SpecPath(f"{base}.{tail}" if base and tail else tail or base)
        if node.was is not None and path:
            prefix = before.rpartition(".")[0]
            renamed = SpecPath(f"{prefix}.{slug(node.was)}" if prefix else slug(node.was))
            if renamed in old.nodes and renamed not in taken:
                before = renamed
        if before in old.nodes and before not in taken and above is not None:
            then[path] = before
            taken.add(before)
    return Pair(old, new, {before: path for path, before in then.items()}, then)


def _owner(graph: Graph, path: SpecPath) -> SpecPath:
    """The nearest node above a node; the root for what has none."""
    above = path.rpartition(".")[0]
    while above and SpecPath(above) not in graph.nodes:
        above = above.rpartition(".")[0]
    return SpecPath(above)


def differ(both: Pair) -> list[Change]:
    """Every difference, by the new graph's order, what is gone last."""
    out: list[Change] = []
    for path, node in sorted(both.new.nodes.items()):
        before = both.then.get(path)
        if before is None:
            if _counts(both.new, path, both.then):
                out.append(Change(op=ADDED, before=None, after=node))
            continue
        out += _same(both, both.old.nodes[before], node)
    for path, node in sorted(both.old.nodes.items()):
        if path not in both.now and _counts(both.old, path, both.now):
            out.append(Change(op=REMOVED, before=node, after=None))
    return out


def _counts(graph: Graph, path: SpecPath, matched: Mapping[SpecPath, SpecPath]) -> bool:
    """Whether a node that stands in one graph only is a change of its own: neither a container nor part of a whole."""
    node, owner = graph.nodes[path], graph.nodes[_owner(graph, path)]
    container = node.kind in _LAYERS or (node.kind not in _WHOLES and bool(node.children))
    return not container and (owner.kind not in _WHOLES or owner.path in matched)


def _same(both: Pair, before: GraphNode, after: GraphNode) -> Iterator[Change]:
    if before.digest == after.digest and before.path == after.path:
        return
    if before.path.rpartition(".")[2] != after.path.rpartition(".")[2]:
        yield Change(op=RENAMED, before=before, after=after, attribute="id", old=before.name, new=after.name)
    elif before.name != after.name:
        yield Change(op=RENAMED, before=before, after=after, attribute="name", old=before.name, new=after.name)
    for key in sorted(before.value.keys() | after.value.keys()):
        old, new = before.value.get(key), after.value.get(key)
        if old != new:
            yield Change(op=EDITED, before=before, after=after, attribute=key, old=old, new=new)
    for key in sorted(before.ordered.keys() | after.ordered.keys()):
        yield from _moves(both, before, after, key)


def _moves(both: Pair, before: GraphNode, after: GraphNode, key: str) -> Iterator[Change]:
    """The fewest nodes of an ordered list that must have moved for the rest to have kept its order."""
    old = [names.join(before.path, f"{key}.{one}") for one in before.ordered.get(key, ())]
    new = [names.join(after.path, f"{key}.{one}") for one in after.ordered.get(key, ())]
    stayed = [path for path in new if both.then.get(path) in set(old)]
    place = {path: number for number, path in enumerate(old)}
    at = [place[both.then[path]] for path in stayed]
    kept = _longest_rising(at)
    for number, path in enumerate(stayed):
        if number not in kept:
            yield Change(
                op=MOVED,
                before=both.old.nodes[both.then[path]],
                after=both.new.nodes[path],
                attribute=key,
                old=_before(old, both.then[path]),
                new=_before(new, path),
            )


def _before(paths: Sequence[SpecPath], path: SpecPath) -> str:
    at = paths.index(path)
    return str(paths[at - 1]) if at else ""


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest rising subsequence (patience sorting)."""
    tails: list[int] = []  # the value that ends the best run of each length
    ends: list[int] = []  # its place
    back: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        back.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(number)
            ends.append(place)
        else:
            tails[at], ends[at] = number, place
    kept: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = back[place]
    return kept
