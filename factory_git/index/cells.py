"""A fold's cells in an SQLite file of its own: gone on with by the next process, taken back where the order changed.

The file holds what the fold made of the ledger up to a transaction, and how to take back its last steps. It is never
needed: of another version, damaged, not writable or deleted, the same cells are made anew, in memory where they must.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sqlite3
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from factory_git.core.ids import Oid
from factory_git.index.database import connect, remove, writing
from factory_git.ledger.cells import check_key

T = TypeVar("T")
STEPS = 64  # that can be taken back
UNDO = 20_000  # cells that are kept to take them back
TABLES = """
CREATE TABLE meta (version TEXT NOT NULL);
CREATE TABLE cell (
  n INTEGER PRIMARY KEY, tab TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, sum INTEGER NOT NULL,
  tags BLOB NOT NULL, UNIQUE (tab, key)
);
CREATE TABLE tag (tag INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (tag, n)) WITHOUT ROWID;
CREATE TABLE step (s INTEGER PRIMARY KEY, n INTEGER NOT NULL, oid TEXT NOT NULL, undo INTEGER NOT NULL);
CREATE TABLE undo (
  s INTEGER NOT NULL, tab TEXT NOT NULL, key TEXT NOT NULL, value TEXT, sum INTEGER, tags BLOB,
  PRIMARY KEY (s, tab, key)
) WITHOUT ROWID;
"""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=str).encode


class Step(NamedTuple):
    """A place of the ledger's order that the fold stood at: the first ``n`` transactions, which end in ``oid``."""

    s: int
    n: int
    oid: Oid


class FileCells:
    """The cells of one fold in ``path`` (None: in memory); ``version`` names the code that makes them.

    ``advance`` is called to bring them up to now. Threads may share them.
    """

    def __init__(self, path: Path | None, version: str, advance: Callable[[FileCells], None]) -> None:
        self._path = path
        self._version = version
        self._advance = advance
        self._db: sqlite3.Connection | None = None
        self._inside = 0  # a transaction of ours: what goes wrong in it is for who began it
        self._recorded = 0  # the step that is being made and can be taken back
        self._undo = 0  # cells kept for that
        self._taken_back = False
        self._threads = threading.RLock()

    # -- cells -------------------------------------------------------------------------------------------------------

    def get(self, table: str, key: str) -> Any:
        check_key(key)
        return self._ask(lambda db: _one(db, table, key))

    def has(self, table: str, key: str) -> bool:
        check_key(key)
        sql = "SELECT 1 FROM cell WHERE tab = ? AND key = ?"
        return self._ask(lambda db: db.execute(sql, (table, key)).fetchone() is not None)

    def put(self, table: str, key: str, value: Any, tags: Iterable[str] = ()) -> None:
        text = _encode(value)
        marks = sorted({_tag(table, tag) for tag in tags})
        self._write(table, key, text, _sum(table, key, text), struct.pack(f"<{len(marks)}q", *marks))

    def drop(self, table: str, key: str) -> None:
        self._write(table, key, None, 0, b"")

    def keys(self, table: str, prefix: str = "") -> list[str]:
        sql = "SELECT key FROM cell WHERE tab = ? AND key >= ? AND key < ? ORDER BY key"
        end = prefix + "\U0010ffff"
        return self._ask(lambda db: [key for (key,) in db.execute(sql, (table, prefix, end))])

    def all(self, table: str) -> Iterator[tuple[str, Any]]:
        return self._rows("SELECT key, value, sum FROM cell WHERE tab = ? ORDER BY key", (table,), table)

    def tagged(self, table: str, tag: str) -> Iterator[tuple[str, Any]]:
        sql = "SELECT key, value, sum FROM tag JOIN cell USING (n) WHERE tag = ?"
        return self._rows(sql, (_tag(table, tag),), table)

    def marked(self, table: str, tag: str) -> list[str]:
        sql = "SELECT key FROM tag JOIN cell USING (n) WHERE tag = ? ORDER BY key"
        return self._ask(lambda db: [key for (key,) in db.execute(sql, (_tag(table, tag),))])

    @contextmanager
    def trial(self) -> Iterator[FileCells]:
        """These cells; what is put into them is forgotten at the end."""
        with suppress(_Forget), self.whole():
            yield self
            raise _Forget

    # -- steps -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring the cells up to now."""
        self._ask(lambda _: self._advance(self))

    def steps(self) -> list[Step]:
        """Where the fold stands, and the places before it that it can be taken back to; the newest first."""
        found = self._ask(lambda db: db.execute("SELECT s, n, oid FROM step ORDER BY s DESC").fetchall())
        return [Step(int(s), int(n), Oid(oid)) for s, n, oid in found]

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Everything inside or nothing. What goes wrong with the file inside is raised."""
        with self._threads:
            db = self._open()
            self._inside += 1
            try:
                with writing(db) if self._inside == 1 else _savepoint(db):
                    yield
            finally:
                self._inside -= 1
                self._recorded = self._recorded if self._inside else 0
            if self._taken_back and not self._inside:
                # Nor may it stay in the log, which is emptied when the last reader leaves, whenever that is.
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._taken_back = False

    def begin(self, count: int) -> None:
        """What is put from now on belongs to one step, of about ``count`` records: too much cannot be taken back."""
        db = self._open()
        if count > UNDO:
            db.execute("DELETE FROM step")
            db.execute("DELETE FROM undo")
        last = db.execute("SELECT max(s) FROM step").fetchone()[0]
        self._recorded, self._undo = (0 if last is None else int(last) + 1), 0

    def end(self, n: int, oid: Oid) -> None:
        """The step is made: the fold stands at the first ``n`` transactions, which end in ``oid``."""
        db = self._open()
        db.execute("INSERT INTO step VALUES (?, ?, ?, ?)", (self._recorded or 1, n, oid, self._undo))
        self._recorded = 0
        kept, undo, oldest = 0, 0, 0
        for s, some in db.execute("SELECT s, undo FROM step ORDER BY s DESC").fetchall():
            if kept == STEPS or undo > UNDO:
                db.execute("DELETE FROM step WHERE s < ?", (oldest,))
                db.execute("DELETE FROM undo WHERE s <= ?", (oldest,))
                return
            kept, undo, oldest = kept + 1, undo + some, s

    def back_to(self, step: Step | None) -> None:
        """Take back every later step; all of it for None."""
        db = self._open()
        if step is None:
            self._taken_back |= db.execute("SELECT 1 FROM cell LIMIT 1").fetchone() is not None
            for table in ("cell", "tag", "step", "undo"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 (literal names)
            return
        later = "SELECT tab, key, value, sum, tags FROM undo WHERE s > ? ORDER BY s DESC"
        for table, key, value, sum_, tags in db.execute(later, (step.s,)).fetchall():
            self._write(table, key, value, sum_ or 0, tags or b"")
            self._taken_back = True
        db.execute("DELETE FROM step WHERE s > ?", (step.s,))
        db.execute("DELETE FROM undo WHERE s > ?", (step.s,))

    def leave_file(self) -> None:
        """Go on in memory with what the file holds: what comes now is not to be kept."""
        with self._threads:
            if self._path is not None:
                before, self._path = self._open(), None
                self._db = connect(None, functools.partial(_prepare, self._version))
                before.backup(self._db)
                before.close()

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        with self._threads:
            if self._db is not None:
                self._db.close()
                self._db = None

    # -- inside ------------------------------------------------------------------------------------------------------

    def _write(self, table: str, key: str, text: str | None, sum_: int, tags: bytes) -> None:
        check_key(key)
        db = self._open()
        found = db.execute("SELECT n, value, sum, tags FROM cell WHERE tab = ? AND key = ?", (table, key)).fetchone()
        n, *before = found or (None, None, None, None)
        if self._recorded:
            kept = "INSERT OR IGNORE INTO undo VALUES (?, ?, ?, ?, ?, ?)"
            self._undo += db.execute(kept, (self._recorded, table, key, *before)).rowcount
        if text is None:
            db.execute("DELETE FROM cell WHERE n = ?", (n,))
        elif n is None:
            made = db.execute(
                "INSERT INTO cell (tab, key, value, sum, tags) VALUES (?, ?, ?, ?, ?)", (table, key, text, sum_, tags)
            )
            n = made.lastrowid
        else:
            db.execute("UPDATE cell SET value = ?, sum = ?, tags = ? WHERE n = ?", (text, sum_, tags, n))
        if tags != (before[2] or b""):
            old, new = set(_tags(before[2] or b"")), set(_tags(tags))
            db.executemany("DELETE FROM tag WHERE tag = ? AND n = ?", ((one, n) for one in old - new))
            db.executemany("INSERT INTO tag VALUES (?, ?)", ((one, n) for one in new - old))

    def _rows(self, sql: str, values: tuple[Any, ...], table: str) -> Iterator[tuple[str, Any]]:
        """All of them are looked at before the first is given: what is found damaged is made anew, and asked again."""
        found = self._ask(lambda db: [_checked(table, *row) for row in db.execute(sql, values)])
        return ((key, json.loads(text)) for key, text in found)

    def _ask(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the open file. A damaged one is made anew, one that cannot be used is left for memory."""
        with self._threads:
            if self._inside:
                return ask(self._open())
            try:
                return ask(self._open())
            except sqlite3.DatabaseError as error:
                if self._path is None:
                    raise
                # Busy, read-only, full, not to be opened: it may be sound. A table that is not there is none of these.
                unusable = isinstance(error, sqlite3.OperationalError)
                if unusable and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                    self.close()
                    self._path = None
                else:
                    self._discard()
            self._advance(self)
            return ask(self._open())

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = connect(self._path, functools.partial(_prepare, self._version))
        return self._db

    def _discard(self) -> None:
        self.close()
        assert self._path is not None
        remove(self._path)
        if self._path.exists():  # in a folder that cannot be written
            self._path = None


class _Forget(Exception):
    """Ends a trial."""


def _prepare(version: str, db: sqlite3.Connection) -> None:
    db.execute("PRAGMA secure_delete = ON")  # what was redacted must not stay in free pages
    if _version(db) != version:
        with writing(db):
            if _version(db) != version:
                _recreate(db, version)


def _version(db: sqlite3.Connection) -> str:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return ""
    found = db.execute("SELECT version FROM meta").fetchone()
    return str(found[0]) if found else ""


def _recreate(db: sqlite3.Connection, version: str) -> None:
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        db.execute(f'DROP TABLE IF EXISTS "{name}"')
    for statement in TABLES.split(";"):
        db.execute(statement)
    db.execute("INSERT INTO meta VALUES (?)", (version,))


@contextmanager
def _savepoint(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("SAVEPOINT inner")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK TO inner")
        db.execute("RELEASE inner")
        raise
    db.execute("RELEASE inner")


def _one(db: sqlite3.Connection, table: str, key: str) -> Any:
    found = db.execute("SELECT key, value, sum FROM cell WHERE tab = ? AND key = ?", (table, key)).fetchone()
    return None if found is None else json.loads(_checked(table, *found)[1])


def _checked(table: str, key: str, text: str, sum_: int) -> tuple[str, str]:
    if _sum(table, key, text) != sum_:
        raise sqlite3.DatabaseError(f"the cell {table} {key} is damaged")
    return key, text


def _sum(table: str, key: str, text: str) -> int:
    """SQLite sees damage to its own pages only; one bit of a value would be another state."""
    return zlib.crc32(f"{table}\0{key}\0{text}".encode())


def _tag(table: str, tag: str) -> int:
    """A tag as SQLite keeps it: short, because there are several a cell."""
    digest = hashlib.blake2b(f"{table}\0{tag}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _tags(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 8}q", packed)
