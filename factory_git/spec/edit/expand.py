"""Short forms written out, where something is to be said that they have no room for."""

from __future__ import annotations

from factory_git.spec.edit import write
from factory_git.spec.edit.document import Document, Splice
from factory_git.spec.edit.place import Spot, guard
from factory_git.spec.edit.text import colon

_LONG = 48


def expanded(spot: Spot) -> Document:
    """The file with the record at ``spot`` as a mapping. Raises :class:`Conflict` where an anchor is in the way."""
    doc, node, entry = spot.doc, spot.node, spot.entry
    guard(spot, node)
    if entry is None or entry.value.anchor:
        message = "this is written in a short form that cannot be written out"
        raise doc.refuse(node.start, message, "write it as a mapping, one key a line")
    if spot.empty:
        return doc.with_([Splice(_after(doc, spot), max(node.end, _after(doc, spot)), " {}")])
    if node.kind == "seq":
        return _list(spot)
    key = _key(spot)
    also = f", {spot.items.short}: {_inline(spot)}" if spot.items and spot.items.also and entry.key is None else ""
    if also or (spot.holder is not None and spot.holder.flow):
        return doc.with_([Splice(node.start, node.end, f"{{{key}: {_inline(spot)}{also}}}")])
    if entry.key is None:
        return doc.with_([Splice(node.start, node.end, f"{key}: {_kept(spot)}")])
    if len(node.text) <= _LONG and key != "is":
        return doc.with_([Splice(node.start, node.end, f"{{{key}: {_inline(spot)}}}")])
    return _below(spot, key)


def _after(doc: Document, spot: Spot) -> int:
    entry = spot.entry
    assert entry is not None
    return entry.start + 1 if entry.key is None else colon(doc, entry)


def _key(spot: Spot) -> str:
    """The key that a scalar stands for."""
    if spot.items is None:
        return spot.record.short
    return spot.items.short if spot.entry is not None and spot.entry.key is not None else "name"


def _source(spot: Spot) -> str:
    return spot.doc.text[spot.node.start : spot.node.end]


def _inline(spot: Spot) -> str:
    """The scalar as it may stand in brackets."""
    source = _source(spot)
    in_brackets = spot.holder is not None and spot.holder.flow
    if "\n" not in source and (spot.node.style in ("'", '"') or in_brackets):
        return source
    shape = write.below(spot.shape, _key(spot))
    return write.scalar(spot.node.text, shape, flow=True)


def _kept(spot: Spot) -> str:
    """The scalar as it stands, if that is one line."""
    source = _source(spot)
    return source if "\n" not in source else write.scalar(spot.node.text, flow=False)


def _below(spot: Spot, key: str) -> Document:
    """``key: text`` on the line below the node's own key."""
    doc, node, entry = spot.doc, spot.node, spot.entry
    assert entry is not None
    pad = " " * (doc.column(entry.start) + doc.style.map)
    start = colon(doc, entry)
    return doc.with_([Splice(start, node.end, f"\n{pad}{key}: {_kept(spot)}")])


def _list(spot: Spot) -> Document:
    """A layer that is its list: the list under its own key, one level deeper."""
    doc, node, entry = spot.doc, spot.node, spot.entry
    assert entry is not None
    key = spot.record.short_list
    if spot.holder is not None and spot.holder.flow:
        return doc.with_([Splice(node.start, node.start, f"{{{key}: "), Splice(node.end, node.end, "}")])
    by = doc.style.map
    pad = " " * (doc.column(entry.start) + by)
    start = colon(doc, entry)
    beside = doc.line_end(start)
    out = [] if node.flow else [Splice(beside, beside, f"\n{pad}{key}:")]
    if node.flow:
        out.append(Splice(start, node.start, f"\n{pad}{key}: "))
    at = doc.line_end(node.start) + 1 if node.flow else beside + 1
    end = node.end if node.flow else doc.after(entry, doc.column(entry.start))
    while at < end:
        stop = doc.line_end(at)
        if doc.text[at:stop].strip():
            out.append(Splice(at, at, " " * by))
        at = stop + 1
    return doc.with_(out)
