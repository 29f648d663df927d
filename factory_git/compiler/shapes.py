"""Which worlds tell two versions of a rule apart: the entities and fields either reads, and values that may matter."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from factory_git.compiler.python.pytypes import convert, resolve
from factory_git.compiler.rules import TERM, Rule, Rules
from factory_git.compiler.samples import FIRST_DAY, KEYS, Kind, Shape, Slot, numbers_near
from factory_git.core.errors import SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Spec, Term
from factory_git.spec.types import Enum, ListOf, Optional, Ref, Type

_COMPARED = frozenset(("==", "!=", "<", "<=", ">", ">=", "in", "+", "-"))
_TEXTUAL = frozenset(("contains", "startsWith", "endsWith", "size", "trim", "lowerAscii", "upperAscii"))
_CALENDAR = frozenset(("year", "month", "day", "addMonths"))
_FAR = 4000  # days: what lies farther apart is no number of days


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a rule, and what the newer version calls the older one's nodes."""

    rules: Rules
    rule: Rule
    called: Callable[[SpecPath], str]

    @property
    def spec(self) -> Spec:
        """The spec that the rule is of."""
        return self.rules.spec


def shape(sides: Sequence[Side]) -> Shape:
    """The worlds for these versions of one rule; where they differ in a type, the first has the word."""
    return _Builder(sides, _said(sides)).shape()


def other_types(sides: tuple[Side, Side]) -> str:
    """A field that both versions read and whose values cannot be those of the other version's; empty for none."""
    before, after = ({s.called(path): f for path, f in s.rules.fields.items() if path in s.rule.reads} for s in sides)
    for path in before.keys() & after.keys():
        kinds = {_sort(resolve(s.spec, f[path].type)) for s, f in zip(sides, (before, after), strict=True)}
        if len(kinds - {"any", "json"}) > 1:
            return path.replace("data_contracts.entities.", "").replace(".fields.", ".")
    return ""


def _sort(type_: Type) -> str:
    return "list" if isinstance(type_, ListOf) else _family(type_)


@dataclass(slots=True)
class _Said:
    """What the expressions say of values: literals, and with what they stand in one comparison."""

    literals: set[Any] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    near: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    same: list[tuple[str, str]] = field(default_factory=list)


def _said(sides: Iterable[Side]) -> _Said:
    said = _Said()
    for side in sides:
        owners = {id(tree): t for t in side.spec.terms if (tree := side.rules.analysis.terms.get(t.path)) is not None}
        for tree in side.rule.trees:
            _hear(side, owners.get(id(tree)), tree, said)
    for _ in range(3):  # as deep as terms mostly call each other
        for one, other in said.same:
            both = said.near[one] | said.near[other]
            said.near[one], said.near[other] = set(both), both
    return said


def _hear(side: Side, owner: Term | None, tree: Typed, said: _Said) -> None:
    if tree.op == "literal":
        said.literals.add(getattr(tree.node, "value", None))
    if tree.op == "call":
        said.calls.add(tree.name)
    if tree.op in _COMPARED:
        places = [p for part in tree.parts if (p := _place(side, owner, part))]
        said.same += pairwise(places)
        for place in places:
            said.near[place].update(v for part in tree.parts for v in _values(part))
    if tree.op == "term" and isinstance(tree.target, Term):
        for name, part in zip(tree.target.args, tree.parts, strict=False):
            given = f"{side.called(tree.target.path)}({name})"
            said.near[given].update(_values(part))
            place = _place(side, owner, part)
            said.same += [(given, place)] if place else []
    for part in tree.parts:
        _hear(side, owner, part, said)


def _place(side: Side, owner: Term | None, tree: Typed) -> str:
    """What a tree is the value of: a field, an argument of the run or of the term; empty for anything else."""
    if tree.op == "decimal":
        return _place(side, owner, tree.parts[0])
    if tree.op == "field":
        return side.called(tree.target.path) if isinstance(tree.target, Field) else f"{tree.entity}.{tree.name}"
    return f"{side.called(owner.path)}({tree.name})" if tree.op == "name" and owner else ""


def _values(tree: Typed) -> Iterator[Any]:
    """The literals that a tree is: one, or a list of them."""
    if tree.op == "literal":
        yield getattr(tree.node, "value", None)
    elif tree.op in ("list", "decimal") or (tree.op == "call" and tree.name in ("date", "days", "datetime")):
        for part in tree.parts:
            yield from _values(part)


@dataclass(slots=True)
class _Builder:
    sides: Sequence[Side]
    said: _Said
    kinds: dict[str, dict[str, Slot]] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    numbers: list[Decimal] = field(default_factory=list)

    def shape(self) -> Shape:
        plain = (v for v in self.said.literals if isinstance(v, int | Decimal) and not isinstance(v, bool))
        self.numbers = numbers_near(sorted({Decimal(v) for v in plain}))
        wanted = self.wanted()
        for path in wanted:
            for side in self.sides:
                self.entities.setdefault(path, _entity(side, path)) if _has(side, path) else None
        run = {n: self.slot(n, t, side, f"run.{n}") for side in self.sides for n, t in side.rule.run.items()}
        given = self.given()
        for path, fields in wanted.items():
            self.kinds[path] = {at: self.field(f, side, at) for at, (f, side) in fields.items()}
        self.keys([*run.values(), *given.values()])
        rows = next((s.called(s.rule.rows.path) for s in self.sides if s.rule.rows), "")
        kinds = {path: Kind(name=self.entities[path].name, slots=slots) for path, slots in self.kinds.items()}
        return Shape(entities=_sorted(kinds), run=run, given=given, rows=rows)

    def wanted(self) -> dict[str, dict[str, tuple[Field, Side]]]:
        """The entities that are read, each with its fields that are."""
        out: dict[str, dict[str, tuple[Field, Side]]] = {}
        for side in self.sides:
            for entity in side.spec.entities:
                read = [f for f in entity.fields if f.path in side.rule.reads]
                if read or entity.path in side.rule.reads:
                    fields = out.setdefault(side.called(entity.path), {})
                    for one in read:
                        fields.setdefault(side.called(one.path), (one, side))
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
        bounds = [self.bounds(f, s) for s in self.sides for f in s.rules.fields.values() if s.called(f.path) == at]
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
        said = self.said.near.get(at, set())
        likely = [v for v in values if v in said or _offset(v) in said]
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
            return self.words(type_)
        if isinstance(type_, ListOf):
            items = self.values(resolve(side.spec, type_.item), side, None, None)[:3]
            return [(), *((i,) for i in items), *((i, j) for i in items for j in items if i != j)]
        made = _SCALARS.get(str(type_), _anything)(self)
        within = [v for v in made if (low is None or v >= low) and (high is None or v <= high)]
        return within or [b for b in (low, high) if b is not None] or made

    def words(self, type_: Enum) -> list[Any]:
        return list(type_.values)


def _texts(builder: _Builder) -> list[Any]:
    said = sorted(v for v in builder.said.literals if isinstance(v, str) and v not in KEYS)
    more = ["ab", " A"] if builder.said.calls & _TEXTUAL else []
    return [*KEYS[:3], *said, *more]


def _integers(builder: _Builder) -> list[Any]:
    return [int(n) for n in builder.numbers if n == n.to_integral_value()]


def _decimals(builder: _Builder) -> list[Any]:
    return list(builder.numbers)


def _dates(builder: _Builder) -> list[Any]:
    apart = {int(n) for n in builder.numbers if 0 <= n <= _FAR and n == n.to_integral_value()}
    apart |= set(range(7)) if "weekday" in builder.said.calls else set()
    apart |= {25, 26, 31, 57, 365} if builder.said.calls & _CALENDAR else set()
    days = {FIRST_DAY + dt.timedelta(days=n) for n in apart}
    for text in (v for v in builder.said.literals if isinstance(v, str)):
        try:
            days |= {dt.date.fromisoformat(text[:10]) + dt.timedelta(days=n) for n in (-1, 0, 1)}
        except (ValueError, OverflowError):
            continue
    return sorted(days)


def _datetimes(builder: _Builder) -> list[Any]:
    start = [dt.datetime.combine(day, dt.time()) for day in _dates(builder)]
    hours = [dt.timedelta(hours=int(n)) for n in builder.numbers if 0 < n < 100 and n == n.to_integral_value()]
    return sorted({*start, *(start[0] + h for h in hours)})


def _anything(builder: _Builder) -> list[Any]:
    return [*_texts(builder), *_integers(builder)[:4], None]


_SCALARS: Mapping[str, Callable[[_Builder], list[Any]]] = {
    "text": _texts,
    "int": _integers,
    "decimal": _decimals,
    "bool": lambda _: [False, True],
    "date": _dates,
    "datetime": _datetimes,
}


def _family(type_: Type) -> str:
    """Values of one family may be equal: they are repeated among each other."""
    return "number" if str(type_) in ("int", "decimal") else "text" if isinstance(type_, Enum) else str(type_)


def _offset(value: Any) -> Any:
    """How many days a day lies after the first."""
    return (value - FIRST_DAY).days if type(value) is dt.date else value


def _has(side: Side, path: str) -> bool:
    return any(side.called(e.path) == path for e in side.spec.entities)


def _entity(side: Side, path: str) -> Entity:
    return next(e for e in side.spec.entities if side.called(e.path) == path)


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
