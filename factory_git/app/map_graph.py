"""The questions of ``map`` about one file, and about edges: calls, imports, and what a change reaches."""

from __future__ import annotations

from factory_git.app.map import Map
from factory_git.codemap import dependencies, graph, lookup
from factory_git.codemap import outline as outlines
from factory_git.codemap.resolve import Resolver
from factory_git.core.value import value


@value
class Calls:
    """The answer to ``callers`` and ``callees``: what was asked about, and the edges."""

    about: tuple[lookup.Found, ...]
    edges: tuple[graph.Edge, ...]


def outline(the: Map, file: str) -> outlines.Outline:
    """What is in a file. Raises ``NotFound``."""
    return outlines.outline(the.tree, the.file(file))


def callers(the: Map, name: str) -> Calls:
    """The calls that lead to a symbol, the surest first, then by path and line. Raises ``NotFound``."""
    about = lookup.require(the.tree, name)
    edges = graph.callers(Resolver(the.tree), about)
    ordered = sorted(dict.fromkeys(edges), key=lambda e: (graph.RANK[e.confidence], e.caller.path, e.line))
    return Calls(about=about, edges=tuple(ordered))


def callees(the: Map, name: str) -> Calls:
    """The calls in a symbol's body, in evaluation order. Raises ``NotFound``."""
    about, resolver = lookup.require(the.tree, name), Resolver(the.tree)
    return Calls(about=about, edges=tuple(edge for one in about for edge in graph.callees(resolver, one)))


def imports(the: Map, file: str) -> tuple[dependencies.Dependency, ...]:
    """What a file imports, in its order. Raises ``NotFound``."""
    return dependencies.imports(Resolver(the.tree), the.file(file))


def importers(the: Map, file: str) -> tuple[dependencies.Dependency, ...]:
    """Who imports a file, by path. Raises ``NotFound``."""
    return dependencies.importers(Resolver(the.tree), the.file(file))


def impact(the: Map, name: str, depth: int) -> dependencies.Impact:
    """What a change of a file or symbol reaches in ``depth`` steps. Raises ``NotFound``."""
    file = the.file(name)
    return dependencies.impact(Resolver(the.tree), file if the.tree.has(file) else name, depth)
