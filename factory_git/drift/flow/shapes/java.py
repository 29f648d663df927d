"""Java's syntax as operations."""

from __future__ import annotations

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

functions = frozenset(
    {"method_declaration", "constructor_declaration", "lambda_expression", "compact_constructor_declaration"}
)


def _function(shape: Shape, node: Node) -> Op:
    given = node.child_by_field_name("parameters")
    parameters = []
    if given is not None and given.type == "identifier":
        parameters.append((name(shape, given), ""))
    for one in given.named_children if given is not None else ():
        if one.type == "identifier":
            parameters.append((name(shape, one), ""))
        elif "parameter" in one.type and one.type != "receiver_parameter":
            label = one.child_by_field_name("name")
            text = shape.text(one.child_by_field_name("type"))
            if one.type == "spread_parameter":
                text = f"{shape.text(one.named_children[0])}[]"
                label = one.named_children[-1].child_by_field_name("name")
            parameters.append((shape.op(label), "" if text == "var" else text))
    body = node.child_by_field_name("body")
    inside = shape.op(body)
    if body is not None and node.type == "lambda_expression" and body.type != "block":
        inside = Op("return", line(body), parts=[inside])
    return shape.function(node, parameters, inside)


def _call(shape: Shape, node: Node) -> Op:
    target = node.child_by_field_name("object")
    given = node.child_by_field_name("arguments")
    label = shape.text(node.child_by_field_name("name"))
    values = shape.ops(given.named_children) if given is not None else []
    receiver = shape.op(target) if target is not None else NOTHING
    return Op("call", line(node), name=label, parts=[receiver, *values], names=("",) * len(values))


def _new(shape: Shape, node: Node) -> Op:
    given = node.child_by_field_name("arguments")
    label = shape.text(node.child_by_field_name("type")).partition("<")[0].rpartition(".")[2]
    values = shape.ops(given.named_children) if given is not None else []
    return Op("call", line(node), name=label, kind="new", parts=[NOTHING, *values], names=("",) * len(values))


def _reference(shape: Shape, node: Node) -> Op:
    """``Buyer::getEmail``: a function that asks what it is given for it; ``log::info``: one that gives it on."""
    parts = [one for one in node.children if one.is_named]
    if len(parts) < 2:
        return NOTHING
    of, label = parts[0], shape.text(parts[-1])
    item = Op("name", line(node), name="·item")
    if shape.text(of)[:1].isupper() and of.type == "identifier":
        body = Op("call", line(node), name=label, parts=[item])
    else:
        body = Op("call", line(node), name=label, parts=[shape.op(of), item], names=("",))
    return Op("fn", line(node), parts=[item, body], texts=("",), start=node.start_byte)


def _binary(shape: Shape, node: Node) -> Op:
    kind = "join" if shape.text(node.child_by_field_name("operator")) == "+" else "none"
    return Op(kind, line(node), parts=[shape.field(node, "left"), shape.field(node, "right")])


def _declaration(shape: Shape, node: Node) -> Op:
    text = shape.text(node.child_by_field_name("type"))
    out = []
    for one in node.children_by_field_name("declarator"):
        parts = [shape.field(one, "name"), shape.field(one, "value")]
        out.append(Op("let", line(one), parts=parts, text="" if text == "var" else text))
    return Op("none", line(node), parts=out)


def _for(shape: Shape, node: Node) -> Op:
    text = shape.text(node.child_by_field_name("type"))
    target = shape.field(node, "name")
    body = shape.field(node, "body")
    if text != "var":
        body = Op("none", parts=[Op("let", line(node), parts=[target, target], text=text), body])
    return Op("none", line(node), parts=[Op("loop", line(node), parts=[target, shape.field(node, "value"), body])])


def _switch(shape: Shape, node: Node) -> Op:
    body = node.child_by_field_name("body")
    arms = []
    for one in body.named_children if body is not None else ():
        inside = [each for each in one.named_children if each.type != "switch_label"]
        arms.append(Op("seq", line(one), parts=shape.ops(inside)))
    return Op("seq", line(node), parts=[shape.field(node, "condition"), Op("if", line(node), parts=arms or [NOTHING])])


def _try(shape: Shape, node: Node) -> Op:
    handlers = [seq(shape, one) for one in node.named_children if one.type == "catch_clause"]
    rest = [seq(shape, one) for one in node.named_children if one.type == "finally_clause"]
    parts = [shape.field(node, "resources"), shape.field(node, "body"), Op("if", parts=[*handlers, NOTHING]), *rest]
    return Op("none", line(node), parts=parts)


def _instance(shape: Shape, node: Node) -> Op:
    label, pattern = node.child_by_field_name("name"), node.child_by_field_name("right")
    if label is None or pattern is None:
        return Op("none", line(node), parts=[shape.field(node, "left")])
    return Op("let", line(node), parts=[shape.op(label), shape.field(node, "left")], text=shape.text(pattern))


def _cast(shape: Shape, node: Node) -> Op:
    target = Op("name", line(node), name="·")
    text = shape.text(node.child_by_field_name("type"))
    return Op("seq", line(node), parts=[Op("let", parts=[target, shape.field(node, "value")], text=text), target])


def _text(shape: Shape, node: Node) -> Op:
    return Op("text", line(node), name=texts(shape, node))


def _raise(shape: Shape, node: Node) -> Op:
    return Op("raise", line(node), parts=[first(shape, node)])


def _index(shape: Shape, node: Node) -> Op:
    return Op("index", line(node), parts=[shape.field(node, "array"), shape.field(node, "index")])


table = {
    **dict.fromkeys(functions, _function),
    "method_invocation": _call, "object_creation_expression": _new, "method_reference": _reference,
    "identifier": name, "this": name, "super": name, "string_literal": _text,
    "field_access": attribute("object", "field"),
    "array_access": _index,
    "binary_expression": _binary,
    "ternary_expression": choice("consequence", "alternative"),
    "parenthesized_expression": first, "cast_expression": _cast, "instanceof_expression": _instance,
    "array_creation_expression": only("value"), "array_initializer": items,
    "local_variable_declaration": _declaration, "field_declaration": nothing,
    "assignment_expression": let("left", "right"),
    "resource": let("name", "value"),
    "return_statement": leave("return"), "yield_statement": seq, "throw_statement": _raise,
    "if_statement": choice("consequence", "alternative", op="none"),
    "enhanced_for_statement": _for, "for_statement": again("init", "update"), "while_statement": again(),
    "do_statement": again(), "switch_expression": _switch, "switch_statement": _switch,
    "try_statement": _try, "try_with_resources_statement": _try,
    "expression_statement": first,
    "import_declaration": nothing, "package_declaration": nothing, "modifiers": nothing, "annotation": nothing,
    "catch_formal_parameter": nothing,
}  # fmt: skip

grammar = "java"
logged = "text"
_STREAMS = ("System.out", "System.err")
prints = {
    f"{stream}.{name}": "text" for stream in _STREAMS for name in ("print", "println", "printf", "format", "append")
}
responses = {
    "ResponseEntity.ok": "json", "ResponseEntity": "json", "Response.ok": "json", "HttpResponse.ok": "json",
    "Results.ok": "json", "ServerResponse.ok": "json",
}  # fmt: skip
_WRITERS = frozenset({"response", "res", "resp", "ctx", "writer", "exchange"})
responders = {
    "body": (frozenset({"ok", "status", "entity", "response"}), "json"), "json": (_WRITERS, "json"),
    "result": (frozenset({"ctx"}), "text"), "write": (_WRITERS, "text"), "print": (_WRITERS, "text"),
    "println": (_WRITERS, "text"), "end": (_WRITERS, "text"), "sendError": (_WRITERS, "text"),
}  # fmt: skip
answers: frozenset[str] = frozenset()
_ROUTES = frozenset({
    "GetMapping", "PostMapping", "PutMapping", "PatchMapping", "DeleteMapping", "RequestMapping", "GET", "POST",
    "PUT", "PATCH", "DELETE", "Path", "Get", "Post", "Put", "QueryMapping", "MessageMapping",
})  # fmt: skip


def written(op: Op, chain: str, receiver: Value, env: Mapping[str, Value]) -> bool:
    """``ResponseEntity.status(…).body(…)`` and its like."""
    del receiver, env
    return op.name in ("body", "bodyValue", "entity") and chain.startswith(
        ("ResponseEntity.", "ServerResponse.", "Response.")
    )


def answering(row: tuple[Any, ...]) -> bool:
    """A method with an annotation of routing."""
    return decorated(row[14], _ROUTES)
