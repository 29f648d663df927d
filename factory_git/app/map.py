"""``map``: questions about the code of a tree. One function a verb; each takes the open map and gives a value."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from factory_git.codemap import dependencies, graph, lookup
from factory_git.codemap.build import Which, open_tree
from factory_git.codemap.resolve import Resolver
from factory_git.core.errors import NotFound
from factory_git.gitio.locate import Location, locate


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """The open map of one tree. ``prefix`` is the caller's folder below the top: files are named from there."""

    resolver: Resolver
    location: Location
    which: Which

    def file(self, name: str) -> str:
        """The path from the top of a file that is named from the caller's folder, or from the top."""
        prefix = self.location.prefix
        near = posixpath.normpath(prefix + name) if not Path(name).is_absolute() else self._inside(name)
        plain = posixpath.normpath(name)
        return plain if prefix and not self.resolver.tree.has(near) and self.resolver.tree.has(plain) else near

    def folder(self, name: str) -> str:
        """The path from the top of a folder, as :meth:`file` for files. Raises ``NotFound`` when nothing is in it."""
        near = posixpath.normpath(self.location.prefix + name)
        for found in (near, posixpath.normpath(name)):
            folder = "" if found == "." else found
            if self.resolver.tree.has_folder(folder):
                return folder
        raise NotFound(f"there is no folder {name!r} on the map", code="map/no-folder", hint="name one from the top")

    def _inside(self, name: str) -> str:
        top = self.location.worktree
        return Path(name).relative_to(top).as_posix() if top and Path(name).is_relative_to(top) else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The answer to ``callers`` and ``callees``: what was asked about, and the edges, the surest first where it matters."""

    about: tuple[lookup.Found, ...]
    edges: tuple[graph.Edge, ...]


def open_map(which: Which, start: Path | None = None) -> Map:
    """The map of a tree of the repository around ``start``, brought up to date.

    Raises ``NotFound`` for an unknown revision, ``RepositoryError`` where there is no repository.
    """
    location = locate(start)
    return Map(resolver=Resolver(open_tree(location, which)), location=location, which=which)


def find(the: Map, name: str) -> tuple[lookup.Found, ...]:
    """The symbols of a name (``na*``: of a beginning). Raises ``NotFound`` when there is none."""
    return lookup.require(the.resolver.tree, name)


def outline(the: Map, file: str) -> lookup.Outline:
    """What is in a file. Raises ``NotFound``."""
    return lookup.outline(the.resolver.tree, the.file(file))


def callers(the: Map, name: str) -> Calls:
    """The calls that lead to a symbol, by path and line. Raises ``NotFound``."""
    about = lookup.require(the.resolver.tree, name)
    edges = sorted(graph.callers(the.resolver, about), key=lambda e: (graph.RANK[e.confidence], e.caller.path, e.line))
    return Calls(about=about, edges=tuple(dict.fromkeys(edges)))


def callees(the: Map, name: str) -> Calls:
    """The calls in a symbol's body, in evaluation order. Raises ``NotFound``."""
    about = lookup.require(the.resolver.tree, name)
    return Calls(about=about, edges=tuple(edge for one in about for edge in graph.callees(the.resolver, one)))


def imports(the: Map, file: str) -> tuple[dependencies.Dependency, ...]:
    """What a file imports, in its order. Raises ``NotFound``."""
    return dependencies.imports(the.resolver, the.file(file))


def importers(the: Map, file: str) -> tuple[dependencies.Dependency, ...]:
    """Who imports a file, by path. Raises ``NotFound``."""
    return dependencies.importers(the.resolver, the.file(file))


def impact(the: Map, name: str, depth: int) -> dependencies.Impact:
    """What a change of a file or symbol reaches in ``depth`` steps. Raises ``NotFound``."""
    file = the.file(name)
    return dependencies.impact(the.resolver, file if the.resolver.tree.has(file) else name, depth)
