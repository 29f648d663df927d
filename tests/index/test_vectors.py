"""Vectors in a file: what is near is found exactly, and no file is worth more than making it again."""

from __future__ import annotations

import sqlite3
from array import array
from pathlib import Path

import pytest

from factory_git.core.ids import Oid, blob_oid
from factory_git.index import vectors
from factory_git.index.fusion import fused
from factory_git.index.vectors import Near, Vectors
from factory_git.ledger.projection import Query
from factory_git.ledger.record import make
from factory_git.ledger.store import Ledger

A, B, C = (Oid(letter * 40) for letter in "abc")
EAST, NORTH, WEST = (array("f", pair) for pair in ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)))
NORTH_EAST = array("f", (0.6, 0.8))


@pytest.fixture
def store(tmp_path: Path) -> Vectors:
    return Vectors(tmp_path / "vectors.sqlite", "model")


def test_the_nearest_part_counts_and_ties_are_by_id(store: Vectors) -> None:
    store.keep([(C, [EAST]), (A, [NORTH, EAST, NORTH_EAST]), (B, [EAST, EAST])])
    assert store.nearest(EAST, [A, B, C], 9) == [Near(1.0, A, 1), Near(1.0, B, 0), Near(1.0, C, 0)]
    assert [one.id for one in store.nearest(NORTH_EAST, [A, B, C], 2)] == [A, B]


def test_what_is_not_like_it_at_all_or_not_asked_about_is_left_out(store: Vectors) -> None:
    store.keep([(A, [WEST]), (B, [EAST]), (C, [NORTH])])
    assert [one.id for one in store.nearest(EAST, [A, C], 9)] == []
    assert [one.id for one in store.nearest(EAST, [A, B, C], 9)] == [B]


def test_a_text_with_nothing_to_compare_is_not_asked_for_again(store: Vectors) -> None:
    store.keep([(A, []), (B, [EAST])])
    assert store.missing([C, A, B]) == [C]
    assert [one.id for one in store.nearest(EAST, [A, B], 9)] == [B]
    assert store.width() == 2


def test_vectors_of_another_length_are_not_compared(store: Vectors) -> None:
    store.keep([(A, [array("f", [1.0])]), (B, [EAST])])
    assert [one.id for one in store.nearest(EAST, [A, B], 9)] == [B]


def test_models_are_kept_apart_and_the_two_last_used_stay(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"

    def of(name: str) -> Vectors:
        return Vectors(path, name)

    of("first").keep([(A, [EAST])])
    of("second").keep([(B, [EAST])])
    assert of("second").missing([A, B]) == [A]
    assert of("first").missing([A, B]) == [B], "and is the last used now"
    of("third").keep([(C, [EAST])])
    assert of("first").missing([A]) == []
    of("first").clear()
    assert of("first").missing([A]) == [A]
    assert of("third").missing([C]) == []
    assert of("second").missing([B]) == [B], "two others were used since"


def test_a_damaged_file_is_made_again_and_one_in_the_way_is_left_for_memory(store: Vectors, tmp_path: Path) -> None:
    store.keep([(A, [EAST])])
    store.close()
    (tmp_path / vectors.NAME).write_bytes(b"no database at all, " * 100)
    assert store.missing([A]) == [A]
    store.keep([(A, [EAST])])
    assert store.missing([A]) == []
    folder = tmp_path / "folder.sqlite"
    folder.mkdir()
    other = Vectors(folder, "model")
    other.keep([(A, [EAST])])
    assert other.missing([A]) == []
    assert folder.is_dir()


def test_without_numpy_it_is_the_same(store: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    store.keep([(A, [NORTH_EAST]), (B, [EAST])])
    with_it = store.nearest(EAST, [A, B], 9)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert store.nearest(EAST, [A, B], 9) == with_it == [Near(1.0, B, 0), Near(0.6, A, 0)]


def test_what_is_in_a_ranking_twice_counts_where_it_is_first() -> None:
    assert fused([["a", "b", "b", "b"], ["a", "c"]]) == ["a", "b", "c"]
    assert fused([["x", "y"], ["z", "y"]]) == ["y", "x", "z"]


def test_a_content_counts_for_the_first_record_that_names_it_and_the_newest_come_first(ledger: Ledger) -> None:
    content = blob_oid(b"a transcript")
    before = ledger.put("note", {"n": "before"})
    some = [make("note", {"log": content, "n": n}) for n in range(3)]
    beside = min((make("note", {"n": f"beside {n}"}) for n in range(50)), key=lambda one: one.id)
    ledger.append([beside, *some], blobs=[b"a transcript"])
    rows = [row.id for row in ledger.rows(Query(type="note"))]
    found = ledger.text_ids(Query(type="note"))
    first = next(id_ for id_ in rows if id_ in {one.id for one in some})
    assert dict(found)[content] == first
    assert [id_ for text, id_ in found if str(text) == id_] == rows[::-1]
    assert rows[:2] == [before, beside.id]


def test_what_is_wrong_with_a_question_is_raised_where_there_is_no_file() -> None:
    assert Vectors(None, "model").missing([A]) == [A]
    with pytest.raises(sqlite3.OperationalError):
        Vectors(None, "model")._guard(lambda db: db.execute("SELECT nothing FROM nowhere"))
