"""Whole small worlds of an application: rows for every stored entity, arguments for every pipeline. Pure and seeded.

Values are few and near, so that rows meet: small numbers and those that the expressions of either version name, with
their neighbours; days of one fortnight; the words that expressions name; references to rows that are there.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from factory_git.spec.check import analyse
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Spec
from factory_git.spec.types import Enum, ListOf, Optional, Ref, Type

FIRST_DAY = dt.date(2026, 1, 5)  # a Monday
DAYS = 14
MOST = 5  # rows of one entity
_NOTHING = object()  # no value can be drawn: there is no row to refer to


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Rows by entity id, each as values by field name; arguments by pipeline id and name."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    args: Mapping[str, Mapping[str, Any]]


def worlds(spec: Spec, other: Spec, count: int, seed: int = 0) -> Iterator[World]:
    """So many worlds of ``spec``'s stored entities, small ones first; always the same for the same specs and seed.

    The arguments are those of the pipelines of ``other``, the version that they will be run through next.
    """
    draw = _Drawer(spec, other)
    for number in range(count):
        yield draw.world(random.Random(f"{seed}:{number}"), 1 + number * MOST // max(count, 1))  # noqa: S311


class _Drawer:
    def __init__(self, spec: Spec, other: Spec) -> None:
        self.spec, self.other = spec, other
        literals = {v for s in (spec, other) for tree in _trees(s) for v in _literals(tree)}
        numbers = [Decimal(v) for v in literals if isinstance(v, int | Decimal) and not isinstance(v, bool)]
        self.numbers = sorted({Decimal(n) for n in range(1, 5)}.union(*({n - 1, n, n + 1} for n in numbers)))
        self.texts = ["a", "b", *sorted(v for v in literals if isinstance(v, str) and len(v) < 40)]

    def world(self, dice: random.Random, most: int) -> World:
        keys: dict[str, list[Any]] = {}
        rows: dict[str, list[Mapping[str, Any]]] = {}
        entities = [e for e in self.spec.entities if not e.made]
        for entity in entities:
            if entity.key is not None and not isinstance(entity.key.type, Ref):
                keys[entity.name] = self._keys(entity, dice.randint(1, most), dice)
        for entity in entities:
            rows[entity.id] = self._rows(entity, most, keys, dice)
        args = {p.id: {n: self._given(t, keys, dice) for n, t in p.args.items()} for p in self.other.pipelines}
        return World(rows=rows, args=args)

    def _given(self, type_: Type, keys: Mapping[str, list[Any]], dice: random.Random) -> Any:
        value = self._value(type_, None, keys, dice)
        return None if value is _NOTHING else value

    def _keys(self, entity: Entity, size: int, dice: random.Random) -> list[Any]:
        assert entity.key is not None
        if str(entity.key.type) in ("text", "any"):
            return [f"{entity.id}{number + 1}" for number in range(size)]
        drawn = [self._value(entity.key.type, entity.key, {}, dice) for _ in range(size)]
        return list(dict.fromkeys(drawn))

    def _rows(
        self, entity: Entity, most: int, keys: Mapping[str, list[Any]], dice: random.Random
    ) -> list[Mapping[str, Any]]:
        own = keys.get(entity.name, []) if entity.key is not None else []
        rows: dict[Any, Mapping[str, Any]] = {}
        for number in range(len(own) or dice.randint(0, most)):
            row = {f.name: self._cell(f, keys, dice) for f in entity.fields}
            if own and entity.key is not None:
                row[entity.key.name] = own[number]
            if _NOTHING not in row.values():
                rows[row[entity.key.name] if entity.key is not None else number] = row
        return list(rows.values())

    def _cell(self, field: Field, keys: Mapping[str, list[Any]], dice: random.Random) -> Any:
        if field.optional and not dice.randrange(3):
            return None
        return self._value(field.type, field, keys, dice)

    def _value(self, type_: Type, field: Field | None, keys: Mapping[str, list[Any]], dice: random.Random) -> Any:
        if isinstance(type_, Optional):
            return None if not dice.randrange(3) else self._value(type_.of, field, keys, dice)
        if isinstance(type_, Ref):
            known = keys.get(type_.entity, [])
            return dice.choice(known) if known else _NOTHING
        if isinstance(type_, ListOf):
            items = [self._value(type_.item, field, keys, dice) for _ in range(dice.randrange(3))]
            return tuple(item for item in items if item is not _NOTHING)
        if isinstance(type_, Enum):
            return dice.choice(type_.values)
        return self._scalar(str(type_), field, keys, dice)

    def _scalar(self, name: str, field: Field | None, keys: Mapping[str, list[Any]], dice: random.Random) -> Any:
        if name == "bool":
            return bool(dice.randrange(2))
        if name in ("date", "datetime"):
            day = FIRST_DAY + dt.timedelta(days=dice.randrange(DAYS))
            return day if name == "date" else dt.datetime.combine(day, dt.time(12 * dice.randrange(2)))
        if name in ("int", "decimal"):
            whole = name == "int"
            value = dice.choice([n for n in self.numbers if _within(n, field, whole=whole)] or _bounds(field))
            return int(value) if whole else value
        if dice.randrange(2):  # mostly the same few, so that rows meet
            return dice.choice(self.texts[:2])
        # A text may be the key of a row that an expression compares it with.
        known = [key for found in keys.values() for key in found if isinstance(key, str)]
        return dice.choice([*self.texts, *known, *known])


def _within(number: Decimal, field: Field | None, *, whole: bool) -> bool:
    low, high = (None, None) if field is None else (field.minimum, field.maximum)
    fits = not whole or number == number.to_integral_value()
    return fits and (low is None or number >= Decimal(low)) and (high is None or number <= Decimal(high))


def _bounds(field: Field | None) -> list[Decimal]:
    given = [] if field is None else [Decimal(b) for b in (field.minimum, field.maximum) if b is not None]
    return given or [Decimal(0)]


def _trees(spec: Spec) -> Iterator[Typed]:
    analysis = analyse(spec)
    yield from analysis.terms.values()
    yield from analysis.guardrails.values()
    for types in analysis.steps.values():
        yield from types.exprs.values()


def _literals(tree: Typed) -> Iterator[Any]:
    if tree.op == "literal":
        yield getattr(tree.node, "value", None)
    for part in tree.parts:
        yield from _literals(part)
