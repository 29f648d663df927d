"""What each role sees on the panels of a spec. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from factory_git.spec.graph import Graph, GraphNode
from factory_git.spec.model import Entity, Field

ANYBODY = "*"
"""Whoever uses an application that has no roles; nothing is kept from them."""

Seen: TypeAlias = tuple[str, str]
"""The id of a role and the address of a field that it sees."""


def seen(graph: Graph, panel: GraphNode) -> frozenset[Seen]:
    """The fields that a panel shows, to each role that may open it. Values of classes it may not see are left out."""
    return frozenset((role, str(field.path)) for role, field in _fields(graph, panel))


def exposed(graph: Graph, panels: Iterable[GraphNode]) -> frozenset[Seen]:
    """The fields with personal data among what the panels show."""
    return frozenset((role, str(f.path)) for panel in panels for role, f in _fields(graph, panel) if f.pii)


def _fields(graph: Graph, panel: GraphNode) -> Iterator[tuple[str, Field]]:
    spec = graph.spec
    allowed = panel.value.get("roles") or ()
    roles = [(r.id, r.sees) for r in spec.roles if not allowed or r.id in allowed]
    for id_ in panel.value.get("shows") or ():
        entity = spec.entity(id_)
        for field in _columns(graph, panel, entity) if entity else ():
            if not spec.roles:
                yield ANYBODY, field
            yield from ((role, field) for role, sees in roles if not field.pii or field.pii in sees)


def _columns(graph: Graph, panel: GraphNode, entity: Entity) -> list[Field]:
    """The fields of an entity that a panel shows: every one unless it names columns, at the end of a path too."""
    named = panel.value.get("columns") or ()
    found = [graph.spec.path_of(entity, str(column)) for column in named]
    return [along[-1] for along in found if along] if named else list(entity.fields)
