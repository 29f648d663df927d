"""What users of the database have added to it: indexes, triggers, views.

The application makes none. A migration that rebuilds a table would drop those of the
table, and views could stop it half-way; so they are set aside and put back after it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from . import kit

_ALL = """
SELECT "type", "name", "tbl_name", "sql" FROM sqlite_master
WHERE "sql" IS NOT NULL AND "type" IN ('index', 'view', 'trigger')
ORDER BY rowid
"""
_COLUMNS = """
SELECT DISTINCT c."name" FROM sqlite_master AS t, pragma_table_info(t."name") AS c
WHERE t."type" = 'table' AND t."name" NOT GLOB '_archive_*'
"""
_BACK = ("view", "index", "trigger")  # a trigger may stand on a view

_WORD = re.compile(r"\w+")
_TIMES = count()


@dataclass(frozen=True, slots=True)
class _Added:
    """One thing that somebody added."""

    kind: str
    name: str
    table: str
    sql: str

    def means(self, connection: sqlite3.Connection) -> object:
        """What it stands for now; sqlite3.Error where it stands for nothing."""
        if self.kind == "index":
            query = f"SELECT name FROM pragma_index_info({_text(self.name)})"
            return connection.execute(query).fetchall()
        for statement in self._uses(connection):
            # A text that was prepared before would be taken as it was then.
            connection.execute(f"EXPLAIN {statement} -- {next(_TIMES)}")
        return None

    def _uses(self, connection: sqlite3.Connection) -> Iterator[str]:
        """Statements that SQLite can only prepare where it makes sense."""
        name = _quoted(self.table)
        if self.kind == "view":
            yield f"SELECT * FROM {_quoted(self.name)}"
            return
        query = f"SELECT name FROM pragma_table_info({_text(self.table)})"
        columns = [_quoted(c) for (c,) in connection.execute(query)]
        yield f"INSERT INTO {name} DEFAULT VALUES"
        yield f"UPDATE {name} SET {', '.join(f'{c} = {c}' for c in columns)}"
        yield f"DELETE FROM {name}"


@contextmanager
def kept(connection: sqlite3.Connection, needed: bool) -> Iterator[None]:
    """Set users' objects aside while the block runs, then put them back as they were.

    AppError names those that do not fit the tables any more: nothing is to be kept of
    what the block did.
    """
    found = [_Added(*r) for r in connection.execute(_ALL)] if needed else []
    before = {one: _meaning(connection, one) for one in found}
    columns = _columns(connection) if found else set()
    for one in reversed(found):
        connection.execute(f"DROP {one.kind.upper()} IF EXISTS {_quoted(one.name)}")
    yield
    gone = columns - _columns(connection) if found else set()
    ordered = sorted(found, key=lambda one: _BACK.index(one.kind))
    for one in ordered:
        try:
            connection.execute(one.sql)
        except sqlite3.Error as error:
            raise _lost(one, str(error)) from error
    for one in ordered:
        now, why = _meaning(connection, one), "it reads otherwise"
        # Not all that names no column is an error to SQLite: "code" may be a text.
        words = set(_WORD.findall(one.sql))
        named = [name for name in sorted(gone) if name in words]
        if named:
            raise _lost(one, f"there is no column {named[0]} any more")
        if now != before[one] and not isinstance(before[one], str):
            raise _lost(one, now if isinstance(now, str) else why)


def _meaning(connection: sqlite3.Connection, one: _Added) -> object:
    try:
        return one.means(connection)
    except sqlite3.Error as error:
        return str(error)


def _columns(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute(_COLUMNS)}


def _lost(one: _Added, why: str) -> kit.AppError:
    return kit.AppError(
        f"the {one.kind} {one.name}, which somebody added, does not fit the migrated "
        f"tables ({why}): drop it, migrate, and make it anew"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
