"""What the application is for, and what may never become of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory_git.growth.classify.common import first, named, unclassified, values, widths
from factory_git.growth.differ import ADDED, EDITED, REMOVED, RENAMED, Change
from factory_git.growth.globs import EVERYWHERE, within
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.growth.table import meant

beneficiary = named("beneficiary-added", "beneficiary-removed", "beneficiary-reworded")

_PURPOSE: Mapping[str, str] = {ADDED: "purpose-declared", REMOVED: "purpose-removed", EDITED: "purpose-changed"}
_ENVELOPE: Mapping[str, str] = {
    ADDED: "safety-envelope-added",
    REMOVED: "safety-envelope-removed",
    RENAMED: "safety-envelope-reworded",
}
_PROHIBITED: Mapping[str, str] = {
    ADDED: "prohibited-change-added",
    REMOVED: "prohibited-change-removed",
    RENAMED: "prohibited-change-reworded",
}


def purpose(change: Change, _: Scene) -> Iterator[Mutation]:
    """Elephants do not become mice; to say for the first time what one is for is no change of it."""
    yield mutation(_PURPOSE[change.op], change)


def envelope(change: Change, scene: Scene) -> Iterator[Mutation]:
    """An item of the safety envelope; ``holds`` names the guardrails that prove it, each a row."""
    if change.op in _ENVELOPE:
        yield mutation(_ENVELOPE[change.op], change)
    elif change.attribute == "holds":
        now = scene.both.now
        old = {now.get(path, path): path for path in change.old or ()}
        new = set(change.new or ())
        for path in sorted(new - old.keys()):
            yield mutation("safety-envelope-bound", change, about=path, before="", after=path)
        for path in sorted(old.keys() - new):
            yield mutation("safety-envelope-unbound", change, about=path, before=old[path], after="")
    else:
        yield unclassified(change)


def prohibited(change: Change, _: Scene) -> Iterator[Mutation]:
    """What is forbidden: which rows (``forbid``) at which addresses (``at``). Prose alone forbids no row."""
    if change.op in _PROHIBITED:
        yield mutation(_PROHIBITED[change.op], change)
    elif first(change, "forbid", "at"):
        words = [frozenset[str]().union(*(meant(w) for w in said or ())) for said in values(change, "forbid")]
        at = [str(said or EVERYWHERE) for said in values(change, "at")]
        more = (bool(words[1] - words[0]), bool(words[0] - words[1]))
        reach = (not within(at[1], at[0]), not within(at[0], at[1])) if words[0] and words[1] else (False, False)
        found = {"forbid": more, "at": reach}
        yield from widths(change, "prohibited-change-widened", "prohibited-change-narrowed", found)
