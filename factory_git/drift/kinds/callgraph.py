"""Which function of a tree calls which, as far as it is known, and the flow of functions: shared by all pipelines.

A function is (file, index of its symbol); -1 is a file's own level. What is here does not depend on what is looked for.
Lean: it is on the hook's path.
"""

from __future__ import annotations

from factory_git.codemap.extract import parse, readable
from factory_git.codemap.held import FUNCTIONS
from factory_git.codemap.resolve import CONSTRUCTORS
from factory_git.codemap.walk import TYPES
from factory_git.drift.kinds.control.registry import language

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tree_sitter import Node

    from factory_git.drift.view import Code

    Rows = tuple[Any, ...]
    Function = tuple[str, int]

_NEVER = frozenset({"NoReturn", "Never", "never", "!"})
"""Types of functions that do not come back."""


class CallGraph:
    """The functions of one tree."""

    def __init__(self, code: Code) -> None:
        self.code, self.resolver = code, code.resolver
        self._owned: dict[str, dict[int, list[int]]] = {}
        self._called: dict[tuple[str, int], Function | None] = {}
        self._sources: dict[str, bytes] = {}
        self._roots: dict[str, Node | None] = {}

    def rows(self, path: str) -> Rows:
        """All that the map knows of a file, as rows."""
        rows: Rows = self.resolver.rows(path)
        return rows

    def symbol(self, function: Function) -> Rows:
        """A symbol's row: name, kind, parent, exported, lines, bytes, type, …"""
        row: Rows = self.rows(function[0])[2][function[1]]
        return row

    def calls(self, function: Function) -> list[int]:
        """The calls in the body of a function: places in its file's list, in the order of evaluation."""
        path, index = function
        if path not in self._owned:
            out: dict[int, list[int]] = {}
            for place, row in enumerate(self.rows(path)[4]):
                out.setdefault(row[2], []).append(place)
            self._owned[path] = out
        return self._owned[path].get(index, [])

    def called(self, path: str, place: int) -> Function | None:
        """The declaration that a call leads to, where that is known."""
        key = (path, place)
        if key not in self._called:
            name, receiver, owner = self.rows(path)[4][place][:3]
            self._called[key] = self.meant(path, owner, f"{receiver}.{name}" if receiver else name)
        return self._called[key]

    def meant(self, path: str, owner: int, text: str) -> Function | None:
        """The declaration that a chain of names stands for."""
        value = self.resolver.evaluate(path, owner, text)
        return (value.path, value.index) if value is not None and value.what == "symbol" else None

    def body(self, target: Function) -> Function | None:
        """The function that runs when ``target`` is called: itself, or a class's constructor."""
        kind = self.symbol(target)[1]
        if kind in FUNCTIONS:
            return target
        if kind in TYPES:
            for name in CONSTRUCTORS:
                made = self.resolver.child(*target, name)
                if made >= 0 and name != "new":
                    return target[0], made
        return None

    def methods(self, type_: Function) -> list[int]:
        """The methods of a class without its constructors."""
        some = self.rows(type_[0])[2]
        return [
            place for place, row in enumerate(some)
            if row[2] == type_[1] and row[1] in FUNCTIONS and row[1] != "constructor"
            and row[0] not in CONSTRUCTORS and row[0] != some[type_[1]][0]
        ]  # fmt: skip

    def stops(self, function: Function) -> bool:
        """Whether a function may never come back: its type says so, or it raises on its first level."""
        path, index = function
        rows = self.rows(path)
        if index < 0 or rows[2][index][8].rpartition(".")[2] in _NEVER:
            return index >= 0
        if any(row[0] == "raise" and row[1] == index and row[2] < 0 for row in rows[6]):
            return True
        how = language(rows[0])
        some = [rows[4][place] for place in self.calls(function)] if how is not None else []
        return any(
            row[3] < 0 and (f"{row[1]}.{row[0]}".lstrip(".") in how.never or f"{row[0]}!" in how.never)
            for row in some
            if how is not None
        )

    # Reading.

    def source(self, path: str) -> bytes:
        """A file as the grammars read it."""
        if path not in self._sources:
            self._sources[path] = readable(self.code.read(path) or b"")
        return self._sources[path]

    def root(self, path: str) -> Node | None:
        """A file's syntax tree; None for a language whose control structure is not known."""
        if path not in self._roots:
            name = self.rows(path)[0]
            known = language(name) is not None
            self._roots[path] = parse(self.source(path), name).root_node if known else None
        return self._roots[path]

    def node(self, function: Function) -> Node | None:
        """The body of a function: of the outermost one whose span ends where the symbol's does."""
        root = self.root(function[0])
        how = language(self.rows(function[0])[0])
        if root is None or how is None or function[1] < 0:
            return root
        _, _, _, _, _, _, low, high = self.symbol(function)[:8]
        best: Node | None = None
        stack = [root]
        while stack:
            node = stack.pop()
            if node.end_byte <= low or node.start_byte >= high:
                continue
            inside = low <= node.start_byte and node.end_byte <= high
            if inside and node.type in how.functions and node.child_by_field_name("body") is not None:
                if best is None or (node.end_byte, -node.start_byte) > (best.end_byte, -best.start_byte):
                    best = node
                continue
            stack += node.named_children
        return best.child_by_field_name("body") if best is not None else None
