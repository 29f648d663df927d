"""What languages with declared packages share: the files that define a name, told apart by their package."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]


def defining(tree: Tree, name: str, package: str, language: str) -> list[str]:
    """The files of ``package`` whose top level defines ``name``."""
    key = f"{language} {package} {name}"
    if key not in tree.memory:
        blobs = tree.store.where("d", name)
        if package:  # most files that define the name are of other packages: these are not even opened
            blobs &= tree.store.where("p", package)
        tree.memory[key] = [path for path, blob in tree.paths(blobs) if _is(tree.rows(blob), name, package, language)]
    found: list[str] = tree.memory[key]
    return found


def _is(rows: Rows, name: str, package: str, language: str) -> bool:
    return rows[0] == language and rows[1] == package and any(row[0] == name and row[2] < 0 for row in rows[2])


def files(tree: Tree, package: str, language: str) -> list[str]:
    """All files of a package."""
    return [path for path, blob in tree.packaged(package) if tree.rows(blob)[0] == language]
