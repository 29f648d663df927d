"""The index after appends, unions and moves of the ref is the one that is made anew from the same tip."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.core import progress
from factory_git.core.ids import Oid
from factory_git.core.points import listening
from factory_git.gitio.locate import locate
from factory_git.gitio.repository import Repository
from factory_git.index import build, query
from factory_git.index.sqlite import SqliteIndex, _searchable
from factory_git.ledger import merge
from factory_git.ledger.projection import Query
from factory_git.ledger.record import make
from factory_git.ledger.store import REF, Ledger
from tests.conftest import Git
from tests.ledger.conftest import ANY, open_ledger

TABLES = ("tx", "record", "edge", "missing", "blob", "words")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 12), st.booleans()),
        st.tuples(st.just("unite"), st.integers(0, 40), st.booleans()),
        st.tuples(st.just("move"), st.integers(0, 40), st.booleans()),
    ),
    min_size=1,
    max_size=12,
)


def content(index: SqliteIndex, words: list[str]) -> dict[str, object]:
    """All that is in it, and what its full text finds."""
    db: sqlite3.Connection = _searchable(index._open())
    out: dict[str, object] = {t: db.execute(f"SELECT * FROM {t} ORDER BY 1, 2").fetchall() for t in TABLES}
    db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")  # raises where text and words differ
    for word in words:
        asked = "SELECT rowid, rank FROM search WHERE search MATCH ? ORDER BY rowid"
        out[word] = db.execute(asked, (f'"{word}"',)).fetchall()
    return out


@pytest.mark.parametrize("lump", [1, 4, 20_000])
@given(steps=STEPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_equals_a_fresh_one_after_every_step(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    lump: int,
    steps: list[tuple[str, int, bool]],
) -> None:
    path: Path = tmp_path_factory.mktemp("repo")
    subprocess.run(["git", "init", "-q"], cwd=path, check=True)
    open_ledger(path).register("note", ANY)
    monkeypatch.setattr("factory_git.index.sqlite.LUMP", lump)
    repo = Repository(locate(path))
    index = SqliteIndex(repo, path / ".git" / "kept.sqlite")
    tips = [repo.ref(REF)]
    for kind, number, flag in steps:
        (path / ".git/factory/acknowledged").unlink(missing_ok=True)  # here nobody brings back what a move takes
        chosen = tips[number % len(tips)]
        assert chosen
        if kind == "append":
            ledger = open_ledger(path)
            text = f"word{number % 5} again{number}"
            ledger.put("note", {"text": text}, blobs=[f"body{number}".encode()], key=f"k{number}-{flag}-{len(tips)}")
            ledger.close()
        elif kind == "move":
            move(repo, chosen)
        else:
            here = repo.ref(REF)
            assert here
            made = merge.unite(repo, *((here, chosen) if flag else (chosen, here)))
            if made:
                repo.write_pack(made[1], fsync=False) if made[1] else None
                move(repo, made[0])
        tips.append(repo.ref(REF))
        index.refresh(lambda: repo.ref(REF))
        fresh = SqliteIndex(repo, None)
        fresh.refresh(lambda: repo.ref(REF))
        if not flag and (kind, number, flag) != steps[-1]:
            continue  # nobody searches here: the full text lags behind
        words = [f"word{number % 5}", f"body{number}", "again1"]
        assert content(index, words) == content(fresh, words)
    index.close()


def move(repo: Repository, tip: Oid) -> None:
    repo.move_ref(REF, repo.ref(REF), tip, fsync=False)


def test_a_parent_that_comes_after_its_child_is_found_when_it_comes_and_missing_when_it_goes(
    ledger: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = make("note", {"title": "late"})
    early = make("note", {"title": "early"}, [late.id])
    with monkeypatch.context() as careless:
        careless.setattr("factory_git.ledger.store.Ledger._refuse_absent", lambda *_: None)
        ledger.append([early])
    without = ledger.tip
    assert without
    assert late.id in ledger.tree(early.id).lineage.edges[early.id]
    assert late.id not in ledger.tree(early.id).lineage.rows
    ledger.append([late])
    assert [row.title for row in ledger.tree(early.id).lineage.rows.values()] == ["early", "late"]
    assert [entry.record.id for entry in ledger.list(parent=late.id)] == [early.id]
    assert [row.title for row in ledger.tree(late.id, "down").lineage.rows.values()] == ["early", "late"]
    here = Repository(locate(repo))
    index = SqliteIndex(here, repo / ".git" / "kept.sqlite")
    index.refresh(lambda: here.ref(REF))
    index.refresh(lambda: without)
    fresh = SqliteIndex(here, None)
    fresh.refresh(lambda: without)
    assert content(index, ["early", "late"]) == content(fresh, ["early", "late"])
    assert index.lineage(early.id, "up") == fresh.lineage(early.id, "up")


def test_full_text_lags_behind_until_somebody_searches(ledger: Ledger) -> None:
    ledger.put("note", {"title": "quince"})
    db = ledger._index._open()  # type: ignore[attr-defined]
    assert db.execute("SELECT count(*) FROM search WHERE search MATCH 'quince'").fetchone() == (0,)
    assert [found.row.title for found in ledger.search("quince", Query())] == ["quince"]
    ledger.put("note", {"title": "medlar"})
    assert ledger.search("medlar", Query())
    assert db.execute("SELECT count(*) FROM search WHERE search MATCH 'medlar'").fetchone() == (1,)


@pytest.mark.parametrize("others_go", [0, 1, 5])
def test_two_that_catch_up_at_once_go_on_where_the_other_was(
    ledger: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch, others_go: int
) -> None:
    for number in range(6):
        ledger.put("note", {"text": f"word{number}"})
    monkeypatch.setattr("factory_git.index.sqlite.LUMP", 1)
    here = Repository(locate(repo))
    kept = repo / ".git" / "kept.sqlite"
    filled = 0
    busy = False

    def meanwhile(name: str) -> None:
        nonlocal filled, busy
        if name != "index:committed" or busy:
            return
        filled += 1
        if filled == 2:  # the tables are there, and the first lump
            busy = True
            stop_after(others_go)
            busy = False

    def stop_after(lumps: int) -> None:
        other = SqliteIndex(here, kept)
        left = iter(range(lumps))

        def tip() -> Oid | None:
            return here.ref(REF) if next(left, None) is not None else query.watermark(other._open())

        other.refresh(tip)
        other.close()

    index = SqliteIndex(here, kept)
    with listening(meanwhile):
        index.refresh(lambda: here.ref(REF))
    fresh = SqliteIndex(here, None)
    fresh.refresh(lambda: here.ref(REF))
    assert filled > 1
    assert content(index, ["word5"]) == content(fresh, ["word5"])


def test_what_was_indexed_before_a_failure_stays_indexed(
    ledger: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        ledger.put("note", {"text": f"word{number}"})
    monkeypatch.setattr("factory_git.index.sqlite.LUMP", 1)
    here = Repository(locate(repo))
    index = SqliteIndex(here, repo / ".git" / "kept.sqlite")
    real, calls = build.add, iter(range(100))

    def failing(*args: object) -> None:
        if next(calls) == 4:
            raise KeyboardInterrupt
        real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(build, "add", failing)
        with pytest.raises(KeyboardInterrupt):
            index.refresh(lambda: here.ref(REF))
    assert index._open().execute("SELECT count(*) FROM tx").fetchone() == (4,)
    index.refresh(lambda: here.ref(REF))
    fresh = SqliteIndex(here, None)
    fresh.refresh(lambda: here.ref(REF))
    assert content(index, ["word5"]) == content(fresh, ["word5"])


def test_how_far_it_is_is_told(ledger: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        ledger.put("note", {"text": f"word{number}"})
    monkeypatch.setattr("factory_git.index.sqlite.LUMP", 1)
    here = Repository(locate(repo))
    index = SqliteIndex(here, None)
    told: list[tuple[str, int]] = []
    with progress.listening(lambda doing, done: told.append((doing, done))):
        index.refresh(lambda: here.ref(REF))
        assert told[:4] == [("indexing transactions", n) for n in (1, 2, 3, 4)]
        assert told[-1] == ("", 0)
        told.clear()
        index.search(Query(), "word1")
    assert [done for doing, done in told if doing == "making texts searchable"] == [1, 2, 3, 4]
    assert told[-1] == ("", 0)


def test_a_newer_format_is_told_while_the_ledger_has_it(ledger: Ledger, repo: Path, git: Git) -> None:
    ledger.put("note", {"n": 1})
    before = git("rev-parse", REF, cwd=repo).strip()
    newer = git(
        "commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", "from the future\n\nFactory-Format: 3\n", cwd=repo
    ).strip()
    here = Repository(locate(repo))
    for tip, told in ((before, False), (newer, True), (before, False), (newer, True)):
        index = SqliteIndex(here, repo / ".git" / "kept.sqlite")
        index.refresh(lambda tip=tip: tip)  # type: ignore[misc]
        assert any("format 3" in notice for notice in index.notices) == told
        index.close()
