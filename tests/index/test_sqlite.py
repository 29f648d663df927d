"""The index is a projection: whatever happens to its file, the answers are those of the history."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.core.errors import NotFound
from factory_git.core.ids import RecordId
from factory_git.gitio.locate import locate
from factory_git.gitio.repository import Repository
from factory_git.index.sqlite import SqliteIndex
from factory_git.ledger import fold
from factory_git.ledger.order import by_graph
from factory_git.ledger.projection import Query
from factory_git.ledger.record import Record, decode, encode, make
from factory_git.ledger.store import REF, Ledger
from tests.conftest import Git
from tests.ledger.conftest import ANY, open_ledger
from tests.ledger.redacting import anyone


def index_file(repo: Path) -> Path:
    return repo / ".git/factory/index.sqlite"


def answers(ledger: Ledger) -> dict[str, Any]:
    """Everything a projection can be asked, about everything."""
    entries = ledger.list()
    return {
        "list": entries,
        "journal": ledger.journal(),
        "up": {e.record.id: ledger.tree(e.record.id).as_json() for e in entries},
        "down": {e.record.id: ledger.tree(e.record.id, "down").as_json() for e in entries},
    }


def naive(repo: Path) -> list[tuple[str, Record, str]]:
    """Stream, record and transaction of every record, by reading every commit and nothing else."""
    reader = Repository(locate(repo))
    tip = reader.ref(REF)
    assert tip
    out: dict[RecordId, tuple[str, Record, str]] = {}
    for made in fold.transactions(reader, tip, lambda _: False):
        fresh = {RecordId(oid): decode(RecordId(oid), reader.blob(oid)) for _, oid in made.records}
        for id_ in by_graph({i: r.parents for i, r in fresh.items()}):
            out.setdefault(id_, (made.stream, fresh[id_], made.oid))
    return list(out.values())


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    first = ledger.put("note", {"n": 1, "title": "one"}, stream="s")
    second = ledger.put("note", {"n": 2}, [first], key="k")
    ledger.put("note", {"n": 3}, [first, second], blobs=[b"content"])
    return ledger


STEPS = st.lists(
    st.tuples(st.lists(st.integers(0, 30), max_size=4), st.lists(st.integers(0, 50), max_size=3)), max_size=6
)


@given(steps=STEPS, reopen=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_index_equals_the_naive_fold(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[int], list[int]]], reopen: bool
) -> None:
    repo = tmp_path_factory.mktemp("repo")
    subprocess.run(["git", "init", "-q"], cwd=repo, check=True)
    ledger = open_ledger(repo)
    ledger.register("note", ANY)
    ids: list[RecordId] = []
    for numbers, parents in steps:
        above = [ids[p % len(ids)] for p in parents] if ids else []
        ids += ledger.append([make("note", {"n": n}, above) for n in numbers], stream=f"s{len(numbers)}")
        ledger = open_ledger(repo) if reopen else ledger
    assert [(e.stream, e.record, e.tx) for e in ledger.list()] == naive(repo)
    fresh = open_ledger(repo)
    index_file(repo).rename(repo / "away")
    assert answers(fresh) == answers(ledger)


def test_deleting_every_cache_changes_no_answer(filled: Ledger, repo: Path) -> None:
    before = answers(filled)
    filled.close()
    for path in (repo / ".git/factory").iterdir():
        path.unlink()
    ledger = open_ledger(repo)
    assert answers(ledger) == before
    assert ledger.notices == ()


def test_one_record_is_shown_without_building_an_index(filled: Ledger, repo: Path) -> None:
    wanted = [filled.entry(entry.record.id) for entry in filled.list()]
    filled.close()
    for path in (repo / ".git/factory").glob("index*"):
        path.unlink()
    assert [open_ledger(repo).entry(entry.record.id[:9]) for entry in wanted] == wanted
    assert not index_file(repo).exists()
    with pytest.raises(NotFound):
        open_ledger(repo).entry("1" * 40)
    assert index_file(repo).exists()


def test_a_message_that_lies_is_not_believed(filled: Ledger, repo: Path, git: Git) -> None:
    record = make("note", {"n": "never stored"})
    git("hash-object", "-w", "--stdin", cwd=repo, stdin=encode(record).decode())
    message = f"forged\n\nFactory-Format: 1\nFactory-Record: note {record.id}\n"
    made = git("commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", message, cwd=repo).strip()
    git("update-ref", REF, made, cwd=repo)
    filled.close()
    index_file(repo).unlink()
    with pytest.raises(NotFound):
        open_ledger(repo).entry(record.id)


def test_an_index_behind_catches_up_by_the_new_commits_only(
    filled: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.close()
    content = index_file(repo).read_bytes()
    filled.put("note", {"n": 4})
    before = answers(filled)
    filled.close()
    index_file(repo).write_bytes(content)
    read: list[str] = []
    real = fold.with_files

    def counted(made: Any, changed: Any) -> Any:
        read.append(made.oid)
        return real(made, changed)

    monkeypatch.setattr(fold, "with_files", counted)
    late = open_ledger(repo)
    assert answers(late) == before
    assert read == [late.tip]


@pytest.mark.parametrize("damage", [b"", b"not a database", None])
def test_a_damaged_index_is_rebuilt_and_that_is_said_once(filled: Ledger, repo: Path, damage: bytes | None) -> None:
    before = answers(filled)
    filled.close()
    path = index_file(repo)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100) if damage is None else damage)
    ledger = open_ledger(repo)
    assert answers(ledger) == before
    said = [notice for notice in ledger.notices if "rebuilt" in notice]
    assert len(said) == (damage != b"")  # an empty file is simply a new index
    again = open_ledger(repo)
    assert answers(again) == before
    assert again.notices == ()


def test_an_index_of_another_version_is_rebuilt(filled: Ledger, repo: Path) -> None:
    before = answers(filled)
    filled.close()
    with sqlite3.connect(index_file(repo)) as db:
        db.execute("DELETE FROM record")
        db.execute("PRAGMA user_version = 999")
    assert answers(open_ledger(repo)) == before


def test_a_ref_that_went_back_takes_the_index_with_it(filled: Ledger, repo: Path, git: Git) -> None:
    git("update-ref", REF, f"{REF}~1", cwd=repo)
    assert [e.record.payload.get("n") for e in filled.list(type="note")] == [1, 2]
    assert [e.record.payload.get("n") for e in open_ledger(repo).list(type="note")] == [1, 2]


def test_a_ref_that_was_rewritten_is_indexed_anew(filled: Ledger, repo: Path, git: Git, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git("init", "-q", str(other), cwd=tmp_path)
    theirs = open_ledger(other)
    theirs.register("note", ANY)
    theirs.put("note", {"n": 77})
    git("fetch", "-q", str(other), f"+{REF}:{REF}", cwd=repo)
    assert answers(filled) == answers(theirs)


def test_a_ref_that_is_gone_is_an_empty_ledger(filled: Ledger, repo: Path, git: Git) -> None:
    git("update-ref", "-d", REF, cwd=repo)
    assert filled.list() == []
    assert filled.tip is None


def test_an_index_that_forgot_a_record_loses_nothing(filled: Ledger, repo: Path) -> None:
    ids = [e.record.id for e in filled.list(type="note")]
    with sqlite3.connect(index_file(repo)) as db:
        db.execute("DELETE FROM record WHERE id = ?", (ids[2],))
    ledger = open_ledger(repo)
    assert ledger.append([make("note", {"n": 3}, ids[:2])]) == (ids[2],)
    assert ledger.verify().ok


def test_an_index_that_invented_a_record_is_not_believed(filled: Ledger, repo: Path) -> None:
    record = make("note", {"n": "never written"})
    with sqlite3.connect(index_file(repo)) as db:
        db.execute(
            "INSERT INTO record (id, type, tx, path, title) VALUES (?, 'note', 1, 'tx/1/2/3/4/note-x.json', '')",
            (record.id,),
        )
    ledger = open_ledger(repo)
    ledger.append([record])
    index_file(repo).unlink()
    assert open_ledger(repo).get(record.id) == record


@pytest.mark.parametrize("merge", [True, False])
def test_two_clones_have_one_order(filled: Ledger, repo: Path, git: Git, tmp_path: Path, merge: bool) -> None:
    clone = tmp_path / "clone"
    git("clone", "-q", str(repo), str(clone), cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=clone)
    theirs = open_ledger(clone)
    theirs.put("note", {"theirs": 1})
    common = theirs.put("note", {"both": 1})
    assert filled.put("note", {"both": 1}) == common
    filled.put("note", {"ours": 1})
    for here, there in ((repo, clone), (clone, repo)):
        git("fetch", "-q", str(there), f"{REF}:refs/factory-remotes/x/ledger", cwd=here)
    for ledger, here in ((filled, repo), (theirs, clone)):
        other = git("rev-parse", "refs/factory-remotes/x/ledger", cwd=here).strip()
        with ledger._writer.locked():
            ledger._writer.unite(other)  # type: ignore[arg-type]
    assert filled.tip == theirs.tip  # the same merge commit, made twice
    assert answers(filled) == answers(theirs)
    assert [e.record.payload for e in filled.list() if "both" in e.record.payload] == [{"both": 1}]
    if merge:
        filled.close()
        index_file(repo).unlink()
        assert answers(open_ledger(repo)) == answers(theirs)
    assert filled.verify().problems == ()
    with filled._writer.locked():
        assert filled._writer.unite(filled.tip) == filled.tip  # type: ignore[arg-type]


def test_a_fresh_index_that_cannot_be_written_is_read_as_it_lies(
    filled: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answers(filled)
    filled.close()
    undo = read_only(repo)
    try:
        monkeypatch.setattr(fold, "with_files", lambda *_: pytest.fail("walked history"))
        assert answers(open_ledger(repo)) == before
    finally:
        undo()


def read_only(path: Path) -> Callable[[], None]:
    """Make a folder read-only: a mount for root, whom modes do not stop; returns the way back."""
    if os.geteuid() == 0:
        done = subprocess.run(["mount", "--bind", path, path], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("root without the right to mount: nothing is read-only")
        subprocess.run(["mount", "-o", "remount,ro,bind", path], check=True)
        return lambda: _call("umount", path)
    folders = [path, *(p for p in path.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    return lambda: _call("chmod", "-R", "u+w", path)


def _call(*args: str | Path) -> None:
    subprocess.run(args, check=True)


@pytest.mark.parametrize("index", ["fresh", "behind", "missing", "damaged"])
def test_reading_a_read_only_repository_works_and_changes_nothing(filled: Ledger, repo: Path, index: str) -> None:
    before = answers(filled)
    filled.close()
    if index == "missing":
        index_file(repo).unlink()
    if index == "damaged":
        index_file(repo).write_bytes(b"nonsense")
    if index == "behind":
        content = index_file(repo).read_bytes()
        filled.put("note", {"n": 4})
        before = answers(filled)
        filled.close()
        index_file(repo).write_bytes(content)
    files = {p: p.read_bytes() for p in (repo / ".git").rglob("*") if p.is_file()}
    undo = read_only(repo)
    try:
        ledger = open_ledger(repo)
        assert answers(ledger) == before
        assert ledger.verify().ok
        with pytest.raises(OSError, match=r"[Rr]ead-only|[Pp]ermission"):
            ledger.put("note", {"n": 5})
        ledger.close()
    finally:
        undo()
    assert {p: p.read_bytes() for p in (repo / ".git").rglob("*") if p.is_file()} == files


def test_uniting_reads_only_what_the_two_do_not_share(
    filled: Ledger, repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        filled.put("note", {"shared": number})
    clone = tmp_path / "clone"
    git("clone", "-q", str(repo), str(clone), cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=clone)
    theirs = open_ledger(clone)
    read: list[str] = []
    real = fold.with_files

    def counted(made: Any, changed: Any) -> Any:
        read.append(made.oid)
        return real(made, changed)

    monkeypatch.setattr(fold, "with_files", counted)
    for turn in range(6):  # whichever side the order puts first
        theirs.put("note", {"theirs": turn})
        filled.put("note", {"ours": turn})
        git("fetch", "-q", str(clone), f"+{REF}:refs/factory-remotes/x/ledger", cwd=repo)
        del read[:]
        filled.unite(git("rev-parse", "refs/factory-remotes/x/ledger", cwd=repo).strip())  # type: ignore[arg-type]
        assert len(read) <= 3, "ours again, theirs, and the merge"
        git("fetch", "-q", str(repo), f"+{REF}:refs/factory-remotes/x/ledger", cwd=clone)
        theirs.unite(git("rev-parse", "refs/factory-remotes/x/ledger", cwd=clone).strip())  # type: ignore[arg-type]
        before = answers(filled)
        assert answers(theirs) == before
    filled.close()
    index_file(repo).unlink()
    assert answers(open_ledger(repo)) == before


def test_damage_that_is_met_in_the_middle_of_a_list_costs_no_record(ledger: Ledger, repo: Path) -> None:
    made = [ledger.put("note", {"n": n, "title": "x" * 90}) for n in range(200)]
    ledger.tidy_index()
    ledger.close()
    index = SqliteIndex(Repository(locate(repo)), repo / ".git/factory/index.sqlite")
    index.refresh(lambda: ledger.tip)
    found = index.rows(Query(type="note"))
    first = [next(found).id for _ in range(3)]
    with (repo / ".git/factory/index.sqlite").open("r+b") as file:
        file.seek(0, 2)
        size = file.tell()
        file.seek(size // 8 // 4096 * 4096)
        file.write(b"\xff" * (size - file.tell()))
    assert first + [row.id for row in found] == made
    assert len(index.notices) == 1
    index.close()


def test_a_key_that_two_clones_used_is_the_first_ones(ledger: Ledger, repo: Path) -> None:
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    mine, theirs = ledger.put("note", {"n": 1}, key="k"), other.put("note", {"n": 2}, key="k")
    ledger.unite(other.tip)  # type: ignore[arg-type]
    first = next(row.id for row in ledger.rows(Query(type="note")))
    assert {row.id for row in ledger.rows(Query(type="note"))} == {mine, theirs}
    assert ledger.by_key("k") == (first,)
    assert ledger.notices == ()
