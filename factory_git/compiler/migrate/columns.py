"""One column of a table: how it is had from the old one, how the old one is had back, what must hold before."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from factory_git.compiler import convert
from factory_git.compiler.migrate import checks, pairs
from factory_git.compiler.migrate.draft import CLASSES
from factory_git.compiler.schema import quoted, text_literal
from factory_git.spec import units

Facts = Mapping[str, Any]
Way = Callable[[str], str]
"""From the SQL of a value to that of what becomes of it."""

_NUMBERS = ("int", "decimal")
_ORDERED = (*_NUMBERS, "date", "datetime")


@dataclass(slots=True, kw_only=True)
class Column:
    """A column of the old table, of the new one, or of both.

    ``ways`` lead from the old value to the new one, each with its way back. ``blurs``: the old value does not follow
    from the new one, so it is kept. ``gap`` names what only a person can say. ``queries`` must give no row before.
    """

    old: Facts | None
    new: Facts | None
    ways: list[tuple[Way, Way]] = field(default_factory=list)
    blurs: bool = False
    klass: str = ""
    gap: str = ""
    queries: list[str] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        """Whether the value stays as it is."""
        return bool(self.old and self.new and not self.ways and not self.gap)

    def up(self, row: str) -> str:
        """The new value, over a row of the old table that is called ``row``."""
        if self.old is None:
            return str(self.new.get("default", "NULL")) if self.new else "NULL"
        value = f"{row}.{quoted(self.old['id'])}"
        for way, _ in self.ways:
            value = way(value)
        return value

    def down(self, row: str) -> str:
        """The old value, over a row of the new table."""
        assert self.new is not None
        value = f"{row}.{quoted(self.new['id'])}"
        for _, way in reversed(self.ways):
            value = way(value)
        return value

    def raise_to(self, klass: str) -> None:
        """The column's change is of this class, or of a worse one."""
        self.klass = max(self.klass, klass, key=CLASSES.index)

    def demand(self, *queries: str, klass: str = "C") -> None:
        """What must hold before."""
        self.queries += queries
        self.raise_to(klass)

    def open(self, gap: str) -> None:
        """Only a person can say how the new value is had."""
        self.gap, self.ways, self.queries = gap, [], []
        self.raise_to("H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field of an entity before and after: its ``label`` (``Item.count``), where it is in the old table.

    ``same_target`` says that a reference leads to the rows it led to, ``rekeyed`` (in words) that these are called by
    another key now. ``apart`` is as in :func:`pairs.words`.
    """

    label: str
    old: Facts
    new: Facts
    at: checks.Where
    same_target: bool
    rekeyed: str
    apart: Callable[[str, str], bool]


def added(label: str, new: Facts) -> Column:
    """A column that is new: its default, nothing, or what a person says."""
    column = Column(old=None, new=new, klass="A")
    if not new.get("optional") and "default" not in new:
        column.open(f"how {label} ({new['type']}) is had")
    return column


def removed(old: Facts) -> Column:
    """A column that is gone: kept in the archive."""
    return Column(old=old, new=None, klass="B")


def changed(change: Change) -> Column:
    """A column that stands in both tables."""
    column = Column(old=change.old, new=change.new)
    if change.old["id"] != change.new["id"]:
        column.raise_to("A")
    for part in (_kind, _unit, _words, _needed, _bounds, _unique):
        if not column.gap:
            part(column, change)
    return column


def _kind(column: Column, change: Change) -> None:
    """Another type: converted where it is known how."""
    old, new = change.old, change.new
    way = convert.way(old["kind"], new["kind"])
    if change.rekeyed:
        column.open(f"how {change.label} ({new['type']}) is had: {change.rekeyed}")
        return
    if way is None or not change.same_target:
        column.open(f"how {change.label} ({new['type']}) is had from {_said(change)}")
        return
    if old["kind"] != new["kind"]:
        column.raise_to("C" if way.fits else "A" if new["kind"] in ("any", "json") else "B")
    if way.fits:
        fits = way.fits.replace("@", f"t.{quoted(old['id'])}")
        column.demand(checks.unfit(change.at, fits, new["type"]))
    if way.up != way.down:
        column.ways.append((_put(way.up), _put(way.down)))
    column.blurs = way.blurs


def _said(change: Change) -> str:
    name = change.label.rpartition(".")[0]
    return f"{name}.{change.old['name']} ({change.old['type']})"


def _put(template: str) -> Way:
    return lambda value: template.replace("@", value)


def _unit(column: Column, change: Change) -> None:
    """Another unit: the same quantity in other numbers."""
    old, new = change.old.get("unit"), change.new.get("unit")
    relation = units.relation(old, new) if old and new else None
    if not (old and new) or old == new or (relation is not None and relation == units.Linear(Fraction(1), Fraction(0))):
        return
    if relation is None or change.new["kind"] not in _NUMBERS:
        column.open(f"how {change.label} in {new} is had from {_said(change)} in {old}")
        return
    scale, offset = relation
    there, back = _scaled(change, scale, offset), _scaled(change, 1 / scale, -offset / scale)
    wrong = f"NOT {_can(there(column.up('t')))}"
    column.demand(checks.query(change.at, wrong, f"has no exact value in {new}"), klass="A")
    column.ways.append((there, back))
    column.blurs = True  # 1.50 kg and 1500.00 g: the digits as they were written come back only from the archive


def _scaled(change: Change, scale: Fraction, offset: Fraction) -> Way:
    numbers = ", ".join(text_literal(_written(number)) for number in (scale, offset))
    return lambda value: f"gf_scale('{change.new['kind']}', {value}, {numbers})"


def _written(number: Fraction) -> str:
    """A fraction as a decimal where it is one, which keeps the digits of what it is multiplied with."""
    twos, rest = 0, number.denominator
    while rest % 10 == 0 or rest % 5 == 0 or rest % 2 == 0:
        rest //= 10 if rest % 10 == 0 else 5 if rest % 5 == 0 else 2
        twos += 1
    if rest != 1:
        return str(number)
    return format(Decimal(number.numerator) / Decimal(number.denominator), "f")


def _can(call: str) -> str:
    return call.replace("gf_scale(", "gf_can_scale(", 1)


def _words(column: Column, change: Change) -> None:
    """An enum: words that are called otherwise, and words that are gone."""
    before, after = known_words(change.old), known_words(change.new)
    if not after or ("values" not in change.old and change.old["type"] == change.new["type"]):
        return
    many = change.new["kind"].startswith("list of ")
    renamed, gone = pairs.words(before, after, change.apart) if before else ({}, ("?",))
    if gone:
        listed = [*renamed, *after] if renamed else list(after)
        column.demand(checks.outside(change.at, column.up("t"), listed, many=many))
    if renamed:
        column.raise_to("A")
        there, back = renamed, {b: a for a, b in renamed.items()}
        call = _each if many else _case
        column.ways.append((call(there), call(back)))


def known_words(facts: Facts) -> tuple[str, ...]:
    """The words of an enum; an older schema has them in the type only."""
    if "values" in facts:
        return tuple(facts["values"])
    head, *words = facts["type"].removeprefix("list ").split()
    return tuple(words) if head == "enum" else ()


def _case(names: Mapping[str, str]) -> Way:
    whens = " ".join(f"WHEN {text_literal(a)} THEN {text_literal(b)}" for a, b in names.items())
    return lambda value: f"CASE {value} {whens} ELSE {value} END"


def _each(names: Mapping[str, str]) -> Way:
    listed = text_literal(json.dumps(names, ensure_ascii=False, sort_keys=True))
    return lambda value: f"gf_words({value}, {listed})"


def _needed(column: Column, change: Change) -> None:
    """Optional or not: nothing becomes the default, or there must be something."""
    old, new = change.old, change.new
    if bool(old.get("optional")) == bool(new.get("optional")):
        return
    if new.get("optional"):
        column.raise_to("A")
    elif "default" in new:
        column.raise_to("C")
        column.ways.append((lambda value: f"COALESCE({value}, {new['default']})", lambda value: value))
        column.blurs = True
    else:
        column.demand(checks.missing(change.at, column.up("t")))


def _bounds(column: Column, change: Change) -> None:
    """Bounds that are tighter, or that values of another kind or unit are held against for the first time."""
    old, new = change.old, change.new
    if new["kind"] not in _ORDERED:
        return
    fresh = old["kind"] != new["kind"] or bool(column.ways)
    low = new.get("min") if fresh or _less(old.get("min"), new.get("min")) else None
    high = new.get("max") if fresh or _less(new.get("max"), old.get("max"), missing_is_more=True) else None
    if low is not None or high is not None:
        column.demand(*checks.beyond(change.at, new["kind"], column.up("t"), low, high))


def _less(a: str | None, b: str | None, *, missing_is_more: bool = False) -> bool:
    if missing_is_more:
        return a is not None and (b is None or _number(a) < _number(b))
    return b is not None and (a is None or _number(a) < _number(b))


def _number(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text  # ISO dates order as text


def _unique(column: Column, change: Change) -> None:
    """Values that are each to be one row's."""
    old, new = change.old, change.new
    before, after = (bool(f.get("key") or f.get("unique")) for f in (old, new))
    if before and not after:
        column.raise_to("A")
    elif after and (not before or (column.blurs and column.ways)):
        column.demand(checks.repeated(change.at, column.up("t")))
