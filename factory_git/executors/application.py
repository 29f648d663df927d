"""Drive a compiled application in a child process: migrate, load, run, read its rows and its pages.

The application's code never runs inside this program. What it refuses is an answer with the word ``refused``; that it
crashed, hung or wrote too much is an error here.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.core.errors import AgentFailed
from factory_git.executors.environment import allowed
from factory_git.executors.local import Completed, End, run

CHILD = Path(__file__).with_name("application_child.py")
TIMEOUT = 300.0  # seconds for all tasks of one call
OUTPUT = 200_000  # bytes kept of what the application prints
TAIL = 12  # lines of it that a message shows

Task = Mapping[str, Any]
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Compiled code on disk. ``label`` is what messages call it."""

    root: Path
    package: str
    label: str = "the application"


def ask(app: Application, tasks: Sequence[Task], *, timeout: float = TIMEOUT) -> list[Answer]:
    """What the application answers to each task, in order; see ``application_child.py`` for the tasks.

    Raises :class:`AgentFailed` (``application/…``) when it did not answer them all.
    """
    with tempfile.TemporaryFile() as channel, tempfile.TemporaryDirectory(prefix="factory-app-") as scratch:
        orders = {"root": str(app.root), "package": app.package, "tasks": list(tasks), "answers": channel.fileno()}
        done = run(
            [sys.executable, "-P", str(CHILD)],
            cwd=Path(scratch),
            env=allowed(PYTHONHASHSEED="0", TZ="UTC"),
            stdin=json.dumps(orders).encode(),
            timeout=timeout,
            limit=OUTPUT,
            pass_fds=(channel.fileno(),),
        )
        channel.seek(0)
        lines = channel.read().splitlines()
    if not done.ok or len(lines) != len(tasks):
        raise _failed(app, done)
    return [json.loads(line) for line in lines]


def command(app: Application, args: Sequence[str], *, cwd: Path, timeout: float = TIMEOUT) -> Completed:
    """Run the application's own command line, as its user would."""
    argv = [sys.executable, "-m", app.package, *args]
    env = allowed(PYTHONPATH=str(app.root), PYTHONHASHSEED="0")
    return run(argv, cwd=cwd, env=env, timeout=timeout, limit=OUTPUT)


def _failed(app: Application, done: Completed) -> AgentFailed:
    words = done.stderr.decode(errors="replace").strip().splitlines()[-TAIL:]
    how = {
        End.TIMEOUT: "ran into the time-out",
        End.SIGNAL: f"was ended by signal {done.signal}",
        End.MISSING: "could not be started",
    }.get(done.end, f"ended with exit {done.returncode}")
    return AgentFailed(
        "\n".join([f"{app.label} {how}", *(f"  {line}" for line in words)]),
        code="application/failed",
        hint="run its own command line to see it happen: python -m " + app.package,
        details={"reason": str(done.end)},
    )
