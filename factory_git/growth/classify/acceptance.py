"""What is proven, and by what: examples, properties, tests, and the guardrails that they cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.common import differing, first, unclassified, values
from factory_git.growth.differ import ADDED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.renaming import renamed
from factory_git.growth.scene import Scene, mutation
from factory_git.spec.graph import GraphNode

_RUN = ("given", "when", "then", "forall", "test", "judge")
_WHOLE: Mapping[str, str] = {ADDED: "acceptance-added", REMOVED: "acceptance-removed", RENAMED: "label-changed"}


def scenario(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A scenario; where it was the last to prove a guardrail, or is the first, that is told beside."""
    if change.op in _WHOLE:
        yield mutation(_WHOLE[change.op], change)
    elif change.attribute in _RUN and _is_prose(change.before) != _is_prose(change.after):
        yield from _written(change)
    else:
        yield from _edited(change, scene)
    yield from _proofs(change, scene)


def _is_prose(node: GraphNode | None) -> bool:
    return node is None or not any(key in node.value for key in _RUN)


def _written(change: Change) -> Iterator[Mutation]:
    """A scenario that was words and runs now, or the other way round, is one row with all that it says (R9)."""
    keys = differing(change, *_RUN)
    if first(change, *_RUN):
        id_ = "acceptance-clause-added" if _is_prose(change.before) else "acceptance-clause-dropped"
        before = {key: said for key in keys if (said := values(change, key)[0]) is not None}
        after = {key: said for key in keys if (said := values(change, key)[1]) is not None}
        yield mutation(id_, change, about=" ".join(keys), before=before, after=after)


def _edited(change: Change, scene: Scene) -> Iterator[Mutation]:
    key = change.attribute
    if key == "given":
        yield mutation("sample-data-changed", change)
    elif key == "when":
        yield mutation("acceptance-changed", change)
    elif key in ("then", "covers"):
        yield from _clauses(change, scene)
    elif key == "forall":
        yield from _runs(change)
    elif key in ("test", "judge"):
        words = {(True, False): "acceptance-clause-added", (False, True): "acceptance-clause-dropped"}
        id_ = words.get((change.old is None, change.new is None), "acceptance-changed")
        yield mutation(id_, change, about=key)
    elif key == "holdout":
        yield mutation("holdout-set" if change.new else "holdout-cleared", change)
    else:
        yield unclassified(change)


def _clauses(change: Change, scene: Scene) -> Iterator[Mutation]:
    """What is claimed no more, and what is claimed now; their order means nothing, nor does a renamed node."""
    now, words = scene.both.now, scene.both.words
    paths = change.attribute == "covers"
    old = [str(now.get(clause, clause)) if paths else renamed(clause, words) for clause in change.old or ()]
    new = [str(clause) for clause in change.new or ()]
    dropped, added = [c for c in old if c not in new], [c for c in new if c not in old]
    if dropped:
        yield mutation("acceptance-clause-dropped", change, about=change.attribute, before=dropped, after=[])
    if added:
        yield mutation("acceptance-clause-added", change, about=change.attribute, before=[], after=added)


def _runs(change: Change) -> Iterator[Mutation]:
    """How often a property is tried, and how many rows its worlds may have; where it is no property, never."""
    old, new = change.old or {}, change.new or {}
    keys = sorted(old.keys() | new.keys())
    fewer = [k for k in keys if _number(new, k) < _number(old, k)]
    more = [k for k in keys if _number(new, k) > _number(old, k)]
    if fewer:
        yield mutation("acceptance-fewer-runs", change, about=" ".join(fewer))
    if more:
        yield mutation("acceptance-more-runs", change, about=" ".join(more))


def _number(forall: Mapping[str, Any], key: str) -> int:
    return int(forall.get(key, 0))


def _proofs(change: Change, scene: Scene) -> Iterator[Mutation]:
    """Guardrails that this change leaves without any test, or gives their first; told at the first scenario."""
    both = scene.both
    if not _tells(change):
        return
    before, after = scene.before.proofs, scene.after.proofs
    for rail in _covered(change.before):
        now = both.now.get(rail)
        if now in scene.after.rails and now not in after and change.before and change.before.path == before.get(rail):
            yield mutation("last-proof-removed", change, about=now, before=rail, after="")
    for rail in _covered(change.after):
        then = both.then.get(rail)
        if then in scene.before.rails and then not in before and change.after and change.after.path == after.get(rail):
            yield mutation("first-proof-added", change, about=rail, before="", after=rail)


def _covered(node: GraphNode | None) -> list[SpecPath]:
    return [SpecPath(path) for path in node.value.get("covers", ())] if node else []


def _tells(change: Change) -> bool:
    """Whether this is the change of a scenario at which a proof is told, of the several that it may have."""
    if change.op in (ADDED, REMOVED):
        return True
    return first(change, "covers", "then", "test", "judge", "forall")
