"""Numbered migrations: folders ``up.sql``, ``down.sql``, ``check.sql``, ``pre.sql``.

All that is pending is applied in one transaction, with a record of what was applied
and its digest. ``pre.sql`` (which many need not) holds queries that must give no row
before anything changes, ``check.sql`` queries that must give none afterwards.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import kit, owned
from .converting import Functions

_TABLE = """
CREATE TABLE IF NOT EXISTS "_gf_migration" (
    "number" INTEGER PRIMARY KEY,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "at" TEXT NOT NULL
)
"""
RUNS = """
CREATE TABLE IF NOT EXISTS "_gf_run" (
    "id" INTEGER PRIMARY KEY,
    "at" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "args" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "made" TEXT NOT NULL,
    "broken" TEXT NOT NULL
)
"""
_HOLE = re.compile(r"-- HOLE: *(.*)$", re.MULTILINE)
_CONFIRM = re.compile(r"^-- confirm: *(.*)$", re.MULTILINE)
_TOLD = 10  # rows in the way that a message names


class Unconfirmed(kit.AppError):
    """A migration deletes for good, and nobody said that it may."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; ``digest`` is that of its files."""

    number: int
    name: str
    up: str
    down: str
    check: str
    pre: str = ""

    @property
    def digest(self) -> str:
        text = f"{self.up}\0{self.down}\0{self.check}"
        text += f"\0{self.pre}" if self.pre else ""
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def holes(self) -> tuple[str, ...]:
        """What nobody has filled in yet."""
        text = f"{self.up}\n{self.down}"
        found = tuple(_HOLE.findall(text))
        return found or (("a call of gf_hole",) if "gf_hole(" in text else ())

    @property
    def confirm(self) -> str:
        """What must be said before it is applied; empty where it deletes nothing."""
        found = _CONFIRM.search(self.up)
        return found[1].strip() if found else ""


def available(folder: Path) -> tuple[Migration, ...]:
    """The migrations of a folder, in order; AppError where one is missing or broken."""
    found: list[Migration] = []
    for path in sorted(p for p in folder.glob("[0-9]*_*") if p.is_dir()):
        number, _, _ = path.name.partition("_")
        if int(number) != len(found) + 1:
            raise kit.AppError(f"{path}: migration {len(found) + 1:04} is missing")
        try:
            texts = [
                (path / f"{name}.sql").read_text(encoding="utf-8")
                for name in ("up", "down", "check")
            ]
            pre = path / "pre.sql"
            texts += [pre.read_text(encoding="utf-8")] if pre.exists() else []
        except OSError as error:
            raise kit.AppError(f"{path}: cannot be read: {error}") from error
        found.append(Migration(int(number), path.name, *texts))
    return tuple(found)


def applied(connection: sqlite3.Connection) -> dict[int, tuple[str, str]]:
    """What was applied: number to name and digest. Changes nothing."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if connection.execute(query, ("_gf_migration",)).fetchone() is None:
        return {}
    rows = connection.execute('SELECT "number", "name", "digest" FROM "_gf_migration"')
    return {number: (name, digest) for number, name, digest in rows}


def pending(
    connection: sqlite3.Connection, migrations: tuple[Migration, ...]
) -> tuple[Migration, ...]:
    """The migrations that are still to be applied.

    AppError where what was applied is not what the files say.
    """
    done = applied(connection)
    known = {m.number: m for m in migrations}
    for number, (name, digest) in sorted(done.items()):
        if number not in known:
            raise kit.AppError(
                f"the database has migration {name}, the application does not: "
                "it is older than its data"
            )
        if known[number].digest != digest:
            raise kit.AppError(
                f"migration {known[number].name} was changed after it was applied"
            )
    return tuple(m for m in migrations if m.number not in done)


def up(
    connection: sqlite3.Connection,
    migrations: tuple[Migration, ...],
    at: str,
    *,
    to: int = 0,
    confirmed: Collection[str] = (),
) -> tuple[str, ...]:
    """Apply what is pending (up to number ``to``), within the caller's transaction.

    The names applied. Nothing is tried where one of them has a hole, or deletes for
    good and is not ``confirmed``.
    """
    connection.execute(_TABLE)
    connection.execute(RUNS)
    wanted = [m for m in pending(connection, migrations) if not to or m.number <= to]
    _whole(wanted)
    if applied(connection):  # a new database has nothing to delete
        _confirmed(wanted, confirmed)
    functions = Functions(connection, at)
    with owned.kept(connection, bool(wanted)):
        for migration in wanted:
            _ask(connection, functions, migration)
            _execute(connection, functions, migration, "up")
            connection.execute(
                'INSERT INTO "_gf_migration" VALUES (?, ?, ?, ?)',
                (migration.number, migration.name, migration.digest, at),
            )
            check(connection, (migration,))
    return tuple(m.name for m in wanted)


def down(
    connection: sqlite3.Connection,
    migrations: tuple[Migration, ...],
    count: int,
    at: str = "",
) -> tuple[str, ...]:
    """Take back the last ``count``, within the caller's transaction; their names."""
    pending(connection, migrations)
    known = {m.number: m for m in migrations}
    wanted = [known[n] for n in sorted(applied(connection), reverse=True)[:count]]
    _whole(wanted)
    functions = Functions(connection, at)
    with owned.kept(connection, bool(wanted)):
        for migration in wanted:
            _execute(connection, functions, migration, "down")
            connection.execute(
                'DELETE FROM "_gf_migration" WHERE "number" = ?', (migration.number,)
            )
    return tuple(m.name for m in wanted)


def check(connection: sqlite3.Connection, migrations: tuple[Migration, ...]) -> None:
    """Run the checks of the newest migration applied; AppError names what they find."""
    last = max(applied(connection), default=0)
    for migration in migrations:
        if migration.number != last:
            continue
        for statement in statements(migration.check):
            found = connection.execute(statement).fetchall()
            if found:
                what = ", ".join(str(row[0]) for row in found[:_TOLD])
                raise kit.AppError(f"migration {migration.name}: wrong: {what}")


def statements(text: str) -> Iterator[str]:
    """The statements of an SQL text (``executescript`` would end the transaction)."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if any(not line.startswith("--") for line in statement.split("\n") if line.strip()):
        yield statement


def _whole(migrations: Collection[Migration]) -> None:
    kit.refuse(
        [
            f"migrations/{m.name}: nobody has said yet: {hole}"
            for m in migrations
            for hole in m.holes
        ]
    )


def _confirmed(migrations: Collection[Migration], said: Collection[str]) -> None:
    for migration in migrations:
        if migration.confirm and migration.confirm not in said:
            raise Unconfirmed(
                f"migration {migration.name} cannot be taken back: "
                f"{migration.confirm}; to let it: "
                f'migrate --confirm "{migration.confirm}"'
            )


def _ask(
    connection: sqlite3.Connection, functions: Functions, migration: Migration
) -> None:
    """Stop where rows are in the way, naming them; the first question decides."""
    for statement in statements(migration.pre):
        found = _run(connection, functions, migration, "pre", statement)
        if found:
            lines = [f"{row[0]} of {row[1]}: {row[2]} {row[3]}" for row in found]
            more = ["… and more"] if len(found) > _TOLD else []
            told = "\n".join([*lines[:_TOLD], *more])
            raise kit.Invalid(
                f"migration {migration.name}: rows are in the way\n{told}"
            )


def _execute(
    connection: sqlite3.Connection,
    functions: Functions,
    migration: Migration,
    way: str,
) -> None:
    for statement in statements(migration.up if way == "up" else migration.down):
        _run(connection, functions, migration, way, statement)


def _run(
    connection: sqlite3.Connection,
    functions: Functions,
    migration: Migration,
    way: str,
    statement: str,
) -> list[tuple[object, ...]]:
    functions.said = ""
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.Error as error:
        why = functions.said or str(error)
        raise kit.AppError(f"migration {migration.name}, {way}: {why}") from error
