"""Checks of what everything rests on: Git, the file system, the clock, who the user is."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from factory_git.app.context import Context
from factory_git.app.doctor.trouble import Trouble
from factory_git.core.errors import FactoryError, InvalidInput, Problem
from factory_git.gitio import config, upkeep
from factory_git.ledger.record import one_line

OLDEST = (2, 31)  # `rev-parse --path-format` and `rev-list --disk-usage`
ROOM = 200 * 1024 * 1024  # bytes
AHEAD = 300  # seconds
BORN = 1_767_225_600  # 2026-01-01: nothing was recorded by this program before
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs", "fuse.rclone")
_MEANT = re.compile(r"unknown setting '([A-Za-z][A-Za-z0-9-]*)' did you mean (\w+)\?")
_MOUNTS = Path("/proc/self/mounts")


def git_version(_: Context) -> Iterator[Trouble]:
    """Git is new enough."""
    found = upkeep.git_version()
    if found < OLDEST:
        words = ".".join(map(str, found)) or "unknown"
        message = f"Git {words} is older than {'.'.join(map(str, OLDEST))}"
        yield Trouble(code="doctor/git-version", message=message, hint="upgrade Git", severity="error")


def repository(ctx: Context) -> Iterator[Trouble]:
    """The repository is of a kind that can be read and written."""
    try:
        _ = ctx.repo
    except FactoryError as error:
        yield Trouble(code=error.code, message=error.message, hint=error.hint, severity="error")


def identity(ctx: Context) -> Iterator[Trouble]:
    """Git knows who writes records."""
    try:
        _ = ctx.config.author, ctx.config.committer
    except FactoryError as error:
        yield Trouble(code=error.code, message=error.message, hint=error.hint, severity="error")


def settings(ctx: Context) -> Iterator[Trouble]:
    """Every setting is known and well-formed."""
    try:
        _ = ctx.settings
    except InvalidInput as error:
        for problem in error.problems:
            where = f"{problem.place}: " if problem.place else ""
            message = f"{where}{problem.message}"
            fix = _renamed(ctx, problem)
            yield Trouble(code=problem.code, message=message, hint=problem.hint, severity="error", fix=fix)


def _renamed(ctx: Context, problem: Problem) -> Callable[[], str] | None:
    """How to give a misspelt setting its name; None where it is not certain, or not in the repository's own file."""
    match = _MEANT.fullmatch(f"{problem.message} {problem.hint}")
    if match is None or (f"factory.{match[2]}".lower() in config.own(ctx.location)):
        return None
    old, new = f"factory.{match[1]}", f"factory.{match[2]}"
    if old.lower() not in config.own(ctx.location):
        return None

    def fix() -> str:
        config.rename(ctx.location, old, new)
        return f"{old} is now {new}"

    return fix


def room(ctx: Context) -> Iterator[Trouble]:
    """There is room to write, and permission."""
    folder = ctx.location.common_dir
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        message = f"{free // 1024 // 1024} MB are free at {folder}"
        yield Trouble(
            code="doctor/disk", message=message, hint="free some space", severity="error" if not free else "warning"
        )
    if not os.access(folder / "objects", os.W_OK):
        message = f"{folder / 'objects'} cannot be written by this user"
        yield Trouble(code="doctor/read-only", message=message, hint="commands that only read still work")


def network(ctx: Context) -> Iterator[Trouble]:
    """The repository is not on a network file system, whose locks and renames are weaker."""
    kind = _file_system(ctx.location.common_dir)
    if kind.startswith(_REMOTE):
        message = f"{ctx.location.common_dir} is on a network file system ({kind}): locks may not hold between machines"
        hint = "keep the clone on a local disk and bring ledgers together with git factory sync"
        yield Trouble(code="doctor/network", message=message, hint=hint)


def _file_system(path: Path) -> str:
    """The kind of file system at a path; empty where the system does not tell."""
    try:
        lines = _MOUNTS.read_text().splitlines()
    except OSError:
        return ""
    mounts = [
        (fields[1].encode().decode("unicode_escape"), fields[2]) for line in lines if len(fields := line.split()) > 2
    ]
    inside = [(place, kind) for place, kind in mounts if path.is_relative_to(place)]
    return max(inside, key=lambda pair: len(pair[0]), default=("", ""))[1]


def clock(ctx: Context) -> Iterator[Trouble]:
    """The clock agrees with what was recorded and with the file system's. No order depends on it; claims do."""
    now = ctx.clock.now()
    newest = next(iter(ctx.ledger.journal(limit=1)), None)
    ahead = (newest[0].when - now).total_seconds() if newest is not None else 0.0
    if newest is not None and ahead > AHEAD:
        message = f"the newest transaction, by {one_line(newest[0].actor)}, is {_span(ahead)} ahead of this clock"
        hint = "one of the two clocks is wrong; no order depends on it, but when claims end does"
        yield Trouble(code="doctor/clock", message=message, hint=hint)
    elif now.timestamp() < BORN:
        message = f"this machine's clock says {now:%Y-%m-%d}, and this program is younger"
        yield Trouble(code="doctor/clock", message=message, hint="set the clock: what is recorded gets its time")
    skew = _skew(ctx)
    if abs(skew) > AHEAD:
        where = "ahead of" if skew > 0 else "behind"
        message = f"the file system's clock is {_span(abs(skew))} {where} this machine's"
        yield Trouble(code="doctor/clock-skew", message=message, hint="locks are judged by their age: set the clocks")


def _skew(ctx: Context) -> float:
    """Seconds by which a file that is written now is younger than now; 0 where none can be, or there is no ledger."""
    try:
        with tempfile.NamedTemporaryFile(dir=ctx.location.factory_dir, prefix="factory-clock-") as file:
            return Path(file.name).stat().st_mtime - ctx.clock.now().timestamp()
    except OSError:
        return 0.0


def _span(seconds: float) -> str:
    """Seconds as people say them."""
    for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {name}"
    return f"{int(seconds)} seconds"
