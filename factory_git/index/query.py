"""Questions to the index, in SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from factory_git.core.ids import Oid, RecordId
from factory_git.ledger.projection import Lineage, Located, Query, Row, TxRow

SOME = 500  # rows asked for at once
LONGEST = 1_000  # characters of a text that SQLite is asked for as a pattern
COLUMNS = "record.id, record.type, record.title, record.damaged, tx.oid, tx.stream, tx.actor, tx.at, tx.subject"
ROW = f"SELECT {COLUMNS} FROM record JOIN tx ON tx.n = record.tx"  # noqa: S608 (literal names)


def watermark(db: sqlite3.Connection) -> Oid | None:
    """The tip the index has reached."""
    found = db.execute("SELECT value FROM meta WHERE key = 'tip'").fetchone()
    return Oid(found[0]) if found else None


def set_watermark(db: sqlite3.Connection, tip: Oid | None) -> None:
    """Say how far the index has come."""
    if tip is None:
        db.execute("DELETE FROM meta WHERE key = 'tip'")
    else:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('tip', ?)", (tip,))


def looked_at(db: sqlite3.Connection) -> str:
    """How the folder of packs was when contents that were missing were last asked for; empty: never."""
    found = db.execute("SELECT value FROM meta WHERE key = 'looked'").fetchone()
    return str(found[0]) if found else ""


def set_looked_at(db: sqlite3.Connection, state: str) -> None:
    """Note how it is now."""
    db.execute("INSERT OR REPLACE INTO meta VALUES ('looked', ?)", (state,))


def newer_format(db: sqlite3.Connection) -> int:
    """The highest ledger format above our own that was met, or 0."""
    found = db.execute("SELECT max(CAST(substr(key, 7) AS INTEGER)) FROM meta WHERE key GLOB 'newer:*'").fetchone()
    return int(found[0] or 0)


def any_damaged(db: sqlite3.Connection) -> bool:
    """Whether there are records that could not be read when they were indexed."""
    return db.execute("SELECT 1 FROM record WHERE damaged != '' LIMIT 1").fetchone() is not None


def has_tx(db: sqlite3.Connection, oid: Oid) -> bool:
    """Whether a commit is indexed."""
    return db.execute("SELECT 1 FROM tx WHERE oid = ?", (oid,)).fetchone() is not None


def number(db: sqlite3.Connection, oid: Oid) -> int:
    """The place of a commit in the order; 0 when it is not indexed."""
    found = db.execute("SELECT n FROM tx WHERE oid = ?", (oid,)).fetchone()
    return int(found[0]) if found else 0


def count(db: sqlite3.Connection) -> int:
    """How many transactions are indexed."""
    return int(db.execute("SELECT max(n) FROM tx").fetchone()[0] or 0)


def resolve(db: sqlite3.Connection, prefix: str) -> list[RecordId]:
    """Ids that start with ``prefix``, at most ten."""
    found = db.execute("SELECT id FROM record WHERE id >= ? AND id < ? LIMIT 10", (prefix, prefix + "g"))
    return [RecordId(id_) for (id_,) in found]


def located(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Located]:
    """Where records and blobs are."""
    out: dict[str, Located] = {}
    for table in ("blob", "record"):
        for start in range(0, len(ids), SOME):
            some = ids[start : start + SOME]
            found = db.execute(
                f"SELECT x.id, tx.oid, x.path FROM {table} x JOIN tx ON tx.n = x.tx"  # noqa: S608 (literal names)
                f" WHERE x.id IN ({_marks(some)})",
                some,
            )
            out.update({id_: Located(Oid(tx), path) for id_, tx, path in found})
    return out


def rows(db: sqlite3.Connection, query: Query) -> Iterator[Row]:
    """The records that match, in graph order (or against it), read as they are asked for."""
    where, values = conditions(query)
    order = "DESC" if query.newest_first else "ASC"
    sql = f"{ROW} {where} ORDER BY record.n {order}"
    if query.limit is not None:
        sql += " LIMIT ?"
        values.append(query.limit)
    return map(row_of, db.execute(sql, values))


def row(db: sqlite3.Connection, id_: RecordId) -> Row | None:
    """One record."""
    found = db.execute(f"{ROW} WHERE record.id = ?", (id_,)).fetchone()
    return row_of(found) if found else None


def census(db: sqlite3.Connection) -> list[tuple[RecordId, str, datetime]]:
    """Every record's id, type and time, and those of every content, which has no type."""
    found = db.execute(
        "SELECT record.id, record.type, tx.at FROM record JOIN tx ON tx.n = record.tx"
        " UNION ALL SELECT blob.id, '', tx.at FROM blob JOIN tx ON tx.n = blob.tx"
    )
    return [(RecordId(id_), type_, _when(at)) for id_, type_, at in found]


def at(db: sqlite3.Connection, n: int) -> TxRow | None:
    """The ``n``-th transaction of the order."""
    found = db.execute("SELECT oid, stream, actor, at, subject FROM tx WHERE n = ?", (n,)).fetchone()
    return TxRow(Oid(found[0]), found[1], found[2], _when(found[3]), found[4]) if found else None


def numbers(db: sqlite3.Connection, prefix: str) -> list[tuple[int, Oid]]:
    """Transactions whose id starts with ``prefix``, at most ten."""
    found = db.execute("SELECT n, oid FROM tx WHERE oid >= ? AND oid < ? LIMIT 10", (prefix, prefix + "g"))
    return [(int(n), Oid(oid)) for n, oid in found]


def until(db: sqlite3.Connection, when: datetime) -> int:
    """The place of the last transaction in the order whose time is not later."""
    return int(db.execute("SELECT max(n) FROM tx WHERE at <= ?", (when.timestamp(),)).fetchone()[0] or 0)


def tally(db: sqlite3.Connection, query: Query) -> tuple[int, dict[str, int]]:
    """How many transactions of a span and a stream there are, and how many records of each type."""
    tests = _span(query)
    where = "WHERE " + " AND ".join(test for test, _ in tests) if tests else ""
    values = [value for _, some in tests for value in some]
    count = int(db.execute(f"SELECT count(*) FROM tx {where}", values).fetchone()[0])  # noqa: S608 (literal names)
    types = f"SELECT type, count(*) FROM tx JOIN record ON record.tx = tx.n {where} GROUP BY type"  # noqa: S608
    return count, {type_: int(n) for type_, n in db.execute(types, values)}


def by_key(db: sqlite3.Connection, key: str) -> tuple[RecordId, ...] | None:
    """The records of the transaction with that key."""
    found = db.execute("SELECT n FROM tx WHERE key = ?", (key,)).fetchone()
    if found is None:
        return None
    return tuple(RecordId(i) for (i,) in db.execute("SELECT id FROM record WHERE tx = ? ORDER BY n", found))


def lineage(db: sqlite3.Connection, root: RecordId, direction: str) -> Lineage:
    """Everything reachable from ``root``: one recursive query, however deep."""
    here, there = ("child", "parent") if direction == "up" else ("parent", "child")
    # UNION, not UNION ALL: each record once, so that diamonds stay small.
    step = f"SELECT edge.{there} FROM reach JOIN edge ON edge.{here} = reach.n"  # noqa: S608 (literal names)
    reach = f"WITH RECURSIVE reach(n) AS (SELECT n FROM record WHERE id = ? UNION {step})"  # noqa: S608
    numbered = f"{reach} SELECT record.n, {COLUMNS} FROM reach JOIN record ON record.n = reach.n"  # noqa: S608
    rows = {
        n: row_of(row) for n, *row in db.execute(f"{numbered} JOIN tx ON tx.n = record.tx ORDER BY record.n", (root,))
    }
    ids = {n: row.id for n, row in rows.items()}
    ids.update((-n, RecordId(id_)) for n, id_ in db.execute("SELECT n, id FROM missing"))
    edges: dict[int, list[int]] = {}
    sql = f"SELECT edge.{here}, edge.{there} FROM reach JOIN edge ON edge.{here} = reach.n"  # noqa: S608
    for one, other in db.execute(f"{reach} {sql}", (root,)):
        edges.setdefault(one, []).append(other)
    for below in edges.values():
        below.sort(key=lambda n: (n < 0, max(n, 0), ids[n]))  # in their order, those that are missing last
    named = {ids[one]: [ids[n] for n in below] for one, below in edges.items()}
    return Lineage(root=root, rows={row.id: row for row in rows.values()}, edges=named)


def journal(db: sqlite3.Connection, limit: int | None, stream: str | None) -> Iterator[tuple[TxRow, list[Row]]]:
    """Transactions newest first, each with its records, read as they are asked for."""
    where, values = ("WHERE stream = ?", [stream]) if stream is not None else ("", [])
    sql = f"SELECT n, oid, stream, actor, at, subject FROM tx {where} ORDER BY n DESC LIMIT ?"  # noqa: S608
    found = db.execute(sql, [*values, -1 if limit is None else limit])
    return (one for some in iter(lambda: found.fetchmany(SOME), []) for one in _with_records(db, some))


def transactions(db: sqlite3.Connection, oids: Sequence[str]) -> list[tuple[TxRow, list[Row]]]:
    """The transactions among ``oids``, oldest first, each with its records."""
    found = []
    for start in range(0, len(oids), SOME):
        some = oids[start : start + SOME]
        sql = f"SELECT n, oid, stream, actor, at, subject FROM tx WHERE oid IN ({_marks(some)})"  # noqa: S608
        found += db.execute(sql, some).fetchall()
    return _with_records(db, sorted(found))


def span(db: sqlite3.Connection, after: int, upto: int) -> list[tuple[TxRow, list[Row]]]:
    """The transactions after the place ``after``, up to the place ``upto``, each with its records."""
    sql = "SELECT n, oid, stream, actor, at, subject FROM tx WHERE n > ? AND n <= ? ORDER BY n"
    return _with_records(db, db.execute(sql, (after, upto)).fetchall())


def _with_records(db: sqlite3.Connection, found: Sequence[Any]) -> list[tuple[TxRow, list[Row]]]:
    txs = {one[0]: TxRow(Oid(one[1]), one[2], one[3], _when(one[4]), one[5]) for one in found}
    records: dict[int, list[Row]] = {n: [] for n in txs}
    for some in _chunks(list(txs), SOME):
        sql = f"SELECT tx, id, type, title, damaged FROM record WHERE tx IN ({_marks(some)}) ORDER BY n"  # noqa: S608
        for n, id_, type_, title, damaged in db.execute(sql, some):
            records[n].append(Row(RecordId(id_), type_, title, txs[n], damaged))
    return [(txs[n], records[n]) for n in txs]


def conditions(query: Query) -> tuple[str, list[Any]]:
    """The filters as ``WHERE …`` (empty: none) and its values."""
    tests: list[tuple[str, Sequence[Any]]] = []
    if query.type is not None:
        tests.append(("record.type = ?", [query.type]))
    if query.types:
        tests.append((f"record.type IN ({_marks(query.types)})", query.types))
    tests += _span(query)
    if query.run is not None:
        tests.append(
            ("(record.run = ? OR (record.run >= ? AND record.run < ?))", [query.run, query.run, query.run + "g"])
        )
    if query.actor is not None:
        tests.append(("instr(lower(tx.actor), lower(?)) > 0", [query.actor]))
    if query.since is not None:
        tests.append(("tx.at >= ?", [query.since.timestamp()]))
    if query.until is not None:
        tests.append(("tx.at < ?", [query.until.timestamp()]))
    if query.parent is not None:
        born = "SELECT child FROM edge WHERE parent = (SELECT n FROM record WHERE id = ?)"
        tests.append((f"record.n IN ({born})", [query.parent]))
    if query.text is not None:
        tests.append(_containing(query.text))
    where = "WHERE " + " AND ".join(test for test, _ in tests) if tests else ""
    return where, [value for _, values in tests for value in values]


def _span(query: Query) -> list[tuple[str, Sequence[Any]]]:
    """The filters that hold of transactions, too."""
    wanted = (("tx.stream = ?", query.stream), ("tx.n > ?", query.after), ("tx.n <= ?", query.upto))
    return [(test, [value]) for test, value in wanted if value is not None]


def _containing(text: str) -> tuple[str, Sequence[Any]]:
    """Records with this text in them, whatever its case. SQLite itself knows the case of ASCII only."""
    has = "EXISTS (SELECT 1 FROM words WHERE words.n = record.n"  # one by one, so that a limit ends it early
    if text.isascii() and len(text) <= LONGEST:
        pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{has} AND text LIKE ? ESCAPE '\\')", [f"%{pattern}%"]
    return f"{has} AND instr(casefold(text), ?) > 0)", [text.casefold()]


def row_of(found: Sequence[Any]) -> Row:
    """A row of :data:`COLUMNS`."""
    id_, type_, title, damaged, tx, stream, actor, at, subject = found
    return Row(RecordId(id_), type_, title, TxRow(Oid(tx), stream, actor, _when(at), subject), damaged)


def _when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _chunks(values: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (values[start : start + size] for start in range(0, len(values), size))
