"""PHP's syntax as operations."""

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
    join,
    leave,
    let,
    line,
    nothing,
    seq,
    texts,
)  # fmt: skip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tree_sitter import Node

    from factory_git.drift.flow.value import Value

functions = frozenset({"function_definition", "method_declaration", "anonymous_function", "arrow_function",
                       "anonymous_function_creation_expression"})  # fmt: skip


def _name(shape: Shape, node: Node) -> Op:
    text = shape.text(node)
    return Op("name", line(node), name=text.lstrip("$") if text != "$this" else "$this")


def _function(shape: Shape, node: Node) -> Op:
    given = node.child_by_field_name("parameters")
    parameters = []
    for one in given.named_children if given is not None else ():
        label = one.child_by_field_name("name")
        if label is not None:
            text = shape.text(one.child_by_field_name("type"))
            many = one.type == "variadic_parameter" and text
            parameters.append((shape.op(label), f"{text}[]" if many else text))
    body = node.child_by_field_name("body")
    inside = shape.op(body)
    if node.type == "arrow_function" and body is not None:
        inside = Op("return", line(body), parts=[inside])
    named = shape.text(node.child_by_field_name("name")) if node.type == "function_definition" else ""
    return shape.function(node, parameters, inside, named)


def _arguments(shape: Shape, given: Node | None) -> tuple[tuple[str, ...], list[Op]]:
    names, values = [], []
    for one in given.named_children if given is not None else ():
        if one.type == "argument":
            inner = [each for each in one.named_children if "comment" not in each.type]
            label = one.child_by_field_name("name")
            spread = bool(inner) and inner[-1].type == "variadic_unpacking"
            names.append("*" if spread else shape.text(label))
            values.append(shape.op(inner[-1]) if inner else NOTHING)
    return tuple(names), values


def _call(shape: Shape, node: Node) -> Op:
    function = node.child_by_field_name("function")
    target = node.child_by_field_name("object") or node.child_by_field_name("scope")
    names, values = _arguments(shape, node.child_by_field_name("arguments"))
    if function is not None:
        named = function.type in ("name", "qualified_name")
        label = shape.text(function).rpartition("\\")[2] if named else ""
        receiver = NOTHING if named else shape.op(function)
    else:
        label, receiver = shape.text(node.child_by_field_name("name")), shape.op(target)
    kind = "static" if node.type == "scoped_call_expression" else ""
    return Op("call", line(node), name=label, kind=kind, parts=[receiver, *values], names=names)


def _new(shape: Shape, node: Node) -> Op:
    label = next((one for one in node.named_children if one.type in ("name", "qualified_name")), None)
    given = next((one for one in node.named_children if one.type == "arguments"), None)
    names, values = _arguments(shape, given)
    text = shape.text(label).rpartition("\\")[2]
    return Op("call", line(node), name=text, kind="new", parts=[NOTHING, *values], names=names)


def _echo(shape: Shape, node: Node) -> Op:
    label = {"print_intrinsic": "print", "exit_statement": "exit"}.get(node.type, "echo")
    inside = node.named_children
    if len(inside) == 1 and inside[0].type == "sequence_expression":
        inside = inside[0].named_children
    values = shape.ops(inside)
    return Op("call", line(node), name=label, parts=[NOTHING, *values], names=("",) * len(values))


def _subscript(shape: Shape, node: Node) -> Op:
    parts = node.named_children
    key = parts[1] if len(parts) > 1 else None
    label = texts(shape, key) if key is not None and key.type in ("string", "encapsed_string") else ""
    return Op("index", line(node), name=label, parts=[shape.op(parts[0]), shape.op(key)] if parts else [NOTHING])


def _binary(shape: Shape, node: Node) -> Op:
    kind = "join" if shape.text(node.child_by_field_name("operator")) in (".", "??", "+") else "none"
    return Op(kind, line(node), parts=[shape.field(node, "left"), shape.field(node, "right")])


def _array(shape: Shape, node: Node) -> Op:
    keyed, names, values = False, [], []
    for one in node.named_children:
        if one.type != "array_element_initializer":
            continue
        inner = [each for each in one.named_children if "comment" not in each.type]
        if len(inner) == 2:
            keyed = True
            names.append(texts(shape, inner[0]) if inner[0].type in ("string", "encapsed_string") else "")
        else:
            spread = bool(inner) and inner[0].type == "variadic_unpacking"
            keyed = keyed or spread
            names.append("*" if spread else "")
        values.append(shape.op(inner[-1]) if inner else NOTHING)
    if keyed:
        return Op("map", line(node), names=tuple(names), parts=values)
    return Op("list", line(node), parts=values)


def _taken(shape: Shape, node: Node) -> Op:
    """``[$a, 'k' => $b] = …``, ``list($a) = …``."""
    names: list[str] = []
    values: list[Op] = []
    key = ""
    for one in node.named_children:
        if one.type in ("string", "encapsed_string"):
            key = texts(shape, one)
        else:
            names.append(key)
            values.append(shape.op(one))
            key = ""
    if any(names):
        return Op("map", line(node), names=tuple(names), parts=values)
    return Op("list", line(node), parts=values)


def _foreach(shape: Shape, node: Node) -> Op:
    parts = [one for one in node.named_children if one != node.child_by_field_name("body")]
    target = NOTHING
    if len(parts) > 1:
        inner = parts[1].named_children if parts[1].type == "pair" else [parts[1]]
        target = shape.op(inner[-1])
    through = shape.op(parts[0]) if parts else NOTHING
    loop = Op("loop", line(node), parts=[target, through, shape.field(node, "body")])
    return Op("none", line(node), parts=[loop])


def _if(shape: Shape, node: Node) -> Op:
    rest = NOTHING
    for one in reversed(node.children_by_field_name("alternative")):
        if one.type == "else_if_clause":
            inner = Op("if", line(one), parts=[shape.field(one, "body"), rest])
            rest = Op("none", line(one), parts=[shape.field(one, "condition"), inner])
        else:
            rest = shape.field(one, "body")
    both = Op("if", line(node), parts=[shape.field(node, "body"), rest])
    return Op("none", line(node), parts=[shape.field(node, "condition"), both])


def _switch(shape: Shape, node: Node) -> Op:
    body = node.child_by_field_name("body")
    arms = []
    for one in body.named_children if body is not None else ():
        given = one.child_by_field_name("return_expression")
        inside = [each for each in one.named_children if each != one.child_by_field_name("value")]
        arms.append(shape.op(given) if given is not None else Op("none", line(one), parts=shape.ops(inside)))
    return Op("seq", line(node), parts=[shape.field(node, "condition"), Op("if", line(node), parts=arms or [NOTHING])])


def _try(shape: Shape, node: Node) -> Op:
    handlers = [shape.field(one, "body") for one in node.named_children if one.type == "catch_clause"]
    rest = [shape.field(one, "body") for one in node.named_children if one.type == "finally_clause"]
    return Op("none", line(node), parts=[shape.field(node, "body"), Op("if", parts=[*handlers, NOTHING]), *rest])


def _text(shape: Shape, node: Node) -> Op:
    return Op("text", line(node), name=texts(shape, node))


def _raise(shape: Shape, node: Node) -> Op:
    return Op("raise", line(node), parts=[first(shape, node)])


def _static(shape: Shape, node: Node) -> Op:
    return Op("name", line(node), name=shape.text(node).rpartition("\\")[2])


table = {
    **dict.fromkeys(functions, _function),
    "function_call_expression": _call, "member_call_expression": _call, "nullsafe_member_call_expression": _call,
    "scoped_call_expression": _call, "object_creation_expression": _new,
    "echo_statement": _echo, "print_intrinsic": _echo, "exit_statement": _echo,
    "variable_name": _name, "name": _static, "qualified_name": _static, "string": _text, "relative_scope": _static,
    "encapsed_string": join, "heredoc": join, "heredoc_body": join,
    "member_access_expression": attribute("object", "name"),
    "nullsafe_member_access_expression": attribute("object", "name"),
    "scoped_property_access_expression": attribute("scope", "name"),
    "subscript_expression": _subscript,
    "binary_expression": _binary,
    "conditional_expression": choice("body", "alternative"),
    "parenthesized_expression": first, "cast_expression": lambda shape, node: shape.field(node, "value"),
    "variadic_unpacking": first, "clone_expression": first, "by_ref": first, "reference_modifier": nothing,
    "array_creation_expression": _array, "list_literal": _taken,
    "assignment_expression": let("left", "right"), "reference_assignment_expression": let("left", "right"),
    "augmented_assignment_expression": let("left", "right", "add"),
    "return_statement": leave("return"), "yield_expression": leave("return"), "throw_expression": _raise,
    "throw_statement": _raise,
    "if_statement": _if, "foreach_statement": _foreach,
    "for_statement": again("initialize", "update"), "while_statement": again(),
    "do_statement": again(), "switch_statement": _switch, "match_expression": _switch, "try_statement": _try,
    "expression_statement": first, "sequence_expression": seq,
    "namespace_use_declaration": nothing, "property_declaration": nothing, "const_declaration": nothing,
    "namespace_definition": seq, "attribute_list": nothing,
}  # fmt: skip

grammar = "php"
logged = "json"
prints = {
    "echo": "text", "print": "text", "print_r": "print", "var_dump": "print", "var_export": "print",
    "error_log": "text",
    "printf": "text", "syslog": "text", "dd": "print", "dump": "print", "trigger_error": "text", "exit": "text",
    "die": "text", "debug_zval_refcount": "print", "logger": "json", "info": "json", "fprintf": "text", "ray": "print",
}  # fmt: skip
responses = {
    "JsonResponse": "json", "Response": "text", "Response.json": "json", "*.withJson": "json", "response": "json",
    "().json": "json",
}  # fmt: skip
_ANSWERS = frozenset({"response", "res", "resp"})
responders = {
    "json": (_ANSWERS | {"this"}, "json"), "jsonp": (_ANSWERS, "json"), "write": (_ANSWERS | {"body"}, "text"),
    "setContent": (_ANSWERS, "text"), "setData": (_ANSWERS, "json"), "make": (_ANSWERS, "json"),
    "send": (_ANSWERS, "json"), "body": (_ANSWERS, "text"),
}  # fmt: skip
answers: frozenset[str] = frozenset()

_ROUTES = frozenset({"Route", "Get", "Post", "Put", "Patch", "Delete", "ApiResource"})


def written(op: Op, chain: str, receiver: Value, env: Mapping[str, Value]) -> bool:
    """``$response->getBody()->write(…)``."""
    del receiver, env
    return op.name == "write" and chain.lower().endswith("getbody()")


def answering(row: tuple[Any, ...]) -> bool:
    """A method with an attribute of routing."""
    return decorated(row[14], _ROUTES)
