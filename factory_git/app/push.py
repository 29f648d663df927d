"""``hooks pre-push``: what of a push has to be judged, and against what; and the ledger that may go with it.

A push is judged by its tips: each against the nearest commit on its line that the remote has, by ``git factory check
--rev TIP --base THAT``. Commits that the remote has under any name are not judged again, so a rebase, a new branch and
a forced push cost the same as the commits they bring.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.gitio import caller, changes, fetch, push
from factory_git.gitio.push import Update

PLACE = "refs/factory/"  # what lies here is no code


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A tip to check and what to hold it against (``base`` empty: the remote has nothing of it, all counts)."""

    tip: str
    base: str
    refs: tuple[str, ...]


def plan(ctx: Context, remote: str, url: str, updates: Sequence[Update]) -> list[Judgement]:
    """What there is to judge, each tip once, in the order of the push."""
    where = ctx.location
    ledger = ctx.settings.text("ref")
    names = [remote] if push.is_name(where, remote) else push.remotes_at(where, url or remote)
    has = list(
        dict.fromkeys(oid for one in updates if one.remote.strip("0") and (oid := push.commit_of(where, one.remote)))
    )
    found: dict[tuple[str, str], list[str]] = {}
    for one in updates:
        if one.deletes or one.remote_ref == ledger or one.remote_ref.startswith(PLACE):
            continue
        tip = push.commit_of(where, one.local)
        oldest = push.oldest_new(where, tip, has, names) if tip else ""
        if oldest:
            first = changes.commit(where, oldest)
            base = first.parents[0] if first and first.parents else ""
            found.setdefault((tip, base), []).append(one.remote_ref)
    return [Judgement(tip=tip, base=base, refs=tuple(refs)) for (tip, base), refs in found.items()]


def send_ledger(ctx: Context, remote: str, updates: Sequence[Update]) -> str:
    """Push the ledger, too, where ``factory.pushLedger`` says so; what to tell the user, if anything.

    It never fails: the code's push goes on whatever becomes of the ledger, which is only ever added to.
    """
    where, ref = ctx.location, ctx.settings.text("ref")
    sending = [one for one in updates if not one.deletes]
    if not ctx.settings.flag("pushLedger") or not sending or any(one.remote_ref == ref for one in updates):
        return ""
    here = push.ref_at(where, ref)
    if not here or caller.is_dry_run():
        return ""
    named = push.is_name(where, remote)
    tracking = fetch.tracking(where, remote, ref)
    fresh = all(not one.remote.strip("0") for one in sending)  # perhaps a remote that was made anew
    if named and not fresh and push.ref_at(where, tracking) == here:
        return ""
    sent = push.send(where, remote, ref)
    if sent.state in ("sent", "same"):
        if named:
            push.note_sent(where, tracking, here)
        return f"the ledger was sent, too ({ref})" if sent.state == "sent" else ""
    if sent.state == "behind":
        return (
            f"warning: the ledger of {remote} has records that are not here, so ours was not sent; your code is.\n"
            f"hint: nothing is lost, both stay as they are; see theirs: git fetch {remote} +{ref}:{tracking}"
        )
    return f"warning: the ledger was not sent ({sent.words}); your code is.\nhint: try: git push {remote} {ref}"


def from_framework(ctx: Context, environ: Mapping[str, str] = os.environ) -> tuple[str, str, list[Update]]:
    """Remote, URL and refs of the push that the pre-commit framework calls us for: it tells them in the environment.

    It tells one ref of a push only, the first.
    """
    local, remote_ref = environ.get("PRE_COMMIT_LOCAL_BRANCH", ""), environ.get("PRE_COMMIT_REMOTE_BRANCH", "")
    tip = environ.get("PRE_COMMIT_TO_REF") or (push.commit_of(ctx.location, local) if local else "")
    if not tip:
        return "", "", []
    # What it takes for the remote's state may be a commit of a new branch's own line: as good to be held against.
    known = environ.get("PRE_COMMIT_FROM_REF", "") or "0" * 40
    one = Update(local_ref=local, local=tip, remote_ref=remote_ref or local, remote=known)
    return environ.get("PRE_COMMIT_REMOTE_NAME", ""), environ.get("PRE_COMMIT_REMOTE_URL", ""), [one]
