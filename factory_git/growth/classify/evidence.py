"""What the application may believe: sources, how far each is trusted, and how often it is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory_git.core.ids import SpecPath, slug
from factory_git.growth import cadence
from factory_git.growth.classify.common import at_least, differing, first, unclassified, values
from factory_git.growth.differ import ADDED, MOVED, REMOVED, RENAMED, Change, Pair
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.spec import names
from factory_git.spec.graph import Graph

_TIERS = "evidence_policy.trust_tiers"
_MINIMUM = SpecPath("evidence_policy.minimum_tier")
_PLACE = ("kind", "path", "url")
_FACETS = (("tier",), ("feeds",), _PLACE)  # what a source may say or not
_TIER_ROWS: Mapping[str, str] = {
    ADDED: "tier-added",
    REMOVED: "tier-removed",
    RENAMED: "tier-renamed",
    MOVED: "tiers-reordered",
}


def source(change: Change, scene: Scene) -> Iterator[Mutation]:
    """Where evidence comes from."""
    if change.op == ADDED:
        yield mutation(_added(change, scene.both), change)
    elif change.op == REMOVED:
        fed = change.node.value.get("feeds") is not None
        yield mutation("source-removed-fed" if fed else "source-removed", change)
    elif change.op == RENAMED:
        yield mutation("source-renamed", change)
    elif any(change.attribute in keys and _turned(change, keys) for keys in _FACETS):
        yield from _declared(change)
    elif change.attribute == "tier":
        yield from _tier(change, scene.both)
    elif change.attribute == "feeds":
        yield from _feeds(change, scene.both)
    elif change.attribute == "cadence":
        yield from _cadence(change, "evidence", *_or_policy(change, scene.both))
    elif first(change, *_PLACE):
        yield _told("source-relocated", change, differing(change, *_PLACE))
    elif change.attribute not in _PLACE:
        yield unclassified(change)


def tier(change: Change, _: Scene) -> Iterator[Mutation]:
    """A grade of trust; the first is the highest."""
    id_ = _TIER_ROWS.get(change.op)
    yield mutation(id_, change) if id_ else unclassified(change)


def minimum_tier(change: Change, scene: Scene) -> Iterator[Mutation]:
    """The lowest grade that counts: by the tiers that it lets in now and did not, among those of both versions."""
    old, new = _admitted(scene.both.old), _admitted(scene.both.new)
    now = {scene.both.now.get(_tier_path(id_)): id_ for id_ in ranks(scene.both.old)}
    common = {path: id_ for path, id_ in now.items() if path is not None}
    was_in = {path for path, id_ in common.items() if id_ in old}
    is_in = {path for path in common if path.rpartition(".")[2] in new}
    if is_in - was_in or change.op == REMOVED:
        yield mutation("minimum-tier-lowered", change)
    if was_in - is_in or change.op == ADDED:
        yield mutation("minimum-tier-raised", change)


def policy_cadence(change: Change, _: Scene) -> Iterator[Mutation]:
    """How often evidence is looked at, unless a source says otherwise."""
    yield from _cadence(change, "evidence", *values(change, "is"))


def deploy_cadence(change: Change, _: Scene) -> Iterator[Mutation]:
    """How often the application is deployed."""
    yield from _cadence(change, "deploy", *values(change, "is"))


def ranks(graph: Graph) -> list[str]:
    """The ids of the tiers, the most trusted first."""
    layer = graph.nodes.get(SpecPath("evidence_policy"))
    return list(layer.ordered.get("trust_tiers", ())) if layer else []


def _tier_path(id_: str) -> SpecPath:
    return names.join(_TIERS, id_)


def _tier_id(graph: Graph, word: object) -> str | None:
    """The id of a tier that is written by id or by name."""
    named = {graph.nodes[_tier_path(id_)].name: id_ for id_ in ranks(graph)}
    return None if word is None else named.get(str(word), slug(str(word)))


def _admitted(graph: Graph) -> set[str]:
    minimum = graph.nodes.get(_MINIMUM)
    known = ranks(graph)
    id_ = _tier_id(graph, minimum.value.get("is")) if minimum else None
    return set(known[: known.index(id_) + 1]) if id_ in known else set(known)


def _added(change: Change, both: Pair) -> str:
    """Trusted is what stands above the lowest tier, of either version: a tier below it makes no other one better."""
    id_, known = _tier_id(both.new, change.node.value.get("tier")), ranks(both.new)
    lowest = {known[-1]} if known else set()
    for before in ranks(both.old)[-1:]:
        lowest.add(both.now.get(_tier_path(before), _tier_path(before)).rpartition(".")[2])
    floor = min((_rank(known, one) for one in lowest), default=len(known) + 1)
    return "source-added" if id_ is not None and _rank(known, id_) < floor else "source-added-untiered"


def _tier(change: Change, both: Pair) -> Iterator[Mutation]:
    old, new = _tier_id(both.old, change.old), _tier_id(both.new, change.new)
    assert old is not None
    assert new is not None
    kept = both.now.get(_tier_path(old), _tier_path(old)).rpartition(".")[2]
    if kept == new:
        return  # the same tier by another spelling, or under its new name
    known = ranks(both.old) if {old, new} <= set(ranks(both.old)) else ranks(both.new)
    lowered = _rank(known, new) > _rank(known, kept if kept in known else old)
    found = mutation("source-tier-lowered" if lowered else "source-tier-raised", change)
    if lowered and new not in _admitted(both.new) and old in _admitted(both.old):
        found = at_least(found, "major", "the new tier is below the minimum")
    yield found


def _rank(known: list[str], id_: str) -> int:
    return known.index(id_) if id_ in known else len(known)


def _feeds(change: Change, both: Pair) -> Iterator[Mutation]:
    old, new = both.old.spec.entity(change.old), both.new.spec.entity(change.new)
    if old is None or new is None or both.now.get(old.path) != new.path:
        yield mutation("source-feeds-changed", change)


def _turned(change: Change, keys: tuple[str, ...]) -> int:
    """1 for what was not said and is, -1 for the other way round, 0 for what changed or did not."""
    was, now = (any(values(change, key)[version] is not None for key in keys) for version in (0, 1))
    return now - was


def _declared(change: Change) -> Iterator[Mutation]:
    """One row for all that is said now and was not, one for all that is said no more (R9)."""
    for id_, way in (("attribute-declared", 1), ("attribute-dropped", -1)):
        parts = [keys for keys in _FACETS if _turned(change, keys) == way]
        keys = sorted(differing(change, *(key for part in parts for key in part)))
        if keys and change.attribute == keys[0]:
            yield _told(id_, change, keys)


def _told(id_: str, change: Change, keys: list[str]) -> Mutation:
    before = {key: values(change, key)[0] for key in keys}
    after = {key: values(change, key)[1] for key in keys}
    return mutation(id_, change, about=" ".join(keys), before=before, after=after)


def _or_policy(change: Change, both: Pair) -> tuple[str | None, str | None]:
    """A source's own cadence, else that of the policy."""
    found = []
    for graph, own in ((both.old, change.old), (both.new, change.new)):
        policy = graph.nodes.get(SpecPath("evidence_policy.cadence"))
        found.append(own or (policy.value.get("is") if policy else None))
    return found[0], found[1]


def _cadence(change: Change, prefix: str, old: str | None, new: str | None) -> Iterator[Mutation]:
    """Faster, slower, or the same in other words; what is not understood is prose."""
    if old is None or new is None:
        yield mutation(f"{prefix}-cadence-{'declared' if old is None else 'dropped'}", change)
        return
    before, after = cadence.every(str(old)), cadence.every(str(new))
    if before is None or after is None:
        yield unclassified(change)
    else:
        word = "reworded" if before == after else "faster" if after < before else "slower"
        yield mutation(f"{prefix}-cadence-{word}", change)
