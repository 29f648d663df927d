"""What is known of a value while it is followed: which rows it is or holds, and which personal data is in it. Lean."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from factory_git.drift.flow.op import Op
    from factory_git.drift.flow.rows import Row

    Step = tuple[str, int, str]  # file, line, what happens there
    Key = tuple[Any, ...]
    Env = dict[str, "Value"]  # what names are

STEPS = 10
"""A flow is told in at most so many steps; the middle of a longer one is left out."""
ROWS_OF = frozenset({"objects", "all", "query"})
"""What is read of several rows, or of their type, and is rows again."""


class Mark:
    """Personal data in a value. ``key`` is ``(path of the field,)``, or ``(number of a parameter, names read of it)``.

    ``steps`` is the way it came; ``low``: a name alone says that this is a row of the entity.
    """

    __slots__ = ("key", "low", "steps")

    def __init__(self, key: Key, steps: tuple[Step, ...], low: bool) -> None:
        self.key, self.steps, self.low = key, steps, low

    def then(self, *steps: Step) -> Mark:
        """The same, further on."""
        added = tuple(one for one in steps if one not in self.steps[-1:])
        way = self.steps + added
        return Mark(self.key, way if len(way) <= STEPS else (*way[: STEPS - 4], *way[-4:]), self.low)


class Value:
    """A value.

    ``row``: it is a row of that entity (``many``: it holds such rows; ``data``: as plain data, so that whoever prints
    it prints its fields; ``low``: by its name alone). ``cls``: it is the type itself, a place of the map. ``type``: it
    is an instance of that place's type. ``marks``: personal data it holds. ``parts``: what it holds under known keys.
    ``given``: it is what a parameter was given, or was read of that. ``text``: its declared type as written.
    ``function``: it can be called, with the names around it.
    """

    __slots__ = ("cls", "data", "function", "given", "low", "many", "marks", "parts", "row", "text", "type")

    def __init__(
        self,
        *,
        row: Row | None = None,
        many: bool = False,
        data: bool = False,
        low: bool = False,
        cls: tuple[str, int] | None = None,
        type_: tuple[str, int] | None = None,
        marks: Mapping[Key, Mark] | None = None,
        parts: Mapping[str, Value] | None = None,
        given: tuple[int, str] | None = None,
        text: str = "",
        function: tuple[Op, dict[str, Value]] | None = None,
    ) -> None:
        self.row, self.many, self.data, self.low, self.cls, self.type = row, many, data, low, cls, type_
        self.marks: Mapping[Key, Mark] = marks or {}
        self.parts: Mapping[str, Value] = parts or {}
        self.given, self.text, self.function = given, text, function

    def with_(self, **changes: Any) -> Value:
        """A copy with some of it changed."""
        made = Value()
        for slot in self.__slots__:
            setattr(made, slot, changes.get(slot, getattr(self, slot)))
        return made

    @property
    def plain(self) -> bool:
        """Whether nothing is known of it that anybody follows."""
        return not (self.row or self.marks or self.parts or self.given or self.cls or self.type or self.function)


UNKNOWN = Value()
KNOWN = Value(text="?")
"""Something that is no row and holds nothing personal, whatever its name says."""


def merge(values: Iterable[Value]) -> Value:
    """What may be any of these."""
    some = [one for one in values if one is not UNKNOWN]
    if not some:
        return UNKNOWN
    if all(one is some[0] for one in some):
        return some[0]
    rows = [one for one in some if one.row is not None]
    best = min(rows, key=lambda one: one.low) if rows else some[0]
    parts: dict[str, Value] = {}
    for one in some:
        for key, part in one.parts.items():
            parts[key] = merge([parts[key], part]) if key in parts else part
    same = next((one for one in some if one.given), None)
    return best.with_(
        marks=united(some),
        parts=parts,
        data=any(one.data for one in some),
        given=same.given if same else None,
        function=next((one.function for one in some if one.function), None),
    )


def united(values: Iterable[Value]) -> dict[Key, Mark]:
    """The marks of all: of two ways of the same data the surer, else the shorter."""
    out: dict[Key, Mark] = {}
    for one in values:
        for key, mark in one.marks.items():
            known = out.get(key)
            if known is None or (mark.low, len(mark.steps)) < (known.low, len(known.steps)):
                out[key] = mark
    return out


def holding(values: Iterable[Value]) -> dict[Key, Mark]:
    """The marks of values and of everything in them."""
    found: list[Value] = []
    todo = list(values)
    while todo:
        one = todo.pop()
        found.append(one)
        todo += one.parts.values()
    return united(found)


def collected(found: Value) -> Value:
    """A list of what a loop's body gave."""
    if found.plain:
        return UNKNOWN
    return Value(parts={"[]": found}) if found.parts or found.given or found.type else Value(marks=found.marks)


def element(items: Value, kind: str = "") -> Value:
    """One of what a value holds."""
    if items.many:
        return items.with_(many=False)
    if "[]" in items.parts:
        return items.parts["[]"]
    if items.row is not None:
        return UNKNOWN if kind == "keys" else items
    if items.given is not None:
        return Value(given=items.given)
    return Value(marks=holding([items])) if items.marks or items.parts else UNKNOWN


def together(ends: list[Env]) -> Env:
    """The names of several ends of a branching, as they may be after it."""
    if len(ends) == 1:
        return ends[0]
    out = dict(ends[0])
    for other in ends[1:]:
        for name, found in other.items():
            known = out.get(name)
            out[name] = found if known is None else merge([known, found])
    return out
