"""``map``: the open map of a tree, and the search by name that every other question begins with."""

from __future__ import annotations

import posixpath

from factory_git.codemap import lookup
from factory_git.codemap.build import Which, open_tree
from factory_git.core.value import value
from factory_git.gitio.stamp import Plain, plain_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from factory_git.codemap.tree import Tree
    from factory_git.gitio.locate import Location


@value
class Map:
    """The open map of one tree. ``where`` has the caller's folder below the top: files are named from there."""

    tree: Tree
    where: Location | Plain
    which: Which

    @property
    def location(self) -> Location:
        """Where the repository is, for those who want paths."""
        return self.where.location() if isinstance(self.where, Plain) else self.where

    def file(self, name: str) -> str:
        """The path from the top of a file that is named from the caller's folder, or from the top."""
        prefix = self.where.prefix
        near = posixpath.normpath(prefix + name) if not name.startswith("/") else self._inside(name)
        plain = posixpath.normpath(name)
        return plain if prefix and not self.tree.has(near) and self.tree.has(plain) else near

    def folder(self, name: str) -> str:
        """The path from the top of a folder, as :meth:`file` for files. Raises ``NotFound`` when nothing is in it."""
        near = posixpath.normpath(self.where.prefix + name)
        for found in (near, posixpath.normpath(name)):
            folder = "" if found == "." else found
            if self.tree.has_folder(folder):
                return folder
        from factory_git.core.errors import NotFound  # noqa: PLC0415 (only where the answer is no)

        raise NotFound(f"there is no folder {name!r} on the map", code="map/no-folder", hint="name one from the top")

    def _inside(self, name: str) -> str:
        top = f"{self.where.worktree}/"
        return posixpath.normpath(name).removeprefix(top) if self.where.worktree is not None else name


def open_map(which: Which, start: Path | None = None) -> Map:
    """The map of a tree of the repository around ``start``, brought up to date.

    Raises ``NotFound`` for an unknown revision, ``RepositoryError`` where there is no repository.
    """
    where: Location | Plain | None = plain_location() if start is None else None
    if where is None:
        from factory_git.gitio.locate import locate  # noqa: PLC0415 (asks Git, with all that takes)

        where = locate(start)
    return Map(tree=open_tree(where, which), where=where, which=which)


def find(the: Map, name: str) -> tuple[lookup.Found, ...]:
    """The symbols of a name (``na*``: of a beginning). Raises ``NotFound`` when there is none."""
    return lookup.require(the.tree, name)
