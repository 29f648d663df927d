"""``maintenance``: keep the ledger fast. Nothing it does can lose a record, and nothing depends on it being done."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.context import Context
from factory_git.core.errors import Conflict, FactoryError
from factory_git.core.points import reached
from factory_git.gitio import caller, journal, lock, locks, refs, upkeep
from factory_git.gitio.child import GitFailed
from factory_git.ledger import forks
from factory_git.ledger.store import Ledger

STAMP = "maintained"  # its age is that of the last maintenance
LOCK = "maintenance.lock"
NOTE = "maintaining"  # there while Git is at work for us, and after it was killed
PACKS = 48  # packs of ours from which on it is due
AGE = 7 * 24 * 3600  # seconds after which it is due, where anything was written since
NOTHING = "nothing is due"
ATTEMPTS = 3  # a `git gc` beside us may take packs that are being joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was done. ``due`` is False where it was asked for only if due, and was let be: ``why`` says it."""

    due: bool
    why: str = ""
    packs_before: int = 0
    packs_after: int = 0
    commit_graph: bool = False
    gc: bool = False
    notices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "due": self.due,
            "packs_before": self.packs_before,
            "packs_after": self.packs_after,
            "commit_graph": self.commit_graph,
            "gc": self.gc,
        }


def run(ctx: Context, *, auto: bool = False, gc: bool = False, environ: Mapping[str, str] = os.environ) -> Result:
    """Join the packs of the ledger and its forks, write Git's commit graph, tidy the index; with ``gc`` run Git's own.

    Packs change under the ledger's lock: no transaction of ours is in flight then, and those of others are kept by
    their own marks. ``auto`` does nothing unless :func:`due`, in a hook, or beside another one. One at a time: else
    :class:`Conflict` that names the process which is at it.
    """
    if auto and caller.in_hook(environ):
        return Result(due=False, why="not in a hook")
    if auto and not due(ctx):
        return Result(due=False, why=NOTHING)
    try:
        with lock.exclusive(ctx.location.factory_dir / LOCK, wait=lambda _: None, patience=0.0):
            return _done(ctx, gc=gc) if not auto or due(ctx) else Result(due=False, why=NOTHING)
    except Conflict as error:
        if auto and error.code == "ledger/busy":
            return Result(due=False, why=f"another one is at work: process {error.details.get('pid')}")
        raise


def _done(ctx: Context, *, gc: bool) -> Result:
    notices = _clear(ctx)
    counts = [_joined(ledger) for ledger in _ledgers(ctx)]
    reached("maintenance:joined")
    graph = _graph(ctx, notices)
    reached("maintenance:graph")
    gc = gc and _collected(ctx, notices)
    reached("maintenance:collected")
    if graph:  # else the next one takes away what a killed Git may have left there
        _note(ctx).unlink(missing_ok=True)
    ctx.ledger.tidy_index()
    reached("maintenance:tidied")
    with contextlib.suppress(OSError):
        _stamp(ctx).touch()
    before, after = (sum(one) for one in zip(*counts, strict=True))
    notices += ctx.ledger.notices
    return Result(
        due=True, packs_before=before, packs_after=after, commit_graph=graph, gc=gc, notices=tuple(notices)
    )  # fmt: skip


def _clear(ctx: Context) -> list[str]:
    """Take away the locks of Git's that a maintenance left which was killed, and note that this one is at work.

    A lock that is younger than that note and that nobody holds is the dead one's: it need not get as old as others.
    """
    said = []
    with contextlib.suppress(FileNotFoundError):
        for one in locks.since(ctx.location, _note(ctx).stat().st_mtime):
            while one.exists():
                said.append(refs.take_over(one, now=ctx.clock.now().timestamp()))
    _note(ctx).parent.mkdir(parents=True, exist_ok=True)
    _note(ctx).touch()
    return [words for words in said if words]


def _note(ctx: Context) -> Path:
    return ctx.location.factory_dir / NOTE


def _joined(ledger: Ledger) -> tuple[int, int]:
    for attempt in range(ATTEMPTS):
        try:
            return ledger.maintain()
        except (GitFailed, FileNotFoundError):  # a gc beside us took a pack that was to be joined: it is in another
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


def _ledgers(ctx: Context) -> Iterator[Ledger]:
    """The ledger, and those of its forks that this clone wrote to: each has packs of its own."""
    yield ctx.ledger
    own = ctx.settings.text("ref")
    for ref in ctx.repo.refs_below(forks.FORKS):
        if ref != own and (forks.folder(ctx.location, ref) / journal.NAME).exists():
            yield ctx.ledger_on(ref)


def _graph(ctx: Context, notices: list[str]) -> bool:
    """Write the commit graph; a lock that a killed Git left there is taken away first."""
    now = ctx.clock.now().timestamp()
    notices += [locks.take(one) for one in locks.stale(ctx.location, now=now) if one.name.startswith("commit-graph")]
    try:
        upkeep.write_commit_graph(ctx.location)
    except GitFailed as error:  # a Git beside us writes it
        notices.append(f"the commit graph was not written: {error.stderr.strip()}")
        return False
    return True


def _collected(ctx: Context, notices: list[str]) -> bool:
    """Run Git's own collection, unless one is running."""
    try:
        upkeep.collect_garbage(ctx.location)
    except GitFailed as error:
        if "already running" not in error.stderr:
            raise
        notices.append(f"git gc was let be: {error.stderr.strip().removeprefix('fatal: ')}")
        return False
    return True


def due(ctx: Context) -> bool:
    """Whether enough was written, or long enough ago, for maintenance to pay. Costs a look at a file a ledger."""
    top = ctx.location.factory_dir
    journals = [path for path in (top / journal.NAME, *top.glob(f"forks/*/{journal.NAME}")) if path.exists()]
    if not journals:
        return False
    if any(path.stat().st_size > PACKS * journal.LINE for path in journals):
        return True
    since = _stamp(ctx) if _stamp(ctx).exists() else min(journals, key=lambda path: path.stat().st_mtime)
    return ctx.clock.now().timestamp() - since.stat().st_mtime > AGE


def start_if_due(ctx: Context, environ: Mapping[str, str] = os.environ) -> bool:
    """Start it in the background where it is due, unless ``factory.maintenance`` is false; whether it was started.

    Never in a hook: who commits or pushes does not wait for it, and Git may be in the middle of something.
    """
    try:
        if caller.in_hook(environ) or not ctx.settings.flag("maintenance") or not due(ctx) or _at_it(ctx):
            return False
        upkeep.in_background(ctx.location, "maintenance", "--auto")
    except (FactoryError, OSError):  # what was to be done is done; care can wait
        return False
    return True


def _at_it(ctx: Context) -> bool:
    """Whether another one is running."""
    try:
        with lock.exclusive(ctx.location.factory_dir / LOCK, wait=lambda _: None, patience=0.0):
            return False
    except Conflict:
        return True


def _stamp(ctx: Context) -> Path:
    return ctx.location.factory_dir / STAMP
