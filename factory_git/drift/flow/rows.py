"""Which types of the code are rows of which entity, and what they show of themselves. Lean."""

from __future__ import annotations

import re

from factory_git.drift.contract import FREE
from factory_git.drift.flow.words import snake, words
from factory_git.drift.kinds_of import TYPES
from factory_git.drift.spelling import spellings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from factory_git.codemap.resolve import Value as Known
    from factory_git.drift.contract import Entity, Field
    from factory_git.drift.world import World

TEXT, PRINT, JSON = "text", "print", "json"
"""How a row may be shown whole: as part of a text, given to a log as it is, or serialised."""

REDACTING = re.compile(r"Secret|Redact|Mask|Hashed|Encrypted|Anonym|Pseudonym|Sensitive|Protected", re.IGNORECASE)
_CLOSED = {
    TEXT: re.compile(r"repr\s*=\s*False|ToString\.Exclude"),
    PRINT: re.compile(r"repr\s*=\s*False|ToString\.Exclude"),
    JSON: re.compile(r"exclude\s*=\s*True|load_only\s*=\s*True|JsonIgnore\b|WRITE_ONLY|serde\s*\(\s*skip|^-$|\s-$"),
}
_PRINTED = re.compile(r"^(?:[\w.]+\.)?(?:dataclass|define|attrs|frozen|mutable|attr\.s|value)\b")
_RECORDS = frozenset({"BaseModel", "SQLModel", "NamedTuple", "TypedDict", "Struct", "Schema"})
_LOMBOK = re.compile(r"\b(?:Data|ToString|Value)\b")
_OWN = {
    TEXT: frozenset({"__str__", "__repr__", "__format__", "toString", "String", "__toString", "fmt", "GoString"}),
    PRINT: frozenset({"__str__", "__repr__", "toString", "String", "__toString", "fmt", "GoString", "__debugInfo",
                      "toJSON", "LogValue"}),
    JSON: frozenset({"toJSON", "MarshalJSON", "jsonSerialize", "serialize", "LogValue"}),
}  # fmt: skip


class Row:
    """The rows of one entity. ``place`` is their type in the code, None where none is known.

    ``fields`` has the personal data by every name that a read of it may have; ``how`` is how the type is tied to the
    entity. ``id`` are the words of its name, ``many`` those of several.
    """

    __slots__ = ("_shown", "columns", "entity", "fields", "how", "id", "language", "many", "place")

    def __init__(self, world: World, entity: Entity, place: tuple[str, int] | None, how: str) -> None:
        self.entity, self.place, self.how = entity, place, how
        self.id = words(entity.id)
        last = self.id[-1] if self.id else ""
        self.many = {f"{last}s", f"{last}es", f"{last[:-1]}ies" if last.endswith("y") else f"{last}s", f"{last}_list"}
        self.language = ""
        self.fields: dict[str, Field] = {}
        self.columns: frozenset[str] = frozenset(one.name for one in entity.fields)
        self._shown: dict[str, tuple[Field, ...]] = {}
        private = {one.name: one for one in entity.fields if one.pii}
        found = dict(_members(world, place)) if place else {}
        closed = {label for label, (type_, _, _) in found.items() if REDACTING.search(type_)}
        for field in private.values():
            if snake(field.name) not in closed:
                for label in spellings(field.name):
                    self.fields[label] = field
        if place:
            self._reading(world, place, found)

    def _reading(self, world: World, place: tuple[str, int], found: dict[str, tuple[str, str, str]]) -> None:
        facts = world.code.facts(place[0])
        if facts is None:
            return
        self.language = facts.language
        symbol = facts.symbols[place[1]]
        own = {one.name for one in facts.symbols if one.parent == place[1]}
        decorators, bases = symbol.decorators, {one.rpartition(".")[2].split("[")[0] for one in symbol.bases}
        printed = {
            "python": any(_PRINTED.match(one.lstrip("@")) for one in decorators) or bool(bases & _RECORDS),
            "java": symbol.kind == "record" or any(_LOMBOK.search(one) for one in decorators),
            "go": True,
        }.get(self.language, False)
        debugged = printed or self.language in ("typescript", "tsx", "javascript", "php") or (
            self.language == "rust" and any("Debug" in one for one in decorators)
        )  # fmt: skip
        saved = self.language != "rust" or any("Serialize" in one for one in decorators)
        for how, whether in ((TEXT, printed), (PRINT, debugged), (JSON, saved)):
            if whether and not own & _OWN[how]:
                more = {label: f"{default} {wires}" for label, (_, default, wires) in found.items()}
                self._shown[how] = tuple(
                    field for label, field in self._by_label() if not _CLOSED[how].search(more.get(label, ""))
                )

    def _by_label(self) -> Iterator[tuple[str, Field]]:
        seen: set[str] = set()
        for field in self.fields.values():
            if field.path not in seen:
                seen.add(field.path)
                yield snake(field.name), field

    def shown(self, how: str) -> tuple[Field, ...]:
        """The personal data that can be read of a whole row when it is shown so."""
        if self.place is None:  # only its name says that it is one: what prints anything prints it
            return tuple(field for _, field in self._by_label()) if how != TEXT else ()
        return self._shown.get(how, ())

    def left(self, how: str, names: Iterable[str], *, every: bool) -> list[Field]:
        """The personal data that can be read of a row in which ``names`` were given something else."""
        gone = {field.path for name in names if (field := self.fields.get(name)) is not None}
        shown = self.every() if every else self.shown(how)
        return [field for field in shown if field.path not in gone]

    def every(self) -> tuple[Field, ...]:
        """All of its personal data."""
        return tuple(field for _, field in self._by_label())


def _members(world: World, place: tuple[str, int]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Name, and type, default and decorations of each field of a type; those that a constructor takes too."""
    facts = world.code.facts(place[0])
    for one in facts.symbols if facts else ():
        if one.parent == place[1] and one.kind in ("field", "property", "member", "constant", "variable"):
            yield snake(one.name), (one.type, one.default, " ".join((*one.decorators, one.wire)))


class Rows:
    """All rows that a contract is careful about: those with personal data, and guarded ones."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_place: dict[tuple[str, int], Row] = {}
        self.all: list[Row] = []
        self._bases: dict[tuple[str, int], Row | None] = {}
        self._told: dict[str, tuple[Row, bool] | None] = {}
        for entity in world.contract.entities:
            if entity.mode == FREE or not (entity.guarded or any(one.pii for one in entity.fields)):
                continue
            place, how = _place(world, entity)
            row = Row(world, entity, place, how)
            self.all.append(row)
            if place is not None:
                self.by_place[place] = row
        self.by_word: dict[str, list[Row]] = {}
        for row in self.all:
            self.by_word.setdefault(row.id[-1] if row.id else "", []).append(row)
            for word in row.many:
                self.by_word.setdefault(word, []).append(row)
        self.names = self._names()

    def _names(self) -> dict[str, Row]:
        out = {}
        for (path, index), row in self.by_place.items():
            facts = self.world.code.facts(path)
            if facts is not None:
                out[facts.symbols[index].name] = row
        return out

    def of(self, path: str, index: int) -> Row | None:
        """The row that the type at a place is, itself or by its bases."""
        key = (path, index)
        if key in self.by_place:
            return self.by_place[key]
        if key not in self._bases:
            self._bases[key] = None
            for base in self.world.code.resolver.bases(path, index):
                found = self.of(base.path, base.index)
                if found is not None:
                    self._bases[key] = found
                    break
        return self._bases[key]

    def known(self, value: Known | None) -> Row | None:
        """The row that the resolver's value is an instance of."""
        return self.of(value.path, value.index) if value is not None and value.what == "instance" else None

    def named(self, name: str) -> tuple[Row, bool] | None:
        """The row that a name tells (``buyer``, ``currentBuyer``; True: ``buyers``), where just one entity fits it."""
        if name not in self._told:
            self._told[name] = self._named(name)
        return self._told[name]

    def _named(self, name: str) -> tuple[Row, bool] | None:
        parts = words(name)
        if not parts or parts[-1] not in self.by_word:
            return None
        best: list[tuple[int, Row, bool]] = []
        for row in self.by_word[parts[-1]]:
            size = len(row.id)
            if parts[-size:-1] == row.id[:-1]:
                best.append((size, row, parts[-1] != row.id[-1]))
        if not best:
            return None
        longest = max(size for size, _, _ in best)
        found = [(row, many) for size, row, many in best if size == longest]
        return found[0] if len({id(row) for row, _ in found}) == 1 else None


def _place(world: World, entity: Entity) -> tuple[tuple[str, int] | None, str]:
    """Where an entity's type is: bound, or in a compiled file."""
    target = world.bound.get(entity.path)
    if target is not None and target.index >= 0:
        return (target.file, target.index), target.how
    for file in world.contract.compiled:
        facts = world.code.facts(file)
        for index, one in enumerate(facts.symbols if facts else ()):
            if one.kind in TYPES and one.parent < 0 and snake(one.name) in (snake(entity.name), entity.id):
                return (file, index), "lock"
    return None, "convention"
