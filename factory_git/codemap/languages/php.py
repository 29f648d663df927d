"""PHP: classes, traits, enums, promoted constructor parameters, attributes, namespaces, member and scoped calls."""

from __future__ import annotations

import re

from factory_git.codemap.languages import common, control
from factory_git.codemap.walk import LEAF, Arm, Symbol, Walk, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "php"
grammar = "php"

_KINDS = {"class_declaration": "class", "interface_declaration": "interface", "trait_declaration": "trait",
          "enum_declaration": "enum", "anonymous_class": "class"}  # fmt: skip
_WORDS = frozenset({
    "visibility_modifier", "static_modifier", "readonly_modifier", "abstract_modifier", "final_modifier",
    "var_modifier",
})  # fmt: skip
_STRING = re.compile(r"\(\s*(?:(?:path|name)\s*:\s*)?('[^']*'|\"[^\"]*\")")
_WIRE = re.compile(r"^(?:[\w\\]*\\)?(?:SerializedName|Column|MapName|JsonProperty)\(.*?['\"]([^'\"]+)['\"]")


def finish(walk: Walk) -> None:
    """Exported is all that is neither ``private`` nor ``protected``."""
    for symbol in walk.symbols:
        hidden = "private" in symbol.modifiers or "protected" in symbol.modifiers
        symbol.exported = not hidden and (symbol.parent is None or symbol.parent.exported)


def _modify(walk: Walk, symbol: Symbol, node: Node) -> None:
    symbol.modifiers += tuple(walk.text(n) for n in node.children if n.type in _WORDS)
    attributes = node.child_by_field_name("attributes")
    if attributes is not None:
        symbol.decorators = tuple(walk.brief(a) for g in attributes.named_children for a in g.named_children)
    symbol.doc = common.doc_above(walk, node, "/**")
    symbol.wire = next((m[1] for m in map(_WIRE.match, symbol.decorators) if m), "")
    for text in symbol.decorators:
        label, found = text.split("(", 1)[0], _STRING.search(text)
        if found and label.rpartition("\\")[2] in ("Route", "Get", "Post", "Put", "Delete", "Patch"):
            common.route_of_annotation(walk, symbol, label, found[1])


def _namespace(walk: Walk, node: Node) -> None:
    walk.package = walk.package or walk.text(node.child_by_field_name("name"))
    walk.children(node.child_by_field_name("body"))


def _use(walk: Walk, node: Node) -> None:
    kind = next((c.type for c in node.children if c.type in ("function", "const")), "use")
    prefix = walk.text(next((n for n in node.named_children if n.type == "namespace_name"), None))
    body = node.child_by_field_name("body")
    for clause in (body if body is not None else node).named_children:
        if clause.type not in ("namespace_use_clause", "namespace_use_group_clause"):
            continue
        alias = clause.child_by_field_name("alias")
        parts = [n for n in clause.named_children if n != alias]
        full = (f"{prefix}\\" if prefix else "") + walk.text(parts[0] if parts else None)
        module, _, last = full.lstrip("\\").rpartition("\\")
        walk.bring(module, clause, ((last, walk.text(alias) or last),), kind=kind)


def _type(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), _KINDS[node.type], node)
    _modify(walk, symbol, node)
    bases: list[str] = []
    for part in node.named_children:
        if part.type in ("base_clause", "class_interface_clause"):
            bases += [walk.text(n) for n in part.named_children]
    body = node.child_by_field_name("body")
    for part in body.named_children if body is not None else ():
        if part.type == "use_declaration":
            bases += [walk.text(n) for n in part.named_children if n.type in ("name", "qualified_name")]
    symbol.bases = tuple(bases)
    walk.inside(symbol, body)


def _anonymous(walk: Walk, node: Node) -> None:
    walk.arm("callback", "body", node.child_by_field_name("body"), node, inner=True)


def _property(walk: Walk, node: Node) -> None:
    for one in node.named_children:
        if one.type == "property_element":
            symbol = walk.define(walk.text(one.child_by_field_name("name")).lstrip("$"), "field", node)
            _modify(walk, symbol, node)
            symbol.type = walk.brief(node.child_by_field_name("type"))
            symbol.default = walk.brief(one.child_by_field_name("default_value"))


def _constant(walk: Walk, node: Node) -> None:
    for one in node.named_children:
        if one.type == "const_element" and len(one.named_children) > 1:
            symbol = walk.define(walk.text(one.named_children[0]), "constant", node)
            _modify(walk, symbol, node)
            symbol.default = walk.brief(one.named_children[-1])


def _case(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "member", node)
    symbol.default = walk.brief(node.child_by_field_name("value"))


def _function(walk: Walk, node: Node) -> None:
    method = node.type == "method_declaration"
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "method" if method else "function", node)
    _modify(walk, symbol, node)
    symbol.type = walk.brief(node.child_by_field_name("return_type"))
    parameters = node.child_by_field_name("parameters")
    out = []
    for one in parameters.named_children if parameters is not None else ():
        label, type_ = (
            walk.text(one.child_by_field_name("name")).lstrip("$"),
            walk.brief(one.child_by_field_name("type")),
        )
        value = one.child_by_field_name("default_value")
        kind = {"variadic_parameter": "rest", "property_promotion_parameter": "promoted"}.get(one.type, "")
        if one.type == "comment":
            continue
        if kind == "promoted":
            field = walk.define(label, "field", one, symbol.parent)
            field.type, field.default = type_, walk.brief(value)
            _modify(walk, field, one)
            field.modifiers += ("promoted",)
        out.append((label, type_, walk.brief(value), kind))
    symbol.parameters = tuple(out)
    walk.inside(symbol, node.child_by_field_name("body"))


def _assignment(walk: Walk, node: Node) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is not None and left.type == "variable_name" and right is not None and walk.scope is not None:
        if right.type == "object_creation_expression":
            made = next((n for n in right.named_children if n.type in ("name", "qualified_name")), None)
            if made is not None:
                walk.bind(walk.text(left), walk.text(made), "type")
        elif right.type in ("function_call_expression", "member_call_expression", "scoped_call_expression"):
            walk.bind(walk.text(left), receiver_of(walk, right).removesuffix("()"), "call")
    elif left is not None:
        walk.descend(left)
    walk.descend(right)


def _call(walk: Walk, node: Node) -> None:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is not None and function.type in ("name", "qualified_name"):
        walk.call(walk.text(function), "", node)
    else:
        walk.descend(function)
    walk.descend(arguments)


def _member(walk: Walk, node: Node) -> None:
    below = node.child_by_field_name("object") or node.child_by_field_name("scope")
    label, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
    block = walk.block
    if node.type.startswith("nullsafe"):
        walk.block = Arm("short", "right", block, node.start_byte, node.start_point[0] + 1)
    if label is not None and label.type == "name":
        walk.call(walk.text(label), receiver_of(walk, below), node)
        common.route_of_call(walk, walk.text(label), arguments, node, ("string", "encapsed_string"))
    walk.descend(arguments)
    walk.block = block
    if below is not None and below.type not in ("variable_name", "name", "relative_scope"):
        walk.descend(below)


def _new(walk: Walk, node: Node) -> None:
    made = next((n for n in node.named_children if n.type in ("name", "qualified_name", "relative_scope")), None)
    if made is not None:
        walk.call(walk.text(made), "", node, "new")
    for part in node.named_children:
        if part.type != "name":
            walk.descend(part)


def _include(walk: Walk, node: Node) -> None:
    strings = [n for n in node.named_children if n.type in ("string", "encapsed_string")]
    if strings:
        walk.bring(walk.text(strings[0])[1:-1], node, kind="include")
    else:  # `__DIR__ . '/x.php'`
        found = re.search(r"__DIR__\s*\.\s*['\"]/?([^'\"]+)['\"]", walk.brief(node))
        if found:
            walk.bring(f"./{found[1]}", node, kind="include")
        walk.children(node)


def _if(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("branch", "then", node.child_by_field_name("body"), node)
    for part in node.children_by_field_name("alternative"):
        walk.arm("branch", "elif" if part.type == "else_if_clause" else "else", part, node, inner=True)


def _for_each(walk: Walk, node: Node) -> None:
    body = node.child_by_field_name("body")
    for part in node.named_children:
        if part != body:
            walk.descend(part)
    walk.arm("loop", "body", body, node)


table: Table = {
    "namespace_definition": _namespace,
    "namespace_use_declaration": _use,
    "class_declaration": _type,
    "interface_declaration": _type,
    "trait_declaration": _type,
    "enum_declaration": _type,
    "anonymous_class": _anonymous,
    "property_declaration": _property,
    "const_declaration": _constant,
    "enum_case": _case,
    "method_declaration": _function,
    "function_definition": _function,
    "assignment_expression": _assignment,
    "function_call_expression": _call,
    "member_call_expression": _member,
    "nullsafe_member_call_expression": _member,
    "scoped_call_expression": _member,
    "object_creation_expression": _new,
    "include_expression": _include,
    "include_once_expression": _include,
    "require_expression": _include,
    "require_once_expression": _include,
    "anonymous_function": control.callback(),
    "anonymous_function_creation_expression": control.callback(),
    "arrow_function": control.callback(),
    "if_statement": _if,
    "conditional_expression": control.branch(then="body"),
    "for_statement": control.loop(once=("initialize",), again=("condition", "update")),
    "foreach_statement": _for_each,
    "while_statement": control.loop(once=("condition",)),
    "do_statement": control.loop(once=("condition",)),
    "try_statement": control.attempt(handlers=("catch_clause",), finals=("finally_clause",)),
    "switch_statement": control.choice(
        subjects=("condition",), body="body", cases=("case_statement", "default_statement")
    ),
    "match_expression": control.choice(
        subjects=("condition",), body="body", cases=("match_conditional_expression", "match_default_expression")
    ),
    "binary_expression": control.short(("&&", "||", "??", "and", "or")),
    "return_statement": leaving("return"),
    "throw_expression": leaving("raise"),
    "exit_statement": leaving("raise"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    **dict.fromkeys(
        ("name", "variable_name", "qualified_name", "comment", "string", "integer", "float", "boolean", "null",
         "named_type", "union_type", "optional_type", "primitive_type", "formal_parameters", "attribute_list",
         "relative_scope", "string_content", "php_tag", "text", "text_interpolation",
         "class_constant_access_expression"),
        LEAF,
    ),
}  # fmt: skip
