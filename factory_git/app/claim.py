"""``claim``: who works on which paths, told to other clones by sync. Advice with an end, not a lock.

Of two claims on one path the earlier in the ledger's order counts, which is the same in every clone. A claim ends by
itself: nobody has to be asked when its owner is gone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from factory_git.app.context import Context
from factory_git.core.errors import Conflict, NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.ledger.record import Entry, make, one_line

TYPE = "claim"
_TTL = re.compile(r"(\d{1,5})([mhd])")
LONGEST = timedelta(days=90)  # a claim that nobody renews must not stand in the way for years
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim that stands. ``against`` names the earlier claims on paths of this one: these count, this does not."""

    id: RecordId
    task: str
    owner: str
    paths: tuple[str, ...]
    until: datetime
    against: tuple[RecordId, ...] = ()

    def overlaps(self, paths: Iterable[str]) -> bool:
        """Whether some path is one of its own, or lies in one, or has one inside."""
        return any(_meet(one, other) for one in self.paths for other in paths)

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "id": self.id,
            "task": self.task,
            "owner": self.owner,
            "paths": list(self.paths),
            "until": self.until.isoformat(),
            "against": list(self.against),
        }


def standing(entries: Iterable[Entry], now: datetime) -> list[Claim]:
    """The claims that stand, the earliest in the order of ``entries`` (that of the ledger) first.

    Each path counts from where its owner first claimed it for the task, as long as no renewal came too late.
    """
    known = list(entries)
    heads = [e for e in _heads(known) if e.record.payload["state"] == "held" and _until(e) > now]
    early = _early(known)
    heads.sort(key=lambda e: min(early[e.record.id].values(), default=0))
    return [_claim(entry, heads, early) for entry in heads]


def _claim(entry: Entry, heads: Sequence[Entry], early: Mapping[RecordId, Mapping[str, int]]) -> Claim:
    payload, mine = entry.record.payload, early[entry.record.id]
    others = [e for e in heads if any(e.record.payload[name] != payload[name] for name in ("task", "owner"))]
    return Claim(
        id=entry.record.id,
        task=payload["task"],
        owner=payload["owner"],
        paths=tuple(payload["paths"]),
        until=_until(entry),
        against=tuple(other.record.id for other in others if _first(early[other.record.id], mine)),
    )


def _first(others: Mapping[str, int], mine: Mapping[str, int]) -> bool:
    """Whether somebody else had one of my paths (or a part of it, or a folder around it) before me."""
    pairs = ((path, other) for path in mine for other in others if others[other] < mine[path])
    return any(_meet(path, other) for path, other in pairs)


def _heads(known: Sequence[Entry]) -> list[Entry]:
    """What nothing replaces."""
    replaced = {one for entry in known for one in entry.record.payload.get("replaces", ())}
    return [entry for entry in known if entry.record.id not in replaced]


def _until(entry: Entry) -> datetime:
    try:
        return datetime.fromisoformat(entry.record.payload["until"])
    except ValueError:  # the 99th of a month: no claim of ours
        return datetime.min.replace(tzinfo=UTC)


def _early(known: Sequence[Entry]) -> dict[RecordId, dict[str, int]]:
    """Of each claim the place in the order from which on each of its paths has counted without a gap."""
    places: dict[RecordId, dict[str, int]] = {}
    by_id = {entry.record.id: entry for entry in known}
    for place, entry in enumerate(known):
        earlier = [by_id[one] for one in entry.record.payload.get("replaces", ()) if one in by_id]
        held = [e for e in earlier if e.record.payload["state"] == "held" and _until(e) > entry.when]
        went_on = [item for one in held for item in places.get(one.record.id, {}).items()]
        places[entry.record.id] = {
            path: min((at for other, at in went_on if _within(path, other)), default=place)
            for path in entry.record.payload["paths"]
        }
    return places


def listing(ctx: Context) -> list[Claim]:
    """The claims that stand now."""
    return standing(ctx.ledger.valid(TYPE), ctx.clock.now())


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
    added = [path for path in wanted if not any(_within(path, one) for one in held)]
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
    mine = [one.record for one in _heads(ctx.ledger.valid(TYPE))]
    replaces = [one.id for one in mine if (one.payload["task"], one.payload["owner"]) == (task, owner)]
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


def _meet(one: str, other: str) -> bool:
    return _within(one, other) or _within(other, one)


def _within(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(f"{folder}/")


def _span(ttl: str) -> timedelta:
    match = _TTL.fullmatch(ttl)
    if match is None or int(match[1]) == 0:
        raise UsageError(f"{ttl!r} is no span of time", code="usage/time", hint="30m, 4h or 2d")
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > LONGEST:
        words = f"{ttl} is longer than {LONGEST.days} days"
        raise UsageError(words, code="usage/time", hint="a claim is renewed by claiming it again")
    return span
