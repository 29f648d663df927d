"""The one YAML reader: strict, with places, and safe on hostile input.

What it reads is YAML 1.2's core schema: ``no``, ``on``, ``12:30`` and ``2026-06-05`` are text; ``true``, integers and
decimals are values, and every scalar keeps its text as written, so ``1.0`` stays ``1.0``. Refused, each with its place:
duplicate keys, several documents, aliases that form a cycle or a bomb, tags, text that is not UTF-8, documents over a
size or depth limit. All that PyYAML does here is turn characters into events.

Whatever the bytes are, :func:`parse` gives a node or raises :class:`SpecError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from factory_git.core.errors import Place, Problem, SpecError
from factory_git.core.yaml_text import Breaks, Span, align, decode

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # PyYAML built without libyaml: the same events, ten times slower
    from factory_git.core.yaml_text import SlowParser as _Parser  # type: ignore[assignment]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
MAX_NUMBER = 64  # characters; far over any quantity, far under what makes arithmetic slow
ALIAS_FLOOR = 50_000  # nodes that aliases may add to any document
ALIAS_RATIO = 10  # and how many times its own size beyond that

Value: TypeAlias = "bool | int | Decimal | str | None"


# Not frozen: a spec has a hundred thousand of these, and frozen ones cost three times as much to make.
@dataclass(slots=True, eq=False)
class Scalar:
    """A scalar. ``text`` is what was written (escapes resolved); ``line`` and ``column`` are its first character's.

    ``style`` is None for plain, else one of ``'``, ``"``, ``|``, ``>``. ``breaks`` is empty where ``text`` stands on
    one line as it is; see :func:`factory_git.core.yaml_text.align`.
    """

    value: Value
    text: str
    file: str
    line: int
    column: int
    style: str | None = None
    breaks: Breaks = ()


@dataclass(slots=True, eq=False)
class Sequence:
    """A list."""

    items: list[Node]
    file: str
    line: int
    column: int


@dataclass(slots=True, eq=False)
class Mapping:
    """A mapping; keys are always text, as written. ``entries`` keeps the order of the source."""

    entries: dict[str, tuple[Scalar, Node]]
    file: str
    line: int
    column: int
    merges: list[Node] = field(default_factory=list)


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(slots=True, eq=False)
class _Frame:
    """A collection under construction."""

    node: Sequence | Mapping
    anchor: str | None
    key: Scalar | None = None
    size: int = 1


_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMERIC = frozenset("+-.0123456789")
_CORE = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset(("!", f"{_CORE}str"))
_PLAIN_TAGS = frozenset(f"{_CORE}{name}" for name in ("int", "float", "bool", "null", "map", "seq"))


def parse(content: bytes, file: str) -> Node:
    """The one document of ``content``. An empty file is a null scalar.

    ``file`` is only for messages. Raises :class:`SpecError` with every duplicate key, or with the one thing that keeps
    the rest from being read.
    """
    if len(content) > MAX_BYTES:
        message = f"{len(content):,} bytes are over the limit of {MAX_BYTES:,} for one YAML file"
        fail(
            Problem(code="yaml/size", message=message, place=Place(file=file), hint="split it: git factory spec split")
        )
    return _Composer(decode(content, file), file).compose()


def tokens(text: str, file: str) -> Iterator[Any]:
    """PyYAML's tokens of decoded text, for those who look at how a file is written. Raises :class:`SpecError`."""
    try:
        parser = _Parser(text)
        while parser.check_token():
            yield parser.get_token()
    except yaml.YAMLError as error:
        fail(_syntax(error, text, file))


def same(one: Node, other: Node, *, ordered: bool = True) -> bool:
    """Whether two nodes say the same, wherever and however they are written; ``ordered`` False: keys at the top too."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text and one.value == other.value and type(one.value) is type(other.value)
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return len(one.items) == len(other.items) and all(map(same, one.items, other.items))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = list(one.entries), list(other.entries)
        if keys[0] != keys[1] and (ordered or set(keys[0]) != set(keys[1])):
            return False
        return all(same(value, other.entries[key][1]) for key, (_, value) in one.entries.items())
    return False


def plain(node: Node) -> Any:
    """``node`` as plain data: dict, list, bool, int, ``Decimal``, str, None."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, (_, value) in node.entries.items()}


def place(node: Node) -> Place:
    """Where ``node`` stands."""
    return Place(file=node.file, line=node.line, column=node.column)


def fail(problem: Problem) -> NoReturn:
    """Raise the error for one problem."""
    raise SpecError(f"{problem.place}: {problem.message}", [problem], code=problem.code, hint=problem.hint)


class _Composer:
    """Events in, nodes out; an explicit stack, so that depth is a limit and not a crash."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.written = 0
        self.expanded = 0

    def compose(self) -> Node:
        documents = 0
        for event in self._events():
            if isinstance(event, ScalarEvent):
                self._add(self._scalar(event), event.anchor, 1)
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                self._start(event)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                self._end()
            elif isinstance(event, AliasEvent):
                self._alias(event)
            elif isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fail(event, "yaml/documents", "a second document in one file", "keep one document a file")
        if self.problems:
            count = len(self.problems)
            words = f"{self.problems[0].place}: {self.problems[0].message}"
            more = f" (and {count - 1} more)" if count > 1 else ""
            raise SpecError(words + more, self.problems, code=self.problems[0].code)
        return self.root if self.root is not None else Scalar(None, "", self.file, 1, 1)

    def _events(self) -> Iterator[Any]:
        try:
            parser = _Parser(self.text)
            while parser.check_event():
                yield parser.get_event()
        except yaml.YAMLError as error:
            fail(_syntax(error, self.text, self.file))

    def _start(self, event: Any) -> None:
        self._tag(event)
        if len(self.stack) >= MAX_DEPTH:
            self._fail(event, "yaml/depth", f"nested deeper than {MAX_DEPTH} levels", "")
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        file = self.file
        mapping = isinstance(event, MappingStartEvent)
        node: Mapping | Sequence = Mapping({}, file, line, column) if mapping else Sequence([], file, line, column)
        if event.anchor is not None:
            self._declare(event)
            self.open[event.anchor] = self._place(event)
        self.stack.append(_Frame(node, event.anchor))
        self.written += 1

    def _end(self) -> None:
        frame = self.stack.pop()
        if isinstance(frame.node, Mapping) and frame.node.merges:
            self._merge(frame.node)
        if frame.anchor is not None:
            del self.open[frame.anchor]
        self._add(frame.node, frame.anchor, frame.size)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if name in self.open:
            self._fail(event, "yaml/cycle", f"*{name} stands inside what it names (&{name}, {self.open[name]})", "")
        if name not in self.anchors:
            self._fail(
                event, "yaml/alias", f"*{name} names no anchor above it", f"write &{name} where its value stands"
            )
        node, size = self.anchors[name]
        self.expanded += size
        if self.expanded > ALIAS_FLOOR + ALIAS_RATIO * self.written:
            self._fail(event, "yaml/bomb", "aliases blow this document up beyond reason", "write out what you mean")
        self._add(node, None, size)

    def _add(self, node: Node, anchor: str | None, size: int) -> None:
        """Put a finished node where it belongs: into the collection on top of the stack, or at the root."""
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size += size
        if isinstance(frame.node, Sequence):
            frame.node.items.append(node)
        elif frame.key is None:
            frame.key = self._key(node)
        else:
            self._enter(frame.node, frame.key, node)
            frame.key = None

    def _key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        hint = "quote it if it is an expression or a template"
        fail(Problem(code="yaml/key", message="a key must be plain text", place=place(node), hint=hint))

    def _enter(self, mapping: Mapping, key: Scalar, value: Node) -> None:
        if key.text == "<<" and key.style is None:
            mapping.merges.append(value)
            return
        known = mapping.entries.get(key.text)
        if known is not None:
            message = f"key {key.text[:80]!r} is written twice; the first is at {place(known[0])}"
            hint = "keep one of them"
            self.problems.append(Problem(code="yaml/duplicate-key", message=message, place=place(key), hint=hint))
            return
        mapping.entries[key.text] = (key, value)

    def _merge(self, mapping: Mapping) -> None:
        """Carry out ``<<``: what is written here wins, then the earlier of several."""
        for source in mapping.merges:
            parts = source.items if isinstance(source, Sequence) else [source]
            for part in parts:
                if not isinstance(part, Mapping):
                    fail(Problem(code="yaml/merge", message="<< takes a mapping or a list of them", place=place(part)))
                for key, entry in part.entries.items():
                    mapping.entries.setdefault(key, entry)
        mapping.merges = []

    def _scalar(self, event: Any) -> Scalar:
        self.written += 1
        if event.anchor is not None:
            self._declare(event)
        self._tag(event)
        text = event.value
        start, end = event.start_mark, event.end_mark
        style = event.style if event.style in ("'", '"', "|", ">") else None
        line, column = start.line + 1, start.column + 1
        breaks: Breaks = ()
        quotes = 1 if style in ("'", '"') else 0
        if style in ("|", ">") or event.anchor or event.tag or end.index - start.index != len(text) + 2 * quotes:
            span = Span(source=self.text, start=start.index, end=end.index, line=line, column=column)
            line, column, breaks = align(span, text, style)
        else:
            column += quotes
        value: Value = text
        if style is None and event.tag not in _TEXT_TAGS:
            value = self._resolve(text, event)
        return Scalar(value, text, self.file, line, column, style, breaks)

    def _resolve(self, text: str, event: Any) -> Value:
        """The core schema's value of a plain scalar."""
        if text in _NULL:
            return None
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        if text[0] not in _NUMERIC:
            return text
        if _INT.fullmatch(text) or _DECIMAL.fullmatch(text):
            if len(text) > MAX_NUMBER:
                self._fail(event, "yaml/number", f"a number of {len(text)} characters", "quote it if it is text")
            if _INT.fullmatch(text):
                return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
            return Decimal(text)
        if _NOT_A_NUMBER.fullmatch(text):
            self._fail(event, "yaml/number", f"{text} is not a number that a spec can hold", "quote it if it is text")
        return text

    def _declare(self, event: Any) -> None:
        if event.anchor in self.anchors or event.anchor in self.open:
            self._fail(event, "yaml/anchor", f"anchor &{event.anchor} is declared twice", "give each its own name")

    def _tag(self, event: Any) -> None:
        if event.tag is not None and event.tag not in _TEXT_TAGS and event.tag not in _PLAIN_TAGS:
            self._fail(event, "yaml/tag", f"tag {event.tag[:80]!r} means nothing here", "leave it out")

    def _place(self, event: Any) -> Place:
        return Place(file=self.file, line=event.start_mark.line + 1, column=event.start_mark.column + 1)

    def _fail(self, event: Any, code: str, message: str, hint: str) -> NoReturn:
        fail(Problem(code=code, message=message, place=self._place(event), hint=hint))


_HINTS = (
    ("mapping values are not allowed", "a value with ': ' or ' #' in it needs quotes"),
    ("cannot start any token", "quote text that starts with one of % @ ` | > & * ! { } [ ]"),
    ("expected ',' or ']'", "a list in brackets lacks its end, or an expression with commas in it lacks quotes"),
    ("expected ',' or '}'", "a mapping in braces lacks its end, or an expression with commas in it lacks quotes"),
    ("unexpected end of stream", "a quote or bracket was opened and not closed"),
    ("could not find expected ':'", "a key lacks its colon, or the line before lacks its end"),
    ("block mapping", "check the indentation of this line against its neighbours'"),
    ("block collection", "check the indentation of this line against its neighbours'"),
)


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """PyYAML's complaint as a problem with its place and, where the cause is common, the way out."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        place = Place(file=file, line=line, column=column)
        if _is_tab(text, line, column):
            return Problem(code="yaml/tab", message="a tab cannot indent YAML", place=place, hint="use spaces")
        words = " ".join(part for part in (error.problem, error.context) if part)
        hint = next((hint for key, hint in _HINTS if key in words), "")
        return Problem(code="yaml/syntax", message=f"not valid YAML: {words}", place=place, hint=hint)
    return Problem(code="yaml/syntax", message=f"not valid YAML: {str(error)[:200]}", place=Place(file=file))


def _is_tab(text: str, line: int, column: int) -> bool:
    lines = text.split("\n")
    return 0 < line <= len(lines) and lines[line - 1][column - 1 : column] == "\t"
