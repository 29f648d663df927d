"""What the whole application needs: errors, checks of fields, the skills' arithmetic.

Messages name the entity and the field, never a person's data: fields marked as
personal show no value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

R = TypeVar("R")
K = TypeVar("K")


class AppError(Exception):
    """Something the user of the application can understand and act on."""


class Invalid(AppError):
    """A value is not what its field allows."""


class Missing(AppError):
    """A row that something refers to does not exist."""


class NotBound(AppError):
    """A part of the spec that nobody has written code for yet was reached."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not bound to code yet")
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A guardrail that does not hold: its name, its spec path and what it demands."""

    name: str
    path: str
    on_break: str = "abort"

    def __str__(self) -> str:
        return f"guardrail broken: {self.name} [{self.path}]"


class GuardrailBroken(AppError):
    """A guardrail with ``on_break: abort`` does not hold: nothing was stored."""

    def __init__(self, broken: Sequence[Broken]) -> None:
        super().__init__("; ".join(str(b) for b in broken))
        self.broken = tuple(broken)


def enforce(broken: Sequence[Broken]) -> list[Broken]:
    """The broken ones that only alert; raises GuardrailBroken where one aborts."""
    if any(b.on_break == "abort" for b in broken):
        raise GuardrailBroken(broken)
    return list(broken)


# Checks of fields. Each raises Invalid; ``pii`` keeps the value out of the message.


def is_text(where: str, value: object, *, pii: bool = False) -> None:
    """A text."""
    if not isinstance(value, str):
        raise _invalid(where, value, "is not a text", pii)


def is_int(
    where: str,
    value: object,
    *,
    minimum: int | Decimal | None = None,
    maximum: int | Decimal | None = None,
    pii: bool = False,
) -> None:
    """A whole number within its bounds."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid(where, value, "is not a whole number", pii)
    _within(where, value, minimum, maximum, pii)


def is_decimal(
    where: str,
    value: object,
    *,
    minimum: Decimal | None = None,
    maximum: Decimal | None = None,
    pii: bool = False,
) -> None:
    """A finite decimal within its bounds."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _invalid(where, value, "is not a decimal", pii)
    _within(where, value, minimum, maximum, pii)


def is_bool(where: str, value: object, *, pii: bool = False) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise _invalid(where, value, "is not true or false", pii)


def is_date(
    where: str,
    value: object,
    *,
    minimum: dt.date | None = None,
    maximum: dt.date | None = None,
    pii: bool = False,
) -> None:
    """A day, without a time."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _invalid(where, value, "is not a date", pii)
    _within(where, value, minimum, maximum, pii)


def is_datetime(
    where: str,
    value: object,
    *,
    minimum: dt.datetime | None = None,
    maximum: dt.datetime | None = None,
    pii: bool = False,
) -> None:
    """A day and a time; either all of an application's have a zone or none."""
    if not isinstance(value, dt.datetime):
        raise _invalid(where, value, "is not a date and time", pii)
    _within(where, value, minimum, maximum, pii)


def is_one_of(
    where: str, value: object, allowed: Sequence[str], *, pii: bool = False
) -> None:
    """One of the words of an enumeration."""
    if value not in allowed:
        raise _invalid(where, value, f"is not one of {', '.join(allowed)}", pii)


def is_list(where: str, value: object, *, pii: bool = False) -> None:
    """A tuple; its items are checked one by one."""
    if not isinstance(value, tuple):
        raise _invalid(where, value, "is not a tuple", pii)


def is_json(where: str, value: object, *, pii: bool = False) -> None:
    """What JSON can hold: null, true, false, numbers, texts, lists, objects."""
    if isinstance(value, list | tuple):
        for item in value:
            is_json(where, item, pii=pii)
    elif isinstance(value, dict):
        for name, item in value.items():
            is_text(f"{where} (name)", name, pii=pii)
            is_json(where, item, pii=pii)
    elif value is not None and not isinstance(value, str | int | Decimal):
        raise _invalid(where, value, "is not JSON", pii)


def _within(where: str, value: Any, low: Any, high: Any, pii: bool) -> None:
    if low is not None and value < low:
        raise _invalid(where, value, f"is less than {low}", pii)
    if high is not None and value > high:
        raise _invalid(where, value, f"is more than {high}", pii)


def _invalid(where: str, value: object, what: str, pii: bool) -> Invalid:
    shown = "(personal data)" if pii else _shown(value)
    return Invalid(f"{where}: {shown} {what}")


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Decimal | dt.date) else repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


# Rows.


def key_order(value: object) -> tuple[str, Any]:
    """A sort key for values of any type: equal types as they compare, others by type.

    Numbers count as one type and come before texts; null comes last.
    """
    if value is None:
        return ("~", 0)
    if isinstance(value, bool | int | Decimal):
        return ("0", value)
    if isinstance(value, str):
        return ("str", value)
    if isinstance(value, dt.datetime):
        return ("datetime", value.isoformat())
    if isinstance(value, dt.date):
        return ("date", value.isoformat())
    return (type(value).__name__, str(value))


class Descending:
    """Turns an order round, for values that have no minus."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: Descending) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(("descending", self.value))


def find(rows: Sequence[R], places: dict[Any, int], key: object, name: str) -> R | None:
    """The row whose attribute ``name`` is ``key``.

    ``places`` remembers where rows stand; what it says is checked, and it is built
    anew when the list has changed.
    """
    place = places.get(key)
    if place is None or place >= len(rows) or getattr(rows[place], name) != key:
        places.clear()
        for number, row in enumerate(rows):
            places.setdefault(getattr(row, name), number)
        place = places.get(key)
    return None if place is None else rows[place]


def repeated(
    entity: str, rows: Iterable[object], name: str, *, pii: bool = False
) -> list[str]:
    """What is wrong with the keys of ``rows``: those that more than one row has."""
    seen: set[Any] = set()
    twice: dict[Any, None] = {}
    for row in rows:
        key = getattr(row, name)
        if key in seen:
            twice[key] = None
        seen.add(key)
    return [f"{entity}: two rows have the {name} {_known(k, pii)}" for k in twice]


def dangling(
    where: str, rows: Iterable[object], name: str, keys: set[Any], *, pii: bool = False
) -> list[str]:
    """What is wrong with a reference: values, or items of lists, that are no key."""
    absent: dict[Any, None] = {}
    for row in rows:
        value = getattr(row, name)
        for key in value if isinstance(value, tuple) else (value,):
            if key is not None and key not in keys:
                absent[key] = None
    return [f"{where}: there is no {_known(key, pii)}" for key in absent]


def refuse(problems: Sequence[str]) -> None:
    """Raise Invalid with all problems, if there are any."""
    if problems:
        raise Invalid("\n".join(problems))


def _known(value: object, pii: bool) -> str:
    return "(personal data)" if pii else _shown(value)


def keyed(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    """The rows by key, keys in the order they are met."""
    groups: dict[K, list[R]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: a row added or removed, or a field that changed."""

    change: str
    field: str = ""
    before: str = ""
    after: str = ""


def differences(
    before: dict[K, list[Any]],
    after: dict[K, list[Any]],
    fields: Sequence[tuple[str, str]],
    text: Callable[[Any], str],
) -> Iterator[tuple[K, Difference]]:
    """What differs between two sets of rows, in key order; equal keys pair in order.

    ``fields`` are names with their attributes; ``text`` writes a value.
    """
    for key in sorted({**before, **after}, key=_parts):
        old, new = before.get(key, []), after.get(key, [])
        for one, other in zip(old, new, strict=False):
            for name, attribute in fields:
                was, now = getattr(one, attribute), getattr(other, attribute)
                if was != now:
                    yield key, Difference("changed", name, text(was), text(now))
        for _ in old[len(new) :]:
            yield key, Difference("removed")
        for _ in new[len(old) :]:
            yield key, Difference("added")


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> list[tuple[K, list[R]]]:
    """The rows by key, in key order; within a group they keep their order."""
    groups = keyed(rows, key)
    return sorted(groups.items(), key=lambda pair: _parts(pair[0]))


def _parts(key: object) -> Any:
    if isinstance(key, tuple):
        return tuple(key_order(part) for part in key)
    return key_order(key)


@dataclass(slots=True)
class Taken:
    """How much of each supply row this run has given away.

    Rows are told apart by identity, not by value.
    """

    rows: dict[int, tuple[object, Decimal]] = field(default_factory=dict)

    def take(self, row: object, have: Decimal | int, need: Decimal | int) -> Decimal:
        """Take what ``row`` still has, at most ``need``; 0 when nothing is left."""
        gone = self.rows.get(id(row), (row, Decimal(0)))[1]
        quantity = min(Decimal(have) - gone, Decimal(need))
        if quantity <= 0:
            return Decimal(0)
        self.rows[id(row)] = (row, gone + quantity)
        return quantity


@dataclass(frozen=True, slots=True)
class Stop(Generic[R]):
    """A row and where it lies."""

    row: R
    x: Decimal
    y: Decimal


def nearest(
    stops: Iterable[Stop[R]], start: tuple[Decimal | int, Decimal | int]
) -> Iterator[tuple[int, Stop[R]]]:
    """The stops with their number from 1, each time the nearest to the last.

    Of two at the same distance the one that comes first in ``stops`` is taken;
    distances are compared as exact squares.
    """
    left = list(stops)
    x, y = Decimal(start[0]), Decimal(start[1])
    for number in range(1, len(left) + 1):
        best = min(left, key=lambda s: (s.x - x) ** 2 + (s.y - y) ** 2)
        left.remove(best)
        x, y = best.x, best.y
        yield number, best
