"""Things as plain JSON that a cell can hold, and back: to the digit, and short. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from factory_git.core import canonical
from factory_git.knowledge.model import Artifact, Collection, Content, External, Link, Package, Run, Thing, Use

_KINDS: dict[str, type[Thing]] = {one.__name__: one for one in (Collection, Artifact, Link, Run, Package)}
_NAMES: dict[str, tuple[str, ...]] = {name: tuple(kind.__slots__) for name, kind in _KINDS.items()}


def _text(value: Any) -> str:
    """Numbers keep their digits in canonical JSON only, so what users wrote is a text of that."""
    return canonical.dumps(value).decode()


def _content(value: Content) -> list[Any]:
    return [value.oid, value.sha256, value.size, value.media_type]


def _uses(value: tuple[Use, ...]) -> list[list[str]]:
    return [[one.artifact, one.revision] for one in value]


def _uses_of(value: list[list[Any]]) -> tuple[Use, ...]:
    return tuple(Use(artifact=artifact, revision=revision) for artifact, revision in value)


def _outside(value: tuple[External, ...]) -> list[list[str]]:
    return [[one.uri, one.note] for one in value]


_IN: dict[str, Callable[[Any], Any]] = {
    "metadata": _text,
    "diagnostics": _text,
    "content": _content,
    "inputs": _uses,
    "outputs": _uses,
    "artifacts": _uses,
    "external": _outside,
    **dict.fromkeys(("heads", "links", "runs"), list),
}
_OUT: dict[str, Callable[[Any], Any]] = {
    "metadata": lambda value: canonical.loads(value) if value != "{}" else {},
    "diagnostics": lambda value: tuple(canonical.loads(value)),
    "content": lambda value: Content(oid=value[0], sha256=value[1], size=value[2], media_type=value[3]),
    "inputs": _uses_of,
    "outputs": _uses_of,
    "artifacts": _uses_of,
    "external": lambda value: tuple(External(uri=uri, note=note) for uri, note in value),
    **dict.fromkeys(("heads", "links", "runs"), tuple),
}


def pack(thing: Thing) -> list[Any]:
    """A thing as a list: its kind, then what its names hold."""
    kind = type(thing).__name__
    values = ((name, getattr(thing, name)) for name in _NAMES[kind])
    return [kind, *(_IN[name](value) if name in _IN else value for name, value in values)]


def unpack(packed: list[Any]) -> Thing:
    """The thing of such a list."""
    kind, *values = packed
    named = zip(_NAMES[kind], values, strict=True)
    return _KINDS[kind](**{name: _OUT[name](value) if name in _OUT else value for name, value in named})
