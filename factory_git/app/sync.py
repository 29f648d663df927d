"""``sync``: this clone's ledger and a remote's become one: fetched, united, sent, again where somebody was faster.

Records are only ever added, so two ledgers unite without conflict, and nothing is forced: what a remote lost or took
back is united with what it had, and sent to it again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from factory_git.app.context import Context
from factory_git.core.errors import Conflict, IntegrityError, NotFound, RepositoryError, UsageError
from factory_git.core.ids import Oid
from factory_git.gitio import fetch, lock, push
from factory_git.gitio.child import GitFailed
from factory_git.gitio.fetch import Fetched

ATTEMPTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``remote`` empty means ``origin``, or the only one. ``fetch_only`` sends nothing."""

    remote: str = ""
    fetch_only: bool = False
    dry_run: bool = False


@dataclass(slots=True, kw_only=True)
class Result:
    """Transactions that came and went; ``rewritten``: how many the remote had once, and has not any more."""

    remote: str
    received: int = 0
    sent: int = 0
    rewritten: int = 0
    attempts: int = 0
    notices: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "remote": self.remote,
            "received": self.received,
            "sent": self.sent,
            "rewritten": self.rewritten,
            "attempts": self.attempts,
        }


def run(
    ctx: Context, options: Options, *, wait: lock.Wait = lock.sleep, jitter: Callable[[], float] = random.random
) -> Result:
    """Bring this ledger and that of a remote together. In a dry run the remote is asked, and nothing is changed.

    Raises :class:`RepositoryError` where the remote cannot be reached or takes no such ref, :class:`Conflict` when it
    was always somebody else who was faster.
    """
    result = Result(remote=_remote(ctx, options.remote))
    while True:
        result.attempts += 1
        there = _receive(ctx, result, dry_run=options.dry_run)
        if options.fetch_only or _send(ctx, result, there, dry_run=options.dry_run):
            result.notices += ctx.ledger.notices
            return result
        if result.attempts == ATTEMPTS:
            raise Conflict(
                f"the ledger of {result.remote} moved {ATTEMPTS} times while ours was sent",
                code="sync/lost-races",
                hint="nothing is lost, here or there; try again: git factory sync",
            )
        wait(0.05 * 2**result.attempts * (0.5 + jitter()))


def _remote(ctx: Context, wanted: str) -> str:
    known = fetch.remotes(ctx.location)
    if wanted:
        if wanted in known or "/" in wanted or ":" in wanted:
            return wanted
        hint = f"there are: {', '.join(known)}" if known else "git remote add origin URL"
        raise NotFound(f"there is no remote {wanted!r}", code="sync/no-remote", hint=hint)
    if not known:
        raise NotFound("this repository has no remote", code="sync/no-remote", hint="git remote add origin URL")
    if "origin" not in known and len(known) > 1:
        raise UsageError(
            f"there are {len(known)} remotes: {', '.join(known)}", hint="name one: git factory sync REMOTE"
        )
    return "origin" if "origin" in known else known[0]


def _receive(ctx: Context, result: Result, *, dry_run: bool) -> str:
    """Take in what the remote has; its tip, empty where it has no ledger."""
    where, ref = ctx.location, ctx.settings.text("ref")
    try:
        with fetch.fetched(where, result.remote, ref) as found:
            _take(ctx, result, found, dry_run=dry_run)
    except GitFailed as error:
        words = error.stderr.strip().removeprefix("fatal: ") or str(error)
        hint = f"see: git ls-remote {result.remote} {ref}"
        raise RepositoryError(f"{result.remote}: {words}", code="sync/not-reached", hint=hint) from error
    return found.new


def _take(ctx: Context, result: Result, found: Fetched, *, dry_run: bool) -> None:
    where, ref = ctx.location, ctx.settings.text("ref")
    lost = _lost(ctx, found)
    result.rewritten += lost
    if found.new:
        result.received += fetch.transactions(where, found.new, push.ref_at(where, ref))
    if dry_run:
        return
    if lost:
        _keep(ctx, result, Oid(found.old))
    if found.new:
        ctx.ledger.unite(Oid(found.new))
        # Only now: killed before, the next call sees the same rewrite, and nothing that was refused is remembered.
        fetch.note_fetched(where, result.remote, ref, found.new)


def _keep(ctx: Context, result: Result, old: Oid) -> None:
    """Unite what the remote had once. A plain fetch may have brought something there that cannot be ours."""
    try:
        ctx.ledger.unite(old)
    except IntegrityError as error:
        result.notices += (f"what {result.remote} had once was left alone: {error.message}",)


def _lost(ctx: Context, found: Fetched) -> int:
    """How many transactions the remote was seen with, and has no more."""
    if not found.old or found.old == found.new:
        return 0
    return fetch.transactions(ctx.location, found.old, found.new)


def _send(ctx: Context, result: Result, there: str, *, dry_run: bool) -> bool:
    """Send what the remote, whose tip is ``there``, has not; False when it moved meanwhile."""
    where, ref = ctx.location, ctx.settings.text("ref")
    here = push.ref_at(where, ref)
    if not here or here == there:
        return True
    count = fetch.transactions(where, here, there)
    if not dry_run:
        sent = push.send(where, result.remote, ref)
        if sent.state == "behind":
            return False
        if sent.state == "failed":
            raise _refused(result.remote, ref, sent.words)
        push.note_sent(where, fetch.tracking(where, result.remote, ref), here)
    result.sent += count
    return True


def _refused(remote: str, ref: str, words: str) -> RepositoryError:
    hint = f"try: git push {remote} {ref}"
    if not ref.startswith("refs/heads/"):
        hint += "; a host that takes only branches: git config factory.ref refs/heads/factory/ledger, on every clone"
    return RepositoryError(f"{remote} did not take {ref}: {words}", code="sync/not-sent", hint=hint)
