"""Ways to die: at a named point, at an event that Python sees, at a call that the kernel sees, at any moment.

Every way does the work in a child forked from this warm process, and returns when nothing of it lives any more.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from factory_git.core import points
from tests.crash import tracing

Ack = Callable[[str], None]
Work = Callable[[Ack], None]
FAULT, DONE = 70, 0  # exit codes of the child: an exception that nobody takes; all went well
EVENTS = {
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink", "os.chmod",
    "subprocess.Popen", "sqlite3.connect", "fcntl.flock",
}  # fmt: skip
PATCHED = ("fsync", "write", "pwrite")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """What became of a child: what was ``acknowledged``, where it ``died`` (empty: it did not), what went ``wrong``."""

    acknowledged: frozenset[str]
    died: str
    wrong: str = ""
    seconds: float = 0.0
    steps: tuple[str, ...] = ()  # where it could have died, where nothing was to kill it
    tears: tuple[int, ...] = ()
    below: tuple[int, ...] = ()


def at_point(work: Work, number: int) -> Death:
    """Die at the ``number``-th named point that is reached; 0: count them."""

    def counted(step: Callable[[str], None], ack: Ack) -> None:
        with points.listening(step):
            work(ack)

    return _stepping(counted, number)


def at_event(work: Work, number: int) -> Death:
    """Die before the ``number``-th event of Python's that changes a file, locks one or starts a program; 0: count."""

    def counted(step: Callable[[str], None], ack: Ack) -> None:
        def hook(event: str, args: tuple[object, ...]) -> None:
            opened = event == "open" and isinstance(args[2], int) and args[2] & WRITES
            if opened or event in EVENTS:
                step(f"{event} {args[0]}")

        for name in PATCHED:
            setattr(os, name, _stepped(step, getattr(os, name), name))
        sys.addaudithook(hook)  # for good: this process is about to die
        work(ack)

    return _stepping(counted, number)


def _stepped(step: Callable[[str], None], real: Callable[..., int], name: str) -> Callable[..., int]:
    def call(*args: object) -> int:
        step(f"os.{name}")
        return real(*args)

    return call


def _stepping(counted: Callable[[Callable[[str], None], Ack], None], number: int) -> Death:
    """Do the work in a child that counts its steps, tells them, and kills itself at one."""
    steps, told = os.pipe()
    left = [number]
    tell = os.write  # the real one

    def step(name: str) -> None:
        tell(told, name.replace("\n", " ").encode() + b"\n")
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def work(ack: Ack) -> None:
        os.close(steps)
        counted(step, ack)

    child = _Child(work)
    os.close(told)
    lines, code = child.wait(also=steps)
    names = tuple(lines.splitlines())
    died = names[-1] if names and code == -signal.SIGKILL else ""
    return child.death(code, died, steps=names)


def at_call(work: Work, folder: Path, number: int, victim: str = "tree") -> Death:
    """Die before the ``number``-th system call that changes a file below ``folder``; see :mod:`tests.crash.tracing`."""
    acks, told = os.pipe()
    began = time.monotonic()

    def traced() -> None:
        os.close(acks)
        _do(work, told)

    done = tracing.traced(traced, folder, at=number, victim=victim)
    seconds = time.monotonic() - began
    os.close(told)
    tracing.bury()
    with os.fdopen(acks, "rb") as file:
        lines = file.read().decode().splitlines()
    wrong = "\n".join(line[1:] for line in lines if line[:1] == "!")
    return Death(
        acknowledged=frozenset(line for line in lines if line[:1] != "!"),
        died=done.struck,
        wrong=wrong if victim != "caller" else _disorder(wrong),
        seconds=seconds,
        steps=("",) * done.calls,
        tears=done.tears,
        below=done.below,
    )


def _disorder(wrong: str) -> str:
    """A program whose child was killed may refuse in words of its own, but must not fall over."""
    return "" if "factory_git.core.errors" in wrong or "GitFailed" in wrong else wrong


def at_moment(work: Work, seconds: float) -> Death:
    """Die after that time, with all children: the processes that the kernel knows as such, not only the group."""
    tracing.adopt()
    child = _Child(work)
    select.select([], [], [], seconds)
    _kill(child.pid)
    code = child.wait()[1]
    tracing.bury()
    return child.death(code, f"after {seconds * 1000:.1f} ms" if code == -signal.SIGKILL else "")


def _kill(pid: int) -> None:
    below = [pid]
    for one in below:
        for place in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                below += [int(word) for word in place.read_text().split()]
    for one in below:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


class _Child:
    """Work that is done in a process of its own; it acknowledges through a pipe."""

    def __init__(self, work: Work) -> None:
        self._acks, told = os.pipe()
        self._began = time.monotonic()
        self._lines = ""
        self.pid = os.fork()
        if not self.pid:
            os.close(self._acks)
            _do(work, told)
        os.close(told)

    def wait(self, also: int | None = None) -> tuple[str, int]:
        """What another pipe said, and the exit code; when the process has ended."""
        texts = {fd: bytearray() for fd in (self._acks, also) if fd is not None}
        open_ = set(texts)
        while open_:
            for fd in select.select(list(open_), [], [], tracing.PATIENCE)[0]:
                data = os.read(fd, 1 << 16)
                texts[fd] += data
                if not data:
                    open_.discard(fd)
                    os.close(fd)
        self._lines = texts[self._acks].decode()
        return (texts[also].decode() if also is not None else ""), os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def death(self, code: int, died: str, steps: tuple[str, ...] = ()) -> Death:
        lines = self._lines.splitlines()
        wrong = "\n".join(line[1:] for line in lines if line[:1] == "!")
        if not died and code not in (DONE, -signal.SIGKILL):
            wrong = wrong or f"exit {code}"
        return Death(
            acknowledged=frozenset(line for line in lines if line[:1] != "!"),
            died=died,
            wrong=wrong,
            seconds=time.monotonic() - self._began,
            steps=steps,
        )


def _do(work: Work, told: int) -> None:
    """In a child: do the work, and end."""
    tell = os.write
    random.seed(0)

    def acknowledge(id_: str) -> None:
        tell(told, f"{id_}\n".encode())

    try:
        work(acknowledge)
    except BaseException:  # noqa: BLE001 (the border of the process: told, and at its end)
        tell(told, "".join(f"!{line}\n" for line in traceback.format_exc().splitlines()).encode())
        os._exit(FAULT)
    os._exit(DONE)
