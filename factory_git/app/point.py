"""A point of the ledger, as a user names it: how many transactions, when, or by which transaction or record.

``N`` is the first N transactions in graph order. A time is those up to the last one that is not later: the order stays
the graph's, so that one clock that ran ahead hides nothing that came after it, and a transaction that says that it is
older than what it follows brings that along. An id is what that transaction reaches, or the one that brought that
record first; digits alone are an id where there are not as many transactions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.app.list import moment
from factory_git.core.errors import NotFound, UsageError
from factory_git.ledger.projection import TxRow
from factory_git.ledger.reader import SHORTEST, Reader

_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d*)?")
_ID = re.compile(r"[0-9a-f]{4,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The first ``upto`` transactions that ``reader`` has; ``last`` is the last of them, None where there is none.

    ``whole``: they are the beginning of the ledger's own order. ``number`` is the place of ``last`` in that.
    """

    reader: Reader
    upto: int
    last: TxRow | None
    whole: bool
    number: int


def find(ctx: Context, text: str = "") -> Point:
    """The point that ``text`` names (empty: now).

    Raises :class:`UsageError` for what is no whole number, lies out of range or names nothing that a point can be,
    :class:`NotFound` for an id that is not there.
    """
    there = ctx.ledger.number(tip) if (tip := ctx.ledger.tip) else 0
    if not text:
        return _first(ctx, there)
    digits = _ID.fullmatch(text) and text.isdecimal() and int(text) > there  # an id may have no letter in it
    if _NUMBER.fullmatch(text) and not (digits and _known(ctx, text)):
        return _first(ctx, _whole(text, there))
    if not _ID.fullmatch(text):
        when = moment(text, ctx.clock)
        assert when is not None
        return _first(ctx, ctx.ledger.until(when))
    number = ctx.ledger.number(text) or _brought(ctx, text)
    reader, upto = ctx.ledger.reaching(number)
    return Point(reader=reader, upto=upto, last=ctx.ledger.at(number), whole=reader is ctx.ledger, number=number)


def _first(ctx: Context, n: int) -> Point:
    return Point(reader=ctx.ledger, upto=n, last=ctx.ledger.at(n) if n else None, whole=True, number=n)


def _whole(text: str, there: int) -> int:
    if not text.isdecimal():
        hint = f"a whole number from 0 to {there}, a time, or an id of at least {SHORTEST} characters"
        raise UsageError(f"{text} is no number of transactions", code="ledger/no-point", hint=hint)
    if int(text) > there:
        raise UsageError(
            f"there are {there} transactions, not {int(text)}", code="ledger/out-of-range", hint="see: git factory log"
        )
    return int(text)


def _known(ctx: Context, text: str) -> bool:
    try:
        return bool(ctx.ledger.number(text) or _brought(ctx, text))
    except NotFound:
        return False


def _brought(ctx: Context, text: str) -> int:
    """The place of the transaction that brought a record first."""
    try:
        return ctx.ledger.number(ctx.ledger.entry(text).tx)
    except NotFound as error:
        message = f"no transaction and no record {text}"
        raise NotFound(message, code="ledger/no-point", hint="see: git factory log") from error
