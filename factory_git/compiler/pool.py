"""The values that may tell two versions of a rule apart, by type, simplest first: bounds and what lies next to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from factory_git.compiler.hints import Said
from factory_git.compiler.python.runtime.values import add_months
from factory_git.compiler.samples import FIRST_DAY, KEYS

_FAR = 4000  # days: what lies farther apart is no number of days
_LONG = 300  # characters
_MANY = 12  # rows
_FEW = 3
_STEPS = 20_000  # of one rule in one world
_WITHIN = frozenset(("contains", "startsWith", "endsWith"))
_CHANGED = frozenset(("trim", "lowerAscii", "upperAscii"))


class Pool:
    """Values for what ``said`` says. Each list is worked out once."""

    def __init__(self, said: Said) -> None:
        self.said = said

    def of(self, type_: str) -> list[Any]:
        """The values of a type, by its word."""
        return list(_SCALARS.get(type_, Pool.anything)(self))

    @property
    def most(self) -> int:
        """How many rows an entity may need: more where the rule counts, fewer the more loops stand in each other."""
        counts = [n for n in self.whole if n <= _MANY] if self.said.counted else []
        return max([_FEW, *(n for n in counts if n ** max(self.said.deep, 1) <= _STEPS)])

    @cached_property
    def numbers(self) -> list[Decimal]:
        """Small numbers, those that are said and their neighbours."""
        plain = [Decimal(v) for v in self.said.literals if isinstance(v, int | Decimal) and not isinstance(v, bool)]
        near = {Decimal(n) for n in range(4)}.union(*({n - 1, n, n + 1} for n in plain))
        steps = {n + step for n in plain for step in (Decimal("-0.1"), Decimal("0.1")) if n != n.to_integral_value()}
        return sorted(near | steps, key=lambda n: (abs(n), n < 0))

    @cached_property
    def whole(self) -> list[int]:
        """The whole ones among the numbers."""
        return [int(n) for n in self.numbers if n == n.to_integral_value()]

    @cached_property
    def texts(self) -> list[str]:
        """Keys, what is said, and where texts are looked into, what contains it; texts of a length that matters."""
        literals = sorted(v for v in self.said.literals if isinstance(v, str) and v not in KEYS)
        found = [*KEYS[:3], *literals]
        if self.said.calls & _WITHIN:
            parts = literals[:6]
            found += ["ab", "ba", *(t for part in parts for t in (f"a{part}", f"{part}a", f"a{part}a"))]
        if self.said.calls & _CHANGED:
            found += [" a", "A", *(t.swapcase() for t in literals)]
        if "size" in self.said.calls:
            found += ["", *("x" * n for n in self.whole if 1 < n <= _LONG)]
        return list(dict.fromkeys(found))

    @cached_property
    def dates(self) -> list[dt.date]:
        """Days that lie apart as the rule says, and next to dates that it names."""
        days = {FIRST_DAY + dt.timedelta(days=n) for n in self._apart()}
        for text in (v for v in self.said.literals if isinstance(v, str)):
            try:
                days |= {dt.date.fromisoformat(text[:10]) + dt.timedelta(days=n) for n in (-1, 0, 1)}
            except (ValueError, OverflowError):
                continue
        return sorted(days | set(self._calendar()), key=lambda day: (day < FIRST_DAY, abs(day - FIRST_DAY)))

    def _apart(self) -> set[int]:
        """Numbers of days from the first: those said, their sums, months, with what lies next to each."""
        calls = self.said.calls
        said = {int(v) for v in self.said.literals if isinstance(v, int) and not isinstance(v, bool) and v <= _FAR}
        spans = set(said)
        if "addMonths" in calls:
            months = {n for n in said if 0 < n <= 120}
            spans |= {(add_months(FIRST_DAY, n) - FIRST_DAY).days for n in months}
        if len(spans) <= 8:
            spans |= {a + b for a, b in product(spans, spans)} if calls & {"days", "addMonths"} else set()
        near = {n + step for n in spans for step in (-1, 0, 1)} | set(range(4))
        near |= set(range(7)) if "weekday" in calls else set()
        return {n for n in near if 0 <= n <= _FAR}

    def _calendar(self) -> Iterable[dt.date]:
        """Days at the edges of the years, months and days of the month that the rule names."""
        calls = self.said.calls
        if "year" in calls:
            for year in (n for n in self.whole if dt.MINYEAR <= n <= dt.MAXYEAR and n > _MANY):
                yield from (dt.date(year, 1, 1), dt.date(year, 12, 31))
        if "month" in calls:
            yield from (dt.date(FIRST_DAY.year, month, day) for month in range(1, 13) for day in (1, 28))
        if calls & {"day", "addMonths"}:
            yield from (FIRST_DAY.replace(day=n) for n in {*self.whole, 28, 29, 30, 31} if 1 <= n <= 31)

    @cached_property
    def moments(self) -> list[dt.datetime]:
        """The days at midnight, and hours and minutes after the first."""
        start = [dt.datetime.combine(day, dt.time()) for day in self.dates]
        few = [n for n in self.whole if 0 < n < 1000]
        later = [start[0] + dt.timedelta(**{unit: n}) for unit in ("hours", "minutes") for n in few]
        said = [v for v in self.said.literals if isinstance(v, str) and "T" in v]
        for text in said:
            try:
                at = dt.datetime.fromisoformat(text)
                later += [at - dt.timedelta(seconds=1), at, at + dt.timedelta(seconds=1)]
            except (ValueError, OverflowError):
                continue
        return sorted({*start, *later}, key=lambda at: (at < start[0], abs(at - start[0])))

    def anything(self) -> list[Any]:
        """Values where no type is known."""
        return [*self.texts, *self.whole[:4], None]

    def lists(self, items: list[Any]) -> list[Any]:
        """Lists of up to two items: the simplest, and those that the rule names."""
        named = [item for item in items if item in self.said.literals][:3]
        few = list(dict.fromkeys([*items[:2], *named]))
        return [(), *((item,) for item in few), *product(few, few)]


_SCALARS: Mapping[str, Callable[[Pool], list[Any]]] = {
    "text": lambda pool: pool.texts,
    "int": lambda pool: pool.whole,
    "decimal": lambda pool: pool.numbers,
    "bool": lambda _: [False, True],
    "date": lambda pool: pool.dates,
    "datetime": lambda pool: pool.moments,
}
