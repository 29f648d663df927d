"""The texts that the index holds: which of them are asked about, and what they say."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from factory_git.core.ids import Oid, RecordId
from factory_git.index import query
from factory_git.ledger.projection import Query

SOME = 500


def ids(db: sqlite3.Connection, wanted: Query) -> list[tuple[Oid, RecordId]]:
    """The ids of texts, each with its record's, newest first: records that match, and the contents that they name.

    A content that several records name counts for the first of them.
    """
    where, values = query.conditions(wanted)
    found = db.execute(
        f"SELECT record.n, record.id FROM record JOIN tx ON tx.n = record.tx {where}",  # noqa: S608 (literal names)
        values,
    ).fetchall()
    named = db.execute(
        "SELECT min(record.n), record.id, blob.id"  # noqa: S608 (literal names)
        " FROM blob JOIN tx ON tx.n = blob.tx JOIN record ON record.tx = blob.tx"
        f" JOIN words ON words.n = record.n AND instr(words.text, blob.id) > 0 {where} GROUP BY blob.id",
        values,
    ).fetchall()
    texts = [(n, id_, id_) for n, id_ in found] + named
    texts.sort(key=lambda one: (-one[0], one[2]))
    return [(Oid(text), RecordId(id_)) for _, id_, text in texts]


def read(db: sqlite3.Connection, wanted: Sequence[str]) -> dict[str, str]:
    """The texts of records and contents by their ids; those without a text are left out."""
    out: dict[str, str] = {}
    for start in range(0, len(wanted), SOME):
        some = wanted[start : start + SOME]
        for table, sign in (("record", ""), ("blob", "-")):
            sql = f"SELECT x.id, words.text FROM {table} x JOIN words ON words.n = {sign}x.n WHERE x.id IN"  # noqa: S608
            out.update(db.execute(f"{sql} ({','.join('?' * len(some))})", some).fetchall())
    return out
