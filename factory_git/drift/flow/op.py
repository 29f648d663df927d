"""The operations that every language's syntax is brought to before values are followed through it. Lean.

An operation is evaluated to a value. Statements are operations too: what they give is nothing.

| operation | parts | also |
|---|---|---|
| ``name`` | | ``name`` |
| ``attr`` | the object | ``name`` |
| ``index`` | the object, the key | ``name``: the key, where it is a literal text |
| ``call`` | the receiver (``none`` without one), arguments | ``name``; ``names``: keywords, ``*`` spreads; ``kind`` |
| ``join`` | what a text is put together from, or what a choice is between | |
| ``list`` | items; as a target: its parts in order | |
| ``map`` | values; as a target: parts by key | ``names``: keys, empty for a computed one, ``*`` for a spread |
| ``seq`` | done in order; the last is the value | |
| ``none`` | done in order; no value | |
| ``let`` | target, value | ``text``: a declared type; ``kind`` is ``add`` for ``+=`` |
| ``if`` | arms, of which one or none is done | |
| ``loop`` | target, what is gone through, body | value: a list of what the body gives |
| ``fn`` | parameters, then the body | ``texts``: their types; ``name``: empty for one without |
| ``return`` ``raise`` | what is given | |
| ``text`` | | ``name``: a literal text |
"""

from __future__ import annotations

from factory_git.codemap.extract import parse, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tree_sitter import Node

    Handler = Callable[["Shape", Node], "Op"]
    Table = Mapping[str, Handler]


class Op:
    """One operation; see the module. ``start`` is its place in the file, in bytes."""

    __slots__ = ("kind", "line", "name", "names", "op", "parts", "start", "text", "texts")

    def __init__(
        self,
        op: str,
        line: int = 0,
        *,
        name: str = "",
        parts: Iterable[Op] = (),
        names: tuple[str, ...] = (),
        kind: str = "",
        text: str = "",
        texts: tuple[str, ...] = (),
        start: int = 0,
    ) -> None:
        self.op, self.line, self.name, self.kind, self.text, self.start = op, line, name, kind, text, start
        self.parts = tuple(parts)
        self.names, self.texts = names, texts

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.parts))
        label = f" {self.name}" if self.name else ""
        return f"{self.op}{label}({inside})"


NOTHING = Op("none")


class Shape:
    """One file on its way from syntax to operations.

    ``own`` are the spans of functions that are followed by themselves: none of them is entered from around it.
    """

    __slots__ = ("depth", "functions", "own", "source", "table")

    def __init__(self, source: bytes, table: Table, functions: frozenset[str]) -> None:
        self.source, self.table, self.functions = source, table, functions
        self.own: tuple[tuple[int, int], ...] = ()
        self.depth = 0

    def text(self, node: Node | None) -> str:
        """The source of ``node``."""
        return "" if node is None else self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def op(self, node: Node | None) -> Op:
        """``node`` as an operation. What no table knows is done for what is in it, and gives nothing."""
        if node is None or self.depth > LIMIT:
            return NOTHING
        handler = self.table.get(node.type)
        self.depth += 1
        try:
            if handler is not None:
                return handler(self, node)
            parts = [self.op(one) for one in node.named_children if "comment" not in one.type]
        finally:
            self.depth -= 1
        return Op("none", line(node), parts=parts) if parts else NOTHING

    def ops(self, nodes: Iterable[Node]) -> list[Op]:
        """Each of ``nodes`` that is no comment."""
        return [self.op(one) for one in nodes if "comment" not in one.type]

    def field(self, node: Node, name: str) -> Op:
        """The child of that field name."""
        return self.op(node.child_by_field_name(name))

    def function(self, node: Node, parameters: Iterable[tuple[Op, str]], body: Op, name: str = "") -> Op:
        """A function, unless it is followed by itself."""
        for start, end in self.own:
            if start <= node.start_byte and node.end_byte <= end:
                return NOTHING
        some = list(parameters)
        return Op(
            "fn", line(node), name=name, parts=[*(one for one, _ in some), body], texts=tuple(t for _, t in some),
            start=node.start_byte,
        )  # fmt: skip


LIMIT = 150
"""Syntax nested deeper than this is not followed: generated code, mostly long chains of ``+``."""


def line(node: Node) -> int:
    """The line that a node begins on."""
    return node.start_point[0] + 1


def seq(shape: Shape, node: Node) -> Op:
    """Its children in order; the last is the value."""
    return Op("seq", line(node), parts=shape.ops(node.named_children))


def join(shape: Shape, node: Node) -> Op:
    """Put together from its children."""
    return Op("join", line(node), parts=shape.ops(node.named_children))


def items(shape: Shape, node: Node) -> Op:
    """A list of its children."""
    return Op("list", line(node), parts=shape.ops(node.named_children))


def only(field: str) -> Handler:
    """The value of one of its fields."""

    def handler(shape: Shape, node: Node) -> Op:
        return shape.field(node, field)

    return handler


def first(shape: Shape, node: Node) -> Op:
    """The value of its first child."""
    return next(iter(shape.ops(node.named_children)), NOTHING)


def nothing(shape: Shape, node: Node) -> Op:
    """No value, and nothing in it."""
    del shape, node
    return NOTHING


def name(shape: Shape, node: Node) -> Op:
    """A name."""
    return Op("name", line(node), name=shape.text(node))


def attribute(of: str, label: str) -> Handler:
    """``object.name``."""

    def handler(shape: Shape, node: Node) -> Op:
        named = shape.text(node.child_by_field_name(label)).lstrip("$")
        return Op("attr", line(node), name=named, parts=[shape.field(node, of)])

    return handler


def leave(op: str) -> Handler:
    """``return``, ``raise``, ``yield``."""

    def handler(shape: Shape, node: Node) -> Op:
        return Op(op, line(node), parts=shape.ops(node.named_children))

    return handler


def let(left: str, right: str, kind: str = "") -> Handler:
    """An assignment."""

    def handler(shape: Shape, node: Node) -> Op:
        text = shape.text(node.child_by_field_name("type")).lstrip(": ")
        parts = [shape.field(node, left), shape.field(node, right)]
        return Op("let", line(node), parts=parts, text=text, kind=kind)

    return handler


def choice(*arms: str, before: str = "condition", op: str = "seq") -> Handler:
    """``if`` in its forms: what is asked first, then one of the arms. ``op="none"``: a statement, it gives nothing."""

    def handler(shape: Shape, node: Node) -> Op:
        found = [shape.op(one) for arm in arms for one in node.children_by_field_name(arm)]
        return Op(op, line(node), parts=[shape.field(node, before), Op("if", line(node), parts=found)])

    return handler


def again(start: str = "", step: str = "") -> Handler:
    """``while``, ``for (start; condition; step)``: the names of the fields that hold these two."""

    def handler(shape: Shape, node: Node) -> Op:
        body = [shape.field(node, one) for one in ("condition", "body", step) if one]
        loop = Op("loop", line(node), parts=[NOTHING, NOTHING, Op("none", parts=body)])
        return Op("none", line(node), parts=[shape.field(node, start), loop] if start else [loop])

    return handler


def dotted(op: Op) -> str:
    """What is called or read as a chain of names, ``()`` behind a call and ``[]`` behind an index; empty for others."""
    if op.op == "name":
        return op.name
    if op.op in ("attr", "index", "call"):
        below = dotted(op.parts[0]) if op.parts else ""
        if op.op == "attr":
            return f"{below}.{op.name}" if below else ""
        if op.op == "index":
            return f"{below}[]" if below else ""
        if op.parts[0] is NOTHING:
            return f"{op.name}()"
        return f"{below}.{op.name}()" if below else ""
    return ""


def texts(shape: Shape, node: Node) -> str:
    """The content of a literal text."""
    return shape.text(node).strip("rbufRBUF").strip("\"'`")


def decorated(decorators: Iterable[str], words: frozenset[str]) -> bool:
    """Whether one of a declaration's decorators (annotations, attributes) is called one of ``words``."""
    for one in decorators:
        head = one.lstrip("@").partition("(")[0].replace("\\", ".").replace("::", ".")
        before, _, last = head.rpartition(".")
        if last in words and before != "mock":
            return True
    return False


def leaves(op: Op) -> bool:
    """Whether what follows an arm is not reached through it."""
    if op.op in ("return", "raise"):
        return True
    return op.op in ("none", "seq") and bool(op.parts) and leaves(op.parts[-1])


__all__ = [
    "NOTHING", "Op", "Shape", "again", "attribute", "choice", "decorated", "dotted", "first", "items", "join", "leave",
    "leaves", "let", "line", "name", "nothing", "only", "parse", "readable", "seq", "texts",
]  # fmt: skip
