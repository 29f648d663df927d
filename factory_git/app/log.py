"""``log``: the journal, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.ledger.projection import Row, TxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``limit`` transactions at most; ``stream`` names one stream."""

    limit: int | None = None
    stream: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One transaction and the records it brought."""

    tx: TxRow
    records: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "tx": self.tx.oid,
            "subject": self.tx.subject,
            "stream": self.tx.stream,
            "actor": self.tx.actor,
            "when": self.tx.when.isoformat(),
            "records": [{"id": row.id, "type": row.type, "title": row.title} for row in self.records],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Transactions, newest first."""

    entries: tuple[Logged, ...]
    notices: tuple[str, ...]


def run(ctx: Context, options: Options) -> Result:
    """What happened, newest first."""
    found = ctx.ledger.journal(options.limit, options.stream)
    entries = tuple(Logged(tx=tx, records=tuple(rows)) for tx, rows in found)
    return Result(entries=entries, notices=ctx.ledger.notices)
