"""``sync``: this clone's ledger and a remote's become one: fetched, united, sent, again where somebody was faster.

Records are only ever added, so two ledgers unite without conflict, and nothing is forced: what a remote lost or took
back is united with what it had, and sent to it again. One thing is: a remote's ledger is replaced by ours where ours
has all of it but what was redacted. A clone whose pushes always come too late publishes its ledger beside the remote's,
where the next sync of any clone takes it in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factory_git.app import sync_heads, verify
from factory_git.app.context import Context
from factory_git.core import room
from factory_git.core.errors import Conflict, IntegrityError, NotFound, RepositoryError, UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.core.points import reached
from factory_git.gitio import fetch, lock, push
from factory_git.gitio.child import GitFailed
from factory_git.gitio.fetch import Fetched
from factory_git.gitio.repository import supported
from factory_git.ledger.redaction import Judge, Redaction, Unaccepted
from factory_git.ledger.types import NewerVersion

ATTEMPTS = 8
BRANCH = "refs/heads/factory/ledger"  # where a ledger lies that a host takes only as a branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``remote`` empty means ``origin``, or the only one. ``fetch_only`` sends nothing.

    ``accept_redactions`` follows what others took out, whoever they are; else it must be sealed by one of ``signers``
    (a file, or what Git's own configuration says).
    """

    remote: str = ""
    fetch_only: bool = False
    dry_run: bool = False
    accept_redactions: bool = False
    signers: Path | None = None


@dataclass(slots=True, kw_only=True)
class Result:
    """Transactions that came and went; ``rewritten``: how many the remote had once, and has not any more.

    ``published`` names the remote's ref that holds our ledger where the remote's own moved before every push; ``taken``
    are those of other clones that ours holds now.
    """

    remote: str
    received: int = 0
    sent: int = 0
    rewritten: int = 0
    attempts: int = 0
    published: str = ""
    taken: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "remote": self.remote,
            "received": self.received,
            "sent": self.sent,
            "rewritten": self.rewritten,
            "attempts": self.attempts,
            "published": self.published or None,
        }


def run(
    ctx: Context, options: Options, *, wait: lock.Wait = lock.sleep, jitter: Callable[[], float] = random.random
) -> Result:
    """Bring this ledger and that of a remote together. In a dry run the remote is asked, and nothing is changed.

    Raises :class:`Unaccepted` where the remote has redactions that would take something out here and do not count,
    :class:`RepositoryError` where it cannot be reached or takes no such ref, :class:`Conflict` when it was always
    somebody else who was faster, and the remote takes no ref beside its ledger either.
    """
    supported(ctx.location)  # before anybody is asked
    result = Result(remote=_remote(ctx, options.remote))
    judge = _telling(_judging(ctx, options), result, dry_run=options.dry_run)
    for result.attempts in range(1, ATTEMPTS + 1):
        there = _receive(ctx, result, judge, dry_run=options.dry_run)
        refused = "" if options.fetch_only else _send(ctx, result, there, dry_run=options.dry_run)
        if not refused:
            break
        if result.attempts < ATTEMPTS:
            wait(0.05 * 2**result.attempts * (0.5 + jitter()))
    else:
        _publish(ctx, result, refused)
    result.notices += ctx.ledger.notices
    return result


def _publish(ctx: Context, result: Result, refused: str) -> None:
    """Where every race was lost: our ledger goes beside the remote's."""
    ref = ctx.settings.text("ref")
    result.published = sync_heads.publish(ctx, result.remote, ref)
    if not result.published:
        raise Conflict(
            f"the ledger of {result.remote} moved {ATTEMPTS} times while ours was sent; the last time: {refused}",
            code="sync/lost-races",
            hint="nothing is lost, here or there; try again: git factory sync",
        )
    result.sent = fetch.transactions(
        ctx.location,
        push.ref_at(ctx.location, ref),
        push.ref_at(ctx.location, fetch.tracking(ctx.location, result.remote, ref)),
    )


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


def _receive(ctx: Context, result: Result, judge: Judge, *, dry_run: bool) -> Fetched:
    """Take in what the remote has."""
    where, ref = ctx.location, ctx.settings.text("ref")
    try:
        with fetch.fetched(where, result.remote, ref, heads=sync_heads.place(ref)) as found:
            reached("sync:fetched")
            _take(ctx, result, found, judge, dry_run=dry_run)
    except GitFailed as error:
        words = error.stderr.strip().removeprefix("fatal: ") or str(error)
        if error.hint:  # the disk is full: that is no trouble with the remote
            raise RepositoryError(f"{result.remote}: {words}", code=error.code, hint=error.hint) from error
        hint = f"see: git ls-remote {result.remote} {ref}"
        raise RepositoryError(f"{result.remote}: {words}", code="sync/not-reached", hint=hint) from error
    return found


def _take(ctx: Context, result: Result, found: Fetched, judge: Judge, *, dry_run: bool) -> None:
    where, ref = ctx.location, ctx.settings.text("ref")
    lost = _lost(ctx, found)
    result.rewritten += lost
    if found.unread:
        said = f"what is published below {sync_heads.place(ref)} of {result.remote} was left alone: {found.unread}"
        result.notices += () if said in result.notices else (said,)
    tips = [tip for tip in (found.new, *(tip for _, tip in found.heads)) if tip]
    if tips:
        result.received += fetch.transactions(where, tips[0], push.ref_at(where, ref), *tips[1:])
    if dry_run:
        told = result.notices
        if found.new:
            _unite(ctx, result, Oid(found.new), judge, dry_run=True)
        if result.notices != told:  # what it lost by a redaction that would be followed is not lost
            result.rewritten -= lost
        return
    if found.new:
        _unite(ctx, result, Oid(found.new), judge)
    if lost and _keep(ctx, result, Oid(found.old), f"what {result.remote} had once", judge):
        # What it lost by a redaction that is followed here is not lost.
        result.rewritten -= lost - fetch.transactions(where, ctx.ledger.became(Oid(found.old)), found.new)
    if found.new:
        # Only now: killed before, the next call sees the same rewrite, and nothing that was refused is remembered.
        reached("sync:united")
        if ctx.ledger.became(Oid(found.new)) != found.new:  # it has what was taken out: no ref of ours is to hold that
            fetch.forget(where, [fetch.tracking(where, result.remote, ref)])
        elif found.new != found.old:
            fetch.note_fetched(where, result.remote, ref, found.new)
        reached("sync:noted")
    result.taken = tuple((name, tip) for name, tip in found.heads if _keep(ctx, result, Oid(tip), name, judge))


def _judging(ctx: Context, options: Options) -> Judge:
    """Why a note of a redaction does not count here: it must be sealed by a key that is vouched for, or be accepted."""
    keys = verify.keys_of(options.signers)
    if options.accept_redactions:
        return lambda notes: {note.id: "" for note in notes}
    return lambda notes: verify.seals(ctx, keys).notes(notes)


def _telling(judge: Judge, result: Result, *, dry_run: bool) -> Judge:
    """The same judge; what is taken out here by its word is told, since that destroys."""

    def judged(notes: Sequence[Redaction]) -> Mapping[RecordId, str]:
        wrong = judge(notes)
        if not any(wrong.get(note.id, "unknown") for note in notes):  # else none of them is followed
            said = [f"{', '.join(map(str, note.targets))} ({note})" for note in notes]
            words = (
                "would be taken out here, too, of transactions that are counted above"
                if dry_run
                else "taken out here, too"
            )
            told = [f"{words}: {one}" for one in said]
            result.notices += tuple(one for one in told if one not in result.notices)
        return wrong

    return judged


def _unite(ctx: Context, result: Result, tip: Oid, judge: Judge, *, dry_run: bool = False) -> None:
    try:
        ctx.ledger.unite(tip, judge=judge, dry_run=dry_run)
    except Unaccepted as error:
        ref = ctx.settings.text("ref")
        hint = (
            f"nothing was changed. Take them out here, too: git factory sync --accept-redactions {result.remote}; or, "
            f"where they are wrong, put back what was there: git push --force {result.remote} {ref}"
        )
        raise Unaccepted(error.message, code=error.code, hint=hint, details=error.details) from error


def _keep(ctx: Context, result: Result, tip: Oid, what: str, judge: Judge) -> bool:
    """Unite what may be no ledger: what a plain fetch brought, what a clone published. It stops nobody else's sync."""
    try:
        ctx.ledger.unite(tip, judge=judge)
    except (IntegrityError, NewerVersion, Unaccepted) as error:
        said = f"{what} was left alone: {error.message}"
        result.notices += () if said in result.notices else (said,)
        return False
    return True


def _lost(ctx: Context, found: Fetched) -> int:
    """How many transactions the remote was seen with, and has no more."""
    if not found.old or found.old == found.new:
        return 0
    return fetch.transactions(ctx.location, found.old, found.new)


def _send(ctx: Context, result: Result, found: Fetched, *, dry_run: bool) -> str:
    """Send what the remote has not; why it has to be tried again, empty where it has not."""
    where, ref = ctx.location, ctx.settings.text("ref")
    here = push.ref_at(where, ref)
    if here and here != found.new and not _settled(ctx, result.remote, here, found.new):
        count = fetch.transactions(where, here, found.new)
        if not dry_run:
            over = _replaced(ctx, here, found.new)
            sent = push.replace(where, result.remote, ref, found.new) if over else push.send(where, result.remote, ref)
            if sent.state in ("behind", "busy"):
                return sent.words or sent.state
            if sent.state == "failed":
                raise _refused(result.remote, ref, sent.words)
            reached("sync:sent")
            push.note_sent(where, fetch.tracking(where, result.remote, ref), here)
            reached("sync:remembered")
        result.sent += count
    sync_heads.retire(ctx, result.remote, result.taken)
    return ""


def _settled(ctx: Context, remote: str, here: str, there: str) -> bool:
    """Whether a remote has all that is here but for the commits that unite ledgers, and is not the one that gets these.

    One remote of a clone gets them, so that all its clones come to the same tip. If each got them, clones that go from
    one remote to the other would unite what they united without end.
    """
    hub = next(iter(sorted(fetch.remotes(ctx.location), key=lambda name: (name != "origin", name))), remote)
    if not there or remote == hub or fetch.transactions(ctx.location, here, there):
        return False
    ours, theirs = (ctx.repo.commit(Oid(oid)).tree for oid in (here, there))
    return ours == theirs


def _replaced(ctx: Context, here: str, there: str) -> bool:
    """Whether ours may go over what is there: it has everything of it but what was redacted. Anything else never."""
    became = ctx.ledger.became(Oid(there))
    if not there or became == there or ctx.repo.is_ancestor(Oid(there), Oid(here)):
        return False
    return ctx.repo.is_ancestor(became, Oid(here))


def _refused(remote: str, ref: str, words: str) -> RepositoryError:
    if room.in_words(words):
        hint = f"free some space where {remote} lies and run it again; what came from there is kept"
        return RepositoryError(f"{remote} did not take {ref}: {words}", code="sync/remote-full", hint=hint)
    if any(said in words for said in ("temporary object directory", "migrate objects to permanent storage")):
        hint = f"{remote} could not store it: look for room there, and for the right to write"
        return RepositoryError(f"{remote} did not take {ref}: {words}", code="sync/not-stored", hint=hint)
    if "non-fast-forward" in words:
        hint = (
            f"what was redacted is still there: whoever keeps {remote} must allow it to go back, or delete {ref} there"
        )
        return RepositoryError(f"{remote} keeps what it has: {words}", code="sync/redaction-refused", hint=hint)
    hint = f"try: git push {remote} {ref}"
    if not ref.startswith("refs/heads/"):
        move = f"git config factory.ref {BRANCH} && git branch {BRANCH.removeprefix('refs/heads/')} {ref}"
        hint += f"; a host that takes only branches: {move}, on every clone"
    return RepositoryError(f"{remote} did not take {ref}: {words}", code="sync/not-sent", hint=hint)
