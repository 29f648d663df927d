"""Git as a child process: one place that builds the environment and reads the result."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from factory_git.core import room
from factory_git.core.errors import RepositoryError

# Git sets these for its hooks and for `git -C … factory`; a child that works on another folder, tree or index must not
# inherit them. What stays: identity, configuration by environment (`git -c`), transport and credentials.
LOCAL_VARIABLES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_NAMESPACE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_REFLOG_ACTION",
    "GIT_EXTERNAL_DIFF",
)


LINES = 8  # of Git's words in a message; all of them are in the error


class GitFailed(RepositoryError):
    """Git exited with an error. ``returncode`` and ``stderr`` are Git's own.

    Where the disk at ``place`` is full or read-only and that is why, the code and the hint say so.
    """

    default_code = "git/failed"

    def __init__(self, args: Sequence[str], returncode: int, stderr: str, place: Path | str | None = None) -> None:
        words = stderr.strip() or _ended(returncode)
        why = room.behind(words, place)
        code, hint = room.code_and_hint(why) if why else ("", "")
        where = f"{place}: " if why and place and str(place) not in words else ""
        message = f"{where}git {_verb(args)} failed: {_short(words)}"
        super().__init__(message, code=code, hint=hint, details={"argv": ["git", *args]})
        self.returncode = returncode
        self.stderr = stderr


def _verb(args: Sequence[str]) -> str:
    """The command among Git's arguments: what comes after ``-c name=value``."""
    rest = list(args)
    while rest[:1] == ["-c"]:
        rest = rest[2:]
    return rest[0] if rest else ""


def _short(words: str) -> str:
    """What went wrong, not each file that it went wrong with."""
    lines = words.splitlines()
    return words if len(lines) <= LINES else "\n".join([*lines[:LINES], f"(and {len(lines) - LINES} lines more)"])


def _ended(returncode: int) -> str:
    if returncode >= 0:
        return f"exit {returncode}"
    try:
        return f"ended by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"ended by signal {-returncode}"


def environment(extra: Mapping[str, str] | None = None, *, inherit: bool = False) -> dict[str, str]:
    """The environment of a Git child: messages in English, no prompt, and, unless ``inherit``, no local Git variables.

    ``inherit=True`` is for reading what the caller's Git sees: its index (``GIT_INDEX_FILE`` of ``git commit -a``), its
    repository (``GIT_DIR``).
    """
    env = dict(os.environ)
    if not inherit:
        for name in LOCAL_VARIABLES:
            env.pop(name, None)
    env["LC_ALL"] = "C"
    env["GIT_TERMINAL_PROMPT"] = "0"
    env["GIT_OPTIONAL_LOCKS"] = "0"
    env.update(extra or {})
    return env


def git(
    *args: str,
    cwd: Path | str | None = None,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    inherit: bool = False,
    ok: Sequence[int] = (0,),
) -> bytes:
    """The standard output of ``git ARGS``.

    Raises :class:`GitFailed` when the exit code is not in ``ok``, :class:`RepositoryError` when Git is not installed.
    """
    return run(args, cwd=cwd, stdin=stdin, env=env, inherit=inherit, ok=ok).stdout


def run(
    args: Sequence[str],
    *,
    cwd: Path | str | None = None,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    inherit: bool = False,
    ok: Sequence[int] = (0,),
) -> subprocess.CompletedProcess[bytes]:
    """Like :func:`git`, for callers that want the exit code too."""
    try:
        done = subprocess.run(
            ["git", *args],
            cwd=cwd,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=environment(env, inherit=inherit),
            check=False,
        )
    except FileNotFoundError as error:
        if cwd is not None and not Path(cwd).is_dir():
            raise RepositoryError(f"{cwd}: no such folder", code="repository/none") from error
        raise RepositoryError("git is not installed or not on PATH", code="git/missing", hint="install Git") from error
    if done.returncode not in ok:
        raise GitFailed(args, done.returncode, done.stderr.decode(errors="replace"), cwd or ".")
    return done
