"""Where the application may grow, and who may let it: plates, organs, morph rules, approvers, signatures.

What is not said bounds nothing: a plate with no ``allow`` allows every row, one with no ``max_risk`` every risk that
can be approved, an approver with no ``at`` may approve everywhere. A plate with no ``at`` is prose and opens nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from factory_git.core.ids import SpecPath
from factory_git.growth.classify.common import first, named, unclassified, values, widths
from factory_git.growth.differ import ADDED, EDITED, REMOVED, RENAMED, Change
from factory_git.growth.globs import all_within, within
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.growth.table import RISKS, ROWS, meant
from factory_git.spec.graph import Graph

_HIGHEST = "breaking"
Width: TypeAlias = tuple[bool, bool]  # wider, narrower
Compared: TypeAlias = Callable[[Any, Any], Width]


def plate(change: Change, _: Scene) -> Iterator[Mutation]:
    """A place where the application may grow."""
    keys: Mapping[str, Compared] = {"at": _place, "allow": _rows, "max_risk": _risk, "require": _fewer}
    yield from _permission(change, "plate", keys)


def morph_rule(change: Change, _: Scene) -> Iterator[Mutation]:
    """What changes of some kind (``when``) may do and need: a bound, so that one more leaves less room.

    A rule without ``when`` is about the rows it allows and only says what they need: more of them leave less room too.
    """
    if first(change, "when"):
        yield mutation("morph-rule-changed", change)
    elif change.attribute != "when":
        rows = _rows if any(values(change, "when")) else _fewer
        yield from _permission(change, "morph-rule", {"allow": rows, "require": _fewer})


def organ(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A part of the application under one name."""
    if first(change, "at", "purpose"):
        yield mutation("organ-changed", change)
    elif change.op != EDITED:
        yield from named("organ-added", "organ-removed", "label-changed")(change, scene)


def approver(change: Change, scene: Scene) -> Iterator[Mutation]:
    """Who may approve. Where nobody is listed anybody may: the first to be listed closes that, the last opens it."""
    none_before, none_after = (not _approvers(graph) for graph in (scene.both.old, scene.both.new))
    if change.op == ADDED:
        yield mutation("approvers-closed" if none_before else "approver-added", change)
    elif change.op == REMOVED:
        yield mutation("approvers-opened" if none_after else "approver-removed", change)
    elif change.attribute == "email" or (change.op == RENAMED and not all(values(change, "email"))):
        yield mutation("approver-replaced", change)
    else:
        yield from _permission(change, "approver", {"at": _places, "max_risk": _risk})


def signatures(change: Change, _: Scene) -> Iterator[Mutation]:
    """Whether approvals must be signed; not to say it is not to ask for it."""
    old, new = (value or "optional" for value in values(change, "is"))
    if old != new:
        yield mutation(f"signatures-{new}", change)


def _approvers(graph: Graph) -> bool:
    layer = graph.nodes.get(SpecPath("growth"))
    return layer is not None and any(path.startswith("growth.approvers.") for path in layer.children)


def _permission(change: Change, prefix: str, keys: Mapping[str, Compared]) -> Iterator[Mutation]:
    ids = {ADDED: f"{prefix}-added", REMOVED: f"{prefix}-removed", RENAMED: "label-changed"}
    if change.op in ids:
        yield mutation(ids[change.op], change)
    elif first(change, *keys):
        found = {key: compared(*values(change, key)) for key, compared in keys.items()}
        yield from widths(change, f"{prefix}-widened", f"{prefix}-narrowed", found)
    elif change.attribute not in keys:
        yield unclassified(change)


def _place(old: str | None, new: str | None) -> Width:
    """Of one pattern; none opens nothing."""
    if old is None or new is None:
        return (new is not None, old is not None)
    return (not within(new, old), not within(old, new))


def _places(old: list[str] | None, new: list[str] | None) -> Width:
    """Of several patterns; none is everywhere."""
    one, other = old or ["**"], new or ["**"]
    return (not all_within(other, one), not all_within(one, other))


def _rows(old: list[str] | None, new: list[str] | None) -> Width:
    """Of words for rows; none are all."""
    one, other = (_meant(said) if said else frozenset(ROWS) for said in (old, new))
    return (bool(other - one), bool(one - other))


def _meant(words: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*(meant(word) or {word} for word in words))


def _risk(old: str | None, new: str | None) -> Width:
    one, other = (RISKS.index(said or _HIGHEST) for said in (old, new))
    return (other > one, other < one)


def _fewer(old: list[str] | None, new: list[str] | None) -> Width:
    """Of conditions, more of which make it narrower."""
    one, other = set(old or ()), set(new or ())
    return (bool(one - other), bool(other - one))
