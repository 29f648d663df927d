"""Refs move by compare-and-swap only, and a lock that a dead process left is taken over with care."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pygit2

from factory_git.core import room
from factory_git.core.clock import SystemClock
from factory_git.core.errors import Conflict
from factory_git.core.ids import Oid
from factory_git.gitio.lock import Wait, sleep

STALE = 10.0  # seconds; writing a ref takes milliseconds
NAP = 0.05  # seconds between two looks at a lock file that is too young to be taken over


class RefMoved(Conflict):
    """Somebody moved the ref since it was read: read again, decide again."""

    default_code = "ledger/ref-moved"


class RefLocked(Conflict):
    """Another process holds the ref's lock file; ``details['path']`` names it."""

    default_code = "ledger/ref-locked"


def read(repo: pygit2.Repository, name: str) -> Oid | None:
    """Where the ref points, or None when there is no such ref."""
    try:
        return Oid(str(repo.references[name].target))
    except KeyError:
        return None


def compare_and_swap(repo: pygit2.Repository, name: str, old: Oid | None, new: Oid) -> None:
    """Move ``name`` from ``old`` (None: it must not exist) to ``new``.

    Raises :class:`RefMoved` when it is elsewhere, :class:`RefLocked` when its lock file is there, ``OSError`` else.
    """
    try:
        if old is None:
            repo.references.create(name, new, force=False)
            return
        reference = repo.references[name]
        if str(reference.target) != old:
            raise RefMoved(f"{name} moved from {old} to {reference.target}")
        reference.set_target(new)  # libgit2 compares with the value that was loaded
    except KeyError as error:
        raise RefMoved(f"{name} is gone") from error
    except (pygit2.GitError, OSError) as error:
        if read(repo, name) != old:
            raise RefMoved(f"{name} moved while it was written") from error
        lock = lock_path(repo, name)
        if not lock.exists() and (why := _refused(error)):
            raise OSError(why, os.strerror(why), str(Path(repo.path, name))) from error
        if lock.exists() or "lock" in str(error):
            raise RefLocked(f"{name} is locked: {lock}", details={"path": str(lock)}) from error
        raise


def _refused(error: Exception) -> int:
    """The number of the system's refusal to write; libgit2 has only its words, and says what, but not where."""
    words = str(error)
    return room.in_words(words) or (errno.EACCES if os.strerror(errno.EACCES) in words else 0)


def lock_path(repo: pygit2.Repository, name: str) -> Path:
    """The file that locks a ref in the files back end."""
    return Path(repo.path, name + ".lock")  # opened at the common folder, where shared refs live


def take_over(lock: Path, *, now: float, wait: Wait = sleep) -> str:
    """Remove a lock file whose owner is dead; call it only while holding the ledger's own lock.

    Returns what was done, for the user, or "" when there was nothing to do (or it was young, and was waited for).
    Raises :class:`RefLocked` that names the owner when a living process has the file open.
    """
    try:
        age = now - lock.stat().st_mtime
    except FileNotFoundError:
        return ""
    if age < STALE:
        wait(NAP)
        return ""
    owner = holder(lock)
    if owner:
        raise RefLocked(
            f"{lock} is held by {owner}",
            hint="wait for it, or end that process",
            details={"path": str(lock), "owner": owner},
        )
    remove_lock(lock)
    return f"removed a stale lock, {int(age)} s old, that no process holds: {lock}"


def remove_lock(lock: Path) -> None:
    """Remove a dead process's lock, with what it was writing under it where that would hinder the next one."""
    if lock.name == "packed-refs.lock":
        lock.with_suffix(".new").unlink(missing_ok=True)
    lock.unlink(missing_ok=True)


def free(lock: Path) -> None:
    """Wait until a lock file is gone; one that is old and that no process holds is taken over.

    Raises :class:`RefLocked` that names the owner when a living process has it open for long.
    """
    while lock.exists():
        take_over(lock, now=SystemClock().now().timestamp())


def holder(path: Path) -> str:
    """``name (process N)`` of a process that has the file open, or "" (also where there is no ``/proc``)."""
    wanted = os.path.realpath(path)
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) != wanted:  # noqa: PTH115 (thousands of links: strings are enough)
                continue
            process = link.parent.parent
            return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue
    return ""
