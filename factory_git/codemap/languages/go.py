"""Go: structs with tags and embedding, interfaces, methods of types declared elsewhere, several names on a line."""

from __future__ import annotations

import re

from factory_git.codemap.languages import chains, common, control
from factory_git.codemap.walk import LEAF, Symbol, Walk, expression, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "go"
grammar = "go"

_WIRE = re.compile(r"\b(?:json|yaml|db|bson|toml|xml):\"([^\",]+)")


def finish(walk: Walk) -> None:
    """Exported is what begins with a capital, on the way down too."""
    walk.adopt()
    for symbol in walk.symbols:
        capital = symbol.name[:1].isupper()
        symbol.exported = capital and (symbol.parent is None or symbol.parent.name[:1].isupper())


def _package(walk: Walk, node: Node) -> None:
    walk.package = walk.text(node.named_children[0]) if node.named_children else ""


def _import(walk: Walk, node: Node) -> None:
    path = walk.text(node.child_by_field_name("path")).strip('"`')
    alias = walk.text(node.child_by_field_name("name"))
    walk.bring(path, node, (("*", "*"),) if alias == "." else (), alias="" if alias == "." else alias)


def _type(walk: Walk, node: Node) -> None:
    label, type_ = node.child_by_field_name("name"), node.child_by_field_name("type")
    if label is None or type_ is None or (walk.scope is not None and walk.scope.kind not in ("function", "method")):
        walk.children(node)
        return
    kind = {"struct_type": "struct", "interface_type": "interface"}.get(type_.type, "type")
    symbol = walk.define(walk.text(label), kind, node)
    single = node.parent is not None and node.parent.type == "type_declaration" and len(node.parent.named_children) == 1
    symbol.doc = common.doc_above(walk, node.parent if single and node.parent is not None else node, "//", "/*")
    if kind == "struct":
        _fields(walk, type_, symbol)
    elif kind == "interface":
        for one in type_.named_children:
            if one.type == "method_elem":
                method = walk.define(walk.text(one.child_by_field_name("name")), "method", one, symbol)
                _signature(walk, method, one)
            elif one.type == "type_elem":
                symbol.bases += (walk.brief(one),)
    else:
        symbol.default = walk.brief(type_)


def _fields(walk: Walk, node: Node, symbol: Symbol) -> None:
    for one in node.named_children[0].named_children if node.named_children else ():
        if one.type != "field_declaration":
            continue
        type_, tag = one.child_by_field_name("type"), walk.text(one.child_by_field_name("tag"))
        names = one.children_by_field_name("name")
        wire = _WIRE.search(tag)
        for label in names:
            field = walk.define(walk.text(label), "field", one, symbol)
            field.type, field.doc = walk.brief(type_), common.doc_above(walk, one, "//", "/*")
            field.wire = wire[1] if wire and len(names) == 1 else ""
            if type_ is not None and type_.type == "struct_type":
                _fields(walk, type_, field)
        if not names and type_ is not None:
            text = walk.brief(type_)
            field = walk.define(
                re.split(r"\[", text.lstrip("*"), maxsplit=1)[0].rpartition(".")[2], "field", one, symbol
            )
            field.type, field.modifiers = (
                ("*" if any(c.type == "*" for c in one.children) else "") + text,
                ("embedded",),
            )
            symbol.bases += (text.lstrip("*"),)


def _values(walk: Walk, node: Node) -> None:
    value, type_ = node.child_by_field_name("value"), node.child_by_field_name("type")
    kind = "constant" if node.type == "const_spec" else "variable"
    values = value.named_children if value is not None else []
    for place, label in enumerate(node.children_by_field_name("name")):
        made = values[place] if place < len(values) else None
        if walk.scope is not None:
            _bind(walk, walk.text(label), type_, made)
        elif walk.text(label) != "_":
            symbol = walk.define(walk.text(label), kind, node)
            symbol.type, symbol.default = walk.brief(type_), walk.brief(made).lstrip("&")
            symbol.doc = common.doc_above(walk, node, "//", "/*")
    walk.descend(value)


def _bind(walk: Walk, label: str, type_: Node | None, made: Node | None) -> None:
    if type_ is not None:
        walk.bind(label, walk.brief(type_), "type")
        return
    if made is not None and made.type == "unary_expression" and made.named_children:
        made = made.named_children[0]
    if made is not None and made.type == "composite_literal":
        walk.bind(label, walk.brief(made.child_by_field_name("type")), "type")
    elif made is not None and made.type == "call_expression":
        function = made.child_by_field_name("function")
        arguments = made.child_by_field_name("arguments")
        if walk.text(function) == "new" and arguments is not None and arguments.named_children:
            walk.bind(label, walk.brief(arguments.named_children[0]), "type")
        else:
            walk.bind(label, chains.called(walk, made), "call")


def _short_variable(walk: Walk, node: Node) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is not None and right is not None:
        made = right.named_children
        for place, label in enumerate(left.named_children):
            one = made[place] if len(made) == len(left.named_children) else made[0] if made and place == 0 else None
            if label.type == "identifier" and (len(made) == len(left.named_children) or place == 0):
                _bind(walk, walk.text(label), None, one)
    walk.descend(right)


def _function(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "function", node)
    symbol.doc = common.doc_above(walk, node, "//", "/*")
    _signature(walk, symbol, node)
    walk.inside(symbol, node.child_by_field_name("body"))


def _method(walk: Walk, node: Node) -> None:
    receiver = node.child_by_field_name("receiver")
    one = receiver.named_children[0] if receiver is not None and receiver.named_children else None
    type_ = walk.brief(one.child_by_field_name("type")) if one is not None else ""
    owner = walk.outside(re.split(r"\[", type_.lstrip("*( "), maxsplit=1)[0], node)
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "method", node, owner)
    symbol.doc = common.doc_above(walk, node, "//", "/*")
    _signature(walk, symbol, node)
    label = one.child_by_field_name("name") if one is not None else None
    if label is not None:
        walk.bindings.append((symbol, walk.text(label), type_, "type"))
    walk.inside(symbol, node.child_by_field_name("body"))


def _signature(walk: Walk, symbol: Symbol, node: Node) -> None:
    symbol.type = walk.brief(node.child_by_field_name("result"))
    parameters = node.child_by_field_name("parameters")
    out = []
    for one in parameters.named_children if parameters is not None else ():
        if one.type == "comment":
            continue
        type_, kind = walk.brief(one.child_by_field_name("type")), "rest" if one.type.startswith("variadic") else ""
        out += [(walk.text(n), type_, "", kind) for n in one.children_by_field_name("name")] or [("", type_, "", kind)]
    symbol.parameters = tuple(out)


def _called(walk: Walk, node: Node, _: Node) -> tuple[str, str] | None:
    """Name and receiver of a call that begins with more than names."""
    function = node.child_by_field_name("function")
    if function is None or function.type not in ("identifier", "selector_expression"):
        walk.descend(function)
        return None
    operand = function.child_by_field_name("operand")
    if operand is not None and walk.holds(operand, b"("):
        walk.descend(operand)
    label = walk.text(function if function.type == "identifier" else function.child_by_field_name("field"))
    return label, receiver_of(walk, operand)


def _busy(source: bytes, start: int, end: int) -> bool:
    return source.find(b"(", start, end) >= 0


def _route(walk: Walk, label: str, arguments: Node, node: Node) -> None:
    common.route_of_call(walk, label, arguments, node, ("interpreted_string_literal", "raw_string_literal"))


def _if(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("initializer"))
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("branch", "then", node.child_by_field_name("consequence"), node)
    walk.arm("branch", "else", node.child_by_field_name("alternative"), node)


def _for(walk: Walk, node: Node) -> None:
    for part in node.named_children:
        if part.type == "range_clause":
            walk.descend(part.child_by_field_name("right"))
        elif part.type == "for_clause":
            walk.descend(part.child_by_field_name("initializer"))
            walk.arm("loop", "body", part.child_by_field_name("condition"), node)
            walk.arm("loop", "body", part.child_by_field_name("update"), node)
        elif part.type == "block":
            walk.arm("loop", "body", part, node)
        else:
            walk.descend(part)


def _switch(walk: Walk, node: Node) -> None:
    for part in node.named_children:
        if part.type in ("expression_case", "default_case", "type_case", "communication_case"):
            walk.arm("branch", "case", part, node, inner=True)
        else:
            walk.descend(part)


table: Table = {
    "package_clause": _package,
    "import_spec": _import,
    "type_spec": _type,
    "type_alias": _type,
    "const_spec": _values,
    "var_spec": _values,
    "short_var_declaration": _short_variable,
    "function_declaration": _function,
    "method_declaration": _method,
    "call_expression": chains.calls("call_expression", "selector_expression", _called, _route, _busy),
    "func_literal": control.callback(),
    "go_statement": control.inside("callback", "go"),
    "defer_statement": control.inside("defer", "body"),
    "if_statement": _if,
    "for_statement": _for,
    "expression_switch_statement": _switch,
    "type_switch_statement": _switch,
    "select_statement": _switch,
    "binary_expression": control.short(("&&", "||")),
    "return_statement": leaving("return"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    **dict.fromkeys(("argument_list", "selector_expression", "index_expression", "unary_expression"), expression(b"(")),
    **dict.fromkeys(
        ("identifier", "field_identifier", "type_identifier", "package_identifier", "comment", "int_literal", "nil",
         "true", "false", "interpreted_string_literal", "raw_string_literal", "parameter_list", "qualified_type",
         "pointer_type", "slice_type", "map_type", "struct_type", "interface_type"),
        LEAF,
    ),
}  # fmt: skip
