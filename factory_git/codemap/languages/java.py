"""Java: classes, records, enums, interfaces, annotations; overloads; constructors; lambdas."""

from __future__ import annotations

import re

from factory_git.codemap.languages import chains, common, control
from factory_git.codemap.walk import LEAF, Symbol, Walk, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "java"
grammar = "java"

KINDS = {
    "class_declaration": "class",
    "record_declaration": "record",
    "enum_declaration": "enum",
    "interface_declaration": "interface",
    "annotation_type_declaration": "interface",
}
_STRING = re.compile(r"(?:(?:value|path)\s*=\s*)?\{?\s*(\"[^\"]*\")")
_WIRE = re.compile(
    r"^(?:JsonProperty|SerializedName|Column|XmlElement|JsonAlias)\s*\((?:[^\"]*\b(?:value|name)\s*=\s*)?\s*\"([^\"]+)\""
)


def finish(walk: Walk) -> None:
    """Exported is what is ``public``, and what an interface or a record holds without saying so."""
    for symbol in walk.symbols:
        above = symbol.parent
        public = "public" in symbol.modifiers
        if above is not None and (
            above.kind == "interface" or symbol.kind == "member" or "component" in symbol.modifiers
        ):
            public = "private" not in symbol.modifiers
        symbol.exported = public and (above is None or above.exported)


def _modify(walk: Walk, symbol: Symbol, node: Node) -> None:
    """Modifiers, annotations, documentation and routes of a declaration."""
    words, decorators = [], []
    first = node.child(0) if node.child_count else None  # what the grammar had to guess may be empty
    for part in first.children if first is not None and first.type == "modifiers" else ():
        if part.type in ("annotation", "marker_annotation"):
            text = walk.brief(part)[1:]
            decorators.append(text)
            if "(" not in text:
                if text in ("Get", "Post", "Put", "Delete") or text.endswith(("Mapping", "Path", "Route")):
                    common.route_of_annotation(walk, symbol, text, "")
                continue
            arguments = part.child_by_field_name("arguments")
            found = _STRING.match(walk.brief(arguments)[1:]) if arguments is not None else None
            label = walk.text(part.child_by_field_name("name"))
            if label.endswith(("Mapping", "Path", "Route")) or label in ("Get", "Post", "Put", "Delete"):
                common.route_of_annotation(walk, symbol, label, found[1] if found else "")
        elif part.type.isalpha():
            words.append(part.type)
    symbol.modifiers += tuple(words)
    symbol.decorators = tuple(decorators)
    symbol.doc = common.doc_above(walk, node, "/**")
    if decorators:
        symbol.wire = next((m[1] for m in map(_WIRE.match, decorators) if m), "")


def _package(walk: Walk, node: Node) -> None:
    walk.package = walk.text(node.named_children[-1]) if node.named_children else ""


def _import(walk: Walk, node: Node) -> None:
    text = walk.text(node).removeprefix("import ").removesuffix(";")
    full, kind, whole = text, "import", False
    if not text.replace(".", "").isidentifier():
        full = walk.text(next((n for n in node.named_children if n.type in ("scoped_identifier", "identifier")), None))
        kind = "static" if any(c.type == "static" for c in node.children) else "import"
        whole = any(c.type == "asterisk" for c in node.children)
    if whole:
        walk.bring(full, node, (("*", "*"),), kind=kind)
    else:
        module, _, last = full.rpartition(".")
        walk.bring(module, node, ((last, last),), kind=kind)


def _type(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), KINDS[node.type], node)
    _modify(walk, symbol, node)
    bases: list[str] = []
    for part in node.named_children:
        if part.type == "superclass":
            bases += [walk.brief(n) for n in part.named_children]
        elif part.type in ("super_interfaces", "extends_interfaces"):
            bases += [walk.brief(n) for inner in part.named_children for n in inner.named_children]
    symbol.bases = tuple(bases)
    if node.type == "record_declaration":
        parameters = node.child_by_field_name("parameters")
        for one in parameters.named_children if parameters is not None else ():
            field = walk.define(walk.text(one.child_by_field_name("name")), "field", one, symbol)
            _modify(walk, field, one)
            field.type, field.modifiers = walk.brief(one.child_by_field_name("type")), (*field.modifiers, "component")
        symbol.parameters = _parameters(walk, parameters)
    walk.inside(symbol, node.child_by_field_name("body"))


def _field(walk: Walk, node: Node) -> None:
    type_ = walk.brief(node.child_by_field_name("type"))
    for one in node.children_by_field_name("declarator"):
        symbol = walk.define(walk.text(one.child_by_field_name("name")), "field", node)
        _modify(walk, symbol, node)
        value = one.child_by_field_name("value")
        symbol.type, symbol.default = type_, walk.brief(value)
        if node.type == "constant_declaration" or ("static" in symbol.modifiers and "final" in symbol.modifiers):
            symbol.kind = "constant"
        walk.descend(value)


def _constant(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "member", node)
    symbol.default = walk.brief(node.child_by_field_name("arguments"))
    symbol.doc = common.doc_above(walk, node, "/**")
    walk.descend(node.child_by_field_name("arguments"))
    walk.inside(symbol, node.child_by_field_name("body"))


def _method(walk: Walk, node: Node) -> None:
    kind = "constructor" if node.type in ("constructor_declaration", "compact_constructor_declaration") else "method"
    symbol = walk.define(walk.text(node.child_by_field_name("name")), kind, node)
    _modify(walk, symbol, node)
    symbol.type = walk.brief(node.child_by_field_name("type"))
    symbol.parameters = _parameters(walk, node.child_by_field_name("parameters"))
    symbol.default = walk.brief(node.child_by_field_name("value"))
    walk.inside(symbol, node.child_by_field_name("body"))


def _parameters(walk: Walk, node: Node | None) -> tuple[tuple[str, str, str, str], ...]:
    out = []
    for one in node.named_children if node is not None else ():
        if one.type == "formal_parameter":
            out.append(
                (walk.text(one.child_by_field_name("name")), walk.brief(one.child_by_field_name("type")), "", "")
            )
        elif one.type == "spread_parameter":
            declarator = next((n for n in one.named_children if n.type == "variable_declarator"), None)
            types = [n for n in one.named_children if n.type not in ("modifiers", "variable_declarator")]
            out.append((walk.text(declarator), walk.brief(types[0]) if types else "", "", "rest"))
    return tuple(out)


def _local(walk: Walk, node: Node) -> None:
    type_ = walk.brief(node.child_by_field_name("type"))
    for one in node.children_by_field_name("declarator"):
        value = one.child_by_field_name("value")
        label = walk.text(one.child_by_field_name("name"))
        if type_ != "var":
            walk.bind(label, type_, "type")
        elif value is not None and value.type == "object_creation_expression":
            walk.bind(label, walk.brief(value.child_by_field_name("type")), "type")
        elif value is not None and value.type == "method_invocation":
            walk.bind(label, receiver_of(walk, value).removesuffix("()"), "call")
        walk.descend(value)


def _function(walk: Walk, node: Node, _: Node) -> tuple[str, str]:
    """Name and receiver of a call that begins with an array's item, a new object, a cast …"""
    below = node.child_by_field_name("object")
    if below is not None and below.type not in ("identifier", "this", "field_access"):
        walk.pending.append(below)
    # `Face.super.call()` names the interface itself.
    return walk.text(node.child_by_field_name("name")), receiver_of(walk, below)


def _busy(source: bytes, start: int, end: int) -> bool:
    return source.find(b"(", start, end) >= 0 or source.find(b"{", start, end) >= 0


def _route(walk: Walk, label: str, arguments: Node, node: Node) -> None:
    common.route_of_call(walk, label, arguments, node, ("string_literal",))


def _new(walk: Walk, node: Node) -> None:
    type_ = receiver_of(walk, node.child_by_field_name("type"))
    head, _, label = type_.rpartition(".")
    walk.call(label, head, node, "new")
    walk.descend(node.child_by_field_name("arguments"))
    for part in node.named_children:
        if part.type == "class_body":
            walk.arm("callback", "body", part, node, inner=True)


def _explicit(walk: Walk, node: Node) -> None:
    walk.call(walk.text(node.child_by_field_name("constructor")), "", node)
    walk.descend(node.child_by_field_name("arguments"))


table: Table = {
    "package_declaration": _package,
    "import_declaration": _import,
    **dict.fromkeys(KINDS, _type),
    "field_declaration": _field,
    "constant_declaration": _field,
    "enum_constant": _constant,
    "method_declaration": _method,
    "constructor_declaration": _method,
    "compact_constructor_declaration": _method,
    "annotation_type_element_declaration": _method,
    "local_variable_declaration": _local,
    "method_invocation": chains.calls("method_invocation", "", _function, _route, _busy),
    "object_creation_expression": _new,
    "explicit_constructor_invocation": _explicit,
    "lambda_expression": control.callback(),
    "if_statement": control.branch(),
    "ternary_expression": control.branch(),
    "for_statement": control.loop(once=("init",), again=("condition", "update")),
    "enhanced_for_statement": control.loop(once=("value",)),
    "while_statement": control.loop(once=("condition",)),
    "do_statement": control.loop(once=("condition",)),
    "try_statement": control.attempt(handlers=("catch_clause",), finals=("finally_clause",)),
    "try_with_resources_statement": control.attempt(handlers=("catch_clause",), finals=("finally_clause",)),
    "switch_expression": control.choice(
        subjects=("condition",), body="body", cases=("switch_block_statement_group", "switch_rule")
    ),
    "binary_expression": control.short(("&&", "||")),
    "return_statement": leaving("return"),
    "throw_statement": leaving("raise"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    **dict.fromkeys(
        ("identifier", "type_identifier", "line_comment", "block_comment", "string_literal", "decimal_integer_literal",
         "this", "super", "null_literal", "true", "false", "modifiers", "scoped_type_identifier", "generic_type",
         "type_arguments", "type_parameters", "formal_parameters", "field_access", "character_literal", "type_list",
         "superclass", "super_interfaces", "class_literal"),
        LEAF,
    ),
}  # fmt: skip
