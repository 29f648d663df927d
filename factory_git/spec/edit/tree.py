"""A YAML text as a tree that knows where everything stands: dashes, keys, values, commas, to the character."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from yaml import tokens as t

from factory_git.core import yaml

Kind: TypeAlias = Literal["scalar", "seq", "map", "alias", "empty"]


# Not frozen: they are made in two steps, and by the thousand.
@dataclass(slots=True, eq=False)
class Node:
    """A value. ``start`` and ``end`` hold its text, an anchor before it apart; ``head`` is where that begins.

    The ``end`` of a block collection is that of its last entry: no comment below belongs to it.
    """

    kind: Kind
    start: int
    end: int
    head: int = -1
    flow: bool = False
    style: str | None = None
    text: str = ""  # of a scalar: what it says; of an alias: its anchor
    anchor: str | None = None
    entries: list[Entry] = field(default_factory=list)

    def entry(self, key: str) -> Entry | None:
        """The entry of that key."""
        return next((e for e in self.entries if e.key is not None and e.key.text == key), None)

    def keys(self) -> list[str]:
        """The keys of a mapping as written, ``<<`` apart."""
        return [e.key.text for e in self.entries if e.key is not None and not e.merges]


@dataclass(slots=True, eq=False)
class Entry:
    """One entry of a collection. ``start`` is its dash, key, or (in brackets) value."""

    start: int
    key: Node | None
    value: Node
    comma: int = -1

    @property
    def end(self) -> int:
        """The character after its text."""
        return max(self.value.end, self.key.end if self.key else 0, self.start)

    @property
    def merges(self) -> bool:
        """Whether this is ``<<``."""
        return self.key is not None and self.key.text == "<<" and self.key.style is None


def read(text: str, file: str) -> Node:
    """The tree of decoded ``text``. Raises :class:`SpecError` for bad YAML."""
    return _Reader(text, file).document()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(entry.value for entry in reversed(one.entries))


class _Reader:
    """Descends along the tokens: the grammar of YAML without its lexical part."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.tokens = [token for token in yaml.tokens(text, file) if not isinstance(token, _SKIPPED)]
        self.at = 0
        self.last = 0  # where the token before ends

    def document(self) -> Node:
        return self._node(loose=False) if self.at < len(self.tokens) else Node("empty", 0, 0, 0)

    def _peek(self, *kinds: type[Any]) -> bool:
        return self.at < len(self.tokens) and isinstance(self.tokens[self.at], kinds)

    def _take(self) -> Any:
        token = self.tokens[self.at]
        self.at += 1
        self.last = token.end_mark.index
        return token

    def _node(self, *, loose: bool) -> Node:
        """The value that begins here; ``loose`` where a list may stand at the column of its key."""
        head, anchor = -1, None
        while self._peek(t.AnchorToken, t.TagToken):
            token = self._take()
            head = token.start_mark.index if head < 0 else head
            anchor = token.value if isinstance(token, t.AnchorToken) else anchor
        node = self._content(loose=loose)
        node.head = head if head >= 0 else node.start
        node.anchor = anchor
        return node

    def _content(self, *, loose: bool) -> Node:
        if self._peek(t.ScalarToken):
            return self._scalar()
        if self._peek(t.AliasToken):
            token = self._take()
            return Node("alias", token.start_mark.index, token.end_mark.index, text=token.value)
        if self._peek(t.FlowSequenceStartToken, t.FlowMappingStartToken):
            return self._flow()
        if self._peek(t.BlockSequenceStartToken, t.BlockMappingStartToken):
            kind: Kind = "seq" if isinstance(self._take(), t.BlockSequenceStartToken) else "map"
            node = self._block(kind)
            if self._peek(t.BlockEndToken):
                last = self.last
                self._take()
                self.last = last
            return node
        if loose and self._peek(t.BlockEntryToken):
            return self._block("seq")
        return Node("empty", self.last, self.last)

    def _scalar(self) -> Node:
        token = self._take()
        start, end = token.start_mark.index, token.end_mark.index
        if token.style in ("|", ">"):
            keeps = "+" in self.text[start : self.text.find("\n", start)].partition("#")[0]
            end = end - 1 if keeps else len(self.text[:end].rstrip("\n"))
        return Node("scalar", start, end, style=None if token.plain else token.style, text=token.value)

    def _block(self, kind: Kind) -> Node:
        entries: list[Entry] = []
        opening = (t.BlockEntryToken,) if kind == "seq" else (t.KeyToken, t.ValueToken)
        while self._peek(*opening):
            token = self.tokens[self.at]
            if kind == "seq":
                self._take()
                entries.append(Entry(token.start_mark.index, None, self._node(loose=False)))
            else:
                entries.append(self._pair(token.start_mark.index))
        start = entries[0].start if entries else self.last
        return Node(kind, start, entries[-1].end if entries else start, entries=entries)

    def _pair(self, start: int) -> Entry:
        key = Node("empty", start, start)
        if self._peek(t.KeyToken):
            self._take()
            key = self._node(loose=False)
        value = Node("empty", key.end, key.end, key.end)
        if self._peek(t.ValueToken):
            self._take()
            value = self._node(loose=True)
        return Entry(start, key, value)

    def _flow(self) -> Node:
        opening = self._take()
        kind: Kind = "seq" if isinstance(opening, t.FlowSequenceStartToken) else "map"
        node = Node(kind, opening.start_mark.index, 0, flow=True)
        while not self._peek(t.FlowSequenceEndToken, t.FlowMappingEndToken):
            start = self.tokens[self.at].start_mark.index
            if self._peek(t.FlowEntryToken):
                token = self._take()
                node.entries[-1].comma = token.start_mark.index
            elif kind == "map":
                node.entries.append(self._pair(start))
                if not self._peek(t.FlowEntryToken, t.FlowMappingEndToken):
                    node.entries[-1].key = self._node(loose=False)
            elif self._peek(t.KeyToken):
                pair = self._pair(start)
                inner = Node("map", start, pair.end, start, flow=True, entries=[pair])
                node.entries.append(Entry(start, None, inner))
            else:
                node.entries.append(Entry(start, None, self._node(loose=False)))
        node.end = self._take().end_mark.index
        return node


_SKIPPED = (t.StreamStartToken, t.StreamEndToken, t.DocumentStartToken, t.DocumentEndToken, t.DirectiveToken)
