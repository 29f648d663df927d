"""The factory's working folders: made by many at once, emptied to the byte, cleared away whatever is left in them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from factory_git.core.errors import RepositoryError
from factory_git.gitio import worktrees

Git = Callable[..., str]


@pytest.fixture
def common(repo: Path) -> Path:
    return repo / ".git"


def head(git: Git, repo: Path) -> str:
    return git("rev-parse", "HEAD", cwd=repo).strip()


def test_many_are_made_at_once(common: Path, git: Git, repo: Path) -> None:
    commit = head(git, repo)
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda n: worktrees.add(common, f"s+{n}", commit), range(16)))
    assert all((place / "README").read_text() == "hello\n" for place in places)
    assert len(git("worktree", "list", cwd=repo).splitlines()) == 17
    assert worktrees.repair(common, "s+") == sorted(place.name for place in places)
    assert len(git("worktree", "list", cwd=repo).splitlines()) == 1


def test_reset_leaves_nothing_behind(common: Path, git: Git, repo: Path) -> None:
    (repo / ".gitignore").write_text("*.log\n")
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "ignore", cwd=repo)
    place = worktrees.add(common, "s+1", head(git, repo))
    (place / "README").write_text("changed\n")
    (place / "x.log").write_text("ignored\n")
    (place / "inner").mkdir()
    git("init", "-q", cwd=place / "inner")
    worktrees.reset(place, head(git, repo))
    assert sorted(p.name for p in place.iterdir()) == [".git", ".gitignore", "README"]
    assert (place / "README").read_text() == "hello\n"


def test_orphaned_notes_and_folders_are_repaired(common: Path, git: Git, repo: Path) -> None:
    import shutil

    first, second = (worktrees.add(common, f"s+{n}", head(git, repo)) for n in "ab")
    other = worktrees.add(common, "other+a", head(git, repo))
    shutil.rmtree(first)
    shutil.rmtree(common / "worktrees" / second.name)
    assert worktrees.repair(common, "s+") == ["s+b", "s+a"]
    assert git("worktree", "list", cwd=repo).count("\n") == 2
    assert other.is_dir()
    assert worktrees.add(common, "s+a", head(git, repo)).is_dir()


def test_a_folder_that_refuses_to_go_goes(common: Path, git: Git, repo: Path) -> None:
    place = worktrees.add(common, "s+1", head(git, repo))
    (place / "closed").mkdir()
    (place / "closed" / "file").write_text("x")
    (place / "closed").chmod(0o500)
    worktrees.remove(common, place)
    assert not place.exists()
    worktrees.remove(common, place)
    with pytest.raises(RepositoryError, match="not a working folder"):
        worktrees.remove(common, repo)


def test_hooks_and_line_ends_of_the_user_have_no_say(common: Path, git: Git, repo: Path) -> None:
    hook = common / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho hooked > hooked\n")
    hook.chmod(0o755)
    git("config", "core.autocrlf", "true", cwd=repo)
    place = worktrees.add(common, "s+1", head(git, repo))
    assert not (place / "hooked").exists()
    assert (place / "README").read_bytes() == b"hello\n"


@pytest.mark.parametrize("sealed", [False, True])
def test_an_agents_folder_is_a_repository_of_its_own(common: Path, git: Git, repo: Path, sealed: bool) -> None:
    first = head(git, repo)
    (repo / "README").write_text("second\n")
    git("commit", "-qam", "second", cwd=repo)
    start = head(git, repo)
    if sealed:
        start = git("commit-tree", "-m", "start", "HEAD^{tree}", cwd=repo).strip()
    place = worktrees.workspace(common, "s+1-agent", start, sealed=sealed)
    assert (place / "README").read_text() == "second\n"
    git("checkout", "-q", "-b", "mine", cwd=place)
    git("commit", "-q", "--allow-empty", "-m", "mine", cwd=place)
    git("config", "core.hooksPath", "/tmp/evil", cwd=place)
    assert git("branch", "--list", cwd=repo).split() == ["*", "main"]
    assert "hookspath" not in git("config", "--local", "--list", cwd=repo)
    seen = git("cat-file", "--batch-all-objects", "--batch-check", cwd=place)
    assert (first in seen) is not sealed


def test_what_decides_what_git_runs_is_put_back(common: Path, repo: Path, git: Git) -> None:
    before = worktrees.own_state(common)
    (common / "config").open("a").write("[alias]\n\tx = !evil\n")
    (common / "hooks").mkdir(exist_ok=True)
    (common / "hooks" / "post-merge").write_text("#!/bin/sh\n")
    (common / "info").mkdir(exist_ok=True)
    (common / "info" / "attributes").write_text("* filter=evil\n")
    assert worktrees.restore_state(common, before) == ["config", "hooks/post-merge", "info/attributes"]
    assert worktrees.own_state(common) == before
    assert git("status", "--porcelain", cwd=repo) == ""
