"""Warnings about rules of growth that a specification writes down: words that mean no kind of mutation."""

from __future__ import annotations

from collections.abc import Iterator

from factory_git.core.errors import Problem
from factory_git.growth.table import ALIASES, ROWS, meant
from factory_git.spec import names
from factory_git.spec.graph import Graph, GraphNode

_KEYS = {"prohibited change": ("forbid",), "plate": ("allow",), "morph rule": ("allow",)}


def advise(graph: Graph) -> list[Problem]:
    """A warning for each such word, by the order of the source. A rule that no mutation meets binds nothing."""
    found = [problem for node in graph.nodes.values() if node.kind in _KEYS for problem in _unknown(node)]
    return sorted(found, key=lambda p: (p.place.file, p.place.line, p.place.column) if p.place else ("", 0, 0))


def _unknown(node: GraphNode) -> Iterator[Problem]:
    known = [word.replace("-", "_") for word in (*ROWS, *ALIASES)]
    for key in _KEYS[node.kind]:
        for word in map(str, node.value.get(key, ())):
            if not meant(word):
                yield Problem(
                    code="spec/unknown-mutation",
                    message=f"{key} names {word!r}, which is no kind of mutation",
                    place=node.place,
                    path=node.path,
                    hint=names.suggest(word, known) if names.nearest(word, known) else "docs/mutations.md lists them",
                    severity="warning",
                )
