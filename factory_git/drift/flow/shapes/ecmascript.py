"""The syntax of JavaScript and TypeScript as operations."""

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

functions = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
    "generator_function_declaration", "function",
})  # fmt: skip


def _function(shape: Shape, node: Node) -> Op:
    single = node.child_by_field_name("parameter")
    given = node.child_by_field_name("parameters")
    parameters: list[tuple[Op, str]] = [(shape.op(single), "")] if single is not None else []
    for one in given.named_children if given is not None else ():
        if "comment" in one.type:
            continue
        pattern = one.child_by_field_name("pattern") if one.type.endswith("_parameter") else one
        text = shape.text(one.child_by_field_name("type")).lstrip(": ")
        parameters.append((shape.op(pattern), text))
    body = node.child_by_field_name("body")
    inside = shape.op(body)
    if body is not None and body.type != "statement_block":
        inside = Op("return", line(body), parts=[inside])
    label = shape.text(node.child_by_field_name("name")) if node.type.endswith("declaration") else ""
    return shape.function(node, parameters, inside, label)


def _call(shape: Shape, node: Node) -> Op:
    function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
    given = node.child_by_field_name("arguments")
    while function is not None and function.type in (
        "non_null_expression",
        "parenthesized_expression",
        "await_expression",
    ):
        function = function.named_children[0] if function.named_children else None
    receiver, label = NOTHING, ""
    if function is not None and function.type in ("identifier", "super", "import"):
        label = shape.text(function)
    elif function is not None and function.type == "member_expression":
        receiver, label = shape.field(function, "object"), shape.text(function.child_by_field_name("property"))
    else:
        receiver = shape.op(function)
    values = given.named_children if given is not None and given.type == "arguments" else [given] if given else []
    values = [one for one in values if "comment" not in one.type]
    names = tuple("*" if one.type == "spread_element" else "" for one in values)
    kind = "new" if node.type == "new_expression" else ""
    return Op("call", line(node), name=label, kind=kind, parts=[receiver, *shape.ops(values)], names=names)


def _subscript(shape: Shape, node: Node) -> Op:
    key = node.child_by_field_name("index")
    label = texts(shape, key) if key is not None and key.type == "string" else ""
    return Op("index", line(node), name=label, parts=[shape.field(node, "object"), shape.op(key)])


def _binary(shape: Shape, node: Node) -> Op:
    sign = shape.text(node.child_by_field_name("operator"))
    kind = "join" if sign in ("+", "??", "||", "&&") else "none"
    parts = [shape.field(node, "left"), shape.field(node, "right")]
    return Op(kind, line(node), parts=parts[1:] if sign == "&&" else parts)


def _object(shape: Shape, node: Node) -> Op:
    """An object, or a pattern that takes one apart."""
    names, values = [], []
    for one in node.named_children:
        key = one.child_by_field_name("key")
        if one.type in ("pair", "pair_pattern"):
            literal = key is not None and key.type in ("property_identifier", "string")
            names.append(texts(shape, key) if literal and key is not None else "")
            values.append(shape.field(one, "value"))
        elif one.type.startswith("shorthand_property_identifier"):
            names.append(shape.text(one))
            values.append(name(shape, one))
        elif one.type in ("spread_element", "rest_pattern"):
            names.append("*")
            values.append(first(shape, one))
        elif one.type == "object_assignment_pattern":
            left = one.child_by_field_name("left")
            names.append(shape.text(left))
            values.append(shape.op(left))
        elif one.type == "method_definition":
            names.append("")
            values.append(shape.op(one))
    return Op("map", line(node), names=tuple(names), parts=values)


def _for(shape: Shape, node: Node) -> Op:
    left, right = shape.field(node, "left"), shape.field(node, "right")
    kind = "keys" if shape.text(node.child_by_field_name("operator")) == "in" else ""
    loop = Op("loop", line(node), kind=kind, parts=[left, right, shape.field(node, "body")])
    return Op("none", line(node), parts=[loop])


def _switch(shape: Shape, node: Node) -> Op:
    body = node.child_by_field_name("body")
    arms = [Op("none", parts=shape.ops(one.named_children)) for one in (body.named_children if body else ())]
    return Op("none", line(node), parts=[shape.field(node, "value"), Op("if", line(node), parts=[*arms, NOTHING])])


def _try(shape: Shape, node: Node) -> Op:
    handler = Op("if", line(node), parts=[shape.field(node, "handler"), NOTHING])
    return Op("none", line(node), parts=[shape.field(node, "body"), handler, shape.field(node, "finalizer")])


def _as(shape: Shape, node: Node) -> Op:
    parts = node.named_children
    target = Op("name", line(node), name="·")
    text = shape.text(parts[-1]) if len(parts) > 1 else ""
    if text == "const" or node.type == "satisfies_expression":
        return first(shape, node)
    return Op("seq", line(node), parts=[Op("let", line(node), parts=[target, first(shape, node)], text=text), target])


def _element(shape: Shape, node: Node) -> Op:
    """A piece of a page: what it shows is for a panel's own rule."""
    return Op("none", line(node), parts=shape.ops(node.named_children))


def _raise(shape: Shape, node: Node) -> Op:
    return Op("raise", line(node), parts=[first(shape, node)])


def _text(shape: Shape, node: Node) -> Op:
    return Op("text", line(node), name=texts(shape, node))


table = {
    **dict.fromkeys(functions, _function),
    "call_expression": _call, "new_expression": _call,
    "identifier": name, "this": name, "shorthand_property_identifier_pattern": name, "super": name,
    "member_expression": attribute("object", "property"),
    "subscript_expression": _subscript,
    "string": _text,
    "template_string": join, "template_substitution": first,
    "binary_expression": _binary,
    "ternary_expression": choice("consequence", "alternative"),
    "parenthesized_expression": first, "await_expression": first, "non_null_expression": first, "spread_element": first,
    "as_expression": _as, "satisfies_expression": _as, "sequence_expression": seq,
    "object": _object, "object_pattern": _object, "array": items, "array_pattern": items,
    "assignment_pattern": only("left"), "rest_pattern": first,
    "variable_declarator": let("name", "value"),
    "assignment_expression": let("left", "right"),
    "augmented_assignment_expression": let("left", "right", "add"),
    "return_statement": leave("return"), "yield_expression": leave("return"), "throw_statement": _raise,
    "if_statement": choice("consequence", "alternative", op="none"),
    "for_in_statement": _for, "for_statement": again("initializer", "increment"), "while_statement": again(),
    "do_statement": again(),
    "switch_statement": _switch, "try_statement": _try,
    "expression_statement": first, "export_statement": seq,
    "jsx_element": _element, "jsx_self_closing_element": _element, "jsx_fragment": _element,
    "import_statement": nothing, "type_annotation": nothing, "interface_declaration": nothing,
    "type_alias_declaration": nothing, "enum_declaration": nothing, "decorator": nothing,
}  # fmt: skip

grammar = "javascript"
logged = "print"
prints = {
    "process.stdout.write": "text", "process.stderr.write": "text", "util.log": "print", "debug": "print",
    "alert": "text",
}  # fmt: skip
responses = {
    "Response.json": "json", "NextResponse.json": "json", "Response": "text", "NextResponse": "text", "json": "json",
    "HttpResponse.json": "json",
}  # fmt: skip
_ANSWERS = frozenset({"res", "response", "reply", "resp", "ctx", "c"})
responders = {
    "json": (_ANSWERS, "json"), "send": (_ANSWERS, "json"), "jsonp": (_ANSWERS, "json"), "end": (_ANSWERS, "text"),
    "write": (_ANSWERS, "text"), "text": (_ANSWERS, "text"), "html": (_ANSWERS, "text"), "body": (_ANSWERS, "text"),
}  # fmt: skip
answers = frozenset({"ctx.body", "ctx.response.body", "response.body", "reply.body"})

_ROUTES = frozenset({"Get", "Post", "Put", "Patch", "Delete", "All"})


def written(op: Op, chain: str, receiver: Value, env: Mapping[str, Value]) -> bool:
    """Nothing of its own."""
    del op, chain, receiver, env
    return False


def answering(row: tuple[Any, ...]) -> bool:
    """A method with a decorator of routing (NestJS)."""
    return decorated(row[14], _ROUTES)
