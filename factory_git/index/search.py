"""Full text: which records, and which contents of transactions, have these words; the best first."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from factory_git.core.ids import Oid
from factory_git.index import query
from factory_git.ledger.projection import Found, Query, Row

_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_SNIPPET = "snippet(search, 0, char(2), char(3), '…', 16)"


def search(db: sqlite3.Connection, wanted: Query, words: str, *, some: bool = False) -> list[Found]:
    """What matches ``words`` and the filters of ``wanted``, the best first, ties in the order of the ledger.

    Words must all occur (with ``some``: one of them), ``"a phrase"`` as it stands, ``begin*`` as a beginning; ``-word``
    must not occur. Case and accents do not matter.
    """
    match = expression(words, some=some)
    if not match:
        return []
    found = [*_records(db, wanted, match), *_contents(db, wanted, match)]
    found.sort(key=lambda one: one[0])
    limit = len(found) if wanted.limit is None else wanted.limit
    return [one for _, one in found[:limit]]


def expression(words: str, *, some: bool = False) -> str:
    """The words as SQLite's full text takes them: every one quoted, so that none of them is an operator."""
    need: list[str] = []
    refuse: list[str] = []
    for minus, phrase, word in _TERM.findall(words.replace("\0", " ")):
        text, star = (phrase, "") if phrase else (word.rstrip("*"), "*" if word.endswith("*") else "")
        if any(letter.isalnum() for letter in text):
            quoted = '"' + text.replace('"', '""') + '"' + star
            (refuse if minus else need).append(quoted)
    if not need:
        return ""
    wanted = (" OR " if some else " ").join(need)
    return wanted if not refuse else f"({wanted}) NOT ({' OR '.join(refuse)})"


def _records(db: sqlite3.Connection, wanted: Query, match: str) -> Iterator[tuple[tuple[float, int], Found]]:
    where, values = query.conditions(wanted)
    filtered = f"JOIN record ON record.n = search.rowid JOIN tx ON tx.n = record.tx {where} AND" if where else "WHERE"
    sql = f"SELECT rank, search.rowid FROM search {filtered} search MATCH ? AND search.rowid > 0 ORDER BY rank, 2"  # noqa: S608
    for rank, n in _limited(db, sql, [*values, match], wanted.limit):
        yield (rank, n), Found(row=_row(db, n), snippet=_snippet(db, match, n))


def _contents(db: sqlite3.Connection, wanted: Query, match: str) -> Iterator[tuple[tuple[float, int], Found]]:
    """Contents count as found in the record of their transaction that names them."""
    where, values = query.conditions(wanted)
    sql = (
        "SELECT rank, record.n, blob.n, blob.id FROM search"  # noqa: S608 (literal names)
        " JOIN blob ON blob.n = -search.rowid JOIN tx ON tx.n = blob.tx JOIN record ON record.tx = blob.tx"
        " JOIN words ON words.n = record.n AND instr(words.text, blob.id) > 0"
        f" {where or 'WHERE 1'} AND search MATCH ? AND search.rowid < 0 ORDER BY rank, record.n"
    )
    for rank, n, blob, oid in _limited(db, sql, [*values, match], wanted.limit):
        yield (rank, n), Found(row=_row(db, n), snippet=_snippet(db, match, -blob), content=Oid(oid))


def _limited(db: sqlite3.Connection, sql: str, values: Sequence[Any], limit: int | None) -> list[Any]:
    return db.execute(f"{sql} LIMIT ?", [*values, -1 if limit is None else limit]).fetchall()


def _row(db: sqlite3.Connection, n: int) -> Row:
    return query.row_of(db.execute(f"{query.ROW} WHERE record.n = ?", (n,)).fetchone())


def _snippet(db: sqlite3.Connection, match: str, n: int) -> str:
    """What stands around the words, made for what is shown only: it reads the whole text."""
    sql = f"SELECT {_SNIPPET} FROM search WHERE search MATCH ? AND rowid = ?"  # noqa: S608
    return _plain(db.execute(sql, (match, n)).fetchone()[0])


def _plain(snippet: str) -> str:
    """A snippet on one line, with what matched between STX and ETX."""
    return " ".join(snippet.split())
