"""Entries put into collections, taken out and replaced: block or bracketed, with the comments that are theirs."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.spec.edit.document import WIDTH, Document, Splice
from factory_git.spec.edit.tree import Entry, Node
from factory_git.spec.edit.write import indented


def put(doc: Document, node: Node, index: int, lines: Sequence[str], *, apart: bool = False) -> list[Splice]:
    """An entry (its lines, from column 0) before the ``index``-th of a block. ``apart``: blank lines between them."""
    entries = node.entries
    column = doc.column(entries[0].start)
    if index == 0 and not doc.begins_line(entries[0].start):
        index = 1  # the first key of an item stands beside the dash
    body = "\n".join(indented(lines, column))
    apart = apart or _apart(doc, node)
    if index < len(entries):
        at = own_start(doc, node, index)
        return [Splice(at, at, f"{body}\n\n" if apart else f"{body}\n")]
    at = doc.after(entries[-1], column)
    fresh = "" if not at or doc.text[at - 1] == "\n" else "\n"
    gap = "\n" if apart else ""
    return [Splice(at, at, f"{fresh}{gap}{body}\n")]


def at_end(doc: Document, lines: Sequence[str]) -> Splice:
    """The first entry of a file that says nothing yet."""
    at = len(doc.text)
    fresh = "" if not at or doc.text.endswith("\n") else "\n"
    return Splice(at, at, fresh + "\n".join(lines) + "\n")


def own_start(doc: Document, node: Node, index: int) -> int:
    """Where the lines of a block's entry begin: at its comments."""
    entry = node.entries[index]
    stop = doc.after(node.entries[index - 1], doc.column(entry.start)) if index else 0
    return doc.comment_start(entry.start, doc.column(entry.start), stop)


def own_end(doc: Document, node: Node, index: int) -> int:
    """Where the line after a block's entry begins."""
    entry = node.entries[index]
    return doc.after(entry, doc.column(entry.start))


def _apart(doc: Document, node: Node) -> bool:
    """Whether entries of this block have blank lines between them."""
    pairs = range(1, len(node.entries))
    gaps = [doc.text[own_end(doc, node, n - 1) : own_start(doc, node, n)] for n in pairs]
    return bool(gaps) and all(not gap.strip() and gap for gap in gaps)


def drop(doc: Document, node: Node, index: int) -> list[Splice]:
    """An entry of a block gone, with its comments and one of the blank lines around it."""
    entry = node.entries[index]
    if not doc.begins_line(entry.start):
        return [_drop_beside(doc, node)]
    start, end = own_start(doc, node, index), own_end(doc, node, index)
    before = doc.text[:start]
    blank = before.endswith("\n\n") or not before or index == 0
    line = doc.text[end : doc.line_end(end)]
    if blank and end < len(doc.text) and not line.strip():
        end = min(doc.line_end(end) + 1, len(doc.text))
    elif end >= len(doc.text):
        while start and doc.text[:start].endswith("\n\n"):
            start -= 1
    return [Splice(start, end, "")]


def _drop_beside(doc: Document, node: Node) -> Splice:
    """The first key of an item, which stands beside the dash: the second key takes its place."""
    first, second = node.entries[0], node.entries[1]
    between = doc.text[first.end : second.start]
    if "#" in between:  # comments stay where they are, below a bare dash
        start = first.start
        while doc.text[start - 1] == " ":
            start -= 1
        return Splice(start, first.end, "")
    return Splice(first.start, second.start, "")


# -- brackets ---------------------------------------------------------------------------------------------------------


def put_flow(doc: Document, node: Node, index: int, text: str) -> list[Splice]:
    """An entry put into brackets before the ``index``-th."""
    entries = node.entries
    if not entries:
        inner = doc.text[node.start + 1 : node.end - 1]
        end = node.end - 1 if not inner.strip() else node.start + 1
        return [Splice(node.start + 1, end, text)]
    if index < len(entries):
        at = entries[index].start
        if doc.begins_line(at):
            column = doc.column(at)
            start = doc.comment_start(at, column, doc.line_start(entries[index - 1].end) if index else node.start)
            return [Splice(start, start, f"{' ' * column}{text},\n")]
        return [Splice(at, at, f"{text}, ")]
    return _append_flow(doc, node, text)


def _append_flow(doc: Document, node: Node, text: str) -> list[Splice]:
    last = node.entries[-1]
    trailing = last.comma >= 0
    after = last.comma + 1 if trailing else last.end
    closing = doc.line_end(after) < node.end - 1  # the bracket stands below
    if doc.begins_line(last.start) and (closing or len(node.entries) > 1):
        pad = " " * doc.column(last.start)
        if not closing:
            return [Splice(after, after, f"{'' if trailing else ','}\n{pad}{text}")]
        end = doc.line_end(after)
        comma = [] if trailing else [Splice(last.end, last.end, ",")]
        return [*comma, Splice(end, end, f"\n{pad}{text}{',' if trailing else ''}")]
    if doc.column(node.end) + len(text) + 2 > WIDTH and doc.column(node.start) < WIDTH // 2 and not closing:
        pad = " " * (doc.column(node.entries[0].start))
        return [Splice(after, after, f"{'' if trailing else ','}\n{pad}{text}")]
    return [Splice(after, after, f"{'' if trailing else ','} {text}")]


def drop_flow(doc: Document, node: Node, index: int) -> list[Splice]:
    """An entry taken out of brackets, with its comma and the comments that are its own."""
    entries = node.entries
    entry = entries[index]
    end = entry.comma + 1 if entry.comma >= 0 else entry.end
    rest = doc.text[end : doc.line_end(end)].lstrip()
    if doc.begins_line(entry.start) and (not rest or rest.startswith("#")):
        column = doc.column(entry.start)
        stop = doc.line_start(entries[index - 1].end) + 1 if index else doc.line_start(node.start) + 1
        start = doc.comment_start(entry.start, column, stop)
        out = [Splice(start, min(doc.line_end(end) + 1, len(doc.text)), "")]
        if index == len(entries) - 1 and entry.comma < 0 and index:
            comma = entries[index - 1].comma
            out.append(Splice(comma, comma + 1, ""))
        return out
    if index + 1 < len(entries) and doc.text[end : entries[index + 1].start].strip() == "":
        if "\n" in doc.text[end : entries[index + 1].start]:
            start = entry.start
            while doc.text[start - 1] == " ":
                start -= 1
            keep = entry.start if doc.begins_line(entry.start) else start
            return [Splice(keep, end, "")]
        return [Splice(entry.start, entries[index + 1].start, "")]
    return [_drop_last(doc, entries, index, end)]


def _drop_last(doc: Document, entries: Sequence[Entry], index: int, end: int) -> Splice:
    entry = entries[index]
    if index:
        before = entries[index - 1]
        if not doc.text[before.comma + 1 : entry.start].strip():
            return Splice(before.end, entry.end, "")
    while doc.text[end : end + 1] == " ":
        end += 1
    return Splice(entry.start, end, "")


# -- values -----------------------------------------------------------------------------------------------------------


def colon(doc: Document, entry: Entry) -> int:
    """The character after the colon of a mapping's entry."""
    assert entry.key is not None
    return doc.text.index(":", entry.key.end) + 1


def replaced(doc: Document, entry: Entry, head: str, lines: Sequence[str]) -> list[Splice]:
    """The value of a block's entry written anew: ``lines`` are those of the entry from column 0, ``head`` first."""
    value = entry.value
    start = colon(doc, entry) if entry.key is not None else entry.start + 1
    first = lines[0][len(head) :].strip()
    between = doc.text[start : value.head]
    if len(lines) == 1 and first and value.kind != "empty" and "\n" not in between and value.style not in ("|", ">"):
        return [Splice(value.head, value.end, first)]
    beside, end = between.partition("\n")[0].strip(), max(value.end, start)
    if len(lines) > 1:  # what stands behind the old value goes behind the key
        behind = doc.text[end : doc.line_end(end)]
        beside, end = beside or behind.strip(), end + len(behind)
    line = "".join(f" {part}" for part in (first, f" {beside}" if beside.startswith("#") else "") if part)
    return [Splice(start, end, "\n".join([line, *indented(lines[1:], doc.column(entry.start))]))]
