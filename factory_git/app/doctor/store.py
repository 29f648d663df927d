"""Checks of the ledger's own store: promises, locks, packs, working folders, index."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from factory_git.app import maintenance
from factory_git.app.context import Context
from factory_git.app.doctor.trouble import Trouble
from factory_git.core.errors import Conflict
from factory_git.core.ids import Oid
from factory_git.gitio import fetch, journal, lock, push, refs, upkeep, worktrees
from factory_git.gitio import locks as left
from factory_git.index.database import files
from factory_git.index.sqlite import NAME, damage
from factory_git.ledger import forks
from factory_git.ledger.promises import lost

LOOSE, PACKS = 6_700, 300  # Git's own bound for loose objects; packs from which on every lookup is slow


def promises(ctx: Context) -> Iterator[Trouble]:
    """Every acknowledged transaction is still in the ledger."""
    acknowledged = journal.read(forks.folder(ctx.location, _ref(ctx))).tips  # before the ref is read: it grows
    missing = lost(ctx.repo, ctx.ledger.tip, acknowledged)
    here = [one for one in missing if ctx.repo.has(one)]
    for one in here:
        message = f"the ledger lost the acknowledged transaction {one[:12]}: {_ref(ctx)} was moved back"
        fix = partial(_unite, ctx, one)
        yield Trouble(code="doctor/lost", message=message, hint="--fix unites it again", severity="error", fix=fix)
    gone = next((one for one in missing if one not in here), None)
    if gone is not None:
        message = f"the acknowledged transaction {gone[:12]} is gone from this repository"
        hint = "fetch it from another clone: git factory sync"
        yield Trouble(code="doctor/gone", message=message, hint=hint, severity="error")


def _unite(ctx: Context, lost: Oid) -> str:
    ctx.ledger.unite(lost)
    return f"{lost[:12]} is in the ledger again"


def locks(ctx: Context) -> Iterator[Trouble]:
    """No lock file of a dead process stands in the way."""
    own, now = ctx.repo.lock_path(_ref(ctx)), ctx.clock.now().timestamp()
    if own.exists() and now - own.stat().st_mtime >= refs.STALE:
        owner = refs.holder(own)
        if owner:
            yield Trouble(code="doctor/lock", message=f"{own} is held by {owner}", hint="wait for it, or end it")
        else:
            yield _stale(own, "the next append removes it, too", partial(refs.take_over, own, now=now))
    for path in left.stale(ctx.location, now=now):
        if path != own:
            yield _stale(path, "Git refuses to write what it locks; --fix removes it", partial(left.take, path))
    for path in left.attended(ctx.location, now=now):
        message = f"{path} is old: a Git that was killed left it, or somebody has an editor open"
        yield Trouble(code="doctor/lock-attended", message=message, hint=f"where no Git is at work: rm '{path}'")


def _stale(path: Path, hint: str, fix: Callable[[], str]) -> Trouble:
    message = f"{path} is a lock that no process holds"
    return Trouble(code="doctor/lock", message=message, hint=hint, severity="error", fix=fix)


def packs(ctx: Context) -> Iterator[Trouble]:
    """The store is not in so many pieces that reading is slow."""
    found = upkeep.counts(ctx.location)
    loose, packed = found.get("count", 0), found.get("packs", 0)
    if packed > PACKS or maintenance.due(ctx):
        message = f"{packed} packs; maintenance is due"
        fix = partial(_maintained, ctx)
        yield Trouble(code="doctor/packs", message=message, hint="git factory maintenance", fix=fix)
    if loose > LOOSE:
        message = f"{loose} loose objects make Git slow"
        hint = "git gc, or git factory maintenance --gc"
        yield Trouble(code="doctor/loose", message=message, hint=hint, fix=partial(_collected, ctx))


def _maintained(ctx: Context) -> str:
    done = maintenance.run(ctx)
    said = f"{done.packs_before} packs of the ledger became {done.packs_after}"
    if upkeep.counts(ctx.location).get("packs", 0) > PACKS:  # not ours: Git's own care is for these
        upkeep.collect_garbage(ctx.location)
        said += "; git gc joined the others"
    return said


def _collected(ctx: Context) -> str:
    upkeep.collect_garbage(ctx.location)
    count = upkeep.counts(ctx.location).get("count", 0)
    return f"git gc left {count} loose objects" if count <= LOOSE else ""


def folders(ctx: Context) -> Iterator[Trouble]:
    """No working folder of a killed run lies about, while no run is at work."""
    found = [*worktrees.leftovers(ctx.location.common_dir, ""), *worktrees.orphans(ctx.location.common_dir, "")]
    with _idle(ctx) as idle:
        names = list(dict.fromkeys(path.name for path in found))
        if names and idle:
            message = f"{len(names)} working folders of killed runs: {', '.join(names[:4])}"
            hint = "the next run of their spec removes them, too"
            yield Trouble(code="doctor/folders", message=message, hint=hint, fix=partial(_removed, ctx))


def _removed(ctx: Context) -> str:
    with _idle(ctx) as idle:
        return f"removed {len(worktrees.repair(ctx.location.common_dir, ''))} of them" if idle else ""


@contextmanager
def _idle(ctx: Context) -> Iterator[bool]:
    """Whether no run holds its claim; none that ran before can take it meanwhile."""
    with ExitStack() as stack:
        try:
            for path in sorted((ctx.location.factory_dir / "claims").glob("*.lock")):
                stack.enter_context(lock.exclusive(path, wait=lambda _: None, patience=0.0))
        except Conflict:
            stack.close()
            yield False
            return
        yield True


def index(ctx: Context) -> Iterator[Trouble]:
    """The index can be read and holds what the ledger holds; it is only a projection, made anew where it does not."""
    path = forks.folder(ctx.location, _ref(ctx)) / NAME
    wrong = damage(path)
    if not wrong and path.exists() and (tip := ctx.ledger.tip) is not None:
        indexed, there = ctx.ledger.number(tip), upkeep.commits(ctx.location, tip)
        wrong = f"it has {indexed} of {there} transactions" if indexed != there else ""
    if wrong:
        fix = partial(_dropped, ctx, path)
        message = f"the index is damaged: {wrong}"
        yield Trouble(code="doctor/index", message=message, hint="no record is affected", fix=fix)


def _dropped(ctx: Context, path: Path) -> str:
    ctx.ledger.close()
    for one in files(path):
        one.unlink(missing_ok=True)
    return f"removed {path.name}; it is made anew when it is needed"


def gone_forks(ctx: Context) -> Iterator[Trouble]:
    """Nothing is kept here of forks that were given up."""
    there = set(ctx.repo.refs_below(forks.FORKS))
    for place in sorted((ctx.location.factory_dir / "forks").glob("*")):
        if forks.FORKS + place.name not in there:
            message = f"{place} is what this clone kept of a fork that is gone"
            hint = "made anew, a fork of that name begins afresh in any case"
            yield Trouble(code="doctor/fork", message=message, hint=hint, fix=partial(_forgotten, place))


def _forgotten(place: Path) -> str:
    shutil.rmtree(place)
    return f"removed {place.name}"


def _ref(ctx: Context) -> str:
    return ctx.settings.text("ref")


def remote_tracking(ctx: Context) -> Iterator[Trouble]:
    """What was fetched of remotes' ledgers is united with ours."""
    here = push.ref_at(ctx.location, _ref(ctx))
    for name, tip in push.refs_below(ctx.location, fetch.TRACKING):
        if not here or not ctx.repo.is_ancestor(Oid(tip), Oid(here)):
            remote = name.split("/")[2]
            message = f"{remote} has records that were fetched and are not in this ledger"
            yield Trouble(code="doctor/not-united", message=message, hint=f"git factory sync --fetch-only {remote}")
