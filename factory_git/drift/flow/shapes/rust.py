"""Rust's syntax as operations. What a macro is given is read as if it were a function's arguments."""

from __future__ import annotations

import re

from factory_git.codemap.extract import parse
from factory_git.drift.flow.op import (
    NOTHING,
    Op,
    Shape,
    again,
    attribute,
    choice,
    decorated,
    first,
    items,
    leave,
    let,
    line,
    name,
    nothing,
    only,
    seq,
    texts,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tree_sitter import Node

    from factory_git.drift.flow.value import Value

functions = frozenset({"function_item", "closure_expression"})
_SIGIL = re.compile(rb"(^|[(,=])(\s*)([%?])(?=\s*[\w&*(])")
_NAMED = re.compile(r"\{\s*([a-z_]\w*)\s*(:[^{}]*)?\}")
_DEBUG = re.compile(r":#?\??\?")
_KEY = re.compile(rb'("(?:[^"\\]|\\.)*"\s*):')
_ERRORS = frozenset({"panic", "bail", "anyhow", "ensure", "unreachable", "todo"})


def _function(shape: Shape, node: Node) -> Op:
    given = node.child_by_field_name("parameters")
    parameters = []
    for one in given.named_children if given is not None else ():
        if one.type == "parameter":
            parameters.append((shape.field(one, "pattern"), shape.text(one.child_by_field_name("type"))))
        elif one.type not in ("self_parameter", "attribute_item") and "comment" not in one.type:
            parameters.append((shape.op(one), ""))
    label = shape.text(node.child_by_field_name("name"))
    return shape.function(node, parameters, shape.field(node, "body"), label)


def _call(shape: Shape, node: Node) -> Op:
    function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    receiver, label = NOTHING, ""
    if function is not None and function.type == "identifier":
        label = shape.text(function)
    elif function is not None and function.type == "field_expression":
        receiver, label = shape.field(function, "value"), shape.text(function.child_by_field_name("field"))
    elif function is not None and function.type == "scoped_identifier":
        receiver, label = shape.field(function, "path"), shape.text(function.child_by_field_name("name"))
    else:
        receiver = shape.op(function)
    values = shape.ops(given.named_children) if given is not None else []
    return Op("call", line(node), name=label, parts=[receiver, *values], names=("",) * len(values))


def _scoped(shape: Shape, node: Node) -> Op:
    return Op("attr", line(node), name=shape.text(node.child_by_field_name("name")), parts=[shape.field(node, "path")])


def _macro(shape: Shape, node: Node) -> Op:
    called = node.child_by_field_name("macro")
    path, _, label = shape.text(called).rpartition("::")
    tokens = next((one for one in node.named_children if one.type == "token_tree"), None)
    inside = shape.source[tokens.start_byte + 1 : tokens.end_byte - 1] if tokens is not None else b""
    debugged = any(one[3] == b"?" for one in _SIGIL.finditer(inside))
    values = _arguments(shape, inside, label, line(node))
    written = next((one.name for one in values if one.op == "text" and "{" in one.name), "")
    how = "print" if debugged or _DEBUG.search(written) else "text"
    rest = [one for one in values if one.op != "text"]
    rest += [Op("name", line(node), name=found[1]) for found in _NAMED.finditer(written)]
    if label in _ERRORS:
        return Op("raise", line(node), parts=[Op("call", line(node), name=label, parts=[NOTHING, *rest])])
    if label in ("vec", "json"):
        return Op("list", line(node), parts=rest)
    receiver = Op("name", line(node), name=path.replace("::", ".")) if path else NOTHING
    return Op(
        "call", line(node), name=f"{label}!" if label != "format" else label, kind="macro", parts=[receiver, *rest],
        names=("",) * len(rest), text=how,
    )  # fmt: skip


def _arguments(shape: Shape, inside: bytes, label: str, at: int) -> list[Op]:
    """What stands between a macro's brackets, as arguments."""
    inside = _SIGIL.sub(rb"\1\2 ", inside).replace(b";", b",")
    if label == "json":
        inside = _KEY.sub(rb"\1,", inside).replace(b"{", b"(").replace(b"}", b")")
    source = b"fn f() { g(" + inside + b"); }"
    inner = Shape(source, table, functions)
    inner.depth = shape.depth
    root = parse(source, "rust").root_node
    made = inner.op(root.named_children[0].child_by_field_name("body")) if root.named_children else NOTHING
    _moved(made, at - 1)
    while made.op != "call" and made.parts:
        made = made.parts[0]
    values = made.parts[1:] if made.op == "call" else ()
    return [one.parts[1] if one.op == "let" and len(one.parts) == 2 else one for one in values]


def _moved(op: Op, by: int) -> None:
    op.line += by if op.line else 0
    for one in op.parts:
        if one is not NOTHING:
            _moved(one, by)


def _struct(shape: Shape, node: Node) -> Op:
    names, values = [], []
    body = node.child_by_field_name("body")
    for one in body.named_children if body is not None else ():
        if one.type == "field_initializer":
            names.append(shape.text(one.child_by_field_name("field") or one.child_by_field_name("name")))
            values.append(shape.field(one, "value"))
        elif one.type == "shorthand_field_initializer":
            names.append(shape.text(one))
            values.append(first(shape, one))
        elif one.type == "base_field_initializer":
            names.append("*")
            values.append(first(shape, one))
    text = shape.text(node.child_by_field_name("name"))
    return Op("map", line(node), names=tuple(names), parts=values, text=text)


def _pattern(shape: Shape, node: Node) -> Op:
    """``Buyer { email, name: n, .. }`` takes a row apart."""
    names, values = [], []
    for one in node.named_children:
        if one.type == "field_pattern":
            label = one.child_by_field_name("name")
            names.append(shape.text(label))
            inner = one.child_by_field_name("pattern")
            values.append(shape.op(inner) if inner is not None else Op("name", line(one), name=shape.text(label)))
    return Op("map", line(node), names=tuple(names), parts=values)


def _wrapped(shape: Shape, node: Node) -> Op:
    """``Some(x)``, ``Ok(x)``: what is in it."""
    inner = [one for one in node.named_children if one != node.child_by_field_name("type")]
    return Op("join", line(node), parts=shape.ops(inner))


def _binary(shape: Shape, node: Node) -> Op:
    kind = "join" if shape.text(node.child_by_field_name("operator")) == "+" else "none"
    return Op(kind, line(node), parts=[shape.field(node, "left"), shape.field(node, "right")])


def _let(shape: Shape, node: Node) -> Op:
    made = let("pattern", "value")(shape, node)
    other = node.child_by_field_name("alternative")
    if other is None:
        return made
    return Op("none", line(node), parts=[Op("if", line(node), parts=[shape.op(other), NOTHING]), made])


def _for(shape: Shape, node: Node) -> Op:
    loop = Op(
        "loop", line(node), parts=[shape.field(node, "pattern"), shape.field(node, "value"), shape.field(node, "body")]
    )
    return Op("none", line(node), parts=[loop])


def _match(shape: Shape, node: Node) -> Op:
    body = node.child_by_field_name("body")
    subject = Op("name", line(node), name="·match")
    arms = []
    for one in body.named_children if body is not None else ():
        if one.type == "match_arm":
            pattern = one.child_by_field_name("pattern")
            inner = pattern.named_children[0] if pattern is not None and pattern.named_children else None
            taken = Op("let", line(one), parts=[shape.op(inner), subject])
            arms.append(Op("seq", line(one), parts=[taken, shape.field(one, "value")]))
    before = Op("let", line(node), parts=[subject, shape.field(node, "value")])
    return Op("seq", line(node), parts=[before, Op("if", line(node), parts=arms or [NOTHING])])


def _text(shape: Shape, node: Node) -> Op:
    return Op("text", line(node), name=texts(shape, node))


def _index(shape: Shape, node: Node) -> Op:
    parts = node.named_children
    kind = "slice" if len(parts) > 1 and parts[1].type == "range_expression" else ""
    label = texts(shape, parts[1]) if len(parts) > 1 and parts[1].type == "string_literal" else ""
    return Op("index", line(node), name=label, kind=kind, parts=shape.ops(parts[:1]))


table = {
    "function_item": _function, "closure_expression": _function,
    "call_expression": _call, "macro_invocation": _macro,
    "identifier": name, "self": name, "shorthand_field_identifier": name,
    "scoped_identifier": _scoped, "field_expression": attribute("value", "field"), "index_expression": _index,
    "string_literal": _text, "raw_string_literal": _text,
    "binary_expression": _binary, "parenthesized_expression": first, "reference_expression": only("value"),
    "unary_expression": first, "try_expression": first, "await_expression": first,
    "type_cast_expression": only("value"),
    "tuple_expression": items, "array_expression": items,
    "struct_expression": _struct, "struct_pattern": _pattern, "tuple_pattern": items, "tuple_struct_pattern": _wrapped,
    "mut_pattern": lambda shape, node: shape.op(node.named_children[-1]) if node.named_children else NOTHING,
    "ref_pattern": first, "reference_pattern": first, "captured_pattern": first,
    "let_declaration": _let, "let_condition": let("pattern", "value"),
    "assignment_expression": let("left", "right"), "compound_assignment_expr": let("left", "right", "add"),
    "return_expression": leave("return"),
    "if_expression": choice("consequence", "alternative"),
    "else_clause": first, "for_expression": _for, "while_expression": again(),
    "loop_expression": again(),
    "match_expression": _match,
    "block": seq, "unsafe_block": seq, "async_block": seq, "expression_statement": first,
    "use_declaration": nothing, "struct_item": nothing, "enum_item": nothing, "trait_item": nothing,
    "attribute_item": nothing, "mod_item": only("body"),
}  # fmt: skip

grammar = "rust"
logged = "text"
_LEVELS = ("info", "debug", "warn", "error", "trace", "log", "event", "span")
prints = {f"{one}!": "text" for one in ("println", "print", "eprintln", "eprint", "dbg", *_LEVELS)}
prints |= {f"{crate}.{level}!": "text" for crate in ("tracing", "log", "slog") for level in _LEVELS}
prints["dbg!"] = "print"
responses = {"Json": "json", "Html": "text", "web.Json": "json", "axum.Json": "json", "JsonResponse": "json"}
responders = {
    "json": (frozenset({"ok", "response", "build", "created"}), "json"),
    "body": (frozenset({"ok", "response", "build", "builder"}), "text"),
}
answers: frozenset[str] = frozenset()

_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", "route"})


def written(op: Op, chain: str, receiver: Value, env: Mapping[str, Value]) -> bool:
    """``HttpResponse::Ok().json(…)``."""
    del receiver, env
    return op.name in ("json", "body") and chain.startswith("HttpResponse.")


def answering(row: tuple[Any, ...]) -> bool:
    """A function with an attribute of routing."""
    return decorated(row[14], _ROUTES)
