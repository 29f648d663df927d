"""The index file: opened or rebuilt, in memory where it cannot be written, caught up commit by commit."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from factory_git.core.ids import Oid, RecordId
from factory_git.gitio.repository import Repository
from factory_git.index import build, query
from factory_git.index.schema import TABLES, VERSION
from factory_git.ledger import fold
from factory_git.ledger.projection import Lineage, Located, Query, Row, TxRow

T = TypeVar("T")
BUSY = 10_000  # milliseconds a reader waits for another that catches up


class SqliteIndex:
    """The projection of a ledger in ``path`` (None: in memory)."""

    def __init__(self, repo: Repository, path: Path | None) -> None:
        self._repo = repo
        self._path = path
        self._db: sqlite3.Connection | None = None
        self.notices: list[str] = []

    def refresh(self, tip: Oid | None) -> None:
        """Catch up with ``tip``. An unreadable file is replaced, an unwritable one is left alone and not used."""
        self._guard(lambda db: self._catch_up(db, tip))

    def resolve(self, prefix: str) -> list[RecordId]:
        return self._guard(lambda db: query.resolve(db, prefix))

    def located(self, ids: Iterable[str]) -> dict[str, Located]:
        wanted = list(ids)
        return self._guard(lambda db: query.located(db, wanted))

    def rows(self, query_: Query) -> list[Row]:
        return self._guard(lambda db: query.rows(db, query_))

    def row(self, id: RecordId) -> Row | None:  # noqa: A002
        return self._guard(lambda db: query.row(db, id))

    def by_key(self, key: str) -> tuple[RecordId, ...] | None:
        return self._guard(lambda db: query.by_key(db, key))

    def lineage(self, root: RecordId, direction: str) -> Lineage:
        return self._guard(lambda db: query.lineage(db, root, direction))

    def journal(self, limit: int | None, stream: str | None = None) -> list[tuple[TxRow, list[Row]]]:
        return self._guard(lambda db: query.journal(db, limit, stream))

    def close(self) -> None:
        """Close the file; the next question opens it again."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _guard(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the open index; a damaged file is rebuilt (and that is said), an unwritable one replaced by memory."""
        try:
            return ask(self._open())
        except sqlite3.OperationalError as error:
            self._leave_file(error)
        except sqlite3.DatabaseError as error:
            self._discard(error)
        db = self._open()
        self._catch_up(db, self._wanted)
        return ask(db)

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = connect(self._path)
        return self._db

    _wanted: Oid | None = None

    def _leave_file(self, error: sqlite3.OperationalError) -> None:
        if self._path is None:
            raise error
        self.close()
        self._path = None

    def _discard(self, error: sqlite3.DatabaseError) -> None:
        if self._path is None:
            raise error
        self.close()
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        self.notices.append(f"the index was unreadable and has been rebuilt: {self._path}")

    def _catch_up(self, db: sqlite3.Connection, tip: Oid | None) -> None:
        self._wanted = tip
        mark = query.watermark(db)
        if mark == tip:
            return
        with writing(db):
            mark = query.watermark(db)  # another process may have done it while this one waited
            if mark == tip:
                return
            if mark is not None and not (tip and self._continues(db, mark, tip)):
                for table in ("tx", "record", "edge", "blob", "words"):
                    db.execute(f"DELETE FROM {table}")  # noqa: S608 (a literal name)
            if tip is not None:
                build.fill(db, fold.transactions(self._repo, tip, lambda oid: query.has_tx(db, oid)), self._repo.blob)
            query.set_watermark(db, tip)

    def _continues(self, db: sqlite3.Connection, mark: Oid, tip: Oid) -> bool:
        """Whether ``mark`` is on the first-parent line of ``tip``: then what is indexed begins its order."""
        oid: Oid | None = tip
        while oid is not None and oid != mark:
            if query.has_tx(db, oid):
                return False  # an older tip: the ref went back
            parents = fold.parents_of(self._repo, self._repo.commit(oid))
            oid = parents[0] if parents else None
        return oid == mark


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the index at ``path``, or an empty one in memory (None)."""
    if path is None:
        db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        db.executescript(TABLES)
        return db
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise sqlite3.OperationalError(f"{path} cannot be written")
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY / 1000)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            with writing(db):
                _recreate(db)
    except BaseException:
        db.close()
        raise
    return db


def _recreate(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        db.execute(f'DROP TABLE "{name}"')
    for statement in TABLES.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """A write transaction: all of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
