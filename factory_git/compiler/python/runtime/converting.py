"""What migrations ask of the application: functions in their SQL, exact to the digit.

SQLite knows no decimals. These functions read a stored value as the model does, and
stop the migration rather than lose anything of it.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation, Rounded
from fractions import Fraction
from typing import Any

from . import kit, retaining
from .rows import LARGEST, Column, from_sql, from_text, to_sql

_EXACT = Context(prec=400, traps=[Inexact, Rounded, InvalidOperation])
_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "int": (int,),
    "decimal": (Decimal,),
    "bool": (bool,),
    "date": (dt.date,),
    "datetime": (dt.datetime,),
}


class Functions:
    """The functions of one connection; ``said`` is why the last one stopped."""

    def __init__(self, connection: sqlite3.Connection, at: str) -> None:
        self.said = ""
        self._at = at
        table: dict[str, tuple[int, Callable[..., Any]]] = {
            "gf_fits": (2, fits),
            "gf_within": (4, within),
            "gf_read": (3, read),
            "gf_scale": (4, scale),
            "gf_can_read": (3, lambda *args: _can(read, *args)),
            "gf_can_scale": (4, lambda *args: _can(scale, *args)),
            "gf_words": (2, words),
            "gf_now": (0, lambda: self._at),
            "gf_cut": (1, self._cut),
            "gf_stop": (1, _stop),
            "gf_hole": (1, _hole),
        }
        for name, (count, function) in table.items():
            connection.create_function(name, count, self._told(function))

    def _told(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function; why it stops is kept, for SQLite only says that it did."""

        def call(*args: Any) -> Any:
            try:
                return function(*args)
            except Exception as error:
                self.said = self.said or str(error)
                raise

        return call

    def _cut(self, span: str) -> str:
        return retaining.cut(span, dt.datetime.fromisoformat(self._at))


def fits(kind: str, value: Any) -> int:
    """Whether a stored value is one of its kind."""
    if value is None:
        return 1
    if isinstance(value, bytes | float):
        return 0
    try:
        return int(_is(kind, from_sql(kind, value)))
    except (ValueError, ArithmeticError, TypeError, kit.Invalid):
        return 0


def _is(kind: str, found: Any) -> bool:
    if kind.startswith("list of "):
        item = kind.removeprefix("list of ")
        return isinstance(found, tuple) and all(_is(item, one) for one in found)
    if kind not in _TYPES:
        return True
    if isinstance(found, Decimal) and not found.is_finite():
        return False
    if isinstance(found, bool) and kind == "int":
        return False
    if isinstance(found, dt.datetime) and kind == "date":
        return False
    return isinstance(found, _TYPES[kind])


def within(kind: str, value: Any, low: str | None, high: str | None) -> int:
    """Whether a stored value lies between two bounds, which are as the spec has them.

    What is not one of its kind does not.
    """
    if value is None or not fits(kind, value):
        return int(value is None)
    found = from_sql(kind, value)
    try:
        over = low is None or found >= _bound(kind, low)
        return int(over and (high is None or found <= _bound(kind, high)))
    except TypeError:  # a moment with a zone and one without
        return 0


def _bound(kind: str, text: str) -> Any:
    return Decimal(text) if kind in ("int", "decimal") else from_sql(kind, text)


def read(old: str, new: str, value: Any) -> Any:
    """A stored value of one kind as one of another; stops where it is not quite one."""
    if value is None:
        return None
    found = from_sql(old, value)
    if new == "any" or (
        old == "any" and not isinstance(found, str) and _is(new, found)
    ):
        return to_sql(new, found)
    if old == "decimal" and new == "int":
        if found != found.to_integral_value() or abs(found) > LARGEST:
            raise kit.Invalid(f"{value} is not a whole number that can be stored")
        return int(found)
    text = _written(found)
    if new == "text":
        return text
    if text.strip() != text:
        raise kit.Invalid(f"{text!r} is not written as a {new}")
    column = Column(name="", field="", attribute="", kind=new)
    return to_sql(new, from_text(column, text))


def _written(found: Any) -> str:
    """A single value as a text."""
    if isinstance(found, tuple | dict):
        raise kit.Invalid("a list or an object is no single value")
    if isinstance(found, bool):
        return "true" if found else "false"
    return found.isoformat() if isinstance(found, dt.date) else str(found)


def scale(kind: str, value: Any, factor: str, offset: str) -> Any:
    """A stored number times an exact factor plus an offset; stops where inexact."""
    if value is None:
        return None
    number = Fraction(str(value)) * Fraction(factor) + Fraction(offset)
    if kind == "int":
        if number.denominator != 1 or abs(number) > LARGEST:
            raise kit.Invalid(f"{value} times {factor} is not a whole number")
        return int(number)
    return f"{_decimal(Decimal(str(value)), factor, offset, number):f}"


def _decimal(value: Decimal, factor: str, offset: str, number: Fraction) -> Decimal:
    try:
        if "/" not in factor and "/" not in offset:
            scaled = _EXACT.multiply(value, Decimal(factor))
            return scaled if offset == "0" else _EXACT.add(scaled, Decimal(offset))
        return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    except (Inexact, Rounded):
        raise kit.Invalid(f"{value} in the new unit is no exact decimal") from None


def words(value: str | None, renamed: str) -> str | None:
    """A stored list of words with some of them called otherwise."""
    if value is None:
        return None
    names = json.loads(renamed)
    return json.dumps([names.get(w, w) for w in json.loads(value)], ensure_ascii=False)


def _can(function: Callable[..., Any], *args: Any) -> int:
    try:
        function(*args)
    except (kit.Invalid, ValueError, ArithmeticError):
        return 0
    return 1


def _stop(why: str) -> None:
    raise kit.Invalid(why)


def _hole(what: str) -> None:
    raise kit.Invalid(f"nobody has said yet: {what}")
