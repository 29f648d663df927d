"""The application itself: its id, title, stage and variants; desires; what it depends on; ids that are reserved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory_git.growth.classify.common import first, unclassified
from factory_git.growth.classify.proof import code_layer
from factory_git.growth.differ import ADDED, EDITED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation

_STAGES = ("seed", "juvenile", "mature")
_APP: Mapping[str, str] = {"id": "app-renamed", "title": "title-changed", "version": "version-changed"}
_SAID = ("goal", "constraints", "trusted_sources", "outputs", "cadence", "preferences")
_BECAME = ("became", "status")


def layer(change: Change, scene: Scene) -> Iterator[Mutation]:
    """The layers that say something themselves: ``app`` and ``code``."""
    if change.path == "code":
        yield from code_layer(change, scene)
    elif change.attribute == "stage":
        old, new = (_STAGES.index(str(stage)) for stage in (change.old, change.new))
        yield mutation("stage-advanced" if new > old else "stage-reverted", change)
    else:
        id_ = _APP.get(change.attribute)
        yield mutation(id_, change) if id_ else unclassified(change)


def desire(change: Change, _: Scene) -> Iterator[Mutation]:
    """A wish changes nothing of the application; what became of it is kept apart from what it says."""
    ids = {ADDED: "desire-added", REMOVED: "desire-removed", RENAMED: "desire-changed"}
    if change.op in ids:
        yield mutation(ids[change.op], change)
    elif first(change, *_SAID):
        yield mutation("desire-changed", change)
    elif first(change, *_BECAME):
        yield mutation("desire-progressed", change)
    elif change.op != EDITED:
        yield unclassified(change)


def depends_on(change: Change, _: Scene) -> Iterator[Mutation]:
    """A row for each specification that is built on, or no more."""
    old, new = held(change)
    for word in sorted(new - old):
        yield mutation("dependency-added", change, about=word, before="", after=word)
    for word in sorted(old - new):
        yield mutation("dependency-removed", change, about=word, before=word, after="")


def reserved(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A row for each address that may not come back, or may again; it is worse when it does in the same change."""
    old, new = held(change)
    for word in sorted(new - old):
        yield mutation("reserved-added", change, about=word, before="", after=word)
    for word in sorted(old - new):
        id_ = "id-reused" if word in scene.both.new.nodes else "reserved-removed"
        yield mutation(id_, change, about=word, before=word, after="")


def held(change: Change) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a layer that is a list of words, before and after."""
    old, new = (node.value.get("is") or () if node else () for node in (change.before, change.after))
    return frozenset(map(str, old)), frozenset(map(str, new))


def whole(change: Change, _: Scene) -> Iterator[Mutation]:
    """The specification itself, which says only in which format it is written."""
    yield mutation("format-upgraded", change) if change.attribute == "factory" else unclassified(change)
