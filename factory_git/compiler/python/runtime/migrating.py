"""Numbered migrations: folders ``up.sql``, ``down.sql``, ``check.sql``.

All that is pending is applied in one transaction, with a record of what was applied
and its digest. ``check.sql`` holds queries that must give no row.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import kit

_TABLE = """
CREATE TABLE IF NOT EXISTS "_gf_migration" (
    "number" INTEGER PRIMARY KEY,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "at" TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; ``digest`` is that of its three files."""

    number: int
    name: str
    up: str
    down: str
    check: str

    @property
    def digest(self) -> str:
        text = f"{self.up}\0{self.down}\0{self.check}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


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
    connection: sqlite3.Connection, migrations: tuple[Migration, ...], at: str
) -> tuple[str, ...]:
    """Apply what is pending, within the caller's transaction; the names applied."""
    connection.execute(_TABLE)
    names: list[str] = []
    for migration in pending(connection, migrations):
        _execute(connection, migration, migration.up, "up")
        connection.execute(
            'INSERT INTO "_gf_migration" VALUES (?, ?, ?, ?)',
            (migration.number, migration.name, migration.digest, at),
        )
        names.append(migration.name)
    if names:
        check(connection, migrations)
    return tuple(names)


def down(
    connection: sqlite3.Connection, migrations: tuple[Migration, ...], count: int
) -> tuple[str, ...]:
    """Take back the last ``count``, within the caller's transaction; their names."""
    pending(connection, migrations)
    known = {m.number: m for m in migrations}
    names: list[str] = []
    for number in sorted(applied(connection), reverse=True)[:count]:
        _execute(connection, known[number], known[number].down, "down")
        connection.execute('DELETE FROM "_gf_migration" WHERE "number" = ?', (number,))
        names.append(known[number].name)
    return tuple(names)


def check(connection: sqlite3.Connection, migrations: tuple[Migration, ...]) -> None:
    """Run the checks of the newest migration applied; AppError names what they find."""
    last = max(applied(connection), default=0)
    for migration in migrations:
        if migration.number != last:
            continue
        for statement in statements(migration.check):
            found = connection.execute(statement).fetchall()
            if found:
                what = ", ".join(str(row[0]) for row in found[:10])
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


def _execute(
    connection: sqlite3.Connection, migration: Migration, text: str, way: str
) -> None:
    try:
        for statement in statements(text):
            connection.execute(statement)
    except sqlite3.Error as error:
        raise kit.AppError(f"migration {migration.name}, {way}: {error}") from error
