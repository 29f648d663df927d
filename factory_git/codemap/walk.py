"""The walk over one syntax tree: what is common to all languages.

A provider gives a table from node type to handler; a node whose type is not in the table is passed through to its
children. A handler records what it sees and says where the walk goes on: in the same place (:meth:`Walk.descend`), in a
block that runs under a condition (:meth:`Walk.arm`), or inside a definition (:meth:`Walk.inside`).

The walk keeps its own stack, so that no nesting is too deep, and makes no order: what it finds is sorted by position
at the end. Rows are plain tuples, because making ten thousand files' worth of objects would cost as much as parsing
them.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Final, Literal

    from tree_sitter import Node

    Handler = Callable[["Walk", Node], None]
    Table = Mapping[str, Handler | Literal[False]]
    Kinds = Mapping[int, Handler | Literal[False]]
    """A table by the numbers that the grammar has for its types: half the price of each step."""

LEAF: Final = False
"""In a table: there is nothing below this node that anybody asks for."""

TEXT_LIMIT = 200
TYPES = frozenset({
    "class", "interface", "struct", "enum", "trait", "record", "type", "union", "object", "module", "namespace", "impl",
})  # fmt: skip
"""Kinds of symbols that have members."""
_BRACKET = re.compile(r"[()\[\]]")
_GENERIC = re.compile(r"(?:::|(?<=\w))<[^<>]*>")
_LINK = re.compile(r"\s*(\?\.|\?->|->|::|\.)\s*")
_CHAIN = re.compile(r"[\w.$@?!\\()\[\]#]*")
_LONGEST = 1600
"""A receiver whose source is longer than this is no chain of names, whatever it ends in."""
ROUTE_WORDS = frozenset({
    "get", "post", "put", "patch", "delete", "head", "options", "all", "any", "route", "path", "re_path", "url",
    "handle", "handlefunc", "mapget", "mappost", "mapput", "mapdelete", "mappatch", "websocket", "api_route",
    "add_url_rule", "add_api_route", "add_route", "resource", "resources", "match", "group", "prefix", "mount",
})  # fmt: skip


class Symbol:
    """A definition while its file is walked."""

    exported = True
    type = default = doc = wire = ""
    parameters: tuple[tuple[str, str, str, str], ...] = ()
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    index = -1
    data: Any = None  # the provider's own, for the time of the walk

    def __init__(self, name: str, kind: str, parent: Symbol | None, node: Node) -> None:
        self.name, self.kind, self.parent = name, kind, parent
        self.start, self.end = node.start_byte, node.end_byte
        self.line, self.end_line = node.start_point[0] + 1, node.end_point[0] + 1


class Arm:
    """A block while its file is walked."""

    __slots__ = ("arm", "construct", "index", "kind", "line", "parent")

    def __init__(self, kind: str, arm: str, parent: Arm | None, construct: int, line: int) -> None:
        self.kind, self.arm, self.parent, self.construct, self.line = kind, arm, parent, construct, line
        self.index = -1


class Walk:
    """What has been found in one file so far, and where the walk stands (``scope``, ``block``)."""

    def __init__(self, source: bytes, kinds: Kinds) -> None:
        self.source = source
        self.plain = source.decode() if source.isascii() else ""  # a slice of it is cheaper than decoding one
        self.kinds = kinds
        self.scope: Symbol | None = None
        self.block: Arm | None = None
        self.package = ""
        self.exports: set[str] | None = None  # names a file declares exported (``__all__``, ``module.exports``)
        self.symbols: list[Symbol] = []
        self.imports: list[tuple[int, tuple[str, tuple[tuple[str, str], ...], str, str, int]]] = []
        self.calls: list[tuple[int, int, str, str, Symbol | None, Arm | None, str, int]] = []
        """End, start (negative: of two that end together the inner one is evaluated first), name, receiver …"""
        self.exits: list[tuple[int, str, Symbol | None, Arm | None, int]] = []
        self.bindings: list[tuple[Symbol | None, str, str, str]] = []
        self.routes: list[tuple[str, str, Symbol | None, int]] = []
        self._outside: list[Symbol] = []
        self.pending: list[Node] = []
        self._regions: list[tuple[list[Node], Symbol | None, Arm | None]] = []

    def run(self, root: Node) -> None:
        """Walk the whole tree."""
        find, regions = self.kinds.get, self._regions
        regions.append((list(root.named_children), None, None))
        while regions:
            stack, self.scope, self.block = regions.pop()
            self.pending = stack
            while stack:
                node = stack.pop()
                handler = find(node.kind_id)
                if handler:
                    handler(self, node)
                elif handler is None:
                    stack += node.named_children

    # Where the walk goes on.

    def descend(self, node: Node | None) -> None:
        """Look at ``node`` in the present place."""
        if node is not None:
            self.pending.append(node)

    def children(self, node: Node | None) -> None:
        """Look at the children of ``node`` in the present place."""
        if node is not None:
            self.pending += node.named_children

    def arm(self, kind: str, arm: str, node: Node | None, construct: Node, *, inner: bool = False) -> None:
        """Look at ``node`` (``inner``: at its children) as an arm of ``construct``."""
        if node is None:
            return
        block = Arm(kind, arm, self.block, construct.start_byte, node.start_point[0] + 1)
        self._regions.append((list(node.named_children) if inner else [node], self.scope, block))

    def arms(self, kind: str, arm: str, nodes: Iterable[Node], construct: Node) -> None:
        """Look at ``nodes`` together as one arm of ``construct``."""
        some = list(nodes)
        if some:
            block = Arm(kind, arm, self.block, construct.start_byte, some[0].start_point[0] + 1)
            self._regions.append((some, self.scope, block))

    def inside(self, symbol: Symbol, node: Node | None) -> None:
        """Look at the children of ``node`` as the body of ``symbol``."""
        if node is not None:
            self._regions.append((list(node.named_children), symbol, None))

    def body(self, symbol: Symbol, node: Node | None) -> None:
        """Look at ``node`` itself as the body of ``symbol`` (an arrow function's expression)."""
        if node is not None:
            self._regions.append(([node], symbol, None))

    def holds(self, node: Node, mark: bytes) -> bool:
        """Whether the bytes ``mark`` occur in the source of ``node``: a cheap way to see that nothing is in it."""
        return self.source.find(mark, node.start_byte, node.end_byte) >= 0

    # What it finds.

    def text(self, node: Node | None) -> str:
        """The source of ``node``; empty for None. Bytes that are no UTF-8 are replaced."""
        return "" if node is None else self.between(node.start_byte, node.end_byte)

    def between(self, start: int, end: int) -> str:
        """The source from ``start`` to ``end``."""
        return self.plain[start:end] or self.source[start:end].decode("utf-8", "replace")

    def brief(self, node: Node | None) -> str:
        """The source of ``node`` on one line without comments, cut at ``TEXT_LIMIT``: types, defaults, bases."""
        if node is None:
            return ""
        start, end = node.start_byte, node.end_byte
        if end - start > 8 * TEXT_LIMIT:
            end = start + 8 * TEXT_LIMIT
        text = self.plain[start:end] or self.between(start, end)
        if "\n" in text or "\t" in text or "  " in text or "/*" in text:
            if "#" in text or "//" in text or "/*" in text:
                text = _without_comments(node, self.source[start:end], start).decode("utf-8", "replace")
            text = " ".join(text.split())
        return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"

    def define(self, name: str, kind: str, node: Node, parent: Symbol | None = None) -> Symbol:
        """A new symbol spanning ``node``; ``parent`` defaults to the present scope."""
        symbol = Symbol(name, kind, parent or self.scope, node)
        self.symbols.append(symbol)
        return symbol

    def outside(self, name: str, node: Node, *bases: str) -> Symbol:
        """A stand-in for a type whose members are written here, outside its declaration (``impl``, Go, C++)."""
        for one in self._outside:
            if one.name == name and one.parent is self.scope:
                one.bases += bases
                return one
        symbol = self.define(name, "impl", node)
        symbol.bases = bases
        self.symbols.remove(symbol)
        self._outside.append(symbol)
        return symbol

    def adopt(self) -> None:
        """Give members written outside to the type, where this file declares it; elsewhere the stand-in stays."""
        real: dict[int, Symbol] = {}
        for one in self._outside:
            found = next(
                (s for s in self.symbols if s.name == one.name and s.parent is one.parent and s.kind in TYPES), None
            )
            if found is None:
                self.symbols.append(one)
            else:
                found.bases += tuple(b for b in one.bases if b not in found.bases)
                real[id(one)] = found
        for symbol in self.symbols:
            if symbol.parent is not None:
                symbol.parent = real.get(id(symbol.parent), symbol.parent)

    def call(self, name: str, receiver: str, node: Node, kind: str = "call") -> None:
        """A call that spans ``node``, in the present scope and block."""
        line = node.start_point[0] + 1
        self.calls.append((node.end_byte, -node.start_byte, name, receiver, self.scope, self.block, kind, line))

    def leave(self, kind: str, node: Node) -> None:
        """A statement that leaves the present place."""
        self.exits.append((node.start_byte, kind, self.scope, self.block, node.start_point[0] + 1))

    def bring(
        self, module: str, node: Node, names: Iterable[tuple[str, str]] = (), alias: str = "", kind: str = "import"
    ) -> None:
        """An import."""
        self.imports.append((node.start_byte, (module, tuple(names), alias, kind, node.start_point[0] + 1)))

    def bind(self, name: str, value: str, how: str) -> None:
        """What is known of a local name."""
        self.bindings.append((self.scope, name, value, how))

    def route(self, method: str, argument: Node | None, node: Node) -> None:
        """A route, when ``argument`` is a string literal that looks like one."""
        if argument is None:
            return
        text = self.text(argument).strip("rbuf").strip("\"'`")
        if text.startswith(("/", "^")) or (method.lower() in {"path", "re_path", "url", "route"} and len(text) < 200):
            self.routes.append((method.lower(), text[:TEXT_LIMIT], self.scope, node.start_point[0] + 1))


def _without_comments(node: Node, source: bytes, start: int) -> bytes:
    """``source``, which begins at ``start``, with the comments below ``node`` blanked."""
    out, stack = bytearray(source), [node]
    while stack:
        one = stack.pop()
        if "comment" in one.type:
            low, high = one.start_byte - start, min(one.end_byte - start, len(out))
            out[low:high] = b" " * max(0, high - low)
        elif one.start_byte - start < len(out):
            stack += one.children
    return bytes(out)


def receiver_of(walk: Walk, node: Node | None) -> str:
    """A call's receiver, its brackets emptied and its separators dots: ``a->b(x)[0]?.c`` becomes ``a.b()[].c``.

    ``()`` alone stands for what is no chain of names.
    """
    if node is None:
        return ""
    text = walk.plain[node.start_byte : node.end_byte] or walk.text(node)
    if text.isidentifier() or text.replace(".", "").isidentifier():
        return text
    if len(text) > _LONGEST:
        return "()"
    if "\n" in text and ("//" in text or "#" in text or "/*" in text):
        text = _without_comments(node, walk.source[node.start_byte : node.end_byte], node.start_byte).decode(
            "utf-8", "replace"
        )
    return chain_of(text)


def chain_of(text: str) -> str:
    """See :func:`receiver_of`; from the source itself."""
    if "(" in text or "[" in text:
        text = _emptied(text)
    while "<" in text:
        shorter = _GENERIC.sub("", text)
        if shorter == text:
            break
        text = shorter
    text = text.removeprefix("new ")
    if ":" in text or ">" in text or "?" in text or "!" in text or " " in text or "\n" in text:
        text = _LINK.sub(r"\1", text)
        text = text.replace("::", ".").replace("?->", ".").replace("->", ".").replace("?.", ".").replace("!.", ".")
        text = text.replace("..", ".")
    return text if len(text) <= TEXT_LIMIT and _CHAIN.fullmatch(text) else "()"


def _emptied(text: str) -> str:
    """``text`` without what is in its round and square brackets."""
    out, depth, start = [], 0, 0
    for found in _BRACKET.finditer(text):
        if found[0] in "([":
            if depth == 0:
                out.append(text[start : found.end()])
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                start = found.start()
    return "".join(out) + text[start:] if depth == 0 else "<"


def expression(mark: bytes) -> Handler:
    """A handler that looks into an expression only when ``mark`` is in its source (no ``(``, no call)."""

    def handler(walk: Walk, node: Node) -> None:
        if walk.source.find(mark, node.start_byte, node.end_byte) >= 0:
            walk.pending += node.named_children

    return handler


def leaving(kind: str) -> Handler:
    """A handler for a statement that leaves (``return``, ``break`` …)."""

    def handler(walk: Walk, node: Node) -> None:
        walk.leave(kind, node)
        walk.children(node)

    return handler
