"""What languages with declared packages share: the files that define a name, told apart by their package."""

from __future__ import annotations

from typing import Any

from factory_git.codemap.tree import Tree

Rows = tuple[Any, ...]


def defining(tree: Tree, name: str, package: str, language: str) -> list[str]:
    """The files of ``package`` whose top level defines ``name``."""
    out = []
    for path, blob in tree.defining(name):
        rows = tree.rows(blob)
        if rows[0] == language and rows[1] == package and any(r[0] == name and r[2] < 0 for r in rows[2]):
            out.append(path)
    return out


def files(tree: Tree, package: str, language: str) -> list[str]:
    """All files of a package."""
    return [path for path, blob in tree.packaged(package) if tree.rows(blob)[0] == language]
