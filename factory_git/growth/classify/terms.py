"""Terms: what a named expression says. What its change does to guardrails and gates is R2's to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from factory_git.growth.classify.common import differing, first, unclassified
from factory_git.growth.differ import ADDED, EDITED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation

_SAID = ("args", "args_order", "is")
_OTHER = {ADDED: "term-added", REMOVED: "term-removed", RENAMED: "term-renamed"}


def term(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A term that comes or goes is of no use yet, or any more: whoever reads it changed too and has its own row."""
    if change.op in _OTHER:
        yield mutation(_OTHER[change.op], change)
    elif first(change, *_SAID):
        yield _changed(change, scene)
    elif change.op != EDITED or change.attribute not in _SAID:
        yield unclassified(change)


def _changed(change: Change, scene: Scene) -> Mutation:
    effect = scene.effects.of(change.path)
    keys = differing(change, *_SAID)
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    found = mutation(
        "term-changed",
        change,
        about=" ".join(keys),
        before={key: before.value.get(key) for key in keys},
        after={key: after.value.get(key) for key in keys},
    )
    return replace(found, example=effect.example, reasons=(effect.why,) if effect.why else ())
