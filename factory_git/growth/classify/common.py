"""What every node may say (a note, its stability) and what classifiers share: lists of names, what is wider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from factory_git.growth.differ import ADDED, EDITED, MOVED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Classifier, Scene, mutation
from factory_git.growth.table import RISKS


def unclassified(change: Change) -> Mutation:
    """What the table has no row for, or what only a person can judge (R5)."""
    return mutation("unclassified", change, about=change.attribute)


def note(change: Change, _: Scene) -> Iterator[Mutation]:
    """A note is for people: whatever it says, the application is the same."""
    yield mutation("note-changed", change)


def stability(change: Change, _: Scene) -> Iterator[Mutation]:
    """``draft`` lets a node change more freely, ``stable`` (what is not said) ends that."""
    yield mutation("stability-raised" if change.old == "draft" else "stability-lowered", change)


def named(added: str, removed: str, renamed: str, *, moved: str = "") -> Classifier:
    """The classifier of a list of names, each a row when it comes, goes, is called otherwise or changes its place."""

    def classifier(change: Change, _: Scene) -> Iterator[Mutation]:
        ids = {ADDED: added, REMOVED: removed, RENAMED: renamed, MOVED: moved}
        found = ids.get(change.op)
        yield mutation(found, change) if found else unclassified(change)

    return classifier


def declared_or_dropped(change: Change) -> Iterator[Mutation]:
    """One row for all attributes of a node that are said now and were not, one for those that are said no more (R9).

    To be called for the changes of such attributes only; others of the same node do not count.
    """
    id_ = "attribute-declared" if change.old is None else "attribute-dropped"
    yield mutation(id_, change, about=change.attribute)


def first(change: Change, *keys: str) -> bool:
    """Whether ``change`` is the first of the edits that a node has among ``keys``: what they mean is told once."""
    return change.op == EDITED and change.attribute == next(iter(differing(change, *keys)), "")


def differing(change: Change, *keys: str) -> list[str]:
    """Which of ``keys`` say something else now, renames apart."""
    if change.op == EDITED:
        return [key for key in keys if key in change.edits]
    before = change.before.value if change.before else {}
    after = change.after.value if change.after else {}
    return [key for key in keys if before.get(key) != after.get(key)]


def values(change: Change, key: str) -> tuple[Any, Any]:
    """What both versions say under ``key``."""
    before = change.before.value if change.before else {}
    after = change.after.value if change.after else {}
    return before.get(key), after.get(key)


def at_least(one: Mutation, risk: str, reason: str) -> Mutation:
    """``one`` with no less than ``risk``."""
    if RISKS.index(one.risk) >= RISKS.index(risk):
        return one
    return replace(one, risk=risk, reasons=(*one.reasons, reason))


def widths(change: Change, wider: str, narrower: str, found: dict[str, tuple[bool, bool]]) -> Iterator[Mutation]:
    """The rows of a permission. ``found`` has for each attribute whether it became wider and whether narrower."""
    for id_, which in ((wider, 0), (narrower, 1)):
        about = [key for key, both in found.items() if both[which]]
        if about:
            before, after = change.before, change.after
            yield mutation(
                id_,
                change,
                about=" ".join(about),
                before={k: v for k, v in (before.value if before else {}).items() if k in about},
                after={k: v for k, v in (after.value if after else {}).items() if k in about},
            )
