"""SQLite files as files: copied while others write, compared row by row, held, closed to who still writes to them."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from factory_git.core.errors import Conflict, InvalidInput, NotFound

BUSY = 10.0  # seconds to wait for somebody who writes
_BESIDE = ("-wal", "-journal")  # what SQLite keeps of changes that are not yet in the file itself
_OWN = ("_gf_migration",)  # says when; its content is compared without


def copy(source: Path, target: Path) -> None:
    """Copy a database as it stands, changes in a write-ahead log included; ``source`` is only read.

    Raises :class:`NotFound` when there is none, :class:`InvalidInput` when it is no database.
    """
    if not source.is_file():
        raise NotFound(f"there is no database {source}", code="database/none")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _backup(source, target)
    except sqlite3.OperationalError:
        # A read-only folder, or a change somebody died in: SQLite recovers by writing, so it may do so in a copy.
        with tempfile.TemporaryDirectory(prefix="factory-db-") as folder:
            for end in ("", *_BESIDE):
                if Path(f"{source}{end}").exists():
                    shutil.copyfile(f"{source}{end}", Path(folder) / f"db{end}")
            try:
                _backup(Path(folder) / "db", target, readonly=False)
            except sqlite3.DatabaseError as error:
                raise _broken(source, error) from error
    except sqlite3.DatabaseError as error:
        raise _broken(source, error) from error


def _backup(source: Path, target: Path, *, readonly: bool = True) -> None:
    mode = "ro" if readonly else "rw"
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY)) as old:
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # One file from here on: what is copied must not depend on a log beside it.
            new.execute("PRAGMA journal_mode = DELETE")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _broken(path: Path, error: sqlite3.Error) -> InvalidInput:
    return InvalidInput(f"{path} cannot be read as a database: {error}", code="database/invalid")


def content(path: Path) -> dict[str, str]:
    """Per table a digest of its columns and of every value of every row, in the rows' own order."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY)) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: _digest(db, name) for name in names if not name.startswith("sqlite_")}


def _digest(db: sqlite3.Connection, table: str) -> str:
    columns = sorted(row[1] for row in db.execute(f"PRAGMA table_info({_quoted(table)})"))
    columns = [c for c in columns if not (table in _OWN and c == "at")]
    listed = ", ".join(_quoted(c) for c in columns)
    digest = hashlib.sha256(repr(columns).encode())
    for row in db.execute(f"SELECT {listed} FROM {_quoted(table)} ORDER BY rowid"):  # noqa: S608 (quoted names)
        digest.update(repr(row).encode())
    return digest.hexdigest()


def counts(path: Path) -> Mapping[str, Mapping[str, int]]:
    """Per table, per column how many rows hold a value; ``_row`` counts the rows."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY)) as db:
            names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
            own = ("sqlite_", "_gf_", "_archive_")
            return {name: _values(db, name) for name in names if not name.startswith(own)}
    except sqlite3.Error as error:
        raise _broken(path, error) from error


def _values(db: sqlite3.Connection, table: str) -> dict[str, int]:
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({_quoted(table)})")]
    listed = ", ".join(f"count({_quoted(c)})" for c in columns)
    found = db.execute(f"SELECT {listed} FROM {_quoted(table)}").fetchone()  # noqa: S608 (quoted names)
    return dict(zip(columns, found, strict=True))


def applied(path: Path) -> tuple[str, ...]:
    """The migrations that were applied, in order; none for a database of another kind."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = '_gf_migration'").fetchone() is None:
            return ()
        return tuple(n for (n,) in db.execute('SELECT "name" FROM "_gf_migration" ORDER BY "number"'))


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """Keep everybody else from writing; they wait. The transaction is given back unless the caller commits it.

    Raises :class:`Conflict` when somebody writes for longer than the patience lasts.
    """
    with closing(sqlite3.connect(path, timeout=BUSY, isolation_level=None)) as db:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise Conflict(f"{path} is being written to: {error}", code="database/busy", hint="try again") from error
        yield db
        if db.in_transaction:
            db.execute("ROLLBACK")


def close(db: sqlite3.Connection, why: str) -> None:
    """Refuse, from now on, every change of this database with the words ``why``; ends the transaction.

    A program that waited to write to a database that was replaced would else write where nobody looks any more.
    """
    text = why.replace("'", "''")
    names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        if not name.startswith("sqlite_"):
            for change in ("INSERT", "UPDATE", "DELETE"):
                trigger = _quoted(f"_gf_closed_{change.lower()}_{name}")
                db.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {trigger} BEFORE {change} ON {_quoted(name)} "
                    f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
                )
    db.execute("COMMIT")


def reopen(path: Path) -> None:
    """Take back :func:`close`, in a copy that is to live on."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '\\_gf\\_closed\\_%' ESCAPE '\\'"
        )
        for (name,) in names.fetchall():
            db.execute(f"DROP TRIGGER {_quoted(name)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
