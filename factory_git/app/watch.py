"""``watch``: transactions as they come, each batch with the cursor to go on from.

A cursor is a transaction: what it reaches was told. So it stays good whatever is united with the ledger. Where history
was rewritten under it, what comes after the beginning that both have is told again: twice, but never not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from factory_git.app import point
from factory_git.app.context import Context
from factory_git.app.log import Logged
from factory_git.core.errors import FactoryError, NotFound, UsageError
from factory_git.core.ids import Oid, is_oid
from factory_git.gitio.lock import Wait, sleep
from factory_git.ledger.projection import Row, TxRow

LOOK = 0.1  # seconds between two looks at the ref: one small file is read
MOST = 500  # transactions of a batch, where there are many: a long history does not have to fit into memory
_WAY = "go on from a time or a number: git factory watch --since '2 days ago'; or from the first one: no --since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``since`` is the cursor of an earlier batch, or a point as of ``state --at`` (empty: from the first one on).

    ``once``: do not wait for more.
    """

    since: str = ""
    stream: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is new, oldest first. Who has dealt with all of it goes on from ``cursor``; who has not gets it again.

    ``notice`` says where something comes that may have been told before.
    """

    entries: tuple[Logged, ...]
    cursor: str
    notice: str = ""


def run(ctx: Context, options: Options, *, wait: Wait = sleep) -> Iterator[Batch]:
    """Batches of new transactions, for ever unless ``once``; a batch that the stream has no part in is left out.

    Nothing is read while nothing happens, and then only what is new, also after a sync brought other clones' records.
    Raises :class:`NotFound` for a cursor that is no transaction of this ledger and never was, or is gone.
    """
    cursor = _start(ctx, options.since)
    while True:
        tip = ctx.ledger.tip
        while tip is not None and tip != cursor:
            notice = _doubt(ctx, cursor)
            found, cursor = _next(ctx, cursor, tip)
            entries = tuple(Logged(tx=tx, records=tuple(rows)) for tx, rows in found if _wanted(tx.stream, options))
            if entries or notice or (options.once and cursor == tip):
                yield Batch(entries=entries, cursor=cursor, notice=notice)
        if options.once:
            return
        wait(LOOK)


def _start(ctx: Context, since: str) -> str:
    """The cursor that the user means."""
    if not since:
        return ""
    if is_oid(since):
        if ctx.ledger.tip is None:
            raise _unknown(since)
        return since
    try:
        last = point.find(ctx, since).last
    except UsageError as error:
        hint = "the cursor that an earlier call printed, a number of transactions, or a time: '2 days ago'"
        raise UsageError(f"{since!r} is no cursor: {error.message}", code="ledger/no-cursor", hint=hint) from error
    return last.oid if last else ""


def _doubt(ctx: Context, cursor: str) -> str:
    """Empty where the ledger holds the cursor; else what to say about going on all the same."""
    if not cursor or ctx.ledger.number(cursor):
        return ""
    try:
        known = ctx.ledger.once_held(Oid(cursor))
    except FactoryError:
        known = False
    if not known:
        raise _unknown(cursor)
    return f"the ledger does not hold the cursor {cursor[:12]} any more: what came after it may have been told before"


def _unknown(cursor: str) -> NotFound:
    return NotFound(f"no transaction {cursor} in this ledger", code="ledger/no-cursor", hint=_WAY)


def _next(ctx: Context, cursor: str, tip: Oid) -> tuple[list[tuple[TxRow, list[Row]]], str]:
    """What is told next, and the cursor after it."""
    ledger = ctx.ledger
    after, there = ledger.number(cursor) if cursor else 0, ledger.number(tip)
    if there - after > MOST and (not cursor or ledger.goes_on(Oid(cursor), after)):
        found = ledger.span(after, after + MOST)
        if found and (not cursor or ledger.number(cursor) == after):  # the order did not change meanwhile
            return found, found[-1][0].oid
    return ledger.since(cursor, tip), tip


def _wanted(stream: str, options: Options) -> bool:
    return not options.stream or stream == options.stream
