"""Checks of the ledger's own store: promises, locks, packs, working folders, index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from factory_git.app import maintenance
from factory_git.app.context import Context
from factory_git.app.doctor.trouble import Trouble
from factory_git.core.errors import Conflict
from factory_git.core.ids import Oid
from factory_git.gitio import journal, lock, push, refs, upkeep, worktrees
from factory_git.index.sqlite import damage
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
    path = ctx.repo.lock_path(_ref(ctx))
    now = ctx.clock.now().timestamp()
    if path.exists() and now - path.stat().st_mtime >= refs.STALE:
        owner = refs.holder(path)
        if owner:
            yield Trouble(code="doctor/lock", message=f"{path} is held by {owner}", hint="wait for it, or end it")
        else:
            message = f"{path} is a lock that no process holds"
            yield Trouble(
                code="doctor/lock",
                message=message,
                hint="the next append removes it, too",
                severity="error",
                fix=lambda: refs.take_over(path, now=now),
            )


def packs(ctx: Context) -> Iterator[Trouble]:
    """The store is not in so many pieces that reading is slow."""
    found = upkeep.counts(ctx.location)
    loose, packed = found.get("count", 0), found.get("packs", 0)
    if packed > PACKS or maintenance.due(ctx):
        message = f"{packed} packs; maintenance is due"
        yield Trouble(
            code="doctor/packs", message=message, hint="git factory maintenance", fix=lambda: _maintained(ctx)
        )
    if loose > LOOSE:
        message = f"{loose} loose objects make Git slow"
        yield Trouble(code="doctor/loose", message=message, hint="git gc, or git factory maintenance --gc")


def _maintained(ctx: Context) -> str:
    done = maintenance.run(ctx)
    return f"{done.packs_before} packs of the ledger became {done.packs_after}"


def folders(ctx: Context) -> Iterator[Trouble]:
    """No working folder of a killed run lies about, while no run is at work."""
    left = worktrees.leftovers(ctx.location.common_dir, "")
    if left and _idle(ctx):
        message = f"{len(left)} working folders of killed runs: {', '.join(path.name for path in left[:4])}"
        hint = "the next run of their spec removes them, too"
        yield Trouble(code="doctor/folders", message=message, hint=hint, fix=lambda: _removed(ctx))


def _removed(ctx: Context) -> str:
    return f"removed {len(worktrees.repair(ctx.location.common_dir, ''))} working folders"


def _idle(ctx: Context) -> bool:
    """Whether no run holds its claim."""
    with ExitStack() as stack:
        try:
            for path in sorted((ctx.location.factory_dir / "claims").glob("*.lock")):
                stack.enter_context(lock.exclusive(path, wait=lambda _: None, patience=0.0))
        except Conflict:
            return False
    return True


def index(ctx: Context) -> Iterator[Trouble]:
    """The index can be read; it is only a projection and is made anew where it cannot."""
    path = forks.folder(ctx.location, _ref(ctx)) / "index.sqlite"
    wrong = damage(path)
    if wrong:
        message = f"the index is damaged: {wrong}"

        def fix() -> str:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
            return f"removed {path.name}; it is made anew when it is needed"

        yield Trouble(code="doctor/index", message=message, hint="no record is affected", fix=fix)


def _ref(ctx: Context) -> str:
    return ctx.settings.text("ref")


def remote_tracking(ctx: Context) -> Iterator[Trouble]:
    """What was fetched of remotes' ledgers is united with ours."""
    here = push.ref_at(ctx.location, _ref(ctx))
    for name, tip in push.refs_below(ctx.location, "refs/factory-remotes/"):
        if not here or not ctx.repo.is_ancestor(Oid(tip), Oid(here)):
            remote = name.split("/")[2]
            message = f"{remote} has records that were fetched and are not in this ledger"
            yield Trouble(code="doctor/not-united", message=message, hint=f"git factory sync --fetch-only {remote}")
