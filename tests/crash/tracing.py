"""Kill a process, or a child of its, before the n-th call to the system that changes a file. Linux, by ``ptrace``.

What Python can see of a process is not all that it does: libgit2 moves refs, SQLite writes its log, and Git's own
programs pack, fetch and check out. The kernel sees all of that, and stops each process before each call.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 180  # seconds that a traced command may take
TRACEME, SYSCALL, CONT, SETOPTIONS, GET_SYSCALL_INFO = 0, 24, 7, 0x4200, 0x420E
OPTIONS = 1 | 2 | 4 | 8 | 0x10 | 0x100000  # good stops at calls; forks, vforks, clones, execs; die with the tracer
WALL = 0x40000000
ENTRY = 1
CREATES = os.O_CREAT | os.O_TRUNC

# name: (number on x86-64, number on arm64; None where there is no such call), see the kernel's syscall tables
_CALLS = {
    "write": (1, 64), "pwrite64": (18, 68), "writev": (20, 66), "pwritev": (296, 70), "sendfile": (40, 71),
    "copy_file_range": (326, 285), "open": (2, None), "creat": (85, None), "openat": (257, 56), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None),
    "mkdir": (83, None), "mkdirat": (258, 34), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "truncate": (76, 45), "ftruncate": (77, 46), "fallocate": (285, 47),
}  # fmt: skip
_ARCH = {"x86_64": 0, "aarch64": 1}.get(platform.machine())
CALLS = {pair[_ARCH]: name for name, pair in _CALLS.items() if pair[_ARCH] is not None} if _ARCH is not None else {}
ON_FD = {"write", "pwrite64", "writev", "pwritev", "sendfile", "copy_file_range", "ftruncate", "fallocate"}
FLAGS = {"open": 1, "openat": 2}
PATH = {name: 0 if not name.endswith(("at", "at2")) else 1 for name in _CALLS if name not in ON_FD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """``calls`` were counted; ``struck`` names the one before which somebody died; ``code`` as of ``waitstatus``."""

    calls: int
    struck: str
    code: int
    tears: tuple[int, ...] = ()  # the numbers of those that write
    below: tuple[int, ...] = ()  # and of those that a child of the child made


def works() -> bool:
    """Whether this machine lets one trace a child of one's own."""
    if not sys.platform.startswith("linux") or not CALLS:
        return False
    try:
        return traced(lambda: None, Path("/"), at=0).code == 0
    except (OSError, ValueError):
        return False


def traced(work: Callable[[], None], folder: Path, *, at: int, victim: str = "tree") -> Traced:
    """Do ``work`` in a child, and kill before its ``at``-th call (0: none) that changes a file below ``folder``.

    ``victim``: the ``tree`` of processes, ``caller`` (the one that made the call) or ``main`` (the child itself, while
    what it started goes on), or ``torn``: the tree, after half of what the call writes was written.
    """
    reading, writing = os.pipe()
    tracer = os.fork()
    if not tracer:
        os.close(reading)
        signal.alarm(PATIENCE)  # this process dies, and with it all that it traces
        adopt()
        try:
            found = _Tracer(folder, at, victim).run(work)
            os.write(writing, json.dumps(asdict(found)).encode())
        except Exception:  # noqa: BLE001 (a process of its own: told, and at its end)
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        told = file.read()
    os.waitpid(tracer, 0)
    said: dict[str, Any] = json.loads(told)  # ValueError: it died
    return Traced(**{**said, "tears": tuple(said["tears"]), "below": tuple(said["below"])})


@dataclass(slots=True)
class _Tracer:
    folder: Path
    at: int
    victim: str
    calls: int = 0
    struck: str = ""
    main: int = 0
    code: int = 0
    live: set[int] = field(default_factory=set)
    tears: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    how: int = SYSCALL

    def run(self, work: Callable[[], None]) -> Traced:
        self.main = os.fork()
        if not self.main:
            _ptrace(TRACEME, 0, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            work()
            os._exit(0)
        os.waitpid(self.main, WALL)
        _ptrace(SETOPTIONS, self.main, 0, OPTIONS)
        self.live.add(self.main)
        self._go_on(self.main, 0)
        while self.live:
            pid, status = os.waitpid(-1, WALL)
            if not os.WIFSTOPPED(status):
                self.live.discard(pid)
                self.code = os.waitstatus_to_exitcode(status) if pid == self.main else self.code
                continue
            self._stopped(pid, status)
        return Traced(
            calls=self.calls, struck=self.struck, code=self.code, tears=tuple(self.tears), below=tuple(self.below)
        )

    def _stopped(self, pid: int, status: int) -> None:
        sent, new = os.WSTOPSIG(status), pid not in self.live
        self.live.add(pid)
        if sent == signal.SIGTRAP | 0x80:
            self._call(pid)
            sent = 0
        elif status >> 16 or sent == signal.SIGTRAP or (new and sent == signal.SIGSTOP):
            sent = 0
        self._go_on(pid, sent)

    def _go_on(self, pid: int, sent: int) -> None:
        with suppress(ProcessLookupError):  # it was killed meanwhile
            _ptrace(self.how, pid, 0, sent)

    def _call(self, pid: int) -> None:
        if self.struck:
            return
        info = ctypes.create_string_buffer(88)
        try:
            _ptrace(GET_SYSCALL_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
        except ProcessLookupError:
            return
        if info.raw[0] != ENTRY:
            return
        number, *args = struct.unpack_from("<7Q", info.raw, 24)
        name = CALLS.get(number, "")
        if not name or not self._changes(pid, name, args):
            return
        self.calls += 1
        if name in ("write", "pwrite64") and args[2] > 1:
            self.tears.append(self.calls)
        if pid != self.main:
            self.below.append(self.calls)
        if self.calls == self.at:
            self._strike(pid, name, args)

    def _changes(self, pid: int, name: str, args: list[int]) -> bool:
        if name in FLAGS:
            return bool(args[FLAGS[name]] & CREATES)
        return name not in ON_FD or self._file(pid, args[0]).startswith(str(self.folder))

    def _strike(self, pid: int, name: str, args: list[int]) -> None:
        what = self._file(pid, args[0]) if name in ON_FD else _text(pid, args[PATH[name]])
        self.struck = f"{Path(f'/proc/{pid}/comm').read_text().strip()}: {name} {what} ({self.victim})"
        if self.victim == "torn" and name in ("write", "pwrite64"):
            _half(pid, name, args)
        victims = {"caller": {pid}, "main": {self.main}}.get(self.victim, self.live)
        for one in victims:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.how = CONT

    def _file(self, pid: int, fd: int) -> str:
        try:
            return str(Path(f"/proc/{pid}/fd/{fd}").readlink())
        except OSError:
            return ""


def _half(pid: int, name: str, args: list[int]) -> None:
    """Write the first half of what a stopped process was about to write, where it would have stood."""
    fd, address, count = args[:3]
    facts = dict(line.split(":\t") for line in Path(f"/proc/{pid}/fdinfo/{fd}").read_text().splitlines()[:2])
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        memory.seek(address)
        data = memory.read(count // 2)
    place = args[3] if name == "pwrite64" else int(facts["pos"])
    try:
        copy = os.open(f"/proc/{pid}/fd/{fd}", os.O_WRONLY)
    except PermissionError:  # a file that may be read only
        return
    if int(facts["flags"], 8) & os.O_APPEND:
        place = os.fstat(copy).st_size
    os.pwrite(copy, data, place)
    os.close(copy)


def _text(pid: int, address: int) -> str:
    try:
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            memory.seek(address)
            return os.fsdecode(memory.read(1024).partition(b"\0")[0])
    except OSError:
        return "?"


def adopt() -> None:
    """Be the parent of what those leave behind that this process started and that died: nobody stays a zombie."""
    if sys.platform.startswith("linux"):
        _libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def bury() -> None:
    """Let the dead among one's children go."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


_libc = ctypes.CDLL(None, use_errno=True)


def _ptrace(request: int, pid: int, address: int, data: int) -> None:
    done = _libc.ptrace(ctypes.c_long(request), ctypes.c_long(pid), ctypes.c_void_p(address), ctypes.c_void_p(data))
    if done < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
