"""Python's syntax as operations."""

from __future__ import annotations

from factory_git.drift.flow.op import (
    NOTHING,
    Op,
    Shape,
    again,
    attribute,
    decorated,
    first,
    items,
    join,
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

functions = frozenset({"function_definition", "lambda"})


def _function(shape: Shape, node: Node) -> Op:
    given = node.child_by_field_name("parameters")
    label = shape.text(node.child_by_field_name("name"))
    return shape.function(node, _parameters(shape, given), shape.field(node, "body"), label)


def _parameters(shape: Shape, node: Node | None) -> list[tuple[Op, str]]:
    out = []
    for one in node.named_children if node is not None else ():
        label = one.child_by_field_name("name")
        if one.type == "identifier":
            label = one
        elif label is None and one.named_children and "comment" not in one.type:
            label = one.named_children[0]
        if label is None or label.type in ("keyword_separator", "positional_separator"):
            continue
        if label.type in ("list_splat_pattern", "dictionary_splat_pattern") and label.named_children:
            label = label.named_children[0]
        many = "splat" in one.type or (bool(one.named_children) and "splat" in one.named_children[0].type)
        text = shape.text(one.child_by_field_name("type"))
        out.append((Op("name", line(one), name=shape.text(label)), f"list[{text}]" if many and text else text))
    return out


def _call(shape: Shape, node: Node) -> Op:
    function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    receiver, label = NOTHING, ""
    if function is not None and function.type == "identifier":
        label = shape.text(function)
    elif function is not None and function.type == "attribute":
        receiver, label = shape.field(function, "object"), shape.text(function.child_by_field_name("attribute"))
    else:
        receiver = shape.op(function)
    names, values = _arguments(shape, given)
    return Op("call", line(node), name=label, parts=[receiver, *values], names=names, start=node.start_byte)


def _arguments(shape: Shape, given: Node | None) -> tuple[tuple[str, ...], list[Op]]:
    names: list[str] = []
    values: list[Op] = []
    if given is not None and given.type == "generator_expression":
        return ("",), [_comprehension(shape, given)]
    for one in given.named_children if given is not None else ():
        if "comment" in one.type:
            continue
        keyword = one.child_by_field_name("name") if one.type == "keyword_argument" else None
        names.append("*" if "splat" in one.type else shape.text(keyword))
        values.append(shape.field(one, "value") if keyword is not None else shape.op(one))
    return tuple(names), values


def _subscript(shape: Shape, node: Node) -> Op:
    key = node.child_by_field_name("subscript")
    label = texts(shape, key) if key is not None and key.type == "string" else ""
    kind = "slice" if key is not None and key.type == "slice" else ""
    return Op("index", line(node), name=label, kind=kind, parts=[shape.field(node, "value"), shape.op(key)])


def _string(shape: Shape, node: Node) -> Op:
    inside = [one for one in node.named_children if one.type == "interpolation"]
    if not inside:
        return Op("text", line(node), name=texts(shape, node))
    return Op("join", line(node), parts=[shape.field(one, "expression") for one in inside])


def _binary(shape: Shape, node: Node) -> Op:
    sign = node.child_by_field_name("operator")
    kind = "join" if shape.text(sign) in ("+", "%", "|", "*") else "none"
    return Op(kind, line(node), parts=[shape.field(node, "left"), shape.field(node, "right")])


def _dictionary(shape: Shape, node: Node) -> Op:
    names, values = [], []
    for one in node.named_children:
        if one.type == "pair":
            key = one.child_by_field_name("key")
            names.append(texts(shape, key) if key is not None and key.type == "string" else "")
            values.append(shape.field(one, "value"))
        elif one.type == "dictionary_splat":
            names.append("*")
            values.append(first(shape, one))
    return Op("map", line(node), names=tuple(names), parts=values)


def _comprehension(shape: Shape, node: Node) -> Op:
    body = node.child_by_field_name("body")
    if body is not None and body.type == "pair":
        inner = Op("seq", line(node), parts=[shape.field(body, "key"), shape.field(body, "value")])
    else:
        inner = shape.op(body)
    for one in reversed(node.named_children):
        if one.type == "for_in_clause":
            inner = Op("loop", line(node), parts=[shape.field(one, "left"), shape.field(one, "right"), inner])
        elif one.type == "if_clause":
            inner = Op("seq", line(node), parts=[shape.op(one), inner])
    return inner


def _for(shape: Shape, node: Node) -> Op:
    loop = Op(
        "loop", line(node), parts=[shape.field(node, "left"), shape.field(node, "right"), shape.field(node, "body")]
    )
    return Op("none", line(node), parts=[loop, shape.field(node, "alternative")])


def _if(shape: Shape, node: Node) -> Op:
    arms = [shape.field(node, "consequence")]
    rest = NOTHING
    for one in reversed(node.children_by_field_name("alternative")):
        if one.type == "elif_clause":
            inner = Op("if", line(one), parts=[shape.field(one, "consequence"), rest])
            rest = Op("none", line(one), parts=[shape.field(one, "condition"), inner])
        else:
            rest = shape.field(one, "body")
    both = Op("if", line(node), parts=[*arms, rest])
    return Op("none", line(node), parts=[shape.field(node, "condition"), both])


def _try(shape: Shape, node: Node) -> Op:
    body, handlers, after = shape.field(node, "body"), [], NOTHING
    for one in node.named_children:
        if one.type in ("except_clause", "except_group_clause"):
            handlers.append(seq(shape, one))
        elif one.type == "finally_clause":
            after = seq(shape, one)
        elif one.type == "else_clause":
            body = Op("none", parts=[body, shape.field(one, "body")])
    return Op("none", line(node), parts=[body, Op("if", line(node), parts=[*handlers, NOTHING]), after])


def _match(shape: Shape, node: Node) -> Op:
    subjects = shape.ops(node.children_by_field_name("subject"))
    body = node.child_by_field_name("body")
    cases = body.named_children if body is not None else ()
    arms = [shape.field(one, "consequence") for one in cases if one.type == "case_clause"]
    return Op("none", line(node), parts=[*subjects, Op("if", line(node), parts=[*arms, NOTHING])])


def _conditional(shape: Shape, node: Node) -> Op:
    parts = shape.ops(node.named_children)
    if len(parts) != 3:
        return join(shape, node)
    return Op("seq", line(node), parts=[parts[1], Op("join", line(node), parts=[parts[0], parts[2]])])


def _boolean(shape: Shape, node: Node) -> Op:
    return Op("join", line(node), parts=[shape.field(node, "left"), shape.field(node, "right")])


def _as(shape: Shape, node: Node) -> Op:
    alias = node.child_by_field_name("alias")
    target = shape.op(alias.named_children[0]) if alias is not None and alias.named_children else NOTHING
    return Op("let", line(node), parts=[target, first(shape, node)])


def _raise(shape: Shape, node: Node) -> Op:
    return Op("raise", line(node), parts=[first(shape, node)])


table = {
    "function_definition": _function,
    "lambda": _function,
    "call": _call,
    "identifier": name,
    "attribute": attribute("object", "attribute"),
    "subscript": _subscript,
    "string": _string,
    "concatenated_string": join,
    "binary_operator": _binary,
    "boolean_operator": _boolean,
    "conditional_expression": _conditional,
    "parenthesized_expression": first,
    "await": first,
    "dictionary": _dictionary,
    "list": items, "tuple": items, "set": items, "expression_list": items, "pattern_list": items,
    "list_pattern": items, "tuple_pattern": items,
    "list_splat": first, "dictionary_splat": first, "list_splat_pattern": first, "as_pattern_target": first,
    "list_comprehension": _comprehension, "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension, "generator_expression": _comprehension,
    "assignment": let("left", "right"),
    "augmented_assignment": let("left", "right", "add"),
    "named_expression": let("name", "value"),
    "as_pattern": _as,
    "return_statement": leave("return"),
    "yield": leave("return"),
    "raise_statement": _raise,
    "if_statement": _if, "for_statement": _for, "while_statement": again(), "try_statement": _try,
    "match_statement": _match,
    "expression_statement": first,
    "decorated_definition": only("definition"),
    "class_definition": nothing,
    "decorator": nothing, "import_statement": nothing, "import_from_statement": nothing, "type": nothing,
    "future_import_statement": nothing, "assert_statement": nothing, "delete_statement": nothing,
}  # fmt: skip

grammar = "python"
logged = "print"
prints = {
    "print": "print", "pprint": "print", "pprint.pprint": "print", "sys.stdout.write": "text",
    "sys.stderr.write": "text",
    "click.echo": "text", "typer.echo": "text", "click.secho": "text", "rich.print": "print", "warnings.warn": "text",
    "warn": "text", "console.print": "print", "print_": "print",
}  # fmt: skip
responses = {
    "jsonify": "json", "flask.jsonify": "json", "make_response": "json", "JsonResponse": "json", "HttpResponse": "text",
    "JSONResponse": "json", "ORJSONResponse": "json", "PlainTextResponse": "text", "HTMLResponse": "text",
    "Response": "json", "web.json_response": "json", "web.Response": "json", "json_response": "json",
    "StreamingHttpResponse": "text", "HttpResponseBadRequest": "text", "responses.JSONResponse": "json",
    "self.write": "json",
}  # fmt: skip
responders = {"write": (frozenset({"response", "resp"}), "text")}
answers = frozenset({"resp.media", "response.media", "resp.text", "response.text", "resp.body", "response.body"})

_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route", "api_view", "action", "websocket"})


def written(op: Op, chain: str, receiver: Value, env: Mapping[str, Value]) -> bool:
    """Nothing of its own."""
    del op, chain, receiver, env
    return False


def answering(row: tuple[Any, ...]) -> bool:
    """A function with a decorator of routing."""
    return decorated(row[14], _ROUTES)
