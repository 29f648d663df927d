"""The application's data in SQLite: read as a world, run on, written back whole."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from . import kit, loading, metering, migrating, retaining
from .database import Database, now, quoted
from .rows import Table, from_sql, to_sql

W = TypeVar("W")
Work = Callable[[W], Sequence[kit.Broken]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run did: rows made per entity, and the guardrails it broke and told of."""

    name: str
    made: Mapping[str, int]
    broken: tuple[kit.Broken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load did: rows per entity, and the rows of earlier runs it dropped."""

    rows: Mapping[str, int]
    dropped: int = 0


class Store(Database, Generic[W]):
    """A database file with the application's tables."""

    def __init__(
        self,
        path: Path | str,
        tables: Sequence[Table],
        world: Callable[[], W],
        migrations: Path,
        meter: metering.Meter = metering.SILENT,
    ) -> None:
        super().__init__(path, migrations)
        self.meter = meter
        self.tables = tuple(tables)
        self._world = world
        self._numbers: dict[int, int] = {}  # of the rows of the last world read

    def judge(self) -> None:
        """Raise kit.Invalid where a stored row does not fit the model."""
        self._check(self.world())

    def rehearsal(self) -> Store[W]:
        """A store on a copy of the data, which is gone when it is closed."""
        copy = Store("", self.tables, self._world, self._migrations)
        self.connection.backup(copy.connection)
        return copy

    def retain(self) -> dict[str, int]:
        """Delete the rows that are past their term; how many, by entity."""
        gone: dict[str, int] = {}
        with self.transaction() as connection:
            for table in self.tables:
                if table.retain:
                    query = f'DELETE FROM {quoted(table.name)} WHERE "_made_at" < ?'
                    then = retaining.cut(table.retain, dt.datetime.now(dt.UTC))
                    gone[table.entity] = connection.execute(query, (then,)).rowcount
            self._check(self.world())
        return gone

    # Rows.

    def load(self, folder: Path) -> Loaded:
        """Replace the rows of every entity that ``folder`` has a file for.

        Rows of earlier runs that no longer fit the new data are dropped: they can be
        made again. Nothing is loaded when any row is refused.
        """
        found = loading.read_folder(folder, self.tables)
        dropped = 0
        with self.transaction() as connection:
            for file in found:
                connection.execute(f"DELETE FROM {quoted(file.table.name)}")
                self._insert(file.table, file.rows, "load")
            world = self.world()
            keys = {
                t.attribute: {
                    getattr(row, t.key) for row in getattr(world, t.attribute)
                }
                for t in self.tables
                if t.key
            }
            kit.refuse([p for file in found for p in loading.dangling(file, keys)])
            try:
                self._check(world)
            except kit.Invalid:
                dropped = self._drop_made()
                self._check(self.world())
        rows = {file.table.entity: len(file.rows) for file in found}
        return Loaded(rows=rows, dropped=dropped)

    def world(self, *, without: str = "") -> W:
        """Every row, but for those that ``without`` (a run's name) made."""
        world = self._world()
        self._numbers = {}
        for table in self.tables:
            rows: list[Any] = getattr(world, table.attribute)
            rows += self._rows(table, without)
        return world

    def rows(self, entity: str) -> list[Any]:
        """The rows of one entity (by name or table), in key order, then as made."""
        return self._rows(self.table(entity), "")

    def table(self, entity: str) -> Table:
        """The table of an entity by its name, or kit.Missing."""
        for table in self.tables:
            if entity in (table.entity, table.name, table.attribute):
                return table
        known = ", ".join(t.entity for t in self.tables)
        raise kit.Missing(f"there is no {entity!r} (has: {known})")

    def remake(self, name: str, args: Mapping[str, str], work: Work[W]) -> Done:
        """Run ``work`` on the world; the rows it made replace its earlier ones.

        Rows it took out of the world stay stored. An error stores nothing but the
        record that the run failed, and is raised.
        """

        def store() -> Done:
            world = self.world(without=name)
            before = {t.attribute: _ids(world, t) for t in self.tables}
            broken = tuple(work(world))
            self._check(world)
            return Done(
                name=name, made=self._replace(name, world, before), broken=broken
            )

        return self._recorded(name, args, store)

    def change(self, name: str, args: Mapping[str, str], work: Work[W]) -> Done:
        """Run ``work`` on the world and store all it did: rows added, changed, removed.

        A new row in the place of an old one is that row changed. An error stores
        nothing but the record, and is raised.
        """

        def store() -> Done:
            world = self.world()
            before = {
                t.attribute: list(getattr(world, t.attribute)) for t in self.tables
            }
            broken = tuple(work(world))
            self._check(world)
            made = {
                t.entity: self._alter(name, t, before[t.attribute], world)
                for t in self.tables
            }
            return Done(
                name=name, made={e: n for e, n in made.items() if n}, broken=broken
            )

        return self._recorded(name, args, store)

    def _recorded(
        self, name: str, args: Mapping[str, str], store: Callable[[], Done]
    ) -> Done:
        try:
            with self.transaction():
                done = store()
                self._record(name, args, "done", done)
                self._count(name, "done", done.broken)
        except kit.AppError as error:
            kind = "aborted" if isinstance(error, kit.GuardrailBroken) else "failed"
            broken = error.broken if isinstance(error, kit.GuardrailBroken) else ()
            with self.transaction():
                self._record(name, args, kind, Done(name=name, made={}, broken=broken))
                self._count(name, kind, broken)
            raise
        return done

    def seen(self, panel: str) -> None:
        """Count that a panel was looked at. Whatever goes wrong, the panel is shown."""
        if self.meter is metering.SILENT:
            return
        with suppress(kit.AppError, sqlite3.Error), self.transaction() as connection:
            self.meter.note(connection, [metering.Event("panel", panel, "seen")])

    def _count(self, name: str, outcome: str, broken: Sequence[kit.Broken]) -> None:
        kind, _, what = name.partition(":")
        events = [metering.Event(kind, what, outcome)]
        events += [metering.Event("guardrail", b.path, b.on_break) for b in broken]
        with suppress(sqlite3.Error):
            self.meter.note(self.connection, events)

    def _alter(self, name: str, table: Table, before: list[Any], world: W) -> int:
        after: list[Any] = getattr(world, table.attribute)
        kept = {id(row) for row in after}
        old = {id(row) for row in before}
        number = self._numbers
        for place, row in enumerate(before):
            if id(row) in kept:
                continue
            new = after[place] if place < len(after) else None
            if new is not None and id(new) not in old:
                columns = ", ".join(f"{quoted(c.name)} = ?" for c in table.columns)
                query = f'UPDATE {quoted(table.name)} SET {columns} WHERE "_row" = ?'
                self.connection.execute(query, (*_values(table, new), number[id(row)]))
                old.add(id(new))
            else:
                query = f'DELETE FROM {quoted(table.name)} WHERE "_row" = ?'
                self.connection.execute(query, (number[id(row)],))
        added = [row for row in after if id(row) not in old]
        self._insert(table, added, name)
        return len(added)

    def history(self) -> list[tuple[Any, ...]]:
        """The runs: number, time, name, arguments, outcome, rows made, broken."""
        query = 'SELECT * FROM "_gf_run" ORDER BY "id"'
        return self.connection.execute(query).fetchall()

    def _rows(self, table: Table, without: str) -> list[Any]:
        columns = ", ".join(['"_row"', *(quoted(c.name) for c in table.columns)])
        query = f"SELECT {columns} FROM {quoted(table.name)}"
        query += ' WHERE "_made_by" <> ? ORDER BY "_row"'
        try:
            found = self.connection.execute(query, (without,)).fetchall()
        except sqlite3.OperationalError as error:
            raise kit.AppError(
                f"{self.path}: {error}; the tables are not up to date: migrate"
            ) from error
        rows = [_row(table, values) for _, *values in found]
        self._numbers |= {
            id(row): at for row, (at, *_) in zip(rows, found, strict=True)
        }
        if table.key:
            rows.sort(key=lambda row: kit.key_order(getattr(row, table.key)))
        return rows

    def _insert(self, table: Table, rows: Sequence[Any], name: str) -> None:
        names = [quoted(c.name) for c in table.columns] + ['"_made_by"']
        own = [name, now()] if table.retain else [name]
        names += ['"_made_at"'] if table.retain else []
        marks = ", ".join("?" * len(names))
        columns = ", ".join(names)
        query = f"INSERT INTO {quoted(table.name)} ({columns}) VALUES ({marks})"
        try:
            self.connection.executemany(
                query, [(*_values(table, row), *own) for row in rows]
            )
        except sqlite3.IntegrityError as error:
            raise kit.Invalid(f"{table.entity}: {error}") from error

    def _replace(
        self, name: str, world: W, before: Mapping[str, Mapping[int, Any]]
    ) -> dict[str, int]:
        for table in self.tables:
            query = f'DELETE FROM {quoted(table.name)} WHERE "_made_by" = ?'
            self.connection.execute(query, (name,))
        return self._append(name, world, before)

    def _append(
        self, name: str, world: W, before: Mapping[str, Mapping[int, Any]]
    ) -> dict[str, int]:
        made: dict[str, int] = {}
        for table in self.tables:
            new = [
                row
                for row in getattr(world, table.attribute)
                if id(row) not in before[table.attribute]
            ]
            if new:
                self._insert(table, new, name)
                made[table.entity] = len(new)
        return made

    def _drop_made(self) -> int:
        dropped = 0
        for table in self.tables:
            query = f"DELETE FROM {quoted(table.name)} WHERE \"_made_by\" LIKE 'run:%'"
            dropped += self.connection.execute(query).rowcount
        return dropped

    def _check(self, world: W) -> None:
        check = getattr(world, "check", None)
        if check is not None:
            check()

    def _record(
        self, name: str, args: Mapping[str, str], outcome: str, done: Done
    ) -> None:
        self.connection.execute(migrating.RUNS)
        self.connection.execute(
            'INSERT INTO "_gf_run" ("at", "name", "args", "outcome", "made", "broken")'
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                now(),
                name,
                json.dumps(dict(args), sort_keys=True),
                outcome,
                json.dumps(dict(done.made), sort_keys=True),
                json.dumps([b.path for b in done.broken]),
            ),
        )


def _row(table: Table, values: Sequence[Any]) -> Any:
    try:
        return table.row(
            **{
                column.attribute: from_sql(column.kind, value)
                for column, value in zip(table.columns, values, strict=True)
            }
        )
    except (ValueError, ArithmeticError, TypeError) as error:
        raise kit.Invalid(
            f"{table.entity}: a stored row does not fit: {error}"
        ) from error


def _values(table: Table, row: Any) -> list[Any]:
    return [to_sql(c.kind, getattr(row, c.attribute)) for c in table.columns]


def _ids(world: Any, table: Table) -> dict[int, Any]:
    # The rows are kept alive with their ids: a freed id could be another row's.
    return {id(row): row for row in getattr(world, table.attribute)}
