"""Where in the files of a spec an address points: the entry that holds it, its value, and what is above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from factory_git.core.errors import NotFound
from factory_git.core.ids import slug
from factory_git.spec import names
from factory_git.spec.edit.document import Document
from factory_git.spec.edit.tree import Entry, Node, walk
from factory_git.spec.load import ENTITY_FOLDER
from factory_git.spec.schema import ENTITIES, LAYERS, SPEC
from factory_git.spec.shapes import Choice, Items, MapOf, Record, Shape

ENTITY_LIST = f"{ENTITY_FOLDER}.entities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A value in a file. ``chain`` are the collections around it, from the top; ``entry`` is the one that holds it.

    ``short`` is the key that the value itself stands for, where a record is written in its short form.
    """

    doc: Document
    chain: tuple[Node, ...]
    entry: Entry | None
    node: Node
    shape: Shape
    short: str = ""
    items: Items | None = None  # of a node of a list: the list's shape

    @property
    def holder(self) -> Node | None:
        """The collection that the entry is in."""
        return self.chain[-1] if self.chain else None

    @property
    def record(self) -> Record:
        """The keys that may stand here."""
        shape = self.shape
        if isinstance(shape, Choice):
            tags = {**{name: r for name, r in shape.tags.items() if self.node.entry(name)}, "": shape.default}
            return next(iter(tags.values()))
        assert isinstance(shape, Record)
        return shape

    @property
    def empty(self) -> bool:
        """Whether nothing is said here."""
        node = self.node
        return node.kind == "empty" or (node.kind == "scalar" and node.style is None and node.text in _NULL)


_NULL = frozenset(("", "~", "null", "Null", "NULL"))


class Files:
    """The files of one spec."""

    def __init__(self, files: Mapping[str, bytes], root: str) -> None:
        self.docs = {path: Document(path, content) for path, content in sorted(files.items())}
        self.root = root

    def with_(self, doc: Document) -> Files:
        """The files with one of them changed, or new."""
        out = Files({}, self.root)
        out.docs = dict(sorted({**self.docs, doc.path: doc}.items()))
        if doc.tree.kind == "empty" or (doc.tree.kind == "map" and not doc.tree.entries):
            del out.docs[doc.path]
        return out

    def without(self, path: str) -> Files:
        """The files without this one."""
        out = Files({}, self.root)
        out.docs = {name: doc for name, doc in self.docs.items() if name != path}
        return out

    def apart(self, path: str) -> bool:
        """Whether a file holds one entity."""
        return len(self.docs) > 1 and f"/{ENTITY_FOLDER}/" in f"/{path}"

    def own(self) -> list[Document]:
        """The files of entities that have files of their own."""
        return [doc for path, doc in self.docs.items() if self.apart(path)]

    def home(self, layer: str) -> Document | None:
        """The file that has this layer."""
        for path, doc in self.docs.items():
            if not self.apart(path) and doc.tree.kind == "map" and doc.tree.entry(layer) is not None:
                return doc
        return None

    # -- addresses ---------------------------------------------------------------------------------------------------

    def find(self, path: str) -> Spot | None:
        """What stands at an address; None where nothing does."""
        first, *rest = path.split(".")
        doc = self.home(first)
        spot = child(self.top(doc), first) if doc is not None else None
        if path.startswith(f"{ENTITY_LIST}.") and self.own():
            return self._entity(spot, rest)
        return _down(spot, rest)

    def record(self, path: str) -> Spot:
        """The node, layer or (empty path) document at an address. Raises :class:`NotFound`."""
        if not path:
            doc = self.home("app") or next(iter(self.docs.values()))
            return self.top(doc)
        found = self.find(path)
        if found is None or not isinstance(found.shape, Record | Choice):
            known = [str(p) for p in self.addresses()]
            raise NotFound(
                f"the spec has no node {path!r}", code="spec/unknown-path", hint=names.suggest_path(path, known)
            )
        return found

    def top(self, doc: Document) -> Spot:
        """A whole file, as the record of layers."""
        return Spot(doc=doc, chain=(), entry=None, node=doc.tree, shape=SPEC)

    def addresses(self) -> Iterator[str]:
        """The addresses of layers, lists and nodes."""
        for layer in LAYERS:
            spot = self.find(layer)
            if spot is not None:
                yield from _addresses(spot, layer)
        for doc in self.own():
            spot = self._whole(doc)
            yield from _addresses(spot, f"{ENTITY_LIST}.{identity(doc, doc.tree, ENTITIES)}")

    def _entity(self, layer: Spot | None, rest: list[str]) -> Spot | None:
        for doc in self.own():
            if identity(doc, doc.tree, ENTITIES) == rest[1]:
                return _down(self._whole(doc), rest[2:])
        return _down(layer, rest)

    def _whole(self, doc: Document) -> Spot:
        return Spot(doc=doc, chain=(), entry=None, node=doc.tree, shape=ENTITIES.item, items=ENTITIES)


def child(spot: Spot, key: str) -> Spot | None:
    """What stands under a key of a record, or the node with an id in a list."""
    shape = spot.shape
    if isinstance(shape, Items):
        return next((one for id_, one in nodes(spot) if id_ == key), None)
    if isinstance(shape, MapOf):
        for entry in spot.node.entries:
            if entry.key is not None and key in (entry.key.text, slug(entry.key.text)):
                return _under(spot, entry, shape.value)
        return None
    if not isinstance(shape, Record | Choice):
        return None
    record = spot.record
    below = record.keys.get(key, record.rest)
    if below is None:
        return None
    if spot.node.kind == "map":
        own = spot.node.entry(key)
        return _under(spot, own, below) if own is not None else _merged(spot, key, below)
    if key == _short(spot, record):
        return replace(spot, shape=below, short=key, items=None)
    return None


def nodes(spot: Spot) -> list[tuple[str, Spot]]:
    """The nodes of a list with their ids, in the order of the text."""
    shape = spot.shape
    assert isinstance(shape, Items)
    out = []
    for entry in spot.node.entries:
        if entry.merges or (entry.key is not None and (not shape.keyed or entry.key.text.startswith("x-"))):
            continue
        one = replace(_under(spot, entry, shape.item), items=shape)
        out.append((identity(spot.doc, one.node, shape, entry.key), one))
    return out


def identity(doc: Document, node: Node, shape: Items, key: Node | None = None) -> str:
    """The id of a node of a list."""
    if node.kind == "map":
        for word in ("id",) if key is not None else ("id", "name", *shape.name_from):
            entry = node.entry(word)
            if entry is not None and entry.value.kind != "empty":
                text = doc.resolved(entry.value).text
                return text if word == "id" else slug(text)
    return slug(key.text if key is not None else node.text)


def guard(spot: Spot, at: Node | None = None) -> None:
    """Raise :class:`Conflict` where the text of ``spot`` is also that of another place."""
    doc = spot.doc
    used = {alias.text: alias for alias in doc.aliases}
    for node in (*spot.chain, *((at,) if at else ())):
        if node.kind == "alias":
            raise doc.refuse(node.start, f"this is *{node.text}, written elsewhere", _WRITE_OUT)
        if node.anchor in used:
            line = doc.number(used[node.anchor].start)
            message = f"this is &{node.anchor}, which line {line} uses as well: both would change"
            raise doc.refuse(node.start, message, _WRITE_OUT)


def guard_removal(spot: Spot, entry: Entry) -> None:
    """Raise :class:`Conflict` where something that stands elsewhere lives on what ``entry`` holds."""
    doc = spot.doc
    inside = {node.anchor for node in walk(entry.value) if node.anchor}
    for alias in doc.aliases:
        if alias.text in inside and not entry.start <= alias.start < entry.end:
            message = f"&{alias.text} stands in what is to go, and line {doc.number(alias.start)} uses it"
            raise doc.refuse(entry.start, message, f"write out what *{alias.text} means there, then try again")


_WRITE_OUT = "write the value out in the place that is to change, without & and *, then try again"


def _short(spot: Spot, record: Record) -> str:
    node = spot.node
    if node.kind == "seq":
        return record.short_list
    if node.kind != "scalar":
        return ""
    if spot.items is not None:
        keyed = spot.entry is not None and spot.entry.key is not None
        return spot.items.short if keyed else "name"
    return record.short


def _under(spot: Spot, entry: Entry, shape: Shape) -> Spot:
    node = spot.doc.resolved(entry.value)
    around = (*spot.chain, spot.node)
    if node is not entry.value:
        around = (*around, entry.value)
    return Spot(doc=spot.doc, chain=around, entry=entry, node=node, shape=shape)


def _merged(spot: Spot, key: str, shape: Shape) -> Spot | None:
    """What comes in by ``<<``."""
    for entry in spot.node.entries:
        if entry.merges:
            sources = entry.value.entries if entry.value.kind == "seq" else [entry]
            for source in sources:
                own = spot.doc.resolved(source.value).entry(key)
                if own is not None:
                    through = _under(spot, entry, shape)
                    alias = source.value
                    return replace(through, chain=(*through.chain, alias), entry=own, node=own.value)
    return None


def _down(spot: Spot | None, rest: list[str]) -> Spot | None:
    for key in rest:
        if spot is None:
            return None
        spot = child(spot, key)
    return spot


def _addresses(spot: Spot, path: str) -> Iterator[str]:
    yield path
    shape = spot.shape
    if isinstance(shape, Items):
        for id_, one in nodes(spot):
            yield from _addresses(one, f"{path}.{id_}")
    elif isinstance(shape, Record | Choice):
        for key, below in spot.record.keys.items():
            one_below = child(spot, key) if isinstance(below, Items) else None
            if one_below is not None:
                yield from _addresses(one_below, f"{path}.{key}")
