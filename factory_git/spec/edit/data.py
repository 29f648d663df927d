"""The operations on plain data: what a spec says after an edit, to hold the edited text against."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from factory_git.core import yaml
from factory_git.core.errors import Conflict, NotFound, SpecError
from factory_git.core.ids import slug
from factory_git.spec.edit.ops import Insert, Key, Move, Op, Remove, Rename, Set, Text, Unset
from factory_git.spec.edit.place import ENTITY_LIST, Files
from factory_git.spec.edit.write import below
from factory_git.spec.expand import Expander
from factory_git.spec.load import merged, plain
from factory_git.spec.model import Source
from factory_git.spec.schema import SPEC
from factory_git.spec.shapes import Choice, Items, Record, Shape


def read(files: Files) -> dict[str, Any]:
    """What the files say, expanded; what is wrong in itself is left out. Raises :class:`SpecError` for no YAML."""
    sources = [Source(path=path, content=doc.content) for path, doc in files.docs.items()]
    problems: list[Any] = []
    tree = merged(sources, problems)
    if problems:
        first = problems[0]
        raise SpecError(f"{first.place}: {first.message}", problems, code=first.code, hint=first.hint)
    out: dict[str, Any] = plain(Expander().record(tree, SPEC, ""))
    return settled(out) if files.own() else out


def settled(raw: dict[str, Any]) -> dict[str, Any]:
    """``raw`` with its entities by id: where they have files of their own, their order is that of the files' names."""
    layer = raw.get("data_contracts")
    if isinstance(layer, dict) and isinstance(layer.get("entities"), list):
        layer["entities"].sort(key=lambda item: str(item["id"]))
    return raw


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal and of the same kinds (``true`` is not ``1``)."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def done(raw: Mapping[str, Any], op: Op) -> dict[str, Any]:
    """What ``raw`` says after the operation. Raises :class:`NotFound`, or :class:`Conflict` for a doubled id."""
    out = copy.deepcopy(dict(raw))
    match op:
        case Insert():
            _insert(out, op)
        case Remove():
            _remove(out, op.path)
        case Set():
            _set(out, op.path, op.key, op.value)
        case Unset():
            _unset(out, op.path, op.key)
        case Rename():
            _rename(out, op)
        case Move():
            items, item = _item(out, op.path)
            items.remove(item)
            items.insert(_index(items, op, op.path.rpartition(".")[0]), item)
    return out


def difference(one: Any, other: Any, path: str = "") -> str:
    """The first place where two values differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys([*one, *other]):
            if not same(one.get(key), other.get(key)):
                return difference(one.get(key), other.get(key), f"{path}.{key}" if path else str(key))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            if not same(left, right):
                name = left.get("id", number) if isinstance(left, Mapping) else number
                return difference(left, right, f"{path}.{name}")
    return path


def shape_at(path: str) -> Shape | None:
    """The shape of what stands at an address; ids of nodes stand for their list's item."""
    shape: Shape | None = SPEC
    for part in path.split(".") if path else ():
        shape = shape.item if isinstance(shape, Items) else below(shape, part)
    return shape


def expanded(value: Any, shape: Shape | None) -> Any:
    """A value as the loader would give it: short forms written out, texts as they are written."""
    return value if shape is None else plain(Expander().expand(_node(value), shape, "x"))


def item_of(at: str, item: Any) -> dict[str, Any]:
    """A node of the list ``at`` as the loader would give it. Raises :class:`Conflict` for what has no name."""
    shape = shape_at(at)
    if not isinstance(shape, Items):
        raise NotFound(f"{at!r} is no list of nodes", code="spec/unknown-path", hint="as in evidence_policy.sources")
    found = expanded([item.item if isinstance(item, Text) else item], shape)
    if not found:
        raise Conflict(f"{item!r} has no name that could be one of {at}", code="edit/name", hint="add name: …")
    out: dict[str, Any] = found[0]
    return out


def _node(value: Any) -> yaml.Node:
    if isinstance(value, Mapping):
        return yaml.Mapping({str(k): (_scalar(str(k)), _node(v)) for k, v in value.items()}, "", 0, 0)
    if isinstance(value, list | tuple):
        return yaml.Sequence([_node(item) for item in value], "", 0, 0)
    return _scalar(value)


def _scalar(value: Any) -> yaml.Scalar:
    if isinstance(value, str):
        return yaml.Scalar(value, value, "", 0, 0, '"')
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return yaml.Scalar(value, text, "", 0, 0)


def _record(raw: dict[str, Any], path: str, *, make: bool = False) -> dict[str, Any]:
    here: Any = raw
    for part in path.split(".") if path else ():
        if isinstance(here, list):
            here = next((item for item in here if item["id"] == part), None)
        elif isinstance(here, dict):
            here = here.setdefault(part, {}) if make and here is raw else here.get(part)
    if not isinstance(here, dict):
        raise NotFound(f"the spec has no node {path!r}", code="spec/unknown-path", hint="git factory spec show")
    return here


def _item(raw: dict[str, Any], path: str) -> tuple[list[Any], dict[str, Any]]:
    at, _, id_ = path.rpartition(".")
    owner, _, key = at.rpartition(".")
    found = _record(raw, owner).get(key)
    items: list[Any] = found if isinstance(found, list) else []
    return items, next((item for item in items if isinstance(item, dict) and item["id"] == id_), _missing(path))


def _missing(path: str) -> dict[str, Any]:
    return {"": path}


def _index(items: list[Any], op: Insert | Move, at: str) -> int:
    for word, offset in ((op.after, 1), (op.before, 0)):
        if word is not None:
            found = next((n for n, item in enumerate(items) if item["id"] == word), None)
            if found is None:
                raise NotFound(f"{at} has no {word!r}", code="spec/unknown-path", hint="name a node of that list")
            return found + offset
    return len(items)


def _insert(raw: dict[str, Any], op: Insert) -> None:
    item = item_of(op.at, op.item)
    owner, _, key = op.at.rpartition(".")
    items = _record(raw, owner, make=True).setdefault(key, [])
    if any(one["id"] == item["id"] for one in items):
        message = f"{op.at}.{item['id']} is there already"
        raise Conflict(message, code="edit/exists", hint="give the new one another name, or an id: of its own")
    items.insert(_index(items, op, op.at), item)


def _remove(raw: dict[str, Any], path: str) -> None:
    shape = shape_at(path.rpartition(".")[0])
    if not isinstance(shape, Items):
        owner, _, key = path.rpartition(".")
        _unset(raw, owner, key)
        return
    items, item = _item(raw, path)
    if item not in items:
        raise NotFound(f"the spec has no node {path!r}", code="spec/unknown-path", hint="git factory spec show")
    items.remove(item)
    if not items:
        owner, _, key = path.rpartition(".")[0].rpartition(".")
        _unset(raw, owner, key)


def _set(raw: dict[str, Any], path: str, key: Key, value: Any) -> None:
    keys = (key,) if isinstance(key, str) else key
    record = _record(raw, path, make=True)
    shape = _below(path, record, keys)
    for one in keys[:-1]:
        record = record.setdefault(one, {})
    made = expanded(value.item if isinstance(value, Text) else value, shape)
    if keys[-1] == "id" or made is not None:
        record[keys[-1]] = made


def _below(path: str, record: Mapping[str, Any], keys: tuple[str, ...]) -> Shape | None:
    shape = shape_at(path)
    for key in keys:
        if isinstance(shape, Choice):
            shape = next((r for tag, r in shape.tags.items() if tag in record and key in r.keys), shape)
        shape = below(shape, key)
    return shape


def _unset(raw: dict[str, Any], path: str, key: Key) -> None:
    keys = (key,) if isinstance(key, str) else key
    record = _record(raw, path)
    trail = [record]
    for one in keys[:-1]:
        trail.append(trail[-1].get(one, {}))
    if keys[-1] not in trail[-1]:
        raise NotFound(f"{path or 'the spec'} has no {'.'.join(keys)}", code="spec/unknown-path", hint="")
    del trail[-1][keys[-1]]
    for above, one in reversed(list(zip(trail, keys, strict=False))[:-1]):
        if not above[one]:
            del above[one]
    if path and not record and "." not in path and isinstance(shape_at(path), Record):
        del raw[path]


def _rename(raw: dict[str, Any], op: Rename) -> None:
    items, item = _item(raw, op.path)
    if item not in items:
        raise NotFound(f"the spec has no node {op.path!r}", code="spec/unknown-path", hint="git factory spec show")
    id_ = renamed(item, op.name)
    if id_ != item["id"]:
        if any(one["id"] == id_ for one in items):
            at = op.path.rpartition(".")[0]
            raise Conflict(f"{at}.{id_} is there already", code="edit/exists", hint="choose another name")
        item["was"] = item["id"]
        item["id"] = id_
    item["name"] = op.name


def renamed(item: Mapping[str, Any], name: str) -> str:
    """The id after a rename: an id that is written out stays."""
    return slug(name) if item["id"] == slug(str(item["name"])) else str(item["id"])


__all__ = ["ENTITY_LIST", "difference", "done", "expanded", "item_of", "read", "renamed", "shape_at"]
