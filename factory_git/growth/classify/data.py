"""What the application keeps: entities and their fields, and which of them are about a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.growth.classify import types
from factory_git.growth.classify.common import at_least, differing, first, unclassified, values
from factory_git.growth.classify.pii import pii
from factory_git.growth.differ import ADDED, EDITED, MOVED, REMOVED, RENAMED, Change, Pair
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.spec import names, units
from factory_git.spec.types import ANY

_TYPE = ("type", "values")
_TYPED = ("type", "values", "min", "max", "unit", "default", "unique")  # what a type that is declared brings along
_ROW = {
    types.WIDENED: "field-type-widened",
    types.NARROWED: "field-type-narrowed",
    types.CHANGED: "field-type-changed",
    types.RETARGETED: "ref-target-changed",
}


def field(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A field of an entity that stands in both versions."""
    simple = {REMOVED: "field-removed", RENAMED: "field-renamed", MOVED: "field-order-changed"}
    if change.op in (ADDED, REMOVED) and (whole := _sketch(change, scene.both)) is not None:
        yield from _drawn(change, whole)
    elif change.op == ADDED:
        yield from _added(change)
    elif change.op in simple:
        yield mutation(simple[change.op], change)
    elif change.attribute == "pii":
        yield from pii(change, scene)
    elif change.attribute not in _TYPED:
        yield unclassified(change)
    else:
        yield from _edited(change, scene)


def _sketch(change: Change, both: Pair) -> Change | None:
    """The change of the entity that was a name only, and has fields now; or that has none any more."""
    here = names.parent(names.parent(change.path))
    old, new = both.then.get(here, here), both.now.get(here, here)
    before, after = both.old.nodes.get(old), both.new.nodes.get(new)
    if before is None or after is None or bool(before.children) == bool(after.children):
        return None
    fields = [[child.rpartition(".")[2] for child in node.children] or None for node in (before, after)]
    return Change(op=EDITED, before=before, after=after, attribute="fields", old=fields[0], new=fields[1])


def _drawn(change: Change, whole: Change) -> Iterator[Mutation]:
    """To say what an entity has is one row (R9), beside those of what is about a person."""
    said = whole.old or whole.new
    if change.path.rpartition(".")[2] == said[0]:
        yield mutation("attribute-declared" if whole.old is None else "attribute-dropped", whole, about="fields")
    if "pii" in change.node.value:
        yield mutation("pii-field-added" if change.op == ADDED else "field-removed", change)


def _added(change: Change) -> Iterator[Mutation]:
    said = types.facts(change.node)
    id_ = "field-added-required" if said.needed else "field-added-default" if said.default else "field-added-optional"
    if "pii" in change.node.value:
        yield mutation("pii-field-added", change)
    if "pii" not in change.node.value or said.needed:
        yield mutation(id_, change)


def _edited(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A field whose type becomes known, or unknown, is one row with all that comes along (R9)."""
    old, new = _both(change)
    if (old.type == ANY) != (new.type == ANY):
        if first(change, *_TYPED):
            keys = differing(change, *_TYPED)
            id_ = "field-typed" if old.type == ANY else "field-untyped"
            was, now = _only(change, 0, keys), _only(change, 1, keys)
            yield mutation(id_, change, about=" ".join(keys), before=was, after=now)
            yield from _key(change, scene, old, new)
    elif first(change, *_TYPE):
        yield from _type(change, scene, old, new)
        yield from _key(change, scene, old, new)
    elif change.attribute in ("min", "max"):
        # Bounds of values that must all be made anew say nothing of their own.
        anew = types.compared(old.type, new.type, scene.both) == types.CHANGED
        yield from _bound(change) if not anew else ()
    elif change.attribute == "unit":
        yield _unit(change)
    elif change.attribute == "default":
        found = mutation("default-changed", change)
        yield at_least(found, "major", "rows must bring it now") if new.needed and not old.needed else found
    elif change.attribute == "unique":
        yield mutation("unique-added" if change.new else "unique-removed", change)


def _both(change: Change) -> tuple[types.Facts, types.Facts]:
    assert change.before is not None
    assert change.after is not None
    return types.facts(change.before), types.facts(change.after)


def _only(change: Change, which: int, keys: list[str]) -> dict[str, Any]:
    return {key: said for key in keys if (said := values(change, key)[which]) is not None}


def _type(change: Change, scene: Scene, old: types.Facts, new: types.Facts) -> Iterator[Mutation]:
    found = types.compared(old.type, new.type, scene.both)
    if found:
        yield mutation(_ROW[found], change, before=str(old.type), after=str(new.type))
    if old.optional != new.optional:
        id_ = "field-became-optional" if new.optional else "field-became-required"
        yield mutation(id_, change)
    before, after = types.enum_of(old.type), types.enum_of(new.type)
    if before and after:
        yield from _words(change, scene.both, before, after)


_WORD: Mapping[str, str] = {
    "added": "enum-value-added",
    "removed": "enum-value-removed",
    "renamed": "enum-value-renamed",
    "reordered": "enum-reordered",
}


def _words(change: Change, both: Pair, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Mutation]:
    reserved = {*both.old.spec.reserved, *both.new.spec.reserved}

    def apart(one: str, other: str) -> bool:
        """A word that is reserved under its field (``….fields.status.open``) went away, or came back: no rename."""
        assert change.before is not None
        here = (names.join(change.before.path, one), names.join(change.path, one))
        there = (names.join(change.before.path, other), names.join(change.path, other))
        return not reserved.isdisjoint((*here, *there))

    for what, before, after in types.words(old, new, apart):
        about = "" if what == "reordered" else " → ".join(word for word in (before, after) if word)
        yield mutation(_WORD[what], change, about=about, before=before, after=after)


def _key(change: Change, scene: Scene, old: types.Facts, new: types.Facts) -> Iterator[Mutation]:
    """The key is said of one field: of another one now, or for the first time, or no more."""
    if old.key == new.key:
        return
    assert change.before is not None
    had = _key_path(scene.both.old.nodes, change.before.path)
    has = _key_path(scene.both.new.nodes, change.path)
    id_ = "key-declared" if had is None else "key-dropped" if has is None else "key-changed"
    yield mutation(id_, change)


def _key_path(nodes: Mapping[SpecPath, Any], path: SpecPath) -> SpecPath | None:
    owner = nodes[names.parent(names.parent(path))]
    fields = (nodes[child] for child in owner.children if nodes[child].kind == "field")
    return next((node.path for node in fields if types.facts(node).key), None)


def _bound(change: Change) -> Iterator[Mutation]:
    """A bound that is said, or is closer, is tighter."""
    if change.old is None or change.new is None:
        yield mutation("constraint-tightened" if change.old is None else "constraint-loosened", change)
        return
    old, new = _ordered(str(change.old)), _ordered(str(change.new))
    if old != new:
        higher = new > old if type(new) is type(old) else str(new) > str(old)
        tighter = higher == (change.attribute == "min")
        yield mutation("constraint-tightened" if tighter else "constraint-loosened", change)


def _ordered(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text  # ISO dates order as text


def _unit(change: Change) -> Mutation:
    """Another unit is another number for the same thing; where one follows from the other the data can follow."""
    if change.old is None or change.new is None:
        return mutation("attribute-declared" if change.old is None else "attribute-dropped", change, about="unit")
    linear = units.relation(str(change.old), str(change.new))
    found = mutation("unit-changed", change)
    return replace(found, migration="A") if linear is not None else found
