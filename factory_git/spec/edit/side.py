"""One version of a file in a merge: what it says, and the text of each of its nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from factory_git.core import yaml
from factory_git.core.errors import Problem
from factory_git.core.ids import slug
from factory_git.spec.edit import text
from factory_git.spec.edit.ops import Text
from factory_git.spec.edit.place import ENTITY_LIST, Files, Spot
from factory_git.spec.edit.write import below
from factory_git.spec.expand import Expander
from factory_git.spec.load import ENTITY_FOLDER, plain
from factory_git.spec.schema import ENTITIES, SPEC
from factory_git.spec.shapes import Choice, Items, Many, MapOf, Record, Shape

_ENTITY = re.compile(rf"(^|/)spec/{ENTITY_FOLDER}/[^/]+\.yaml$")


@dataclass(frozen=True)
class Side:
    """A version of the file at ``path``; a file of one entity is a spec with that entity."""

    path: str
    content: bytes

    @cached_property
    def files(self) -> Files:
        """The file as a spec to be edited. Raises :class:`SpecError`."""
        files = {self.path: self.content}
        if self.entity:
            # Beside any other file this one is taken for what it is.
            files[_BESIDE] = b"{}\n"
        return Files(files, "")

    @property
    def entity(self) -> bool:
        """Whether the file holds one entity."""
        return _ENTITY.search(self.path) is not None

    @cached_property
    def raw(self) -> dict[str, Any]:
        """What the file says, expanded. Raises :class:`SpecError`."""
        return self._expanded[0]

    @cached_property
    def problems(self) -> list[Problem]:
        """What is wrong with the file in itself. Raises :class:`SpecError`."""
        return self._expanded[1]

    @cached_property
    def _expanded(self) -> tuple[dict[str, Any], list[Problem]]:
        expander = Expander()
        tree = yaml.parse(self.content, self.path)
        if not self.content.strip():  # both sides have made the file: what they have in common is nothing
            return {}, []
        if self.entity:
            items = expander.expand(yaml.Sequence([tree], self.path, 1, 1), ENTITIES, ENTITY_LIST)
            raw: dict[str, Any] = {ENTITY_FOLDER: {"entities": plain(items)}}
        elif isinstance(tree, yaml.Mapping):
            raw = plain(expander.record(tree, SPEC, ""))
        else:
            problem = Problem(code="spec/type", message="a spec is a mapping of layers", place=yaml.place(tree))
            return {}, [problem]
        return raw, [p for p in expander.problems if p.path or p.code != "spec/missing-key"]

    def text_of(self, path: str) -> Text | None:
        """The very text of a node, with its comments; None where it stands in brackets or in a file of its own."""
        spot = self.files.find(path)
        return None if spot is None else _text(spot)

    def text_under(self, path: str, key: str) -> Text | None:
        """The very text of an attribute."""
        spot = self.files.find(f"{path}.{key}" if path else key)
        return None if spot is None or spot.short else _text(spot)

    def lines_of(self, path: str) -> tuple[int, int] | None:
        """The lines of what stands at an address: its first (from 0) and the one after its last."""
        spot = self.files.find(path)
        if spot is None or spot.entry is None:
            return None
        return spot.doc.number(spot.entry.start) - 1, spot.doc.number(spot.entry.end)


_BESIDE = "\0"


def _text(spot: Spot) -> Text | None:
    holder, entry, doc = spot.holder, spot.entry, spot.doc
    if holder is None or entry is None or holder.flow or entry not in holder.entries:
        return None
    index = holder.entries.index(entry)
    column = doc.column(entry.start)
    start, end = text.own_start(doc, holder, index), text.own_end(doc, holder, index)
    if not doc.begins_line(entry.start):  # beside a dash: its own line begins with the key
        start = entry.start
    lines = doc.text[start:end].removesuffix("\n").split("\n")
    cut = [line[column:] if not line[:column].strip() else line for line in lines]
    if not doc.begins_line(entry.start):
        cut[0] = lines[0]
    return Text(lines=tuple(cut), item=None, dash=entry.key is None)


def short(raw: Any, shape: Shape | None) -> Any:
    """Expanded data as a person would write it: names for nodes that say no more, lists keyed where they can be."""
    if isinstance(shape, Items):
        items = [_short_item(item, shape) for item in raw]
        return dict(items) if shape.keyed else [body for _, body in items]
    if isinstance(shape, Many) and isinstance(raw, list):
        return [short(item, shape.item) for item in raw]
    if isinstance(shape, Record | Choice | MapOf) and isinstance(raw, Mapping):
        return {key: short(value, below(shape, key)) for key, value in raw.items()}
    return raw


def item_of(raw: Mapping[str, Any], shape: Items) -> Any:
    """One expanded node as an item of a list."""
    listed = Items(shape.item, shape.kind, short=shape.short, also=shape.also, name_from=shape.name_from)
    return _short_item(raw, listed)[1]


def _short_item(raw: Mapping[str, Any], shape: Items) -> tuple[str, Any]:
    name = str(raw["name"])
    rest = {key: value for key, value in raw.items() if key not in ("name", "id")}
    if raw["id"] != slug(name):
        rest = {"id": raw["id"], **rest}
    if shape.also and rest.get(shape.short) == name:
        rest.pop(shape.short)
    body = {key: short(value, below(shape.item, key)) for key, value in rest.items()}
    if shape.keyed:
        return name, body[shape.short] if list(body) == [shape.short] else body
    return name, {"name": name, **body} if body else name
