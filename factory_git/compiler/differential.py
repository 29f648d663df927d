"""Whether a guardrail, a gate or a term says something else than it did: both versions run on the same small worlds.

The text of an expression does not tell: ``day <`` made ``day <=``, or a term changed that a guardrail calls. So both
are compiled in memory and asked about the same worlds (:mod:`factory_git.compiler.samples`), always the same ones. A
world that the old version refuses and the new one accepts proves a weakening; that none was found proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from factory_git.compiler import samples
from factory_git.compiler.hints import Side, arguments
from factory_git.compiler.python import names
from factory_git.compiler.rules import FAILS, GATE, TERM, UNANSWERED, Row, Rule, Rules, Worlds
from factory_git.compiler.samples import Sample, Shape
from factory_git.compiler.shapes import other_types, shape
from factory_git.core.ids import SpecPath
from factory_git.spec.model import Entity, Field

WORLDS = 1600
_BEFORE = " (before)"
FAILED = "an error"  # what a term says that has no value
_SHRUNK = 4  # counterexamples made smaller; the smallest is told
_FOUND = 40  # counterexamples after which no more are looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A world that two versions judge differently. ``row`` is the number of the row that a gate is asked about."""

    sample: Sample
    shape: Shape
    before: Any
    after: Any
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What running both versions of a rule showed.

    ``looser`` is a world that is let through now and was refused, ``tighter`` one the other way round, ``other`` one
    for which a term has another value. ``compared`` is how many worlds both versions could be asked about.
    """

    kind: str
    looser: Example | None = None
    tighter: Example | None = None
    other: Example | None = None
    compared: int = 0
    why: str = ""


class Differential:
    """Two versions of a spec. ``then`` maps the newer one's addresses to the older one's."""

    def __init__(self, old: Rules, new: Rules, then: Mapping[SpecPath, SpecPath]) -> None:
        self.old, self.new = old, new
        self._then = then
        self._now = {before: path for path, before in then.items()}

    def called(self, path: SpecPath) -> str:
        """What the newer version calls a node of the older one."""
        return self._now.get(path, f"{path}{_BEFORE}")

    def own(self, called: str) -> SpecPath:
        """The way back of :meth:`called`."""
        path = SpecPath(called.removesuffix(_BEFORE))
        return self._then.get(path, path) if path == called else path

    def ask(self, path: SpecPath) -> Outcome | None:
        """What became of the rule at ``path`` of the newer spec; None where either version cannot be run."""
        before, after = self.old.rule(self._then.get(path, path)), self.new.rule(path)
        if before is None or after is None or before.kind != after.kind:
            return None
        if len(before.given) != len(after.given):
            return Outcome(kind=after.kind, why="it takes other arguments")
        run = arguments(before, after)
        sides = (
            Side(self.old, before, self.called, self.own, run),
            Side(self.new, after, str, SpecPath, {n: n for n in after.run}),
        )
        if other := other_types(sides):
            return Outcome(kind=after.kind, why=f"{other} is of another type")
        try:
            return _Asked(sides, shape(sides)).outcome()
        except (RecursionError, SyntaxError, MemoryError):
            return Outcome(kind=after.kind, why="it is nested too deeply to be run")


@dataclass(slots=True)
class _Asked:
    """One rule of both versions, and the worlds for it."""

    sides: tuple[Side, Side]
    shape: Shape
    versions: tuple[_Version, ...] = ()

    def outcome(self) -> Outcome:
        self.versions = tuple(_Version(side, self.shape) for side in self.sides)
        term = self.sides[1].rule.kind == TERM
        tests = {"other": _differs} if term else {"looser": _looser, "tighter": _tighter}
        found: dict[str, list[Sample]] = {name: [] for name in tests}
        compared = 0
        for sample in samples.worlds(self.shape, WORLDS):
            before, after = self.answers(sample)
            if before is None or after is None:
                continue
            compared += 1
            for name, test in tests.items():
                if _where(test, before, after) is not None and len(found[name]) < _FOUND:
                    found[name].append(sample)
            if all(len(held) >= _FOUND for held in found.values()):
                break
        told = {name: self.smallest(tests[name], held) for name, held in found.items()}
        why = "" if compared else "no world was found that both versions can be asked about"
        return Outcome(kind=self.sides[1].rule.kind, compared=compared, why=why, **told)

    def answers(self, sample: Sample) -> tuple[Any, Any]:
        return self.versions[0].answers(sample), self.versions[1].answers(sample)

    def smallest(self, test: _Test, found: Sequence[Sample]) -> Example | None:
        """The smallest of the smallest counterexamples."""

        def shows(sample: Sample) -> bool:
            before, after = self.answers(sample)
            return before is not None and after is not None and _where(test, before, after) is not None

        light = sorted(found, key=lambda s: samples.weight(s, self.shape))[:_SHRUNK]
        shrunk = [samples.smallest(sample, self.shape, shows) for sample in light]
        best = min(shrunk, key=lambda s: samples.weight(s, self.shape), default=None)
        if best is None:
            return None
        before, after = self.answers(best)
        row = _where(test, before, after) or 0
        return Example(sample=best, shape=self.shape, before=before[row], after=after[row], row=row)


_Test = Callable[[Any, Any], bool]


def _looser(before: Any, after: Any) -> bool:
    return bool(after) and not before


def _tighter(before: Any, after: Any) -> bool:
    return bool(before) and not after


def _differs(before: Any, after: Any) -> bool:
    return bool(before != after)


def _where(test: _Test, before: Sequence[Any], after: Sequence[Any]) -> int | None:
    """The first answer for which a test holds."""
    return next((n for n, pair in enumerate(zip(before, after, strict=False)) if test(*pair)), None)


class _Version:
    """One version of a rule, asked of worlds that are drawn for both."""

    def __init__(self, side: Side, shape_: Shape) -> None:
        self.rule: Rule = side.rule
        self.ask = side.rules.function(side.rule)
        self.run = {slot: names.argument(name) for name, slot in side.run.items()}
        held = [side.rules.entities.get(side.own(path)) for path in shape_.entities]
        self.entities = [_Rows(entity, side, shape_) for entity in held if entity is not None]
        self.worlds = Worlds([rows.entity for rows in self.entities])
        self.asked = next((n for n, rows in enumerate(self.entities) if rows.entity is self.rule.rows), 0)
        self.given = [_converter(str(type_)) for type_ in side.rule.given.values()]

    def answers(self, sample: Sample) -> list[Any] | None:
        """What the rule says of a world: a gate of every row. None: it cannot be asked."""
        try:
            held = [rows.made(sample) for rows in self.entities]
            world = self.worlds.made(held)
            if self.rule.kind == TERM:
                return [self.told(held, world, *(c(v) for c, v in zip(self.given, sample.given.values(), strict=True)))]
            run = Row({attribute: sample.run[name] for name, attribute in self.run.items()})
            if self.rule.kind != GATE:
                return [self.lets(world, run, None)]
            return [self.lets(world, run, row) for row in held[self.asked]]
        except UNANSWERED:
            return None

    def lets(self, *asked: Any) -> bool:
        """Whether a guardrail holds, a gate keeps a row. What fails stops the run: it lets nothing through."""
        try:
            return bool(self.ask(*asked))
        except FAILS:
            return False

    def told(self, held: Sequence[list[Row]], *asked: Any) -> Any:
        """The value of a term."""
        try:
            return _plain(self.ask(*asked), held)
        except FAILS:
            return FAILED


class _Rows:
    """How the rows of an entity are made in one version."""

    def __init__(self, entity: Entity, side: Side, shape_: Shape) -> None:
        self.entity = entity
        self.path = side.called(entity.path)
        slots = shape_.entities[self.path].slots
        mine = [(side.called(f.path), f) for f in entity.fields]
        self.fields = [(at, names.field_name(f), _of(f)) for at, f in mine if at in slots]

    def made(self, sample: Sample) -> list[Row]:
        return [Row({name: to(row[at]) for at, name, to in self.fields}) for row in sample.rows[self.path]]


def _of(field: Field) -> Callable[[Any], Any]:
    return _converter(str(field.type))


def _converter(word: str) -> Callable[[Any], Any]:
    """Values are drawn once for both versions, of which one may have another type for it."""
    return _CONVERT.get(word, _same)


def _same(value: Any) -> Any:
    return value


def _number(value: Any) -> Any:
    return Decimal(value) if type(value) is int else value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _text(value: Any) -> Any:
    return value if value is None else str(value)


_CONVERT: Mapping[str, Callable[[Any], Any]] = {"decimal": _number, "int": _whole, "text": _text}


def _plain(value: Any, held: Sequence[Sequence[Row]]) -> Any:
    """A term's value, rows told by their place: those of two versions are never the same objects."""
    if isinstance(value, Row):
        return next(((n, at) for n, rows in enumerate(held) for at, r in enumerate(rows) if r is value), None)
    return tuple(_plain(item, held) for item in value) if isinstance(value, tuple | list) else value
