"""Imports of JavaScript and TypeScript: relative ones, ``paths`` and ``baseUrl``, packages of the workspace."""

from __future__ import annotations

import posixpath
import re

from factory_git.codemap.imports.link import Link
from factory_git.codemap.words import keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]

SUFFIXES = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_WRITTEN = {".js": (".ts", ".tsx", ".d.ts"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_COMMENT = re.compile(r"(\"(?:\\.|[^\"\\])*\")|//[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMA = re.compile(r",(\s*[}\]])")


def links(tree: Tree, path: str, rows: Rows) -> list[Link]:
    """See :class:`~factory_git.codemap.imports.link.Imports`."""
    out = []
    for at, (module, names, _, kind, _) in enumerate(rows[3]):
        target = path if kind == "default" else resolve(tree, path, module)
        if not target:
            continue
        hands_on = kind in ("reexport", "default")
        if not names:
            out.append(Link(path=target, here="", at=at))
        for there, here in names:
            if there == "*" and here == "*":
                out.append(Link(path=target, here="*", at=at, reexport=True))
            else:
                name = "" if there == "*" else there
                out.append(Link(path=target, here=here, name=_default(tree, target) if name == "default" else name,
                                at=at, reexport=hands_on))  # fmt: skip
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """None: a module sees only what it imports."""
    return []


def submodule(tree: Tree, path: str, name: str) -> str:
    """None: modules are files, not members."""
    return ""


def _default(tree: Tree, path: str) -> str:
    """The name of what a file exports as its default."""
    blob = tree.blob(path)
    for row in tree.rows(blob)[2] if blob is not None else ():
        if row[2] < 0 and "default" in row[15]:
            return str(row[0])
    return "default"


def resolve(tree: Tree, path: str, module: str) -> str:
    """The file that a module's name leads to from ``path``; empty when that is outside the tree."""
    folder = path.rpartition("/")[0]
    if module.startswith("."):
        return _file(tree, posixpath.normpath(posixpath.join(folder, module)))
    for base, patterns in _configured(tree, folder):
        for pattern, targets in patterns:
            head, star, tail = pattern.partition("*")
            if module == pattern or (star and module.startswith(head) and module.endswith(tail)):
                middle = module[len(head) : len(module) - len(tail)] if star else ""
                for target in targets:
                    found = _file(tree, posixpath.normpath(posixpath.join(base, target.replace("*", middle))))
                    if found:
                        return found
    return _package(tree, module)


def _file(tree: Tree, stem: str) -> str:
    if stem == ".":
        stem = ""
    head, dot, tail = stem.rpartition(".")
    written = [head + s for s in _WRITTEN.get(dot + tail, ())]
    if tree.has(stem) and not stem.endswith(".json"):
        return stem
    folder = f"{stem}/" if stem else ""
    for path in (*written, *(stem + s for s in SUFFIXES), *(f"{folder}index{s}" for s in SUFFIXES)):
        if tree.has(path):
            return path
    return ""


def _configured(tree: Tree, folder: str) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """The path patterns of the nearest configuration above ``folder`` that has any: (base folder, patterns)."""
    key = f"tsconfig {folder}"
    if key not in tree.memory:
        found: list[tuple[str, list[tuple[str, list[str]]]]] = []
        for name in ("tsconfig.json", "jsconfig.json", "tsconfig.base.json"):
            found += _patterns(tree, posixpath.join(folder, name), 0)
        above = folder.rpartition("/")[0]
        tree.memory[key] = found or (_configured(tree, above) if folder else [])
    result: list[tuple[str, list[tuple[str, list[str]]]]] = tree.memory[key]
    return result


def _patterns(tree: Tree, path: str, depth: int) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    text = tree.text(path)
    if not text or depth > 4:
        return []
    value = _json(text)
    options = value.get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    folder, base = path.rpartition("/")[0], options.get("baseUrl")
    out = []
    paths = options.get("paths")
    root = posixpath.normpath(posixpath.join(folder, base)) if isinstance(base, str) else folder
    root = "" if root == "." else root
    if isinstance(paths, dict):
        out.append((root, [(k, [t for t in v if isinstance(t, str)]) for k, v in paths.items() if isinstance(v, list)]))
    if isinstance(base, str):
        out.append((root, [("*", ["*"])]))
    extends = value.get("extends")
    if not out and isinstance(extends, str) and extends.startswith("."):
        parent = posixpath.normpath(posixpath.join(folder, extends))
        return _patterns(tree, parent if parent.endswith(".json") else f"{parent}.json", depth + 1)
    return out


def _json(text: str) -> dict[str, Any]:
    """JSON with comments and trailing commas; an empty object when it is not even that."""
    plain = _COMMA.sub(r"\1", _COMMENT.sub(lambda m: m[1] or "", text))
    import json  # noqa: PLC0415 (only where a tree has such a file)

    try:
        value = json.loads(plain)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _package(tree: Tree, module: str) -> str:
    """The entry, or the named file, of a package that the tree itself holds."""
    if "npm" not in tree.memory:
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        for path, _ in tree.packaged("npm"):
            value = _json(tree.text(path))
            if isinstance(value.get("name"), str):
                found.setdefault(value["name"], (path.rpartition("/")[0], value))
        tree.memory["npm"] = found
    parts = module.split("/")
    name = "/".join(parts[: 2 if module.startswith("@") else 1])
    if name not in tree.memory["npm"]:
        return ""
    folder, value = tree.memory["npm"][name]
    rest = module[len(name) + 1 :]
    wanted = [rest, f"src/{rest}"] if rest else ["src", *(v for k in ("source", "module", "main", "types")
                                                         if isinstance(v := value.get(k), str)), ""]  # fmt: skip
    for one in wanted:
        found_file = _file(tree, posixpath.normpath(posixpath.join(folder, one)))
        if found_file:
            return found_file
    return ""


def spelled(tree: Tree, path: str) -> set[str]:
    """The package that the file is in, and the aliases of the configurations."""
    _package(tree, "")
    found = {key for name, (folder, _) in tree.memory["npm"].items() if path.startswith(folder) for key in keys(name)}
    for configuration, _ in tree.packaged("tsconfig"):
        for _, patterns in _patterns(tree, configuration, 0):
            for pattern, targets in patterns:
                tails = [t.partition("*")[2] for t in targets]
                if "*" not in pattern:
                    found |= set(keys(pattern)[-1:])
                elif any(t in path for t in tails if t):  # `libs/*/src`: the import names what stands for the star
                    found |= set(path.split("/")[:-1])
    return found
