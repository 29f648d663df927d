"""The index after appends, unions and moves of the ref is the one that is made anew from the same tip."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.core.ids import Oid
from factory_git.gitio.locate import locate
from factory_git.gitio.repository import Repository
from factory_git.index.sqlite import SqliteIndex
from factory_git.ledger import merge
from factory_git.ledger.store import REF
from tests.ledger.conftest import ANY, open_ledger

TABLES = ("tx", "record", "edge", "blob", "words", "meta")
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
    db: sqlite3.Connection = index._open()
    out: dict[str, object] = {t: db.execute(f"SELECT * FROM {t} ORDER BY 1, 2").fetchall() for t in TABLES}
    db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")  # raises where text and words differ
    for word in words:
        asked = "SELECT rowid, rank FROM search WHERE search MATCH ? ORDER BY rowid"
        out[word] = db.execute(asked, (f'"{word}"',)).fetchall()
    return out


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_equals_a_fresh_one_after_every_step(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bool]]
) -> None:
    path: Path = tmp_path_factory.mktemp("repo")
    subprocess.run(["git", "init", "-q"], cwd=path, check=True)
    open_ledger(path).register("note", ANY)
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
        words = [f"word{number % 5}", f"body{number}", "again1"]
        assert content(index, words) == content(fresh, words)
    index.close()


def move(repo: Repository, tip: Oid) -> None:
    repo.move_ref(REF, repo.ref(REF), tip, fsync=False)
