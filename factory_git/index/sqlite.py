"""The index file: opened or rebuilt, in memory where it cannot be written, caught up commit by commit."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from factory_git.core import progress
from factory_git.core.ids import Oid, RecordId
from factory_git.gitio.repository import MissingObject, Repository
from factory_git.index import build, query, texts
from factory_git.index.database import connect, remove, writing
from factory_git.index.schema import TABLES, VERSION
from factory_git.index.search import search
from factory_git.index.words import behind, catch_up
from factory_git.ledger import fold
from factory_git.ledger.projection import Found, Lineage, Located, Query, Row, TxRow
from factory_git.ledger.record import FORMAT
from factory_git.ledger.transaction import Transaction
from factory_git.ledger.types import UPGRADE

T = TypeVar("T")
NAME = "index.sqlite"
LUMP = 20_000  # records indexed in one go: about a second


class SqliteIndex:
    """The projection of a ledger in ``path`` (None: in memory)."""

    def __init__(self, repo: Repository, path: Path | None) -> None:
        self._repo = repo
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._tip: Callable[[], Oid | None] = lambda: None
        self._looked_after = False
        self.notices: list[str] = []

    def refresh(self, tip: Callable[[], Oid | None]) -> None:
        """Catch up with the tip. An unreadable file is replaced, an unwritable one is left alone and not used."""
        self._tip = tip
        self._guard(self._catch_up)

    def empty(self) -> bool:
        """Whether nothing is indexed yet. Does not even make the file."""
        if self._db is None and (self._path is None or not self._path.exists()):
            return True
        return self._guard(lambda db: query.watermark(db) is None)

    def resolve(self, prefix: str) -> list[RecordId]:
        return self._guard(lambda db: query.resolve(db, prefix))

    def located(self, ids: Iterable[str]) -> dict[str, Located]:
        wanted = list(ids)
        return self._guard(lambda db: query.located(db, wanted))

    def rows(self, query_: Query) -> Iterator[Row]:
        return self._stream(lambda db: query.rows(db, query_))

    def row(self, id: RecordId) -> Row | None:  # noqa: A002
        return self._guard(lambda db: query.row(db, id))

    def by_key(self, key: str) -> tuple[RecordId, ...] | None:
        return self._guard(lambda db: query.by_key(db, key))

    def lineage(self, root: RecordId, direction: str) -> Lineage:
        return self._guard(lambda db: query.lineage(db, root, direction))

    def journal(self, limit: int | None, stream: str | None = None) -> Iterator[tuple[TxRow, list[Row]]]:
        return self._stream(lambda db: query.journal(db, limit, stream))

    def transactions(self, oids: Sequence[str]) -> list[tuple[TxRow, list[Row]]]:
        return self._guard(lambda db: query.transactions(db, oids))

    def span(self, after: int, upto: int) -> list[tuple[TxRow, list[Row]]]:
        return self._guard(lambda db: query.span(db, after, upto))

    def search(self, query_: Query, words: str, *, some: bool = False) -> list[Found]:
        return self._guard(lambda db: search(_searchable(self._arrived(db)), query_, words, some=some))

    def text_ids(self, query_: Query) -> list[tuple[Oid, RecordId]]:
        return self._guard(lambda db: texts.ids(db, query_))

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        return self._guard(lambda db: texts.read(db, ids))

    def at(self, n: int) -> TxRow | None:
        return self._guard(lambda db: query.at(db, n))

    def numbers(self, prefix: str) -> list[tuple[int, Oid]]:
        return self._guard(lambda db: query.numbers(db, prefix))

    def until(self, when: datetime) -> int:
        return self._guard(lambda db: query.until(db, when))

    def tally(self, query_: Query) -> tuple[int, dict[str, int]]:
        return self._guard(lambda db: query.tally(db, query_))

    def census(self) -> list[tuple[RecordId, str, datetime]]:
        return self._guard(query.census)

    def apart(self) -> SqliteIndex:
        return SqliteIndex(self._repo, None)

    def tidy(self) -> None:
        """Let SQLite look after its statistics and its log; nothing is lost when it cannot."""
        with suppress(sqlite3.Error):
            db = _searchable(self._open())
            db.execute("PRAGMA optimize")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget(self) -> None:
        """Let the file hold nothing, not even in pages that are free: it begins anew with the next question.

        In place: another process that has the file open must not go on with one that is deleted.
        """
        if self._path is None or not self._path.exists():
            self.close()
            return
        try:
            _emptied(self._open(), self.notices)
        except sqlite3.DatabaseError:
            self.close()
            remove(self._path)

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _guard(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the open index; a damaged file is rebuilt (and that is said), an unwritable one replaced by memory."""
        try:
            return ask(self._open())
        except sqlite3.DatabaseError as error:
            return ask(self._instead(error))

    def _stream(self, ask: Callable[[sqlite3.Connection], Iterator[T]]) -> Iterator[T]:
        """The same for an answer that is read bit by bit: damage met on the way costs a second reading."""
        found = self._guard(ask)

        def each() -> Iterator[T]:
            rest, given = found, 0
            while True:
                try:
                    for one in rest:
                        given += 1
                        yield one
                except sqlite3.DatabaseError as error:
                    rest = itertools.islice(ask(self._instead(error)), given, None)
                else:
                    return

        return each()

    def _instead(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Another index than the one that said this."""
        if isinstance(error, sqlite3.OperationalError):
            self._leave_file(error)
        else:
            self._discard(error)
        db = self._open()
        self._catch_up(db)
        return db

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = connect(self._path, _prepare)
        return self._db

    def _leave_file(self, error: sqlite3.OperationalError) -> None:
        if self._path is None:
            raise error
        self.close()
        self._path = None

    def _discard(self, error: sqlite3.DatabaseError) -> None:
        if self._path is None:
            raise error
        self.close()
        remove(self._path)
        if self._path.exists():  # a damaged file in a folder that cannot be written
            self._path = None
        else:
            self.notices.append(f"the index was unreadable and has been rebuilt: {self._path}")

    def _catch_up(self, db: sqlite3.Connection) -> None:
        self._look_after(db)
        to_come: Iterator[Transaction] = iter(())
        done: Oid | None = None
        target: Oid | None = None
        while query.watermark(db) != self._tip():
            # A lump at a time: others need not wait for all of a million, and what was done stays done.
            with writing(db):
                # Another process may have gone on, or further, while this one waited, and the ref may have moved: the
                # index never goes back behind what somebody else has indexed.
                if (mark := query.watermark(db)) == (tip := self._tip()):
                    break
                if mark is None or mark != done or tip != target:
                    to_come, target = self._to_come(db, mark, tip), tip
                done = build.fill(db, to_come, self._repo.blob, LUMP) or tip
                query.set_watermark(db, done)
            progress.tell("indexing transactions", query.count(db))
        progress.over()
        self._say_newer(db)

    def _to_come(self, db: sqlite3.Connection, mark: Oid | None, tip: Oid | None) -> Iterator[Transaction]:
        """What the index lacks; what it must not have any more is gone then."""
        if mark is not None:
            build.rewind(db, self._common(db, mark, tip) if tip else 0)
        return fold.transactions(self._repo, tip, lambda oid: query.has_tx(db, oid)) if tip else iter(())

    def _look_after(self, db: sqlite3.Connection) -> None:
        """Once a process: take in what was unreadable when it was indexed and is not any more."""
        if not self._looked_after and query.any_damaged(db):
            with writing(db):
                build.heal(db, self._repo.blob)
        self._looked_after = True

    def _arrived(self, db: sqlite3.Connection) -> sqlite3.Connection:
        """The same index, with the texts of contents that a partial clone fetched since they were indexed.

        They are asked for only where packs came or went: a clone may lack very many.
        """
        if build.any_unread(db) and (now := str(self._repo.pack_dir.stat().st_mtime_ns)) != query.looked_at(db):
            with writing(db):
                build.look_again(db, self._repo.blob)
                query.set_looked_at(db, now)
        return db

    def _say_newer(self, db: sqlite3.Connection) -> None:
        version = query.newer_format(db)
        if version > FORMAT:
            words = f"the ledger holds transactions of format {version}, this program knows {FORMAT}; {UPGRADE}"
            self.notices += [] if words in self.notices else [words]

    def _common(self, db: sqlite3.Connection, mark: Oid, tip: Oid) -> int:
        """The number of the newest transaction that the orders of both tips begin alike up to; 0: there is none.

        All that a commit on a tip's first-parent line reaches comes before everything else in that tip's order.
        """
        old: Oid | None = mark
        new: Oid | None = tip
        while new is not None:
            number = query.number(db, new)
            while number and old is not None and query.number(db, old) > number:
                old = self._before(old)
            if number and old == new:
                return number
            new = self._first_parent(new)
        return 0

    def _before(self, oid: Oid) -> Oid | None:
        """The first parent of what was indexed; None where that history is gone from this repository."""
        try:
            return self._first_parent(oid)
        except MissingObject:
            return None

    def _first_parent(self, oid: Oid) -> Oid | None:
        parents = fold.parents_of(self._repo, self._repo.commit(oid))
        return parents[0] if parents else None


def _searchable(db: sqlite3.Connection) -> sqlite3.Connection:
    """The same index, with every text in its full text."""
    while behind(db):
        with writing(db):
            count = catch_up(db, LUMP)
        progress.tell("making texts searchable", count)
    progress.over()
    return db


def _emptied(db: sqlite3.Connection, notices: list[str]) -> None:
    with writing(db):
        db.execute("PRAGMA user_version = 0")
        _recreate(db)
    db.execute("VACUUM")
    busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        notices.append("another process reads the index: what it held stays in its log until that process ends")


def damage(path: Path) -> str:
    """What SQLite finds wrong with the index file at ``path``; empty where it is sound or not there."""
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return "" if found == "ok" else found


def _prepare(db: sqlite3.Connection) -> None:
    db.create_function("casefold", 1, str.casefold, deterministic=True)
    if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        with writing(db):
            _recreate(db)


def _recreate(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    # The full text first: with it go the tables it keeps itself in.
    named = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'"
    for (name,) in db.execute(named).fetchall():
        db.execute(f'DROP TABLE IF EXISTS "{name}"')
    for statement in TABLES.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")
