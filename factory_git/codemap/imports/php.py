"""PHP's imports: ``use`` by namespace, fully and relatively qualified names, ``include`` of a file."""

from __future__ import annotations

import posixpath

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
        if kind == "include":
            folder = path.rpartition("/")[0]
            for target in (posixpath.normpath(posixpath.join(folder, module)), posixpath.normpath(module)):
                if tree.has(target):
                    out.append(Link(path=target, here="*", at=at, reexport=True))
                    break
            continue
        for there, here in names:
            found = packages.defining(tree, there, module, "php")
            out += [Link(path=target, here=here, name=there, at=at) for target in found[:1]]
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """Names of the file's own namespace, global functions, and names that carry their namespace."""
    if "\\" not in name:
        own = [(p, name) for p in packages.defining(tree, name, rows[1], "php")]
        return own or [(p, name) for p in packages.defining(tree, name, "", "php")]
    space, _, last = name.rpartition("\\")
    if not space.startswith("\\"):
        head, _, rest = space.partition("\\")
        used = next(
            (f"{m}\\{there}".lstrip("\\") for m, names, *_ in rows[3] for there, here in names if here == head), ""
        )
        space = "\\".join(p for p in ((used or rows[1] + "\\" + head if rows[1] or used else head), rest) if p)
    return [(p, last) for p in packages.defining(tree, last, space.lstrip("\\"), "php")]


def submodule(tree: Tree, path: str, name: str) -> str:
    """None: namespaces are no members."""
    return ""


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
