"""Java's imports: a class by its package, a member by its class, all of a package; and the file's own package."""

from __future__ import annotations

from factory_git.codemap.imports import packages
from factory_git.codemap.imports.link import Link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]


def links(tree: Tree, path: str, rows: Rows) -> list[Link]:
    """See :class:`~factory_git.codemap.imports.link.Imports`."""
    out = []
    for at, (module, names, _, kind, _) in enumerate(rows[3]):
        for there, here in names:
            if there == "*" and kind != "static":
                out += [Link(path=p, here="*", at=at) for p in packages.files(tree, module, "java")]
                continue
            for target, name in _class(tree, module if there == "*" else f"{module}.{there}"):
                out.append(Link(path=target, here="" if there == "*" else here, name=name, at=at))
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """The classes of the file's own package."""
    return [(p, name) for p in packages.defining(tree, name, rows[1], "java")]


def submodule(tree: Tree, path: str, name: str) -> str:
    """None: packages are no members."""
    return ""


def _class(tree: Tree, full: str) -> list[tuple[str, str]]:
    """The file of a fully qualified class or member, and its name there: the longest package that fits wins."""
    parts = full.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        package, name = ".".join(parts[:cut]), parts[cut]
        found = packages.defining(tree, name, package, "java")
        if found:
            return [(found[0], ".".join(parts[cut:]))]
    return []


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
