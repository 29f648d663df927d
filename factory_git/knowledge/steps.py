"""What each kind of change does to the thing it is about. Pure; one function a kind, one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from factory_git.core.ids import Oid, RecordId
from factory_git.knowledge.change import Change
from factory_git.knowledge.model import Artifact, Collection, Content, External, Link, Package, Run, Thing, Use

RESOLVE = "resolve"


def content_of(data: Mapping[str, Any]) -> Content:
    """A content's description in a payload."""
    return Content(oid=Oid(data["oid"]), sha256=data["sha256"], size=int(data["size"]), media_type=data["media_type"])


def uses_of(items: Iterable[Mapping[str, Any]]) -> tuple[Use, ...]:
    """The revisions that a payload names."""
    return tuple(Use(artifact=RecordId(i["artifact"]), revision=RecordId(i["revision"])) for i in items)


def _collection(change: Change) -> Thing:
    data = change.data
    return Collection(id=change.id, name=data["name"], metadata=data["metadata"], created=change.at, by=change.by)


def _artifact(change: Change) -> Thing:
    data = change.data
    return Artifact(
        id=change.id,
        collection=RecordId(data["collection"]),
        name=data["name"],
        revision=change.id,
        content=content_of(data["content"]),
        metadata=data["metadata"],
        created=change.at,
        changed=change.at,
        by=change.by,
    )


def _link(change: Change) -> Thing:
    data = change.data
    return Link(
        id=change.id,
        source=RecordId(data["source"]),
        target=RecordId(data["target"]),
        type=data["type"],
        metadata=data["metadata"],
        created=change.at,
        by=change.by,
    )


def _run(change: Change) -> Thing:
    data = change.data
    return Run(
        id=change.id,
        workflow=data["workflow"],
        state=data["state"],
        inputs=uses_of(data["inputs"]),
        outputs=(),
        diagnostics=(),
        metadata=data["metadata"],
        times={data["state"]: change.at},
        by=change.by,
    )


def _package(change: Change) -> Thing:
    data = change.data
    return Package(
        id=change.id,
        name=data["name"],
        artifacts=uses_of(data["artifacts"]),
        links=tuple(RecordId(one) for one in data["links"]),
        runs=tuple(RecordId(one) for one in data["runs"]),
        external=tuple(External(uri=one["uri"], note=one["note"]) for one in data["external"]),
        metadata=data["metadata"],
        created=change.at,
        by=change.by,
        why=change.why,
    )


def _update(thing: Thing, change: Change) -> Thing:
    assert isinstance(thing, Artifact)
    metadata = change.data.get("metadata", thing.metadata)
    new = content_of(change.data["content"])
    return replace(thing, content=new, metadata=metadata, revision=change.id, changed=change.at, by=change.by)


def _rename(thing: Thing, change: Change) -> Thing:
    assert isinstance(thing, Artifact)
    return replace(thing, name=change.data["name"], changed=change.at, by=change.by)


def _delete(thing: Thing, _: Change) -> Thing:
    return replace(thing, deleted=True)


def _state(thing: Thing, change: Change) -> Thing:
    assert isinstance(thing, Run)
    state = change.data["state"]
    return replace(thing, state=state, times={**thing.times, state: change.at})


def _record(thing: Thing, change: Change) -> Thing:
    assert isinstance(thing, Run)
    data = change.data
    return replace(
        thing,
        inputs=_joined(thing.inputs, uses_of(data["inputs"])),
        outputs=_joined(thing.outputs, uses_of(data["outputs"])),
        diagnostics=(*thing.diagnostics, *data["diagnostics"]),
    )


def _joined(one: tuple[Use, ...], two: tuple[Use, ...]) -> tuple[Use, ...]:
    return tuple(dict.fromkeys([*one, *two]))


CREATE: dict[str, Callable[[Change], Thing]] = {
    "collection.add": _collection,
    "artifact.add": _artifact,
    "link.add": _link,
    "run.start": _run,
    "context.create": _package,
}
APPLY: dict[str, Callable[[Thing, Change], Thing]] = {
    "collection.delete": _delete,
    "artifact.update": _update,
    "artifact.rename": _rename,
    "artifact.delete": _delete,
    "link.delete": _delete,
    "run.state": _state,
    "run.record": _record,
}

OF: dict[str, type[Thing]] = {"collection": Collection, "artifact": Artifact, "link": Link, "run": Run}


def applied(change: Change, before: Mapping[RecordId, Thing]) -> Thing:
    """The thing as it is after ``change``, given how it was after each change of the base."""
    if not change.base:
        return CREATE[change.kind](change)
    if change.kind != RESOLVE:
        return APPLY[change.kind](before[change.base[0]], change)
    kept = before[RecordId(change.data["keep"])]
    for one in change.base:  # what runs recorded apart is kept whole, whichever state is
        other = before[one]
        if isinstance(kept, Run) and isinstance(other, Run):
            more = tuple(item for item in other.diagnostics if item not in kept.diagnostics)
            kept = replace(
                kept,
                inputs=_joined(kept.inputs, other.inputs),
                outputs=_joined(kept.outputs, other.outputs),
                diagnostics=(*kept.diagnostics, *more),
            )
    return kept
