"""Plain lists among attributes (``shows``, ``then``, ``forbid``): changed item by item, each with its comments."""

from __future__ import annotations

from typing import Any

from factory_git.spec.edit import text, write
from factory_git.spec.edit.document import Document
from factory_git.spec.edit.tree import Entry, Node, walk
from factory_git.spec.shapes import Shape


def is_words(node: Node, value: Any) -> bool:
    """Whether both are lists of texts that have something in common and no item twice."""
    if node.kind != "seq" or node.anchor or not isinstance(value, list | tuple):
        return False
    old = _words(node)
    plain = all(entry.value.kind == "scalar" and not entry.value.anchor for entry in node.entries)
    if not plain or not all(isinstance(one, str) for one in value):
        return False
    single = len(set(old)) == len(old) and len(set(value)) == len(value)
    return single and bool(set(old) & set(value)) and [w for w in old if w in value] == [w for w in value if w in old]


def with_words(doc: Document, own: Entry, value: list[str], shape: Shape | None) -> Document:
    """The file with this list holding ``value``."""
    assert own.key is not None
    at = own.key.start
    node = own.value
    for gone in [word for word in _words(node) if word not in value]:
        index = _words(node).index(gone)
        doc = doc.with_((text.drop_flow if node.flow else text.drop)(doc, node, index))
        node = _at(doc, at)
    for index, word in enumerate(value):
        if word not in _words(node):
            quote = _quote(node)
            if node.flow:
                doc = doc.with_(text.put_flow(doc, node, index, write.scalar(word, write.inside(shape), quote=quote)))
            else:
                line = f"- {write.scalar(word, write.inside(shape), flow=False, quote=quote)}"
                doc = doc.with_(text.put(doc, node, index, [line]))
            node = _at(doc, at)
    return doc


def _words(node: Node) -> list[str]:
    return [entry.value.text for entry in node.entries]


def _at(doc: Document, key: int) -> Node:
    """The value of the key that stands there: nothing above it has changed."""
    return next(e.value for node in walk(doc.tree) for e in node.entries if e.key is not None and e.key.start == key)


def _quote(node: Node) -> str:
    styles = {entry.value.style for entry in node.entries}
    return next(iter(styles)) or "" if len(styles) == 1 and styles & {"'", '"'} else ""
