"""The words of records and contents: kept as texts when they are indexed, made searchable when somebody searches.

Full text costs more than all the rest of an append, and most appends are not followed by a search. So ``search`` lags
behind ``words``, and catches up in one go, which is cheaper than a little each time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any


def texts(value: Any) -> Iterator[str]:
    """Every text in a payload, keys left out."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))


def add(db: sqlite3.Connection, n: int, text: str) -> None:
    """The text of record ``n``, of content ``n`` under ``-n``; the newest of all."""
    if text:
        db.execute("INSERT INTO words VALUES (?, ?)", (n, text))


def add_late(db: sqlite3.Connection, n: int, text: str) -> None:
    """The same for what was unreadable when its turn came."""
    add(db, n, text)
    low, high = _searched(db)
    if text and low <= n <= high:
        db.execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (n, text))


def behind(db: sqlite3.Connection) -> bool:
    """Whether there are texts that a search would not find yet."""
    low, high = _searched(db)
    return db.execute("SELECT 1 FROM words WHERE n > ? OR n < ? LIMIT 1", (high, low)).fetchone() is not None


def catch_up(db: sqlite3.Connection, lump: int) -> int:
    """Make some more texts searchable, about ``lump``; how many are now. Call it in a write transaction."""
    low, high = _searched(db)
    last = db.execute("SELECT max(n) FROM (SELECT n FROM words WHERE n > ? ORDER BY n LIMIT ?)", (high, lump))
    first = db.execute("SELECT min(n) FROM (SELECT n FROM words WHERE n < ? ORDER BY n DESC LIMIT ?)", (low, lump))
    ends = (first.fetchone()[0] or low, last.fetchone()[0] or high)
    for begin, end in ((high + 1, ends[1]), (ends[0], low - 1)):
        taken = "SELECT n, text FROM words WHERE n BETWEEN ? AND ? ORDER BY n"
        db.execute(f"INSERT INTO search (rowid, text) {taken}", (begin, end))
    _note(db, *ends)
    return ends[1] - ends[0]


def forget(db: sqlite3.Connection, tx: int) -> None:
    """Forget the texts of every transaction after the one with this number."""
    gone = "WHERE n IN (SELECT n FROM record WHERE tx > ?1 UNION ALL SELECT -n FROM blob WHERE tx > ?1)"
    low, high = _searched(db)
    # The full text is not stored twice: to forget a row it must be told what the row was.
    db.execute(
        "INSERT INTO search (search, rowid, text) SELECT 'delete', n, text FROM words"  # noqa: S608 (literal names)
        f" {gone} AND n BETWEEN ?2 AND ?3",
        (tx, low, high),
    )
    db.execute(f"DELETE FROM words {gone}", (tx,))  # noqa: S608
    last = db.execute("SELECT max(n) FROM record WHERE tx <= ?", (tx,)).fetchone()[0] or 0
    first = db.execute("SELECT -max(n) FROM blob WHERE tx <= ?", (tx,)).fetchone()[0] or 0
    _note(db, max(low, first), min(high, last))


def _searched(db: sqlite3.Connection) -> tuple[int, int]:
    found = db.execute("SELECT value FROM meta WHERE key = 'searched'").fetchone()
    low, high = found[0].split() if found else (0, 0)
    return int(low), int(high)


def _note(db: sqlite3.Connection, low: int, high: int) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES ('searched', ?)", (f"{low} {high}",))
