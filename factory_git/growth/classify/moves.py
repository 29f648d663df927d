"""Steps in another order: gates first, then who is served first, then who reads what another makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.common import at_least
from factory_git.growth.differ import Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.reads import Reads
from factory_git.growth.scene import Scene, mutation
from factory_git.spec import skills


def relied(found: Mutation, scene: Scene, gate: SpecPath) -> Mutation:
    """Forbidden where an envelope item or a guardrail of the base relies on the gate."""
    why = scene.before.relied_on(gate) if gate in scene.before.gates else ""
    return replace(found, risk="forbidden", version="root", reasons=(*found.reasons, why)) if why else found


def moved(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A step that moved, and the gates it moved past: what counts is whether a gate comes before who uses its rows.

    Which of two steps that changed places is said to have moved means nothing; a gate that moved answers for itself.
    """
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    own = _gate_moved(change, scene, before.path, "")
    passed = [found for gate in _gates_beside(change, scene) if (found := _gate_moved(change, scene, gate, after.path))]
    yield from passed
    others = list(_past(change, scene))
    served = [path for path in others if _supply(scene.after, path) & _supply(scene.after, after.path)]
    if served:
        yield mutation("allocation-order-changed", change, about=" ".join(served))
    elif own is not None or not passed:
        yield own or _reordered(change, scene, others)


def _reordered(change: Change, scene: Scene, others: list[SpecPath]) -> Mutation:
    """At least major where the steps do depend on each other: one reads rows of a kind that the other makes."""
    found, here, reads = mutation("step-reordered", change), change.path, scene.after
    for other in others:
        for one, maker in ((here, other), (other, here)):
            if reads.of("reads", one) & reads.of("writes", maker):
                return at_least(found, "major", f"{one} reads rows of a kind that {maker} makes")
    return found


def _past(change: Change, scene: Scene) -> Iterator[SpecPath]:
    """The steps, by their newer addresses, that the step came to stand on the other side of; each pair once."""
    assert change.before is not None
    now, here, moved = scene.both.now, change.path, frozenset(change.edits)
    old = {now.get(path): at for at, path in enumerate(scene.before.order(change.before.path))}
    new = {path: at for at, path in enumerate(scene.after.order(here))}
    others = [path for path in new if path in old and not (str(path) in moved and path > here)]
    yield from (path for path in others if (old[path] < old[here]) != (new[path] < new[here]))


def _supply(reads: Reads, path: SpecPath) -> frozenset[str]:
    """The entity that a step allocates rows of."""
    steps = (s for p in reads.graph.spec.pipelines for s in p.steps if s.path == path)
    given = skills.value(next(steps), "allocate.supply")
    found = reads.graph.spec.entity(str(given)) if given is not None else None
    return frozenset((found.id,)) if found else frozenset()


def _gates_beside(change: Change, scene: Scene) -> list[SpecPath]:
    """The gates of the old pipeline that stayed where they were."""
    assert change.before is not None
    order, moved = frozenset(scene.before.order(change.before.path)), frozenset(change.edits)
    return [path for path in scene.before.gates if path in order and scene.both.now.get(path) not in moved]


def _gate_moved(change: Change, scene: Scene, gate: SpecPath, past: str) -> Mutation | None:
    """What became of a gate of the old version with regard to ``past``, a step that moved; to all steps if empty."""
    now = scene.both.now.get(gate)
    if gate not in scene.before.gates or now not in scene.after.gates or now is None:
        return None
    old = {scene.both.now.get(path) for path in _kept_from(scene.before, gate)}
    new = set(_kept_from(scene.after, now))
    here = set(scene.after.order(now)) & {path for path in scene.both.then if not past or path == past}
    later, earlier = (old - new) & here, (new - old) & here
    if not later and not earlier:
        return None
    both = replace(change, before=scene.both.old.nodes[gate], after=scene.both.new.nodes[now])
    if later:
        return relied(mutation("gate-moved-later", both, about=past), scene, gate)
    return mutation("gate-moved-earlier", both, about=past)


def _kept_from(reads: Reads, gate: SpecPath) -> list[SpecPath]:
    """The steps after a gate that use what it gates."""
    order = list(reads.order(gate))
    gated = [p for p in reads.of("guards", gate) if reads.graph.nodes[p].kind == "entity"]
    return list(reads.users(order[order.index(gate) + 1 :], gated))
