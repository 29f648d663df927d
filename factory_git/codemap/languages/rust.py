"""Rust: structs, enums, traits, ``impl`` blocks (their methods belong to the type), macros, ``use`` trees, ``?``."""

from __future__ import annotations

import re

from factory_git.codemap.languages import chains, common, control
from factory_git.codemap.walk import LEAF, Symbol, Walk, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "rust"
grammar = "rust"

_WIRE = re.compile(r"^serde\s*\(.*?\brename\s*=\s*\"([^\"]+)\"")
_STRING = re.compile(r"\(\s*(\"[^\"]*\")")
_KINDS = {"struct_item": "struct", "enum_item": "enum", "trait_item": "trait", "union_item": "union",
          "type_item": "type", "associated_type": "type"}  # fmt: skip


def finish(walk: Walk) -> None:
    """Exported is what is ``pub``; members of traits and variants of enums are as visible as these."""
    walk.adopt()
    for symbol in walk.symbols:
        above = symbol.parent
        inherits = above is not None and (
            above.kind == "trait" or symbol.kind == "member" or "trait" in symbol.modifiers
        )
        symbol.exported = (inherits or "pub" in symbol.modifiers) and (
            above is None or above.exported or above.kind == "impl"
        )


def _start(walk: Walk, symbol: Symbol, node: Node) -> Symbol:
    """Visibility, attributes (they stand above as siblings), documentation."""
    if walk.source.startswith(b"pub", node.start_byte) or any(
        n.type == "visibility_modifier" for n in node.named_children[:3]
    ):
        symbol.modifiers += ("pub",)
    if common.nothing_above(walk.source, node.start_byte, past=True):
        return symbol
    attributes: list[str] = []
    first, before = node, node.prev_sibling
    while before is not None and before.type in ("attribute_item", "line_comment", "block_comment"):
        if before.type == "attribute_item" and before.named_children:
            attributes.insert(0, walk.brief(before.named_children[0]))
            first = before
        before = before.prev_sibling
    symbol.decorators = tuple(attributes)
    symbol.doc = common.doc_above(walk, node, "///", "/**", "//!", past=("attribute_item",))
    symbol.wire = next((m[1] for m in map(_WIRE.match, attributes) if m), "")
    common.begin_at(symbol, first)
    for text in attributes:
        found = _STRING.search(text)
        label = text.split("(", 1)[0].rpartition("::")[2]
        if found and label in ("get", "post", "put", "delete", "patch", "head", "route"):
            common.route_of_annotation(walk, symbol, label, found[1])
    return symbol


def _named(walk: Walk, node: Node, kind: str) -> Symbol:
    return _start(walk, walk.define(walk.text(node.child_by_field_name("name")), kind, node), node)


def _type(walk: Walk, node: Node) -> None:
    symbol = _named(walk, node, _KINDS[node.type])
    body = node.child_by_field_name("body")
    bounds = node.child_by_field_name("bounds")
    symbol.bases = tuple(walk.brief(b) for b in bounds.named_children) if bounds is not None else ()
    symbol.default = walk.brief(node.child_by_field_name("type"))
    if symbol.kind == "trait":
        walk.inside(symbol, body)
    elif symbol.kind == "enum":
        for one in body.named_children if body is not None else ():
            if one.type == "enum_variant":
                member = _start(
                    walk, walk.define(walk.text(one.child_by_field_name("name")), "member", one, symbol), one
                )
                member.default = walk.brief(one.child_by_field_name("value"))
                _fields(walk, one.child_by_field_name("body"), member)
    else:
        _fields(walk, body, symbol)


def _fields(walk: Walk, body: Node | None, symbol: Symbol) -> None:
    if body is None:
        return
    if body.type == "ordered_field_declaration_list":
        place, public = 0, False
        for one in body.named_children:
            if one.type == "visibility_modifier":
                public = True
            elif one.type not in ("attribute_item", "line_comment", "block_comment"):
                field = walk.define(str(place), "field", one, symbol)
                field.type, field.modifiers = walk.brief(one), ("pub",) if public else ()
                place, public = place + 1, False
        return
    for one in body.named_children:
        if one.type == "field_declaration":
            field = _start(walk, walk.define(walk.text(one.child_by_field_name("name")), "field", one, symbol), one)
            field.type = walk.brief(one.child_by_field_name("type"))
            if symbol.kind == "member":
                field.modifiers += ("pub",)


def _impl(walk: Walk, node: Node) -> None:
    type_, trait = node.child_by_field_name("type"), node.child_by_field_name("trait")
    label = receiver_of(walk, type_).rpartition(".")[2] if type_ is not None else ""
    owner = walk.outside(label, node, *([walk.brief(trait)] if trait is not None else []))
    body = node.child_by_field_name("body")
    for one in body.named_children if trait is not None and body is not None else ():
        if one.type == "function_item":
            _function_in(walk, one, owner, "trait")  # as visible as the trait is
        elif one.type in ("type_item", "const_item"):
            symbol = walk.define(
                walk.text(one.child_by_field_name("name")),
                "type" if one.type == "type_item" else "constant",
                one,
                owner,
            )
            symbol.default = walk.brief(one.child_by_field_name("value") or one.child_by_field_name("type"))
            symbol.modifiers = ("trait",)
    if trait is None:
        walk.inside(owner, body)


def _function(walk: Walk, node: Node) -> None:
    _function_in(walk, node, walk.scope)


def _function_in(walk: Walk, node: Node, owner: Symbol | None, *modifiers: str) -> None:
    kind = "method" if owner is not None and owner.kind in ("impl", "trait") else "function"
    symbol = walk.define(walk.text(node.child_by_field_name("name")), kind, node, owner)
    symbol.modifiers = modifiers
    for part in node.named_children:
        if part.type == "function_modifiers":
            symbol.modifiers += tuple(walk.text(part).split())
    _start(walk, symbol, node)
    symbol.type = walk.brief(node.child_by_field_name("return_type"))
    parameters = node.child_by_field_name("parameters")
    out = []
    for one in parameters.named_children if parameters is not None else ():
        if one.type == "self_parameter":
            out.append(("self", walk.text(one), "", ""))
        elif one.type == "parameter":
            out.append(
                (walk.brief(one.child_by_field_name("pattern")), walk.brief(one.child_by_field_name("type")), "", "")
            )
    symbol.parameters = tuple(out)
    walk.inside(symbol, node.child_by_field_name("body"))


def _module(walk: Walk, node: Node) -> None:
    body, label = node.child_by_field_name("body"), walk.text(node.child_by_field_name("name"))
    if body is None:
        public = any(n.type == "visibility_modifier" for n in node.named_children)
        walk.bring(label, node, kind="pub mod" if public else "mod")
        return
    walk.inside(_named(walk, node, "module"), body)


def _value(walk: Walk, node: Node) -> None:
    symbol = _named(walk, node, "variable" if node.type == "static_item" else "constant")
    value = node.child_by_field_name("value")
    symbol.type, symbol.default = walk.brief(node.child_by_field_name("type")), walk.brief(value)
    walk.descend(value)


def _macro_definition(walk: Walk, node: Node) -> None:
    symbol = _named(walk, node, "macro")
    if any(d.startswith("macro_export") for d in symbol.decorators):
        symbol.modifiers += ("pub",)


def _use(walk: Walk, node: Node) -> None:
    public = any(n.type == "visibility_modifier" for n in node.named_children)
    argument = node.child_by_field_name("argument")
    depth, scope = 0, walk.scope
    while scope is not None:
        depth, scope = depth + (scope.kind == "module"), scope.parent
    if argument is not None:
        for module, there, here in _paths(walk, argument, ""):
            if depth and module.startswith("super"):
                module = _within(module, depth)  # noqa: PLW2901
            walk.bring(module, node, ((there, here),), kind="reexport" if public else "use")


def _within(module: str, depth: int) -> str:
    """A path that begins with ``super``, as the file has it: inside ``mod tests { … }`` the first leads to the file."""
    parts = module.split("::")
    while depth and len(parts) > 1 and parts[0] == parts[1] == "super":
        parts, depth = parts[1:], depth - 1
    return "::".join(["self", *parts[1:]] if depth else parts)


def _paths(walk: Walk, node: Node, before: str) -> list[tuple[str, str, str]]:
    """(module, name there, name here) of every leaf of a ``use`` tree."""

    def joined(part: Node | None) -> str:
        text = "".join(walk.text(part).split())
        return f"{before}::{text}" if before and text else before or text

    if node.type == "scoped_use_list":
        below, inner = joined(node.child_by_field_name("path")), node.child_by_field_name("list")
        return [
            leaf for one in (inner.named_children if inner is not None else ()) for leaf in _paths(walk, one, below)
        ]
    if node.type == "use_list":
        return [leaf for one in node.named_children for leaf in _paths(walk, one, before)]
    if node.type == "use_wildcard":
        return [(joined(node.named_children[0] if node.named_children else None), "*", "*")]
    if node.type in ("line_comment", "block_comment"):
        return []
    alias = walk.text(node.child_by_field_name("alias")) if node.type == "use_as_clause" else ""
    full = joined(node.child_by_field_name("path") if alias else node)
    module, _, last = full.rpartition("::")
    if last == "self":
        module, _, last = module.rpartition("::")
    return [(module, last, alias or last)]


def _called(walk: Walk, node: Node, arguments: Node) -> tuple[str, str] | None:
    """Name and receiver of a call that begins with more than names: a path, a macro, ``x?``, brackets …"""
    start, edge = node.start_byte, arguments.start_byte
    text = walk.plain[start:edge] or walk.between(start, edge)
    if text.replace("::", "").isidentifier():
        path, _, label = text.rpartition("::")
        return label, path.replace("::", ".")
    function = node.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    if function is None:
        return None
    if function.type == "identifier":
        return walk.text(function), ""
    if function.type == "scoped_identifier":
        below = function.child_by_field_name("path")
        return walk.text(function.child_by_field_name("name")), receiver_of(walk, below)
    if function.type == "field_expression":
        below = function.child_by_field_name("value")
        walk.descend(below)
        return walk.text(function.child_by_field_name("field")), receiver_of(walk, below)
    walk.descend(function)
    return None


def _busy(source: bytes, start: int, end: int) -> bool:
    return (
        source.find(b"(", start, end) >= 0
        or source.find(b"!", start, end) >= 0
        or source.find(b"?", start, end) >= 0
        or source.find(b"{", start, end) >= 0
    )


def _route(walk: Walk, label: str, arguments: Node, node: Node) -> None:
    function = node.child(0)
    if function.type == "field_expression":
        common.route_of_call(walk, label, arguments, node, ("string_literal",))


def _macro(walk: Walk, node: Node) -> None:
    head, _, label = walk.text(node.child_by_field_name("macro")).rpartition("::")
    walk.call(label, head.replace("::", "."), node, "macro")
    _tokens(walk, node)


def _tokens(walk: Walk, node: Node) -> None:
    """The calls among a macro's tokens: a name right before ``(``. The grammar has no expressions there."""
    stack = [n for n in node.named_children if n.type == "token_tree"]
    while stack:
        tree = stack.pop()
        parts = tree.children
        for place, part in enumerate(parts):
            if part.type != "token_tree":
                continue
            stack.append(part)
            before = parts[place - 1] if place else None
            opened = walk.source[part.start_byte : part.start_byte + 1] == b"("
            if before is not None and before.type in ("identifier", "self") and opened:
                walk.call(walk.text(before), _before(walk, parts, place - 1), part)


def _before(walk: Walk, parts: list[Node], place: int) -> str:
    """The chain of names that leads to the token at ``place``."""
    chain: list[str] = []
    while place >= 2 and walk.text(parts[place - 1]) in (".", "::"):
        place -= 2
        chain.insert(0, walk.text(parts[place]) if parts[place].type in ("identifier", "self") else "()")
    return ".".join(chain)


def _let(walk: Walk, node: Node) -> None:
    pattern, type_, value = (node.child_by_field_name(f) for f in ("pattern", "type", "value"))
    if pattern is not None and pattern.type == "identifier":
        _bind(walk, walk.text(pattern), type_, value)
    walk.descend(value)
    walk.arm("branch", "else", node.child_by_field_name("alternative"), node)


def _bind(walk: Walk, label: str, type_: Node | None, value: Node | None) -> None:
    if type_ is not None:
        walk.bind(label, walk.brief(type_), "type")
        return
    while value is not None and value.type in ("try_expression", "await_expression", "reference_expression"):
        value = value.named_children[-1] if value.named_children else None
    if value is not None and value.type == "struct_expression":
        walk.bind(label, walk.brief(value.child_by_field_name("name")), "type")
    elif value is not None and value.type == "call_expression":
        walk.bind(label, chains.called(walk, value), "call")


def _match(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("value"))
    body = node.child_by_field_name("body")
    for arm in body.named_children if body is not None else ():
        walk.arm("branch", "case", arm, node, inner=True)


def _try(walk: Walk, node: Node) -> None:
    walk.leave("try", node)
    walk.children(node)


table: Table = {
    **dict.fromkeys(_KINDS, _type),
    "impl_item": _impl,
    "function_item": _function,
    "function_signature_item": _function,
    "mod_item": _module,
    "const_item": _value,
    "static_item": _value,
    "macro_definition": _macro_definition,
    "use_declaration": _use,
    "call_expression": chains.calls("call_expression", "field_expression", _called, _route, _busy),
    "macro_invocation": _macro,
    "let_declaration": _let,
    "closure_expression": control.callback(),
    "async_block": control.inside("callback", "async"),
    "if_expression": control.branch(),
    "match_expression": _match,
    "while_expression": control.loop(once=("condition",)),
    "for_expression": control.loop(once=("value",)),
    "loop_expression": control.loop(),
    "binary_expression": control.short(("&&", "||")),
    "try_expression": _try,
    "return_expression": leaving("return"),
    "break_expression": leaving("break"),
    "continue_expression": leaving("continue"),
    **dict.fromkeys(
        ("identifier", "field_identifier", "type_identifier", "scoped_identifier", "line_comment", "block_comment",
         "string_literal", "integer_literal", "self", "crate", "primitive_type", "generic_type", "reference_type",
         "attribute_item", "inner_attribute_item", "visibility_modifier", "parameters", "type_arguments",
         "type_parameters", "scoped_type_identifier", "boolean_literal", "char_literal", "where_clause",
         "tuple_struct_pattern", "lifetime", "shorthand_field_identifier", "mutable_specifier"),
        LEAF,
    ),
}  # fmt: skip
