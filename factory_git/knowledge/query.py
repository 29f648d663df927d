"""Questions about artifacts: by name, digest, metadata, content, relationship, run; the same order everywhere. Pure."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from factory_git.core import canonical
from factory_git.core.ids import Oid, RecordId
from factory_git.knowledge import tags
from factory_git.knowledge.artifacts import artifact_of
from factory_git.knowledge.collections import collection_of
from factory_git.knowledge.desk import find
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Collection, Link, Metadata, Run
from factory_git.knowledge.tags import name_key

_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Filters; all must hold, empty ones ask for nothing.

    ``name`` may have ``*`` and ``?``. ``digest`` is an object id or a SHA-256. ``where`` maps places in the metadata
    (``owner.name``, ``tags.0``, or a JSON pointer) to exact values. ``text``: words that occur in the content.
    ``linked`` an artifact at the other end of a relationship (of type ``link``); ``run`` one that read or made it.
    """

    collection: str = ""
    name: str = ""
    digest: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    linked: str = ""
    link: str = ""
    run: str = ""


def answer(state: State, query: Query, containing: Callable[[str], set[Oid]]) -> list[Artifact]:
    """The artifacts for which all of ``query`` holds: by collection, name, id."""
    found = list(_candidates(state, query))
    if query.name:
        pattern = name_key(query.name)
        found = [one for one in found if fnmatch.fnmatchcase(name_key(one.name), pattern)]
    if query.digest:
        found = [one for one in found if query.digest in (one.content.oid, one.content.sha256)]
    for path, value in query.where.items():
        wanted, steps = canonical.dumps(value), _steps(path)
        found = [one for one in found if _has(one.metadata, steps, wanted)]
    if query.text and found:
        oids = containing(query.text)
        found = [one for one in found if one.content.oid in oids]
    names = {one.id: one.name for one in state.all(Collection)}
    return sorted(found, key=lambda one: (names.get(one.collection, ""), one.name, one.id))


def at_path(metadata: Metadata, path: str) -> Any:
    """What stands at a place of the metadata; raises :class:`KeyError` where there is nothing."""
    found = _at(metadata, _steps(path))
    if found is _ABSENT:
        raise KeyError(path)
    return found


def _candidates(state: State, query: Query) -> list[Artifact]:
    """Those that the narrowest filter leaves; each of the others is looked at with them."""
    where = collection_of(state, query.collection).id if query.collection else ""
    narrow = [ids for ids in (_linked(state, query), _used(state, query)) if ids is not None]
    if narrow:
        things = [state.thing(RecordId(id_)) for id_ in set.intersection(*narrow)]
        found = [one for one in things if isinstance(one, Artifact) and not one.deleted]
    elif tagged := _tags(query):
        found = state.artifacts(*tagged)
    elif where:
        found = state.touching(RecordId(where), Artifact)
    else:
        found = list(state.all(Artifact))
    return [one for one in found if where in ("", one.collection)]


def _tags(query: Query) -> list[str]:
    """Tags of which every artifact that is asked for has one; empty where no tag says that."""
    if query.digest:
        return [tags.digest(query.digest)]
    if query.name and not set(query.name) & set("*?["):
        return [tags.called(query.name)]
    plain = ((path, value) for path, value in query.where.items() if not isinstance(value, Mapping | list | tuple))
    return next(([tags.at(_steps(path), value), tags.DEEP] for path, value in plain), [])


def _linked(state: State, query: Query) -> set[str] | None:
    if not query.linked and not query.link:
        return None
    centre = artifact_of(state, query.linked).id if query.linked else None
    links = state.touching(centre, Link) if centre else state.all(Link)
    ends = [(one.source, one.target) for one in links if query.link in ("", one.type)]
    if centre:  # the other end; a link to itself has itself there
        return {other if one == centre else one for one, other in ends}
    return {id_ for pair in ends for id_ in pair}


def _used(state: State, query: Query) -> set[str] | None:
    if not query.run:
        return None
    run = find(state, Run, query.run)
    return {use.artifact for use in (*run.inputs, *run.outputs)}


def _steps(path: str) -> list[str]:
    if path.startswith("/"):
        return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
    return path.split(".")


def _has(metadata: Metadata, steps: list[str], wanted: bytes) -> bool:
    found = _at(metadata, steps)
    return found is not _ABSENT and canonical.dumps(found) == wanted


def _at(value: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _ABSENT
    return value
