"""What C and C++ share: declarators, structs and unions, enumerators, includes, macros, control structure."""

from __future__ import annotations

from factory_git.codemap.languages import common, control
from factory_git.codemap.walk import LEAF, Symbol, Walk, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

KINDS = {"struct_specifier": "struct", "union_specifier": "union", "enum_specifier": "enum", "class_specifier": "class"}
MARKS = ("/**", "/*!", "///", "//!", "//", "/*")
_NAMED = frozenset({
    "function_declarator", "identifier", "field_identifier", "type_identifier", "qualified_identifier",
    "destructor_name", "operator_name",
})  # fmt: skip
_MODIFIERS = (
    "storage_class_specifier",
    "type_qualifier",
    "virtual_specifier",
    "virtual",
    "explicit_function_specifier",
)


def include(walk: Walk, node: Node) -> None:
    """``#include``: quoted is ours, angled the system's."""
    path = node.child_by_field_name("path")
    system = path is not None and path.type == "system_lib_string"
    walk.bring(walk.text(path).strip('<>"'), node, (("*", "*"),), kind="system" if system else "include")


def macro(walk: Walk, node: Node) -> None:
    """``#define``: a constant, or a macro when it takes arguments."""
    function = node.type == "preproc_function_def"
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "macro" if function else "constant", node)
    symbol.end_line -= node.end_point[1] == 0
    symbol.default = walk.brief(node.child_by_field_name("value"))


def innermost(node: Node | None) -> Node | None:
    """The declarator without pointers, arrays, brackets and initial values around it."""
    while node is not None and node.type not in _NAMED:
        below = node.child_by_field_name("declarator")
        node = below if below is not None else (node.named_children[-1] if node.named_children else None)
    return node


def type_of(walk: Walk, node: Node, declarator: Node | None) -> str:
    """The declared type with the pointers and arrays that C writes on the name."""
    type_ = node.child_by_field_name("type")
    base = (
        walk.brief(type_) if type_ is None or type_.type not in KINDS else walk.text(type_.child_by_field_name("name"))
    )
    words = [walk.text(n) for n in node.children if n.type == "type_qualifier"]
    stars = ""
    while declarator is not None and declarator.type in (
        "pointer_declarator", "reference_declarator", "array_declarator", "init_declarator"
    ):  # fmt: skip
        stars += {"pointer_declarator": "*", "reference_declarator": "&", "array_declarator": "[]"}.get(
            declarator.type, ""
        )
        below = declarator.child_by_field_name("declarator")
        declarator = below if below is not None else next(reversed(declarator.named_children), None)
    return " ".join([*words, base]).strip() + (f" {stars}" if stars else "")


def structure(walk: Walk, node: Node) -> None:
    """``struct``, ``union``, ``enum``, ``class`` with a body; one without only mentions the type."""
    body = node.child_by_field_name("body")
    if body is None:
        return
    label = walk.text(node.child_by_field_name("name")).split("<", 1)[0]
    above = node.parent
    if not label and above is not None and above.type == "type_definition":
        label = walk.text(innermost(above.child_by_field_name("declarator")))
    if not label and walk.scope is not None and KINDS[node.type] in ("union", "struct"):
        for one in body.named_children:  # anonymous: its fields are those of what it is in
            walk.descend(one)
        return
    symbol = walk.define(label or f"<{KINDS[node.type]}>", KINDS[node.type], node)
    outer = above if above is not None and above.type in ("type_definition", "template_declaration") else node
    symbol.doc = common.doc_above(walk, outer, *MARKS)
    common.begin_at(symbol, outer)
    for part in node.named_children:
        if part.type == "base_class_clause":
            symbol.bases = tuple(
                walk.brief(b) for b in part.named_children if b.type not in ("access_specifier", "virtual")
            )
    if symbol.kind == "enum":
        for one in body.named_children:
            if one.type == "enumerator":
                member = walk.define(walk.text(one.child_by_field_name("name")), "member", one, symbol)
                member.default = walk.brief(one.child_by_field_name("value"))
        return
    symbol.data = _access(walk, body, "private" if symbol.kind == "class" else "public")
    walk.inside(symbol, body)


def _access(walk: Walk, body: Node, access: str) -> dict[int, str]:
    out = {}
    for part in body.named_children:
        if part.type == "access_specifier":
            access = walk.text(part)
        else:
            out[part.start_byte] = access
    return out


def mark(walk: Walk, symbol: Symbol, node: Node) -> Symbol:
    """Modifiers, access and documentation of a declaration."""
    outer = node.parent if node.parent is not None and node.parent.type == "template_declaration" else node
    symbol.modifiers += tuple(walk.text(n) for n in node.children if n.type in _MODIFIERS)
    if symbol.parent is not None and symbol.parent.data:
        access = symbol.parent.data.get(outer.start_byte, "public")
        symbol.modifiers += (access,) if access != "public" else ()
    symbol.doc = common.doc_above(walk, outer, *MARKS)
    common.begin_at(symbol, outer)
    return symbol


def typedef(walk: Walk, node: Node) -> None:
    """``typedef``: a name for a type, unless it names the structure in it."""
    type_ = node.child_by_field_name("type")
    walk.descend(type_)
    body = type_ is not None and type_.type in KINDS and type_.child_by_field_name("body") is not None
    for declarator in node.children_by_field_name("declarator"):
        inner = innermost(declarator)
        if inner is not None and inner.type == "function_declarator":
            inner = innermost(inner.child_by_field_name("declarator"))
        label = walk.text(inner)
        same = type_ is not None and walk.text(type_.child_by_field_name("name")) == label
        anonymous = body and type_ is not None and type_.child_by_field_name("name") is None
        if not anonymous and not same:
            symbol = mark(walk, walk.define(label, "type", node), node)
            symbol.default = (
                walk.brief(type_) if not body else walk.text(type_.child_by_field_name("name") if type_ else None)
            )


def parameters(walk: Walk, declarator: Node | None) -> tuple[tuple[str, str, str, str], ...]:
    """The parameters of a function declarator."""
    found = declarator.child_by_field_name("parameters") if declarator is not None else None
    out = []
    for one in found.named_children if found is not None else ():
        if one.type in ("parameter_declaration", "optional_parameter_declaration"):
            inner = one.child_by_field_name("declarator")
            type_ = type_of(walk, one, inner)
            if type_ != "void" or inner is not None:
                out.append(
                    (walk.text(innermost(inner)), type_, walk.brief(one.child_by_field_name("default_value")), "")
                )
        elif one.type in ("variadic_parameter", "variadic_parameter_declaration"):
            out.append((walk.text(innermost(one)) if one.named_children else "...", "", "", "rest"))
    return tuple(out)


def function(walk: Walk, node: Node) -> None:
    """A function with its body."""
    declarator = innermost(node.child_by_field_name("declarator"))
    if declarator is None or declarator.type != "function_declarator":
        walk.children(node)
        return
    symbol = callable_(walk, node, declarator)
    for part in node.named_children:
        if part.type == "field_initializer_list":
            walk.inside(symbol, part)
    body = node.child_by_field_name("body")
    if body is not None and body.type == "try_statement":
        walk.body(symbol, body)
    else:
        walk.inside(symbol, body)


def callable_(walk: Walk, node: Node, declarator: Node) -> Symbol:
    """The symbol of a function or of its declaration; ``A::f`` belongs to ``A``."""
    named = innermost(declarator.child_by_field_name("declarator"))
    label, owner = walk.text(named), walk.scope
    if "::" in label:
        head, _, label = label.rpartition("::")
        owner = walk.outside(head.split("<", 1)[0].rpartition("::")[2], node)
    member = owner is not None and owner.kind in ("class", "struct", "union", "impl")
    symbol = walk.define(label, "method" if member else "function", node, owner)
    symbol.type = type_of(walk, node, node.child_by_field_name("declarator"))
    symbol.parameters = parameters(walk, declarator)
    return mark(walk, symbol, node)


def declaration(walk: Walk, node: Node) -> None:
    """Variables, fields and prototypes; inside a function, locals."""
    scope = walk.scope
    type_ = node.child_by_field_name("type")
    if type_ is not None and type_.type in KINDS:
        walk.descend(type_)
    local = scope is not None and scope.kind in ("function", "method")
    for declarator in node.children_by_field_name("declarator"):
        inner = innermost(declarator)
        value = declarator.child_by_field_name("value") or node.child_by_field_name("default_value")
        pointer = declarator.type == "function_declarator" and _is_pointer(declarator)
        if inner is not None and inner.type == "function_declarator" and not pointer:
            if not local:
                callable_(walk, node, inner).modifiers += ("declaration",)
            continue
        if inner is not None and inner.type == "function_declarator":
            inner = innermost(inner.child_by_field_name("declarator"))
        label = walk.text(inner)
        if local:
            _bind(walk, label, type_of(walk, node, declarator), value)
        elif label and "::" not in label:
            field = scope is not None and scope.kind in ("class", "struct", "union")
            symbol = mark(walk, walk.define(label, "field" if field else "variable", node), node)
            symbol.type, symbol.default = type_of(walk, node, declarator), walk.brief(value)
        walk.descend(value)


def _is_pointer(declarator: Node) -> bool:
    inner = declarator.child_by_field_name("declarator")
    return inner is not None and inner.type == "parenthesized_declarator"


def _bind(walk: Walk, label: str, type_: str, value: Node | None) -> None:
    if not type_.startswith("auto"):
        walk.bind(label, type_, "type")
    elif value is not None and value.type == "call_expression":
        walk.bind(label, receiver_of(walk, value.child_by_field_name("function")), "call")
    elif value is not None and value.type == "new_expression":
        walk.bind(label, walk.brief(value.child_by_field_name("type")), "type")


def call(walk: Walk, node: Node) -> None:
    """A call of a name, a member or a qualified name."""
    function_ = node.child_by_field_name("function")
    named = function_
    if named is not None and named.type == "template_function":
        named = named.child_by_field_name("name")
    if named is not None and named.type in ("identifier", "qualified_identifier"):
        head, _, label = receiver_of(walk, named).rpartition(".")
        walk.call(label, head, node)
    elif named is not None and named.type == "field_expression":
        below = named.child_by_field_name("argument")
        label = walk.text(named.child_by_field_name("field")).split("<", 1)[0]
        walk.call(label, receiver_of(walk, below), node)
        if below is not None and walk.holds(below, b"("):
            walk.descend(below)
    else:
        walk.descend(function_)
    walk.descend(node.child_by_field_name("arguments"))


def _switch(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("condition"))
    body = node.child_by_field_name("body")
    for part in body.named_children if body is not None else ():
        walk.arm("branch", "case", part, node, inner=part.type == "case_statement")


table: Table = {
    "preproc_include": include,
    "preproc_def": macro,
    "preproc_function_def": macro,
    "struct_specifier": structure,
    "union_specifier": structure,
    "enum_specifier": structure,
    "type_definition": typedef,
    "function_definition": function,
    "declaration": declaration,
    "field_declaration": declaration,
    "call_expression": call,
    "if_statement": control.branch(),
    "conditional_expression": control.branch(),
    "for_statement": control.loop(once=("initializer",), again=("condition", "update")),
    "while_statement": control.loop(once=("condition",)),
    "do_statement": control.loop(once=("condition",)),
    "switch_statement": _switch,
    "binary_expression": control.short(("&&", "||", "and", "or")),
    "return_statement": leaving("return"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    "goto_statement": leaving("break"),
    **dict.fromkeys(
        ("identifier", "field_identifier", "type_identifier", "primitive_type", "comment", "number_literal",
         "string_literal", "char_literal", "preproc_arg", "parameter_list", "system_lib_string",
         "storage_class_specifier", "type_qualifier", "sized_type_specifier", "access_specifier",
         "qualified_identifier"),
        LEAF,
    ),
}  # fmt: skip
