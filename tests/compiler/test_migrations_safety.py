"""Whatever happens while a database is migrated: it is as it was, or it is migrated, and what is others' stays."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.python.runtime import kit
from tests.compiler.support import previous, run, spec_of, write
from tests.compiler.test_migration_chains import dump, go
from tests.compiler.test_migrations_classes import TERM, World

CHILD = """
import os, signal, sqlite3, sys
from pathlib import Path
from factory_git.compiler.python.runtime import migrating

last, way = int(sys.argv[2]), sys.argv[3]
db = sqlite3.connect(sys.argv[1], isolation_level=None)
count = 0

def trace(_):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

migrations = migrating.available(Path(sys.argv[1]).parent / "migrations")
db.set_trace_callback(trace)
db.execute("BEGIN IMMEDIATE")
if way == "up":
    migrating.up(db, migrations, "2026-06-01T00:00:00+00:00")
else:
    migrating.down(db, migrations, 1)
db.execute("COMMIT")
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def changed(world: World) -> None:
    world.to(("unit: kg", "unit: g"), ("        code: text?\n", ""))


@pytest.mark.soak
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_migration_killed_at_any_statement_has_done_all_or_nothing(world: World, way: str) -> None:
    changed(world)
    if way == "down":
        go(world.db, world.folder)
    before = dump(world.db)
    path = world.folder / "shop.db"
    whole = path.read_bytes()
    world.db.close()
    long = os.environ.get("FACTORY_SOAK") == "1"
    killed = 0
    for last in range(1, 200, 1 if long else 5):
        path.write_bytes(whole)
        argv = [sys.executable, "-c", CHILD, str(path), str(last), way]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        db = sqlite3.connect(path, isolation_level=None)
        now = dump(db)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
        if done.returncode == 0:
            assert now != before
            break
        assert now == before, last
        killed += 1
    assert killed >= (15 if long else 3)


def test_what_users_added_to_the_tables_is_there_afterwards(world: World) -> None:
    db = world.db
    db.execute('CREATE INDEX "by size" ON "item" ("size", "mail")')
    db.execute('CREATE VIEW heavy AS SELECT "id" FROM "item" WHERE "size" = \'small\'')
    db.execute("CREATE TABLE journal (what)")
    db.execute(
        'CREATE TRIGGER seen AFTER INSERT ON "item" BEGIN INSERT INTO journal SELECT NEW."id" || "mail" FROM item; END'
    )
    query = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY name"
    )
    before = db.execute(query).fetchall()
    changed(world)
    world.there_and_back()
    assert db.execute(query).fetchall() == before
    assert world.column("SELECT id FROM heavy") == ["a", "c"]
    assert world.column("SELECT count(*) FROM journal") == [0]


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ('CREATE INDEX "by code" ON "item" ("code")', "the index by code"),
        ('CREATE VIEW codes AS SELECT "code" AS c FROM "item" AS i WHERE i."code" > 1', "codes"),
        ("CREATE VIEW codes AS SELECT count(*) AS c FROM item WHERE \"code\" > 'a'", "no column code any more"),
        ("CREATE INDEX some ON item (size) WHERE code > 1", "index some"),
        ("CREATE TRIGGER t AFTER INSERT ON line BEGIN UPDATE item SET code = 1; END", "trigger t"),
        ("CREATE TRIGGER t AFTER UPDATE OF code ON item BEGIN DELETE FROM line; END", "trigger t"),
        ("CREATE TRIGGER t BEFORE DELETE ON item WHEN OLD.code > 1 BEGIN SELECT 1; END", "trigger t"),
    ],
)
def test_what_users_added_and_does_not_fit_any_more_stops_the_migration_by_name(
    world: World, sql: str, name: str
) -> None:
    world.db.execute(sql)
    changed(world)
    with pytest.raises(kit.AppError, match=name):
        go(world.db, world.folder)


def test_tables_of_others_stay_as_they_are(world: World) -> None:
    world.db.execute(
        'CREATE TABLE "theirs" (a REAL, b BLOB, c REFERENCES "item" ("id"), PRIMARY KEY (a)) WITHOUT ROWID'
    )
    world.db.execute("INSERT INTO theirs VALUES (0.1, x'00ff', 'a')")
    query = "SELECT sql FROM sqlite_master WHERE name = 'theirs' UNION ALL SELECT hex(b) || a || c FROM theirs"
    before = world.column(query)
    changed(world)
    go(world.db, world.folder)
    assert world.column(query) == before


@pytest.mark.parametrize("down", [False, True])
def test_a_column_that_somebody_added_stops_the_migration_by_name(world: World, *, down: bool) -> None:
    changed(world)
    if down:
        go(world.db, world.folder)
    world.db.execute('ALTER TABLE "item" ADD COLUMN "mine" TEXT')
    with pytest.raises(kit.AppError, match=r"item\.mine is no column of the application's"):
        go(world.db, world.folder, down=int(down))


def test_a_table_of_somebody_elses_in_the_way_of_a_new_one_is_not_touched(world: World) -> None:
    world.db.execute('CREATE TABLE "more" (x)')
    world.to(("    - {name: Line,", "    - {name: More, fields: {id: text key}}\n    - {name: Line,"))
    with pytest.raises(kit.AppError, match='"more" already exists'):
        go(world.db, world.folder)


def test_migrations_written_before_there_were_queries_keep_their_digest(world: World) -> None:
    rows = world.db.execute('SELECT "digest" FROM "_gf_migration"').fetchall()
    first = world.folder / "migrations" / "0001_init"
    assert not (first / "pre.sql").exists()
    texts = "\0".join((first / f"{part}.sql").read_text() for part in ("up", "down", "check"))
    assert rows == [(hashlib.sha256(texts.encode()).hexdigest()[:16],)]


def test_a_schema_of_the_format_before_changes_nothing_by_itself(world: World) -> None:
    files = previous(world.compiled)
    lock = json.loads(files[".factory/lock.json"])
    del lock["schema"]["format"], lock["schema"]["pipelines"]
    for entity in lock["schema"]["entities"].values():
        for field in entity["fields"]:
            for key in ("unit", "values", "ref", "was"):
                field.pop(key, None)
    files[".factory/lock.json"] = json.dumps(lock, indent=1).encode()
    again = compile_spec(spec_of(world.text), files)
    assert again.files[".factory/lock.json"].content == world.compiled.files[".factory/lock.json"].content
    assert [p for p in again.files if p.startswith("migrations/0002")] == []


def test_the_commands(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.db.execute(
        "INSERT INTO \"_gf_run\" VALUES (NULL, '2001-01-01T00:00:00+00:00', 'run:more', '{}', 'done', '{}', '[]')"
    )
    world.to(("        code: text?\n", ""), add=TERM)

    def app(*words: str) -> tuple[int, str]:
        done = run("python", "-m", "shop", "migrate", *words, cwd=tmp_path)
        return done.returncode, done.stdout + done.stderr

    before = dump(world.db)
    yes = ("--confirm", "delete Plain older than 90d")
    code, told = app("--status")
    assert (code, told.split("\n")[1]) == (
        0,
        "due      0002_change_item_and_more".replace("change_item", "remove_item_code"),
    )
    assert app()[0] == 1
    assert "cannot be taken back: delete Plain older than 90d" in app()[1]
    code, told = app("--dry-run", *yes)
    assert (code, "plain: 2 → 1 rows" in told, "would be applied: 0003_retain_plain_90d" in told) == (0, True, True)
    assert app("--to", "7") == (1, "error: there is no migration 7\n")
    assert dump(world.db) == before
    assert app("--to", "2")[0] == 0
    assert app("--check")[1] == "to be applied: 0003_retain_plain_90d\n"
    assert app(*yes) == (0, "applied: 0003_retain_plain_90d\n")
    assert app() == (0, "up to date\n")
    assert app("--to", "1")[1].split() == [
        "taken",
        "back:",
        "0003_retain_plain_90d",
        "taken",
        "back:",
        "0002_remove_item_code_and_more",
    ]
    assert world.column('SELECT count(*) FROM "item"') == [3]


def test_an_application_that_is_older_than_its_data_refuses(world: World) -> None:
    old = world.compiled
    changed(world)
    go(world.db, world.folder)
    for file in (world.folder / "migrations").glob("0002*/*"):
        file.unlink()
    next((world.folder / "migrations").glob("0002*")).rmdir()
    write(old, world.folder)
    with pytest.raises(kit.AppError, match="older than its data"):
        go(world.db, world.folder)
