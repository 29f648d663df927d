"""Writing the index: one transaction of the ledger at a time, in graph order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from factory_git.core.errors import FactoryError
from factory_git.core.ids import Oid, RecordId
from factory_git.core.points import reached
from factory_git.index import words
from factory_git.ledger.layout import place
from factory_git.ledger.order import by_graph
from factory_git.ledger.record import FORMAT, Record, decode, summary
from factory_git.ledger.transaction import Transaction
from factory_git.ledger.types import refuse_newer

Read = Callable[[Oid], bytes]
AddWords = Callable[[sqlite3.Connection, int, str], None]
LOOKED_INTO = 1 << 20  # bytes of a content whose words are indexed


def add(db: sqlite3.Connection, made: Transaction, read: Read) -> None:
    """Index one transaction; what is already there (a record two clones wrote) stays where it was first."""
    # A key twice (two clones): the first transaction in the order keeps it.
    key = made.key if made.key and not _known_key(db, made.key) else None
    n = db.execute(
        "INSERT INTO tx (oid, stream, actor, at, subject, key) VALUES (?, ?, ?, ?, ?, ?)",
        (made.oid, made.stream, made.actor, int(made.when.timestamp()), made.subject, key),
    ).lastrowid
    if made.format > FORMAT:  # the first transaction of each newer format
        db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (f"newer:{made.format}", str(n)))
    awaited = db.execute("SELECT 1 FROM missing LIMIT 1").fetchone() is not None
    found: dict[RecordId, tuple[str, Record | FactoryError]] = {}
    for path, oid in made.records:
        found.setdefault(RecordId(oid), (path, _load(RecordId(oid), read)))
    for id_ in by_graph({i: r.parents if isinstance(r, Record) else () for i, (_, r) in found.items()}):
        path, record = found[id_]
        _add_record(db, (n, made.stream), path, id_, record)
        if awaited:
            _arrived(db, id_)
    for path, oid in made.blobs:
        done = db.execute("INSERT OR IGNORE INTO blob (id, tx, path) VALUES (?, ?, ?)", (oid, n, path))
        if done.rowcount and done.lastrowid is not None:
            _look_into(db, done.lastrowid, oid, read, words.add)


def _add_record(
    db: sqlite3.Connection,
    tx: tuple[int | None, str],
    path: str,
    id_: RecordId,
    record: Record | FactoryError,
) -> None:
    n, stream = tx
    located = place(path, Oid(id_))
    assert located is not None
    if isinstance(record, Record) and record.type != located[0]:
        record = FactoryError(f"record {id_} is a {record.type}, its path says {located[0]}", code="record/path")
    done = db.execute(
        "INSERT OR IGNORE INTO record (id, type, tx, path, run, title, damaged) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            id_,
            located[0],
            n,
            path,
            _run(record, stream) if isinstance(record, Record) else None,
            summary(record.payload) if isinstance(record, Record) else "",
            "" if isinstance(record, Record) else f"{record.code}: {record.message}",
        ),
    )
    if not done.rowcount or done.lastrowid is None:
        return
    if isinstance(record, Record):
        _add_content(db, done.lastrowid, record, words.add)


def _add_content(db: sqlite3.Connection, n: int, record: Record, add_words: AddWords) -> None:
    for parent in record.parents:
        db.execute("INSERT OR IGNORE INTO edge VALUES (?, ?)", (n, _number(db, parent)))
    add_words(db, n, "\n".join(words.texts(record.payload)))


def _number(db: sqlite3.Connection, id_: RecordId) -> int:
    found = db.execute("SELECT n FROM record WHERE id = ?", (id_,)).fetchone()
    if found is None:
        db.execute("INSERT OR IGNORE INTO missing (id) VALUES (?)", (id_,))
        found = db.execute("SELECT -n FROM missing WHERE id = ?", (id_,)).fetchone()
    return int(found[0])


def _arrived(db: sqlite3.Connection, id_: RecordId) -> None:
    """It may be a record that others named before it came."""
    found = db.execute("SELECT n FROM missing WHERE id = ?", (id_,)).fetchone()
    if found is not None:
        db.execute("DELETE FROM missing WHERE n = ?", found)
        db.execute("UPDATE edge SET parent = ? WHERE parent = ?", (_number(db, id_), -found[0]))


def _look_into(db: sqlite3.Connection, n: int, oid: Oid, read: Read, add_words: AddWords) -> None:
    """Index the text of a content (a transcript, a prompt, a diff), unless it is none or too large to look into."""
    try:
        content = read(oid)
        text = content.decode() if len(content) <= LOOKED_INTO and b"\0" not in content else ""
    except UnicodeDecodeError:
        text = ""
    except FactoryError:
        db.execute("INSERT OR IGNORE INTO unread VALUES (?)", (n,))
        return
    db.execute("DELETE FROM unread WHERE n = ?", (n,))
    add_words(db, -n, text)


def rewind(db: sqlite3.Connection, n: int) -> None:
    """Forget every transaction after the ``n``-th, with what it brought: another order goes on from there."""
    if db.execute("SELECT 1 FROM tx WHERE n > ? LIMIT 1", (n,)).fetchone() is None:
        return
    words.forget(db, n)
    _orphan(db, n)
    db.execute("DELETE FROM edge WHERE child IN (SELECT n FROM record WHERE tx > ?)", (n,))
    db.execute("DELETE FROM missing WHERE NOT EXISTS (SELECT 1 FROM edge WHERE parent = -missing.n)")
    db.execute("DELETE FROM unread WHERE n IN (SELECT n FROM blob WHERE tx > ?)", (n,))
    for statement in ("DELETE FROM record WHERE tx > ?", "DELETE FROM blob WHERE tx > ?", "DELETE FROM tx WHERE n > ?"):
        db.execute(statement, (n,))
    reached("index:rewinding")
    db.execute("DELETE FROM meta WHERE key GLOB 'newer:*' AND CAST(value AS INTEGER) > ?", (n,))


def _orphan(db: sqlite3.Connection, n: int) -> None:
    """Parents that go while a child of theirs stays, which came before them, are missing again."""
    last = db.execute("SELECT max(n) FROM record WHERE tx <= ?", (n,)).fetchone()[0] or 0
    found = db.execute("SELECT DISTINCT parent FROM edge WHERE parent > ?1 AND child <= ?1", (last,)).fetchall()
    for (parent,) in found:
        db.execute("INSERT INTO missing (id) SELECT id FROM record WHERE n = ?", (parent,))
        db.execute(
            "UPDATE edge SET parent = -(SELECT max(n) FROM missing) WHERE parent = ? AND child <= ?", (parent, last)
        )


def any_unread(db: sqlite3.Connection) -> bool:
    """Whether there are contents that were not here when they were indexed."""
    return db.execute("SELECT 1 FROM unread LIMIT 1").fetchone() is not None


def look_again(db: sqlite3.Connection, read: Read) -> None:
    """Index the texts of contents that have come since."""
    for n, oid in db.execute("SELECT n, id FROM blob WHERE n IN (SELECT n FROM unread)").fetchall():
        _look_into(db, n, Oid(oid), read, words.add_late)


def heal(db: sqlite3.Connection, read: Read) -> None:
    """Take in records that could not be read when they were indexed and can be now (fetched, repaired, understood)."""
    found = db.execute(
        "SELECT record.n, record.id, record.type, tx.stream FROM record JOIN tx ON tx.n = record.tx WHERE damaged != ''"
    ).fetchall()
    for n, id_, type_, stream in found:
        record = _load(RecordId(id_), read)
        if isinstance(record, Record) and record.type == type_:
            db.execute(
                "UPDATE record SET damaged = '', run = ?, title = ? WHERE n = ?",
                (_run(record, stream), summary(record.payload), n),
            )
            _add_content(db, n, record, words.add_late)


def _run(record: Record, stream: str) -> str | None:
    """The run a record belongs to: it says so, or its stream does (``runs/<id>``)."""
    named = record.payload.get("run")
    if isinstance(named, str):
        return named
    if record.type == "run":
        return record.id
    head, _, rest = stream.partition("/")
    return rest.partition("/")[0] if head == "runs" and rest else None


def _load(id_: RecordId, read: Read) -> Record | FactoryError:
    try:
        return refuse_newer(decode(id_, read(Oid(id_))))
    except FactoryError as error:
        return error


def _known_key(db: sqlite3.Connection, key: str) -> bool:
    return bool(db.execute("SELECT 1 FROM tx WHERE key = ?", (key,)).fetchone())


def fill(db: sqlite3.Connection, made: Iterator[Transaction], read: Read, lump: int) -> Oid | None:
    """Index the next transactions, until about ``lump`` records are; the last one's id, None where it was the end."""
    count = 0
    for one in made:
        add(db, one, read)
        reached("index:filling")
        count += len(one.records) + len(one.blobs) + 1
        if count >= lump:
            return one.oid
    return None
