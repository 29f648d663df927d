"""What is remembered now: the newest revision of each chain, forgotten ones left out. Pure.

A fold over cells (:mod:`factory_git.ledger.cells`): what comes of it does not depend on the order in which records that
know nothing of each other came, but for the places of what stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from factory_git.core.ids import RecordId
from factory_git.ledger.cells import Cells
from factory_git.ledger.record import Entry
from factory_git.memory.entry import Memory

HEAD, ROOTS, REPLACED, APART, SCOPES, COUNT = "head", "roots", "replaced", "apart", "scopes", "count"
"""Tables: the memories that stand, the first revisions of what replaced others, what was replaced and by which records,
first revisions that several go back to, how many stand in each scope, and how many records there were."""


class Remembered:
    """The memories that stand, in cells."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def all(self, *, scope: str = "", tag: str = "") -> list[Memory]:
        """In the ledger's order; of one scope, with one tag.

        Two revisions of one are both there, each with the other as its rival, until one replaces them. What was
        forgotten in one clone and revised in another stays: nothing is lost by a sync.
        """
        asked = _of_scope(scope) if scope else _with_tag(tag)
        found = self._cells.tagged(HEAD, asked) if scope or tag else self._cells.all(HEAD)
        memories = ((int(cell["place"]), self._memory(RecordId(id_), cell)) for id_, cell in found)
        wanted = [(n, one) for n, one in memories if scope in ("", one.scope) and (not tag or tag in one.tags)]
        return [one for _, one in sorted(wanted, key=lambda pair: pair[0])]

    def get(self, id_: RecordId) -> Memory | None:
        """One, if it stands."""
        cell = self._cells.get(HEAD, id_)
        return None if cell is None else self._memory(id_, cell)

    def ids(self) -> list[RecordId]:
        """The ids of all that stand."""
        return [RecordId(id_) for id_ in self._cells.keys(HEAD)]

    def replacers(self, id_: RecordId) -> list[RecordId]:
        """The records that replaced one."""
        return [RecordId(one) for one in self._cells.get(REPLACED, id_) or ()]

    def titles(self) -> list[dict[str, Any]]:
        """What stands, without texts: scope, kind, title, id; in the ledger's order."""
        found = sorted(self._cells.all(HEAD), key=lambda pair: int(pair[1]["place"]))
        return [{name: cell[name] for name in ("scope", "kind", "title")} | {"id": id_} for id_, cell in found]

    def scopes(self) -> dict[str, int]:
        """How many stand in each scope."""
        return dict(self._cells.all(SCOPES))

    def apart(self) -> dict[RecordId, list[RecordId]]:
        """First revisions that several of those that stand go back to, and these."""
        return {RecordId(root): [RecordId(one) for one in ids] for root, ids in self._cells.all(APART)}

    def _memory(self, id_: RecordId, cell: Mapping[str, Any]) -> Memory:
        roots = [root for root in cell["roots"] if root != id_]  # of a first revision that stands there is no other
        rivals = {one for root in roots for one in self._cells.get(APART, root) or ()} - {id_}
        return Memory(
            id=id_,
            scope=cell["scope"],
            kind=cell["kind"],
            text=cell["text"],
            tags=tuple(cell.get("tags", ())),
            when=datetime.fromisoformat(cell["when"]),
            actor=cell["actor"],
            of=tuple(RecordId(one) for one in cell.get("of", ())),
            by=cell.get("by", ""),
            rivals=tuple(RecordId(one) for one in sorted(rivals)),
        )


def take(cells: Cells, entries: Iterable[Entry]) -> None:
    """Let more records of type ``memory`` count; parents come before children."""
    count = int(cells.get(COUNT, "") or 0)
    for entry in entries:
        count += 1
        _take(cells, entry, count)
    cells.put(COUNT, "", count)


def _take(cells: Cells, entry: Entry, place: int) -> None:
    id_, payload = entry.record.id, entry.record.payload
    replaced = payload.get("replaces", [])
    roots = sorted({root for one in replaced for root in cells.get(ROOTS, one) or [one]}) or [id_]
    if replaced:
        cells.put(ROOTS, id_, roots)
    for one in replaced:
        _leave(cells, RecordId(one), by=id_)
    if payload["state"] != "kept" or cells.get(REPLACED, id_):
        return
    names = ("scope", "kind", "title", "text", "tags", "of", "by")
    kept = {name: payload[name] for name in names if name in payload}
    kept |= {"roots": roots, "place": place, "when": entry.when.isoformat(), "actor": entry.actor}
    tags = [_of_scope(kept["scope"]), *map(_with_tag, kept.get("tags", ())), *map(_of_root, roots)]
    cells.put(HEAD, id_, kept, tags)
    _count(cells, kept["scope"], 1)
    for root in roots:
        _look(cells, root)


def _leave(cells: Cells, id_: RecordId, *, by: RecordId) -> None:
    cells.put(REPLACED, id_, [*(cells.get(REPLACED, id_) or ()), by])
    before = cells.get(HEAD, id_)
    if before is not None:
        cells.drop(HEAD, id_)
        _count(cells, before["scope"], -1)
        for root in before["roots"]:
            _look(cells, root)


def _count(cells: Cells, scope: str, more: int) -> None:
    number = int(cells.get(SCOPES, scope) or 0) + more
    if number:
        cells.put(SCOPES, scope, number)
    else:
        cells.drop(SCOPES, scope)


def _look(cells: Cells, root: str) -> None:
    """See whether several go back to one first revision now."""
    ids = sorted(id_ for id_, cell in cells.tagged(HEAD, _of_root(root)) if root in cell["roots"])
    if len(ids) > 1:
        cells.put(APART, root, ids)
    elif cells.get(APART, root):
        cells.drop(APART, root)


def _of_scope(scope: str) -> str:
    return f"scope\0{scope}"


def _with_tag(tag: str) -> str:
    return f"tag\0{tag}"


def _of_root(root: str) -> str:
    return f"root\0{root}"
