"""Who sees what and may do what: panels, actions, roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.common import at_least, first, unclassified
from factory_git.growth.differ import ADDED, EDITED, MOVED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.growth.sight import ANYBODY, Seen, exposed, seen
from factory_git.spec.graph import GraphNode

_PANEL: Mapping[str, str] = {
    ADDED: "panel-added",
    REMOVED: "panel-removed",
    RENAMED: "panel-renamed",
    MOVED: "panel-order-changed",
}
_ACTION: Mapping[str, str] = {ADDED: "action-added", REMOVED: "action-removed", RENAMED: "action-renamed"}
_ROLE: Mapping[str, str] = {ADDED: "role-added", REMOVED: "role-removed", RENAMED: "role-renamed"}
_SHOWN = ("shows", "columns", "roles")
_DONE = ("on", "make", "set", "args")


def panel(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A page: what it shows and to whom, told by what a role sees now and did not, or sees no more."""
    if change.op in _PANEL:
        found = mutation(_PANEL[change.op], change)
        yield _exposing(found, change, scene) if change.op == ADDED else found
    elif first(change, *_SHOWN):
        yield from _shown(change, scene)
    elif first(change, "order", "first"):
        yield mutation("panel-order-changed", change)
    elif change.attribute == "where":
        yield _filtered(change, scene)
    elif change.attribute not in (*_SHOWN, "order", "first"):
        yield unclassified(change)


def _shown(change: Change, scene: Scene) -> Iterator[Mutation]:
    """More, less, or both. Columns in another order, or named where all are shown, are neither."""
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    old, new = _seen(scene, before, old=True), _seen(scene, after, old=False)
    said = [{k: node.value.get(k) for k in _SHOWN if k in node.value} for node in (before, after)]
    if new - old:
        more = mutation("panel-shows-more", change, about=_about(new - old), before=said[0], after=said[1])
        yield _exposing(more, change, scene)
    if old - new:
        yield mutation("panel-shows-less", change, about=_about(old - new), before=said[0], after=said[1])
    if old == new:
        yield mutation("panel-order-changed", change, before=said[0], after=said[1])


def _filtered(change: Change, scene: Scene) -> Mutation:
    """Rows that are shown on a condition. Two conditions are not compared: either may show what the other does not."""
    if change.old is not None and change.new is not None:
        return _exposing(mutation("panel-filter-changed", change), change, scene)
    id_ = "panel-shows-more" if change.old is not None else "panel-shows-less"
    return mutation(id_, change, about="where")


def _exposing(found: Mutation, change: Change, scene: Scene) -> Mutation:
    """Breaking where a role sees personal data of a field that it saw on no page before."""
    after = change.after
    assert after is not None
    new = exposed(scene.both.new, (after,)) - {_now(scene, one) for one in scene.before.exposed}
    return at_least(found, "breaking", f"it shows {_about(new)}: personal data") if new else found


def _seen(scene: Scene, node: GraphNode, *, old: bool) -> frozenset[Seen]:
    found = seen(scene.both.old if old else scene.both.new, node)
    return frozenset(_now(scene, one) for one in found) if old else found


def _now(scene: Scene, one: Seen) -> Seen:
    """What the newer version calls a role and a field."""
    now = scene.both.now
    role_ = SpecPath(f"interface.roles.{one[0]}")
    return now.get(role_, role_).rpartition(".")[2], str(now.get(SpecPath(one[1]), SpecPath(one[1])))


def _about(found: frozenset[Seen]) -> str:
    """``client.email, client.phone to paralegal``."""
    roles = sorted({role for role, _ in found} - {ANYBODY})
    fields = sorted({".".join(path.split(".")[2:]).replace(".fields.", ".") for _, path in found})
    return ", ".join(fields) + (f" to {', '.join(roles)}" if roles else "")


def action(change: Change, scene: Scene) -> Iterator[Mutation]:
    """Something a person does: who may, when, and what it does."""
    if change.op in _ACTION:
        yield mutation(_ACTION[change.op], change)
    elif change.attribute == "roles":
        yield from _who(change, scene)
    elif change.attribute == "when":
        yield mutation("action-condition-changed", change)
    elif first(change, *_DONE):
        yield mutation("action-effect-changed", change)
    elif change.op == EDITED and change.attribute not in _DONE:
        yield unclassified(change)


def _who(change: Change, scene: Scene) -> Iterator[Mutation]:
    """Who may do it; where nobody is named, everybody may."""
    before, after = list(change.old or ()), list(change.new or ())
    old, new = {_now(scene, (word, ""))[0] for word in before}, set(after)
    if old and (new - old or not new):
        yield mutation("role-permission-widened", change, about="roles", before=before, after=after)
    if new and (old - new or not old):
        yield mutation("role-permission-narrowed", change, about="roles", before=before, after=after)


def role(change: Change, _: Scene) -> Iterator[Mutation]:
    """A role; the classes of personal data that it sees are its permission."""
    if change.op in _ROLE:
        found = mutation(_ROLE[change.op], change)
        sees = change.node.value.get("sees") if change.op == ADDED else None
        yield at_least(found, "breaking", f"it sees personal data: {', '.join(sees)}") if sees else found
    elif change.attribute == "sees":
        old, new = set(change.old or ()), set(change.new or ())
        if new - old:
            yield mutation("role-permission-widened", change, about=" ".join(sorted(new - old)))
        if old - new:
            yield mutation("role-permission-narrowed", change, about=" ".join(sorted(old - new)))
    else:
        yield unclassified(change)
