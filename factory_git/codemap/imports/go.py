"""Go's imports: a module path of a ``go.mod`` of the tree, then folders; a package is all files of its folder."""

from __future__ import annotations

import re

from factory_git.codemap.imports.link import Link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]

_MODULE = re.compile(r"^module\s+\"?([^\s\"]+)", re.MULTILINE)


def links(tree: Tree, path: str, rows: Rows) -> list[Link]:
    """See :class:`~factory_git.codemap.imports.link.Imports`. The first file of a package stands for it."""
    out = []
    for at, (module, names, alias, _, _) in enumerate(rows[3]):
        for place, target in enumerate(_files(tree, module)):
            here = "*" if names else (alias or _package(tree, target)) if place == 0 else ""
            out.append(Link(path=target, here="" if here == "_" else here, at=at))
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """The names of the other files of the package: same folder, same package clause."""
    folder = path.rpartition("/")[0]
    return [
        (other, name)
        for other, blob in tree.defining(name)
        if other != path and other.rpartition("/")[0] == folder and tree.rows(blob)[1] == rows[1]
    ]


def submodule(tree: Tree, path: str, name: str) -> str:
    """None: packages are no members."""
    return ""


def _package(tree: Tree, path: str) -> str:
    blob = tree.blob(path)
    return str(tree.rows(blob)[1]) if blob is not None else ""


def _files(tree: Tree, module: str) -> list[str]:
    key = f"go {module}"
    if key not in tree.memory:
        tree.memory[key] = []
        for prefix, root in _modules(tree):
            if module == prefix or module.startswith(f"{prefix}/"):
                folder = f"{root}/{module[len(prefix) + 1 :]}".strip("/")
                tree.memory[key] = [
                    p for p, _ in tree.directly_in(folder) if p.endswith(".go") and not p.endswith("_test.go")
                ]
                break
    result: list[str] = tree.memory[key]
    return result


def _modules(tree: Tree) -> list[tuple[str, str]]:
    """(module path, folder) of every ``go.mod``, the longest path first."""
    if "gomod" not in tree.memory:
        found = []
        for path, _ in tree.packaged("gomod"):
            named = _MODULE.search(tree.text(path))
            if named:
                found.append((named[1], path.rpartition("/")[0]))
        tree.memory["gomod"] = sorted(found, key=lambda f: -len(f[0]))
    result: list[tuple[str, str]] = tree.memory["gomod"]
    return result


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
