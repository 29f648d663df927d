"""Nodes put into the lists of a spec's text, taken out, renamed and moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory_git.core.errors import NotFound
from factory_git.core.ids import slug
from factory_git.spec.edit import text, write
from factory_git.spec.edit.document import WIDTH, Document, Splice
from factory_git.spec.edit.expand import expanded
from factory_git.spec.edit.ops import Insert, Move, Rename, Text
from factory_git.spec.edit.place import ENTITY_LIST, Files, Spot, guard, guard_removal, identity, nodes
from factory_git.spec.edit.tree import Node
from factory_git.spec.edit.values import layer, put_key, unset
from factory_git.spec.schema import ENTITIES, SPEC
from factory_git.spec.shapes import TEXT, Items, Record


def insert(files: Files, op: Insert) -> Files:
    """The files with the node in its list."""
    if op.at == ENTITY_LIST and files.own():
        return _own_file(files, op)
    spot = files.find(op.at)
    owner, _, key = op.at.rpartition(".")
    if spot is None or spot.empty:
        return _new_list(files, owner, key, op)
    index = _index(spot, op.after, op.before, op.at)
    if not spot.node.entries:
        return files.with_(_first(spot, op))
    return files.with_(_put(spot, index, op.item))


def remove(files: Files, path: str) -> Files:
    """The files without the node; a list that holds no other goes with it."""
    at, _, id_ = path.rpartition(".")
    own = next((doc for doc in files.own() if at == ENTITY_LIST and _is(doc, id_)), None)
    if own is not None:
        return files.without(own.path)
    spot = files.find(at)
    if spot is None or not isinstance(spot.shape, Items):
        return unset(files, at, id_)
    index = _number(spot, id_, path)
    if len(nodes(spot)) == 1:
        owner, _, key = at.rpartition(".")
        return unset(files, owner, key)
    guard(spot, spot.node)
    guard_removal(spot, spot.node.entries[index])
    cut = text.drop_flow if spot.node.flow else text.drop
    return files.with_(spot.doc.with_(cut(spot.doc, spot.node, index)))


def rename(files: Files, op: Rename) -> Files:
    """The files with the node under its new name, and ``was`` where its id is another one by that."""
    spot = files.record(op.path)
    guard(spot)
    old = op.path.rpartition(".")[2]
    explicit = _explicit(spot)
    kept = explicit is not None and slug(_name(spot)) != explicit
    id_ = old if kept else slug(op.name)
    parent = op.path.rpartition(".")[0]
    here = f"{parent}.{old}"
    if id_ != old:
        if spot.node.kind != "map":
            spot = files.with_(expanded(spot)).record(op.path)
            files = files.with_(spot.doc)
        files = files.with_(put_key(spot, "was", old))
        spot = files.record(here)
        if explicit is not None:
            files = files.with_(put_key(spot, "id", id_))
            spot = files.record(f"{parent}.{id_}")
    return files.with_(_named(spot, op.name))


def move(files: Files, op: Move) -> Files:
    """The files with the node at another place of its list."""
    at, _, id_ = op.path.rpartition(".")
    spot = files.find(at)
    if spot is None or not isinstance(spot.shape, Items):
        raise NotFound(f"the spec has no node {op.path!r}", code="spec/unknown-path", hint="git factory spec show")
    if at == ENTITY_LIST and files.own():
        return files  # the order of entities means nothing, and that of files is the order of their names
    source = _number(spot, id_, op.path)
    target = _index(spot, op.after, op.before, at)
    if target in (source, source + 1):
        return files
    guard(spot, spot.node)
    doc, node = spot.doc, spot.node
    if node.flow:
        entry = node.entries[source]
        splices = [
            *text.drop_flow(doc, node, source),
            *text.put_flow(doc, node, target, doc.text[entry.start : entry.end]),
        ]
        return files.with_(doc.with_(_joined(splices)))
    return files.with_(doc.with_(_moved(doc, node, source, target)))


# -- putting ----------------------------------------------------------------------------------------------------------


def _own_file(files: Files, op: Insert) -> Files:
    item = op.item.item if isinstance(op.item, Text) else op.item
    body: Mapping[str, Any] = {"name": item} if isinstance(item, str) else item
    folder = files.own()[0].path.rpartition("/")[0]
    name = slug(str(body.get("id") or body["name"]))
    lines: list[str] = []
    for key, value in body.items():
        lines += write.entry(f"{key}:", value, write.below(ENTITIES.item, key), files.own()[0].style)
    if isinstance(op.item, Text) and all(line.startswith(("- ", "  ")) or not line for line in op.item.lines):
        lines = [line[2:] for line in op.item.lines]  # its own text, without the dash
    return files.with_(Document(f"{folder}/{name}.yaml", ("\n".join(lines) + "\n").encode()))


def _new_list(files: Files, owner: str, key: str, op: Insert) -> Files:
    """A list that is not there yet, with its first node."""
    if op.after is not None or op.before is not None:
        word = op.after if op.after is not None else op.before
        raise NotFound(f"{op.at} has no {word!r}", code="spec/unknown-path", hint="name a node of that list")
    if not owner:
        return layer(files, key, _only(op.item, SPEC, key))
    if "." not in owner and files.find(owner) is None:
        return layer(files, owner, {key: _only(op.item, SPEC.keys[owner], key)})
    spot = files.record(owner)
    if spot.node.kind != "map":
        return _new_list(files.with_(expanded(spot)), owner, key, op)
    return files.with_(put_key(spot, key, _only(op.item, spot.record, key)))


def _only(item: Any, shape: Any, key: str) -> Any:
    """A list of one node; keyed where the language writes such lists so."""
    one = item.item if isinstance(item, Text) else item
    below = write.below(shape, key)
    if isinstance(below, Items) and below.keyed and isinstance(one, Mapping):
        name, body = keyed(one, below)
        return {name: body}
    return [one]


def _first(spot: Spot, op: Insert) -> Document:
    """The first node of an empty pair of brackets."""
    guard(spot, spot.node)
    doc, node = spot.doc, spot.node
    value = _only(op.item, Record({"x": spot.shape}), "x")
    if node.kind == "seq" and isinstance(value, Mapping):
        value = [op.item.item if isinstance(op.item, Text) else op.item]
    entry = spot.entry
    if entry is None or entry.key is None or (spot.holder is not None and spot.holder.flow):
        inner = write.flow(value, spot.shape)[1:-1]
        return doc.with_(text.put_flow(doc, node, 0, inner))
    head = f"{write.key(entry.key.text)}:"
    lines = write.entry(head, value, spot.shape, doc.style)
    return doc.with_(text.replaced(doc, entry, head, lines))


def _put(spot: Spot, index: int, item: Any) -> Document:
    guard(spot, spot.node)
    doc, node = spot.doc, spot.node
    assert isinstance(spot.shape, Items)
    plain = item.item if isinstance(item, Text) else item
    if node.flow:
        return doc.with_(text.put_flow(doc, node, index, _flat(spot, plain)))
    if isinstance(item, Text) and item.dash == (node.kind == "seq"):
        return doc.with_(text.put(doc, node, index, item.lines))
    if node.kind == "map":
        name, body = keyed(plain, spot.shape)
        head = f"{write.key(name)}:"
        if _flat_neighbours(node, index) and isinstance(body, Mapping):
            return doc.with_(text.put(doc, node, index, [f"{head} {write.flow(body, spot.shape.item)}"]))
        lines = [head] if body is None else write.entry(head, body, spot.shape.item, doc.style)
        return doc.with_(text.put(doc, node, index, lines))
    return doc.with_(text.put(doc, node, index, _dashed(spot, index, plain)))


def _dashed(spot: Spot, index: int, item: Any) -> list[str]:
    doc, node = spot.doc, spot.node
    assert isinstance(spot.shape, Items)
    if isinstance(item, str):
        return [f"- {write.scalar(item, flow=False, quote=_quote(node))}"]
    flat = f"- {write.flow(item, spot.shape.item)}"
    like = _flat_neighbours(node, index)
    if like and len(flat) + doc.column(node.start) <= WIDTH:
        return [flat]
    return write.entry("-", item, spot.shape.item, doc.style, WIDTH - doc.column(node.start), tall=like is False)


def _flat(spot: Spot, item: Any) -> str:
    """A node as it stands in brackets."""
    assert isinstance(spot.shape, Items)
    if spot.node.kind == "map":
        name, body = keyed(item, spot.shape)
        return f"{write.key(name)}: {write.flow({} if body is None else body, spot.shape.item)}"
    return (
        write.flow(item, spot.shape.item) if not isinstance(item, str) else write.scalar(item, quote=_quote(spot.node))
    )


def keyed(item: Any, shape: Items) -> tuple[str, Any]:
    """Key and body of a node in a list that is written as a mapping."""
    if isinstance(item, str):
        return item, None
    name = next(str(item[word]) for word in ("name", *shape.name_from, "id") if word in item)
    body = {key: value for key, value in item.items() if key != "name"}
    if list(body) == [shape.short] and not isinstance(body[shape.short], Mapping | list):
        return name, body[shape.short]
    return name, body or None


def _flat_neighbours(node: Node, index: int) -> bool | None:
    """Whether the nodes beside this place are in brackets; None where none says more than its name."""
    near = [e.value for e in (*node.entries[max(0, index - 1) : index], *node.entries[index : index + 1])]
    maps = [value for value in near if value.kind == "map"]
    return maps[0].flow if maps else None


def _quote(node: Node) -> str:
    """The quotes that all plain texts of a list have."""
    styles = {entry.value.style for entry in node.entries if entry.value.kind == "scalar"}
    return next(iter(styles)) or "" if len(styles) == 1 and styles & {"'", '"'} else ""


# -- finding ----------------------------------------------------------------------------------------------------------


def _is(doc: Document, id_: str) -> bool:
    return identity(doc, doc.tree, ENTITIES) == id_


def _number(spot: Spot, id_: str, path: str) -> int:
    """The index, among all entries, of the one that holds a node."""
    found = next((one for name, one in nodes(spot) if name == id_), None)
    if found is None or found.entry is None:
        raise NotFound(f"the spec has no node {path!r}", code="spec/unknown-path", hint="git factory spec show")
    return spot.node.entries.index(found.entry)


def _index(spot: Spot, after: str | None, before: str | None, at: str) -> int:
    if after is not None:
        return _number(spot, after, f"{at}.{after}") + 1
    if before is not None:
        return _number(spot, before, f"{at}.{before}")
    return len(spot.node.entries)


def _explicit(spot: Spot) -> str | None:
    entry = spot.node.entry("id") if spot.node.kind == "map" else None
    return entry.value.text if entry is not None else None


def _name(spot: Spot) -> str:
    if spot.entry is not None and spot.entry.key is not None and spot.items is not None and spot.items.keyed:
        return spot.entry.key.text
    for word in ("name", *(spot.items.name_from if spot.items else ()), "id"):
        entry = spot.node.entry(word) if spot.node.kind == "map" else None
        if entry is not None:
            return spot.doc.resolved(entry.value).text
    return spot.node.text


def _named(spot: Spot, name: str) -> Document:
    doc = spot.doc
    key = spot.entry.key if spot.entry is not None else None
    in_map = spot.holder is not None and spot.holder.kind == "map"
    if key is not None and in_map and spot.items is not None and spot.items.keyed:
        return doc.with_([Splice(key.start, key.end, write.scalar(name, TEXT, quote=key.style or ""))])
    node = spot.node
    if node.kind != "map":
        new = write.scalar(name, flow=bool(spot.holder and spot.holder.flow), quote=node.style or "")
        return doc.with_([Splice(node.start, node.end, new)])
    own = node.entry("name")
    if own is not None and own.value.kind == "scalar" and own.value.style in (None, "'", '"'):
        new = write.scalar(name, TEXT, flow=node.flow, quote=own.value.style or "")
        return doc.with_([Splice(own.value.start, own.value.end, new)])
    return put_key(spot, "name", name)


# -- moving -----------------------------------------------------------------------------------------------------------


def _moved(doc: Document, node: Node, source: int, target: int) -> list[Splice]:
    """The lines of one entry at another's place."""
    start, end = text.own_start(doc, node, source), text.own_end(doc, node, source)
    lines = doc.text[start:end].removesuffix("\n").split("\n")
    column = doc.column(node.entries[0].start)
    body = [line[column:] if not line[:column].strip() else line for line in lines]
    return _joined([*text.drop(doc, node, source), *text.put(doc, node, target, body)])


def _joined(splices: list[Splice]) -> list[Splice]:
    """Splices that touch, as one: what is put where something is cut comes first."""
    ordered = sorted(splices, key=lambda s: (s.start, s.end))
    out: list[Splice] = []
    for splice in ordered:
        if out and splice.start < out[-1].end:
            last = out[-1]
            out[-1] = Splice(last.start, max(last.end, splice.end), last.text + splice.text)
        else:
            out.append(splice)
    return out
