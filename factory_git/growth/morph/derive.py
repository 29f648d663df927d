"""The morph that leads from one version of a spec to another: somebody edited the files, and this is what they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from factory_git.core.ids import slug
from factory_git.growth.morph.call import LISTS, OWNED, POSITION
from factory_git.growth.morph.generic import SPEC
from factory_git.growth.morph.nodes import NAMED_BY, readable
from factory_git.growth.morph.ops import ADDED, CHANGED, MOVED, REMOVED, RENAMED
from factory_git.spec.edit.changes import changes
from factory_git.spec.edit.ops import Insert, Move, Op, Remove, Rename, Set, Text, Unset
from factory_git.spec.edit.side import Side
from factory_git.spec.model import Spec
from factory_git.spec.split import join

_WHOLE = "factory.yaml"
_KINDS = {at: kind for kind, at in LISTS.items()}


def derive(old: Spec, new: Spec) -> list[Mapping[str, Any]]:
    """Operations that make ``old`` into ``new``. Carried out on ``old`` they give a spec of the same graph."""
    before, after = _side(old), _side(new)
    found = changes(before, before, after).ops
    return [_operation(_placed(op, old, new) if isinstance(op, Insert) else op) for op in found]


def _placed(op: Insert, old: Spec, new: Spec) -> Insert:
    """An insertion without a place, after its neighbour in the newer spec: another node may have gone from there."""
    if op.after is not None or op.before is not None:
        return op
    held = op.item.item if isinstance(op.item, Text) else op.item
    name = held if isinstance(held, str) else held.get("id") or held.get("name", "")
    siblings = [str(one["id"]) for one in _items(new, op.at)]
    there = {str(one["id"]) for one in _items(old, op.at)} - {slug(str(name))}
    at = siblings.index(slug(str(name))) if slug(str(name)) in siblings else 0
    above, below = [one for one in siblings[:at] if one in there], [one for one in siblings[at + 1 :] if one in there]
    if above:
        return replace(op, after=above[-1])
    return replace(op, before=below[0]) if below else op


def _items(spec: Spec, at: str) -> list[Mapping[str, Any]]:
    """The nodes of a list as the spec has them, in order."""
    above, _, key = at.rpartition(".")
    here: Any = spec.raw
    for part in above.split(".") if above else ():
        if isinstance(here, list):
            here = next((one for one in here if one.get("id") == part), None)
        else:
            here = here.get(part) if isinstance(here, Mapping) else None
    found = here.get(key) if isinstance(here, Mapping) else None
    return found if isinstance(found, list) else []


def _side(spec: Spec) -> Side:
    """A version as one file, whatever it is cut into."""
    files = {source.path: source.content for source in spec.sources}
    path, content = next(iter(files.items()))
    return Side(path, content) if len(files) == 1 else Side(_WHOLE, join(files))


def _operation(op: Op) -> dict[str, Any]:
    match op:
        case Insert():
            return _added(op)
        case Remove():
            kind = _kind(op.path)
            return {REMOVED[kind]: op.path} if kind in REMOVED else {"remove_node": op.path}
        case Rename():
            kind = _kind(op.path)
            return {RENAMED.get(kind, "rename_node"): op.path, "to": op.name}
        case Move():
            kind, where = _kind(op.path), _where(op)
            return {MOVED[kind] if kind in MOVED and where else "move_node": op.path, **where}
        case Set():
            return _set(op.path, op.key, op.value.item if isinstance(op.value, Text) else op.value)
        case Unset():
            return _set(op.path, op.key, None)


def _added(op: Insert) -> dict[str, Any]:
    item = op.item.item if isinstance(op.item, Text) else op.item
    said = {"name": item} if isinstance(item, str) else dict(item)
    kind, owner = _list(op.at)
    named = NAMED_BY.get(kind, "name")
    name = str(said.get(named, ""))
    plain = name and not said.keys() & {*POSITION, "was"} and (named != "name" or readable(name) == name)
    if kind in ADDED and plain and said.get("id", slug(name)) == slug(name):
        rest = {key: value for key, value in said.items() if key not in (named, "id")}
        return {ADDED[kind]: name, **({"in": owner} if owner else {}), **rest, **_where(op)}
    return {"add_node": op.at, **({"item": item} if isinstance(item, str) else said), **_where(op)}


def _set(path: str, key: str | tuple[str, ...], value: Any) -> dict[str, Any]:
    kind = _kind(path)
    if kind in CHANGED and isinstance(key, str) and key not in POSITION:
        return {CHANGED[kind]: path, key: value}
    keys = list(key) if isinstance(key, tuple) else key
    return {"set_node": path or SPEC, "key": keys, "to": value}


def _where(op: Insert | Move) -> dict[str, str]:
    return {key: value for key, value in (("after", op.after), ("before", op.before)) if value is not None}


def _kind(path: str) -> str:
    """The kind of a node by the list it stands in; empty for others."""
    return _list(path.rpartition(".")[0])[0]


def _list(at: str) -> tuple[str, str]:
    """The kind of the nodes of a list, and the address of their owner."""
    if at in _KINDS:
        return _KINDS[at], ""
    owner, _, last = at.rpartition(".")
    for kind, (whose, key) in OWNED.items():
        if key == last and _KINDS.get(owner.rpartition(".")[0]) == whose:
            return kind, owner
    return "", ""
