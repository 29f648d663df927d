"""C#: classes, records, structs, properties, attributes, partial types, local functions, pattern switches."""

from __future__ import annotations

import re

from factory_git.codemap.languages import common, control
from factory_git.codemap.walk import LEAF, Arm, Symbol, Walk, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "csharp"
grammar = "csharp"

_KINDS = {"class_declaration": "class", "record_declaration": "record", "record_struct_declaration": "record",
          "struct_declaration": "struct", "interface_declaration": "interface", "enum_declaration": "enum"}  # fmt: skip
_STRING = re.compile(r"\(\s*@?(\"[^\"]*\")")
_WIRE = re.compile(r"^(?:JsonPropertyName|JsonProperty|Column|DataMember)\(.*?\"([^\"]+)\"")


def finish(walk: Walk) -> None:
    """Exported is what is ``public``; members of interfaces and enums are as public as these."""
    for symbol in walk.symbols:
        above = symbol.parent
        open_ = (
            "public" in symbol.modifiers or symbol.kind in ("namespace", "member") or "positional" in symbol.modifiers
        )
        if above is not None and above.kind == "interface":
            open_ = "private" not in symbol.modifiers
        symbol.exported = open_ and (above is None or above.exported)


def _modify(walk: Walk, symbol: Symbol, node: Node) -> None:
    symbol.modifiers += tuple(walk.text(n) for n in node.children if n.type == "modifier")
    attributes = [a for n in node.named_children if n.type == "attribute_list" for a in n.named_children]
    symbol.decorators = tuple(walk.brief(a) for a in attributes if a.type == "attribute")
    symbol.doc = common.doc_above(walk, node, "///", "/**").replace("<summary>", "").replace("</summary>", "").strip()
    symbol.wire = next((m[1] for m in map(_WIRE.match, symbol.decorators) if m), "")
    for text in symbol.decorators:
        label, found = text.split("(", 1)[0], _STRING.search(text)
        if label.startswith("Http") or label == "Route":
            common.route_of_annotation(walk, symbol, label, found[1] if found else "")


def _using(walk: Walk, node: Node) -> None:
    alias = node.child_by_field_name("name")
    target = walk.text(next((n for n in node.named_children[::-1] if n != alias), None))
    if alias is not None:
        module, _, last = target.rpartition(".")
        walk.bring(module, node, ((last, walk.text(alias)),), kind="use")
    else:
        kind = "static" if any(c.type == "static" for c in node.children) else "use"
        walk.bring(target, node, (("*", "*"),), kind=kind)


def _namespace(walk: Walk, node: Node) -> None:
    label = walk.text(node.child_by_field_name("name"))
    walk.package = f"{walk.package}.{label}" if walk.package and walk.scope is not None else walk.package or label
    walk.children(node.child_by_field_name("body"))


def _type(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), _KINDS[node.type], node)
    _modify(walk, symbol, node)
    for part in node.named_children:
        if part.type == "base_list":
            symbol.bases = tuple(
                walk.brief(b.named_children[0] if b.type == "primary_constructor_base_type" else b)
                for b in part.named_children
            )
        elif part.type == "parameter_list":
            symbol.parameters = _parameters(walk, part)
            if symbol.kind == "record":
                for one in part.named_children:
                    if one.type == "parameter":
                        field = walk.define(walk.text(one.child_by_field_name("name")), "property", one, symbol)
                        _modify(walk, field, one)
                        field.type, field.modifiers = walk.brief(one.child_by_field_name("type")), ("positional",)
    body = node.child_by_field_name("body")
    if symbol.kind == "enum":
        for one in body.named_children if body is not None else ():
            if one.type == "enum_member_declaration":
                member = walk.define(walk.text(one.child_by_field_name("name")), "member", one, symbol)
                member.default = walk.brief(one.child_by_field_name("value"))
        return
    walk.inside(symbol, body)


def _field(walk: Walk, node: Node) -> None:
    declaration = next((n for n in node.named_children if n.type == "variable_declaration"), None)
    if declaration is None:
        return
    for one in declaration.named_children:
        if one.type == "variable_declarator":
            symbol = walk.define(walk.text(one.child_by_field_name("name")), "field", node)
            _modify(walk, symbol, node)
            symbol.kind = "constant" if "const" in symbol.modifiers else "field"
            value = one.named_children[-1] if len(one.named_children) > 1 else None
            symbol.type, symbol.default = walk.brief(declaration.child_by_field_name("type")), walk.brief(value)
            walk.descend(value)


def _property(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")) or "this", "property", node)
    _modify(walk, symbol, node)
    value = node.child_by_field_name("value")
    symbol.type, symbol.default = walk.brief(node.child_by_field_name("type")), walk.brief(value)
    walk.inside(symbol, node.child_by_field_name("accessors"))
    if value is not None:
        walk.body(symbol, value)


def _method(walk: Walk, node: Node) -> None:
    kind = {
        "constructor_declaration": "constructor",
        "local_function_statement": "function",
        "delegate_declaration": "type",
    }
    symbol = walk.define(walk.text(node.child_by_field_name("name")), kind.get(node.type, "method"), node)
    _modify(walk, symbol, node)
    symbol.type = walk.brief(node.child_by_field_name("returns") or node.child_by_field_name("type"))
    symbol.parameters = _parameters(walk, node.child_by_field_name("parameters"))
    for part in node.named_children:
        if part.type == "constructor_initializer":
            walk.body(symbol, part)
    body = node.child_by_field_name("body")
    if body is not None and body.type == "arrow_expression_clause":
        walk.body(symbol, body)
    else:
        walk.inside(symbol, body)


def _parameters(walk: Walk, node: Node | None) -> tuple[tuple[str, str, str, str], ...]:
    out, loose = [], ""
    for place, one in enumerate(node.children if node is not None else ()):
        field = node.field_name_for_child(place) if node is not None else None
        if one.type == "parameter":
            value = one.named_children[-1] if any(c.type == "=" for c in one.children) else None
            type_ = walk.brief(one.child_by_field_name("type"))
            out.append((walk.text(one.child_by_field_name("name")), type_, walk.brief(value), ""))
        elif field == "type":  # `params T[] x` lies in the list without a node of its own
            loose = walk.brief(one)
        elif field == "name":
            out.append((walk.text(one), loose, "", "rest"))
    return tuple(out)


def _local(walk: Walk, node: Node) -> None:
    type_ = node.child_by_field_name("type")
    for one in node.named_children:
        if one.type != "variable_declarator":
            continue
        label, value = (
            walk.text(one.child_by_field_name("name")),
            one.named_children[-1] if len(one.named_children) > 1 else None,
        )
        if type_ is not None and type_.type != "implicit_type":
            walk.bind(label, walk.brief(type_), "type")
        elif value is not None:
            if value.type == "await_expression" and value.named_children:
                value = value.named_children[0]
            if value.type == "object_creation_expression":
                walk.bind(label, walk.brief(value.child_by_field_name("type")), "type")
            elif value.type == "invocation_expression":
                walk.bind(label, receiver_of(walk, value.child_by_field_name("function")), "call")
        walk.descend(value)


def _call(walk: Walk, node: Node) -> None:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    block, label, below = walk.block, None, None
    if function is not None and function.type == "conditional_access_expression":
        below = function.child_by_field_name("condition")
        last = function.named_children[-1]
        label = last.child_by_field_name("name") or (last if last.type == "identifier" else None)
        walk.block = Arm("short", "right", block, node.start_byte, node.start_point[0] + 1)
    elif function is not None and function.type == "member_access_expression":
        label, below = function.child_by_field_name("name"), function.child_by_field_name("expression")
    elif function is not None and function.type in ("identifier", "generic_name"):
        label = function
    if label is not None:
        word = walk.text(label).split("<", 1)[0]
        walk.call(word, receiver_of(walk, below), node)
        common.route_of_call(walk, word, arguments, node, ("string_literal",))
    else:
        walk.descend(function)
    walk.descend(arguments)
    walk.block = block
    if below is not None and walk.holds(below, b"("):
        walk.descend(below)


def _new(walk: Walk, node: Node) -> None:
    head, _, label = receiver_of(walk, node.child_by_field_name("type")).rpartition(".")
    if label:
        walk.call(label, head, node, "new")
    for field in ("arguments", "initializer"):
        walk.descend(node.child_by_field_name(field))


def _switch_expression(walk: Walk, node: Node) -> None:
    for part in node.named_children:
        if part.type == "switch_expression_arm":
            walk.arm("branch", "case", part, node, inner=True)
        else:
            walk.descend(part)


table: Table = {
    "using_directive": _using,
    "namespace_declaration": _namespace,
    "file_scoped_namespace_declaration": _namespace,
    **dict.fromkeys(_KINDS, _type),
    "field_declaration": _field,
    "event_field_declaration": _field,
    "property_declaration": _property,
    "indexer_declaration": _property,
    "method_declaration": _method,
    "constructor_declaration": _method,
    "destructor_declaration": _method,
    "operator_declaration": _method,
    "local_function_statement": _method,
    "delegate_declaration": _method,
    "variable_declaration": _local,
    "invocation_expression": _call,
    "object_creation_expression": _new,
    "lambda_expression": control.callback(),
    "anonymous_method_expression": control.inside("callback", "body"),
    "if_statement": control.branch(),
    "conditional_expression": control.branch(),
    "for_statement": control.loop(once=("initializer",), again=("condition", "update")),
    "foreach_statement": control.loop(once=("right",)),
    "while_statement": control.loop(once=("condition",)),
    "do_statement": control.loop(once=("condition",)),
    "try_statement": control.attempt(handlers=("catch_clause",), finals=("finally_clause",)),
    "switch_statement": control.choice(subjects=("value",), body="body", cases=("switch_section",)),
    "switch_expression": _switch_expression,
    "binary_expression": control.short(("&&", "||", "??")),
    "return_statement": leaving("return"),
    "throw_statement": leaving("raise"),
    "throw_expression": leaving("raise"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    **dict.fromkeys(
        ("identifier", "comment", "string_literal", "integer_literal", "predefined_type", "generic_name", "modifier",
         "attribute_list", "parameter_list", "qualified_name", "nullable_type", "array_type", "type_argument_list",
         "type_parameter_list", "base_list", "implicit_type", "type_parameter_constraints_clause", "boolean_literal"),
        LEAF,
    ),
}  # fmt: skip
