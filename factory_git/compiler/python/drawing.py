"""Hypothesis strategies for worlds: rows drawn from the types of their fields, references kept whole.

Small values come often, so that rows meet: texts and keys from a handful of words, days close together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from factory_git.compiler.python import names, source
from factory_git.compiler.python.pytypes import convert, resolve
from factory_git.core.ids import SpecPath
from factory_git.spec.model import Entity, Field, Scenario, Spec
from factory_git.spec.types import DECIMAL, INT, Enum, ListOf, Optional, Ref, Scalar, Type

CONSTANTS: Mapping[str, str] = {
    "WORDS": 'WORDS = st.sampled_from(["", "a", "b", "A b"]) | st.text(max_size=8)',
    "KEYS": 'KEYS = st.sampled_from(["a", "b", "c", "d"]) | st.text(min_size=1, max_size=4)',
    "DAYS": (
        "DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 21)) | "
        "st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 31))"
    ),
    "TIMES": "TIMES = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31))",
    "ANYTHING": "ANYTHING = st.none() | WORDS | st.integers(-9, 9)",
    "numbers": '''
def numbers(low: str = "-1000", high: str = "1000") -> st.SearchStrategy[Decimal]:
    """Decimals within bounds; small whole ones often."""
    few = [Decimal(n) for n in range(-2, 9) if Decimal(low) <= n <= Decimal(high)]
    drawn = st.decimals(low, high, places=2)
    return st.sampled_from(few) | drawn if few else drawn
''',
}


@dataclass(slots=True)
class Used:
    """The constants that a file's strategies use."""

    names: set[str] = field(default_factory=set)

    def use(self, name: str) -> str:
        """Note that ``name`` is used; the name itself."""
        self.names.add(name)
        return name

    def sources(self) -> list[str]:
        """The declarations of what is used, in one fixed order."""
        if "ANYTHING" in self.names:
            self.names.add("WORDS")
        lines = [text for name, text in CONSTANTS.items() if name in self.names and name.isupper()]
        functions = [text for name, text in CONSTANTS.items() if name in self.names and not name.isupper()]
        return [*(["\n".join(lines)] if lines else []), *functions]


def strategy(spec: Spec, type_: Type, used: Used, of: Field | None = None) -> str:
    """The strategy for values of a type, within the bounds of a field if one is given."""
    type_ = resolve(spec, type_)
    if isinstance(type_, Optional):
        return f"st.none() | {strategy(spec, type_.of, used, of)}"
    if isinstance(type_, ListOf):
        return f"st.lists({strategy(spec, type_.item, used, of)}, max_size=3).map(tuple)"
    if isinstance(type_, Enum):
        return f"st.sampled_from({source.literal(type_.values)})"
    assert isinstance(type_, Scalar)
    return _scalar(spec, type_, used, of)


def _scalar(spec: Spec, type_: Scalar, used: Used, of: Field | None) -> str:
    if type_.name == "bool":
        return "st.booleans()"
    if type_.name in ("any", "json"):
        return used.use("ANYTHING")
    if type_.name == "text":
        return used.use("WORDS")
    low, high = _bounds(spec, type_, of)
    if type_ == INT:
        return f"st.integers({low if low is not None else -20}, {high if high is not None else _above(low, 20)})"
    if type_ == DECIMAL:
        texts = [source.quote(str(b)) for b in (low, high if high is not None else _above(low, 1000)) if b is not None]
        return f"{used.use('numbers')}({', '.join(texts)})" if low is not None else _upper(used, high)
    if type_.name == "date":
        return used.use("DAYS") if low is None and high is None else f"st.dates({_dates(low, high)})"
    return used.use("TIMES") if low is None and high is None else f"st.datetimes({_dates(low, high)})"


def _upper(used: Used, high: object) -> str:
    if high is None:
        return f"{used.use('numbers')}()"
    low = min(Decimal(-1000), Decimal(str(high)) - 1000)
    return f"{used.use('numbers')}({source.quote(str(low))}, {source.quote(str(high))})"


def _above(low: object, room: int) -> Decimal | int:
    base = Decimal(str(low)) if low is not None else Decimal(0)
    high = max(base + room, Decimal(room))
    return int(high) if high == high.to_integral_value() else high


def _dates(low: object, high: object) -> str:
    pairs = (("min_value", low), ("max_value", high))
    return ", ".join(f"{name}={source.literal(value)}" for name, value in pairs if value is not None)


def _bounds(spec: Spec, type_: Scalar, of: Field | None) -> tuple[object, object]:
    if of is None:
        return None, None
    low, high = (
        None if b is None else convert(spec, DECIMAL if type_ == INT else type_, b, of.path, of.place)
        for b in (of.minimum, of.maximum)
    )
    if type_ == INT:
        low = None if low is None else -int(-low // 1)
        high = None if high is None else int(high // 1)
    return low, high


def world(spec: Spec, scenario: Scenario, used: Used, nodes: set[SpecPath]) -> str:
    """The source of a strategy for worlds of at most so many rows; the function has no name yet."""
    asked = [e for e in spec.entities if scenario.forall.get(e.name)]
    nodes |= {e.path for e in asked}
    drawn = _possible(spec, asked)
    most = {e.name: scenario.forall[e.name] for e in drawn}
    counts = ", ".join(f"{number} {name}" for name, number in most.items())
    lines = ["@st.composite", "def (draw: st.DrawFn) -> World:"]
    lines += source.docstring(f"Any world of at most {counts or 'nothing'}", 4)
    lines.append("    world = World()")
    certain = _certain(spec, drawn)
    for entity in _ordered(spec, [e for e in drawn if e.key]):
        lines.append(f"    {_keys(spec, entity, most[entity.name], used, certain)}")
    keyed = {e.name for e in drawn if e.key}
    for entity in drawn:
        row, guards = _row(spec, entity, used, keyed)
        head = f"for {_keys_name(entity)[:-1]} in {_keys_name(entity)}:"
        if not entity.key:
            count = f"range(draw(st.integers(0, {most[entity.name]})))"
            count = f"{count} if {' and '.join(guards)} else ()" if guards else count
            head = f"for _ in {count}:"
        lines += [f"    {head}", f"        world.{names.attribute(entity)}.append({row})"]
    return "\n".join([*lines, "    return world"])


def _possible(spec: Spec, asked: list[Entity]) -> list[Entity]:
    """Those of which there can be rows: what they cannot be without is drawn too."""
    drawn = list(asked)
    while True:
        known = {e.name for e in drawn if e.key}
        kept = [e for e in drawn if all(n in known for n in _requires(spec, e))]
        if kept == drawn:
            return drawn
        drawn = kept


def _certain(spec: Spec, drawn: list[Entity]) -> set[str]:
    """Entities that always have a row: those that require each other in a circle, and what these require."""
    needs = {e.name: set(_requires(spec, e)) for e in drawn}
    for _ in drawn:
        needs = {n: found.union(*(needs.get(f, set()) for f in found)) for n, found in needs.items()}
    circle = {n for n, found in needs.items() if n in found}
    return circle.union(*(needs[n] for n in circle))


def _keys_name(entity: Entity) -> str:
    return f"{names.attribute(entity).rstrip('_')}_keys"


def _requires(spec: Spec, entity: Entity) -> list[str]:
    """The entities that a row of this one cannot be without, itself left out."""
    found = [f.type.entity for f in entity.fields if isinstance(f.type, Ref) and not f.optional]
    targets = [t.name for name in found if (t := spec.entity(name)) is not None and t != entity]
    return list(dict.fromkeys(targets))


def _ordered(spec: Spec, drawn: list[Entity]) -> list[Entity]:
    """Entities after those they require; of those that require each other, the first of the spec first."""
    left, out = list(drawn), list[Entity]()
    while left:
        done = {e.name for e in out}
        ready = next((e for e in left if all(n in done for n in _requires(spec, e))), left[0])
        left.remove(ready)
        out.append(ready)
    return out


def _keys(spec: Spec, entity: Entity, most: int, used: Used, certain: set[str]) -> str:
    """The line that draws an entity's keys."""
    key = entity.key
    assert key is not None
    size = "min_size=1, " if entity.name in certain else ""
    text = f"draw(st.lists({_key_strategy(spec, entity, key, used)}, {size}max_size={most}, unique=True))"
    required = [e for n in _requires(spec, entity) if n not in certain and (e := spec.entity(n)) is not None]
    guard = f" if {' and '.join(_keys_name(e) for e in required)} else []" if required else ""
    return f"{_keys_name(entity)} = {text}{guard}"


def _key_strategy(spec: Spec, entity: Entity, key: Field, used: Used) -> str:
    if isinstance(key.type, Ref) and (target := spec.entity(key.type.entity)) is not None and target != entity:
        return f"st.sampled_from({_keys_name(target)})"
    kind = resolve(spec, key.type)
    plain = isinstance(kind, Scalar) and kind.name in ("text", "any", "json")
    return used.use("KEYS") if plain else strategy(spec, key.type, used, key)


def _row(spec: Spec, entity: Entity, used: Used, keyed: set[str]) -> tuple[str, list[str]]:
    """A row with drawn values, and the lists of keys that must not be empty for it."""
    arguments: list[str] = []
    guards: list[str] = []
    for declared in entity.fields:
        name = names.field_name(declared)
        inner = declared.type.item if isinstance(declared.type, ListOf) else declared.type
        target = spec.entity(inner.entity) if isinstance(inner, Ref) else None
        if declared.key:
            arguments.append(f"{name}={_keys_name(entity)[:-1]}")
        elif target is None:
            drawn = strategy(spec, Optional(declared.type) if declared.optional else declared.type, used, declared)
            arguments.append(f"{name}=draw({drawn})")
        else:
            keys = _keys_name(target) if target.name in keyed else ""
            arguments.append(f"{name}={_reference(declared, keys)}")
            guards += [keys] if isinstance(declared.type, Ref) and not declared.optional else []
    return f"{names.class_name(entity)}({', '.join(arguments)})", list(dict.fromkeys(guards))


def _reference(declared: Field, keys: str) -> str:
    """A drawn reference, or list of them, to a row that is there."""
    if isinstance(declared.type, ListOf):
        return f"tuple(draw(st.lists(st.sampled_from({keys}), max_size=3)) if {keys} else [])" if keys else "()"
    if declared.optional:
        return f"draw(st.sampled_from([None, *{keys}]))" if keys else "None"
    return f"draw(st.sampled_from({keys}))"
