"""``stats``: how many records of which type, how large, and how they grow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from factory_git.app.context import Context
from factory_git.gitio import upkeep


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Records of one type: how many, their own bytes, and those they take in Git's store."""

    type: str
    records: int
    bytes: int
    stored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The whole ledger. ``disk`` counts everything the ref reaches: commits and trees, too; ``weeks`` are ISO weeks."""

    records: int
    bytes: int
    disk: int
    kinds: tuple[Kind, ...]
    weeks: tuple[tuple[str, dict[str, int]], ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "records": self.records,
            "bytes": self.bytes,
            "disk": self.disk,
            "types": [
                {"type": one.type, "records": one.records, "bytes": one.bytes, "stored": one.stored}
                for one in self.kinds
            ],
            "weeks": [{"week": week, "records": counts} for week, counts in self.weeks],
        }


def run(ctx: Context) -> Stats:
    """Count everything; the largest type first, the oldest week first."""
    census = ctx.ledger.census()
    sizes = upkeep.sizes(ctx.location, (id_ for id_, _, _ in census)) if census else []
    records: Counter[str] = Counter()
    own: Counter[str] = Counter()
    stored: Counter[str] = Counter()
    weeks: dict[str, Counter[str]] = {}
    for (_, type_, when), (size, disk) in zip(census, sizes, strict=True):
        records[type_] += 1
        own[type_] += size
        stored[type_] += disk
        year, week, _ = when.isocalendar()
        weeks.setdefault(f"{year}-W{week:02}", Counter())[type_] += 1
    kinds = (Kind(type=t, records=records[t], bytes=own[t], stored=stored[t]) for t in records)
    return Stats(
        records=len(census),
        bytes=own.total(),
        disk=upkeep.disk_usage(ctx.location, ctx.settings.text("ref")) if census else 0,
        kinds=tuple(sorted(kinds, key=lambda one: (-one.bytes, one.type))),
        weeks=tuple((week, dict(sorted(weeks[week].items()))) for week in sorted(weeks)),
    )
