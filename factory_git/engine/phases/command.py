"""One command of a spec, run in a checkout: exit code, bounded output; a missing tool is an error by name."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from factory_git.core.errors import AgentFailed
from factory_git.engine.workshop import Workshop
from factory_git.executors.environment import allowed
from factory_git.executors.local import End, run

SHELL = re.compile(r"[|&;<>()$`\\*?\[\]{}~\n#=]")
NOT_FOUND = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command did. ``exit`` is None when it did not end by itself; ``why`` says how it ended then."""

    command: str
    exit: int | None
    why: str
    stdout: str
    stderr: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.exit == 0 and not self.why


def run_command(shop: Workshop, place: Path, command: str) -> Ran:
    """Run ``command`` in ``place``; through ``sh`` when it has a shell's signs in it, else directly.

    Raises :class:`AgentFailed` (``run/missing-tool``) when its program is not installed.
    """
    argv = ["/bin/sh", "-c", command] if SHELL.search(command) else shlex.split(command)
    if not argv:
        raise AgentFailed("an empty command", code="run/command")
    done = run(
        argv,
        cwd=place,
        env=allowed(shop.agent_env, PYTHONDONTWRITEBYTECODE="1"),
        timeout=shop.limits.timeout,
        limit=shop.limits.command_output,
    )
    missing = done.end is End.MISSING or (done.returncode == NOT_FOUND and argv[0] == "/bin/sh")
    if missing:
        tool = argv[0] if done.end is End.MISSING else done.stderr.decode(errors="replace").strip()[-200:]
        raise AgentFailed(
            f"the command {command!r} cannot be run: {tool} was not found",
            code="run/missing-tool",
            hint="install it where git-factory runs, or take the command out of the spec",
        )
    why = {End.TIMEOUT: f"time-out after {shop.limits.timeout:g} s", End.SIGNAL: f"signal {done.signal}"}.get(
        done.end, ""
    )
    return Ran(
        command=command,
        exit=done.returncode if done.end is End.EXIT else None,
        why=why,
        stdout=done.stdout.decode(errors="replace"),
        stderr=done.stderr.decode(errors="replace"),
        seconds=done.seconds,
    )
