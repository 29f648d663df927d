"""A lock between processes that the kernel frees on death: ``flock`` on a file of the common Git directory.

It saves work (nobody builds what will lose the race); correctness is the ref's compare-and-swap, so a file system that
has no locks only costs retries.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from factory_git.core.clock import Clock
from factory_git.core.errors import Conflict

NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}
PATIENCE = 60.0  # seconds; the longest honest holder is one repack

Wait = Callable[[float], None]


def sleep(seconds: float) -> None:
    """Wait; the one place that does, so that tests can count instead."""
    time.sleep(seconds)


@contextmanager
def exclusive(path: Path, *, wait: Wait = sleep, patience: float = PATIENCE) -> Iterator[bool]:
    """Hold the lock at ``path``; yields False where the file system has no locks.

    Raises :class:`Conflict` that names the holder when it is not free within ``patience`` seconds of waiting.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        held = _acquire(fd, path, wait, patience)
        if held:
            with suppress(OSError):  # who it is only helps whoever waits; a full disk keeps nobody from reading
                os.pwrite(fd, f"{os.getpid():<20}\n".encode(), 0)  # fixed width: no truncating needed
        yield held
    finally:
        os.close(fd)  # frees the lock


@contextmanager
def owned(path: Path, owner: Path, clock: Clock) -> Iterator[bool]:
    """Hold the lock at ``path`` if it is free now, with who holds it written to ``owner``; False without locks.

    Raises :class:`Conflict` whose ``details['owner']`` says in words who has it.
    """
    with ExitStack() as stack:
        try:
            held = stack.enter_context(exclusive(path, wait=lambda _: None, patience=0.0))
        except Conflict as error:
            raise Conflict(error.message, code=error.code, details={"owner": _who(owner)}) from error
        since = clock.now().isoformat("T", "seconds")
        with suppress(OSError):
            owner.write_text(json.dumps({"pid": os.getpid(), "host": platform.node(), "since": since}))
        yield held


def _who(owner: Path) -> str:
    try:
        value = json.loads(owner.read_text())
        return f"process {value['pid']} on {value['host']} since {value['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "its owner is not known"


def _acquire(fd: int, path: Path, wait: Wait, patience: float) -> bool:
    waited, pause = 0.0, 0.001
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno in NO_LOCKS:
                return False
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                raise
        if waited >= patience:
            holder = os.pread(fd, 32, 0).decode(errors="replace").strip() or "unknown"
            raise Conflict(
                f"the ledger is busy: process {holder} holds {path}",
                code="ledger/busy",
                hint="try again, or end that process if it hangs",
                details={"pid": holder},
            )
        nap = pause * random.uniform(0.5, 1.0)  # noqa: S311 (spreads the waiters)
        wait(nap)
        waited += nap
        pause = min(pause * 1.5, 0.02)
