"""A small file system of a test's own: of so many bytes and so many files, full or read-only when the test says so.

It is a real one (tmpfs), mounted in a mount namespace of its own, so that nothing is seen or left outside: as root with
``unshare -m``, as anybody else inside a user namespace (``unshare -Urm``). Where the kernel allows neither (many
containers, some hardened systems, everything that is no Linux) the test is skipped with the kernel's own words.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fork import Done, factory, forked

WAYS = (("unshare", "-m"), ("unshare", "-Urm"))
HOLD = 'mount -t tmpfs -o "size=$2k,nr_inodes=$3,mode=0777" tmpfs "$1" && echo ready && exec cat'
FILLER, EMPTY = "filler", "empty"
NEW_USER, NEW_MOUNTS = 0x10000000, 0x00020000  # CLONE_NEWUSER, CLONE_NEWNS


class Disk:
    """A mounted file system. ``path`` is its place for processes on it, ``seen`` the same place for the test itself."""

    def __init__(self, path: Path, holder: subprocess.Popen[str]) -> None:
        self.path, self._holder = path, holder
        self.seen = Path(f"/proc/{holder.pid}/root{path}")

    # -- room --------------------------------------------------------------------------------------------------------

    @property
    def free(self) -> int:
        """Kilobytes that are free."""
        found = os.statvfs(self.seen)
        return found.f_bavail * found.f_frsize // 1024

    def fill(self, leave: int) -> None:
        """Take all the room but ``leave`` kilobytes."""
        self.empty()
        if (wanted := self.free - leave) > 0:
            with (self.seen / FILLER).open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, wanted * 1024)

    def fill_files(self, leave: int) -> None:
        """Take every file that can still be made but ``leave``."""
        self.empty()
        (self.seen / EMPTY).mkdir()
        for number in range(os.statvfs(self.seen).f_favail - leave):
            (self.seen / EMPTY / str(number)).touch()

    def empty(self) -> None:
        """Give the room back that :meth:`fill` and :meth:`fill_files` took."""
        (self.seen / FILLER).unlink(missing_ok=True)
        shutil.rmtree(self.seen / EMPTY, ignore_errors=True)

    def remount(self, how: str, place: Path | None = None) -> None:
        """``ro`` or ``rw``: all of it, or the folder ``place`` on it."""
        place = place or self.path
        if not self._is_mount(place):
            self._mount("mount", "--bind", str(place), str(place))
        self._mount("mount", "-o", f"remount,bind,{how}", str(place))

    def uncover(self) -> None:
        """Take away what was mounted over it."""
        self._mount("umount", str(self.path))

    def _mount(self, *args: str) -> None:
        done = self.call(lambda: os.execvp(args[0], args), self.path.parent)
        assert done.code == 0, done.err

    def _is_mount(self, place: Path) -> bool:
        mounts = Path(f"/proc/{self._holder.pid}/mounts").read_text()
        return any(line.split()[1] == str(place) for line in mounts.splitlines())

    # -- processes on it ---------------------------------------------------------------------------------------------

    def factory(self, *args: str, cwd: Path) -> Done:
        """``git factory ARGS`` in a process of its own on the disk, in the folder ``cwd``."""
        return factory(*args, cwd=cwd, first=lambda: _join(self._holder.pid))

    def git(self, *args: str, cwd: Path, ok: bool = True) -> str:
        """What Git says on the disk."""
        done = self.call(lambda: os.execvp("git", ["git", *args]), cwd)
        assert not ok or done.code == 0, f"git {' '.join(args)}: {done.err}"
        return done.out

    def call(self, work: Callable[[], int], cwd: Path) -> Done:
        """Run ``work`` in a fork on the disk, in the folder ``cwd``; its result is the exit code."""
        return forked(work, cwd, lambda: _join(self._holder.pid))


def _join(pid: int) -> None:
    """Put this process into the namespaces of another."""
    libc = ctypes.CDLL(None, use_errno=True)  # os.setns came with Python 3.12
    for name, kind in (("user", NEW_USER), ("mnt", NEW_MOUNTS)):
        there = Path(f"/proc/{pid}/ns/{name}")
        if there.readlink() == Path(f"/proc/self/ns/{name}").readlink():
            continue
        fd = os.open(there, os.O_RDONLY)
        if libc.setns(fd, kind):
            raise OSError(ctypes.get_errno(), f"setns {name}")
        os.close(fd)


def mounted(path: Path, *, size: int, files: int) -> Iterator[Disk]:
    """A disk of ``size`` kilobytes and ``files`` files at ``path``, for as long as the generator lives."""
    if not sys.platform.startswith("linux"):
        pytest.skip("a small file system of the test's own needs Linux")
    path.mkdir(parents=True, exist_ok=True)
    words = []
    for way in WAYS:
        try:
            holder = subprocess.Popen(
                [*way, "sh", "-c", HOLD, "sh", str(path), str(size), str(files)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        except FileNotFoundError:
            pytest.skip("a small file system of the test's own needs unshare (util-linux)")
        assert holder.stdout
        if holder.stdout.readline() == "ready\n":
            break
        words.append(f"{' '.join(way)}: {holder.communicate()[1].strip().splitlines()[-1]}")
    else:
        pytest.skip(f"the kernel gives this user no small file system ({'; '.join(words)})")
    try:
        yield Disk(path, holder)
    finally:
        holder.communicate()  # its end is the end of the mount
