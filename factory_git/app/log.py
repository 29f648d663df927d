"""``log``: the journal, newest first."""

from __future__ import annotations

from collections.abc import Iterator
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


def run(ctx: Context, options: Options) -> Iterator[Logged]:
    """What happened, newest first, each read as it is asked for."""
    found = ctx.ledger.each_transaction(options.limit, options.stream)
    return (Logged(tx=tx, records=tuple(rows)) for tx, rows in found)
