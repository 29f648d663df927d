"""Calls, and calls of what calls give, ``a.b().c(x).d()``: taken in one go, each name read once.

Calls are most of what a file has to tell, and most of what telling it costs. Nearly all are names with dots between
them right before the arguments: these are read from the source, without asking the tree for its parts.
"""

from __future__ import annotations

import re

from factory_git.codemap.walk import ROUTE_WORDS, TEXT_LIMIT, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from factory_git.codemap.walk import Handler, Walk

    Bottom = Callable[[Walk, Node, Node], tuple[str, str] | None]
    Route = Callable[[Walk, str, Node, Node], None]

WHOLE = frozenset({"generator_expression", "template_string"})
"""What may stand where arguments do, and is looked at as itself."""
_NAME = re.compile(r"[\w$#]+")
_TYPES = re.compile(r"<.*>", re.DOTALL)


def calls(kind: str, member: str, bottom: Bottom, route: Route, busy: Callable[[bytes, int, int], object]) -> Handler:
    """A handler for the calls of a grammar.

    ``kind`` is a call's type; ``member`` that of ``a.b`` in it, empty where the grammar puts ``a`` right into the call.
    ``bottom`` gives name and receiver of a call that begins with more than names, None where it has none, and looks at
    what is in its function; ``busy`` tells of a stretch of source whether the arguments in it can hold anything.
    """

    def handler(walk: Walk, node: Node) -> None:
        levels: list[tuple[Node, Node, int, int]] = []
        while True:
            arguments = node.child(node.child_count - 1)
            start, edge = node.start_byte, arguments.start_byte
            text = walk.plain[start:edge] or walk.between(start, edge)
            if text.isidentifier() or text.replace(".", "").isidentifier():
                receiver, _, label = text.rpartition(".")
                break
            below = node.child(0)
            if member and below.type == member:
                below = below.child(0)
            elif member:
                below = node
            if below.type != kind or below is node:
                label, receiver = bottom(walk, node, arguments) or ("", "()")
                break
            levels.append((node, arguments, edge, below.end_byte))
            node = below
        while True:
            end = node.end_byte
            if label:
                line = node.start_point[0] + 1
                walk.calls.append((end, -node.start_byte, label, receiver, walk.scope, walk.block, "call", line))
                if label.lower() in ROUTE_WORDS:
                    route(walk, label, arguments, node)
            if busy(walk.source, arguments.start_byte + 1, end):
                walk.pending += [arguments] if arguments.type in WHOLE else arguments.named_children
            if not levels:
                return
            receiver = _value(receiver, label)
            node, arguments, edge, mark = levels.pop()
            label = _last(walk.plain[mark:edge] or walk.between(mark, edge))

    return handler


def _value(receiver: str, label: str) -> str:
    """What a call gives, as the receiver of the next."""
    whole = f"{receiver.rstrip('?!')}.{label}()" if receiver else f"{label}()"
    return whole if label and len(whole) <= TEXT_LIMIT else "()"


def _last(text: str) -> str:
    """The name in what stands between a call and the arguments of the next: dots, type arguments, comments."""
    label = text.strip(" .\n\t\r")
    if label.isidentifier():
        return label
    names = _NAME.findall(_TYPES.sub("", text))
    return names[-1] if names else ""


def called(walk: Walk, call: Node, function: str = "function") -> str:
    """What a call calls, as :func:`~factory_git.codemap.walk.receiver_of` gives it."""
    text = walk.between(call.start_byte, call.child(call.child_count - 1).start_byte)
    if text.isidentifier() or text.replace(".", "").isidentifier():
        return text
    return receiver_of(walk, call.child_by_field_name(function))
