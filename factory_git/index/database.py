"""SQLite files that can be thrown away: opened, in memory where they cannot be written, and deleted.

What is in one was made of the ledger and can be made again, so nobody's work stops because a file cannot be used.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from factory_git.core.points import reached

BUSY = 10_000  # milliseconds a reader waits for another that catches up
CACHE = 64_000  # KiB: ids are random, so every insert touches other pages; the default of 2 MB thrashes at 100,000
CHECKPOINT = 8_000  # pages (32 MB): each checkpoint flushes, and random pages fill the default of 1,000 in a moment


def connect(path: Path | None, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """The database at ``path``, which ``prepare`` makes what it is to be; one in memory where it is None.

    In memory, too, where the file cannot be written: begun with what it holds when that can be read as it lies there.
    """
    writable = path is not None and _writable(path)
    db = _open(path) if path is not None and writable else _in_memory(path)
    try:
        if writable:
            reached("index:opened")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(f"PRAGMA cache_size = -{CACHE}")
            db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
        prepare(db)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """A write transaction: all of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    reached("index:begun")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    reached("index:written")
    db.execute("COMMIT")
    reached("index:committed")


def files(path: Path) -> tuple[Path, ...]:
    """The database at ``path``, and what SQLite keeps beside it."""
    return tuple(Path(f"{path}{suffix}") for suffix in ("", "-wal", "-shm"))


def remove(path: Path) -> None:
    """Delete a database, as far as that can be done."""
    for one in files(path):
        with suppress(OSError):
            one.unlink(missing_ok=True)
        reached("index:discarding")


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY / 1000)


def _writable(path: Path) -> bool:
    """Whether a database can be written (WAL makes files beside it, so the folder counts too)."""
    folder = next(one for one in path.parents if one.exists())
    return os.access(folder, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _in_memory(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    # A file with a log beside it is being written, or its writer died: without write access nothing merges the two.
    if path is not None and path.exists() and not Path(f"{path}-wal").exists():
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            file.backup(db)
    return db
