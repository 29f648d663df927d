"""The canonical graph of a spec: nodes by path, what each says, its digest, and how nodes relate.

The graph is what a spec means, apart from how it is written: comments, formatting, short forms, the order of keys and
of lists whose order means nothing leave it unchanged. Keys that start with ``x-`` mean nothing to the factory and are
no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from factory_git.core import canonical
from factory_git.core.errors import NotFound, Place
from factory_git.core.ids import SpecPath, sha256, slug
from factory_git.spec import names, typewords
from factory_git.spec.check import Analysis, analyse
from factory_git.spec.model import Spec
from factory_git.spec.relations import Edge, relations
from factory_git.spec.schema import LAYERS, SPEC
from factory_git.spec.shapes import Choice, Items, Leaf, Many, MapOf, Record, Shape

__all__ = ["Edge", "Graph", "GraphNode", "build", "node_digest"]

# Lists whose order means something: it is part of the parent's digest.
ORDERED = frozenset(("steps", "fields", "panels", "trust_tiers", "done"))
# Every list of nodes by its key; an address may name one.
LISTS = ORDERED | {
    key
    for layer in LAYERS.values()
    for key, shape in (layer.keys.items() if isinstance(layer, Record) else ())
    if isinstance(shape, Items)
}
# Plain lists that are sets.
UNORDERED = frozenset(
    (
        "covers",
        "holds",
        "became",
        "sees",
        "roles",
        "forbid",
        "allow",
        "require",
        "depends_on",
        "reads",
        "writes",
        "reserved",
    )
)
# What is so when nothing is said; saying it changes nothing.
DEFAULTS: Mapping[str, Any] = {
    "factory": 1,
    "made": False,
    "first": False,
    "unique": False,
    "holdout": False,
    "on_break": "abort",
    "mode": "bound",
    "stability": "stable",
    "language": "python",
}
ROOT = SpecPath("")
_APART = frozenset(("id", "name", "was"))
_PLAIN_LAYERS = frozenset(("app", "code"))  # whose keys are attributes of one node
_SPACE_OR_QUOTED = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\s+""")


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """One node. ``value`` has its own attributes as plain data, without children, ``id``, ``name`` and ``was``.

    ``own`` is the digest of kind, name and value; ``digest`` also covers all that the node contains. ``ordered`` are
    the lists of children whose order counts, as ids.
    """

    path: SpecPath
    kind: str
    name: str
    value: Mapping[str, Any]
    children: tuple[SpecPath, ...]
    ordered: Mapping[str, tuple[str, ...]]
    was: str | None
    place: Place | None
    own: str
    digest: str


@dataclass(frozen=True)
class Graph:
    """All nodes of a spec by path, the root (the spec itself) under the empty path."""

    nodes: Mapping[SpecPath, GraphNode]
    spec: Spec = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest of the whole spec."""
        return self.nodes[ROOT].digest

    @cached_property
    def analysis(self) -> Analysis:
        """The spec with its types. Worked out when asked for."""
        return analyse(self.spec)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The relations, sorted: contains, reads, writes, guards, feeds, shows, covers. Worked out when asked for."""
        inside = [Edge("contains", node.path, child) for node in self.nodes.values() for child in node.children]
        return tuple(sorted(set(inside) | relations(self.spec, self.nodes.keys(), self.analysis)))

    def node(self, path: str) -> GraphNode:
        """The node at ``path``. Raises :class:`NotFound` with the nearest known path."""
        found = self.nodes.get(SpecPath(path))
        if found is None:
            known = (str(p) for p in self.nodes)
            raise NotFound(
                f"the spec has no node {path!r}", code="spec/unknown-path", hint=names.suggest_path(path, known)
            )
        return found

    def digest_of(self, path: str) -> str:
        """The digest of a node with all it contains, or of a list of nodes (``data_contracts.entities``).

        A layer or a list that the spec does not have is an empty one. Raises :class:`NotFound` for other unknown paths.
        """
        if SpecPath(path) in self.nodes or not (path in LAYERS or path.rpartition(".")[2] in LISTS):
            return self.node(path).digest
        owner = self.nodes.get(names.parent(path))
        inside = [[c, self.nodes[c].digest] for c in (owner.children if owner else ()) if names.parent(c) == path]
        return sha256(
            canonical.dumps([path, owner.ordered.get(path.rpartition(".")[2], ()) if owner else (), sorted(inside)])
        )

    def below(self, path: str) -> Iterator[GraphNode]:
        """The node at ``path`` and all that it contains, depth first."""
        stack = [self.node(path)]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(self.nodes[child] for child in reversed(node.children))


def build(spec: Spec) -> Graph:
    """The graph of ``spec``."""
    builder = _Builder(spec)
    builder.record(ROOT, "spec", spec.title, spec.raw, SPEC)
    return Graph(builder.nodes, spec)


def node_digest(of: Spec | Graph, path: str) -> str:
    """The digest of the node (or list of nodes) at ``path`` with all that it contains."""
    graph = of if isinstance(of, Graph) else build(of)
    return graph.digest_of(path)


class _Builder:
    """Walks raw data and its shape together; children come before their parent, whose digest covers them."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.nodes: dict[SpecPath, GraphNode] = {}
        self.names = {
            "entity": {e.id: e.name for e in spec.entities},
            "role": {r.name: r.id for r in spec.roles},
            "pipeline": {p.name: p.id for p in spec.pipelines},
            "action": {a.name: a.id for a in spec.actions},
        }

    def record(self, path: SpecPath, kind: str, name: str, data: Mapping[str, Any], shape: Record) -> SpecPath:
        """Add the node for one record and what it contains."""
        draft = _Draft(path, kind, name, was=data.get("was"))
        layer = path in LAYERS and path not in _PLAIN_LAYERS
        for key, item in data.items():
            known = shape.keys.get(key, shape.rest)
            if key.startswith("x-") or known is None or key in _APART:
                continue
            at = names.join(path, key)
            if isinstance(known, Items):
                below = self._items(at, item, known)
                if key in ORDERED and below:
                    draft.ordered[key] = tuple(p.rpartition(".")[2] for p in below)
                own_node = path == ROOT
                draft.children += [self._add(_Draft(at, "layer", key, children=below))] if own_node else below
            elif layer or (path == ROOT and key != "factory"):
                draft.children.append(self._attribute(at, key, item, known))
            else:
                draft.say(key, self.canon(key, item, known))
            if kind == "term" and key == "args" and [*item] != sorted(item):
                draft.say("args_order", [*item])  # terms are called by position; unless said, args are in order
        if path == "app":
            # However an application is introduced (`app: farmer`), this is who it is.
            spec = self.spec
            draft.value |= {"id": spec.id, "title": spec.title, "version": spec.version, "stage": spec.stage}
        return self._add(draft)

    def _attribute(self, path: SpecPath, key: str, item: Any, shape: Shape) -> SpecPath:
        """A layer, or a layer's attribute (a purpose, a cadence): nodes too."""
        if isinstance(shape, Record):
            return self.record(path, "layer" if path in LAYERS else key, key, item, shape)
        if not isinstance(shape, MapOf):
            return self._add(_Draft(path, key, key, {"is": self.canon(key, item, shape)}))
        entries = []
        for word, held in item.items():
            entity = self.spec.entity(word) if shape.keys == "entity" else None
            at = names.join(path, entity.id if entity else slug(word))
            value = {"is": self.canon(key, held, shape.value)}
            entries.append(self._add(_Draft(at, key, entity.name if entity else word, value)))
        return self._add(_Draft(path, key, key, children=entries))

    def _items(self, path: SpecPath, items: Sequence[Mapping[str, Any]], shape: Items) -> list[SpecPath]:
        out = []
        for item in items:
            record = _chosen(item, shape.item) if isinstance(shape.item, Choice) else shape.item
            out.append(self.record(names.join(path, item["id"]), shape.kind, str(item["name"]), item, record))
        return out

    def _add(self, draft: _Draft) -> SpecPath:
        own = sha256(canonical.dumps([draft.kind, draft.name, draft.value]))
        inside = sorted([child, self.nodes[child].digest] for child in draft.children)
        self.nodes[draft.path] = GraphNode(
            path=draft.path,
            kind=draft.kind,
            name=draft.name,
            value=draft.value,
            children=tuple(draft.children),
            ordered=draft.ordered,
            was=draft.was,
            place=self.spec.places.get(draft.path),
            own=own,
            digest=sha256(canonical.dumps([own, draft.ordered, inside])),
        )
        return draft.path

    def canon(self, key: str, value: Any, shape: Shape) -> Any:
        """Plain data in the one form it has in the graph: names, types and expressions respelled, sets sorted."""
        if isinstance(shape, Leaf):
            return self._leaf(value, shape) if isinstance(value, str) else value
        if isinstance(shape, Many) and isinstance(value, list):
            items = [self.canon(key, item, shape.item) for item in value]
            return sorted(items) if key in UNORDERED else items
        if isinstance(shape, MapOf) and isinstance(value, Mapping):
            words = self.names["entity"] if shape.keys in ("entity", "bound") else {}
            return {words.get(k, k): self.canon(k, v, shape.value) for k, v in value.items()}
        if isinstance(shape, Record) and isinstance(value, Mapping):
            known = {k: shape.keys.get(k, shape.rest) for k in value if not k.startswith("x-")}
            out = {k: self.canon(k, value[k], s) for k, s in known.items() if s is not None}
            return {k: v for k, v in out.items() if DEFAULTS.get(k, _ANY) != v}
        return value

    def _leaf(self, value: str, shape: Leaf) -> str:
        if shape.kind == "expression":
            return _SPACE_OR_QUOTED.sub(lambda m: m.group(1) or " ", value).strip()
        if shape.kind == "type":
            word = typewords.parse(value)
            return f"{word.type}{'?' if word.optional else ''}{' key' if word.key else ''}"
        return self.names.get(shape.kind, {}).get(value, value)


@dataclass(slots=True)
class _Draft:
    """A node before its digest."""

    path: SpecPath
    kind: str
    name: str
    value: dict[str, Any] = field(default_factory=dict)
    children: list[SpecPath] = field(default_factory=list)
    ordered: dict[str, tuple[str, ...]] = field(default_factory=dict)
    was: str | None = None

    def say(self, key: str, value: Any) -> None:
        """Set an attribute, unless it says nothing beyond the default."""
        if value not in (None, [], {}) and DEFAULTS.get(key, _ANY) != value:
            self.value[key] = value


_ANY = object()


def _chosen(item: Mapping[str, Any], shape: Choice) -> Record:
    return next((record for tag, record in shape.tags.items() if tag in item), shape.default)
