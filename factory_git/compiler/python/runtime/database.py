"""A database file: transactions, and the migrations of its tables."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from . import kit, migrating


class Database:
    """A database file whose tables follow the migrations of a folder."""

    def __init__(self, path: Path | str, migrations: Path) -> None:
        self.path = path
        self._migrations = migrations
        try:
            self.connection = sqlite3.connect(str(path), isolation_level=None)
            self.connection.execute("PRAGMA busy_timeout = 10000")
        except sqlite3.Error as error:
            raise kit.AppError(f"{path}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is done within is stored together, or, on any error, nothing is."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise kit.AppError(f"{self.path}: {error}") from error
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def judge(self) -> None:
        """Raise kit.Invalid where a stored row does not fit the model."""

    def migrate(
        self, *, to: int = 0, confirmed: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Bring the tables up to date; the names of the migrations applied.

        Every stored row must fit the model afterwards, or nothing is changed. ``to``
        stops at a number; ``confirmed`` are the texts that let migrations delete.
        """
        migrations = migrating.available(self._migrations)
        if not migrating.pending(self.connection, migrations):
            return ()
        with self.transaction() as connection:
            names = migrating.up(
                connection, migrations, now(), to=to, confirmed=confirmed
            )
            if not migrating.pending(connection, migrations):
                self.judge()
        return names

    def pending(self) -> tuple[str, ...]:
        """The migrations that are to be applied. Changes nothing."""
        return tuple(m.name for m in self._pending())

    def _pending(self) -> tuple[migrating.Migration, ...]:
        migrations = migrating.available(self._migrations)
        return migrating.pending(self.connection, migrations)

    def down(self, count: int) -> tuple[str, ...]:
        """Take back the last ``count`` migrations; their names."""
        migrations = migrating.available(self._migrations)
        with self.transaction() as connection:
            return migrating.down(connection, migrations, count, now())

    def status(self) -> list[tuple[migrating.Migration, bool]]:
        """Every migration, and whether it is applied. Changes nothing."""
        migrations = migrating.available(self._migrations)
        due = {m.number for m in migrating.pending(self.connection, migrations)}
        return [(m, m.number not in due) for m in migrations]

    def counts(self) -> dict[str, int]:
        """How many rows each table holds, those of archives among them."""
        query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [n for (n,) in self.connection.execute(query) if n[:4] != "_gf_"]
        count = "SELECT count(*) FROM "
        return {
            n: self.connection.execute(count + quoted(n)).fetchone()[0] for n in names
        }

    def check(self) -> tuple[str, ...]:
        """Check schema and data; the migrations that are pending. Changes nothing."""
        pending = self._pending()
        if not pending:
            migrations = migrating.available(self._migrations)
            migrating.check(self.connection, migrations)
            self.judge()
        return tuple(m.name for m in pending)


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def now() -> str:
    """The moment, as the database holds it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
