"""What a merge of two specs should say, worked out from their graphs: facts about nodes, merged one by one.

Written apart from the program's merge: orders are partial orders here, and in doubt where more than one line of nodes
fits both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.spec import names
from factory_git.spec.graph import UNORDERED, Graph, GraphNode

Origin = tuple[str, ...]
FREE = ("fields",)  # lists whose order is decided and told


@dataclass
class Facts:
    """A spec as single facts, by the address that nodes have in the base."""

    said: dict[tuple[Origin, tuple[str, ...]], Any] = field(default_factory=dict)
    orders: dict[tuple[Origin, str], list[Origin]] = field(default_factory=dict)


@dataclass
class Union:
    """The merge that should be, or why there is none."""

    facts: Facts
    conflicts: list[str]


def facts(of: Graph, base: Graph) -> Facts:
    """Everything that a spec says."""
    out = Facts()
    for path, node in of.nodes.items():
        own = _origin(of, base, path)
        if _derived(of, node):
            continue
        out.said[own, ("id",)] = path.rpartition(".")[2]
        out.said[own, ("name",)] = node.name
        if node.was is not None:
            out.said[own, ("was",)] = node.was
        for key, value in node.value.items():
            for keys, leaf in _leaves((key,), value):
                out.said[own, ("=", *keys)] = leaf
    for path, node in of.nodes.items():
        for key, ids in node.ordered.items():
            below = [_origin(of, base, names.join(path, key, id_) if path else names.join(key, id_)) for id_ in ids]
            out.orders[_origin(of, base, path), key] = below
    return out


def _derived(of: Graph, node: GraphNode) -> bool:
    """Whether a node is there because others are: the spec, layers, their attributes' holders."""
    return not node.path or (node.kind == "layer" and not node.value) or (bool(node.children) and "." not in node.path)


def _origin(of: Graph, base: Graph, path: str) -> Origin:
    """The address of a node in the base: ids from before they were renamed."""
    out: list[str] = []
    here = ""
    before = ""
    for part in path.split(".") if path else ():
        here = names.join(here, part)
        node = of.nodes.get(SpecPath(here))
        old = part
        if node is not None and node.was is not None:
            was = names.join(before, node.was)
            if was in base.nodes and names.join(before, part) not in base.nodes:
                old = node.was
        out.append(old)
        before = names.join(before, old)
    return tuple(out)


def _leaves(keys: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for key, held in value.items():
            yield from _leaves((*keys, str(key)), held)
    else:
        yield keys, value


def union(base: Graph, ours: Graph, theirs: Graph) -> Union:
    """The merge of all facts."""
    b, o, t = facts(base, base), facts(ours, base), facts(theirs, base)
    out = Union(Facts(), [])
    there = [{origin for origin, _ in one.said} for one in (b, o, t)]
    dead = set()
    for origin in sorted(there[0] | there[1] | there[2]):
        gone = [origin in there[0] and origin not in side for side in there[1:]]
        if any(gone):
            dead.add(origin)
            kept = t if gone[0] else o
            if not all(gone) and _below(b, origin) != _below(kept, origin):
                out.conflicts.append(f"{origin}: changed and removed")
    new = [{x for x in side - there[0] if x[:-1] not in side - there[0]} for side in there[1:]]
    for origin in new[0] & new[1]:
        if _below(o, origin) != _below(t, origin):
            out.conflicts.append(f"{origin}: two new ones")
    for key in sorted({*b.said, *o.said, *t.said}):
        origin = key[0]
        if any(origin[: n + 1] in dead for n in range(len(origin))):
            continue
        values = [side.said.get(key, _NONE) for side in (b, o, t)]
        merged = _merged(key[1], *values)
        if merged is _CLASH:
            out.conflicts.append(f"{origin} {key[1]}: {values}")
        elif merged is not _NONE:
            out.facts.said[key] = merged
    _same_ids(out)
    _orders(out, b, o, t, dead)
    return out


_NONE, _CLASH = object(), object()


def _merged(keys: tuple[str, ...], base: Any, ours: Any, theirs: Any) -> Any:
    if keys[-1] in UNORDERED and any(isinstance(one, list) for one in (base, ours, theirs)):
        sets = [set(map(str, one)) if isinstance(one, list) else set() for one in (base, ours, theirs)]
        return sorted((sets[1] & sets[2]) | (sets[1] - sets[0]) | (sets[2] - sets[0])) or _NONE
    if ours == theirs or base == theirs:
        return ours
    return theirs if base == ours else _CLASH


def _below(side: Facts, origin: Origin) -> tuple[Any, Any]:
    said = {key: value for key, value in side.said.items() if key[0][: len(origin)] == origin}
    return said, {key: value for key, value in side.orders.items() if key[0][: len(origin)] == origin}


def _same_ids(out: Union) -> None:
    seen: dict[tuple[Origin, str], Origin] = {}
    for (origin, keys), value in out.facts.said.items():
        if keys == ("id",):
            other = seen.setdefault((origin[:-1], value), origin)
            if other != origin:
                out.conflicts.append(f"{origin} and {other} have one id")


def _orders(out: Union, b: Facts, o: Facts, t: Facts, dead: set[Origin]) -> None:
    live = {origin for origin, _ in out.facts.said}
    for key in {*b.orders, *o.orders, *t.orders}:
        lists = [[x for x in side.orders.get(key, []) if x in live] for side in (b, o, t)]
        order = _order(*lists)
        if order is not None:
            out.facts.orders[key] = order
        elif key[1] not in FREE and not any(key[0][: n + 1] in dead for n in range(len(key[0]))):
            out.conflicts.append(f"{key}: the order is in doubt")


def _order(base: list[Origin], ours: list[Origin], theirs: list[Origin]) -> list[Origin] | None:
    """The one order that fits both sides; None where there is none, or more than one."""
    common = [x for x in ours if x in theirs]
    other = [x for x in theirs if x in ours]
    old = [x for x in base if x in common]
    led = common
    if common != other:
        if [x for x in ours if x in old] == old and len(old) == len(common):
            led = other
        elif [x for x in theirs if x in old] != old or len(old) != len(common):
            return None
    after: dict[Origin, set[Origin]] = {x: set() for x in (*ours, *theirs)}
    for one, two in pairwise(led):
        after[one].add(two)
    for side in (ours, theirs):
        for one, two in pairwise(side):
            if one not in common or two not in common:
                after[one].add(two)
    out: list[Origin] = []
    left = dict(after)
    while left:
        free = [x for x in left if not any(x in left[y] for y in left)]
        if len(free) != 1:
            return None
        out.append(free[0])
        del left[free[0]]
    return out


def differences(union_: Union, merged: Graph, base: Graph) -> list[str]:
    """What a merged spec says otherwise than it should."""
    found = facts(merged, base)
    out = [
        f"{key}: {found.said.get(key)!r}, not {union_.facts.said.get(key)!r}"
        for key in {*found.said, *union_.facts.said}
        if found.said.get(key, _NONE) != union_.facts.said.get(key, _NONE)
    ]
    for key, wanted in union_.facts.orders.items():
        if found.orders.get(key, []) != wanted:
            out.append(f"{key}: {found.orders.get(key)}, not {wanted}")
    return out
