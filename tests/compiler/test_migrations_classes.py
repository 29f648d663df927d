"""Each class of migration on a filled database: what it keeps, asks, archives, leaves open, deletes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from factory_git.compiler import migrate
from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import BOUND, Compilation
from factory_git.compiler.python.runtime import kit, migrating
from tests.compiler.support import previous, run, spec_of, write
from tests.compiler.test_migration_chains import dump, go

BASE = """factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - name: Item
      fields:
        id: text key
        qty: {type: decimal, unit: kg}
        size: {type: enum, values: [small, "very big"]}
        mail: {type: text?, pii: contact}
        code: text?
    - {name: Line, fields: {item: ref Item, n: int, note: text?}}
    - {name: Total, made: true, fields: {item: ref Item, n: int}}
    - {name: Plain, made: true, fields: {n: int}}
workflows:
  pipelines:
    - name: count
      steps: [{name: all, each: Item, make: Total, set: {item: it.id, n: '1'}}]
    - name: more
      steps: [{name: each, each: Item, make: Plain, set: {n: '1'}}]
"""
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "item": [
        ("a", "1.50", "small", "ana@x.org", "c1", "load"),
        ("b", "0.001", "very big", None, "c1", "load"),
        ("c", "100", "small", "bo@x.org", None, "load"),
    ],
    "line": [("a", 1, "first", "load"), ("a", 1, "second", "load"), ("c", 2, None, "load")],
    "total": [("a", 1, "run:count")],
    "plain": [(1, "run:more"), (2, "act:x")],
}


class World:
    """A filled database of ``BASE``, compiled further."""

    def __init__(self, folder: Path, text: str = BASE) -> None:
        self.folder = folder
        self.text = text
        self.compiled = compile_spec(spec_of(text))
        write(self.compiled, folder)
        self.db = sqlite3.connect(folder / "shop.db", isolation_level=None)
        go(self.db, folder)
        for table, rows in ROWS.items():
            names = [r[1] for r in self.db.execute(f'PRAGMA table_info("{table}")') if r[1] not in ("_row", "_made_at")]
            listed, marks = ", ".join(f'"{n}"' for n in names), ", ".join("?" * len(names))
            self.db.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows)

    def to(self, *changes: tuple[str, str], add: str = "") -> Compilation:
        """Compile the spec with these replacements, and write it; the migration is not applied."""
        for old, new in changes:
            assert old in self.text, old
            self.text = self.text.replace(old, new)
        self.text += add
        self.compiled = compile_spec(spec_of(self.text), previous(self.compiled))
        write(self.compiled, self.folder)
        return self.compiled

    def plans(self) -> tuple[migrate.Plan, ...]:
        return migrate.between(spec_of(BASE), spec_of(self.text))

    def column(self, query: str) -> list[Any]:
        return [row[0] for row in self.db.execute(query)]

    def there_and_back(self) -> None:
        before = dump(self.db)
        names = go(self.db, self.folder)
        assert names
        after = dump(self.db)
        go(self.db, self.folder, down=len(names))
        assert dump(self.db) == before
        go(self.db, self.folder)
        assert dump(self.db) == after


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# A: lossless.


def test_a_quantity_in_another_unit_is_the_same_quantity(world: World) -> None:
    world.to(("unit: kg", "unit: g"))
    world.there_and_back()
    assert world.column('SELECT "qty" FROM "item"') == ["1500.00", "1.000", "100000"]
    assert [p.klass for p in world.plans()] == ["A"]
    world.db.execute('UPDATE "item" SET "qty" = \'2500\' WHERE "id" = \'a\'')
    go(world.db, world.folder, down=1)
    assert world.column('SELECT "qty" FROM "item"') == ["2.500", "0.001", "100"]


def test_a_quantity_that_has_no_exact_value_in_the_new_unit_stops_the_migration(world: World) -> None:
    world.to(("unit: kg", "unit: lb"))
    with pytest.raises(kit.Invalid, match=r"Item\.qty of a: 1\.50 has no exact value in lb"):
        go(world.db, world.folder)


def test_temperatures_have_a_zero_of_their_own(tmp_path: Path) -> None:
    world = World(tmp_path, BASE.replace("unit: kg", "unit: C"))
    world.to(("unit: C", "unit: K"))
    world.there_and_back()
    assert world.column('SELECT "qty" FROM "item"') == ["274.65", "273.151", "373.15"]


def test_a_word_of_an_enum_is_called_otherwise(world: World) -> None:
    world.to(('"very big"', "huge"))
    world.there_and_back()
    assert world.column('SELECT "size" FROM "item"') == ["small", "huge", "small"]


def test_a_renamed_entity_keeps_its_rows_and_what_refers_to_them(world: World) -> None:
    world.to(("name: Item", "name: Thing\n      was: item"), ("ref Item", "ref Thing"), ("each: Item", "each: Thing"))
    world.there_and_back()
    assert world.column('SELECT "id" FROM "thing"') == ["a", "b", "c"]
    assert {p.klass for p in world.plans()} == {"A"}


def test_a_rename_is_carried_out_once_however_long_it_stands_in_the_spec(world: World) -> None:
    world.to(("code: text?", "sku: {type: text?, was: code}"))
    go(world.db, world.folder)
    world.to(("n: int, note", "n: int, z: int?, note"))
    world.there_and_back()
    assert world.column('SELECT "sku" FROM "item"') == ["c1", "c1", None]


def test_a_spec_that_takes_a_rename_back_takes_the_data_along(world: World) -> None:
    world.to(("code: text?", "sku: {type: text?, was: code}"))
    go(world.db, world.folder)
    world.to(("sku: {type: text?, was: code}", "code: text?"))
    go(world.db, world.folder)
    assert world.column('SELECT "code" FROM "item"') == ["c1", "c1", None]


def test_rows_that_were_made_and_are_stored_now_belong_to_no_run(world: World) -> None:
    world.to(
        ("name: Plain, made: true", "name: Plain"),
        (", make: Plain, set: {n: '1'}", ", make: Total, set: {item: it.id, n: '1'}"),
    )
    world.there_and_back()
    assert world.column('SELECT "_made_by" FROM "plain"') == ["load", "load"]


def test_rows_of_a_renamed_pipeline_are_those_of_the_new_name(world: World) -> None:
    world.to(("name: count", "name: tally\n      was: count"))
    world.there_and_back()
    assert world.column('SELECT "_made_by" FROM "total"') == ["run:tally"]


# B: archived.


def test_rows_of_a_pipeline_that_is_gone_are_archived(world: World) -> None:
    world.to(("    - name: more\n      steps: [{name: each, each: Item, make: Plain, set: {n: '1'}}]\n", ""))
    world.there_and_back()
    assert world.column('SELECT "_made_by" FROM "plain"') == ["act:x"]
    assert [p.klass for p in world.plans()] == ["B"]


def test_stored_rows_of_what_pipelines_make_from_now_on_are_archived(world: World) -> None:
    world.to(("name: Line,", "name: Line, made: true,"))
    world.there_and_back()
    assert world.column('SELECT "item" FROM "line"') == []
    assert world.column('SELECT count(*) FROM "_archive_0002_line"') == [3]


def test_archived_values_come_back_to_their_rows_after_the_data_was_loaded_anew(world: World) -> None:
    world.to(("        code: text?\n", ""))
    go(world.db, world.folder)
    rows = world.db.execute('SELECT "id", "qty", "size" FROM "item" ORDER BY "id" DESC').fetchall()
    world.db.execute('DELETE FROM "item"')
    query = 'INSERT INTO "item" ("id", "qty", "size", "_made_by") VALUES (?, ?, ?, \'load\')'
    world.db.executemany(query, [*rows, ("d", "1", "small")])
    go(world.db, world.folder, down=1)
    assert world.db.execute('SELECT "id", "code" FROM "item"').fetchall() == [
        ("c", None),
        ("b", "c1"),
        ("a", "c1"),
        ("d", None),
    ]


def test_rows_without_a_key_get_back_only_what_was_theirs(world: World) -> None:
    world.to((", note: text?", ""))
    go(world.db, world.folder)
    world.db.execute('DELETE FROM "line"')
    world.db.executemany('INSERT INTO "line" ("item", "n", "_made_by") VALUES (?, ?, \'load\')', [("b", 9), ("a", 1)])
    go(world.db, world.folder, down=1)
    assert world.db.execute('SELECT "item", "note" FROM "line"').fetchall() == [("b", None), ("a", "second")]


def test_a_row_made_since_that_lacks_a_required_value_stops_the_way_down(world: World) -> None:
    world.to(("        qty: {type: decimal, unit: kg}\n", ""))
    go(world.db, world.folder)
    world.db.execute('INSERT INTO "item" ("id", "size", "_made_by") VALUES (\'z\', \'small\', \'load\')')
    with pytest.raises(kit.AppError, match=r"a row made since has no Item\.qty"):
        go(world.db, world.folder, down=1)


# C: asked before.

ASKED = {
    "required": (("code: text?", "code: text"), r"Item\.code of c: None is needed and not there"),
    "unique": (
        ("code: text?", "code: {type: text?, unique: true}"),
        r"Item\.code of a: c1 stands in more than one row",
    ),
    "narrowed": (("qty: {type: decimal", "qty: {type: int"), r"Item\.qty of a: 1\.50 is no int"),
    "bound": (("type: decimal", "type: decimal, max: 10"), r"Item\.qty of c: 100 is more than 10"),
    "word": (('[small, "very big"]', "[small]"), r"Item\.size of b: very big is not one of small"),
    "read": (("code: text?", "code: int?"), r"Item\.code of a: c1 is no int"),
}


@pytest.mark.parametrize(("change", "said"), ASKED.values(), ids=ASKED)
def test_rows_in_the_way_are_named_and_nothing_changes(world: World, change: tuple[str, str], said: str) -> None:
    world.to(change)
    assert [p.klass for p in world.plans()] == ["C"]
    assert world.plans()[0].checks
    with pytest.raises(kit.Invalid, match=said):
        go(world.db, world.folder)


@pytest.mark.parametrize("change", [one for one, _ in ASKED.values()], ids=list(ASKED))
def test_rows_that_fit_go_up_and_down(world: World, change: tuple[str, str]) -> None:
    for sql in (
        '"code" = \'0\' || "_row"',
        "\"qty\" = '1E+1' WHERE \"id\" <> 'b'",
        "\"qty\" = '2.00' WHERE \"id\" = 'b'",
    ):
        world.db.execute(f'UPDATE "item" SET {sql}')
    world.db.execute('UPDATE "item" SET "size" = \'small\'')
    world.to(change)
    world.there_and_back()


def test_personal_data_is_not_told(world: World) -> None:
    world.to(("mail: {type: text?", "mail: {type: int?"))
    with pytest.raises(kit.Invalid) as caught:
        go(world.db, world.folder)
    assert "Item.mail of a: (personal data) is no int" in str(caught.value)
    assert "ana@" not in str(caught.value)


def test_many_rows_in_the_way_are_cut_short(world: World) -> None:
    world.db.executemany(
        'INSERT INTO "line" ("item", "n", "_made_by") VALUES (\'a\', ?, \'load\')', [(n,) for n in range(50)]
    )
    world.to(("n: int, note", "n: {type: int, min: 90}, note"))
    with pytest.raises(kit.Invalid, match="and more") as caught:
        go(world.db, world.folder)
    assert len(str(caught.value).split("\n")) == 12


# H: left open.


def test_a_hole_is_named_by_compiler_plan_and_application_and_stays_who_fills_it(world: World) -> None:
    made = world.to(("code: text?", "code: text?\n        extra: text"))
    what = "how Item.extra (text) is had"
    (hole,) = made.holes
    assert (hole.function, made.files[hole.file].mode) == (what, BOUND)
    assert [(p.klass, p.holes) for p in world.plans()] == [("H", (what,))]
    with pytest.raises(kit.Invalid, match=r"nobody has said yet: how Item\.extra"):
        go(world.db, world.folder)
    file = world.folder / hole.file
    text = file.read_text().replace(f"-- HOLE: {what}\n", "").replace(f"gf_hole('{what}')", "'x' || t.\"id\"")
    file.write_text(text)
    before = previous(made) | {hole.file: text.encode()}
    again = compile_spec(spec_of(world.text), before)
    assert again.holes == ()
    assert again.files[hole.file].content == text.encode()
    assert again.files[".factory/lock.json"].content == made.files[".factory/lock.json"].content
    world.there_and_back()
    assert world.column('SELECT "extra" FROM "item"') == ["xa", "xb", "xc"]


def test_a_hole_filled_before_the_lock_knows_it_is_kept(world: World) -> None:
    first = world.compiled
    text = BASE.replace("code: text?", "code: text?\n        extra: text")
    drafted = compile_spec(spec_of(text), previous(first))
    (hole,) = drafted.holes
    filled = previous(first) | {hole.file: b"SELECT 1;\n"}
    compiled = compile_spec(spec_of(text), filled)
    assert compiled.holes == ()
    assert compiled.files[hole.file].content == b"SELECT 1;\n"
    assert compiled.files[".factory/lock.json"].content == drafted.files[".factory/lock.json"].content


def test_another_type_has_a_hole_each_way_and_old_values_come_back(world: World) -> None:
    made = world.to(("n: int, note", "n: date, note"))
    assert [hole.function for hole in made.holes] == [
        "how Line.n (date) is had from Line.n (int)",
        "how Line.n (int) is had back where the row was changed since",
    ]
    for hole, sql in zip(made.holes, ("'2026-01-0' || t.\"n\"", "0"), strict=True):
        file = world.folder / hole.file
        text = file.read_text().replace(f"-- HOLE: {hole.function}\n", "\n").replace(f"gf_hole('{hole.function}')", sql)
        file.write_text(text)
    world.there_and_back()
    world.db.execute('UPDATE "line" SET "n" = \'2026-12-31\' WHERE "note" = \'second\'')
    go(world.db, world.folder, down=1)
    assert world.column('SELECT "n" FROM "line"') == [1, 0, 2]


def test_an_entity_that_was_split_off_asks_which_rows_it_gets(tmp_path: Path) -> None:
    text = BASE.replace("code: text?", "code: text?\n        street: text?\n        town: text?")
    new = BASE.replace(
        "    - {name: Line,", "    - {name: Place, fields: {street: text?, town: text?}}\n    - {name: Line,"
    )
    (plan,) = migrate.between(spec_of(text), spec_of(new))
    assert plan.klass == "H"
    assert plan.holes == ("which rows Place gets from Item, of which it was split off",)
    (back,) = migrate.between(spec_of(new), spec_of(text))
    assert back.klass == "H"
    assert back.holes[0] == "how Item.street (text) is had from Place, which is gone"


def test_a_reference_to_other_rows_is_a_hole() -> None:
    text = BASE.replace("    - {name: Line,", "    - {name: Good, fields: {id: text key}}\n    - {name: Line,")
    new = text.replace("{name: Line, fields: {item: ref Item", "{name: Line, fields: {item: ref Good")
    (plan,) = migrate.between(spec_of(text), spec_of(new))
    assert (plan.klass, plan.holes[0]) == ("H", "how Line.item (ref Good) is had from Line.item (ref Item)")


def test_another_key_asks_how_references_follow() -> None:
    new = BASE.replace("id: text key", "id: text").replace("code: text?", "code: text key")
    (plan,) = migrate.between(spec_of(BASE), spec_of(new))
    assert plan.klass == "H"
    assert plan.holes[0] == "how Line.item (ref Item) is had: rows of Item are called by code now, and were by id"


# X: deleted.

TERM = "deployment: {retention: {Plain: 90d}}\n"


def test_rows_past_a_new_term_are_deleted_only_when_that_was_typed(world: World) -> None:
    done = "INSERT INTO \"_gf_run\" VALUES (NULL, ?, 'run:more', '{}', 'done', '{}', '[]')"
    world.db.execute(done, ("2026-01-01T00:00:00+00:00",))
    world.to(add=TERM)
    plans = world.plans()
    assert [(p.klass, p.irreversible) for p in plans] == [("A", ""), ("X", "delete Plain older than 90d")]
    with pytest.raises(migrating.Unconfirmed, match="--confirm"):
        go(world.db, world.folder)
    before = dump(world.db)
    migrations = migrating.available(world.folder / "migrations")
    world.db.execute("BEGIN")
    migrating.up(world.db, migrations, "2026-06-01T00:00:00+00:00", confirmed=["delete Plain older than 90d"])
    world.db.execute("COMMIT")
    assert world.column('SELECT "_made_by" FROM "plain"') == ["act:x"]  # nobody knows when: it counts from now on
    go(world.db, world.folder, down=2)
    after = dump(world.db)
    assert after.pop("plain")[1] == before.pop("plain")[1][1:]
    assert after == before


def test_a_longer_term_deletes_nothing_and_a_shorter_one_does(world: World) -> None:
    def klasses(old: str, new: str) -> list[str]:
        texts = [BASE + TERM.replace("90d", term) if term else BASE for term in (old, new)]
        return [p.klass for p in migrate.between(spec_of(texts[0]), spec_of(texts[1]))]

    assert klasses("90d", "10y") == []
    assert klasses("90d", "1 month") == ["X"]
    assert klasses("90d", "") == ["A"]
    assert klasses("90d", "as long as needed") == ["A"]


def test_a_new_database_is_asked_nothing_and_rows_past_their_term_go_when_told(tmp_path: Path) -> None:
    first = compile_spec(spec_of(BASE))
    write(compile_spec(spec_of(BASE + TERM), previous(first)), tmp_path)
    assert run("python", "-m", "shop", "migrate", cwd=tmp_path).returncode == 0
    db = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    for at in ("2001-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"):
        db.execute('INSERT INTO "plain" ("n", "_made_by", "_made_at") VALUES (1, \'run:more\', ?)', (at,))
    for words, left in ((("--dry-run",), 2), ((), 1)):
        done = run("python", "-m", "shop", "retain", *words, cwd=tmp_path)
        assert done.stdout.split()[:2] == ["Plain", "1"], done.stderr
        assert db.execute('SELECT count(*) FROM "plain"').fetchone() == (left,)
