"""Rust's imports: ``mod`` files, ``crate``, ``self`` and ``super`` paths, crates of the workspace."""

from __future__ import annotations

import re

from factory_git.codemap.imports.link import Link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]

_NAME = re.compile(r"^\[package\][^\[]*?^name\s*=\s*\"([^\"]+)\"", re.MULTILINE | re.DOTALL)
ROOTS = ("lib.rs", "main.rs", "mod.rs")


def links(tree: Tree, path: str, rows: Rows) -> list[Link]:
    """See :class:`~factory_git.codemap.imports.link.Imports`."""
    out = []
    for at, (module, names, _, kind, _) in enumerate(rows[3]):
        if kind.endswith("mod"):
            target = submodule(tree, path, module)
            if target:
                out.append(Link(path=target, here=module, at=at, reexport=kind.startswith("pub")))
            continue
        for there, here in names:
            whole = there == "*"
            target, rest = _walk(tree, path, [p for p in module.split("::") if p] + ([] if whole else [there]))
            if target:
                out.append(
                    Link(path=target, here="*" if whole and not rest else here, name=".".join(rest), at=at,
                         reexport=kind == "reexport" or whole)
                )  # fmt: skip
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """``crate``, ``super`` and ``self`` as the start of a path, and crates of the workspace."""
    target, rest = _walk(tree, path, [name])
    return [(target, "")] if target and not rest and (target != path or name == "crate") else []


def submodule(tree: Tree, path: str, name: str) -> str:
    """The file of ``mod name;`` in ``path``."""
    folder = _folder(path)
    for candidate in (f"{folder}{name}.rs", f"{folder}{name}/mod.rs"):
        if tree.has(candidate):
            return candidate
    return ""


def _folder(path: str) -> str:
    """Where the files of a module's own modules are, with its slash."""
    head, slash, file = path.rpartition("/")
    return head + slash if file in ROOTS else path.removesuffix(".rs") + "/"


def _root(tree: Tree, path: str) -> str:
    """The root file of the crate that ``path`` is in."""
    folder = path.rpartition("/")[0]
    while True:
        start = f"{folder}/" if folder else ""
        if tree.has(f"{start}Cargo.toml"):
            return next((f"{start}src/{r}" for r in ROOTS[:2] if tree.has(f"{start}src/{r}")), "")
        if not folder:
            return next((r for r in ROOTS[:2] if tree.has(r)), "")
        folder = folder.rpartition("/")[0]


def _parent(tree: Tree, path: str) -> str:
    """The file of the module that declares the one in ``path``."""
    head, _, file = path.rpartition("/")
    if file in ("lib.rs", "main.rs"):
        return ""
    folder = head.rpartition("/")[0] if file == "mod.rs" else head
    for candidate in (*(f"{folder}/{r}".lstrip("/") for r in ROOTS), f"{folder}.rs"):
        if candidate != path and tree.has(candidate):
            return candidate
    return ""


def _walk(tree: Tree, path: str, parts: list[str]) -> tuple[str, list[str]]:
    """Follow a path from the module in ``path``: the file it ends in, and what is left to look up there."""
    at, rest = path, list(parts)
    if rest and rest[0] in ("crate", "$crate"):
        at, rest = _root(tree, path), rest[1:]
    elif rest and rest[0] in ("self", "super"):
        while rest and rest[0] in ("self", "super"):
            at = _parent(tree, at) if rest[0] == "super" else at
            rest = rest[1:]
    elif rest and not submodule(tree, path, rest[0]):
        at, rest = _crates(tree).get(rest[0], ""), rest[1:]
    while at and rest:
        below = submodule(tree, at, rest[0])
        if not below:
            break
        at, rest = below, rest[1:]
    return at, rest


def _crates(tree: Tree) -> dict[str, str]:
    """Crate name → its root file, for every crate of the tree."""
    if "cargo" not in tree.memory:
        found = {}
        for path, _ in tree.packaged("cargo"):
            named = _NAME.search(tree.text(path))
            root = f"{path.removesuffix('Cargo.toml')}src/lib.rs"
            if named and tree.has(root):
                found[named[1].replace("-", "_")] = root
        tree.memory["cargo"] = found
    result: dict[str, str] = tree.memory["cargo"]
    return result


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
