"""What one side of a merge changed that the other has not: operations on the other's text, and what they clash on.

Nodes are told apart by id, and followed through renames that are declared (``was``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from factory_git.spec.edit import order
from factory_git.spec.edit.data import same
from factory_git.spec.edit.ops import Insert, Move, Op, Remove, Rename, Set, Text, Unset
from factory_git.spec.edit.side import Side, item_of, short
from factory_git.spec.edit.write import below
from factory_git.spec.graph import ORDERED, UNORDERED
from factory_git.spec.schema import SPEC
from factory_git.spec.shapes import Choice, Items, Many, MapOf, Record, Shape

_SAME_ORDER = frozenset(("fields",))  # ordered, but no more than columns are: two new ones go in the order of ids
_APART = ("id", "name", "was")


@dataclass(frozen=True, slots=True)
class Clash:
    """Where both sides changed one thing differently. ``ops`` make ours into theirs."""

    path: str
    what: str
    ops: tuple[Op, ...]
    nodes: tuple[str, ...] = ()


@dataclass(slots=True)
class Changes:
    """What theirs changed: ``ops`` on ours, ``clashes`` that nothing can decide, ``notes`` on what was decided."""

    ops: list[Op] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def changes(base: Side, ours: Side, theirs: Side) -> Changes:
    """What theirs changed since the base, as operations on ours. Raises :class:`SpecError`."""
    finder = _Finder(theirs)
    finder.record(_At("", ""), SPEC, (base.raw, ours.raw, theirs.raw))
    out = finder.out
    out.clashes = [_renamed(clash, finder.renames) for clash in out.clashes]
    return out


def _renamed(clash: Clash, renames: Sequence[tuple[str, str]]) -> Clash:
    """A clash with its addresses as they are once the renames are done."""

    def now(path: str) -> str:
        for old, new in renames:
            if path == old or path.startswith(f"{old}."):
                path = new + path[len(old) :]
        return path

    ops = [replace(op, at=now(op.at)) if isinstance(op, Insert) else replace(op, path=now(op.path)) for op in clash.ops]
    return replace(clash, path=now(clash.path), ops=tuple(ops), nodes=tuple(map(now, clash.nodes)))


_Keys = tuple[str, ...]
_Raw = Mapping[str, Any]
_Three = tuple[Any, Any, Any]  # one value in the base, in ours, in theirs


@dataclass(frozen=True, slots=True)
class _At:
    """An address in ours, and in theirs: a node that one of them renamed has two."""

    ours: str
    theirs: str

    def below(self, one: str, other: str | None = None) -> _At:
        return _At(_joined(self.ours, one), _joined(self.theirs, one if other is None else other))


class _Finder:
    """Walks three versions of a spec together."""

    def __init__(self, theirs: Side) -> None:
        self.theirs = theirs
        self.out = Changes()
        self.renames: list[tuple[str, str]] = []  # addresses before and after what ``out.ops`` rename, in their order

    def record(self, at: _At, shape: Shape, three: _Three, keys: _Keys = ()) -> None:
        """A node or layer or, below ``keys``, a mapping among its attributes."""
        named = not keys and "." in at.ours
        for key in dict.fromkeys(key for one in three for key in one):
            if named and key in _APART:
                continue
            shaped = below(shape, key)
            held: _Three = (three[0].get(key), three[1].get(key), three[2].get(key))
            if isinstance(shaped, Items):
                self.items(at.below(key), shaped, _each(held, list))
            elif isinstance(shaped, Record | MapOf) and all(one is None or isinstance(one, dict) for one in held):
                layer = not keys and not at.ours
                self.record(at.below(key) if layer else at, shaped, _each(held, dict), () if layer else (*keys, key))
            elif isinstance(shaped, Many) and key in UNORDERED:
                self.members(at, (*keys, key), held)
            else:
                self.attribute(at, (*keys, key), shaped, held)

    def attribute(self, at: _At, keys: _Keys, shape: Shape | None, three: _Three) -> None:
        """One value."""
        base, ours, theirs = three
        if same(ours, theirs) or same(base, theirs):
            return
        ops = self._set(at, keys, shape, theirs)
        if same(base, ours):
            self.out.ops += ops
        else:
            self.clash(_joined(at.ours, ".".join(keys)), "both sides set it, to different values", ops)

    def members(self, at: _At, keys: _Keys, three: _Three) -> None:
        """A list that is a set: what either side added or removed."""
        old, left, right = (list(one or ()) for one in three)
        wanted = [one for one in left if one in right or one not in old]
        wanted += [one for one in right if one not in left and one not in old]
        if wanted != left:
            self.out.ops += [Set(at.ours, _key(keys), wanted) if wanted else Unset(at.ours, _key(keys))]

    def _set(self, at: _At, keys: _Keys, shape: Shape | None, value: Any) -> tuple[Op, ...]:
        if value is None:
            return (Unset(at.ours, _key(keys)),)
        written = short(value, shape)
        verbatim = self.theirs.text_under(at.theirs, keys[0]) if len(keys) == 1 else None
        if verbatim is not None and not verbatim.dash:
            written = Text(lines=verbatim.lines, item=written)
        return (Set(at.ours, _key(keys), written),)

    # -- nodes -------------------------------------------------------------------------------------------------------

    def items(self, at: _At, shape: Items, three: _Three) -> None:
        """A list of nodes."""
        nodes = _Nodes(*three)
        gone: list[Op] = []
        renames: list[Op] = []
        for id_, old in nodes.base.items():
            left, right = nodes.ours.get(id_), nodes.theirs.get(id_)
            if left is not None and right is not None:
                renames += self.node(at, shape, (old, left, right), nodes)
            elif left is not None:
                gone += self.removed(_joined(at.ours, str(left["id"])), old, left)
            elif right is not None and not same(old, right):
                ops = [self._inserted(at, shape, right, nodes)]
                self.clash(_joined(at.ours, str(right["id"])), "theirs changed it, ours removed it", ops)
        self.added(at, shape, nodes)
        self.out.ops += renames
        self.ordered(at, shape, nodes)
        self.out.ops += gone  # last: a list that is empty in between would go, and its comments with it

    def node(self, at: _At, shape: Items, three: _Three, nodes: _Nodes) -> list[Op]:
        """A node that all three have; what is to be renamed afterwards."""
        old, left, right = three
        own = at.below(str(left["id"]), str(right["id"]))
        if not _changed_kind(shape, three):
            self.record(own, _item(shape, three), three)
            return self.name(own.ours, three)
        if not same(left, right) and not same(old, right):
            ops = (Remove(own.ours), self._inserted(at, shape, right, nodes))
            if same(old, left):
                self.out.ops += ops
            else:
                self.clash(own.ours, "both sides changed what the step does", ops)
        return []

    def name(self, path: str, three: _Three) -> list[Op]:
        """The name of a node, and its id by that."""
        old, left, right = ({k: str(one[k]) for k in _APART if one.get(k) is not None} for one in three)
        if right in (left, old):
            return []
        ops: list[Op] = [Rename(path, right["name"])] if left["name"] != right["name"] else []
        last = path if right["id"] == left["id"] else _joined(path.rpartition(".")[0], right["id"])
        if "was" in right:
            ops.append(Set(last, "was", right["was"]))
        elif "was" in left or left["id"] != right["id"]:
            ops.append(Unset(last, "was"))
        if old == left:
            self.renames.append((path, last))
            return ops
        self.clash(path, f"ours calls it {left['name']!r}, theirs {right['name']!r}", ops, [f"{path}.name"])
        return []

    def removed(self, path: str, old: _Raw, left: _Raw) -> list[Op]:
        """A node that theirs removed."""
        if same(old, left):
            return [Remove(path)]
        self.clash(path, "ours changed it, theirs removed it", [Remove(path)])
        return []

    def added(self, at: _At, shape: Items, nodes: _Nodes) -> None:
        """Nodes that theirs has and the base has not, where ours has one of that id."""
        for id_, right in nodes.theirs.items():
            other = next((one for one in nodes.ours.values() if one["id"] == right["id"]), None)
            if id_ in nodes.base or other is None:
                continue
            nodes.met.add(id_)
            if not same(other, right):
                own = _joined(at.ours, str(right["id"]))
                ops = (Remove(own), self._inserted(at, shape, right, nodes))
                self.clash(own, "both sides have a new node of this id, and they differ", ops)

    # -- order -------------------------------------------------------------------------------------------------------

    def ordered(self, at: _At, shape: Items, nodes: _Nodes) -> None:
        """What is new in theirs put in its place, and what theirs moved, moved."""
        path, key = at.ours, at.ours.rpartition(".")[2]
        ours = [i for i in nodes.ours if i in nodes.theirs or i not in nodes.base or nodes.keeps(i)]
        theirs = [i for i in nodes.theirs if i in nodes.ours or i not in nodes.base]
        sides = sorted((ours, theirs)) if key in _SAME_ORDER else (ours, theirs)  # whoever merges whom: one order
        found = order.merge(list(nodes.base), *sides)
        wanted = [i for i in found.ids if i in nodes.ours or i not in nodes.met]
        strict = key in ORDERED and key not in _SAME_ORDER
        if key in _SAME_ORDER and found.clashes:
            wanted = _by_id(wanted, found.clashes)
            self._tell(path, found.clashes)
        if key in _SAME_ORDER and found.moved:
            self.out.notes.append(f"{path}: both sides changed the order; it is now {', '.join(wanted)}")
        if strict and found.clashes:
            self._clashes(at, shape, found.clashes, nodes)
            aside = {i for _, right in found.clashes for i in right}
            wanted = [i for i in wanted if i not in aside]
        now = self._put(at, shape, nodes, wanted)
        if strict and found.moved:  # ours stays as it is ordered, until somebody decides
            self.clash(path, "both sides changed the order", self._reordered(path, nodes, now, wanted, theirs))
        elif key in ORDERED and now != wanted:
            self.out.ops += [self._move(path, nodes, one, now) for one in order.moves(now, wanted)]

    def _reordered(
        self, path: str, nodes: _Nodes, now: Sequence[str], wanted: Sequence[str], theirs: Sequence[str]
    ) -> list[Op]:
        """What brings the nodes into theirs' order, those that theirs has not behind the ones that they follow."""
        if wanted == now:
            common = [i for i in theirs if i in now]
            wanted = [*common, *(i for i in now if i not in common)]
        return [self._move(path, nodes, one, now) for one in order.moves(now, wanted)]

    def _put(self, at: _At, shape: Items, nodes: _Nodes, wanted: Sequence[str]) -> list[str]:
        """Insert what is new; the order there is then."""
        now = [i for i in nodes.ours if i in wanted]
        for number, id_ in enumerate(wanted):
            if id_ in nodes.ours:
                continue
            before = next((i for i in reversed(wanted[:number]) if i in now), None)
            behind = now[0] if now and before is None else None
            now.insert(now.index(before) + 1 if before is not None else 0, id_)
            text = self._text(shape, nodes.theirs[id_], at)
            self.out.ops.append(Insert(at.ours, text, after=nodes.final(before), before=nodes.final(behind)))
        return now

    def _clashes(self, at: _At, shape: Items, clashes: Sequence[_Runs], nodes: _Nodes) -> None:
        for left, right in clashes:
            names = " or ".join(", ".join(nodes.id(i) for i in run) for run in (left, right))
            gone = [Remove(_joined(at.ours, nodes.id(i))) for i in left]
            before = nodes.before(left[0])
            put: list[Op] = []
            for id_ in right:
                behind = None if before else nodes.id(left[0])
                put.append(Insert(at.ours, self._text(shape, nodes.theirs[id_], at), after=before, before=behind))
                before = nodes.id(id_)
            about = [_joined(at.ours, nodes.id(i)) for i in (*left, *right)]
            what = f"both sides put something in one place; which comes first, {names}?"
            self.clash(at.ours, what, (*put, *gone), about)

    def _tell(self, path: str, clashes: Sequence[_Runs]) -> None:
        for left, right in clashes:
            names = ", ".join(id_ for run in sorted((left, right)) for id_ in run)
            self.out.notes.append(f"{path}: both sides put something in one place; in the order of their ids: {names}")

    def _move(self, path: str, nodes: _Nodes, one: tuple[str, str | None], now: Sequence[str]) -> Op:
        id_, after = one
        own = _joined(path, str(nodes.final(id_)))
        if after is not None:
            return Move(own, after=nodes.final(after))
        return Move(own, before=nodes.final(next(i for i in now if i != id_)))

    def _inserted(self, at: _At, shape: Items, item: _Raw, nodes: _Nodes) -> Op:
        """A node of theirs put where it stands there."""
        ids = [str(one["id"]) for one in nodes.right]
        own = {str(one["id"]) for one in nodes.ours.values()}
        before = [i for i in ids[: ids.index(str(item["id"]))] if i in own]
        return Insert(at.ours, self._text(shape, item, at), after=before[-1] if before else None)

    def _text(self, shape: Items, item: _Raw, at: _At) -> Any:
        plain = item_of(item, shape)
        found = self.theirs.text_of(_joined(at.theirs, str(item["id"])))
        return Text(lines=found.lines, item=plain, dash=found.dash) if found else plain

    def clash(self, path: str, what: str, ops: Sequence[Op], nodes: Sequence[str] = ()) -> None:
        """Note one; ``nodes`` are the addresses that it is about, where that is not ``path``."""
        self.out.clashes.append(Clash(path, what, tuple(ops), tuple(nodes) or (path,)))


class _Nodes:
    """The nodes of one list in three versions, by the id that they had in the base, or else have."""

    def __init__(self, base: list[_Raw], ours: list[_Raw], theirs: list[_Raw]) -> None:
        self.base = {str(item["id"]): item for item in base}
        self.ours = self._by_origin(ours)
        self.theirs = self._by_origin(theirs)
        self.right = theirs
        self.met: set[str] = set()

    def _by_origin(self, items: list[_Raw]) -> dict[str, _Raw]:
        own = {str(item["id"]) for item in items}
        out = {}
        for item in items:
            id_, was = str(item["id"]), str(item.get("was") or "")
            out[was if id_ not in self.base and was in self.base and was not in own else id_] = item
        return out

    def keeps(self, id_: str) -> bool:
        """Whether a node that theirs removed stays, since ours changed it."""
        return id_ in self.base and not same(self.base[id_], self.ours[id_])

    def id(self, origin: str) -> str:
        """The id that a node has in ours, else in theirs."""
        return str((self.ours.get(origin) or self.theirs[origin])["id"])

    def before(self, origin: str) -> str | None:
        """The id of what stands before a node in ours."""
        ids = list(self.ours)
        at = ids.index(origin)
        return self.final(ids[at - 1]) if at else None

    def final(self, origin: str | None) -> str | None:
        """The id that a node has after the merge: that of the side that renamed it."""
        left, right = self.ours.get(origin or ""), self.theirs.get(origin or "")
        if left is None or right is None:
            return None if origin is None else self.id(origin)
        old = self.base.get(origin or "")
        return str(right["id"]) if old is not None and left["id"] == old["id"] else str(left["id"])


_Runs = tuple[tuple[str, ...], tuple[str, ...]]


def _by_id(wanted: list[str], clashes: Sequence[_Runs]) -> list[str]:
    """``wanted`` with what both sides put in one place in the order of the runs' first ids."""
    out = list(wanted)
    for left, right in clashes:
        at = min(out.index(i) for i in (*left, *right))
        for id_ in (*left, *right):
            out.remove(id_)
        out[at:at] = [id_ for run in sorted((left, right)) for id_ in run]
    return out


def _changed_kind(shape: Items, versions: _Three) -> bool:
    """Whether a step got another skill: then its keys mean other things."""
    if not isinstance(shape.item, Choice):
        return False
    tags = shape.item.tags
    return len({tuple(tag for tag in tags if tag in one) for one in versions}) > 1


def _item(shape: Items, versions: _Three) -> Record:
    item = shape.item
    if isinstance(item, Choice):
        return next((r for tag, r in item.tags.items() if any(tag in one for one in versions)), item.default)
    return item


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _key(keys: _Keys) -> str | _Keys:
    return keys[0] if len(keys) == 1 else keys


def _each(three: _Three, kind: type[Any]) -> _Three:
    """The values, those that are not there as empty ones."""
    one, two, last = (value if isinstance(value, kind) else kind() for value in three)
    return (one, two, last)
