"""Pipelines, their triggers and their steps: what is done, in which order, and what is kept back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.common import at_least, first, unclassified
from factory_git.growth.classify.moves import moved, relied
from factory_git.growth.differ import ADDED, EDITED, MOVED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.occasions import asked, lost
from factory_git.growth.renaming import renamed, same
from factory_git.growth.scene import Scene, mutation
from factory_git.spec import skills
from factory_git.spec.graph import Graph
from factory_git.spec.model import Step

_APART = frozenset(("note", "stability", "code"))
_WHOLE: Mapping[str, str] = {ADDED: "pipeline-added", REMOVED: "pipeline-removed", RENAMED: "pipeline-renamed"}
_ORDER = frozenset(("order", "supply_order", "by", "limit"))  # who is served first, and whether at all
GATE: Mapping[str, str] = {
    "weakened": "gate-loosened",
    "strengthened": "gate-tightened",
    "incomparable": "gate-incomparable",
    "same": "gate-reworded",
    "unknown": "gate-unproven",
}
"""The row for each effect on a gate."""


def pipeline(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A pipeline and its trigger. One that makes rows which a guardrail guards is more than one more pipeline."""
    if change.op in _WHOLE:
        found = mutation(_WHOLE[change.op], change)
        yield _guarding(found, change, scene) if change.op == ADDED else found
    elif change.attribute == "trigger":
        yield from _trigger(change, scene)
    else:
        yield unclassified(change)


def _trigger(change: Change, scene: Scene) -> Iterator[Mutation]:
    old, new = ({"on": said} if isinstance(said, str) else said or {} for said in (change.old, change.new))
    if old.get("args") != new.get("args"):
        args = (old.get("args") or {}, new.get("args") or {})
        yield _unasked(mutation("trigger-args-changed", change, about="args", before=args[0], after=args[1]), scene)
    rest = [{k: v for k, v in said.items() if k != "args"} for said in (old, new)]
    if rest[0] != rest[1]:
        yield mutation("trigger-changed", change, before=rest[0], after=rest[1])


def _unasked(found: Mutation, scene: Scene) -> Mutation:
    """Forbidden where a guardrail is asked after this pipeline no more, for want of an argument that it reads."""
    both = scene.both
    for rail in (path for path in scene.after.guardrails if path in both.then):
        if found.path in lost(both, rail):
            why = f"{rail} is asked after it no more"
            return replace(found, risk="forbidden", version="root", reasons=(*found.reasons, why))
    return found


def step(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A step. What several attributes of it say is told together."""
    if change.op == ADDED:
        yield _inserted(change, scene)
    elif change.op == REMOVED:
        yield _removed(change, scene)
    elif change.op == RENAMED:
        yield mutation("step-renamed", change)
    elif change.op == MOVED:
        yield from moved(change, scene)
    elif first(change, *_keys(change)):
        yield from _edited(change, scene)
    elif change.op != EDITED:
        yield unclassified(change)


def _keys(change: Change) -> list[str]:
    before, after = change.before, change.after
    said = (before.value.keys() if before else set()) | (after.value.keys() if after else set())
    return sorted(said - _APART)


def _inserted(change: Change, scene: Scene) -> Mutation:
    if "gate" in change.node.value:
        return mutation("gate-inserted", change)
    return _guarding(mutation("step-inserted", change), change, scene)


def _guarding(found: Mutation, change: Change, scene: Scene) -> Mutation:
    """At least major where rows are made that a guardrail guards."""
    reads = scene.after
    nodes = [n.path for n in scene.both.new.below(change.path)]
    made = sorted({path for node in nodes for path in reads.of("writes", node)} & scene.after.guarded.keys())
    if not made:
        return found
    rails = [(path, scene.after.guarded[path]) for path in made]
    whole = change.node.kind == "pipeline"
    bare = next((rail for _, rail in rails if whole and change.path not in asked(scene.both.new, rail)), "")
    found = at_least(found, "major", f"it makes rows of {made[0]}, which {rails[0][1]} guards")
    return at_least(found, "breaking", f"{bare} is not asked after it: it has not the arguments") if bare else found


def _removed(change: Change, scene: Scene) -> Mutation:
    if "gate" not in change.node.value:
        return mutation("step-removed", change)
    return relied(mutation("gate-removed", change), scene, change.path)


# Edits


def _edited(change: Change, scene: Scene) -> Iterator[Mutation]:
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    old, new = _step(scene.both.old, before.path), _step(scene.both.new, after.path)
    whole = _whole(change)
    if old.skill is None or new.skill is None:
        yield from _hole(whole, scene, old, new)
    elif "gate" in (old.skill, new.skill):
        yield from _gate(whole, scene, old, new)
    elif _signature(scene, old, before=True) != _signature(scene, new, before=False):
        yield mutation("step-signature-changed", whole)
    elif old.skill != new.skill or _adapter(old) != _adapter(new):
        yield mutation("step-swapped", whole)
    else:
        yield from _params(whole, scene)


def _whole(change: Change) -> Change:
    """The change of all that the step says, as one."""
    return replace(change, attribute="", old=None, new=None)


def _step(graph: Graph, path: SpecPath) -> Step:
    return next(s for p in graph.spec.pipelines for s in p.steps if s.path == path)


def _adapter(step_: Step) -> str:
    return str(skills.value(step_, "call.skill") or "")


def _signature(scene: Scene, step_: Step, *, before: bool) -> tuple[list[str], list[str]]:
    """The entities that a step goes over and those it makes, by their newer addresses."""
    spec = (scene.both.old if before else scene.both.new).spec

    def paths(names: tuple[str, ...]) -> list[str]:
        found = (e.path for n in names if (e := spec.entity(n)))
        return [str(scene.both.now.get(path, path)) if before else str(path) for path in found]

    if step_.skill is None:
        return paths(_announced(step_, "reads")), paths((*_announced(step_, "writes"), *_announced(step_, "make")))
    return paths(skills.consumed(step_)), paths(skills.made(step_))


def _announced(step_: Step, key: str) -> tuple[str, ...]:
    """What a hole says that it will read or make."""
    given = step_.params.get(key) or ()
    return tuple(map(str, given)) if isinstance(given, list | tuple) else (str(given),)


def _hole(change: Change, scene: Scene, old: Step, new: Step) -> Iterator[Mutation]:
    """A step that is bound to a skill now, or no more, or a hole that announces something else."""
    if old.skill is None and new.skill is None:
        alike = _signature(scene, old, before=True) == _signature(scene, new, before=False)
        yield mutation("step-param-changed" if alike else "step-signature-changed", change)
    elif old.skill is None:
        yield mutation("gate-bound" if new.skill == "gate" else "step-bound", change)
    elif old.skill == "gate":
        yield relied(mutation("gate-unbound", change), scene, old.path)
    else:
        yield mutation("step-unbound", change)


def _gate(change: Change, scene: Scene, old: Step, new: Step) -> Iterator[Mutation]:
    """A gate that is one no more, one that is one now, or that gates other rows; else what its parts say."""
    both_gates = old.skill == new.skill == "gate"
    if not both_gates or _gated(scene, old, before=True) != _gated(scene, new, before=False):
        gone = mutation("gate-removed" if old.skill == "gate" else "step-removed", change)
        yield relied(gone, scene, old.path) if old.skill == "gate" else gone
        yield mutation("gate-inserted" if new.skill == "gate" else "step-inserted", change)
        return
    yield from _keep(change, scene, old)
    yield from _told(change, scene)


def _gated(scene: Scene, step_: Step, *, before: bool) -> list[str]:
    return _signature(scene, step_, before=before)[0]


def _keep(change: Change, scene: Scene, old: Step) -> Iterator[Mutation]:
    said = [node.value.get("keep") if node else None for node in (change.before, change.after)]
    if same(said[0], said[1], scene.both.words):
        return
    effect = scene.effects.of(change.path)
    found = mutation(GATE[effect.effect], change, about="keep", before=said[0], after=said[1])
    found = replace(found, example=effect.example, reasons=(effect.why,) if effect.why else ())
    loose = effect.effect in ("weakened", "incomparable")
    yield relied(found, scene, old.path) if loose else found


def _told(change: Change, scene: Scene) -> Iterator[Mutation]:
    """What becomes of the rows that a gate keeps back."""
    old, new = (node.value.get("else") if node else None for node in (change.before, change.after))
    if same(old, new, scene.both.words):
        return
    if old is None or new is None:
        id_ = "gate-alert-added" if old is None else "gate-alert-dropped"
    else:
        makes = same(old.get("make"), new.get("make"), scene.both.words)
        id_ = "step-param-changed" if makes else "step-signature-changed"
    yield mutation(id_, change, about="else", before=old or {}, after=new or {})


def _params(change: Change, scene: Scene) -> Iterator[Mutation]:
    """The parameters of a skill, those that say who is served first apart."""
    words = scene.both.words
    before = {renamed(key, words): value for key, value in _flat(change.before).items()}
    after = _flat(change.after)
    keys = sorted(k for k in before.keys() | after.keys() if not same(before.get(k), after.get(k), words))
    ranked = [k for k in keys if _ranks(change, k)]
    rest = [k for k in keys if k not in ranked]
    for id_, found in (("allocation-order-changed", ranked), ("step-param-changed", rest)):
        if found:
            said = [{k: side[k] for k in found if k in side} for side in (before, after)]
            yield mutation(id_, change, about=" ".join(found), before=said[0], after=said[1])


def _ranks(change: Change, key: str) -> bool:
    word = key.rpartition(".")[2]
    return word in _ORDER and ("allocate" in change.node.value or "rank" in change.node.value)


def _flat(node: Any) -> dict[str, Any]:
    """Parameters by their paths, one level into groups: ``allocate.order``, ``set.qty``."""
    out: dict[str, Any] = {}
    for key, value in node.value.items() if node else ():
        if key in _APART:
            continue
        if isinstance(value, Mapping):
            out |= {f"{key}.{inner}": held for inner, held in value.items()}
        else:
            out[key] = value
    return out
