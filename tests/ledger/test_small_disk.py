"""An append where the disk fills up, or turns read-only, between any two of its steps; what a flush can still say."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.core import room
from factory_git.core.points import listening
from factory_git.gitio import journal, pack
from factory_git.gitio.child import GitFailed
from factory_git.ledger.store import REF, Ledger
from tests.conftest import Git
from tests.disk import FILLER, Disk, mounted
from tests.fork import Done
from tests.ledger.conftest import ANY, open_ledger

STEPS = (
    "append:tip-read",
    "pack:keep",
    "pack:pack",
    "pack:idx",
    "append:pack-written",
    "append:ref-moved",
    "append:acknowledged",
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of two megabytes with a repository in it."""
    for made in mounted(tmp_path, size=2 << 10, files=1_000):
        made.git("init", "-q", cwd=made.path)
        yield made


def take_all(folder: Path) -> None:
    there = os.statvfs(folder)
    with (folder / FILLER).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, there.f_bavail * there.f_frsize)


def put(disk: Disk, number: int, *, at: str = "", trouble: str = "", large: int = 0) -> Done:
    """Append a note in a process of its own, with ``trouble`` from the step ``at`` on; prints its id and notices."""

    def listen(name: str) -> None:
        if name == at and trouble == "full":
            take_all(disk.path)
        elif name == at:
            # Over it, not instead of it: what the process holds open for writing would forbid that.
            subprocess.run(["mount", "--bind", disk.path, disk.path], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", disk.path], check=True)

    def work() -> int:
        ledger = open_ledger(disk.path, fsync=True)
        try:
            with listening(listen):
                print(ledger.put("note", {"n": number}, blobs=[os.urandom(large)] if large else []))
        except OSError as error:
            print(f"{error.filename}: {error.strerror}")
            return 7
        print(*ledger.notices, sep="\n")
        return 0

    return disk.call(work, disk.path)


def state(disk: Disk) -> tuple[str, set[str]]:
    """The tip, and the numbers of the notes as another process reads them."""

    def work() -> int:
        print(*(entry.record.payload["n"] for entry in open_ledger(disk.path).list(type="note")))
        return 0

    done = disk.call(work, disk.path)
    assert done.code == 0, done.err
    return disk.git("rev-parse", REF, cwd=disk.path), set(done.out.split())


def register(disk: Disk) -> None:
    def work() -> int:
        open_ledger(disk.path).register("note", ANY)
        return 0

    assert disk.call(work, disk.path).code == 0


@pytest.mark.parametrize("trouble", ["full", "read-only"])
@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_it_comes_after_the_append_is_there_or_not_and_the_next_one_works(
    disk: Disk, step: str, trouble: str
) -> None:
    register(disk)
    assert put(disk, 1).code == 0
    tip, _ = state(disk)
    done = put(disk, 2, at=step, trouble=trouble)
    now, notes = state(disk)
    assert (done.code, now == tip, notes) in [(7, True, {"1"}), (0, False, {"1", "2"})], done
    assert done.code == 0 or done.out.startswith(str(disk.path)), "the place is named"
    assert (done.code == 0) == (STEPS.index(step) >= STEPS.index("append:ref-moved")), "the ref is what decides"
    if trouble == "full":
        disk.empty()
    else:
        disk.uncover()
    assert put(disk, 3).code == 0
    assert state(disk)[1] == notes | {"3"}
    packs = disk.seen / ".git/objects/pack"
    assert [
        path.name for path in packs.iterdir() if path.suffix == ".keep" or path.name.startswith(pack.TEMPORARY)
    ] == []
    assert disk.git("fsck", "--strict", "--no-dangling", cwd=disk.path) == ""


def test_what_found_no_room_in_the_journal_is_stored_and_that_is_said(disk: Disk) -> None:
    register(disk)
    (disk.seen / ".git/factory" / journal.NAME).unlink()
    done = put(disk, 1, at="append:ref-moved", trouble="full")
    assert done.code == 0
    assert f"stored, but {disk.path}/.git/factory/{journal.NAME} could not be added to" in done.out
    assert state(disk)[1] == {"1"}


@pytest.mark.parametrize("leave", range(0, 60, 4))
def test_however_little_room_there_is(disk: Disk, leave: int) -> None:
    register(disk)
    tip, _ = state(disk)
    disk.fill(leave)
    done = put(disk, 1, large=30_000)
    now, notes = state(disk)
    assert (done.code, now == tip, notes) in [(7, True, set()), (0, False, {"1"})], done
    assert done.code == 7 or leave > 30
    assert sorted((disk.seen / ".git/objects/pack").glob(f"{pack.TEMPORARY}*")) == []
    disk.empty()
    assert put(disk, 1, large=30_000).code == 0
    assert state(disk)[1] == {"1"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_what_only_the_flush_says_counts_too(
    ledger: Ledger, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Network file systems, and those that find room when they have to, take a write and say at the flush that not."""
    ledger.close()
    tip = ledger.tip
    durable = open_ledger(repo, fsync=True)
    flush = os.fsync

    def full(fd: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=os.strerror(number)) as told:
        durable.put("note", {"n": 1})
    assert str(told.value.filename).startswith(str(repo))
    assert ledger.tip == tip
    assert list((repo / ".git/objects/pack").glob("*.keep")) == []
    monkeypatch.setattr(os, "fsync", flush)
    assert durable.put("note", {"n": 1})
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("fatal: unable to write loose object file: No space left on device", errno.ENOSPC),
        ("error: file write error. Out of diskspace", errno.ENOSPC),
        ("error: cannot lock ref 'x': Unable to create 'x.lock': Disk quota exceeded", errno.EDQUOT),
        ("error: reset died of signal 25", errno.EFBIG),
        ("fatal: Unable to create '/r/.git/index.lock': Read-only file system", errno.EROFS),
        ("git@host: Permission denied (publickey).", 0),
        ("fatal: bad object HEAD", 0),
    ],
)
def test_what_git_says_of_the_disk_is_understood(words: str, number: int) -> None:
    assert room.in_words(words) == number
    failed = GitFailed(["-c", "a=b", "gc"], 128, words, "/")
    assert failed.message.endswith(f"git gc failed: {words}")
    assert bool(failed.hint) == bool(number)


def test_where_git_does_not_say_why_the_disk_is_asked(disk: Disk) -> None:
    """ "error: unable to write file x" is all that it says of a full disk, and of others."""
    words = "error: unable to write file x"
    assert room.behind(words, Path("/")) == 0
    disk.fill(4)
    assert room.behind(words, disk.seen) == errno.ENOSPC
    assert room.behind("fatal: bad object HEAD", disk.seen) == 0
    disk.remount("ro")
    assert room.behind(words, disk.seen) == errno.EROFS
