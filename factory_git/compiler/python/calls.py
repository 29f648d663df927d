"""Python source of calls of the built-in functions: a literal table, one function for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol

from factory_git.compiler.python import source
from factory_git.compiler.python.power import ATOM, COMPARE, Code
from factory_git.spec.expr.relations import sure
from factory_git.spec.expr.typed import Typed
from factory_git.spec.types import DATETIME, DECIMAL, DURATION, INT, TEXT, Enum, Type


class Emitter(Protocol):
    """What a call needs of the emitter of the expression it is in."""

    def value(self, typed: Typed) -> Code: ...
    def code(self, typed: Typed) -> Code: ...
    def iterable(self, typed: Typed, minimum: int = ...) -> str: ...
    def argument(self, typed: Typed) -> str: ...
    def count(self, typed: Typed) -> str: ...


Call = Callable[[Emitter, Typed], Code]

ZERO: Mapping[Type, str] = {DECIMAL: "Decimal(0)", DURATION: "dt.timedelta(0)"}


def size(emitter: Emitter, typed: Typed) -> Code:
    of = typed.parts[0]
    if of.op == "filter":
        return Code(ATOM, emitter.count(of))
    return Code(ATOM, f"len({emitter.value(of).text if of.op == 'map' else emitter.code(of).text})")


def total(emitter: Emitter, typed: Typed) -> Code:
    of = typed.parts[0]
    zero = ZERO.get(typed.type)
    if zero is None:
        return Code(ATOM, f"sum({emitter.argument(of)})")
    return Code(ATOM, f"sum({emitter.iterable(of)}, {zero})")


def extreme(word: str, function: str) -> Call:
    def emit(emitter: Emitter, typed: Typed) -> Code:
        if len(typed.parts) > 1:
            return Code(ATOM, f"{word}({', '.join(emitter.code(p).text for p in typed.parts)})")
        return Code(ATOM, f"values.{function}({emitter.argument(typed.parts[0])})")

    return emit


def has(emitter: Emitter, typed: Typed) -> Code:
    return Code(COMPARE, f"{emitter.value(typed.parts[0]).above(COMPARE + 1)} is not None")


def date(emitter: Emitter, typed: Typed) -> Code:
    of = typed.parts[0]
    if of.op == "literal":
        day = dt.date.fromisoformat(str(getattr(of.node, "value", "")))
        return Code(ATOM, source.literal(day))
    if of.type == DATETIME:
        return Code(ATOM, f"{emitter.code(of).above(ATOM)}.date()")
    return Code(ATOM, f"values.to_date({emitter.code(of).text})")


def moment(emitter: Emitter, typed: Typed) -> Code:
    of = typed.parts[0]
    if of.op == "literal":
        when = dt.datetime.fromisoformat(str(getattr(of.node, "value", "")))
        return Code(ATOM, source.literal(when))
    return Code(ATOM, f"values.to_datetime({emitter.code(of).text})")


def whole(emitter: Emitter, typed: Typed) -> Code:
    of = typed.parts[0]
    if of.type == INT:
        return emitter.code(of)
    if of.type == DECIMAL:
        return Code(ATOM, f"int({emitter.code(of).text})")
    return Code(ATOM, f"values.to_int({emitter.code(of).text})")


def exact(emitter: Emitter, typed: Typed) -> Code:
    of = typed.parts[0]
    if of.type == DECIMAL:
        return emitter.code(of)
    return Code(ATOM, f"values.to_decimal({emitter.code(of).text})")


def text(emitter: Emitter, typed: Typed) -> Code:
    of = typed.parts[0]
    if sure(of.type) == TEXT or isinstance(sure(of.type), Enum):
        return emitter.code(of)
    return Code(ATOM, f"values.text({emitter.code(of).text})")


def in_values(function: str) -> Call:
    """A function of the same arguments in ``values``."""
    return lambda emitter, typed: Code(
        ATOM, f"values.{function}({', '.join(emitter.code(p).text for p in typed.parts)})"
    )


def of_python(function: str) -> Call:
    return lambda emitter, typed: Code(ATOM, f"{function}({', '.join(emitter.code(p).text for p in typed.parts)})")


def method(name: str) -> Call:
    """A method of the first argument's class."""

    def emit(emitter: Emitter, typed: Typed) -> Code:
        first, *rest = typed.parts
        return Code(ATOM, f"{emitter.code(first).above(ATOM)}.{name}({', '.join(emitter.code(p).text for p in rest)})")

    return emit


def attribute(name: str) -> Call:
    return lambda emitter, typed: Code(ATOM, f"{emitter.code(typed.parts[0]).above(ATOM)}.{name}")


def join(emitter: Emitter, typed: Typed) -> Code:
    of, between = typed.parts
    return Code(ATOM, f"{emitter.code(between).above(ATOM)}.join({emitter.argument(of)})")


def distinct(emitter: Emitter, typed: Typed) -> Code:
    return Code(ATOM, f"tuple(dict.fromkeys({emitter.argument(typed.parts[0])}))")


def contains(emitter: Emitter, typed: Typed) -> Code:
    of, part = (emitter.code(p).above(COMPARE + 1) for p in typed.parts)
    return Code(COMPARE, f"{part} in {of}")


CALLS: Mapping[str, Call] = {
    "size": size,
    "sum": total,
    "min": extreme("min", "least"),
    "max": extreme("max", "greatest"),
    "has": has,
    "date": date,
    "datetime": moment,
    "days": in_values("days"),
    "hours": in_values("hours"),
    "minutes": in_values("minutes"),
    "addMonths": in_values("add_months"),
    "weekday": in_values("weekday"),
    "year": attribute("year"),
    "month": attribute("month"),
    "day": attribute("day"),
    "int": whole,
    "decimal": exact,
    "text": text,
    "abs": of_python("abs"),
    "round": in_values("rounded"),
    "distinct": distinct,
    "join": join,
    "startsWith": method("startswith"),
    "endsWith": method("endswith"),
    "contains": contains,
    "lowerAscii": in_values("lower_ascii"),
    "upperAscii": in_values("upper_ascii"),
    "trim": method("strip"),
}
