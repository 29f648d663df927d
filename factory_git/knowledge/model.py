"""What the knowledge store holds, as values. Pure.

``heads`` are the newest changes of a thing: one, or several where it was changed apart and nobody has decided yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeAlias

from factory_git.core.ids import Oid, RecordId

Metadata: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What identifies a content: Git's object id and the SHA-256 of its bytes; how long it is and of what kind."""

    oid: Oid
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A named set of artifacts."""

    id: RecordId
    name: str
    metadata: Metadata
    created: str
    by: str
    deleted: bool = False
    heads: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Something kept, under a name in a collection. Its id never changes; ``revision`` is what made this content."""

    id: RecordId
    collection: RecordId
    name: str
    revision: RecordId
    content: Content
    metadata: Metadata
    created: str
    changed: str
    by: str
    deleted: bool = False
    heads: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One change of an artifact: what its content and name were and became. ``old`` is None for the first."""

    id: RecordId
    kind: str
    base: tuple[RecordId, ...]
    name: str
    old: Content | None
    new: Content
    metadata: Metadata
    at: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A relationship from one artifact to another, of a type that is a word."""

    id: RecordId
    source: RecordId
    target: RecordId
    type: str
    metadata: Metadata
    created: str
    by: str
    deleted: bool = False
    heads: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A revision of an artifact that a run read or made, or that a context refers to."""

    artifact: RecordId
    revision: RecordId


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a workflow and its manifest; ``times`` has when it entered each state, the newest entry."""

    id: RecordId
    workflow: str
    state: str
    inputs: tuple[Use, ...]
    outputs: tuple[Use, ...]
    diagnostics: tuple[Any, ...]
    metadata: Metadata
    times: Mapping[str, str]
    by: str
    deleted: bool = False
    heads: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """Something outside, by a URI that is not looked into, and why it is here."""

    uri: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A context: what somebody or something was given to know, by reference. It never changes."""

    id: RecordId
    name: str
    artifacts: tuple[Use, ...]
    links: tuple[RecordId, ...]
    runs: tuple[RecordId, ...]
    external: tuple[External, ...]
    metadata: Metadata
    created: str
    by: str
    why: str
    deleted: bool = False
    heads: tuple[RecordId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """What was changed apart and needs a decision: ``heads``, ``name``, ``end``, ``collection``; or ``broken``."""

    kind: str
    ids: tuple[RecordId, ...]
    message: str


Thing: TypeAlias = "Collection | Artifact | Link | Run | Package"


def plain(value: Any) -> Any:
    """A value of this module as plain JSON: its names are the declared fields of ``--json``."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value
