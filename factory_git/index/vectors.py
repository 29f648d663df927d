"""Vectors of texts in a file of their own: by model and id, as disposable as the index, and never in the ledger.

The file is deleted with no loss but the time to make it again. What is looked for is compared with every vector: exact,
and linear in how many there are.
"""

from __future__ import annotations

import heapq
import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from operator import mul
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from factory_git.core.ids import Oid
from factory_git.index.database import connect, remove, writing

T = TypeVar("T")
NAME = "vectors.sqlite"
VERSION = 1
MODELS = 2  # that are kept: the one in use and the one before it
SOME = 500
ROWS = 20_000  # vectors that are compared at once
DIGITS = 6  # of a cosine: beyond them it is noise, and order is by id
TABLES = """
CREATE TABLE model (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, used INTEGER NOT NULL);
CREATE TABLE vector (
  model INTEGER NOT NULL, id TEXT NOT NULL, part INTEGER NOT NULL,
  v BLOB NOT NULL,                  -- float32, of length one, or empty where there is nothing to compare
  UNIQUE (model, id, part)
);
"""


class Near(NamedTuple):
    """A text that is like another: the cosine of the two, and the part of it that is most like."""

    cosine: float
    id: Oid
    part: int


class Vectors:
    """The vectors of one model in the file ``path`` (None: in memory; so, too, where it cannot be written)."""

    def __init__(self, path: Path | None, model: str) -> None:
        self._path, self._name = path, model
        self._db: sqlite3.Connection | None = None
        self._model = 0

    def missing(self, ids: Sequence[Oid]) -> list[Oid]:
        """Those of ``ids`` that have no vectors yet, in their order."""
        known = self._guard(self._known) if ids else set()
        return [id_ for id_ in ids if id_ not in known]

    def keep(self, made: Iterable[tuple[Oid, Sequence[array[float]]]]) -> None:
        """Keep the vectors of texts, a part each; none at all says that there is nothing to compare."""
        rows = [
            (id_, part, vector.tobytes()) for id_, parts in made for part, vector in enumerate(parts or [array("f")])
        ]
        self._guard(lambda db: self._insert(db, rows))

    def nearest(self, target: array[float], ids: Collection[Oid], most: int) -> list[Near]:
        """At most so many of ``ids`` that are like ``target`` at all, the nearest first, ties by id."""
        best: dict[Oid, Near] = {}
        for near in self._guard(lambda db: list(self._compared(db, target, ids))):
            before = best.get(near.id)
            if before is None or (-near.cosine, near.part) < (-before.cosine, before.part):
                best[near.id] = near
        return heapq.nsmallest(most, best.values(), key=lambda one: (-one.cosine, one.id))

    def width(self) -> int:
        """How many numbers the model's vectors have; 0 where there is none."""
        sql = "SELECT length(v) / 4 FROM vector WHERE model = ? AND v != x'' LIMIT 1"
        return self._guard(lambda db: int((db.execute(sql, (self._model,)).fetchone() or (0,))[0]))

    def clear(self) -> None:
        """Forget the model's vectors."""
        self._guard(lambda db: db.execute("DELETE FROM vector WHERE model = ?", (self._model,)))

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    # -- inside ------------------------------------------------------------------------------------------------------

    def _known(self, db: sqlite3.Connection) -> set[Oid]:
        sql = "SELECT id FROM vector WHERE model = ? AND part = 0"
        return {Oid(id_) for (id_,) in db.execute(sql, (self._model,))}

    def _insert(self, db: sqlite3.Connection, rows: Sequence[tuple[Oid, int, bytes]]) -> None:
        with writing(db):
            db.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?, ?, ?)", ((self._model, *row) for row in rows))

    def _compared(self, db: sqlite3.Connection, target: array[float], ids: Collection[Oid]) -> Iterator[Near]:
        wanted = ids if isinstance(ids, set | frozenset | dict) else set(ids)
        cosines = _cosines(target)
        found = db.execute("SELECT id, part, v FROM vector WHERE model = ? AND v != x''", (self._model,))
        while some := found.fetchmany(ROWS):
            rows = [row for row in some if row[0] in wanted and len(row[2]) == 4 * len(target)]
            for (id_, part, _), cosine in zip(rows, cosines([row[2] for row in rows]), strict=True):
                if cosine > 0:
                    yield Near(round(cosine, DIGITS), Oid(id_), part)

    def _guard(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the open file; a damaged one is made anew, one that cannot be written is replaced by memory."""
        try:
            return ask(self._open())
        except sqlite3.OperationalError:
            if self._path is None:
                raise
            self.close()
            self._path = None
        except sqlite3.DatabaseError:
            self.close()
            if self._path is not None:
                remove(self._path)
        return ask(self._open())

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = connect(self._path, _prepare)
            self._model = _numbered(self._db, self._name)
        return self._db


def _prepare(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        with writing(db):
            _recreate(db)


def _recreate(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return  # another process was faster
    for table in ("vector", "model"):
        db.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in TABLES.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _numbered(db: sqlite3.Connection, name: str) -> int:
    """The number of a model, which from now on is the last used; those used long ago are forgotten."""
    found = db.execute("SELECT n, used = (SELECT max(used) FROM model) FROM model WHERE name = ?", (name,)).fetchone()
    if found and found[1]:
        return int(found[0])
    with writing(db):
        db.execute(
            "INSERT INTO model (name, used) VALUES (?, (SELECT coalesce(max(used), 0) + 1 FROM model))"
            " ON CONFLICT (name) DO UPDATE SET used = excluded.used",
            (name,),
        )
        old = "SELECT n FROM model ORDER BY used DESC LIMIT -1 OFFSET ?"
        db.execute(f"DELETE FROM vector WHERE model IN ({old})", (MODELS,))  # noqa: S608 (literal names)
        db.execute(f"DELETE FROM model WHERE n IN ({old})", (MODELS,))  # noqa: S608 (literal names)
    return int(db.execute("SELECT n FROM model WHERE name = ?", (name,)).fetchone()[0])


def _cosines(target: array[float]) -> Callable[[Sequence[bytes]], Sequence[float]]:
    """The cosines of vectors of length one with ``target``: by numpy where it is there, as it is much faster."""
    try:
        import numpy  # noqa: PLC0415, ICN001 (of an extra; and heavy)
    except ImportError:
        return lambda rows: [sum(map(mul, array("f", row), target)) for row in rows]
    against: Any = numpy.array(target, dtype=numpy.float32)

    def compare(rows: Sequence[bytes]) -> Sequence[float]:
        matrix = numpy.frombuffer(b"".join(rows), dtype=numpy.float32).reshape(-1, len(against))
        made: list[float] = (matrix @ against).tolist()
        return made

    return compare
