"""Under which tags a thing is found again: its kind, name, digests, metadata, and what it refers to. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from factory_git.core import canonical
from factory_git.core.ids import RecordId
from factory_git.knowledge.model import Artifact, Collection, Link, Package, Run, Thing

APART, GONE, LOOSE, DEEP = "apart", "gone", "loose", "deep"
MOST = 32  # places of one metadata that are tagged; what has more is tagged ``DEEP``, and looked into each time


def name_key(name: str) -> str:
    """What makes two names the same: the same text, however its accents are composed."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def tags_of(thing: Thing) -> Iterator[str]:
    """The tags of a thing; a deleted one is found as such only."""
    if len(thing.heads) > 1:
        yield APART
    if thing.deleted:
        yield GONE
        return
    yield type(thing).__name__
    yield from (touching(one) for one in refers(thing))
    scope = scope_of(thing)
    if scope is not None:
        yield scope
    if isinstance(thing, Artifact):
        yield from (called(thing.name), digest(thing.content.oid), digest(thing.content.sha256))
        places = [at(steps, value) for steps, value in _leaves(thing.metadata, ())]
        yield from places[:MOST]
        if len(places) > MOST:
            yield DEEP


def scope_of(thing: Thing) -> str | None:
    """The tag of the name that nothing else of its kind (in its collection) should have."""
    if isinstance(thing, Artifact):
        return named("Artifact", thing.name, thing.collection)
    return named("Collection", thing.name) if isinstance(thing, Collection) else None


def named(kind: str, name: str, collection: str = "") -> str:
    """The tag of a name in a collection."""
    return f"name\0{kind}\0{collection}\0{name_key(name)}"


def called(name: str) -> str:
    """The tag of an artifact's name, in whatever collection."""
    return f"called\0{name_key(name)}"


def digest(text: str) -> str:
    """The tag of a content, by either digest."""
    return f"digest\0{text}"


def touching(id_: RecordId) -> str:
    """The tag of what refers to a thing."""
    return f"touching\0{id_}"


def at(steps: Sequence[str], value: Any) -> str:
    """The tag of a value that has no parts, at a place of the metadata."""
    path = "\0".join(steps)
    text = value if isinstance(value, str) else canonical.dumps(value).decode()
    return f"at\0{path}\0{type(value) is str}\0{text}"


def refers(thing: Thing) -> tuple[RecordId, ...]:
    """The things that one refers to."""
    if isinstance(thing, Artifact):
        return (thing.collection,)
    if isinstance(thing, Link):
        return (thing.source, thing.target)
    if isinstance(thing, Run):
        return tuple(use.artifact for use in (*thing.inputs, *thing.outputs))
    return tuple(use.artifact for use in thing.artifacts) if isinstance(thing, Package) else ()


def _leaves(value: Any, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, (*steps, name))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _leaves(one, (*steps, str(number)))
    else:
        yield steps, value
