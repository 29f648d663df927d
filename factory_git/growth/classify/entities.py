"""Entities as wholes: they come, go, are split and merged, and turn from stored rows into made ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory_git.core.ids import SpecPath, slug
from factory_git.growth.classify.common import unclassified
from factory_git.growth.classify.types import ENTITIES
from factory_git.growth.differ import ADDED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation
from factory_git.spec import names
from factory_git.spec.graph import Graph, GraphNode


def entity(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A kind of row, with all its fields."""
    both = scene.both
    if change.op == ADDED:
        origin = _origin(both.old, both.new, both.now, change.node)
        fresh = "pii-entity-added" if personal(both.new, change.path) else "entity-added"
        yield mutation("entity-split" if origin else fresh, change, about=origin)
    elif change.op == REMOVED:
        origin = _origin(both.new, both.old, both.then, change.node)
        yield mutation("entity-merged" if origin else "entity-removed", change, about=origin)
    elif change.op == RENAMED:
        yield mutation("entity-renamed", change)
    elif change.attribute == "made":
        yield mutation("entity-made-set" if change.new else "entity-made-cleared", change)
    else:
        yield unclassified(change)


def personal(graph: Graph, path: SpecPath) -> bool:
    """Whether an entity has a field that is about a person."""
    node = graph.nodes.get(path)
    return node is not None and any("pii" in graph.nodes[child].value for child in node.children)


def _origin(without: Graph, having: Graph, there: Mapping[SpecPath, SpecPath], whole: GraphNode) -> SpecPath:
    """The entity, in the graph ``without`` the one that came, that its fields were part of; empty: it is new.

    It was split off where its ``was`` names an entity that went on under another name, and where another entity, which
    is in both graphs, lost at least two fields of the same name and type, half of the new one's own, to it. Read the
    other way round (what is gone, and where its fields are now) the same says that it was merged.
    """
    if whole.was is not None and (declared := names.join(ENTITIES, slug(whole.was))) in without.nodes:
        return declared
    own = {id_: type_ for id_, (type_, plain) in _fields(having, whole).items() if plain}
    for path in sorted(one.path for one in without.spec.entities if one.path in there):
        here, other = without.nodes[path], having.nodes[there[path]]
        if here.children == other.children:
            continue
        then, now = _fields(without, here), _fields(having, other)
        lost = [id_ for id_, type_ in own.items() if id_ in then and id_ not in now and then[id_][0] == type_]
        if len(lost) >= 2 and 2 * len(lost) >= len(own):
            return path
    return SpecPath("")


def _fields(graph: Graph, whole: GraphNode) -> dict[str, tuple[str, bool]]:
    """The fields by id: what type each has, and whether it is a value of its own rather than a key or a reference."""
    out = {}
    for child in whole.children:
        type_ = str(graph.nodes[child].value.get("type", "any"))
        plain = not (type_.endswith(" key") or type_.startswith(("ref ", "list ref ")))
        out[child.rpartition(".")[2]] = (type_.removesuffix("?"), plain)
    return out
