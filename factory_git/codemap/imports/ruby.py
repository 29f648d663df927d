"""Ruby's imports: ``require_relative``, ``require`` from ``lib``; constants are global, so one definition is enough."""

from __future__ import annotations

import posixpath

from factory_git.codemap.imports.link import Link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]


def links(tree: Tree, path: str, rows: Rows) -> list[Link]:
    """See :class:`~factory_git.codemap.imports.link.Imports`."""
    out = []
    for at, (module, _, _, kind, _) in enumerate(rows[3]):
        target = _file(tree, path, module, relative=kind == "require_relative" or module.startswith("."))
        if target:
            out.append(Link(path=target, here="*", at=at, reexport=True))
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """A class or module of that name, when exactly one file of the tree defines it at its top."""
    if not name[:1].isupper():
        return []
    found = [
        (other, name)
        for other, blob in tree.defining(name)
        if tree.rows(blob)[0] == "ruby" and any(r[0] == name and r[2] < 0 for r in tree.rows(blob)[2])
    ]
    return found if len(found) == 1 else []


def submodule(tree: Tree, path: str, name: str) -> str:
    """None: modules are symbols."""
    return ""


def _file(tree: Tree, path: str, module: str, *, relative: bool) -> str:
    folder = path.rpartition("/")[0]
    starts = [folder]
    while not relative and starts[-1]:
        starts.append(starts[-1].rpartition("/")[0])
    for start in starts if relative else [f"{s}/lib".strip("/") for s in starts] + starts:
        stem = posixpath.normpath(posixpath.join(start, module))
        for candidate in (stem, f"{stem}.rb"):
            if tree.has(candidate):
                return candidate
    return ""


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
