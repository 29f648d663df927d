"""C#'s imports: ``using`` opens namespaces; a type is looked for in these and in those around the file's own."""

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
            if there != "*" or kind == "static":
                space, _, last = (module, "", there) if there != "*" else module.rpartition(".")
                found = packages.defining(tree, last, space, "csharp")
                out += [Link(path=p, here=here if there != "*" else "", name=last, at=at) for p in found[:1]]
            else:
                out += [Link(path=p, here="", at=at) for p in packages.files(tree, module, "csharp")]
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """The types of the open namespaces, the file's own first."""
    own, spaces = rows[1], []
    while own:
        spaces.append(own)
        own = own.rpartition(".")[0]
    spaces += [module for module, names, _, kind, _ in rows[3] if names and names[0][0] == "*" and kind != "static"]
    return [(p, name) for space in (*spaces, "") for p in packages.defining(tree, name, space, "csharp")]


def submodule(tree: Tree, path: str, name: str) -> str:
    """None: namespaces are no members."""
    return ""


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
