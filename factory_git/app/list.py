"""``list``: records, filtered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from factory_git.app.context import Context
from factory_git.core.clock import Clock
from factory_git.core.errors import UsageError
from factory_git.ledger.projection import Row
from factory_git.ledger.record import Entry

if TYPE_CHECKING:
    from factory_git.ledger.store import Ledger  # pygit2 costs 70 ms, and `--help` reads no ledger

_AGO = re.compile(r"(\d{1,6}) ?(minute|hour|day|week)s?(?: ago)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What ``list`` and ``search`` ask alike; times as written by the user."""

    type: str | None = None
    stream: str | None = None
    run: str | None = None
    actor: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int | None = None

    def asked(self, clock: Clock) -> dict[str, Any]:
        """The fields by name, times read. Raises :class:`UsageError` for what is no time."""
        return asdict(self) | {"since": moment(self.since, clock), "until": moment(self.until, clock)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Filters):
    """Filters of a list, and whether payloads are wanted."""

    parent: str | None = None
    text: str | None = None
    newest_first: bool = False
    payloads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The records: ``entries`` with payloads, or ``rows`` without, each read as it is asked for.

    ``notices`` and ``newer`` (a newer program wrote some of them, which are left out) are complete after the last one.
    """

    entries: Iterator[Entry]
    rows: Iterator[Row]
    ledger: Ledger

    @property
    def notices(self) -> tuple[str, ...]:
        """What was skipped, and what else there is to say."""
        return self.ledger.notices

    @property
    def newer(self) -> bool:
        """Whether something was left out because a newer program wrote it."""
        return self.ledger.met_newer


def run(ctx: Context, options: Options) -> Result:
    """The records that match every filter, in graph order."""
    filters = options.asked(ctx.clock)
    payloads = filters.pop("payloads")
    query = ctx.ledger.query(**filters)
    entries = ctx.ledger.each_entry(query) if payloads else iter(())
    rows = iter(()) if payloads else ctx.ledger.each_row(query)
    return Result(entries=entries, rows=rows, ledger=ctx.ledger)


def moment(text: str | None, clock: Clock) -> datetime | None:
    """``2026-03-01``, ``2026-03-01T12:00``, ``2 days ago``, ``yesterday``; local time unless a zone is written."""
    if text is None:
        return None
    if text == "yesterday":
        return clock.now() - timedelta(days=1)
    if match := _AGO.fullmatch(text):
        return clock.now() - timedelta(**{f"{match[2]}s": int(match[1])})
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no time", code="usage/time", hint="2026-03-01, 2026-03-01T12:00, or: 2 days ago"
        ) from error
