"""Small worlds for asking two versions of a rule the same thing: drawn from types, always the same, smallest first.

Values come from few and near ones, so that bounds are met: whole numbers from 0 to 3 and the numbers that expressions
name with their neighbours, days within ten of each other, two texts and the texts that expressions name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from factory_git.compiler.python.pytypes import convert, resolve
from factory_git.spec.check import analyse
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Spec
from factory_git.spec.types import DECIMAL, Enum, ListOf, Optional, Ref, Scalar, Type

FIRST_DAY = dt.date(2026, 1, 5)  # a Monday


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows by entity id, as values by field name, and the arguments of a run."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    args: Mapping[str, Any]

    def words(self) -> str:
        """The rows and arguments in one line."""
        shown = [f"{name} {', '.join(_row(r) for r in rows)}" for name, rows in self.rows.items() if rows]
        given = [f"run.{name} = {_value(value)}" for name, value in self.args.items()]
        return "; ".join([*shown, *given])


def _row(row: Mapping[str, Any]) -> str:
    return f"({', '.join(f'{n} {_value(v)}' for n, v in row.items() if v is not None)})"


def _value(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


class _Draws:
    """Numbers that are the same everywhere: a hash of a counter."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def below(self, most: int) -> int:
        """A number from 0 up to but not including ``most``."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % max(most, 1)

    def of(self, values: Sequence[Any]) -> Any:
        """One of the values."""
        return values[self.below(len(values))]


class Samples:
    """The worlds of a spec whose expressions, with those of ``other``, say which values matter."""

    def __init__(self, spec: Spec, other: Spec) -> None:
        self.spec = spec
        literals = {v for s in (spec, other) for tree in _trees(s) for v in _literals(tree)}
        numbers = sorted({Decimal(v) for v in literals if isinstance(v, int | Decimal) and not isinstance(v, bool)})
        near = sorted({Decimal(n) for n in range(4)}.union(*({n - 1, n, n + 1} for n in numbers)))
        self.numbers = near
        self.texts = ["a", "b", *sorted(v for v in literals if isinstance(v, str))]
        self.args: dict[str, Type] = {}
        for pipeline in spec.pipelines:
            self.args |= {n: t for n, t in pipeline.args.items() if n not in self.args}
        self._made: list[Sample] = []

    def worlds(self, count: int) -> Iterator[Sample]:
        """So many worlds, those with few rows first."""
        while len(self._made) < count:
            self._made.append(self._world(len(self._made), 1 + (len(self._made) * 3) // count))
        yield from self._made[:count]

    def _world(self, number: int, most: int) -> Sample:
        draws = _Draws(number)
        sizes = {e.id: draws.below(most + 1) for e in self.spec.entities}
        # Mostly there are rows: an empty world says little.
        sizes = {id_: size or (1 if draws.below(4) else 0) for id_, size in sizes.items()}
        keys = {e.name: self._keys(e, sizes[e.id], draws) for e in self.spec.entities if e.key}
        rows = {e.id: self._rows(e, sizes[e.id], keys, draws) for e in self.spec.entities}
        args = {n: self._value(t, None, keys, draws) for n, t in self.args.items()}
        return Sample(rows=rows, args=args)

    def _keys(self, entity: Entity, size: int, draws: _Draws) -> list[Any]:
        found: list[Any] = []
        for number in range(size):
            kind = resolve(self.spec, entity.key.type) if entity.key else None
            plain = isinstance(kind, Scalar) and kind.name in ("text", "any", "json")
            key = f"{entity.id}{number}" if plain else self._value(kind, entity.key, {}, draws) if kind else None
            found += [key] if key not in found else []
        return found

    def _rows(self, entity: Entity, size: int, keys: Mapping[str, list[Any]], draws: _Draws) -> list[Mapping[str, Any]]:
        count = len(keys[entity.name]) if entity.key else size
        rows: list[Mapping[str, Any]] = []
        for number in range(count):
            row = {}
            for field in entity.fields:
                if field.key:
                    row[field.name] = keys[entity.name][number]
                elif field.optional and not draws.below(3):
                    row[field.name] = None
                else:
                    row[field.name] = self._value(field.type, field, keys, draws)
            if not any(row[f.name] is _NOTHING for f in entity.fields):
                rows.append(row)
        return rows

    def _value(self, type_: Type, field: Field | None, keys: Mapping[str, list[Any]], draws: _Draws) -> Any:
        if isinstance(type_, Ref):
            target = self.spec.entity(type_.entity)
            known = keys.get(target.name, []) if target else []
            return draws.of(known) if known else _NOTHING
        if isinstance(type_, Optional):
            return None if not draws.below(3) else self._value(type_.of, field, keys, draws)
        if isinstance(type_, ListOf):
            items = [self._value(type_.item, field, keys, draws) for _ in range(draws.below(3))]
            return tuple(item for item in items if item is not _NOTHING)
        if isinstance(type_, Enum):
            return draws.of(type_.values)
        return self._scalar(type_, field, keys, draws)

    def _scalar(self, type_: Type, field: Field | None, keys: Mapping[str, list[Any]], draws: _Draws) -> Any:
        name = str(type_)
        if name == "bool":
            return bool(draws.below(2))
        if name == "date":
            return FIRST_DAY + dt.timedelta(days=draws.below(10))
        if name == "datetime":
            return dt.datetime.combine(FIRST_DAY, dt.time()) + dt.timedelta(hours=12 * draws.below(20))
        if name in ("int", "decimal"):
            allowed = [n for n in self.numbers if self._within(n, field)] or self._bounds(field)
            value = draws.of(allowed)
            return int(value) if name == "int" else value
        # A text may be the key of a row that an expression compares it with.
        known = [k for found in keys.values() for k in found if isinstance(k, str)]
        return draws.of([*self.texts, *known, *known]) if name == "text" else draws.of([None, *self.texts])

    def _within(self, number: Decimal, field: Field | None) -> bool:
        low, high = (None, None) if field is None else (field.minimum, field.maximum)
        whole = field is None or str(field.type) != "int" or number == number.to_integral_value()
        return whole and (low is None or number >= Decimal(low)) and (high is None or number <= Decimal(high))

    def _bounds(self, field: Field | None) -> list[Decimal]:
        if field is None:
            return [Decimal(0)]
        given = [b for b in (field.minimum, field.maximum) if b is not None]
        return [convert(self.spec, DECIMAL, b, field.path, field.place) for b in given] or [Decimal(0)]


_NOTHING = object()
"""No value can be drawn: there is no row to refer to."""


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
