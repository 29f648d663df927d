"""The built-in functions: a literal table of what each takes and gives.

A function is called as ``name(x)`` or, where ``method`` is set, as ``x.name()`` with ``x`` its first argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from factory_git.spec.types import ANY, BOOL, DATE, DATETIME, DECIMAL, DURATION, INT, TEXT, Enum, ListOf, Type

WEEKDAYS = Enum(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))

LIST = ListOf(ANY)


@dataclass(frozen=True, slots=True)
class Function:
    """``takes``: for each argument the types it may have. ``gives`` None: the checker works it out."""

    name: str
    takes: tuple[tuple[Type, ...], ...]
    gives: Type | None
    call: bool = True
    method: bool = False
    means: str = ""


FUNCTIONS: Mapping[str, Function] = {
    f.name: f
    for f in (
        Function("size", ((LIST, TEXT),), INT, method=True, means="how many items, or characters"),
        Function("sum", ((LIST,),), None, means="the sum of numbers or durations; 0 for none"),
        Function("min", ((LIST,),), None, means="the least of a list, or of two or more values"),
        Function("max", ((LIST,),), None, means="the greatest of a list, or of two or more values"),
        Function("has", ((ANY,),), BOOL, means="whether a field is not null"),
        Function("date", ((TEXT, DATETIME),), DATE, means="the date written YYYY-MM-DD, or the day of a datetime"),
        Function("datetime", ((TEXT,),), DATETIME, means="the moment written YYYY-MM-DDTHH:MM:SS"),
        Function("days", ((INT,),), DURATION, means="a duration of so many days"),
        Function("hours", ((INT,),), DURATION, means="a duration of so many hours"),
        Function("minutes", ((INT,),), DURATION, means="a duration of so many minutes"),
        Function("addMonths", ((DATE, DATETIME), (INT,)), None, means="the day so many months later"),
        Function("weekday", ((DATE, DATETIME),), WEEKDAYS, means="mon tue wed thu fri sat sun"),
        Function("year", ((DATE, DATETIME),), INT, means="the year of a date"),
        Function("month", ((DATE, DATETIME),), INT, means="the month of a date, 1 to 12"),
        Function("day", ((DATE, DATETIME),), INT, means="the day of the month, 1 to 31"),
        Function("int", ((INT, DECIMAL, TEXT, DURATION),), INT, means="a whole number: toward zero; whole days"),
        Function("decimal", ((INT, DECIMAL, TEXT),), DECIMAL, means="an exact decimal number"),
        Function("text", ((TEXT, INT, DECIMAL, BOOL, DATE, DATETIME),), TEXT, means="the value as it is written"),
        Function("abs", ((INT, DECIMAL),), None, means="without its sign"),
        Function("round", ((DECIMAL,), (INT,)), DECIMAL, means="to so many digits after the point, half away from 0"),
        Function("distinct", ((LIST,),), None, call=False, method=True, means="each item of a list once"),
        Function("join", ((LIST,), (TEXT,)), TEXT, call=False, method=True, means="the texts of a list as one text"),
        Function("startsWith", ((TEXT,), (TEXT,)), BOOL, call=False, method=True, means="whether a text begins so"),
        Function("endsWith", ((TEXT,), (TEXT,)), BOOL, call=False, method=True, means="whether a text ends so"),
        Function("contains", ((TEXT,), (TEXT,)), BOOL, call=False, method=True, means="whether a text has it inside"),
        Function("lowerAscii", ((TEXT,),), TEXT, call=False, method=True, means="A to Z made small"),
        Function("upperAscii", ((TEXT,),), TEXT, call=False, method=True, means="a to z made capital"),
        Function("trim", ((TEXT,),), TEXT, call=False, method=True, means="without white space at both ends"),
    )
}

SPREAD = frozenset({"min", "max"})
"""Functions that also take two or more values of one kind."""

ELSEWHERE: Mapping[str, str] = {
    "string": "text(x) writes a value as text",
    "double": "decimal(x) makes an exact decimal",
    "uint": "int(x) makes a whole number",
    "timestamp": 'datetime("…") or date("…") is a moment',
    "duration": "days(n), hours(n) and minutes(n) are durations",
    "now": "expressions have no clock: give the pipeline an argument of type date",
    "today": "expressions have no clock: give the pipeline an argument of type date",
    "matches": "there are no regular expressions: use startsWith, endsWith or contains",
    "count": "size(list) counts",
    "unique": "list.distinct() has each item once",
    "set": "list.distinct() has each item once",
    "months": "addMonths(day, n) is the day n months later",
    "years": "addMonths(day, 12 * n) is the day n years later",
    "seconds": "minutes(n) is the shortest duration",
    "weeks": "days(7 * n) is n weeks",
    "len": "size(list) counts",
    "any": "list.exists(x, …) asks whether there is one",
    "forall": "list.all(x, …) asks whether all are",
    "avg": "sum(list) / size(list), guarded against an empty list",
    "type": "types are known before the run; there is nothing to ask",
}
"""Names of other languages and the word for them here."""
