"""What a rule of understanding is: a clause and the spec's words in, what was understood and by which tokens out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from factory_git.core.ids import SpecPath
from factory_git.growth.desire.desire import GOAL
from factory_git.growth.desire.vocabulary import Match, Vocabulary
from factory_git.growth.desire.words import Clause, Token
from factory_git.spec import skills
from factory_git.spec.model import Entity, Pipeline, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing understood; ``tokens`` are used up by it. The rest is as in :class:`~.desire.Part`."""

    tokens: tuple[Token, ...]
    means: str
    nodes: tuple[SpecPath, ...] = ()
    ops: tuple[Mapping[str, Any], ...] = ()
    unproven: str = ""
    role: str = GOAL


Rule: TypeAlias = Callable[[Clause, Vocabulary], Iterable[Found]]
"""It yields nothing where it does not apply. Tokens that it does not use stay for the next rule, and then stay open."""


def used(*parts: Iterable[Token] | Match) -> tuple[Token, ...]:
    """Every token of these, in order."""
    found = {token for part in parts for token in (part.tokens if isinstance(part, Match) else part)}
    return tuple(sorted(found, key=lambda token: token.start))


def without(tokens: Iterable[Token], *gone: Iterable[Token] | Match) -> list[Token]:
    """The tokens that are in none of ``gone``."""
    taken = set(used(*gone))
    return [token for token in tokens if token not in taken]


def only(match: Sequence[Match], kind: str, book: Vocabulary) -> list[tuple[Match, Entity]]:
    """The matches that say an entity, each with it; ``kind`` is ``entity``, ``made`` or ``stored``."""
    out = []
    for one in match:
        for name in one.of("entity"):
            entity = book.entity(name)
            if entity is not None and (kind == "entity" or entity.made is (kind == "made")):
                out.append((one, entity))
    return out


def steps(book: Vocabulary) -> Iterable[tuple[Pipeline, Step]]:
    """Every step with its pipeline, in order."""
    return ((pipeline, step) for pipeline in book.graph.spec.pipelines for step in pipeline.steps)


def makers(book: Vocabulary, entity: Entity) -> list[tuple[Pipeline, Step]]:
    """The steps that make rows of an entity, in order."""
    return [(p, s) for p, s in steps(book) if entity.name in _names(book, skills.made(s), s)]


def _names(book: Vocabulary, made: Iterable[str], step: Step) -> set[str]:
    said = [*made, *([str(step.params["make"])] if "make" in step.params else [])]
    return {entity.name for name in said if (entity := book.graph.spec.entity(name)) is not None}
