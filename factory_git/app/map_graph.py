"""The questions of ``map`` about one file, and about edges: calls, imports, and what a change reaches.

Each loads only what it needs itself: the layout of a file must not wait for what evaluates calls.
"""

from __future__ import annotations

from factory_git.codemap import lookup
from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.app.map import Map
    from factory_git.codemap.dependencies import Dependency, Impact
    from factory_git.codemap.graph import Edge
    from factory_git.codemap.outline import Outline
    from factory_git.codemap.resolve import Resolver


@value
class Calls:
    """The answer to ``callers`` and ``callees``: what was asked about, and the edges."""

    about: tuple[lookup.Found, ...]
    edges: tuple[Edge, ...]


def outline(the: Map, file: str) -> Outline:
    """What is in a file. Raises ``NotFound``."""
    from factory_git.codemap.outline import outline as lay_out  # noqa: PLC0415

    return lay_out(the.tree, the.file(file))


def callers(the: Map, name: str) -> Calls:
    """The calls that lead to a symbol, the surest first, then by path and line. Raises ``NotFound``."""
    from factory_git.codemap import graph  # noqa: PLC0415

    about = lookup.require(the.tree, name)
    edges = graph.callers(_resolver(the), about)
    ordered = sorted(dict.fromkeys(edges), key=lambda e: (graph.RANK[e.confidence], e.caller.path, e.line))
    return Calls(about=about, edges=tuple(ordered))


def callees(the: Map, name: str) -> Calls:
    """The calls in a symbol's body, in evaluation order. Raises ``NotFound``."""
    from factory_git.codemap import graph  # noqa: PLC0415

    about, resolver = lookup.require(the.tree, name), _resolver(the)
    return Calls(about=about, edges=tuple(edge for one in about for edge in graph.callees(resolver, one)))


def imports(the: Map, file: str) -> tuple[Dependency, ...]:
    """What a file imports, in its order. Raises ``NotFound``."""
    from factory_git.codemap import dependencies  # noqa: PLC0415

    return dependencies.imports(_resolver(the), the.file(file))


def importers(the: Map, file: str) -> tuple[Dependency, ...]:
    """Who imports a file, by path. Raises ``NotFound``."""
    from factory_git.codemap import dependencies  # noqa: PLC0415

    return dependencies.importers(_resolver(the), the.file(file))


def impact(the: Map, name: str, depth: int) -> Impact:
    """What a change of a file or symbol reaches in ``depth`` steps. Raises ``NotFound``."""
    from factory_git.codemap import dependencies  # noqa: PLC0415

    file = the.file(name)
    return dependencies.impact(_resolver(the), file if the.tree.has(file) else name, depth)


def _resolver(the: Map) -> Resolver:
    from factory_git.codemap.resolve import Resolver  # noqa: PLC0415

    return Resolver(the.tree)
