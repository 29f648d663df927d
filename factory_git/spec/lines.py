"""The lines of a YAML file and what each is: the entry of a collection, a part of something longer, a comment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from yaml import tokens as t

from factory_git.core import yaml

INDENT = 2


@dataclass(frozen=True, slots=True)
class Marker:
    """A dash or a key that stands first on its line, but for dashes: its column, and the column it should have."""

    old: int
    new: int


@dataclass(slots=True)
class Line:
    """One line. ``markers`` are its leading dashes and key; ``within`` is the line that opened what this one continues.

    ``raw`` lines are content of a block scalar or of quoted text: no space of theirs may change but the indentation.
    """

    text: str
    markers: list[Marker] = field(default_factory=list)
    value: Marker | None = None  # a value that begins its line
    within: int | None = None
    raw: bool = False


@dataclass(slots=True)
class _Open:
    kind: str  # map, seq, or loose: a list that stands at the column of its key
    old: int
    new: int


class Unsupported(Exception):
    """A form whose lines cannot be moved safely (an explicit ``?`` key)."""


@lru_cache(maxsize=2)  # the steps of formatting look at one text again and again
def lines(text: str, file: str) -> tuple[Line, ...]:
    """The lines of decoded ``text``. Raises :class:`SpecError` for bad YAML, :class:`Unsupported` for rare forms."""
    out = [Line(line) for line in text.split("\n")]
    _Reader(out).read(yaml.tokens(text, file))
    return tuple(out)


class _Reader:
    def __init__(self, out: list[Line]) -> None:
        self.out = out
        self.stack: list[_Open] = []
        self.flow: list[int] = []  # lines where open brackets stand
        self.started: set[int] = set()  # lines on which something else than a marker has been seen

    def read(self, tokens: Iterator[Any]) -> None:
        for token in tokens:
            line, column = token.start_mark.line, token.start_mark.column
            if isinstance(token, t.FlowSequenceStartToken | t.FlowMappingStartToken):
                self._value(line, column)
                self.flow.append(line)
            elif isinstance(token, t.FlowSequenceEndToken | t.FlowMappingEndToken):
                self._continue(self.flow.pop(), token.end_mark.line, raw=False)
            elif isinstance(token, t.ScalarToken):
                self._scalar(token)
            elif not self.flow:
                self._block(token, line, column)

    def _block(self, token: Any, line: int, column: int) -> None:
        if isinstance(token, t.BlockMappingStartToken | t.BlockSequenceStartToken):
            kind = "map" if isinstance(token, t.BlockMappingStartToken) else "seq"
            self.stack.append(_Open(kind, column, self._below()))
        elif isinstance(token, t.BlockEntryToken):
            if not self.stack or self.stack[-1].kind == "map":
                self.stack.append(_Open("loose", column, self._below()))
            self._marker(line, column)
        elif isinstance(token, t.KeyToken):
            if self.stack[-1].kind == "loose":
                self.stack.pop()
            if self.out[line].text[column : column + 2] in ("?", "? "):
                raise Unsupported
            self._marker(line, column)
        elif isinstance(token, t.BlockEndToken):
            if self.stack[-1].kind == "loose":
                self.stack.pop()
            self.stack.pop()
        elif isinstance(token, t.AnchorToken | t.AliasToken | t.TagToken):
            self._value(line, column)

    def _scalar(self, token: Any) -> None:
        line, column = token.start_mark.line, token.start_mark.column
        if not self.flow:
            self._value(line, column)
        end = token.end_mark
        # A block scalar ends at the start of the line after it.
        last = end.line - 1 if token.style in ("|", ">") and end.column == 0 else end.line
        self._continue(line, last, raw=token.style is not None)

    def _continue(self, first: int, last: int, *, raw: bool) -> None:
        for number in range(first + 1, min(last, len(self.out) - 1) + 1):
            self.out[number].within = first
            self.out[number].raw |= raw

    def _below(self) -> int:
        return self.stack[-1].new + INDENT if self.stack else 0

    def _marker(self, line: int, column: int) -> None:
        if line in self.started or (not self.out[line].markers and self.out[line].text[:column].strip()):
            return
        self.out[line].markers.append(Marker(column, self.stack[-1].new))

    def _value(self, line: int, column: int) -> None:
        if not self.flow and line not in self.started:
            self.started.add(line)
            if not self.out[line].markers and not self.out[line].text[:column].strip():
                self.out[line].value = Marker(column, self._below())
