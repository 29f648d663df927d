"""Databases as files: copied whole whatever state they are in, compared, held, closed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from factory_git.core.errors import Conflict, InvalidInput, NotFound
from factory_git.executors import database


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "own.db"
    with closing(sqlite3.connect(path)) as own:
        own.execute("CREATE TABLE t (a TEXT, b INTEGER)")
        own.execute("INSERT INTO t VALUES ('x', 1), ('y', NULL)")
        own.commit()
    return path


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as own:
        return own.execute("SELECT * FROM t").fetchall()


def test_a_copy_has_what_another_connection_committed_and_nothing_else(db: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(db)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO t VALUES ('z', 3)")
        writer.commit()
        writer.execute("INSERT INTO t VALUES ('not yet', 4)")
        database.copy(db, tmp_path / "copy.db")
    assert rows(tmp_path / "copy.db") == [("x", 1), ("y", None), ("z", 3)]
    assert not (tmp_path / "copy.db-wal").exists()


def test_a_change_that_somebody_died_in_is_not_in_the_copy_and_stays_for_its_owner(db: Path, tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    dead.mkdir()
    with closing(sqlite3.connect(db, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN")
        writer.execute("UPDATE t SET a = 'half'")
        writer.executemany("INSERT INTO t VALUES (?, 1)", [("w" * 5000,)] * 50)  # spills into the file
        for end in ("", "-journal"):
            shutil.copyfile(f"{db}{end}", dead / f"own.db{end}")
    before = {p.name: p.read_bytes() for p in dead.iterdir()}
    database.copy(dead / "own.db", tmp_path / "copy.db")
    assert rows(tmp_path / "copy.db") == [("x", 1), ("y", None)]
    assert {p.name: p.read_bytes() for p in dead.iterdir()} == before


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, and long enough to be read as a header of one" * 20)
    with pytest.raises(InvalidInput, match=r"text\.db cannot be read as a database"):
        database.copy(tmp_path / "text.db", tmp_path / "copy.db")
    with pytest.raises(InvalidInput):
        database.counts(tmp_path / "text.db")
    with pytest.raises(NotFound):
        database.copy(tmp_path / "none.db", tmp_path / "copy.db")


def test_content_tells_every_difference_but_the_order_of_columns(db: Path, tmp_path: Path) -> None:
    before = database.content(db)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as own:
        own.execute("CREATE TABLE t (b INTEGER, a TEXT)")
        own.execute("INSERT INTO t VALUES (1, 'x'), (NULL, 'y')")
        own.commit()
        assert database.content(other) == before
        own.execute("UPDATE t SET b = '1' WHERE a = 'y'")
        own.commit()
    assert database.content(other) != before


def test_counts_are_of_values(db: Path) -> None:
    with closing(sqlite3.connect(db)) as own:
        own.execute("CREATE TABLE _gf_run (id INTEGER)")
    assert database.counts(db) == {"t": {"a": 2, "b": 1}}


def test_a_held_database_can_be_read_and_not_written(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY", 0.01)
    with database.held(db):
        assert len(rows(db)) == 2
        with pytest.raises(Conflict, match="is being written to"), database.held(db):
            pass
    with database.held(db):
        pass


def test_a_closed_database_says_why_and_a_copy_can_be_opened_again(db: Path, tmp_path: Path) -> None:
    with database.held(db) as own:
        database.close(own, "it's gone to 0002")
    for change in ("INSERT INTO t VALUES ('z', 1)", "UPDATE t SET b = 2", "DELETE FROM t"):
        with closing(sqlite3.connect(db)) as own, pytest.raises(sqlite3.IntegrityError, match="it's gone to 0002"):
            own.execute(change)
    assert len(rows(db)) == 2
    database.copy(db, tmp_path / "copy.db")
    database.reopen(tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as own:
        own.execute("DELETE FROM t")
