"""The program in a process of its own, without a new interpreter: a fork of the test's costs a tenth of that."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a process did: its exit code (negative: the signal that ended it) and what it said."""

    code: int
    out: str
    err: str


def factory(*args: str, cwd: Path, first: Callable[[], object] = lambda: None, env: Mapping[str, str] = {}) -> Done:
    """``git factory ARGS`` in the folder ``cwd``, with ``env`` in its environment."""

    def program() -> int:
        from factory_git.__main__ import main

        os.environ.update(env)
        sys.argv = ["git-factory", *args]
        return main()

    return forked(program, cwd, first)


def forked(work: Callable[[], int], cwd: Path, first: Callable[[], object] = lambda: None) -> Done:
    """Run ``first``, then ``work`` in the folder ``cwd``, in a fork; what ``work`` returns is its exit code."""
    sys.stdout.flush()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _end(work, cwd, first, (out.fileno(), err.fileno()))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return Done(code=code, out=_text(out.fileno()), err=_text(err.fileno()))


def _end(work: Callable[[], int], cwd: Path, first: Callable[[], object], streams: tuple[int, int]) -> NoReturn:
    code = 99
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(streams[0], 1)
        os.dup2(streams[1], 2)
        sys.stdout, sys.stderr = io.TextIOWrapper(io.FileIO(1, "w")), io.TextIOWrapper(io.FileIO(2, "w"))
        first()
        os.chdir(cwd)
        code = work()
    except BaseException:  # noqa: BLE001 (the end of this process: the test reads what it says)
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _text(fd: int) -> str:
    return os.pread(fd, os.fstat(fd).st_size, 0).decode(errors="replace")
