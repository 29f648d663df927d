"""Refs that hold work in progress: what a dead process left on them is taken over, a living one is respected."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from factory_git.gitio.commits import Code
from factory_git.gitio.refs import RefLocked
from tests.conftest import Git

REF = "refs/factory/attempts/a/1"


def locked(repo: Path) -> Path:
    """The lock of a process that died a minute ago."""
    lock = repo / ".git" / f"{REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    os.utime(lock, (time.time() - 60, time.time() - 60))
    return lock


def test_a_pin_takes_over_the_lock_of_a_dead_process(repo: Path, git: Git) -> None:
    head = git("rev-parse", "HEAD", cwd=repo).strip()
    lock = locked(repo)
    Code(repo / ".git").pin(REF, head)
    assert git("rev-parse", REF, cwd=repo).strip() == head
    assert not lock.exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks /proc who holds a file")
def test_a_pin_respects_the_lock_of_a_living_process(repo: Path, git: Git) -> None:
    head = git("rev-parse", "HEAD", cwd=repo).strip()
    lock = locked(repo)
    with lock.open():
        with pytest.raises(RefLocked, match=f"process {os.getpid()}"):
            Code(repo / ".git").pin(REF, head)
        assert lock.exists()
