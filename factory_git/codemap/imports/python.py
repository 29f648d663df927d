"""Python's imports: relative ones, and absolute ones from the importer's top, the root, ``src`` and ``lib``."""

from __future__ import annotations

from factory_git.codemap.imports.link import Link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]

LAYOUTS = ("", "src", "lib", "python")


def links(tree: Tree, path: str, rows: Rows) -> list[Link]:
    """See :class:`~factory_git.codemap.imports.link.Imports`."""
    out: list[Link] = []
    for at, (module, names, alias, _, _) in enumerate(rows[3]):
        if not names:
            out += _whole(tree, path, module, alias, at)
            continue
        target = resolve(tree, path, module)
        for there, here in names:
            below = resolve(tree, path, f"{module}{there}" if module.endswith(".") else f"{module}.{there}")
            if there == "*":
                if target:
                    out.append(Link(path=target, here="*", at=at, reexport=True))
            elif target and below and _defines(tree, target, there):
                out.append(Link(path=target, here=here, name=there, at=at, reexport=True))
            elif below:
                out.append(Link(path=below, here=here, at=at, reexport=True))
            elif target:
                out.append(Link(path=target, here=here, name=there, at=at, reexport=True))
    return out


def neighbours(tree: Tree, path: str, rows: Rows, name: str) -> list[tuple[str, str]]:
    """None: Python sees only what it imports."""
    return []


def submodule(tree: Tree, path: str, name: str) -> str:
    """A module of a package: beside its ``__init__``."""
    folder, _, file = path.rpartition("/")
    return _file(tree, folder, name) if file.startswith("__init__.") else ""


def _whole(tree: Tree, path: str, module: str, alias: str, at: int) -> list[Link]:
    target = resolve(tree, path, module)
    if alias or "." not in module:
        return [Link(path=target, here=alias or module, at=at)] if target else []
    # `import a.b.c` binds `a` and loads all three.
    out = [Link(path=target, here=module, at=at)] if target else []
    head = resolve(tree, path, module.split(".", 1)[0])
    return [*out, Link(path=head, here=module.split(".", 1)[0], at=at)] if head and head != target else out


def resolve(tree: Tree, path: str, module: str) -> str:
    """The file of a module as ``path`` names it; empty when it is not in the tree."""
    folder = path.rpartition("/")[0]
    if module.startswith("."):
        dots = len(module) - len(module.lstrip("."))
        parts = folder.split("/") if folder else []
        if dots - 1 > len(parts):
            return ""
        base = "/".join(parts[: len(parts) - dots + 1])
        return _file(tree, base, module[dots:])
    top = _top(tree, folder)
    key = f"python {top} {module}"
    if key not in tree.memory:
        tree.memory[key] = next((found for root in _roots(top) if (found := _file(tree, root, module))), "")
    return str(tree.memory[key])


def _top(tree: Tree, folder: str) -> str:
    """The folder that the importer's outermost package is in."""
    key = f"python top {folder}"
    if key not in tree.memory:
        above = folder.rpartition("/")[0]
        tree.memory[key] = _top(tree, above) if folder and tree.has(f"{folder}/__init__.py") else folder
    return str(tree.memory[key])


def _roots(top: str) -> list[str]:
    """Where absolute modules are looked for: there, and in the usual layouts of each folder above."""
    roots, at = [top], top
    while True:
        roots += [f"{at}/{layout}".strip("/") for layout in LAYOUTS]
        if not at:
            return list(dict.fromkeys(roots))
        at = at.rpartition("/")[0]


def _file(tree: Tree, base: str, module: str) -> str:
    stem = "/".join(part for part in (base, *module.split(".")) if part)
    for path in (f"{stem}.py", f"{stem}/__init__.py", f"{stem}.pyi", f"{stem}/__init__.pyi"):
        if stem and tree.has(path):
            return path
    return ""


def _defines(tree: Tree, path: str, name: str) -> bool:
    blob = tree.blob(path)
    return blob is not None and any(row[0] == name and row[2] < 0 for row in tree.rows(blob)[2])


def spelled(tree: Tree, path: str) -> set[str]:
    """None."""
    return set()
