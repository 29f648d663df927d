"""Ruby: modules, classes, ``attr_*`` and instance variables as fields, calls with and without brackets, modifiers."""

from __future__ import annotations

from factory_git.codemap.languages import common, control
from factory_git.codemap.walk import LEAF, Arm, Walk, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "ruby"
grammar = "ruby"

_ATTRIBUTES = {"attr_accessor", "attr_reader", "attr_writer", "attribute", "mattr_accessor", "cattr_accessor"}
_BARE = {"private", "protected", "public", "module_function"}
_ROUTES = {"get", "post", "put", "patch", "delete", "resources", "resource", "match", "mount", "root"}


def finish(walk: Walk) -> None:
    """Exported is what no ``private`` or ``protected`` hides."""
    walk.adopt()
    for symbol in walk.symbols:
        hidden = "private" in symbol.modifiers or "protected" in symbol.modifiers
        symbol.exported = not hidden and not symbol.name.startswith("@")


def _container(walk: Walk, node: Node) -> None:
    head, _, label = walk.text(node.child_by_field_name("name")).rpartition("::")
    if not label:  # class << self
        walk.children(node.child_by_field_name("body"))
        return
    # `class A::B` opens B in an A that may be written elsewhere.
    symbol = walk.define(label, node.type, node, walk.outside(head.replace("::", "."), node) if head else None)
    symbol.doc = common.doc_above(walk, node, "#")
    superclass = node.child_by_field_name("superclass")
    if superclass is not None and superclass.named_children:
        symbol.bases = (receiver_of(walk, superclass.named_children[0]),)
    body = node.child_by_field_name("body")
    visibility = ""
    for part in body.named_children if body is not None else ():
        if part.type == "identifier" and walk.text(part) in _BARE:
            visibility = walk.text(part)
        elif part.type in ("method", "singleton_method") and visibility in ("private", "protected"):
            symbol.data = symbol.data or {}
            symbol.data[part.start_byte] = visibility
    walk.inside(symbol, body)


def _method(walk: Walk, node: Node) -> None:
    above = walk.scope
    inside = above is not None and above.kind in ("class", "module")
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "method" if inside else "function", node)
    symbol.doc = common.doc_above(walk, node, "#")
    if node.type == "singleton_method":
        symbol.modifiers += ("static",)
    hidden = above.data.get(node.start_byte) if above is not None and above.data else None
    before = node.parent
    if before is not None and before.type == "argument_list" and before.parent is not None:
        word = walk.text(before.parent.child_by_field_name("method"))  # `private def x`
        hidden = word if word in ("private", "protected") else hidden
    if hidden:
        symbol.modifiers += (hidden,)
    parameters = node.child_by_field_name("parameters")
    kinds = {"splat_parameter": "rest", "hash_splat_parameter": "keywords", "keyword_parameter": "keyword-only",
             "block_parameter": "block"}  # fmt: skip
    out = []
    for one in parameters.named_children if parameters is not None else ():
        label = one.child_by_field_name("name") if one.type != "identifier" else one
        out.append((walk.text(label), "", walk.brief(one.child_by_field_name("value")), kinds.get(one.type, "")))
    symbol.parameters = tuple(out)
    body = node.child_by_field_name("body")
    if body is not None and body.type == "body_statement":
        walk.inside(symbol, body)
    else:
        walk.body(symbol, body)


def _assignment(walk: Walk, node: Node) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    scope = walk.scope
    if left is not None and left.type == "constant":
        symbol = walk.define(walk.text(left), "constant", node)
        symbol.default = walk.brief(right)
    elif left is not None and left.type in ("instance_variable", "class_variable") and scope is not None:
        above = scope.parent if scope.name == "initialize" else scope if scope.kind in ("class", "module") else None
        label = walk.text(left).lstrip("@")
        if above is not None and not any(s.parent is above and s.name == label for s in walk.symbols):
            symbol = walk.define(label, "field", node, above)
            symbol.default, symbol.modifiers = walk.brief(right), ("instance",)
    elif (
        left is not None
        and left.type == "identifier"
        and right is not None
        and right.type == "call"
        and scope is not None
    ):
        walk.bind(walk.text(left), receiver_of(walk, right).removesuffix("()"), "call")
    walk.descend(right)


def _call(walk: Walk, node: Node) -> None:
    below, arguments = node.child_by_field_name("receiver"), node.child_by_field_name("arguments")
    label, block = walk.text(node.child_by_field_name("method")), node.child_by_field_name("block")
    strings = [n for n in arguments.named_children if n.type == "string"] if arguments is not None else []
    if below is None and label in ("require", "require_relative", "load", "autoload") and strings:
        walk.bring(walk.text(strings[-1])[1:-1], node, kind=label)
        return
    scope = walk.scope
    if below is None and scope is not None and scope.kind in ("class", "module") and arguments is not None:
        if label in ("include", "extend", "prepend"):
            scope.bases += tuple(receiver_of(walk, n) for n in arguments.named_children)
        elif label in _ATTRIBUTES:
            for one in arguments.named_children:
                if one.type == "simple_symbol":
                    field = walk.define(walk.text(one)[1:], "field", node)
                    field.modifiers = (label,)
    if below is None and label in _ROUTES and strings:
        walk.route(label, strings[0], node)
    outer = walk.block
    if any(c.type == "&." for c in node.children):
        walk.block = Arm("short", "right", outer, node.start_byte, node.start_point[0] + 1)
    if label:
        walk.call(label, receiver_of(walk, below), node)
    walk.descend(arguments)
    walk.arm("callback", "body", block, node, inner=True)
    walk.block = outer
    walk.descend(below)


def _super(walk: Walk, node: Node) -> None:
    walk.call("super", "", node)
    walk.children(node)


def _yield(walk: Walk, node: Node) -> None:
    walk.call("yield", "", node)
    walk.children(node)


def _begin(walk: Walk, node: Node) -> None:
    parts = node.named_children
    rescued = any(p.type == "rescue" for p in parts)
    for part in parts:
        if part.type == "rescue":
            walk.arm("try", "handler", part, node, inner=True)
        elif part.type == "else":
            walk.arm("try", "else", part, node, inner=True)
        elif part.type == "ensure":
            walk.children(part)
        elif rescued:
            walk.arm("try", "body", part, node)
        else:
            walk.descend(part)


def _case(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("value"))
    for part in node.named_children:
        if part.type in ("when", "in_clause", "else"):
            walk.arm("branch", "case", part, node, inner=True)


table: Table = {
    "module": _container,
    "class": _container,
    "singleton_class": _container,
    "method": _method,
    "singleton_method": _method,
    "assignment": _assignment,
    "call": _call,
    "super": _super,
    "yield": _yield,
    "block": control.inside("callback", "body"),
    "do_block": control.inside("callback", "body"),
    "lambda": control.callback(),
    "if": control.branch(),
    "unless": control.branch(),
    "elsif": control.branch(),
    "conditional": control.branch(),
    "if_modifier": control.branch(then="body"),
    "unless_modifier": control.branch(then="body"),
    "rescue_modifier": control.branch(condition="body", then="handler"),
    "while": control.loop(once=("condition",)),
    "until": control.loop(once=("condition",)),
    "while_modifier": control.loop(once=("condition",)),
    "until_modifier": control.loop(once=("condition",)),
    "for": control.loop(once=("value",)),
    "begin": _begin,
    "body_statement": _begin,
    "case": _case,
    "case_match": _case,
    "binary": control.short(("&&", "||", "and", "or")),
    "operator_assignment": control.short(("||=", "&&=")),
    "return": leaving("return"),
    "break": leaving("break"),
    "next": leaving("continue"),
    **dict.fromkeys(
        ("identifier", "constant", "comment", "integer", "float", "string_content", "simple_symbol", "self", "nil",
         "true", "false", "instance_variable", "class_variable", "global_variable", "hash_key_symbol",
         "scope_resolution", "method_parameters", "block_parameters"),
        LEAF,
    ),
}  # fmt: skip
