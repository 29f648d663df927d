"""``stats``: how many records of which type, how large, and how they grow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
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
class Week:
    """An ISO week: the records that came by type, the contents beside them, and the bytes of both."""

    name: str
    records: dict[str, int]
    contents: int
    bytes: int

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {"week": self.name, "records": self.records, "contents": self.contents, "bytes": self.bytes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The whole ledger. ``disk`` counts everything the ref reaches: commits and trees, too.

    ``contents`` are the large contents that records name: transcripts, diffs; ``records`` counts those here.
    """

    records: int
    bytes: int
    disk: int
    kinds: tuple[Kind, ...]
    contents: Kind
    weeks: tuple[Week, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        more = self.contents
        return {
            "records": self.records,
            "bytes": self.bytes,
            "disk": self.disk,
            "types": [
                {"type": one.type, "records": one.records, "bytes": one.bytes, "stored": one.stored}
                for one in self.kinds
            ],
            "contents": {"count": more.records, "bytes": more.bytes, "stored": more.stored},
            "weeks": [week.as_json() for week in self.weeks],
        }


def run(ctx: Context) -> Stats:
    """Count everything; the largest type first, the oldest week first."""
    census = ctx.ledger.census()
    sizes = upkeep.sizes(ctx.location, (id_ for id_, _, _ in census)) if census else []
    count: Counter[str] = Counter()
    own: Counter[str] = Counter()
    stored: Counter[str] = Counter()
    weeks: dict[str, Counter[str]] = {}
    grown: Counter[str] = Counter()
    for (_, type_, when), (size, disk) in zip(census, sizes, strict=True):
        year, number, _ = when.isocalendar()
        week = f"{year}-W{number:02}"
        weeks.setdefault(week, Counter())[type_] += 1
        grown[week] += size
        count[type_] += 1
        own[type_] += size
        stored[type_] += disk
    every = [Kind(type=type_, records=count[type_], bytes=own[type_], stored=stored[type_]) for type_ in count]
    kinds = [one for one in every if one.type]
    return Stats(
        records=sum(one.records for one in kinds),
        bytes=sum(one.bytes for one in kinds),
        disk=upkeep.disk_usage(ctx.location, ctx.settings.text("ref")) if census else 0,
        kinds=tuple(sorted(kinds, key=lambda one: (-one.bytes, one.type))),
        contents=next((one for one in every if not one.type), Kind(type="", records=0, bytes=0, stored=0)),
        weeks=tuple(_week(name, weeks[name], grown[name]) for name in sorted(weeks)),
    )


def _week(name: str, counts: Counter[str], grown: int) -> Week:
    records = {type_: counts[type_] for type_ in sorted(counts) if type_}
    return Week(name=name, records=records, contents=counts[""], bytes=grown)
