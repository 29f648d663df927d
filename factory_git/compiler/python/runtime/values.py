"""What expressions call: conversions, calendar, arithmetic that is never undefined.

What cannot be computed (a division by zero, a text that is no number) raises
``kit.Invalid``.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal, TypeVar

from .kit import Invalid

T = TypeVar("T")
Number = TypeVar("Number", int, Decimal)
Day = TypeVar("Day", bound=dt.date)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOWER = UPPER.lower()


def given(value: T | None) -> T:
    """The value, which is known to be there."""
    if value is None:
        raise Invalid("a value is missing where one is needed")
    return value


def item(items: Sequence[T], index: int) -> T:
    """The item at a position, counted from 0."""
    if not 0 <= index < len(items):
        raise Invalid(f"there is no item {index} in a list of {len(items)}")
    return items[index]


def items(value: Any) -> Sequence[Any]:
    """A value of unknown type that must be a list."""
    if not isinstance(value, list | tuple):
        raise Invalid("a value is not a list")
    return value


def member(value: Any, key: Any) -> Any:
    """What stands under a key of a value of unknown type, or at a position of it."""
    if isinstance(value, list | tuple) and isinstance(key, int):
        return item(value, key)
    if isinstance(value, Mapping) and key in value:
        return value[key]
    if isinstance(key, str) and hasattr(value, key) and not key.startswith("_"):
        return getattr(value, key)
    raise Invalid(f"a value has no {key!r}")


def least(values: Iterable[T]) -> T:
    """The smallest of at least one."""
    found: list[Any] = list(values)
    if not found:
        raise Invalid("min() of an empty list")
    smallest: T = min(found)
    return smallest


def greatest(values: Iterable[T]) -> T:
    """The greatest of at least one."""
    found: list[Any] = list(values)
    if not found:
        raise Invalid("max() of an empty list")
    largest: T = max(found)
    return largest


def quotient(number: int | Decimal, by: int | Decimal) -> Decimal:
    """The exact quotient, to 28 significant digits."""
    if not by:
        raise Invalid("division by zero")
    return Decimal(number) / Decimal(by)


def remainder(number: Number, by: Number) -> Number:
    """What is left of a division toward zero: it has the sign of ``number``."""
    if not by:
        raise Invalid("division by zero")
    left = abs(number) % abs(by)
    return -left if number < 0 else left


def rounded(number: int | Decimal, digits: int) -> Decimal:
    """The number with so many digits after the point, half away from zero."""
    if not -20 <= digits <= 20:
        raise Invalid(f"cannot round to {digits} digits")
    unit = Decimal(1).scaleb(-digits)
    try:
        found = Decimal(number).quantize(unit, rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise Invalid(f"{number} has too many digits to round") from None
    return found if digits >= 0 else Decimal(int(found))


def days(number: int) -> dt.timedelta:
    """So many days."""
    return _duration("days", number)


def hours(number: int) -> dt.timedelta:
    """So many hours."""
    return _duration("hours", number)


def minutes(number: int) -> dt.timedelta:
    """So many minutes."""
    return _duration("minutes", number)


def _duration(unit: str, number: int) -> dt.timedelta:
    try:
        return dt.timedelta(**{unit: number})
    except OverflowError:
        raise Invalid(f"{number} {unit} are too many") from None


def ratio(duration: dt.timedelta, by: dt.timedelta) -> Decimal:
    """How many times one duration is in another, exactly, to 28 significant digits."""
    unit = dt.timedelta(microseconds=1)
    return quotient(duration // unit, by // unit)


def add_months(day: Day, number: int) -> Day:
    """The same day so many months later, the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise Invalid(f"{number} months are too many")
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def weekday(day: dt.date) -> Weekday:
    """The day of the week of a date."""
    return WEEKDAYS[day.weekday()]


def to_date(value: Any) -> dt.date:
    """The date that a text is written as, or the day of a moment."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid("a text is not a date like 2026-01-31") from None


def to_datetime(value: Any) -> dt.datetime:
    """The moment that a text is written as."""
    if isinstance(value, dt.datetime):
        return value
    try:
        return dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Invalid("a text is not a moment like 2026-01-31T12:30:00") from None


def to_int(value: Any) -> int:
    """The whole number a text is written as; a number cut toward zero; whole days."""
    if isinstance(value, dt.timedelta):
        return int(value / dt.timedelta(days=1))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return int(value)
    try:
        return int(_plain(value))
    except (TypeError, ValueError):
        raise Invalid("a text is not a whole number") from None


def to_decimal(value: Any) -> Decimal:
    """The exact number that a text is written as."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    try:
        found = Decimal(_plain(value))
    except (TypeError, InvalidOperation):
        raise Invalid("a text is not a number") from None
    if not found.is_finite():
        raise Invalid("a text is not a number")
    return found


def _plain(value: Any) -> str:
    """A text that a number may be written as: Python's ``1_000`` is none."""
    if not isinstance(value, str) or "_" in value or not value.isascii():
        raise TypeError
    return value


def text(value: Any) -> str:
    """The value as it is written in a spec."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def lower_ascii(value: str) -> str:
    """A to Z made small; other letters stay."""
    return value.translate(str.maketrans(UPPER, LOWER))


def upper_ascii(value: str) -> str:
    """a to z made capital; other letters stay."""
    return value.translate(str.maketrans(LOWER, UPPER))
