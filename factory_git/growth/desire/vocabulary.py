"""What the words of a desire can mean: the names of a spec's nodes and the words of its enums, by their stems."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from factory_git.core.ids import SpecPath
from factory_git.growth.desire.words import FILLER, SAME, Token, phrase
from factory_git.spec.graph import Graph
from factory_git.spec.model import Entity, Field
from factory_git.spec.types import Enum

KINDS = (
    "entity", "field", "pipeline", "step", "panel", "action", "role", "source", "tier", "term", "guardrail",
    "envelope item", "disclaimer", "preference", "heuristic", "device", "beneficiary", "scenario", "value",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """Something that has a name. Of a value of an enum, ``path`` is its field's and ``name`` the value."""

    kind: str
    path: SpecPath
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Tokens that say a name, and everything that is called so."""

    tokens: tuple[Token, ...]
    names: tuple[Name, ...]

    def of(self, *kinds: str) -> tuple[Name, ...]:
        """The names of these kinds."""
        return tuple(name for name in self.names if name.kind in kinds)


@dataclass(frozen=True)
class Vocabulary:
    """The names of a spec by the stems of their words."""

    graph: Graph
    names: Mapping[tuple[str, ...], tuple[Name, ...]]
    longest: int

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        """The names that tokens say, from left to right, the longest at each place; no token says two."""
        at = 0
        while at < len(tokens):
            match = self._at(tokens, at)
            if match is None:
                at += 1
            else:
                yield match
                at += len(match.tokens)

    def _at(self, tokens: Sequence[Token], at: int) -> Match | None:
        for size in range(min(self.longest, len(tokens) - at), 0, -1):
            some = tuple(tokens[at : at + size])
            found = self.called(token.stem for token in some)
            if found:
                return Match(tokens=some, names=found)
        return None

    def called(self, stems: Iterator[str] | Sequence[str]) -> tuple[Name, ...]:
        """Everything whose name is these words, or words listed as meaning the same."""
        key = tuple(part for stem in stems for part in phrase(stem))
        if key in self.names:
            return self.names[key]
        if len(key) == 1:
            return self.names.get((SAME.get(key[0], ""),), ())
        return ()

    def saying(self, stems: Collection[str], kinds: Collection[str]) -> list[Name]:
        """The nodes of these kinds whose names have all of these words in them."""
        wanted = {part for stem in stems for part in phrase(stem)}
        return [
            name
            for words, names in sorted(self.names.items())
            for name in names
            if wanted and wanted <= set(words) and name.kind in kinds
        ]

    def says(self, stem: str) -> bool:
        """Whether any name has this word in it."""
        parts = {*phrase(stem), SAME.get(stem, stem)}
        return any(parts & set(words) for words in self.names)

    def entity(self, name: Name) -> Entity | None:
        """The entity of a name of kind entity."""
        return self.graph.spec.entity(name.path.rpartition(".")[2])


def vocabulary(graph: Graph) -> Vocabulary:
    """The vocabulary of a spec."""
    names: dict[tuple[str, ...], list[Name]] = {}
    for name in (*_nodes(graph), *_values(graph)):
        for words in {phrase(name.name), phrase(name.path.rpartition(".")[2]) if name.kind != "value" else ()}:
            if not set(words) <= FILLER and name not in names.setdefault(words, []):
                names[words].append(name)
    fixed = {words: tuple(sorted(found, key=lambda n: (KINDS.index(n.kind), n.path))) for words, found in names.items()}
    return Vocabulary(graph, fixed, max(map(len, fixed), default=0))


def _nodes(graph: Graph) -> Iterator[Name]:
    for path, node in graph.nodes.items():
        if node.kind in KINDS:
            yield Name(kind=node.kind, path=path, name=node.name)


def _values(graph: Graph) -> Iterator[Name]:
    for _, field in fields(graph):
        if isinstance(field.type, Enum):
            yield from (Name(kind="value", path=field.path, name=value) for value in field.type.values)


def fields(graph: Graph) -> Iterator[tuple[Entity, Field]]:
    """Every field with its entity."""
    for entity in graph.spec.entities:
        yield from ((entity, field) for field in entity.fields)
