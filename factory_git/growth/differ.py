"""What differs between two spec graphs, node by node, before anybody says what it means. Pure.

Nodes are compared by address. A declared rename (``was``) makes an old address a new one, with everything below it. A
node that is gone or new counts once, with all it contains; order counts only in lists whose order means something.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from factory_git.core.ids import SpecPath, slug
from factory_git.growth.renaming import renames, same
from factory_git.spec import names
from factory_git.spec.graph import ROOT, Graph, GraphNode

_ENTITIES = SpecPath("data_contracts.entities")
_LAYER = "layer"  # of which `app` and `code` say something themselves
_EMPTY = frozenset(("retention",))  # mappings that may hold nothing
_WHOLES = frozenset(("entity", "pipeline"))  # what is inside them comes and goes with them
ADDED, REMOVED, RENAMED, MOVED, EDITED = "added", "removed", "renamed", "moved", "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. ``op`` is ``added``, ``removed``, ``renamed``, ``moved`` or ``edited``.

    ``before`` and ``after`` are the nodes (None where there is none). An edit is of one ``attribute``, whose values are
    ``old`` and ``new`` (None: it was not said); ``name`` stands for the label. A node is ``moved`` among its siblings:
    ``old`` and ``new`` are then the addresses that stood right before it (empty: it was first). ``edits`` are all
    attributes of the node that were edited, or the addresses of all nodes of the list that moved.
    """

    op: str
    before: GraphNode | None
    after: GraphNode | None
    attribute: str = ""
    old: Any = None
    new: Any = None
    edits: tuple[str, ...] = ()

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
    words: Mapping[str, str] = field(default_factory=dict)  # names, old → new, of what is called otherwise


def pair(old: Graph, new: Graph) -> Pair:
    """Match the nodes of two graphs: by declared rename, else by address below what was renamed above.

    A rename that the old graph declares is undone by a new graph that has the node under its former address again.
    """
    then: dict[SpecPath, SpecPath] = {}
    taken: set[SpecPath] = set()
    back = _declared(old)
    for path in sorted(new.nodes, key=lambda p: (p.count(".") if p else -1, p)):
        # A list's own address is no node: what stands between an owner and its child goes along unchanged.
        owner = _owner(new, path)
        base = then.get(owner, owner) if path else ROOT
        tail = path[len(owner) + 1 :] if owner else path
        here = SpecPath(f"{base}.{tail}" if base and tail else tail or base)
        former = _former(new.nodes[path], here, then)
        for before in (former, here, back.get(here)):
            if before is not None and before in old.nodes and before not in taken:
                then[path] = before
                taken.add(before)
                break
    return Pair(old, new, {before: path for path, before in then.items()}, then, renames(old, new, then))


def _former(node: GraphNode, here: SpecPath, then: Mapping[SpecPath, SpecPath]) -> SpecPath | None:
    """The address that a node had before it was renamed, or before the entity was that it speaks of."""
    if node.kind == "retention":
        entity = then.get(names.join(_ENTITIES, node.path.rpartition(".")[2]))
        return names.join(names.parent(here), entity.rpartition(".")[2]) if entity else None
    return names.join(names.parent(here), slug(node.was)) if node.was is not None and node.path else None


def _declared(graph: Graph) -> dict[SpecPath, SpecPath]:
    """The address that a node had before its declared rename → its address."""
    said = ((names.join(names.parent(p), slug(n.was)), p) for p, n in graph.nodes.items() if n.was is not None and p)
    return {before: path for before, path in said if before not in graph.nodes}


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
        if before is not None:
            out += _same(both, both.old.nodes[before], node)
        elif node.kind == _LAYER:
            out += _values(None, node, {})
        elif _counts(both.new, path, both.then):
            out.append(Change(op=ADDED, before=None, after=node))
    for path, node in sorted(both.old.nodes.items()):
        if path in both.now:
            continue
        if node.kind == _LAYER:
            out += _values(node, None, {})
        elif _counts(both.old, path, both.now):
            out.append(Change(op=REMOVED, before=node, after=None))
    return out


def _counts(graph: Graph, path: SpecPath, matched: Mapping[SpecPath, SpecPath]) -> bool:
    """Whether a node that stands in one graph only is a change of its own: neither a container nor part of a whole."""
    node, owner = graph.nodes[path], graph.nodes[_owner(graph, path)]
    container = node.kind not in _WHOLES and (bool(node.children) or (not node.value and node.kind in _EMPTY))
    return not container and (owner.kind not in _WHOLES or owner.path in matched)


def _same(both: Pair, before: GraphNode, after: GraphNode) -> Iterator[Change]:
    if before.digest == after.digest and before.path == after.path:
        return
    if before.path.rpartition(".")[2] != after.path.rpartition(".")[2]:
        yield Change(op=RENAMED, before=before, after=after, attribute="id", old=before.name, new=after.name)
    elif before.name != after.name and after.path != ROOT:
        yield Change(op=RENAMED, before=before, after=after, attribute="name", old=before.name, new=after.name)
    yield from _values(before, after, both.words)
    for key in sorted(before.ordered.keys() & after.ordered.keys()):
        if before.ordered[key] != after.ordered[key]:
            yield from _moves(both, before, after, key)


def _values(before: GraphNode | None, after: GraphNode | None, words: Mapping[str, str]) -> Iterator[Change]:
    """One edit for each attribute whose value differs by more than renames; a layer that is not there says nothing."""
    was = before.value if before else {}
    now = after.value if after else {}
    differ = (key for key in was.keys() | now.keys() if was.get(key) != now.get(key))
    edits = tuple(sorted(key for key in differ if not (words and same(was.get(key), now.get(key), words))))
    for key in edits:
        old, new = was.get(key), now.get(key)
        yield Change(op=EDITED, before=before, after=after, attribute=key, old=old, new=new, edits=edits)


def _moves(both: Pair, before: GraphNode, after: GraphNode, key: str) -> Iterator[Change]:
    """The fewest nodes of an ordered list that must have moved for the rest to have kept its order.

    Where several choices are as small, gates are the ones that moved; which of the rest is the same both ways.
    """
    old = [names.join(before.path, key, one) for one in before.ordered[key]]
    new = [names.join(after.path, key, one) for one in after.ordered[key]]
    place = {path: number for number, path in enumerate(old)}
    stayed = [(path, was) for path in new if (was := both.then.get(path)) in place and was is not None]
    kept = heaviest_rising(
        [place[was] for _, was in stayed],
        [_weight(both.old.nodes[was], both.new.nodes[path]) for path, was in stayed],
    )
    at = {path: number for number, path in enumerate(new)}
    moved = [pair for number, pair in enumerate(stayed) if number not in kept]
    for path, was in moved:
        yield Change(
            op=MOVED,
            before=both.old.nodes[was],
            after=both.new.nodes[path],
            attribute=key,
            old=str(old[place[was] - 1]) if place[was] else "",
            new=str(new[at[path] - 1]) if at[path] else "",
            edits=tuple(str(path) for path, _ in moved),
        )


def _weight(before: GraphNode, after: GraphNode) -> Weight:
    """How much a node would rather stay: more if it is no gate, then by its names."""
    gate = "gate" in before.value or "gate" in after.value
    said = "\0".join(sorted((before.path.rpartition(".")[2], after.path.rpartition(".")[2])))
    return (1, 0 if gate else 1, int.from_bytes(hashlib.sha256(said.encode()).digest()[:8]))


Weight: TypeAlias = tuple[int, int, int]


def heaviest_rising(numbers: Sequence[int], weights: Sequence[Weight]) -> set[int]:
    """The places of the rising subsequence of distinct ``numbers`` that weighs most; near linear."""
    nothing: Weight = (0, 0, 0)
    best: list[tuple[Weight, int]] = [(nothing, -1)] * (max(numbers, default=-1) + 2)  # Fenwick tree: prefix maximum
    back: list[int] = []
    last: tuple[Weight, int] = (nothing, -1)
    for place, (number, weight) in enumerate(zip(numbers, weights, strict=True)):
        before, at = (nothing, -1), number
        while at > 0:
            before = max(before, best[at])
            at -= at & -at
        total = (before[0][0] + weight[0], before[0][1] + weight[1], before[0][2] + weight[2])
        back.append(before[1])
        last = max(last, (total, place))
        at = number + 1
        while at < len(best):
            best[at] = max(best[at], (total, place))
            at += at & -at
    kept: set[int] = set()
    place = last[1]
    while place >= 0:
        kept.add(place)
        place = back[place]
    return kept
