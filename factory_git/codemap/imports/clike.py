"""Includes of C and C++: beside the file, then in the usual folders of each folder above; what is linked is global."""

from __future__ import annotations

import posixpath

from factory_git.codemap.imports.link import Link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]

FOLDERS = ("", "include", "src", "inc", "lib")


def links(tree: Tree, path: str, rows: Rows) -> list[Link]:
    """See :class:`~factory_git.codemap.imports.link.Imports`."""
    out = []
    for at, (module, *_) in enumerate(rows[3]):
        target = _file(tree, path, module)
        if target:
            out.append(Link(path=target, here="*", at=at, reexport=True))
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """None: what is not declared in an include is left to the search by name."""
    return []


def submodule(tree: Tree, path: str, name: str) -> str:
    """None: headers are no members."""
    return ""


def _file(tree: Tree, path: str, module: str) -> str:
    folder = path.rpartition("/")[0]
    near = posixpath.normpath(posixpath.join(folder, module))
    if tree.has(near):
        return near
    at = folder
    while True:
        for one in FOLDERS:
            found = posixpath.normpath(posixpath.join(at, one, module))
            if tree.has(found):
                return found
        if not at:
            return ""
        at = at.rpartition("/")[0]


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
