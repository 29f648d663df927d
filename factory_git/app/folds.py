"""Folds of the ledger that are kept: each is gone on with from where it was last read, and costs what is new.

A fold is kept in a file of its own under ``.git/factory/folds`` (disposable, of this clone only), for the code that
makes it and the transactions that it has seen. It is gone on with where the ledger's order still begins with these.
Where it does not (after a union, or when history was rewritten), its last steps are taken back to the newest place
where it does; where there is none, it is made from the start. What comes of it is the same each time.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from factory_git._version import __version__
from factory_git.core.errors import Conflict
from factory_git.core.ids import Oid
from factory_git.core.resources import folder as shipped
from factory_git.gitio.locate import Location
from factory_git.gitio.repository import MissingObject, Repository
from factory_git.index.cells import FileCells, Step
from factory_git.ledger import fold as order
from factory_git.ledger import snapshots
from factory_git.ledger.cells import Cells, MemoryCells
from factory_git.ledger.projection import Query
from factory_git.ledger.reader import Reader
from factory_git.ledger.record import Entry

TRIES = 20
WINDOW = 1_000  # records that are held at once, where no single transaction has more
STATIONS = (1, 4, 16, 64, 256, 1024)  # how far before the tip a fold can be taken back to after it was made at once
_ALWAYS = (
    "factory_git.ledger.cells",
    "factory_git.index.cells",
    "factory_git.app.folds",
    "factory_git.ledger.record",
    "factory_git.core.canonical",
)
_STUMBLES = (AssertionError, AttributeError, KeyError, IndexError, TypeError, ValueError)
TALLY, SKIPPED = "tally", "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A fold over cells. ``take`` lets records of ``types`` count, which come in the ledger's order.

    ``modules`` are those that decide what comes of it: what another version of them made is not gone on with.
    ``checked``: only records that obey their schema count, so that one that lies about its shape stops nobody.
    """

    name: str
    types: tuple[str, ...]
    take: Callable[[Cells, Sequence[Entry]], None]
    modules: tuple[str, ...]
    checked: bool = False


class Folds:
    """The folds of one ledger."""

    def __init__(self, location: Location, repo: Repository, ledger: Reader, ref: str) -> None:
        self._folder = snapshots.folder(location, ref)
        self._repo = repo
        self._ledger = ledger
        self._open: dict[str, FileCells] = {}

    def now(self, fold: Fold) -> Cells:
        """What a fold makes of all that the ledger holds now."""
        if self._ledger.tip is None:
            return MemoryCells()
        cells = self._open.get(fold.name)
        if cells is None:
            advance = functools.partial(_advance, self._ledger, self._repo, fold)
            cells = FileCells(self._folder / f"{fold.name}.sqlite", version(fold), advance)
            self._open[fold.name] = cells
        cells.refresh()
        _say(self._ledger, cells)
        return cells

    def close(self) -> None:
        """Let go of files."""
        for cells in self._open.values():
            cells.close()


def of(reader: Reader, fold: Fold, query: Query) -> Cells:
    """What a fold makes of the records of a query, kept nowhere: an earlier point, one stream."""
    cells = MemoryCells()
    _take(reader, cells, fold, reader.entries(query))
    _say(reader, cells)
    return cells


@functools.cache
def version(fold: Fold) -> str:
    """Names the code of a fold: its modules' texts, the schemas of its types, the format of its file.

    It is not declared but read: nobody can forget to raise it, and it costs less than a millisecond. Where there are no
    sources to read, the program's own version stands for them.
    """
    digest = hashlib.sha256(f"{__version__}\0{fold.types}\0{fold.checked}".encode())
    for name in (*_ALWAYS, *fold.modules):
        with suppress(OSError):
            digest.update(Path(str(importlib.import_module(name).__file__)).read_bytes())
    for type_ in fold.types if fold.checked else ():
        digest.update((shipped("schemas") / "records" / f"{type_}.json").read_bytes())
    return digest.hexdigest()


class _Moved(Exception):
    """The ledger's order changed while it was read."""


class _Incomplete(Exception):
    """A record could not be read (yet): what comes of the others is not to be kept."""


def _advance(ledger: Reader, repo: Repository, fold: Fold, cells: FileCells) -> None:
    if (steps := cells.steps()) and steps[0].oid == ledger.tip:
        return
    try:
        _go_on(ledger, repo, fold, cells, keep=True)
    except _Incomplete:
        cells.leave_file()
        _go_on(ledger, repo, fold, cells, keep=False)


def _go_on(ledger: Reader, repo: Repository, fold: Fold, cells: FileCells, *, keep: bool) -> None:
    for _ in range(TRIES):
        with suppress(_Moved), cells.whole():
            tip = ledger.tip
            base, line = _base(ledger, repo, cells.steps(), tip)
            cells.back_to(base)
            after = base.n if base else 0
            for n, oid in [*(line[at] for at in reversed(STATIONS) if at < len(line)), *line[:1]]:
                _step(ledger, fold, cells, (after, n, oid), keep=keep)
                after = n
            if tip is not None and not ledger.goes_on(tip, after):
                raise _Moved
            return
    raise Conflict("the ledger's order keeps changing", code="ledger/busy", hint="try again")


def _base(
    ledger: Reader, repo: Repository, steps: Sequence[Step], tip: Oid | None
) -> tuple[Step | None, list[tuple[int, Oid]]]:
    """The newest step that the order still begins with, and the places from the tip back to it, as far as they count.

    Each step stood at a tip. Where that lies on the first-parent line, all that it reaches comes first in the order.
    """
    left = list(steps)
    line: list[tuple[int, Oid]] = []
    for n, oid in _line(ledger, repo, tip):
        while left and left[0].n > n:
            left.pop(0)
        if left and (left[0].n, left[0].oid) == (n, oid):
            return left[0], line
        if not left and len(line) > STATIONS[-1]:
            break
        line.append((n, oid))
    return None, line


def _line(ledger: Reader, repo: Repository, tip: Oid | None) -> Iterator[tuple[int, Oid]]:
    """The places of the first-parent line from the tip back, as far as its commits are here."""
    at = tip
    with suppress(MissingObject):
        while at is not None:
            yield ledger.number(at), at
            parents = order.parents_of(repo, repo.commit(at))
            at = parents[0] if parents else None


def _step(ledger: Reader, fold: Fold, cells: FileCells, to: tuple[int, int, Oid], *, keep: bool) -> None:
    """Take in the transactions from one place to another."""
    after, upto, oid = to
    _, types = ledger.tally(Query(after=after, upto=upto))
    cells.begin(sum(types.get(one, 0) for one in fold.types))
    for start, end, count in _windows(ledger, fold, after, upto):
        entries = ledger.entries(Query(types=fold.types, after=start, upto=end)) if count else []
        if keep and len(entries) != count:
            raise _Incomplete
        _take(ledger, cells, fold, entries)
    before = cells.get(TALLY, "") or {}
    cells.put(TALLY, "", dict(Counter(before) + Counter(types)))
    cells.end(upto, oid)


def _windows(ledger: Reader, fold: Fold, after: int, upto: int) -> Iterator[tuple[int, int, int]]:
    """Spans of transactions with about as many records each as may be held at once, and how many these are."""
    width = WINDOW
    while after < upto:
        end = min(upto, after + width)
        types = ledger.tally(Query(after=after, upto=end))[1]
        count = sum(types.get(one, 0) for one in fold.types)
        if count > WINDOW and end > after + 1:
            width = max(1, (end - after) // 2)
            continue
        yield after, end, count
        after, width = end, width if count > WINDOW // 2 else 2 * width


def _take(reader: Reader, cells: Cells, fold: Fold, entries: Sequence[Entry]) -> None:
    """Let records count; one that the fold stumbles over because it breaks its schema is left out, and that is said."""
    if fold.checked:
        entries = list(_obeying(reader, cells, entries))
    try:
        with cells.whole():
            if entries:
                fold.take(cells, entries)
        return
    except _STUMBLES:
        pass
    for entry in entries:
        try:
            with cells.whole():
                fold.take(cells, [entry])
        except _STUMBLES:
            if not (broken := reader.disobeys(entry.record)):
                raise
            cells.put(SKIPPED, entry.record.id, broken)


def _say(reader: Reader, cells: Cells) -> None:
    for _, words in cells.all(SKIPPED):
        reader.say(words)


def _obeying(reader: Reader, cells: Cells, entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        broken = reader.disobeys(entry.record)
        if broken:
            cells.put(SKIPPED, entry.record.id, broken)
        else:
            yield entry
