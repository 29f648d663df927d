"""From YAML nodes to expanded data: short forms written out, ids given, every problem noted with its place.

The result mirrors the language's shapes (:mod:`factory_git.spec.schema`): records are dicts, items are dicts with
``name`` and ``id``, text leaves are :class:`Text`, ``cell`` leaves are :class:`Cell`. What is wrong is left
out, so that the rest can be looked at too.
"""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from factory_git.core.errors import Place, Problem
from factory_git.core.ids import SpecPath, slug
from factory_git.core.yaml import Mapping, Node, Scalar, Sequence, place
from factory_git.spec import names
from factory_git.spec.model import Text
from factory_git.spec.shapes import CELL, Choice, Items, Leaf, Many, MapOf, Record, Shape, Table, Words

REFERENCES = frozenset(("entity", "role", "pipeline", "action", "tier", "path"))
_EXTRA = "x-"


@dataclass(frozen=True, slots=True)
class Cell:
    """A scalar with its value (``30``, ``true``) and its text as written (``"030"``)."""

    value: bool | int | Decimal | str | None
    text: Text
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that must be known: of an entity, a role, a pipeline … or an address in the spec."""

    kind: str
    text: Text


class Expander:
    """Expands nodes of one spec; collects ``problems``, ``references`` and the ``places`` of nodes on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.references: list[Reference] = []
        self.places: dict[SpecPath, Place] = {}
        self.attributes: set[str] = set()  # of layers: deployment.retention

    # -- one method a shape ------------------------------------------------------------------------------------------

    def expand(self, node: Node, shape: Shape, path: str) -> Any:
        """``node`` as data of ``shape``, or None where it is not of that shape (and a problem says so)."""
        match shape:
            case Leaf():
                return self._leaf(node, shape, path)
            case Words():
                return self._words(node, shape, path)
            case Many():
                return self._many(node, shape, path)
            case Items():
                return self._items(node, shape, path)
            case Record():
                return self.record(node, shape, path)
            case MapOf():
                return self._map(node, shape, path)
            case Choice():
                return self.record(node, self._chosen(node, shape, path), path)
            case Table():
                return self._table(node, path)

    def record(self, node: Node, shape: Record, path: str) -> dict[str, Any]:
        """The keys of a mapping; a bare scalar or list stands for one key where the shape says so."""
        if not isinstance(node, Mapping):
            key = shape.short if isinstance(node, Scalar) else shape.short_list if isinstance(node, Sequence) else ""
            if key:
                self._note_layer(path, key, node)
                return {key: self.expand(node, shape.keys[key], self._below(path, shape.keys[key], key))}
            if not _is_null(node) or shape.required:
                self._wrong(node, f"expected a mapping with {_list(shape.keys)}", path)
            return {}
        out: dict[str, Any] = {}
        for key, (at, value) in node.entries.items():
            known = shape.keys.get(key)
            if known is not None:
                self._note_layer(path, key, at)
                if isinstance(known, Items):
                    self.places.setdefault(names.join(path, key), place(at))
                if not _is_null(value) or known is CELL:
                    out[key] = self.expand(value, known, self._below(path, known, key))
            elif key.startswith(_EXTRA):
                out[key] = _data(value)
            elif shape.rest is not None:
                out[key] = self.expand(value, shape.rest, path)
            else:
                self._unknown_key(at, key, shape, path)
        for key in shape.required:
            if key not in out:
                self.problem("spec/missing-key", f"{key!r} is missing", node, path, f"add {key}: …")
        return {key: value for key, value in out.items() if value is not None}

    def _leaf(self, node: Node, shape: Leaf, path: str) -> Any:
        if shape is _ANYTHING:
            return None
        if not isinstance(node, Scalar):
            what = {"expression": "an expression", "type": "a type"}.get(shape.kind, "plain text")
            found = "a list" if isinstance(node, Sequence) else "a mapping"
            hint = "quote an expression that has braces, brackets or ': ' in it" if shape.kind == "expression" else ""
            self.problem("spec/type", f"expected {what}, found {found}", node, path, hint)
            return None
        if node.value is None and not (shape.kind == "cell" or (shape.kind == "expression" and node.text == "null")):
            self.problem("spec/type", "a value is missing here", node, path)
            return None
        if shape.kind in ("bool", "int"):
            wanted = bool if shape.kind == "bool" else int
            if type(node.value) is not wanted:
                what = "true or false" if wanted is bool else "a whole number"
                self.problem("spec/type", f"expected {what}, found {node.text!r}", node, path)
                return None
            return node.value
        text = self.text(node, path)
        if shape.kind == "cell":
            return Cell(node.value, text, node.style is not None)
        if shape.kind in REFERENCES:
            self.references.append(Reference(shape.kind, text))
        return text

    def _words(self, node: Node, shape: Words, path: str) -> Text | None:
        if isinstance(node, Scalar) and node.text in shape.words:
            return self.text(node, path)
        found = repr(node.text) if isinstance(node, Scalar) else "something else"
        hint = names.suggest(node.text, shape.words) if isinstance(node, Scalar) else ""
        self.problem("spec/word", f"expected one of {_list(shape.words)}, found {found}", node, path, hint)
        return None

    def _many(self, node: Node, shape: Many, path: str) -> list[Any]:
        items = node.items if isinstance(node, Sequence) else [node]
        if shape.most and len(items) > shape.most:
            self.problem("spec/type", f"at most {shape.most} values stand here, found {len(items)}", node, path)
        out = [self.expand(item, shape.item, path) for item in items]
        return [item for item in out if item is not None]

    def _map(self, node: Node, shape: MapOf, path: str) -> dict[Any, Any]:
        if not isinstance(node, Mapping):
            self._wrong(node, "expected a mapping", path)
            return {}
        out: dict[str, Any] = {}
        for key, (at, value) in node.entries.items():
            if shape.keys == "name" and not names.IDENTIFIER.fullmatch(key):
                hint = "an expression with commas, braces or ': ' in it needs quotes"
                self.problem("spec/name", f"{key[:60]!r} cannot be a name", at, path, hint)
                continue
            if shape.keys == "entity" or (shape.keys == "bound" and key != "runs"):
                self.references.append(Reference("entity", self.text(at, path)))
            made = self.expand(value, shape.value, path)
            if made is not None:
                out[key] = made
            if path in self.attributes:
                self.places.setdefault(names.join(path, slug(key)), place(at))
        return out

    def _table(self, node: Node, path: str) -> list[list[Cell]]:
        if not isinstance(node, Sequence) or not node.items:
            self._wrong(node, "expected a table: a list of rows, the header first", path)
            return []
        rows: list[list[Cell]] = []
        for row in node.items:
            if not isinstance(row, Sequence):
                self._wrong(row, "expected a row: a list of values", path)
                continue
            cells = [self._cell(value, path) for value in row.items]
            rows.append([c for c in cells if c is not None])
            if not rows[0]:
                self.problem("spec/table", "the header of this table names no field", row, path)
                return []
            if len(row.items) != len(rows[0]):
                count = len(row.items)
                self.problem("spec/table", f"this row has {count} values, the header {len(rows[0])}", row, path)
                rows.pop()
        return rows

    def _cell(self, node: Node, path: str) -> Any:
        if isinstance(node, Scalar):
            return Cell(node.value, self.text(node, path), node.style is not None)
        text = Text(text="", place=place(node), path=SpecPath(path))
        return Cell(_data(node), text, True)

    def _items(self, node: Node, shape: Items, path: str) -> list[dict[str, Any]]:
        pairs: list[tuple[Scalar | None, Node]]
        if isinstance(node, Sequence):
            pairs = [(None, item) for item in node.items]
        elif isinstance(node, Mapping) and shape.keyed:
            pairs = [(at, value) for key, (at, value) in node.entries.items() if not key.startswith(_EXTRA)]
        else:
            self._wrong(node, f"expected a list of {shape.kind}s" + (" or a mapping" if shape.keyed else ""), path)
            return []
        out: list[dict[str, Any]] = []
        seen: dict[str, Place] = {}
        for at, body in pairs:
            item = self._item(at, body, shape, path, seen)
            if item is not None:
                out.append(item)
        return out

    def _item(self, at: Scalar | None, body: Node, shape: Items, path: str, seen: dict[str, Place]) -> Any:
        name = at if at is not None else self._name(body, shape, path)
        if name is None:
            return None
        id_ = self._id(name, body, shape, path)
        if id_ is None:
            return None
        if id_ in seen:
            message = f"two {shape.kind}s have the id {id_!r}; the first is at {seen[id_]}"
            self.problem(
                "spec/duplicate-id", message, name, names.join(path, id_), "give one of them another name or an id:"
            )
            return None
        own = names.join(path, id_)
        seen[id_] = self.places[own] = place(name)
        item: dict[str, Any] = {"name": self.text(name, own), "id": id_}
        if isinstance(body, Mapping):
            record = self._chosen(body, shape.item, own) if isinstance(shape.item, Choice) else shape.item
            return {**self.record(body, record, own), **item}
        record = shape.item.default if isinstance(shape.item, Choice) else shape.item
        if at is not None and not _is_null(body):
            if not shape.short or not isinstance(body, Scalar):
                self._wrong(body, f"expected a mapping with {_list(record.keys)}", own)
                return item
            return {shape.short: self.expand(body, record.keys[shape.short], own), **item}
        if at is None and shape.also:
            return {shape.short: self.text(name, own), **item}
        for key in record.required:
            self.problem("spec/missing-key", f"{key!r} is missing", body, own, f"add {key}: …")
        return item

    # -- names and ids -----------------------------------------------------------------------------------------------

    def _name(self, body: Node, shape: Items, path: str) -> Scalar | None:
        if isinstance(body, Scalar) and not _is_null(body):
            return body
        if isinstance(body, Mapping):
            for key in ("name", *shape.name_from, "id"):
                entry = body.entries.get(key)
                if entry is not None and isinstance(entry[1], Scalar) and not _is_null(entry[1]):
                    return entry[1]
            one = next(iter(body.entries), "")
            hint = (
                f"add name: …, or quote the whole if {one!r} is part of a sentence"
                if len(body.entries) == 1
                else "add name: …"
            )
            self.problem("spec/missing-key", f"this {shape.kind} has no name", body, path, hint)
            return None
        self._wrong(body, f"expected the name of a {shape.kind}, or a mapping with name", path)
        return None

    def _id(self, name: Scalar, body: Node, shape: Items, path: str) -> str | None:
        entry = body.entries.get("id") if isinstance(body, Mapping) else None
        if entry is not None and isinstance(entry[1], Scalar):
            id_ = entry[1].text
            if not names.ID.fullmatch(id_):
                hint = f"ids are lower-case letters, digits and _: {slug(id_) or 'such_as_this'}"
                self.problem("spec/id", f"{id_!r} cannot be an id", entry[1], path, hint)
                return None
            return id_
        id_ = slug(name.text)
        if not id_:
            self.problem("spec/name", f"the name {name.text!r} gives no id", name, path, "use a word, or add id: …")
            return None
        return id_

    def _chosen(self, node: Node, shape: Choice, path: str) -> Record:
        if not isinstance(node, Mapping):
            return shape.default
        tags = [tag for tag in shape.tags if tag in node.entries]
        if len(tags) > 1:
            message = f"a step names one {shape.what}, this one names {_list(tags)}"
            self.problem("spec/skill", message, node.entries[tags[1]][0], path, "make a step of each")
            return Record({k: v for tag in tags for k, v in shape.tags[tag].keys.items()})
        if tags:
            return shape.tags[tags[0]]
        unknown = [k for k in node.entries if k not in shape.default.keys and not k.startswith(_EXTRA)]
        near = {tag for key in unknown if (tag := names.nearest(key, shape.tags))}
        known = {k: v for tag in shape.tags for k, v in shape.tags[tag].keys.items()}
        if unknown and (near or all(k in known for k in unknown)):
            word = next((k for k in unknown if names.nearest(k, shape.tags)), unknown[0])
            hint = names.suggest(word, shape.tags)
            self.problem("spec/skill", f"this step has {word!r} but no {shape.what}", node.entries[word][0], path, hint)
            return Record({**dict.fromkeys(unknown, _ANYTHING), **known, **shape.default.keys})
        return shape.default

    # -- problems and places -----------------------------------------------------------------------------------------

    def text(self, node: Scalar, path: str) -> Text:
        """The scalar as :class:`Text`."""
        return Text(text=node.text, place=place(node), path=SpecPath(path), breaks=node.breaks)

    def problem(self, code: str, message: str, node: Node, path: str, hint: str = "") -> None:
        """Note one problem."""
        self.problems.append(Problem(code=code, message=message, place=place(node), path=path, hint=hint))

    def _wrong(self, node: Node, message: str, path: str) -> None:
        if isinstance(node, Scalar):
            found = "nothing" if _is_null(node) else repr(node.text[:60])
        else:
            found = "a list" if isinstance(node, Sequence) else "a mapping"
        self.problem("spec/type", f"{message}, found {found}", node, path)

    def _unknown_key(self, at: Scalar, key: str, shape: Record, path: str) -> None:
        hint = names.suggest(key, shape.keys)
        if any(c in key for c in "()\"'"):
            hint = "an expression with commas, braces or ': ' in it needs quotes"
        self.problem("spec/unknown-key", f"unknown key {key[:60]!r}", at, path, hint)

    def _below(self, path: str, shape: Shape, key: str) -> str:
        """The path of what stands under ``key``: nodes are below it, plain attributes belong to the node itself."""
        return names.join(path, key) if isinstance(shape, Items) or "." not in path else path

    def _note_layer(self, path: str, key: str, at: Node) -> None:
        if "." not in path:
            own = names.join(path, key)
            self.places.setdefault(own, place(at))
            self.attributes.add(own)


_ANYTHING = Leaf("anything")  # passed over: its place has its problem already


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _data(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_data(item) for item in node.items]
    return {key: _data(value) for key, (_, value) in node.entries.items()}


def _list(words: AbstractMapping[str, Any] | tuple[str, ...] | list[str]) -> str:
    shown = [w for w in words if w not in ("id", "was", "note", "stability", "code")]
    return ", ".join(shown[:10]) + (", …" if len(shown) > 10 else "")
