"""``map``: the open map of a tree, and the search by name that every other question begins with."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from factory_git.codemap import lookup
from factory_git.codemap.build import Which, open_tree
from factory_git.codemap.tree import Tree
from factory_git.core.errors import NotFound
from factory_git.gitio.locate import Location, locate
from factory_git.gitio.stamp import plain_location


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """The open map of one tree. ``prefix`` is the caller's folder below the top: files are named from there."""

    tree: Tree
    location: Location
    which: Which

    def file(self, name: str) -> str:
        """The path from the top of a file that is named from the caller's folder, or from the top."""
        prefix = self.location.prefix
        near = posixpath.normpath(prefix + name) if not Path(name).is_absolute() else self._inside(name)
        plain = posixpath.normpath(name)
        return plain if prefix and not self.tree.has(near) and self.tree.has(plain) else near

    def folder(self, name: str) -> str:
        """The path from the top of a folder, as :meth:`file` for files. Raises ``NotFound`` when nothing is in it."""
        near = posixpath.normpath(self.location.prefix + name)
        for found in (near, posixpath.normpath(name)):
            folder = "" if found == "." else found
            if self.tree.has_folder(folder):
                return folder
        raise NotFound(f"there is no folder {name!r} on the map", code="map/no-folder", hint="name one from the top")

    def _inside(self, name: str) -> str:
        top = self.location.worktree
        return Path(name).relative_to(top).as_posix() if top and Path(name).is_relative_to(top) else name


def open_map(which: Which, start: Path | None = None) -> Map:
    """The map of a tree of the repository around ``start``, brought up to date.

    Raises ``NotFound`` for an unknown revision, ``RepositoryError`` where there is no repository.
    """
    location = (plain_location() if start is None else None) or locate(start)
    return Map(tree=open_tree(location, which), location=location, which=which)


def find(the: Map, name: str) -> tuple[lookup.Found, ...]:
    """The symbols of a name (``na*``: of a beginning). Raises ``NotFound`` when there is none."""
    return lookup.require(the.tree, name)
