"""How often, and for how long: ``daily``, ``every 6 hours``, ``90d``, ``0 2 * * 1-5`` as a number of seconds."""

from __future__ import annotations

import re
from fractions import Fraction

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_YEAR = Fraction(146097, 400) * _DAY  # of the Gregorian calendar, on average
_UNITS = {
    **dict.fromkeys(("s", "sec", "second"), Fraction(1)),
    **dict.fromkeys(("min", "minute"), Fraction(_MINUTE)),
    **dict.fromkeys(("h", "hr", "hour"), Fraction(_HOUR)),
    **dict.fromkeys(("d", "day", "night", "morning", "evening"), Fraction(_DAY)),
    **dict.fromkeys(("w", "wk", "week"), Fraction(7 * _DAY)),
    **dict.fromkeys(("m", "mo", "month"), _YEAR / 12),
    **dict.fromkeys(("q", "quarter"), _YEAR / 4),
    **dict.fromkeys(("y", "yr", "year"), _YEAR),
}
_WORDS = {
    "continuously": Fraction(0),
    "continuous": Fraction(0),
    "hourly": Fraction(_HOUR),
    "daily": Fraction(_DAY),
    "nightly": Fraction(_DAY),
    "midnight": Fraction(_DAY),
    "weekly": Fraction(7 * _DAY),
    "fortnightly": Fraction(14 * _DAY),
    "biweekly": Fraction(14 * _DAY),
    "monthly": _YEAR / 12,
    "quarterly": _YEAR / 4,
    "yearly": _YEAR,
    "annually": _YEAR,
    "weekdays": Fraction(7 * _DAY, 5),
}
FOREVER = frozenset(("forever", "unlimited", "for ever", "always"))
_COUNTS = {"once": 1, "twice": 2, "three times": 3, "four times": 4}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+?)s?")
_TIMES = re.compile(r"(once|twice|three times|four times|\d+ times)\s+(?:a|an|per|every)\s+([a-z]+)")
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {name: str(number) for start, names in ((1, _MONTHS), (0, _DAYS)) for number, name in enumerate(names, start)}


def every(text: str) -> Fraction | None:
    """The seconds between two times, on average; None where the words are not understood."""
    said = " ".join(text.lower().split()).removeprefix("@").replace("-", " ") if "*" not in text else text.strip()
    if said in _WORDS:
        return _WORDS[said]
    if len(text.split()) == 5 and (found := _cron(text.lower())) is not None:
        return found
    counted = _TIMES.fullmatch(said)
    if counted and counted[2] in _UNITS:
        count = _COUNTS.get(counted[1]) or int(counted[1].split()[0])
        return _UNITS[counted[2]] / count if count else None
    body = said.removeprefix("every ").removeprefix("each ")
    return _UNITS[body] if body in _UNITS and body != said else length(body)


def length(text: str) -> Fraction | None:
    """The seconds of a span (``90d``, ``10 years``); None where it is not understood."""
    found = _LENGTH.fullmatch(" ".join(text.lower().split()))
    unit = _UNITS.get(found[2]) if found else None
    return Fraction(found[1]) * unit if found and unit is not None else None


def _cron(text: str) -> Fraction | None:
    """How far apart the times of a cron line are on average."""
    fields = [_field(word, *bounds) for word, bounds in zip(text.split(), _RANGES, strict=True)]
    minutes, hours, days, months, weekdays = fields
    if any(field is None for field in fields) or not (minutes and hours and days and months and weekdays):
        return None
    week = {day % 7 for day in weekdays}
    by_day, by_week = text.split()[2] != "*", text.split()[4] != "*"
    year = Fraction(0)
    for month in months:
        size = (31, 28 + Fraction(97, 400), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
        dated = Fraction(len([d for d in days if d <= size]))
        share = Fraction(len(week), 7)
        if by_day and by_week:  # cron runs on either
            year += dated + (size - dated) * share
        else:
            year += dated if by_day else size * share
    return _YEAR / (year * len(hours) * len(minutes)) if year else None


def _field(text: str, low: int, high: int) -> set[int] | None:
    out: set[int] = set()
    for part in text.split(","):
        body, _, step = part.partition("/")
        first, _, last = body.partition("-")
        first, last = _NAMES.get(first, first), _NAMES.get(last, last)
        if body == "*":
            first, last = str(low), str(high)
        elif not last:
            last = str(high) if step else first
        if not (first.isdigit() and last.isdigit() and (step or "1").isdigit() and int(step or "1")):
            return None
        out |= set(range(int(first), int(last) + 1, int(step or "1")))
    return out if out and min(out) >= low and max(out) <= high else None
