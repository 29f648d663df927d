"""Checks of what everything rests on: Git, the file system, the clock, who the user is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from factory_git.app.context import Context
from factory_git.app.doctor.trouble import Trouble
from factory_git.core.errors import FactoryError, InvalidInput
from factory_git.gitio import upkeep

OLDEST = (2, 31)  # `rev-parse --path-format` and `rev-list --disk-usage`
ROOM = 200 * 1024 * 1024  # bytes
AHEAD = 300  # seconds
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs", "fuse.rclone")
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
            yield Trouble(code=problem.code, message=message, hint=problem.hint, severity="error")


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
    """The clock is not behind what was recorded. Order never depends on it; what people read does."""
    newest = next(iter(ctx.ledger.journal(limit=1)), None)
    if newest is not None:
        ahead = (newest[0].when - ctx.clock.now()).total_seconds()
        if ahead > AHEAD:
            message = f"the newest transaction is {int(ahead)} seconds ahead of this machine's clock"
            yield Trouble(code="doctor/clock", message=message, hint="set the clock; no order depends on it")
