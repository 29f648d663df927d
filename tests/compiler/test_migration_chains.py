"""Ten random changes one after the other on a filled database: up and down, nothing lost, nothing else touched."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import Compilation
from factory_git.compiler.python.runtime import kit, migrating
from factory_git.compiler.python.runtime.converting import fits, within
from factory_git.compiler.schema import schema_of
from tests.compiler.chains import Chain, Model
from tests.compiler.support import previous, spec_of

STEPS = 10
LONG = os.environ.get("FACTORY_SOAK") == "1"
CHAINS = int(os.environ.get("FACTORY_CHAINS", "400")) if LONG else 12
AT = "2026-06-01T00:00:00+00:00"


def dump(db: sqlite3.Connection) -> dict[str, Any]:
    """Every table but the record of migrations: its declaration, its rows in their order, the type of each value."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name <> '_gf_migration' ORDER BY name"
    return {name: (sql, _rows(db, name)) for name, sql in db.execute(query).fetchall()}


def _rows(db: sqlite3.Connection, table: str) -> list[Any]:
    rows = db.execute(f'SELECT * FROM "{table}"').fetchall()  # as they lie there
    return [tuple((type(value).__name__, value) for value in row) for row in rows]


def lay(compiled: Compilation, folder: Path) -> None:
    """Write the migrations, which is all of an application that is looked at here."""
    for path, content in previous(compiled).items():
        target = folder / path
        if path.startswith("migrations/") and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def fill(chain: Chain, db: sqlite3.Connection) -> None:
    keys: dict[str, list[Any]] = {}
    for name, entity in chain.model.items():
        fields = entity["fields"]
        listed = ", ".join(f'"{f}"' for f in [*fields, "_made_by"])
        marks = ", ".join("?" * (len(fields) + 1))
        for number in range(chain.random.randint(3, 8)):
            row = [chain.value(f, number, keys.get(f["type"][4:], [])) for f in fields.values()]
            who = "run:x" if entity.get("made") else "load"
            db.execute(f'INSERT INTO "{name}" ({listed}) VALUES ({marks})', (*row, who))
            keys.setdefault(name, []).extend(row[n] for n, f in enumerate(fields.values()) if f.get("key"))


def go(db: sqlite3.Connection, folder: Path, *, down: int = 0) -> tuple[str, ...]:
    """Migrate in one transaction; whatever goes wrong leaves everything as it was."""
    before = dump(db)
    db.execute("BEGIN IMMEDIATE")
    try:
        migrations = migrating.available(folder / "migrations")
        names = migrating.down(db, migrations, down, AT) if down else migrating.up(db, migrations, AT)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        assert dump(db) == before
        raise
    return names


def untouched(chain: Chain, new: Model, before: dict[str, Any], after: dict[str, Any], db: sqlite3.Connection) -> None:
    """Columns whose field says what it said hold what they held, row by row."""
    back = {e.get("was") or name: name for name, e in new.items()}
    for name, entity in chain.model.items():
        now = back.get(name)
        if now is None or bool(entity.get("made")) != bool(new[now].get("made")) or entity.get("made"):
            continue
        renamed = {f.get("was") or n: n for n, f in new[now]["fields"].items()}
        for field, facts in entity["fields"].items():
            to = renamed.get(field)
            if to is None or _said(facts) != _said(new[now]["fields"][to]):
                continue
            held = [row[_place(before[name][0], field)] for row in before[name][1]]
            assert [row[_place(after[now][0], to)] for row in after[now][1]] == held, (name, field)


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in facts.items() if k not in ("was", "unique", "min", "max") and not k.startswith("ref")}


def _place(sql: str, column: str) -> int:
    names = [line.split('"')[1] for line in sql.split("\n")[1:] if '"' in line]
    return names.index(column)


def sound(text: str, db: sqlite3.Connection) -> None:
    """Every stored value is one that its field allows."""
    for entity in schema_of(spec_of(text))["entities"].values():
        for field in entity["fields"]:
            query = f'SELECT "{field["id"]}" FROM "{entity["table"]}"'
            for (value,) in db.execute(query).fetchall():
                assert value is not None or field.get("optional"), field
                assert fits(field["kind"], value), (field, value)
                assert within(field["kind"], value, field.get("min"), field.get("max")), (field, value)
                assert value is None or "values" not in field or value in field["values"], (field, value)


def step(chain: Chain, now: Compilation, folder: Path, db: sqlite3.Connection, seen: Counter[str]) -> Compilation:
    """One change that the data allows; those that it does not are seen to change nothing."""
    for _ in range(200):
        word, model = chain.change()
        text = chain.text(model)
        compiled = compile_spec(spec_of(text), previous(now))
        new = sorted({p.split("/")[1] for p in compiled.files if p.startswith("migrations/")} - _folders(now))
        lay(compiled, folder)
        before = dump(db)
        try:
            names = go(db, folder)
        except (kit.AppError, sqlite3.Error) as error:
            hole = "nobody has said" in str(error)
            if not hole and "rows are in the way" not in str(error):
                raise AssertionError(f"{word}: {error}") from error
            seen["hole" if hole else "in the way"] += 1
            for one in new:
                for file in (folder / "migrations" / one).iterdir():
                    file.unlink()
                (folder / "migrations" / one).rmdir()
            continue
        assert list(names) == new, word
        after = dump(db)
        untouched(chain, model, before, after, db)
        sound(text, db)
        if names:
            assert go(db, folder, down=1) == names
            assert dump(db) == before, word
            assert go(db, folder) == names
            assert dump(db) == after, word
        seen[word.split()[0]] += 1
        chain.model = model
        return compiled
    raise AssertionError("no change fits")


def _folders(compiled: Compilation) -> set[str]:
    return {p.split("/")[1] for p in compiled.files if p.startswith("migrations/")}


def play(seed: int, folder: Path, seen: Counter[str]) -> None:
    """A chain of ten changes, up one by one and then down all at once."""
    chain = Chain(seed)
    now = compile_spec(spec_of(chain.text(chain.model)))
    lay(now, folder)
    db = sqlite3.connect(folder / "shop.db", isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    go(db, folder)
    fill(chain, db)
    start, first = dump(db), len(_folders(now))
    for _ in range(STEPS):
        now = step(chain, now, folder, db, seen)
    count = len(_folders(now)) - first
    if count:
        end = dump(db)
        go(db, folder, down=count)
        assert dump(db) == start
        go(db, folder)
        assert dump(db) == end
    db.close()


@pytest.mark.soak
def test_ten_changes_up_and_down_leave_a_filled_database_as_it_was(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in range(CHAINS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            play(seed, folder, seen)
        except Exception as error:
            raise AssertionError(f"chain {seed}: {error}") from error
    print(dict(seen))
    assert len(seen) >= 12
