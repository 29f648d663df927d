"""How long rows are kept: ``90d``, ``6 months``, ``10y`` as a span of the calendar."""

from __future__ import annotations

import datetime as dt
import re

from . import kit, values

_SPAN = re.compile(r"(\d{1,6}) ?([a-z]+)")
_UNITS = {
    **dict.fromkeys(("d", "day", "days"), (1, "d")),
    **dict.fromkeys(("w", "wk", "week", "weeks"), (7, "d")),
    **dict.fromkeys(("m", "mo", "month", "months"), (1, "m")),
    **dict.fromkeys(("q", "quarter", "quarters"), (3, "m")),
    **dict.fromkeys(("y", "yr", "year", "years"), (1, "y")),
}
_DAYS = {"d": 1.0, "m": 30.436875, "y": 365.2425}


def readable(text: str) -> str:
    """The span in its short form (``90d``, ``10y``); empty where it is not one."""
    found = _SPAN.fullmatch(" ".join(text.lower().split()))
    if found is None or found[2] not in _UNITS:
        return ""
    times, unit = _UNITS[found[2]]
    return f"{int(found[1]) * times}{unit}"


def length(span: str) -> float:
    """About how many days a readable span has, to tell a longer from a shorter one."""
    return int(span[:-1]) * _DAYS[span[-1]]


def cut(span: str, now: dt.datetime) -> str:
    """The moment so long before ``now``: rows made earlier are past their term.

    Empty where the calendar does not go back that far: no row is.
    """
    count, unit = int(span[:-1]), span[-1]
    try:
        if unit == "d":
            then = now - dt.timedelta(days=count)
        else:
            then = values.add_months(now, -count * (12 if unit == "y" else 1))
    except (OverflowError, kit.Invalid):
        return ""
    return then.isoformat(timespec="seconds")
