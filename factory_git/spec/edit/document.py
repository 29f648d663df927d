"""One file under edit: its text, its tree, its lines, its anchors; and how changes are put into its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from factory_git.core.errors import Conflict
from factory_git.core.yaml_text import decode
from factory_git.spec.edit.tree import Entry, Node, read, walk

WIDTH = 118


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters of a text, and what stands there instead."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written: columns a mapping stands below its key, columns a list does, and after a dash."""

    map: int = 2
    seq: int = 2
    gap: int = 2


class Document:
    """A file and what is known of its text. Never changed: :meth:`with_` gives another one."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self.content = content
        self.text = decode(content, path)

    @cached_property
    def tree(self) -> Node:
        """The tree of the text. Raises :class:`SpecError`."""
        return read(self.text, self.path)

    @cached_property
    def anchors(self) -> dict[str, Node]:
        """The nodes that have anchors."""
        return {node.anchor: node for node in walk(self.tree) if node.anchor}

    @cached_property
    def aliases(self) -> list[Node]:
        """The places where anchors are used."""
        return [node for node in walk(self.tree) if node.kind == "alias"]

    def resolved(self, node: Node) -> Node:
        """The node that an alias stands for, else the node."""
        return self.anchors[node.text] if node.kind == "alias" else node

    # -- lines -------------------------------------------------------------------------------------------------------

    def line_start(self, at: int) -> int:
        """The first character of the line of ``at``."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """The line end (or the end of the text) at or after ``at``."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def column(self, at: int) -> int:
        """The column of a character, from 0."""
        return at - self.line_start(at)

    def number(self, at: int) -> int:
        """The number of the line of a character, from 1."""
        return self.text.count("\n", 0, at) + 1

    def begins_line(self, at: int) -> bool:
        """Whether nothing but space stands before ``at`` on its line."""
        return not self.text[self.line_start(at) : at].strip()

    def comment_start(self, at: int, column: int, stop: int) -> int:
        """The start of the line of ``at``, or of the first of the comments at ``column`` directly above it."""
        start = self.line_start(at)
        while start > stop:
            above = self.line_start(start - 1)
            line = self.text[above : start - 1]
            if above < stop or not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) != column:
                break
            start = above
        return start

    def after(self, entry: Entry, column: int) -> int:
        """Where the line after a block's entry begins, and after comments below that stand deeper than ``column``."""
        return self._below(self.line_end(entry.end), column)

    def _below(self, end: int, column: int) -> int:
        start = end + 1
        while start < len(self.text):
            line = self.text[start : self.line_end(start)]
            if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
                break
            start = self.line_end(start) + 1
        return min(start, len(self.text))

    @cached_property
    def style(self) -> Style:
        """How this file is written, by its first examples."""
        found: dict[str, int] = {}
        for node in walk(self.tree):
            if node.flow or not node.entries:
                continue
            column = self.column(node.entries[0].start)
            for entry in node.entries:
                below = entry.value
                if below.flow or not below.entries:
                    continue
                if entry.key is None:
                    if below.kind == "map" and self.number(below.start) == self.number(entry.start):
                        found.setdefault("gap", self.column(below.start) - column)
                elif self.begins_line(below.start):
                    found.setdefault(below.kind, self.column(below.start) - column)
        return Style(**found)

    # -- changes -----------------------------------------------------------------------------------------------------

    def with_(self, splices: Sequence[Splice]) -> Document:
        """The file with these changes (which do not overlap) in its bytes; line ends are those of the file."""
        written = self.content.decode("utf-8")
        at = self._written(written)
        end = "\r\n" if "\r\n" in written else "\r" if "\r" in written and "\n" not in written else "\n"
        for splice in sorted(splices, key=lambda s: (s.start, s.end), reverse=True):
            new = splice.text.replace("\n", end)
            written = written[: at(splice.start)] + new + written[at(splice.end) :]
        return Document(self.path, written.encode())

    def _written(self, written: str) -> _Offsets:
        if "\r" not in written and not written.startswith("\ufeff"):
            return _Offsets(None)
        offsets, here = [], 1 if written.startswith("\ufeff") else 0
        while here < len(written):
            offsets.append(here)
            here += 2 if written.startswith("\r\n", here) else 1
        return _Offsets([*offsets, len(written)])

    def refuse(self, at: int, message: str, hint: str) -> Conflict:
        """The error for what cannot be edited here."""
        place = f"{self.path}:{self.number(at)}"
        details = {"file": self.path, "line": self.number(at)}
        return Conflict(f"{place}: {message}", code="edit/form", hint=hint, details=details)


class _Offsets:
    """Where a character of the decoded text stands in the text as it is written."""

    def __init__(self, offsets: Sequence[int] | None) -> None:
        self.offsets = offsets

    def __call__(self, at: int) -> int:
        return at if self.offsets is None else self.offsets[at]
