"""Which worlds tell two versions of a rule apart: the entities and fields either reads, and values that may matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from factory_git.compiler.hints import Said, Side, said
from factory_git.compiler.pool import Pool
from factory_git.compiler.python.pytypes import convert, resolve
from factory_git.compiler.rules import TERM
from factory_git.compiler.samples import FIRST_DAY, Kind, Shape, Slot
from factory_git.core.errors import SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.model import Entity, Field, Node
from factory_git.spec.types import DECIMAL, INT, Enum, ListOf, Optional, Ref, Type


def shape(sides: Sequence[Side]) -> Shape:
    """The worlds for these versions of one rule; where they differ in a type, the first has the word."""
    heard = said(sides)
    return _Builder(sides, heard, Pool(heard)).shape()


def other_types(sides: tuple[Side, Side]) -> str:
    """A field that both versions read and whose values cannot be those of the other version's; empty for none."""
    before, after = ({s.called(path): s.rules.fields[path][1] for path in _fields(s)} for s in sides)
    for path in sorted(before.keys() & after.keys()):
        kinds = {_sort(resolve(s.spec, f[path].type)) for s, f in zip(sides, (before, after), strict=True)}
        if len(kinds - {"any", "json"}) > 1:
            return path.replace("data_contracts.entities.", "").replace(".fields.", ".")
    return ""


def _fields(side: Side) -> list[SpecPath]:
    """The fields that a rule reads."""
    return sorted(path for path in side.rule.reads if path in side.rules.fields)


def _sort(type_: Type) -> str:
    return "list" if isinstance(type_, ListOf) else _family(type_)


@dataclass(slots=True)
class _Builder:
    sides: Sequence[Side]
    said: Said
    pool: Pool
    kinds: dict[str, dict[str, Slot]] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)

    def shape(self) -> Shape:
        wanted = self.wanted()
        for path in wanted:
            for side in self.sides:
                self.entities.setdefault(path, _entity(side, path)) if _has(side, path) else None
        asked = [(side, name, type_) for side in self.sides for name, type_ in side.rule.run.items()]
        run = {s.run[name]: self.slot(name, type_, s, f"run.{s.run[name]}") for s, name, type_ in asked}
        given = self.given()
        for path, fields in wanted.items():
            self.kinds[path] = {at: self.field(f, side, at) for at, (f, side) in fields.items()}
        self.keys([*run.values(), *given.values()])
        rows = next((s.called(s.rule.rows.path) for s in self.sides if s.rule.rows), "")
        kinds = {path: Kind(name=self.entities[path].name, slots=slots) for path, slots in self.kinds.items()}
        return Shape(entities=_sorted(kinds), run=run, given=given, rows=rows, most=self.pool.most)

    def wanted(self) -> dict[str, dict[str, tuple[Field, Side]]]:
        """The entities that are read, each with its fields that are."""
        out: dict[str, dict[str, tuple[Field, Side]]] = {}
        for side in self.sides:
            rules, reads = side.rules, side.rule.reads
            for entity in sorted((rules.entities[p] for p in reads if p in rules.entities), key=_line):
                out.setdefault(side.called(entity.path), {})
            for entity, one in sorted((rules.fields[path] for path in _fields(side)), key=lambda at: _line(at[1])):
                out.setdefault(side.called(entity.path), {}).setdefault(side.called(one.path), (one, side))
        return out

    def given(self) -> dict[str, Slot]:
        """The arguments of a term, by their number: they may be called otherwise in the other version."""
        out: dict[str, Slot] = {}
        for side in self.sides:
            for number, (name, type_) in enumerate(side.rule.given.items() if side.rule.kind == TERM else ()):
                at = f"{side.called(side.rule.path)}({name})"
                if str(number) not in out:
                    out[str(number)] = self.slot(name, type_, side, at)
        return out

    def keys(self, others: Sequence[Slot]) -> None:
        """Add the key to the rows that something in the world refers to."""
        slots = [*others, *(slot for held in self.kinds.values() for slot in held.values())]
        for path in {slot.refers for slot in slots if slot.refers}:
            side = next(s for s in self.sides if _has(s, path))
            key = _entity(side, path).key
            if key is not None and side.called(key.path) not in self.kinds[path]:
                at = side.called(key.path)
                self.kinds[path] = {at: self.field(key, side, at)} | self.kinds[path]

    def field(self, declared: Field, side: Side, at: str) -> Slot:
        found = [(s.rules.fields.get(s.own(at)), s) for s in self.sides]
        bounds = [self.bounds(known[1], s) for known, s in found if known and _alike(known[1].type, declared.type)]
        low = max((b for b, _ in bounds if b is not None), default=None)
        high = min((b for _, b in bounds if b is not None), default=None)
        if low is not None and high is not None and low > high:
            low, high = self.bounds(declared, side)
        type_ = Optional(declared.type) if declared.optional and not declared.key else declared.type
        return self.slot(declared.name, type_, side, at, key=declared.key, low=low, high=high)

    def bounds(self, declared: Field, side: Side) -> tuple[Any, Any]:
        def bound(written: str | None) -> Any:
            try:
                return written and convert(side.spec, declared.type, written, declared.path, declared.place)
            except SpecError:
                return None

        return bound(declared.minimum), bound(declared.maximum)

    def slot(
        self, name: str, type_: Type, side: Side, at: str, *, key: bool = False, low: Any = None, high: Any = None
    ) -> Slot:
        inner = type_.of if isinstance(type_, Optional) else type_
        target = side.spec.entity(inner.entity) if isinstance(inner, Ref) else None
        refers = side.called(target.path) if target else ""
        resolved = resolve(side.spec, inner)
        values = self.values(resolved, side, low, high)
        if isinstance(type_, Optional):
            values = [None, *values]
        near = self.said.near.get(at, set())
        likely = [v for v in values if v in near or _offset(v) in near]
        return Slot(
            name=name,
            kind=_family(resolved),
            values=tuple(values),
            likely=tuple(likely),
            refers=refers if refers in self.entities and refers != at.rpartition(".fields.")[0] else "",
            key=key,
            target=target.name if target else "",
            low=low,
            high=high,
        )

    def values(self, type_: Type, side: Side, low: Any, high: Any) -> list[Any]:
        """What a value of a type may be, simplest first."""
        if isinstance(type_, Enum):
            return list(type_.values)
        if isinstance(type_, ListOf):
            return self.pool.lists(self.values(resolve(side.spec, type_.item), side, None, None))
        made = self.pool.of(str(type_))
        within = [v for v in made if (low is None or v >= low) and (high is None or v <= high)]
        return within or [b for b in (low, high) if b is not None] or made


def _family(type_: Type) -> str:
    """Values of one family may be equal: they are repeated among each other."""
    return "number" if str(type_) in ("int", "decimal") else "text" if isinstance(type_, Enum) else str(type_)


def _offset(value: Any) -> Any:
    """How many days a day lies after the first."""
    return (value - FIRST_DAY).days if type(value) is dt.date else value


def _line(node: Node) -> tuple[str, int, int, str]:
    return node.place.file, node.place.line, node.place.column, node.path


def _alike(one: Type, other: Type) -> bool:
    """Whether values of both types have one order."""
    return one == other or {one, other} == {INT, DECIMAL}


def _has(side: Side, path: str) -> bool:
    return side.own(path) in side.rules.entities


def _entity(side: Side, path: str) -> Entity:
    return side.rules.entities[side.own(path)]


def _sorted(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    """Entities after those they refer to, as far as there is such an order."""
    out: dict[str, Kind] = {}

    def add(path: str, trail: tuple[str, ...]) -> None:
        if path in out or path in trail:
            return
        for slot in kinds[path].slots.values():
            if slot.refers:
                add(slot.refers, (*trail, path))
        out[path] = kinds[path]

    for path in kinds:
        add(path, ())
    return out
