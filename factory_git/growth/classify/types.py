"""What a field says, and what becomes of its values when its type changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.core.ids import SpecPath, slug
from factory_git.growth.differ import Pair
from factory_git.spec import names, typewords
from factory_git.spec.graph import Graph, GraphNode
from factory_git.spec.renames import renamed_words
from factory_git.spec.types import DATE, DATETIME, DECIMAL, INT, TEXT, Enum, ListOf, Ref, Type

ENTITIES = SpecPath("data_contracts.entities")
WIDENED, NARROWED, CHANGED, RETARGETED = "widened", "narrowed", "changed", "retargeted"
_WIDER = frozenset(((INT, DECIMAL), (DATE, DATETIME), (INT, TEXT), (DECIMAL, TEXT), (DATE, TEXT), (DATETIME, TEXT)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A field's type as the graph has it. Where none is written it is ``any`` and rows may lack it."""

    type: Type
    key: bool
    optional: bool
    default: bool

    @property
    def needed(self) -> bool:
        """Whether every row must bring a value."""
        return not self.optional and not self.default


def facts(node: GraphNode) -> Facts:
    """What the field's node says."""
    return read(node.value)


def read(value: Mapping[str, Any]) -> Facts:
    """What a field's attributes say."""
    word = typewords.parse(str(value.get("type", "any")))
    type_: Type = word.type
    if isinstance(type_, Enum) and not type_.values:
        type_ = Enum(tuple(dict.fromkeys(map(str, value.get("values", ())))))
    return Facts(type=type_, key=word.key, optional=word.optional or "type" not in value, default="default" in value)


def compared(old: Type, new: Type, both: Pair) -> str:
    """``widened`` (every value stays one), ``narrowed`` (some may not), ``retargeted`` (a reference to rows of another
    entity), ``changed`` (values must be made anew), or empty for the same type.
    """
    if isinstance(old, ListOf) and isinstance(new, ListOf):
        return compared(old.item, new.item, both)
    if isinstance(old, Ref) and isinstance(new, Ref):
        return "" if _target(both.old, old) == _target_before(both, new) else RETARGETED
    if isinstance(old, Enum) and isinstance(new, Enum):
        return ""  # its words are compared one by one
    if old == new:
        return ""
    if _wider(old, new, both.old):
        return WIDENED
    return NARROWED if _wider(new, old, both.new) else CHANGED


def _wider(narrow: Type, wide: Type, graph: Graph) -> bool:
    if isinstance(narrow, Enum):
        return wide == TEXT
    if isinstance(narrow, Ref):
        return key_type(graph, narrow) == wide
    return (narrow, wide) in _WIDER


def key_type(graph: Graph, ref: Ref) -> Type:
    """The type of what a reference holds: the key of the rows it leads to, text where they have none."""
    seen: set[SpecPath] = set()
    path = _target(graph, ref)
    while path not in seen and path in graph.nodes:
        seen.add(path)
        fields = (facts(graph.nodes[p]) for p in graph.nodes[path].children if graph.nodes[p].kind == "field")
        key = next((f for f in fields if f.key), None)
        if key is None:
            return TEXT
        if not isinstance(key.type, Ref):
            return key.type
        path = _target(graph, key.type)
    return TEXT


def _target(graph: Graph, ref: Ref) -> SpecPath:
    """The address of the entity that is referred to, by name or id."""
    entity = graph.spec.entity(ref.entity)
    return entity.path if entity else names.join(ENTITIES, slug(ref.entity))


def _target_before(both: Pair, ref: Ref) -> SpecPath | None:
    """The old address of the entity that the new spec refers to."""
    return both.then.get(_target(both.new, ref))


def enum_of(type_: Type) -> tuple[str, ...]:
    """The words of an enum, or of a list of them."""
    inner = type_.item if isinstance(type_, ListOf) else type_
    return inner.values if isinstance(inner, Enum) else ()


def words(
    old: tuple[str, ...], new: tuple[str, ...], apart: Callable[[str, str], bool]
) -> Iterator[tuple[str, str, str]]:
    """What became of an enum's words, as (``added``, ``removed``, ``renamed`` or ``reordered``; before; after).

    See :func:`renamed_words` for ``apart`` and for which are taken as renamed.
    """
    gone, come = set(old) - set(new), set(new) - set(old)
    renamed = renamed_words(old, new, apart)
    for before, after in renamed.items():
        yield ("renamed", before, after)
    for word in old:
        if word in gone and word not in renamed:
            yield ("removed", word, "")
    for word in new:
        if word in come and word not in renamed.values():
            yield ("added", "", word)
    kept = [renamed.get(word, word) for word in old if word not in gone or word in renamed]
    if kept != [word for word in new if word in set(kept)]:
        yield ("reordered", " ".join(old), " ".join(new))
