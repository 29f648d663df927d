"""``watch``: transactions as they come, each batch with the cursor to go on from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.app.log import Logged
from factory_git.core.errors import UsageError
from factory_git.core.ids import is_oid
from factory_git.gitio.lock import Wait, sleep

LOOK = 0.2  # seconds between two looks at the ref: one small file is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``since`` is the cursor of an earlier batch (empty: from the first one on). ``once``: do not wait for more."""

    since: str = ""
    stream: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is new, oldest first. Who has dealt with all of it goes on from ``cursor``; who has not gets it again."""

    entries: tuple[Logged, ...]
    cursor: str


def run(ctx: Context, options: Options, *, wait: Wait = sleep) -> Iterator[Batch]:
    """Batches of new transactions, for ever unless ``once``; a batch that the stream has no part in is left out.

    Nothing is read while nothing happens, and then only what is new, also after a sync brought other clones' records.
    """
    if options.since and not is_oid(options.since):
        hint = "give the cursor that an earlier call printed"
        raise UsageError(f"{options.since!r} is no cursor", code="ledger/no-cursor", hint=hint)
    cursor = options.since
    while True:
        tip = ctx.ledger.tip
        if tip is not None and tip != cursor:
            found = ctx.ledger.since(cursor, tip)
            entries = tuple(Logged(tx=tx, records=tuple(rows)) for tx, rows in found if _wanted(tx.stream, options))
            cursor = tip
            if entries or options.once:
                yield Batch(entries=entries, cursor=cursor)
        if options.once:
            return
        wait(LOOK)


def _wanted(stream: str, options: Options) -> bool:
    return not options.stream or stream == options.stream
