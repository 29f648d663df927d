"""``claim``: who works on which paths, told to other clones by sync. Advice with an end, not a lock.

Of two claims on one path the earlier in the ledger's order counts, which is the same in every clone. A claim ends by
itself: nobody has to be asked when its owner is gone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from factory_git.app.claim_fold import TYPE, Claim, newest, standing, within
from factory_git.app.claim_fold import take as take_in
from factory_git.app.context import Context
from factory_git.app.folds import Fold
from factory_git.core.errors import Conflict, NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.ledger.record import make, one_line

_TTL = re.compile(r"(\d{1,5})([mhd])")
LONGEST = timedelta(days=90)  # a claim that nobody renews must not stand in the way for years
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


CLAIMS = Fold(name="claims", types=(TYPE,), take=take_in, modules=("factory_git.app.claim_fold",), checked=True)


def listing(ctx: Context) -> list[Claim]:
    """The claims that stand now."""
    return standing(ctx.folds.now(CLAIMS), ctx.clock.now())


def take(ctx: Context, paths: Sequence[str], *, task: str, ttl: str) -> Claim:
    """Claim paths for a task; the owner's own claim for it is renewed, with these paths added.

    Raises :class:`Conflict` that names every claim in the way; nothing is claimed then, and what was held stays held.
    """
    task = _task(task)
    wanted = [_path(ctx, one) for one in paths]
    owner, until = ctx.config.author.email, ctx.clock.now() + _span(ttl)
    now = listing(ctx)
    mine = [one for one in now if (one.task, one.owner) == (task, owner)]
    held = sorted({path for one in mine for path in one.paths})
    added = [path for path in wanted if not any(within(path, one) for one in held)]
    first = {id_ for one in mine for id_ in one.against}
    others = [one for one in now if one not in mine]
    _refuse([one for one in others if one.overlaps(added) or (one.id in first and one.overlaps(wanted))], wanted)
    id_ = _write(ctx, task, owner, sorted({*wanted, *held}), until)
    # Somebody may have been as fast: whoever comes first in the order has it, and the other one steps back.
    now = listing(ctx)
    made = next(one for one in now if one.id == id_)
    faster = [one for one in now if one.id in made.against and one.overlaps(added)]
    if faster:
        _write(ctx, task, owner, held or made.paths, until, state="held" if held else "released")
        _refuse(faster, wanted)
    return made


def release(ctx: Context, *, task: str) -> list[str]:
    """End the owner's claim for a task; the paths. Raises :class:`NotFound` where there is none."""
    owner, task = ctx.config.author.email, _task(task)
    mine = [one for one in listing(ctx) if (one.task, one.owner) == (task, owner)]
    if not mine:
        raise NotFound(f"{owner} has no claim for {task}", code="claim/none", hint="what stands: git factory claim")
    paths = sorted({path for one in mine for path in one.paths})
    _write(ctx, task, owner, paths, mine[0].until, state="released")
    return paths


def _write(
    ctx: Context, task: str, owner: str, paths: Sequence[str], until: datetime, *, state: str = "held"
) -> RecordId:
    """The next revision of the owner's claim for the task, ended ones included: two of them are never one record."""
    replaces = newest(ctx.folds.now(CLAIMS), task, owner)
    payload = {
        "title": f"{task}: {', '.join(paths[:4])}{' …' if len(paths) > 4 else ''}",
        "task": task,
        "owner": owner,
        "paths": list(paths),
        "state": state,
        "until": until.astimezone(UTC).isoformat(timespec="seconds"),
    }
    payload |= {"replaces": replaces} if replaces else {}
    word = "claim" if state == "held" else "release"
    record = make(TYPE, payload, replaces)
    return ctx.ledger.append([record], stream=f"claims/{owner}", subject=f"{word} for {payload['title']}")[0]


def _refuse(others: Sequence[Claim], wanted: Sequence[str]) -> None:
    if not others:
        return
    lines = [
        f"{', '.join(one.paths)}: claimed for {one.task} by {one.owner} until {one.until:%Y-%m-%d %H:%M}"
        for one in others
    ]
    raise Conflict(
        f"{', '.join(wanted)} is being worked on\n  " + "\n  ".join(lines),
        code="claim/taken",
        hint="wait for it, ask them, or work on something else",
        details={"claims": [one.as_json() for one in others]},
    )


def _task(text: str) -> str:
    """What a claim is for, as one line."""
    clean = one_line(text)
    if not clean:
        raise UsageError("a claim is for a task", code="claim/task", hint="--for TASK")
    return _text(clean)


def _path(ctx: Context, text: str) -> str:
    """A path as the user gave it, from the top of the repository."""
    if not text:
        raise UsageError("an empty path is no path", code="claim/path", hint="the whole repository is `.`")
    top = ctx.location.worktree
    here = PurePosixPath(ctx.location.prefix, text.replace(os.sep, "/"))
    if PurePosixPath(text).is_absolute() and top is not None and PurePosixPath(text).is_relative_to(top.as_posix()):
        here = PurePosixPath(text).relative_to(top.as_posix())
    clean = os.path.normpath(here.as_posix()).replace(os.sep, "/")
    if clean.startswith(("../", "/")) or clean == "..":
        raise UsageError(
            f"{text} lies outside of the repository", code="claim/path", hint="name a file or a folder in it"
        )
    return _text(clean)


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        shown = text.encode(errors="surrogateescape").decode(errors="backslashreplace")
        hint = "a record holds UTF-8 only; claim the folder around it"
        raise UsageError(f"{shown} is not UTF-8", code="claim/not-utf-8", hint=hint) from error
    return text


def _span(ttl: str) -> timedelta:
    match = _TTL.fullmatch(ttl)
    if match is None or int(match[1]) == 0:
        raise UsageError(f"{ttl!r} is no span of time", code="usage/time", hint="30m, 4h or 2d")
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > LONGEST:
        words = f"{ttl} is longer than {LONGEST.days} days"
        raise UsageError(words, code="usage/time", hint="a claim is renewed by claiming it again")
    return span
