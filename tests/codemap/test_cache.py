"""The cache: an unchanged blob is parsed once; what changed is seen; what is broken is made anew."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from factory_git.app.map import open_map
from factory_git.codemap import digest, workers
from factory_git.codemap.build import CACHE, Which
from factory_git.codemap.extract import extract
from factory_git.codemap.lookup import find
from factory_git.codemap.outline import outline
from factory_git.core.errors import NotFound, RepositoryError
from factory_git.gitio.locate import locate
from tests.codemap.repos import git, repository, staged, write


def found(folder: Path, name: str, which: Which | None = None) -> list[str]:
    the = open_map(which or Which(), folder)
    places = [f"{one.path}:{one.symbol.line}" for one in find(the.tree, name)]
    the.tree.store.close()
    return places


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "r", {"a.py": "def f(): ...\n", "b/c.py": "def g(): ...\n", "README": "x"})
    git(folder, "commit", "-q", "-m", "first")
    return folder


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The blobs that were parsed, as they are."""
    seen: list[str] = []
    true = workers.extract_all

    def spy(cwd: Path, wanted: list[workers.Wanted]):  # type: ignore[no-untyped-def]
        seen.extend(one.oid for one in wanted)
        return true(cwd, wanted)

    monkeypatch.setattr(workers, "extract_all", spy)
    return seen


def test_an_unchanged_blob_is_parsed_once_in_every_branch_worktree_and_tree(repo: Path, parsed: list[str]) -> None:
    assert found(repo, "f") == ["a.py:1"]
    assert len(parsed) == 2
    git(repo, "mv", "a.py", "moved.py")
    git(repo, "switch", "-q", "-c", "other")
    assert found(repo, "f") == ["moved.py:1"]
    assert found(repo, "f", Which(staged=True)) == ["moved.py:1"]
    assert found(repo, "f", Which(rev="HEAD")) == ["a.py:1"]
    git(repo, "worktree", "add", "-q", "../w", "HEAD")
    assert found(repo.parent / "w", "f") == ["a.py:1"]
    assert len(parsed) == 2


def test_one_changed_file_is_one_parsed_file(repo: Path, parsed: list[str]) -> None:
    found(repo, "f")
    parsed.clear()
    write(repo, {"a.py": "\ndef f(): ...\ndef new(): ...\n"})
    assert found(repo, "f") == ["a.py:2"]
    assert found(repo, "f", Which(staged=True)) == ["a.py:1"], "the index has not changed"
    git(repo, "add", "a.py")
    assert found(repo, "new", Which(staged=True)) == ["a.py:3"]
    assert len(parsed) == 1


def test_the_worktree_has_untracked_files_and_neither_ignored_nor_deleted_ones(repo: Path) -> None:
    write(
        repo,
        {
            "new.py": "def f(): ...\n",
            "gone.py": "def f(): ...\n",
            ".gitignore": "ignored.py\n",
            "ignored.py": "def f(): ...\n",
        },
    )
    git(repo, "add", "gone.py")
    (repo / "gone.py").unlink()
    assert found(repo, "f") == ["a.py:1", "new.py:1"]
    assert found(repo, "f", Which(staged=True)) == ["a.py:1", "gone.py:1"]


def test_the_index_of_a_commit_under_way_is_the_one_git_names(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repo, {"a.py": "def other(): ...\n"})
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo / ".git" / "next"))
    git(repo, "read-tree", "HEAD")
    git(repo, "add", "a.py")
    assert found(repo, "other", Which(staged=True)) == ["a.py:1"]
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert found(repo, "other", Which(staged=True)) == []


def test_an_unmerged_file_is_read_from_our_side(repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "theirs")
    write(repo, {"a.py": "def theirs(): ...\n"})
    git(repo, "commit", "-q", "-am", "theirs")
    git(repo, "switch", "-q", "main")
    write(repo, {"a.py": "def ours(): ...\n"})
    git(repo, "commit", "-q", "-am", "ours")
    with pytest.raises(Exception, match="merge"):
        git(repo, "merge", "theirs")
    assert found(repo, "ours", Which(staged=True)) == ["a.py:1"]


def test_another_extractor_reads_everything_anew(
    repo: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(repo, "f")
    monkeypatch.setattr(digest, "grammars", lambda: "later grammars")
    git(repo, "commit", "-q", "--allow-empty", "-m", "x")
    assert found(repo, "f") == ["a.py:1"]
    assert len(parsed) == 4


def test_the_digest_names_the_grammars_that_are_installed() -> None:
    assert "tree_sitter_language_pack-0.13" in digest.grammars()
    assert digest.grammars() in digest.maker()


@pytest.mark.parametrize("damage", [b"", b"this is no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_cache_that_cannot_be_read_is_made_anew(repo: Path, damage: bytes) -> None:
    found(repo, "f")
    cache = locate(repo).factory_dir / CACHE
    cache.write_bytes(damage)
    for suffix in ("-wal", "-shm"):
        cache.with_name(cache.name + suffix).unlink(missing_ok=True)
    assert found(repo, "f") == ["a.py:1"]
    assert found(repo, "g") == ["b/c.py:1"]


def test_a_cache_of_another_schema_is_made_anew(repo: Path) -> None:
    found(repo, "f")
    with sqlite3.connect(locate(repo).factory_dir / CACHE) as db:
        db.execute("PRAGMA user_version = 99")
    assert found(repo, "f") == ["a.py:1"]


def test_where_no_cache_can_be_written_the_answer_is_the_same(repo: Path) -> None:
    (repo / ".git" / "factory").write_text("a file where the folder should be")
    assert found(repo, "f") == ["a.py:1"]


def test_a_bare_repository_is_asked_for_its_head(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    assert found(tmp_path / "bare.git", "f") == ["a.py:1"]


def test_an_unknown_revision_is_not_found(repo: Path) -> None:
    with pytest.raises(NotFound, match="no revision 'nowhere'"):
        open_map(Which(rev="nowhere"), repo)


def test_a_blob_that_git_does_not_have_is_an_error_and_not_a_smaller_map(repo: Path) -> None:
    oid = git(repo, "rev-parse", "HEAD:a.py").strip()
    (repo / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(RepositoryError, match=r"1 files, a\.py among them"):
        open_map(Which(staged=True), repo)


def test_many_files_are_read_by_several_processes_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = repository(tmp_path / "r", {f"p{i}.py": f"def f{i}(): g{i}()\n" for i in range(30)})
    alone = [(p, staged(repo).tree.rows(b)) for p, b in staged(repo).tree.under("")]
    monkeypatch.setattr(workers, "MANY", 2)
    monkeypatch.setattr(workers, "_PORTION", 7)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    for forks in (True, False):
        (locate(repo).factory_dir / CACHE).unlink()
        if forks:
            the = staged(repo)
        else:  # another thread may hold a lock: the workers start afresh
            stop = threading.Event()
            other = threading.Thread(target=stop.wait)
            other.start()
            try:
                the = staged(repo)
            finally:
                stop.set()
                other.join()
        assert [(p, the.tree.rows(b)) for p, b in the.tree.under("")] == alone
        assert [p for p, _ in the.tree.calling("g7")] == ["p7.py"]


def _ask(folder: str) -> list[str]:
    return found(Path(folder), "f0")


def test_several_processes_may_build_the_same_map(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", {f"p{i}.py": f"def f{i % 5}(): ...\n" for i in range(60)})
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        answers = pool.map(_ask, [str(repo)] * 3)
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == 12
    with sqlite3.connect(locate(repo).factory_dir / CACHE) as db:
        assert db.execute("SELECT count(*), count(DISTINCT oid) FROM blob").fetchone() == (5, 5)


def test_a_file_that_the_extractor_trips_over_is_marked_and_the_others_are_read(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def trip(data: bytes, language: str) -> tuple[object, ...]:
        if b"def g" in data:
            raise IndexError("an odd tree")
        return extract(data, language)

    monkeypatch.setattr("factory_git.codemap.workers.extract", trip)
    the = staged(repo)
    assert [one.path for one in find(the.tree, "f")] == ["a.py"]
    assert outline(the.tree, "b/c.py").facts.damage[0].what == "not read: IndexError: an odd tree"


def test_old_trees_are_forgotten(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from factory_git.codemap import store

    monkeypatch.setattr(store, "KEEP_TREES", 2)
    for i in range(4):
        write(repo, {"a.py": f"def f{i}(): ...\n"})
        git(repo, "commit", "-q", "-am", "x")
        assert found(repo, f"f{i}", Which(rev="HEAD")) == ["a.py:1"]
    with sqlite3.connect(locate(repo).factory_dir / CACHE) as db:
        # The last two, and the one that they are kept by their difference from.
        assert db.execute("SELECT count(*), count(nullif(base, 0)) FROM tree").fetchone() == (3, 2)
        assert db.execute("SELECT count(DISTINCT tree) FROM file").fetchone() == (3,)
    assert found(repo, "f0", Which(rev="HEAD~3")) == ["a.py:1"]


def test_an_index_is_kept_by_what_differs_from_a_commit(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from factory_git.codemap import fill

    assert found(repo, "f", Which(staged=True)) == ["a.py:1"]
    write(repo, {"new.py": "def new(): ...\n", "a.py": "def f2(): ...\n", "notes.md": "x"})
    git(repo, "rm", "-q", "b/c.py")
    git(repo, "add", "-A")
    monkeypatch.setattr("factory_git.gitio.snapshot.staged", None)  # nothing is listed again
    monkeypatch.setattr("factory_git.gitio.snapshot.committed", None)
    for _ in range(2):  # brought up to date, and from the cache
        assert [path for path, _ in staged(repo).tree.under("")] == ["a.py", "new.py"]
        assert found(repo, "f*", Which(staged=True)) == ["a.py:1"]
    git(repo, "commit", "-q", "-m", "second")
    assert found(repo, "new", Which(rev="HEAD")) == ["new.py:1"]
    assert found(repo, "g", Which(rev="HEAD~1")) == ["b/c.py:1"]
    monkeypatch.undo()
    monkeypatch.setattr(fill, "LIKE", 1)
    git(repo, "mv", "a.py", "moved.py")
    assert found(repo, "f2", Which(staged=True)) == ["moved.py:1"], "too much differs from any commit: kept whole"
    assert found(repo, "f2", Which(rev="HEAD")) == ["a.py:1"]


def test_a_commit_that_git_has_thrown_away_is_no_base_any_more(repo: Path) -> None:
    found(repo, "f", Which(staged=True))
    tree = git(repo, "rev-parse", "HEAD^{tree}").strip()
    write(repo, {"a.py": "def other(): ...\n"})
    git(repo, "commit", "-q", "-a", "--amend", "-m", "x")
    (repo / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    assert found(repo, "other", Which(staged=True)) == ["a.py:1"]
    assert found(repo, "other", Which(rev="HEAD")) == ["a.py:1"]


def test_what_former_extractors_wrote_is_thrown_away(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        monkeypatch.setattr(digest, "grammars", lambda number=number: f"grammars {number}")
        assert found(repo, "f") == ["a.py:1"]
        with sqlite3.connect(locate(repo).factory_dir / CACHE) as db:
            makers, blobs = db.execute("SELECT (SELECT count(*) FROM maker), count(*) FROM blob").fetchone()
        assert makers <= 2
        assert blobs == 2 * makers
