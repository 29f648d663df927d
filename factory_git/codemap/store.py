"""The cache: what is known of each blob, which names occur where, and the trees that were seen. SQLite, disposable.

Three things are kept. ``blob``: the packed facts of a content, by its Git id, its language and what extracted it.
``word``: for a name in a role, the blobs it occurs in, as a row of 32-bit numbers that grows at its end.
``tree``, ``file``: path and blob of each file of a tree, so that a query opens nothing else; a tree that is much like
one that is kept whole (its ``base``) has rows only for what differs, no blob standing for a file that is gone.

A cache that cannot be read is thrown away and made anew; one that cannot be written is replaced by one in memory.
"""

from __future__ import annotations

import os

try:
    import _sqlite3 as sqlite3  # the package around it adds dates and times, and twice the cost of a question
except ImportError:
    import sqlite3  # type: ignore[no-redef]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Iterator, Mapping

    Words = Mapping[tuple[str, str], array[int]]
    Kept = tuple[int, dict[str, int | None]]
    """The number of a tree that is kept whole, and what differs from it: path → blob, None for gone."""

SCHEMA_VERSION = 2
KEEP_MAKERS = 2
KEEP_TREES = 12
_SCHEMA = """
CREATE TABLE maker (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE blob (
  id INTEGER PRIMARY KEY, oid BLOB NOT NULL, language TEXT NOT NULL, maker INTEGER NOT NULL, facts BLOB NOT NULL,
  UNIQUE (oid, language, maker)
) STRICT;
CREATE TABLE word (
  role TEXT NOT NULL, name TEXT NOT NULL, blobs BLOB NOT NULL, PRIMARY KEY (role, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE tree (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL, used INTEGER NOT NULL, base INTEGER NOT NULL
) STRICT;
CREATE TABLE file (
  tree INTEGER NOT NULL, path TEXT NOT NULL, blob INTEGER, PRIMARY KEY (tree, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_by_blob ON file (tree, blob);
"""


class Store:
    """The open cache of one repository, for one ``maker`` (digest of grammars and extractors)."""

    def __init__(self, path: str | os.PathLike[str] | None, maker: str) -> None:
        self.db = _open(path)
        row = self.db.execute("SELECT id FROM maker WHERE digest = ?", (maker,)).fetchone()
        if row is None:  # another process may be just as new
            self._forget_makers()
            self.db.execute("INSERT OR IGNORE INTO maker (digest) VALUES (?)", (maker,))
            row = self.db.execute("SELECT id FROM maker WHERE digest = ?", (maker,)).fetchone()
        self.maker: int = row[0]

    def close(self) -> None:
        """Let the file go."""
        self.db.close()

    def _forget_makers(self) -> None:
        """Empty the cache where too many extractors have left something: what they wrote is never read again."""
        if self.db.execute("SELECT count(*) FROM maker").fetchone()[0] < KEEP_MAKERS:
            return
        self.db.execute("BEGIN IMMEDIATE")
        for table in ("file", "tree", "word", "blob", "maker"):
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608 (our own tables)
        self.db.execute("COMMIT")

    # Blobs.

    def known(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The number of each (blob id, language) that was extracted before."""
        out: dict[tuple[str, str], int] = {}
        for oid, language in wanted:
            found = self.db.execute(
                "SELECT id FROM blob WHERE oid = ? AND language = ? AND maker = ?",
                (bytes.fromhex(oid), language, self.maker),
            ).fetchone()
            if found:
                out[oid, language] = found[0]
        return out

    def all_known(self) -> dict[tuple[str, str], int]:
        """Every extracted (blob id, language), for callers that ask about most of them."""
        rows = self.db.execute("SELECT oid, language, id FROM blob WHERE maker = ?", (self.maker,))
        return {(oid.hex(), language): number for oid, language, number in rows}

    def next_number(self) -> int:
        """The number that the next new blob gets; hold the write lock (:meth:`writing`) while you rely on it."""
        return int(self.db.execute("SELECT coalesce(max(id), 0) + 1 FROM blob").fetchone()[0])

    def add_blobs(self, rows: Iterable[tuple[int, str, str, bytes]]) -> None:
        """Keep packed facts: number, blob id, language, facts."""
        self.db.executemany(
            "INSERT INTO blob (id, oid, language, maker, facts) VALUES (?, ?, ?, ?, ?)",
            ((number, bytes.fromhex(oid), language, self.maker, facts) for number, oid, language, facts in rows),
        )

    def add_words(self, words: Words) -> None:
        """Note where names occur: (role, name) → numbers of blobs."""
        self.db.executemany(
            "INSERT INTO word (role, name, blobs) VALUES (?, ?, ?)"
            " ON CONFLICT (role, name) DO UPDATE SET blobs = CAST(blobs || excluded.blobs AS BLOB)",
            ((role, name, words[role, name].tobytes()) for role, name in sorted(words)),
        )

    def facts(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The packed facts of blobs, by number."""
        for number in numbers:
            row = self.db.execute("SELECT facts FROM blob WHERE id = ?", (number,)).fetchone()
            if row is not None:
                yield number, row[0]

    def where(self, role: str, name: str) -> set[int]:
        """The blobs in which a name has a role."""
        row = self.db.execute("SELECT blobs FROM word WHERE role = ? AND name = ?", (role, name)).fetchone()
        return _numbers(row[0]) if row else set()

    def beginning(self, role: str, prefix: str) -> Iterator[tuple[str, set[int]]]:
        """Names that begin with ``prefix``, in order, and the blobs in which they have a role."""
        rows = self.db.execute(
            "SELECT name, blobs FROM word WHERE role = ? AND name >= ? AND name < ? ORDER BY name",
            (role, prefix, prefix + "\U0010ffff"),
        )
        for name, blobs in rows:
            yield name, _numbers(blobs)

    # Trees.

    def tree(self, key: str, stamp: str = "") -> Kept | None:
        """A tree that was seen, with the blobs of this maker; None when there is none, or it had another stamp."""
        row = self.db.execute(
            "SELECT id, base FROM tree WHERE key = ? AND stamp = ?", (f"{self.maker} {key}", stamp)
        ).fetchone()
        if row is None or not row[1]:
            return (row[0], {}) if row else None
        return row[1], dict(self.db.execute("SELECT path, blob FROM file WHERE tree = ?", (row[0],)))

    def base(self) -> tuple[int, str]:
        """Number and Git id of the newest committed tree that is kept whole; 0 and nothing when there is none."""
        start = f"{self.maker} tree "
        row = self.db.execute(
            "SELECT id, key FROM tree WHERE base = 0 AND key >= ? AND key < ? ORDER BY used DESC LIMIT 1",
            (start, f"{self.maker} tref"),
        ).fetchone()
        return (row[0], row[1][len(start) :]) if row else (0, "")

    def set_tree(self, key: str, stamp: str, files: Mapping[str, int | None], base: int = 0) -> int:
        """Keep a tree as it is now, whole or as what differs from ``base``; returns its number."""
        full = f"{self.maker} {key}"
        used = int(self.db.execute("SELECT coalesce(max(used), 0) + 1 FROM tree").fetchone()[0])
        known = self.db.execute("SELECT id, base FROM tree WHERE key = ?", (full,)).fetchone()
        if known is None:
            number = int(
                self.db.execute(
                    "INSERT INTO tree (key, stamp, used, base) VALUES (?, ?, ?, ?) RETURNING id",
                    (full, stamp, used, base),
                ).fetchone()[0]
            )
        else:
            number = known[0]
            self.db.execute("UPDATE tree SET stamp = ?, used = ?, base = ? WHERE id = ?", (stamp, used, base, number))
        before = dict(self.db.execute("SELECT path, blob FROM file WHERE tree = ?", (number,)))
        changed = [
            (number, path, blob) for path, blob in sorted(files.items()) if path not in before or before[path] != blob
        ]
        gone = [(number, path) for path in before.keys() - files.keys()]
        self.db.executemany("INSERT OR REPLACE INTO file (tree, path, blob) VALUES (?, ?, ?)", changed)
        self.db.executemany("DELETE FROM file WHERE tree = ? AND path = ?", gone)
        self._forget_old_trees()
        return number

    def _forget_old_trees(self) -> None:
        rows = self.db.execute("SELECT id, base FROM tree ORDER BY used DESC").fetchall()
        needed = {one for row in rows[:KEEP_TREES] for one in row}
        for number, _ in rows[KEEP_TREES:]:
            if number not in needed:
                self.db.execute("DELETE FROM file WHERE tree = ?", (number,))
                self.db.execute("DELETE FROM tree WHERE id = ?", (number,))

    def size(self) -> int:
        """Bytes of the cache."""
        pages, page = (self.db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        return int(pages) * int(page)


def _numbers(data: bytes) -> set[int]:
    return set(memoryview(data).cast("I"))  # the module `array` would cost more than the whole look-up


def _open(path: str | os.PathLike[str] | None) -> sqlite3.Connection:
    if path is None:
        return _fresh(sqlite3.connect(":memory:", isolation_level=None))
    path = os.fspath(path)
    try:
        return _ready(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise
    try:
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(path + suffix):  # noqa: PTH110
                os.unlink(path + suffix)  # noqa: PTH108
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        return _ready(path)
    except (OSError, sqlite3.OperationalError):
        # A repository that may not be written can still be asked: this process alone keeps the map.
        return _fresh(sqlite3.connect(":memory:", isolation_level=None))


def _ready(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        # A lost transaction is read again; in this mode of the journal it cannot leave the file half written.
        db.execute("PRAGMA synchronous = NORMAL")
        if version == SCHEMA_VERSION:
            return db
        if version == 0 and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            db.execute("PRAGMA journal_mode = WAL")
            return _fresh(db)
        raise sqlite3.DatabaseError(f"schema {version}")
    except BaseException:
        db.close()
        raise


def _fresh(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute("BEGIN IMMEDIATE")
    if db.execute("PRAGMA user_version").fetchone()[0] == 0:  # another process may have been first
        for statement in _SCHEMA.split(";"):
            if statement.strip():
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.execute("COMMIT")
    return db
