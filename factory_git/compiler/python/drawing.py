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
    drawn = [(e, scenario.forall[e.name]) for e in spec.entities if scenario.forall.get(e.name)]
    nodes |= {e.path for e, _ in drawn}
    counts = ", ".join(f"{most} {entity.name}" for entity, most in drawn)
    lines = ["@st.composite", "def (draw: st.DrawFn) -> World:"]
    lines += source.docstring(f"Any world of at most {counts or 'nothing'}", 4)
    lines.append("    world = World()")
    keyed = {e.name for e, _ in drawn if e.key}
    done: list[str] = []
    for entity, most in _ordered(spec, [d for d in drawn if d[0].key]):
        lines.append(f"    {_keys(spec, entity, most, used, {n: n in done for n in keyed})}")
        done.append(entity.name)
    for entity, most in drawn:
        row, guards = _row(spec, entity, used, keyed)
        head = f"for key in {_keys_name(entity)}:"
        if not entity.key:
            count = f"range(draw(st.integers(0, {most})))"
            count = f"{count} if {' and '.join(guards)} else ()" if guards else count
            head = f"for _ in {count}:"
        lines += [f"    {head}", f"        world.{names.attribute(entity)}.append({row})"]
    return "\n".join([*lines, "    return world"])


def _keys_name(entity: Entity) -> str:
    return f"{names.attribute(entity).rstrip('_')}_keys"


def _requires(spec: Spec, entity: Entity) -> list[str]:
    """The entities that a row of this one cannot be without, itself left out."""
    found = [f.type.entity for f in entity.fields if isinstance(f.type, Ref) and not f.optional]
    targets = [t.name for name in found if (t := spec.entity(name)) is not None and t != entity]
    return list(dict.fromkeys(targets))


def _ordered(spec: Spec, drawn: list[tuple[Entity, int]]) -> list[tuple[Entity, int]]:
    """Entities after those they require; those that require each other come last, in the order of the spec."""
    left, done, out = list(drawn), set[str](), list[tuple[Entity, int]]()
    while left:
        ready = next((d for d in left if all(n in done for n in _requires(spec, d[0]))), left[0])
        left.remove(ready)
        done.add(ready[0].name)
        out.append(ready)
    return out


def _keys(spec: Spec, entity: Entity, most: int, used: Used, keyed: Mapping[str, bool]) -> str:
    """The line that draws an entity's keys. ``keyed`` says of each entity with keys whether they are drawn already."""
    key = entity.key
    assert key is not None
    name = _keys_name(entity)
    required = _requires(spec, entity)
    if any(n not in keyed for n in required):
        return f"{name}: list[Any] = []  # needs {', '.join(n for n in required if n not in keyed)}"
    circular = [n for n in required if not keyed[n]]
    size = "min_size=1, " if circular else ""
    drawn = _key_strategy(spec, entity, key, used)
    text = f"draw(st.lists({drawn}, {size}max_size={max(most, 1)}, unique=True))"
    guards = [_keys_name(e) for n in required if keyed[n] and (e := spec.entity(n))]
    return f"{name} = {text} if {' and '.join(guards)} else []" if guards else f"{name} = {text}"


def _key_strategy(spec: Spec, entity: Entity, key: Field, used: Used) -> str:
    if isinstance(key.type, Ref) and (target := spec.entity(key.type.entity)) is not None and target != entity:
        return f"st.sampled_from({_keys_name(target)})"
    kind = resolve(spec, key.type)
    plain = isinstance(kind, Scalar) and kind.name in ("text", "any", "json")
    return used.use("KEYS") if plain else strategy(spec, key.type, used, key)


def _row(spec: Spec, entity: Entity, used: Used, keyed: set[str]) -> tuple[str, list[str]]:
    arguments: list[str] = []
    guards: list[str] = []
    for declared in entity.fields:
        name = names.field_name(declared)
        target = spec.entity(declared.type.entity) if isinstance(declared.type, Ref) else None
        if declared.key:
            arguments.append(f"{name}=key")
        elif target is None:
            drawn = strategy(spec, Optional(declared.type) if declared.optional else declared.type, used, declared)
            arguments.append(f"{name}=draw({drawn})")
        elif target.name not in keyed:
            guards += [] if declared.optional else ["False"]
        elif declared.optional:
            keys = _keys_name(target)
            arguments.append(f"{name}=draw(st.sampled_from([None, *{keys}]))")
        else:
            guards += [_keys_name(target)]
            arguments.append(f"{name}=draw(st.sampled_from({_keys_name(target)}))")
    return f"{names.class_name(entity)}({', '.join(arguments)})", list(dict.fromkeys(guards))
