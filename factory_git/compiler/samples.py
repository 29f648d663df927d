"""Small worlds for asking two versions of a rule the same thing: drawn from types, always the same, smallest first.

A world has what the rule reads and nothing else. Values come from few and near ones, so that bounds are met: small
whole numbers, the numbers that the rule names with their neighbours, days that lie so far apart, two texts and the
texts that the rule names, above all where it compares them with this very field. Half of all values repeat, or nearly,
one that the world already has.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FIRST_DAY = dt.date(2026, 1, 5)  # a Monday
KEYS = ("a", "b", "c", "d")
_FEW = 3  # rows
_STEPS = 60  # of making a world simpler; each makes it so, this bounds the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Something that has a value: a field that is read, an argument of the run or of a term.

    ``values`` are those that may be drawn, simplest first; ``likely`` those of them that the rule compares it with.
    ``refers`` is the entity whose keys it holds, where rows of that entity are in the world. ``low`` and ``high`` bound
    it, where it is bounded.
    """

    name: str
    kind: str  # the type word, `key of <entity>` for references
    values: tuple[Any, ...]
    likely: tuple[Any, ...] = ()
    refers: str = ""
    key: bool = False
    target: str = ""  # the entity that a reference names, whether or not it is in the world
    low: Any = None
    high: Any = None

    def allows(self, value: Any) -> bool:
        """Whether a value of the slot's own type is within its bounds."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The rows of one entity: its fields that are read, by address."""

    name: str
    slots: Mapping[str, Slot]

    @property
    def key(self) -> str:
        """The address of the key field; empty without one."""
        return next((path for path, slot in self.slots.items() if slot.key), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What worlds are made of. Entities stand after those that they refer to."""

    entities: Mapping[str, Kind]
    run: Mapping[str, Slot]
    given: Mapping[str, Slot]
    rows: str = ""  # the entity that must have a row: that of a gate
    most: int = 3  # rows of one entity that may matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows by entity, as values by field; the arguments of a run; those of a term."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    run: Mapping[str, Any]
    given: Mapping[str, Any]


class _Draws:
    """Numbers that are the same everywhere (Knuth's linear congruential generator, its upper bits)."""

    def __init__(self, seed: int) -> None:
        self._state = seed * 0x9E3779B97F4A7C15 + 1

    def below(self, most: int) -> int:
        """A number from 0 up to but not including ``most``."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % most

    def of(self, values: Sequence[Any]) -> Any:
        """One of the values."""
        return values[self.below(len(values))]


def worlds(shape: Shape, count: int) -> Iterator[Sample]:
    """So many worlds of a shape, those with few rows first."""
    for number in range(count):
        crowd = shape.most if shape.most > _FEW and number % 4 == 3 else 0
        yield _World(shape, _Draws(number + 1), 1 + min(_FEW - 1, number * 4 // count), crowd).made()


@dataclass(slots=True)
class _World:
    shape: Shape
    draws: _Draws
    most: int
    crowd: int = 0  # more rows than that, hardly different: what counts them may tell
    seen: dict[str, list[Any]] = field(default_factory=dict)

    def made(self) -> Sample:
        run = {name: self.value(slot, {}) for name, slot in self.shape.run.items()}
        given = {name: self.value(slot, {}) for name, slot in self.shape.given.items()}
        rows: dict[str, list[Mapping[str, Any]]] = {}
        keys: dict[str, list[Any]] = {}
        for entity, kind in self.shape.entities.items():
            rows[entity] = self.rows(kind, self.size(entity), keys)
            if kind.key:
                keys[entity] = [row[kind.key] for row in rows[entity]]
        return Sample(rows=rows, run=run, given=given)

    def size(self, entity: str) -> int:
        """How many rows: mostly some, an empty world says little."""
        if self.crowd and self.draws.below(2):
            return 1 + self.draws.below(self.crowd + 1)
        size = self.draws.below(self.most + 1)
        needed = entity == self.shape.rows or self.draws.below(5)
        return size or (1 if needed else 0)

    def rows(self, kind: Kind, size: int, keys: Mapping[str, list[Any]]) -> list[Mapping[str, Any]]:
        out: list[Mapping[str, Any]] = []
        taken: list[Any] = []
        for _ in range(size):
            row = {path: self.value(slot, keys) for path, slot in kind.slots.items() if not slot.key}
            if self.crowd and out:
                row = {path: value if not self.draws.below(8) else out[0][path] for path, value in row.items()}
            for path, slot in kind.slots.items():
                if slot.key:
                    row[path] = self.new(slot, keys, taken)
                    taken.append(row[path])
            if NOTHING not in row.values():
                out.append(row)
        return out

    def new(self, slot: Slot, keys: Mapping[str, list[Any]], taken: Sequence[Any]) -> Any:
        """A key that no row has."""
        for _ in range(4):
            value = self.value(slot, keys)
            if value not in taken:
                return value
        more = (f"k{number}" for number in range(len(taken) + 1)) if slot.kind == "text" else ()
        return next((v for v in (*slot.values, *more) if v is not None and v not in taken), NOTHING)

    def value(self, slot: Slot, keys: Mapping[str, list[Any]]) -> Any:
        if slot.refers:
            known = keys.get(slot.refers, [])
            return self.draws.of(known) if known else None if None in slot.values else NOTHING
        seen = self.seen.setdefault(slot.kind, [])
        if slot.likely and self.draws.below(2):
            value = self.draws.of(slot.likely)
        elif seen and self.draws.below(2):
            value = self.draws.of(seen)
            value = value if value in slot.values else self.draws.of(slot.values)
        else:
            value = self.draws.of(slot.values)
        if value is not None and not slot.key:
            seen.append(value)
        return value


class _Nothing:
    """No value can be drawn: there is no row to refer to."""


NOTHING = _Nothing()


def smallest(sample: Sample, shape: Shape, shows: Callable[[Sample], bool]) -> Sample:
    """A world with fewer rows and simpler values that still shows it; every world tried is asked ``shows``."""
    for _ in range(_STEPS):
        found = next((s for s in _simpler(sample, shape) if shows(s)), None)
        if found is None:
            break
        sample = found
    return sample


def weight(sample: Sample, shape: Shape) -> tuple[int, int, int]:
    """How big a world is: its rows, then how far its values are from the simplest."""
    ranks = [slot.values.index(value) if value in slot.values else 0 for _, slot, value in _places(sample, shape)]
    return sum(map(len, sample.rows.values())), sum(r > 0 for r in ranks), sum(ranks)


_At = tuple[str, str, int, str]
"""Where a value stands: ``run``, ``given`` or ``rows``; the entity; the number of the row; argument or field."""


def _places(sample: Sample, shape: Shape) -> Iterator[tuple[_At, Slot, Any]]:
    yield from ((("run", "", 0, name), shape.run[name], value) for name, value in sample.run.items())
    yield from ((("given", "", 0, name), shape.given[name], value) for name, value in sample.given.items())
    for entity, rows in sample.rows.items():
        slots = shape.entities[entity].slots
        for number, row in enumerate(rows):
            yield from ((("rows", entity, number, path), slots[path], value) for path, value in row.items())


def _with(sample: Sample, changes: Mapping[_At, Any]) -> Sample:
    run, given = dict(sample.run), dict(sample.given)
    rows = {entity: [dict(row) for row in held] for entity, held in sample.rows.items()}
    for (where, entity, number, name), value in changes.items():
        target = run if where == "run" else given if where == "given" else rows[entity][number]
        target[name] = value
    return Sample(rows=rows, run=run, given=given)


def _simpler(sample: Sample, shape: Shape) -> Iterator[Sample]:
    """Worlds that are smaller by one step: a row less, all days earlier, a text for another, simpler values."""
    for entity, rows in sample.rows.items():
        for number in range(len(rows)):
            kept = [row for at, row in enumerate(rows) if at != number]
            yield Sample(rows={**sample.rows, entity: kept}, run=sample.run, given=sample.given)
    places = list(_places(sample, shape))
    yield from _earlier(sample, places)
    yield from _renamed(sample, places)
    lower = [(at, _lower(slot, value)) for at, slot, value in places if not slot.refers and not slot.key]
    for at, simpler in lower:
        for value in simpler:
            yield _with(sample, {at: value})
    for number, (one, first) in enumerate(lower):
        for other, second in lower[number + 1 :]:
            for value in first[-4:]:
                for beside in second[-4:]:
                    yield _with(sample, {one: value, other: beside})


def _lower(slot: Slot, value: Any) -> list[Any]:
    if value in slot.values:
        return list(slot.values[: slot.values.index(value)])
    return [v for v in slot.values[:4] if v is not None and v < value]  # a day that was moved


def _earlier(sample: Sample, places: Sequence[tuple[_At, Slot, Any]]) -> Iterator[Sample]:
    """All days moved, so that the first is the first day of all."""
    days = [(at, slot, value) for at, slot, value in places if type(value) is dt.date]
    first = min((value for _, _, value in days), default=FIRST_DAY)
    moved = {at: value - (first - FIRST_DAY) for at, _, value in days}
    if first != FIRST_DAY and all(slot.allows(moved[at]) for at, slot, _ in days):
        yield _with(sample, moved)


def _renamed(sample: Sample, places: Sequence[tuple[_At, Slot, Any]]) -> Iterator[Sample]:
    """One text for another wherever it stands: ``b`` becomes ``a``."""
    used = {value for _, _, value in places if isinstance(value, str) and value in KEYS}
    for text in sorted(used):
        for simpler in KEYS[: KEYS.index(text)]:
            if simpler not in used:
                yield _with(sample, {at: simpler for at, _, value in places if value == text})
