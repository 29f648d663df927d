"""Run one program on this machine: bounded in time and in output, and nothing of it stays behind.

The program is the leader of a session of its own. Whatever ends it (its exit, the time-out, too much output, an
exception here), every process it started is killed: the group first, then, where ``/proc`` shows environments, the ones
that left the group, found by a mark in their environment. A program that hides from both needs a sandbox.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from factory_git.executors.capture import Capture

MARK = "FACTORY_ATTEMPT"
CHUNK = 65536
GRACE = 1.0  # seconds between the polite signal and the other one
POLL = 0.05  # how late a death may be seen where the kernel cannot tell (no pidfd)
SAID = 3  # lines of what it said that stand in a message
DRAIN = 1.0  # how long to read on after the end, when somebody unseen still holds the pipe


class End(StrEnum):
    """How a program ended."""

    EXIT = "exit"
    SIGNAL = "signal"
    TIMEOUT = "timeout"
    OUTPUT = "output"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """What was measured. ``returncode`` is None when the program never started; ``signal`` is its number, or 0."""

    end: End
    returncode: int | None
    signal: int
    stdout: bytes
    stderr: bytes
    cut: bool  # output was dropped in the middle
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the program ended by itself with 0."""
        return self.end is End.EXIT and self.returncode == 0

    @property
    def said(self) -> list[str]:
        """The last lines on standard error."""
        return self.stderr.decode(errors="replace").strip().splitlines()[-SAID:]

    def trouble(self, *, timeout: float, limit: int) -> str:
        """Why it has no answer, and its last words; empty where it ended well. The bounds are those it was run with."""
        words = {
            End.MISSING: "the program was not found or cannot be started",
            End.TIMEOUT: f"it ran into the time-out ({timeout:g} s) and was ended",
            End.OUTPUT: f"it wrote more than {limit:,} bytes and was ended",
            End.SIGNAL: f"it was ended by a signal ({self.signal})",
        }
        why = "" if self.ok else words.get(self.end, f"it ended with {self.returncode}")
        return f"{why}: {' / '.join(self.said)}" if why and self.said else why


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: bytes = b"",
    timeout: float,
    limit: int,
    kill_over_limit: bool = False,
    pass_fds: Sequence[int] = (),
) -> Completed:
    """Run ``argv`` in ``cwd`` with exactly ``env`` and return what happened; never raises for what the program does.

    ``limit`` bounds the bytes kept of each stream (head and tail are kept); with ``kill_over_limit`` a program that
    writes more is ended (:attr:`End.OUTPUT`). ``timeout`` is in seconds.
    """
    started = time.monotonic()
    mark = secrets.token_hex(16)
    try:
        process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env={**env, MARK: mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=pass_fds,
            bufsize=0,
        )
    except OSError as error:
        if not cwd.is_dir():
            raise
        return _missing(error, time.monotonic() - started)
    out, err = Capture(limit), Capture(limit)
    try:
        end = _attend(process, mark, (stdin, out, err), started + timeout, kill_over_limit=kill_over_limit)
    finally:
        _end_all(process, mark)
        _close(process)
    code = process.returncode
    if end is End.EXIT and code < 0:
        end = End.SIGNAL
    return Completed(
        end=end,
        returncode=code,
        signal=-code if code < 0 else 0,
        stdout=out.bytes(),
        stderr=err.bytes(),
        cut=out.cut or err.cut,
        seconds=time.monotonic() - started,
    )


def _missing(error: OSError, seconds: float) -> Completed:
    words = (error.strerror or str(error)).encode()
    return Completed(end=End.MISSING, returncode=None, signal=0, stdout=b"", stderr=words, cut=False, seconds=seconds)


def _attend(
    process: subprocess.Popen[bytes],
    mark: str,
    streams: tuple[bytes, Capture, Capture],
    deadline: float,
    *,
    kill_over_limit: bool,
) -> End:
    """Feed and read the program until it ends or has to be ended; says which."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    stdin, out, err = streams
    with selectors.DefaultSelector() as selector, contextlib.ExitStack() as stack:
        for stream, capture in ((process.stdout, out), (process.stderr, err)):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, selectors.EVENT_READ, capture)
        os.set_blocking(process.stdin.fileno(), False)
        feed = _Feed(process.stdin, stdin)
        selector.register(process.stdin, selectors.EVENT_WRITE, feed)
        pidfd = _pidfd(process.pid)
        if pidfd is not None:
            stack.callback(os.close, pidfd)
            selector.register(pidfd, selectors.EVENT_READ, None)
        last = 0.0  # when the end was seen
        while True:
            now = time.monotonic()
            if not last and process.poll() is not None:
                # The program is gone; what it left running has no more say, or its pipes would stay open for ever.
                _signal_group(process.pid, signal.SIGKILL)
                _sweep(mark)
                last = now
            if last and (now - last > DRAIN or not _reading(selector)):
                return End.EXIT
            if not last and now >= deadline:
                _end_politely(process)
                _drain(selector)
                return End.TIMEOUT
            if kill_over_limit and (out.cut or err.cut):
                _signal_group(process.pid, signal.SIGKILL)
                return End.OUTPUT
            wait = (POLL if pidfd is None or last else deadline - now) or 0
            for key, _ in selector.select(min(max(wait, 0), 3600)):
                if key.fileobj == pidfd:
                    selector.unregister(key.fileobj)
                    process.poll()
                elif not _step(key.fileobj, key.data):  # type: ignore[arg-type]
                    selector.unregister(key.fileobj)


class _Feed:
    """Standard input that is written as fast as the program takes it; a program that does not read is no error."""

    def __init__(self, stream: IO[bytes], data: bytes) -> None:
        self.stream, self.data, self.at = stream, memoryview(data), 0

    def step(self) -> bool:
        try:
            self.at += os.write(self.stream.fileno(), self.data[self.at : self.at + CHUNK])
        except BlockingIOError:
            return True
        except OSError:
            self.at = len(self.data)
        if self.at < len(self.data):
            return True
        with contextlib.suppress(OSError):
            self.stream.close()
        return False


def _step(stream: IO[bytes], data: Capture | _Feed) -> bool:
    """Move one piece; False when the stream is at its end."""
    if isinstance(data, _Feed):
        return data.step()
    try:
        piece = os.read(stream.fileno(), CHUNK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    data.add(piece)
    return bool(piece)


def _reading(selector: selectors.BaseSelector) -> bool:
    return any(isinstance(key.data, Capture) for key in selector.get_map().values())


def _drain(selector: selectors.BaseSelector) -> None:
    """Take what already lies in the pipes."""
    for key in list(selector.get_map().values()):
        if isinstance(key.data, Capture):
            with contextlib.suppress(OSError):
                key.data.add(os.read(key.fd, CHUNK))


def _pidfd(pid: int) -> int | None:
    opener = getattr(os, "pidfd_open", None)  # Linux 5.3
    if opener is None:
        return None
    try:
        return int(opener(pid))
    except OSError:
        return None


def _end_politely(process: subprocess.Popen[bytes]) -> None:
    _signal_group(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    _signal_group(process.pid, signal.SIGKILL)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _end_all(process: subprocess.Popen[bytes], mark: str) -> None:
    """Kill the group and every process that carries the mark."""
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()
    _sweep(mark)


def _sweep(mark: str) -> None:
    for _ in range(20):  # a fork bomb may outrun a few looks; each look kills all it sees
        found = _marked(mark)
        if not found:
            break
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _marked(mark: str) -> list[int]:
    """Living processes with our mark in their environment (Linux; elsewhere none are seen)."""
    needle = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if needle in (entry / "environ").read_bytes():  # empty for a zombie
                found.append(int(entry.name))
    return found


def _close(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
