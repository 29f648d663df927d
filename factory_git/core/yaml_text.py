"""The characters of a YAML file: bytes to text, and where each character of a scalar stands in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from factory_git.core.errors import Place, Problem, SpecError

Breaks: TypeAlias = tuple[tuple[int, int, int], ...]
"""(offset, line, column) wherever the text of a scalar stops being what stands in the file, character by character."""

_PROPERTIES = re.compile(r"(?:[&!][^\s]*\s+)+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_ESCAPE_LENGTH = {"x": 4, "u": 6, "U": 10}
_BLANK = " \t\n"


class SlowParser(Reader, Scanner, Parser, Composer):
    """PyYAML's own parser in Python, for where libyaml is missing."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


def decode(content: bytes, file: str) -> str:
    """The text of a file: UTF-8, with or without byte order mark, any line ends (they become ``\\n``).

    Raises :class:`SpecError` for other encodings and for characters that YAML or an editor would take for something
    else (control characters, the line separators of old YAML).
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        place = Place(file=file, line=line, column=column)
        raise _refused("yaml/encoding", "this is not UTF-8 text", place, "save the file as UTF-8") from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = _CONTROL.search(text)
    if bad:
        at = bad.start()
        place = Place(file=file, line=text.count("\n", 0, at) + 1, column=at - text.rfind("\n", 0, at))
        message = f"character U+{ord(bad.group()):04X} has no place in a text file"
        raise _refused("yaml/character", message, place, "remove it, or write it as an escape in double quotes")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The characters ``source[start:end]`` of a file; ``line`` and ``column`` (from 1) are those of ``start``."""

    source: str
    start: int
    end: int
    line: int
    column: int


def align(span: Span, text: str, style: str | None) -> tuple[int, int, Breaks]:
    """Where ``text``, the value of the scalar that ``span`` holds, has its first character, and its breaks.

    Characters that have no place of their own (a folded line end) get the place of what follows.
    """
    walk = _Walk(span)
    source, end = span.source, span.end
    properties = _PROPERTIES.match(source, span.start, end)
    if properties:
        walk.to(properties.end())
    if style in ("|", ">"):
        walk.to(source.find("\n", walk.at) + 1 or end)
        walk.blanks(" \n")
    elif style:
        walk.to(walk.at + 1)
    first = (walk.line, walk.column)
    breaks: list[tuple[int, int, int]] = []
    expected = first
    for offset, char in enumerate(text):
        walk.before(char, style)
        here = (walk.line, walk.column)
        if here != expected:
            breaks.append((offset, *here))
        walk.over(char, style)
        expected = (here[0], here[1] + 1)
    return *first, tuple(breaks)


class _Walk:
    """A cursor over the source of one scalar."""

    def __init__(self, span: Span) -> None:
        self.source, self.at, self.end, self.line, self.column = (
            span.source,
            span.start,
            span.end,
            span.line,
            span.column,
        )

    def to(self, at: int) -> None:
        at = min(at, self.end)
        lines = self.source.count("\n", self.at, at)
        if lines:
            self.line += lines
            self.column = at - self.source.rfind("\n", self.at, at)
        else:
            self.column += at - self.at
        self.at = at

    def blanks(self, what: str = _BLANK) -> None:
        at = self.at
        while at < self.end and self.source[at] in what:
            at += 1
        self.to(at)

    def before(self, char: str, style: str | None) -> None:
        """Skip what stands before ``char`` and is no part of the value: folding, escaped line ends."""
        if style == '"' and self.source.startswith("\\\n", self.at):
            self.to(self.at + 2)
            self.blanks()
        if char not in _BLANK and self.at < self.end and self.source[self.at] in _BLANK:
            self.blanks()

    def over(self, char: str, style: str | None) -> None:
        """Step over the form that ``char`` has in the source."""
        here = self.source[self.at : self.at + 1] if self.at < self.end else ""
        if style == '"' and here == "\\":
            self.to(self.at + _ESCAPE_LENGTH.get(self.source[self.at + 1 : self.at + 2], 2))
        elif style == "'" and self.source.startswith("''", self.at):
            self.to(self.at + 2)
        elif here == char and char != "\n":
            self.to(self.at + 1)
        elif char in _BLANK and here and here in _BLANK:
            self.blanks()


def _refused(code: str, message: str, place: Place, hint: str) -> SpecError:
    problem = Problem(code=code, message=message, place=place, hint=hint)
    return SpecError(f"{place}: {message}", [problem], code=code, hint=hint)
