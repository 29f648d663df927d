"""Calls of JavaScript and TypeScript: functions, members, ``new``, elements, and the routes that calls declare."""

from __future__ import annotations

import re

from factory_git.codemap.languages import chains
from factory_git.codemap.walk import ROUTE_WORDS, Arm, Symbol, Walk, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_BUSY = re.compile(rb"=>|<|new |`")
FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "function"})


def name_of(walk: Walk, function: Node | None) -> tuple[str, str]:
    """Name and receiver of what is called; both empty when it is no chain of names."""
    if function is None:
        return "", ""
    if function.type in ("identifier", "super"):
        return walk.text(function), ""
    if function.type in ("member_expression", "nested_identifier"):
        return walk.text(function.child_by_field_name("property")), receiver_of(
            walk, function.child_by_field_name("object")
        )
    if function.type == "non_null_expression" and function.named_children:
        return name_of(walk, function.named_children[0])
    return "", ""


def _function(walk: Walk, node: Node, _: Node) -> tuple[str, str] | None:
    """Name and receiver of a call that begins with more than names."""
    function = node.child_by_field_name("function")
    label, receiver = name_of(walk, function)
    if function is not None and function.type != "identifier" and (not label or "(" in receiver or "[" in receiver):
        walk.descend(function)
    return (label, receiver) if label else None


def _busy(source: bytes, start: int, end: int) -> object:
    return source.find(b"(", start, end) >= 0 or _BUSY.search(source, start, end)


def _route(walk: Walk, _label: str, _arguments: Node, node: Node) -> None:
    if node.parent is not None and node.parent.type != "decorator":
        route(walk, node, None)


_plain = chains.calls("call_expression", "member_expression", _function, _route, _busy)


def call(walk: Walk, node: Node) -> None:
    """A call; ``require`` and ``import()`` of a literal are imports."""
    arguments = node.child(node.child_count - 1)
    text = walk.between(node.start_byte, arguments.start_byte)
    if "?." in text or text in ("require", "import"):
        _odd_call(walk, node)
    else:
        _plain(walk, node)


def _odd_call(walk: Walk, node: Node) -> None:
    """A call whose function is more than names and dots."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is not None and function.type == "import":
        module = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if module is not None and module.type == "string":
            walk.bring(walk.text(module)[1:-1], node, kind="dynamic")
        return
    label, receiver = name_of(walk, function)
    if label == "require" and not receiver and arguments is not None and len(arguments.named_children) == 1:
        module = arguments.named_children[0]
        if module.type == "string":
            walk.bring(walk.text(module)[1:-1], node, kind="require")
            return
    optional = walk.holds(node, b"?.") and any(
        c.type == "optional_chain" for part in (node, function) if part is not None for c in part.children
    )
    block = walk.block
    if optional:  # what stands after `?.` runs only when there is something before it
        walk.block = Arm("short", "right", block, node.start_byte, node.start_point[0] + 1)
    if label:
        walk.call(label, receiver, node)
        if label.lower() in ROUTE_WORDS and node.parent is not None and node.parent.type != "decorator":
            route(walk, node, None)
    if arguments is not None and busy(walk, arguments):
        if optional:
            walk.arms("short", "right", arguments.named_children, node)
        else:
            walk.descend(arguments)
    walk.block = block
    if function is not None and function.type != "identifier" and (not label or "(" in receiver or "[" in receiver):
        walk.descend(function)


def busy(walk: Walk, arguments: Node) -> bool:
    """Whether a list of arguments can hold anything of interest: a call, a function, an element."""
    return bool(_busy(walk.source, arguments.start_byte + 1, arguments.end_byte))


def new(walk: Walk, node: Node) -> None:
    """``new X(…)``."""
    label, receiver = name_of(walk, node.child_by_field_name("constructor"))
    if label:
        walk.call(label, receiver, node, "new")
    else:
        walk.descend(node.child_by_field_name("constructor"))
    walk.descend(node.child_by_field_name("arguments"))


def route(walk: Walk, node: Node, symbol: Symbol | None) -> None:
    """Note a route when a call's word is one of routing and its first argument a string."""
    arguments = node.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    label, _ = name_of(walk, node.child_by_field_name("function"))
    if first is None or first.type not in ("string", "template_string") or label.lower() not in ROUTE_WORDS:
        return
    before = len(walk.routes)
    walk.route(label, first, node)
    if symbol is not None and len(walk.routes) > before:
        method, path, _, line = walk.routes.pop()
        walk.routes.append((method, path, symbol, line))


def element(walk: Walk, node: Node) -> None:
    """``<Component …>``: a component is used as a function is called; an HTML tag is not."""
    name = node.child_by_field_name("name")
    label = walk.text(name)
    if label[:1].isupper() or "." in label:
        head, _, last = label.rpartition(".")
        walk.call(last, head, node, "new")
    for part in node.named_children:
        if part != name:
            walk.descend(part)


def if_(walk: Walk, node: Node) -> None:
    """``if``: the condition always runs, the arms do not."""
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("branch", "then", node.child_by_field_name("consequence"), node)
    walk.arm("branch", "else", node.child_by_field_name("alternative"), node, inner=True)
