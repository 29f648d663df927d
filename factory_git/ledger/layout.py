"""Where records lie in the ledger's tree: ``tx/<yyyy-mm>/<dd>/<hhmm>/<txid>/<type>-<first 12 of id>.json``.

The time in a path is a place that keeps folders small, never an order. A transaction's id is that of its folder, so
that two clones that store the same thing name it alike, and different things never share a path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from factory_git.core.ids import Oid, RecordId
from factory_git.gitio import objects
from factory_git.gitio.objects import FILE, TREE, Object, TreeEntry
from factory_git.ledger.record import Record

BUCKET = 256  # transactions a minute before the next minute is used; an append rewrites one such folder
FOLDER = 1000  # files of one transaction folder; larger transactions get several
SHORT = 12
DEEPEST = 6  # folders above a content: tx, month, day, minute, transaction, blobs

Trees = Callable[[Oid], tuple[TreeEntry, ...]]

_BUCKET_PATH = r"tx/\d{4}-\d{2}/\d{2}/\d{4}/[0-9a-f]{16}/"
RECORD_PATH = re.compile(_BUCKET_PATH + r"([a-z][a-z0-9._-]*)-([0-9a-f]{12,40})\.json")
FILE_NAME = re.compile(r"[a-z][a-z0-9._-]*-([0-9a-f]{12,40})\.json|([0-9a-f]{40})")
BLOB_PATH = re.compile(_BUCKET_PATH + r"blobs/([0-9a-f]{40})")


class Stored(NamedTuple):
    """A file of a transaction folder: its path in the ledger's tree and its object id."""

    path: str
    oid: Oid


class Graft(NamedTuple):
    """A ledger tree with new folders in it: the root's id and every new object below it."""

    root: Oid
    objects: list[Object]


def place(path: str, oid: Oid) -> tuple[str, RecordId] | None:
    """Type and id of the record that ``path`` says it holds; None when it is no record's path or names another id."""
    match = RECORD_PATH.fullmatch(path)
    return (match[1], RecordId(oid)) if match and oid.startswith(match[2]) else None


def is_content(path: str, oid: Oid) -> bool:
    """Whether ``path`` is that of a large content, and names this one."""
    match = BLOB_PATH.fullmatch(path)
    return match is not None and match[1] == oid


def folders(records: Sequence[tuple[Record, Object]], blobs: Sequence[Object]) -> list[list[Object]]:
    """The objects of each transaction folder: files first, the folder's own tree last."""
    starts = range(0, max(len(records), len(blobs)), FOLDER)
    return [_folder(records[start : start + FOLDER], blobs[start : start + FOLDER]) for start in starts]


def graft(trees: Trees, root: Oid | None, when: datetime, new: Sequence[Object]) -> Graft:
    """Put transaction folders (trees) into the first minute from ``when`` on that is not full."""
    made: list[Object] = []
    path = _bucket(trees, root, when)
    entries = {tree.oid[:16]: TreeEntry(TREE, tree.oid[:16], tree.oid) for tree in new}
    return Graft(_insert(trees, root, path, entries, made), made)


def _folder(records: Sequence[tuple[Record, Object]], blobs: Sequence[Object]) -> list[Object]:
    length, names = SHORT, {record.id[:SHORT] for record, _ in records}
    if len(names) < len(records):  # two ids that begin alike: spell them out
        length = 40
    entries = [TreeEntry(FILE, f"{record.type}-{record.id[:length]}.json", item.oid) for record, item in records]
    out = [item for _, item in records] + list(blobs)
    if blobs:
        inner = objects.tree(TreeEntry(FILE, item.oid, item.oid) for item in blobs)
        out.append(inner)
        entries.append(TreeEntry(TREE, "blobs", inner.oid))
    return [*out, objects.tree(entries)]


def _bucket(trees: Trees, root: Oid | None, when: datetime) -> list[str]:
    """The folder of a minute with room: gallop over full ones, then search back."""

    def full(minutes: int) -> bool:
        tree: Oid | None = root
        for name in _minute(when, minutes):
            entry = next((e for e in trees(tree) if e.name == name), None) if tree else None
            if entry is None:
                return False
            tree = entry.oid
        return tree is not None and len(trees(tree)) >= BUCKET

    if not full(0):
        return _minute(when, 0)
    low, high = 0, 1
    while full(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if full(middle) else (low, middle)
    return _minute(when, high)


def _minute(when: datetime, later: int) -> list[str]:
    try:
        at = when + timedelta(minutes=later)
    except OverflowError:
        at = datetime.min.replace(tzinfo=when.tzinfo) + timedelta(minutes=later)  # a clock at the end of time
    return ["tx", f"{at.year:04}-{at.month:02}", f"{at.day:02}", f"{at.hour:02}{at.minute:02}"]


def _insert(trees: Trees, tree: Oid | None, path: Sequence[str], new: dict[str, TreeEntry], made: list[Object]) -> Oid:
    entries = trees(tree) if tree else ()
    if path:
        below = next((entry for entry in entries if entry.name == path[0]), None)
        inner = _insert(trees, below.oid if below and below.is_tree else None, path[1:], new, made)
        new = {path[0]: TreeEntry(TREE, path[0], inner)}
    item = objects.tree_with(entries, new)
    made.append(item)
    return item.oid
