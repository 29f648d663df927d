"""Marks of personal data: set, cleared, of another class."""

from __future__ import annotations

import re
from collections.abc import Iterator

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.common import at_least
from factory_git.growth.differ import Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.spec import names
from factory_git.spec.graph import Graph

# How much harm it does when it gets out; classes that are not here are compared by who may see them.
CLASSES = ("public", "contact", "identity", "location", "financial", "biometric", "health", "sensitive", "secret")
_WORDS = ("pii", "privacy", "private", "personal data", "personal information", "confidential")


def pii(change: Change, scene: Scene) -> Iterator[Mutation]:
    """One row for the mark, or two where nobody can say which of the two classes is the stricter."""
    if change.old is None:
        yield mutation("pii-flag-set", change)
        return
    if change.new is None:
        yield _named(mutation("pii-flag-cleared", change), change, scene)
        return
    higher, lower = _compared(str(change.old), str(change.new), scene)
    if higher:
        yield mutation("pii-class-raised", change)
    if lower:
        yield _named(mutation("pii-class-lowered", change), change, scene)


def _compared(old: str, new: str, scene: Scene) -> tuple[bool, bool]:
    """Whether the new class is stricter, and whether it is laxer."""
    if old in CLASSES and new in CLASSES:
        return CLASSES.index(new) > CLASSES.index(old), CLASSES.index(new) < CLASSES.index(old)
    before, after = _seen_by(scene.both.old, old), _seen_by(scene.both.new, new)
    if before != after and (before < after or after < before):
        return after < before, before < after
    return True, True


def _seen_by(graph: Graph, word: str) -> frozenset[str]:
    return frozenset(role.id for role in graph.spec.roles if word in role.sees)


def _named(found: Mutation, change: Change, scene: Scene) -> Mutation:
    """Forbidden where the base's safety envelope speaks of it (R1): by ``holds``, or in its words."""
    item = _speaks(scene.both.old, change)
    return at_least(found, "forbidden", f"the safety envelope names it: {item}") if item else found


def _speaks(graph: Graph, change: Change) -> SpecPath | None:
    assert change.before is not None
    field = change.before.path
    entity = names.parent(names.parent(field))
    words = (*_WORDS, str(change.old), field.rpartition(".")[2])
    identity = graph.nodes.get(SpecPath("identity"))
    for path in identity.children if identity else ():
        node = graph.nodes[path]
        held = set(node.value.get("holds", ()))
        said = re.sub(r"[\W_]+", " ", node.name.lower())
        spoken = any(f" {word.replace('_', ' ')} " in f" {said} " for word in words)
        if node.kind == "envelope item" and (spoken or held & {field, entity}):
            return path
    return None
