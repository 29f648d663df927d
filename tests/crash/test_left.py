"""What processes that were killed left behind hinders nobody: the next command goes on by itself."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from factory_git.app import fork, maintenance, sync
from factory_git.app.context import open_context
from factory_git.gitio import fetch, journal, pack
from factory_git.gitio.child import GitFailed
from factory_git.gitio.locate import locate
from factory_git.ledger.store import REF
from tests.crash.scenes import begin, git, write

ANY = {"type": "object"}
TRACKING = "refs/factory-remotes/origin/ledger"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A ledger of five transactions."""
    path = begin(tmp_path)
    ctx = open_context(path)
    ctx.ledger.register("note", ANY)
    ctx.ledger.close()
    write(path, "one", "two", "three", "four")
    return path


@pytest.fixture
def there(tmp_path: Path, here: Path) -> Path:
    """A remote that has it all."""
    path = begin(tmp_path, "there", bare=True)
    git("remote", "add", "origin", str(path), cwd=here)
    sync_(here)
    return path


def sync_(path: Path) -> sync.Result:
    ctx = open_context(path)
    result = sync.run(ctx, sync.Options())
    ctx.ledger.close()
    return result


def aged(lock: Path, seconds: float = 60.0) -> Path:
    """The lock file of a process that died that long ago."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    os.utime(lock, (time.time() - seconds, time.time() - seconds))
    return lock


def a_dead_process() -> int:
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def test_packs_of_which_a_death_took_the_index_only_are_joined_without(here: Path) -> None:
    folder = here / ".git/objects/pack"
    half = next(folder.glob("*.pack"))
    words = half.read_bytes()
    ctx = open_context(here)
    maintenance.run(ctx)
    assert not half.exists()
    half.write_bytes(words)
    journal.acknowledge(here / ".git/factory", "-", half.stem)  # type: ignore[arg-type]
    ctx.ledger.close()
    write(here, "more")
    assert not half.exists()
    ctx = open_context(here)
    assert maintenance.run(ctx).packs_after == 1
    assert git("fsck", "--strict", "--no-dangling", cwd=here) == ""


def test_a_pack_that_a_death_kept_from_its_index_is_taken_away(here: Path) -> None:
    folder = here / ".git/objects/pack"
    half = folder / f"pack-{'1' * 40}.pack"
    half.write_bytes(b"PACK")
    half.with_suffix(".keep").write_bytes(pack.KEEP)
    users = folder / f"pack-{'2' * 40}.pack"
    users.write_bytes(b"PACK")
    write(here, "more")
    assert not half.exists()
    assert not half.with_suffix(".keep").exists()
    assert users.exists(), "that is none of ours"


def test_the_lock_of_a_fork_that_was_being_made_is_taken_over(here: Path) -> None:
    lock = aged(here / ".git/refs/factory/forks/f.lock")
    ctx = open_context(here)
    assert fork.run(ctx, "2", name="f").name == "f"
    assert not lock.exists()


def test_the_lock_of_a_tracking_ref_is_taken_over_when_it_is_old(here: Path, there: Path) -> None:
    lock = aged(here / ".git" / f"{TRACKING}.lock", 1.0)
    write(here, "five")
    before = git("rev-parse", TRACKING, cwd=here)
    assert sync_(here).sent == 1
    assert lock.exists(), "somebody may be writing there"
    assert git("rev-parse", TRACKING, cwd=here) == before
    aged(lock)
    write(here, "six")
    assert sync_(here).sent == 1
    assert not lock.exists()
    assert git("rev-parse", TRACKING, cwd=here) == git("rev-parse", REF, cwd=here)


def test_the_lock_under_which_a_dead_sync_let_go_is_taken_over(here: Path, there: Path) -> None:
    git("update-ref", f"{TRACKING}.{a_dead_process()}", REF, cwd=here)
    lock = aged(here / ".git/packed-refs.lock")
    sync_(here)
    assert not lock.exists()
    assert git("for-each-ref", "--format=%(refname)", "refs/factory-remotes", cwd=here) == TRACKING


def test_what_a_dead_sync_held_is_let_go_and_what_a_living_one_holds_is_not(here: Path, there: Path) -> None:
    tip = git("rev-parse", REF, cwd=here)
    dead, living = f"{TRACKING}.{a_dead_process()}", f"{TRACKING}.{os.getppid()}"
    for name in (dead, f"{dead}.heads/x", living):
        git("update-ref", name, tip, cwd=here)
    locks = [here / ".git" / f"{name}.lock" for name in (dead, f"{dead}.heads/y", living)]
    for lock in locks:
        lock.touch()
    sync_(here)
    refs = git("for-each-ref", "--format=%(refname)", "refs/factory-remotes", cwd=here).split()
    assert refs == [TRACKING, living]
    assert [lock.exists() for lock in locks] == [False, False, True]


def test_a_sync_lets_go_under_the_old_lock_of_one_that_left_nothing_else(here: Path, there: Path) -> None:
    lock = aged(here / ".git/packed-refs.lock")
    sync_(here)
    assert not lock.exists()
    assert git("for-each-ref", "--format=%(refname)", "refs/factory-remotes", cwd=here) == TRACKING


def test_a_tracking_ref_is_forgotten_under_the_lock_of_a_dead_process(here: Path, there: Path) -> None:
    lock = aged(here / ".git" / f"{TRACKING}.lock")
    fetch.forget(locate(here), [TRACKING])
    assert not lock.exists()
    assert git("for-each-ref", "refs/factory-remotes", cwd=here) == ""


def test_locks_that_a_killed_maintenance_left_are_taken_over_and_no_others(here: Path) -> None:
    lock, note = here / ".git/packed-refs.lock", here / ".git/factory" / maintenance.NOTE
    aged(note, 120.0)
    aged(lock)
    ctx = open_context(here)
    assert any("packed-refs.lock" in words for words in maintenance.run(ctx, gc=True).notices)
    assert not lock.exists()
    assert not note.exists()
    aged(lock)
    with pytest.raises(GitFailed, match="packed-refs"):
        maintenance.run(ctx, gc=True)
    assert lock.exists(), "that is of somebody else"
