"""What users of the database have added to it: indexes, triggers, views.

The application makes none. A migration that rebuilds a table would drop those of the
table, and views could stop it half-way; so they are set aside and put back after it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from . import kit

_ALL = """
SELECT "type", "name", "sql" FROM sqlite_master
WHERE "sql" IS NOT NULL AND "type" IN ('index', 'view', 'trigger')
ORDER BY rowid
"""
_BACK = ("view", "index", "trigger")  # a trigger may stand on a view
_PROBE = '"_gf_probe"'


@contextmanager
def kept(connection: sqlite3.Connection, needed: bool) -> Iterator[None]:
    """Set users' objects aside while the block runs, then put them back as they were.

    AppError names those that do not fit the tables any more: nothing is to be kept of
    what the block did.
    """
    found = connection.execute(_ALL).fetchall() if needed else []
    sound = not found or _wrong(connection) is None
    for kind, name, _ in reversed(found):
        connection.execute(f"DROP {kind.upper()} IF EXISTS {_quoted(name)}")
    yield
    for kind, name, sql in sorted(found, key=lambda one: _BACK.index(one[0])):
        try:
            connection.execute(sql)
        except sqlite3.Error as error:
            raise _lost(f"the {kind} {name}", error) from error
    wrong = _wrong(connection) if found and sound else None
    if wrong is not None:
        raise _lost("what you added", wrong)


def _wrong(connection: sqlite3.Connection) -> sqlite3.Error | None:
    """What SQLite finds wrong with views and triggers: a rename looks at them all."""
    connection.execute(f"CREATE TABLE {_PROBE} (x)")
    try:
        connection.execute(f'ALTER TABLE {_PROBE} RENAME TO "_gf_probe_2"')
    except sqlite3.Error as error:
        connection.execute(f"DROP TABLE {_PROBE}")
        return error
    connection.execute('DROP TABLE "_gf_probe_2"')
    return None


def _lost(what: str, error: sqlite3.Error) -> kit.AppError:
    return kit.AppError(
        f"{what} does not fit the migrated tables ({error}): drop it, migrate, "
        "and make it anew"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
