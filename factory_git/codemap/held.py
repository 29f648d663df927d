"""What the files of a tree hold, each read once: symbols, bindings, and where the names lead that they import."""

from __future__ import annotations

import re
from functools import lru_cache

from factory_git.codemap import pack
from factory_git.codemap.imports.registry import rules
from factory_git.codemap.walk import TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from factory_git.codemap.imports.link import Link
    from factory_git.codemap.tree import Tree

    Rows = tuple[Any, ...]

FUNCTIONS = frozenset({"function", "method", "constructor", "macro"})
_VERSION = re.compile(r"v\d+")
PLAIN = frozenset({"python", "typescript", "tsx", "javascript", "java", "php"})
"""Languages whose imports say themselves which names they bring."""


class Held:
    """The files of one tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.rows = lru_cache(maxsize=None)(self._rows)
        self.links = lru_cache(maxsize=None)(self._links)
        self.names = lru_cache(maxsize=None)(self._names)
        self.imported = lru_cache(maxsize=None)(self._imported)
        self.stars = lru_cache(maxsize=None)(self._stars)
        self.link = lru_cache(maxsize=None)(self._link)
        self.ids = lru_cache(maxsize=None)(self._ids)
        self.children = lru_cache(maxsize=None)(self._children)
        self.bindings = lru_cache(maxsize=None)(self._bindings)

    def _rows(self, path: str) -> Rows:
        blob = self.tree.blob(path)
        return self.tree.rows(blob) if blob is not None else ("", "", (), (), (), (), (), (), (), (), ())

    def _links(self, path: str) -> list[Link]:
        rows = self.rows(path)
        return rules(rows[0]).links(self.tree, path, rows) if rows[0] else []

    def _names(self, path: str) -> dict[str, Link]:
        return {link.here: link for link in self.links(path) if link.here not in ("", "*")}

    def _imported(self, path: str) -> dict[str, list[Rows]]:
        """The names that a file imports, from wherever, and the imports that bring each."""
        out: dict[str, list[Rows]] = {}
        go = self.rows(path)[0] == "go"
        for row in self.rows(path)[3]:
            module, names, alias, _, _ = row
            bound = _package(module) if go else module.split(".", 1)[0]
            whole = () if names else (alias,) if alias else (module, bound)
            for here in {*whole, *[here for _, here in names]}:
                out.setdefault(here, []).append(row)
        return out

    def _link(self, path: str, name: str) -> Link | None:
        """Where an imported name leads. Of a long list of imports, only those that bring it are followed."""
        rows = self.rows(path)
        if rows[0] not in PLAIN:
            return self.names(path).get(name)
        some = self.imported(path).get(name)
        some = [(row[0], tuple(pair for pair in row[1] if pair[1] == name), *row[2:]) for row in some or ()]
        found = rules(rows[0]).links(self.tree, path, (*rows[:3], some)) if some else []
        return next((link for link in reversed(found) if link.here == name), None)

    def _stars(self, path: str) -> list[Link]:
        """The imports that bring all names of a file."""
        rows = self.rows(path)
        if rows[0] in PLAIN:
            some = [row for row in rows[3] if row[3] == "include" or any(here == "*" for _, here in row[1])]
            found = rules(rows[0]).links(self.tree, path, (*rows[:3], some)) if some else []
        else:
            found = self.links(path)
        return [link for link in found if link.here == "*"]

    def called(self, path: str, label: str) -> set[str]:
        """The names that a symbol ``label`` of another file may have in this one."""
        rows = self.rows(path)
        if rows[0] not in PLAIN:
            return {label} | {link.here for link in self.links(path) if link.name == label}
        pairs = [pair for row in rows[3] for pair in row[1]]
        out = {label} | {here for there, here in pairs if there == label}
        for there, here in pairs:
            if there == "default" and here not in out:
                link = self.link(path, here)
                if link is not None and link.name == label:
                    out.add(here)
        return out

    def _ids(self, path: str) -> list[str]:
        return pack.ids(self.rows(path)[2])

    def _children(self, path: str) -> dict[tuple[int, str], list[int]]:
        out: dict[tuple[int, str], list[int]] = {}
        for index, row in enumerate(self.rows(path)[2]):
            out.setdefault((row[2], row[0]), []).append(index)
        return out

    def _bindings(self, path: str) -> dict[tuple[int, str], tuple[str, str]]:
        out: dict[tuple[int, str], tuple[str, str]] = {}
        for owner, name, value, how in self.rows(path)[7]:
            before = out.setdefault((owner, name), (value, how))
            if before != (value, how) and before[1] != "type":
                out[owner, name] = (value, how) if how == "type" else ("", "several")
        return out

    def child(self, path: str, parent: int, name: str) -> int:
        """The symbol ``name`` directly in ``parent`` (-1: top level), the last of several; -1 when there is none."""
        found = self.children(path).get((parent, name))
        if not found:
            return -1
        rows = self.rows(path)[2]
        # An implementation follows its overloads; a field named like a method is not what is called.
        return max(found, key=lambda i: (rows[i][1] in FUNCTIONS or rows[i][1] in TYPES, i))


def _package(module: str) -> str:
    """The name that a package of Go most likely has: ``yaml`` for ``gopkg.in/yaml.v3``."""
    parts = module.split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
    return last.split(".", 1)[0].removeprefix("go-").removesuffix("-go")
