"""One file of a program: its bytes, what they mention, and its functions as operations. Lean."""

from __future__ import annotations

import re

from factory_git.codemap.extract import parse, readable
from factory_git.codemap.held import FUNCTIONS
from factory_git.codemap.walk import TYPES
from factory_git.drift.flow.op import Op, Shape
from factory_git.drift.flow.shapes.registry import shape as shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from factory_git.drift.flow.program import Program

_SCRIPTS = frozenset({"python", "php", "javascript", "typescript", "tsx"})
_IMPORTS = re.compile(rb"\s*(?:(?:import|from|use|require|export)\b[^=(]*(?:\(\s*)?$|[\w\s,.]*[,)]?\s*$|(?:#|//|\*))")


class File:
    """One file: its bytes, and its functions as operations, made when they are asked for."""

    def __init__(self, program: Program, path: str, language: str) -> None:
        self.language, self._language = shape_of(language), language
        self.source = readable(program.world.code.read(path) or b"")
        self.rows = program.resolver.rows(path)[2]
        self._small = self.source.lower()
        self._words = program.words
        self._root: object = None
        self._functions: dict[int, Op | None] = {}
        self._outer = [
            (row[6], row[7], index) for index, row in enumerate(self.rows) if row[1] in FUNCTIONS and self._free(index)
        ]

    def _free(self, index: int) -> bool:
        above = self.rows[index][2]
        while above >= 0:
            if self.rows[above][1] in FUNCTIONS:
                return False
            above = self.rows[above][2]
        return True

    def outer(self, index: int) -> bool:
        """Whether a function is in no other one."""
        return self._free(index)

    @property
    def loose(self) -> bool:
        """Whether code outside of all functions and types mentions a row: in languages where such code is run."""
        if self._language not in _SCRIPTS:
            return False
        inside = [(row[6], row[7]) for row in self.rows if row[1] in TYPES and row[2] < 0]
        at = 0
        for start, end in sorted([*inside, *((low, high) for low, high, _ in self._outer)]):
            if start > at and self._told(at, start):
                return True
            at = max(at, end)
        return self._told(at, len(self._small))

    def _told(self, start: int, end: int) -> bool:
        """Whether a stretch of the file mentions a row in more than what it imports."""
        for found in self._words.finditer(self._small, start, end):
            low = self._small.rfind(b"\n", 0, found.start()) + 1
            high = self._small.find(b"\n", found.end())
            if not _IMPORTS.match(self._small[low : high if high >= 0 else end]):
                return True
        return False

    def mentions(self, start: int, end: int) -> bool:
        """Whether the bytes from ``start`` to ``end`` mention a row."""
        return self._words.search(self._small, start, end) is not None

    def function(self, index: int) -> Op | None:
        """A declaration's function; the file's own code for -1."""
        if index not in self._functions:
            self._functions[index] = self._made(index)
        return self._functions[index]

    def _made(self, index: int) -> Op | None:
        assert self.language is not None
        if self._root is None:
            self._root = parse(self.source, self.language.grammar).root_node
        root = self._root
        shape = Shape(self.source, self.language.table, self.language.functions)
        if index < 0:
            shape.own = tuple((start, end) for start, end, _ in self._outer)
            return shape.op(root)  # type: ignore[arg-type]
        row = self.rows[index]
        node = _within(root, row[6], row[7], self.language.functions)
        return shape.op(node) if node is not None else None  # type: ignore[arg-type]


def _within(root: object, start: int, end: int, functions: frozenset[str]) -> object | None:
    """The outermost function between two places."""
    todo = [root.descendant_for_byte_range(start, max(start, end - 1))]  # type: ignore[attr-defined]
    while todo:
        node = todo.pop(0)
        if node is None:
            continue
        if node.type in functions and node.start_byte >= start and node.end_byte <= end:
            return node  # type: ignore[no-any-return]
        todo += [one for one in node.named_children if one.end_byte > start and one.start_byte < end]
    return None
