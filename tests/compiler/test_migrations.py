"""Changes of stored entities become migrations that go up and down on filled databases, or are refused with reason."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import Compilation
from factory_git.compiler.python.runtime import kit, migrating
from factory_git.core.errors import SpecError
from tests.compiler.support import application, previous, spec_of, write

BASE = """factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - name: Item
      fields: {id: text key, name: text, count: int, price: decimal?, day: date, ok: bool, note: text?}
    - name: Place
      fields: {id: text key, free}
    - name: Total
      made: true
      fields: {item: ref Item, n: int}
"""
ITEMS = [("a", 'Ana\'s "x"', 3, "1.50", "2026-01-31", 1, None), ("b", "", -7, None, "2026-02-28", 0, "é\0ü")]


def change(old: str, new: str) -> tuple[Compilation, Compilation]:
    assert old in BASE
    first = compile_spec(spec_of(BASE))
    return first, compile_spec(spec_of(BASE.replace(old, new)), previous(first))


def filled(compilation: Compilation, root: Path) -> sqlite3.Connection:
    """A database at the first migration, with rows."""
    write(compilation, root)
    connection = sqlite3.connect(root / "shop.db", isolation_level=None)
    migrating.up(connection, migrating.available(root / "migrations")[:1], "now")
    columns = '"id", "name", "count", "price", "day", "ok", "note", "_made_by"'
    connection.executemany(
        f'INSERT INTO "item" ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', [(*row, "load") for row in ITEMS]
    )
    connection.execute('INSERT INTO "place" ("id", "free", "_made_by") VALUES (?, ?, ?)', ("p", '"7"', "load"))
    connection.execute('INSERT INTO "total" ("item", "n", "_made_by") VALUES (?, ?, ?)', ("a", 1, "run:x"))
    return connection


def content(connection: sqlite3.Connection) -> dict[str, tuple[str, list[Any]]]:
    """Every table of the application: its declaration and its rows."""
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name <> '_gf_migration' ORDER BY name"
    ).fetchall()
    return {name: (sql, connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()) for name, sql in tables}


FREE = "{id: text key, free}"
SAFE = {
    "optional field added": ("note: text?}", "note: text?, extra: decimal?}"),
    "required field with a default added": ("note: text?}", 'note: text?, extra: {type: text, default: "it\'s"}}'),
    "field removed": (", note: text?}", "}"),
    "required field removed": ("name: text, ", ""),
    "entity added": ("    - name: Place", "    - {name: More, fields: {id: text key}}\n    - name: Place"),
    "entity removed": (f"    - name: Place\n      fields: {FREE}\n", ""),
    "int made decimal": ("count: int", "count: decimal"),
    "int made text": ("count: int", "count: text"),
    "bool made text": ("ok: bool", "ok: text"),
    "date made datetime": ("day: date", "day: datetime"),
    "anything made text": ("free}", "free: text}"),
    "anything made int": ("free}", "free: int}"),
    "anything made decimal": ("free}", "free: decimal}"),
    "text made anything": ("note: text?}", "note}"),
    "int made anything": ("count: int", "count"),
    "required made optional": ("count: int", "count: int?"),
    "field renamed": ("count: int", "amount: {type: int, was: count}"),
    "field renamed and widened": ("count: int", "amount: {type: decimal, was: count}"),
    "entity renamed": ("    - name: Place", "    - name: Spot\n      was: place"),
    "made entity changed": ("n: int}", "n: int, more: text}"),
    "fields moved": ("count: int, price: decimal?", "price: decimal?, count: int"),
    "several at once": ("name: text, count: int", "title: {type: text, was: name}, count: decimal, x: int?"),
}


@pytest.mark.parametrize(("old", "new"), SAFE.values(), ids=SAFE)
def test_up_then_down_leaves_a_filled_database_as_it_was(tmp_path: Path, old: str, new: str) -> None:
    first, second = change(old, new)
    connection = filled(first, tmp_path)
    before = content(connection)
    write(second, tmp_path)
    migrations = migrating.available(tmp_path / "migrations")
    assert len(migrations) == 2
    connection.execute("BEGIN")
    assert migrating.up(connection, migrations, "later") == (migrations[1].name,)
    connection.execute("COMMIT")
    assert content(connection) != before
    connection.execute("BEGIN")
    assert migrating.down(connection, migrations, 1) == (migrations[1].name,)
    connection.execute("COMMIT")
    assert content(connection) == before


@pytest.mark.parametrize(("old", "new"), SAFE.values(), ids=SAFE)
def test_a_migrated_database_is_one_the_application_reads(tmp_path: Path, old: str, new: str) -> None:
    first, second = change(old, new)
    filled(first, tmp_path).close()
    with (
        application(BASE.replace(old, new), tmp_path, second) as app,
        app.module("store").open_store(tmp_path / "shop.db") as store,
    ):
        assert len(store.migrate()) == 1
        assert store.check() == ()
        assert len(store.world().item) == 2


@pytest.mark.parametrize(("old", "new"), SAFE.values(), ids=SAFE)
def test_what_was_written_before_stays_byte_for_byte(old: str, new: str) -> None:
    first, second = change(old, new)
    kept = {p: f.content for p, f in first.files.items() if p.startswith("migrations/")}
    assert kept.items() <= {p: f.content for p, f in second.files.items()}.items()
    again = compile_spec(spec_of(BASE.replace(old, new)), previous(second))
    assert {p: f.content for p, f in again.files.items()} == {p: f.content for p, f in second.files.items()}


def test_values_come_over_exactly(tmp_path: Path) -> None:
    first, second = change("count: int", "amount: {type: decimal, was: count}")
    filled(first, tmp_path).close()
    text = BASE.replace("count: int", "amount: {type: decimal, was: count}")
    with application(text, tmp_path, second) as app, app.module("store").open_store(tmp_path / "shop.db") as store:
        store.migrate()
        assert [(str(i.amount), str(i.price), i.name) for i in store.rows("Item")] == [
            ("3", "1.50", 'Ana\'s "x"'),
            ("-7", "None", ""),
        ]


HOLES = {
    "required field": ("note: text?}", "note: text?, extra: text}", ["how Item.extra (text) is had"]),
    "type changed": ("day: date", "day: int", ["how Item.day (int) is had from Item.day (date)"]),
}


@pytest.mark.parametrize(("old", "new", "what"), HOLES.values(), ids=HOLES)
def test_what_only_a_person_can_say_is_a_hole_that_is_named(old: str, new: str, what: list[str]) -> None:
    _, second = change(old, new)
    assert [hole.function for hole in second.holes][:1] == what
    assert f"-- HOLE: {what[0]}" in second.files[second.holes[0].file].content.decode()


def test_a_value_that_would_be_lost_stops_the_way_down(tmp_path: Path) -> None:
    first, second = change("count: int", "count: decimal")
    connection = filled(first, tmp_path)
    write(second, tmp_path)
    migrations = migrating.available(tmp_path / "migrations")
    migrating.up(connection, migrations, "later")
    connection.execute('UPDATE "item" SET "count" = \'1.5\' WHERE "id" = \'a\'')
    before = content(connection)
    connection.execute("BEGIN")
    with pytest.raises(kit.AppError, match="overflow"):
        migrating.down(connection, migrations, 1)
    connection.execute("ROLLBACK")
    assert content(connection) == before


def test_an_untyped_value_of_another_type_stops_the_way_up(tmp_path: Path) -> None:
    first, second = change("free}", "free: int}")
    connection = filled(first, tmp_path)
    connection.execute('UPDATE "place" SET "free" = \'"seven"\'')
    write(second, tmp_path)
    with pytest.raises(kit.AppError, match=r'Place\.free of p: "seven" is no int'):
        migrating.up(connection, migrating.available(tmp_path / "migrations"), "later")


def test_rows_that_a_tighter_bound_refuses_stop_the_migration(tmp_path: Path) -> None:
    text = BASE.replace("count: int", "count: {type: int, min: 0}")
    first, second = change("count: int", "count: {type: int, min: 0}")
    filled(first, tmp_path).close()
    with application(text, tmp_path, second) as app, app.module("store").open_store(tmp_path / "shop.db") as store:
        with pytest.raises(app.module("kit").Invalid, match=r"Item\.count of b: -7 is less than 0"):
            store.migrate()
        assert len(store.pending()) == 1


@pytest.mark.parametrize(("old", "new"), [("day: date", "day: text"), ("price: decimal?", "price: text?")])
def test_a_wider_type_that_is_stored_alike_needs_no_migration(old: str, new: str) -> None:
    first, second = change(old, new)
    assert [p for p in second.files if p.startswith("migrations/")] == [
        p for p in first.files if p.startswith("migrations/")
    ]


def test_a_looser_bound_needs_no_migration() -> None:
    tight = BASE.replace("count: int", "count: {type: int, min: 0, max: 9}")
    first = compile_spec(spec_of(tight))
    second = compile_spec(spec_of(tight.replace("max: 9", "max: 10")), previous(first))
    assert {p for p in second.files if p.startswith("migrations/")} == {
        p for p in first.files if p.startswith("migrations/")
    }


def test_an_edited_or_missing_migration_is_refused() -> None:
    first = compile_spec(spec_of(BASE))
    edited = previous(first) | {"migrations/0001_init/up.sql": b"DROP TABLE item;\n"}
    with pytest.raises(SpecError, match="was edited"):
        compile_spec(spec_of(BASE), edited)
    gone = {path: data for path, data in previous(first).items() if not path.endswith("up.sql")}
    with pytest.raises(SpecError, match="is missing") as caught:
        compile_spec(spec_of(BASE), gone)
    assert "git checkout" in caught.value.hint


def test_archived_rows_are_kept_where_a_field_goes(tmp_path: Path) -> None:
    first, second = change("name: text, ", "")
    connection = filled(first, tmp_path)
    write(second, tmp_path)
    migrating.up(connection, migrating.available(tmp_path / "migrations"), "later")
    assert [row[0] for row in connection.execute('SELECT "name" FROM "_archive_0002_item"')] == ['Ana\'s "x"', ""]


def test_a_migration_changed_after_it_was_applied_is_noticed(tmp_path: Path) -> None:
    first = compile_spec(spec_of(BASE))
    connection = filled(first, tmp_path)
    path = tmp_path / "migrations/0001_init/up.sql"
    path.write_text(path.read_text() + "-- more\n")
    with pytest.raises(kit.AppError, match="changed after it was applied"):
        migrating.pending(connection, migrating.available(tmp_path / "migrations"))


def test_a_failing_migration_changes_nothing(tmp_path: Path) -> None:
    with application(BASE, tmp_path) as app, app.module("store").open_store(tmp_path / "shop.db") as store:
        store.migrate()
        before = content(store.connection)
        folder = tmp_path / "migrations/0002_bad"
        folder.mkdir()
        (folder / "up.sql").write_text('CREATE TABLE "x" ("a");\nDROP TABLE "item";\nnonsense;\n')
        (folder / "down.sql").write_text("")
        (folder / "check.sql").write_text("")
        with pytest.raises(app.module("kit").AppError, match="0002_bad"):
            store.migrate()
        assert content(store.connection) == before


def test_a_check_that_finds_something_takes_the_migration_back(tmp_path: Path) -> None:
    with application(BASE, tmp_path) as app, app.module("store").open_store(tmp_path / "shop.db") as store:
        check = tmp_path / "migrations/0001_init/check.sql"
        check.write_text("SELECT 'wrong thing';\n")
        with pytest.raises(app.module("kit").AppError, match="wrong thing"):
            store.migrate()
        tables = [row[0] for row in store.connection.execute("SELECT name FROM sqlite_master")]
        assert "item" not in tables


def test_a_lock_of_another_version_or_a_conflict_is_refused_with_a_hint() -> None:
    for data in (b"<<<<<<< HEAD\n{}", b'{"lock": 99}', b"[]"):
        with pytest.raises(SpecError) as caught:
            compile_spec(spec_of(BASE), {".factory/lock.json": data})
        assert caught.value.hint
