"""Attributes given, changed and taken out in the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory_git.core.errors import Conflict, NotFound
from factory_git.spec.edit import text, write
from factory_git.spec.edit.document import Document, Splice
from factory_git.spec.edit.expand import expanded
from factory_git.spec.edit.ops import Key, Text
from factory_git.spec.edit.place import Files, Spot, child, guard, guard_removal
from factory_git.spec.edit.tree import Entry, Node
from factory_git.spec.edit.words import is_words, with_words
from factory_git.spec.schema import LAYERS
from factory_git.spec.shapes import Choice, Items, Record, Shape
from factory_git.spec.split import FOLDER, INTRODUCTION

_FIRST = ("id", "name", "was")


def set_(files: Files, path: str, key: Key, value: Any) -> Files:
    """The files with the attribute set."""
    keys = (key,) if isinstance(key, str) else key
    if keys == ("name",):
        raise Conflict("a name is changed by Rename", code="edit/name", hint="it may change the node's id")
    if path and "." not in path and files.find(path) is None:
        return layer(files, path, {keys[0]: _nested(keys[1:], value)})
    if not path:
        return layer(files, keys[0], _nested(keys[1:], value))
    return _amend(files, path, keys, value)


def layer(files: Files, key: str, value: Any) -> Files:
    """The files with a layer said, in the file where it belongs."""
    doc = files.home(key)
    if doc is None:
        doc = _new_home(files, key)
    return files.with_(put_key(files.top(doc), key, value))


def unset(files: Files, path: str, key: Key) -> Files:
    """The files without the attribute; a layer that says nothing then goes too."""
    keys = (key,) if isinstance(key, str) else key
    if not path:
        doc = files.home(keys[0])
        if doc is None:
            raise _missing(path, keys)
        return files.with_(drop_key(files.top(doc), keys[0]))
    spot = files.record(path)
    trail = [spot]
    for one in keys[:-1]:
        below = child(trail[-1], one)
        if below is None:
            raise _missing(path, keys)
        trail.append(below)
    if child(trail[-1], keys[-1]) is None:
        raise _missing(path, keys)
    if trail[-1].short == keys[-1] or (trail[-1].node.kind != "map"):
        files = files.with_(expanded(trail[-1]))
        return unset(files, path, key)
    while len(trail) > 1 and len(trail[-1].node.entries) == 1:
        trail.pop()
    if len(trail) == 1 and "." not in path and len(spot.node.entries) == 1:
        return unset(files, "", path)
    return files.with_(drop_key(trail[-1], keys[len(trail) - 1]))


def put_key(spot: Spot, key: str, value: Any) -> Document:
    """The file with ``key`` of the mapping at ``spot`` saying ``value``."""
    doc, node = spot.doc, spot.node
    guard(spot, node)
    shape = write.below(spot.record if isinstance(spot.shape, Record | Choice) else spot.shape, key)
    own = node.entry(key) if node.kind == "map" else None
    if own is not None and is_words(own.value, value):
        return with_words(doc, own, value, shape)
    if own is not None:
        return _replaced(doc, node, own, value, shape)
    if node.kind == "empty":
        lines = _lines(doc, key, value, shape)
        return doc.with_([text.at_end(doc, lines)])
    index = _rank(spot, key)
    if node.flow:
        inline = value.item if isinstance(value, Text) else value
        return doc.with_(text.put_flow(doc, node, index, f"{write.key(key)}: {write.flow(inline, shape)}"))
    top = not spot.chain and spot.items is None
    return doc.with_(text.put(doc, node, index, _lines(doc, key, value, shape), apart=top and _tall(doc, node)))


def drop_key(spot: Spot, key: str) -> Document:
    """The file without ``key`` of the mapping at ``spot``. An empty mapping stays behind as ``{}``."""
    doc, node = spot.doc, spot.node
    guard(spot, node)
    index = next((n for n, e in enumerate(node.entries) if e.key is not None and e.key.text == key), None)
    if index is None:
        message = f"{key} comes in by <<"
        raise doc.refuse(node.start, message, "write out what << brings in, then try again")
    guard_removal(spot, node.entries[index])
    if node.flow:
        return doc.with_(text.drop_flow(doc, node, index))
    if len(node.entries) == 1 and spot.entry is not None:
        head = f"{write.key(spot.entry.key.text)}:" if spot.entry.key is not None else "-"
        return doc.with_(text.replaced(doc, spot.entry, head, [f"{head} {{}}"]))
    return doc.with_(text.drop(doc, node, index))


def _amend(files: Files, path: str, keys: tuple[str, ...], value: Any) -> Files:
    """Set below a node, as close to the change as the text allows: a mapping is changed key by key."""
    spot = files.record(path)
    for number, one in enumerate(keys[:-1]):
        if spot.node.kind != "map":
            return _amend(files.with_(expanded(spot)), path, keys, value)
        below = child(spot, one)
        if below is None or below.empty:
            return files.with_(put_key(spot, one, _nested(keys[number + 1 :], value)))
        spot = below
    if spot.node.kind != "map":
        return _amend(files.with_(expanded(spot)), path, keys, value)
    there = child(spot, keys[-1])
    if there is None or not isinstance(value, Mapping) or not value or isinstance(there.shape, Items):
        return files.with_(put_key(spot, keys[-1], value))
    if there.node.kind != "map" or not there.node.entries:
        return files.with_(put_key(spot, keys[-1], value))
    for key, held in value.items():
        files = _amend(files, path, (*keys, str(key)), held)
    for gone in (key for key in there.node.keys() if key not in value):  # noqa: SIM118
        files = unset(files, path, (*keys, gone))
    return files


def _nested(keys: tuple[str, ...], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value.item if isinstance(value, Text) else value}
    return value


def _replaced(doc: Document, node: Node, own: Entry, value: Any, shape: Shape | None) -> Document:
    plain = value.item if isinstance(value, Text) else value
    assert own.key is not None
    if node.flow:
        new = write.flow(plain, shape)
        if own.value.kind == "empty":
            return doc.with_([Splice(own.key.end, max(own.value.end, own.key.end), f": {new}")])
        return doc.with_([Splice(own.value.head, own.value.end, new)])
    head = f"{write.key(own.key.text)}:"
    if isinstance(value, Text):
        lines = [line for line in value.lines if not line.startswith("#")]
    else:
        lines = _entry(doc, head, _like(own.value, plain), plain, shape)
    return doc.with_(text.replaced(doc, own, head, lines))


def _like(old: Node, value: Any) -> bool:
    """Whether a collection that was in brackets on one line is to stay so."""
    return old.flow and not isinstance(value, str)


def _entry(doc: Document, head: str, flat: bool, value: Any, shape: Shape | None) -> list[str]:
    if flat and isinstance(value, list | tuple | Mapping):
        return [f"{head} {write.flow(value, shape)}"]
    return write.entry(head, value, shape, doc.style)


def _lines(doc: Document, key: str, value: Any, shape: Shape | None) -> list[str]:
    if isinstance(value, Text) and not value.dash:
        return list(value.lines)
    return write.entry(f"{write.key(key)}:", value.item if isinstance(value, Text) else value, shape, doc.style)


def _rank(spot: Spot, key: str) -> int:
    """The index among the entries where the language has this key: before those that come after it."""
    order = _order(spot)
    own = order.get(key, len(order))
    best = 0
    for number, entry in enumerate(spot.node.entries):
        word = entry.key.text if entry.key is not None else ""
        if entry.merges or order.get(word, -1) <= own:
            best = number + 1
    return best


def _order(spot: Spot) -> dict[str, int]:
    if not isinstance(spot.shape, Record | Choice):
        return {}
    keys = [k for k in spot.record.keys if k not in _FIRST]
    if spot.record.keys is LAYERS:
        return {key: number for number, key in enumerate(LAYERS)}
    own = [k for k in keys if k not in ("note", "stability", "code")]
    return {key: number for number, key in enumerate((*_FIRST, "note", "stability", "code", *own))}


def _tall(doc: Document, node: Node) -> bool:
    """Whether a file's layers are blocks, so that a blank line between them reads well."""
    return any(doc.number(entry.end) > doc.number(entry.start) for entry in node.entries) or len(node.entries) < 2


def _new_home(files: Files, key: str) -> Document:
    """The file in which a layer that is not there yet is to be said."""
    app = files.home("app") or next(iter(files.docs.values()))
    folder, _, _ = app.path.rpartition("/")
    parted = app.path == f"{FOLDER}/app.yaml" or app.path.endswith(f"/{FOLDER}/app.yaml")
    if not parted or key in INTRODUCTION:
        return app
    return files.docs.get(f"{folder}/{key}.yaml") or Document(f"{folder}/{key}.yaml", b"")


def _missing(path: str, keys: tuple[str, ...]) -> NotFound:
    return NotFound(
        f"{path or 'the spec'} has no {'.'.join(keys)}", code="spec/unknown-path", hint="git factory spec show"
    )
