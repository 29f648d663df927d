"""C++: C's table, with namespaces, classes, methods written outside their class, templates, lambdas and ``try``."""

from __future__ import annotations

from factory_git.codemap.languages import clike, control
from factory_git.codemap.walk import LEAF, Walk, leaving, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "cpp"
grammar = "cpp"


def finish(walk: Walk) -> None:
    """Exported is what is neither ``static`` at the top, nor private, nor in a nameless namespace."""
    walk.adopt()
    for symbol in walk.symbols:
        above = symbol.parent
        hidden = "private" in symbol.modifiers or "protected" in symbol.modifiers or symbol.name == "<namespace>"
        if "static" in symbol.modifiers and (above is None or above.kind == "namespace"):
            hidden = True
        symbol.exported = not hidden and (above is None or above.exported)


def _namespace(walk: Walk, node: Node) -> None:
    label = walk.text(node.child_by_field_name("name")).replace("::", ".")
    for one in walk.symbols:  # a namespace is opened many times: one symbol a file
        if one.kind == "namespace" and one.name == label and one.parent is walk.scope:
            walk.inside(one, node.child_by_field_name("body"))
            return
    symbol = walk.define(label or "<namespace>", "namespace", node)
    walk.inside(symbol, node.child_by_field_name("body"))


def _alias(walk: Walk, node: Node) -> None:
    symbol = walk.define(walk.text(node.child_by_field_name("name")), "type", node)
    symbol.default = walk.brief(node.child_by_field_name("type"))
    clike.mark(walk, symbol, node)


def _new(walk: Walk, node: Node) -> None:
    head, _, label = receiver_of(walk, node.child_by_field_name("type")).rpartition(".")
    walk.call(label, head, node, "new")
    walk.descend(node.child_by_field_name("arguments"))


table: Table = {
    **clike.table,
    "class_specifier": clike.structure,
    "namespace_definition": _namespace,
    "alias_declaration": _alias,
    "new_expression": _new,
    "lambda_expression": control.callback(),
    "for_range_loop": control.loop(once=("right",)),
    "try_statement": control.attempt(handlers=("catch_clause",), finals=()),
    "throw_statement": leaving("raise"),
    "co_return_statement": leaving("return"),
    "template_parameter_list": LEAF,
    "using_declaration": LEAF,
    "friend_declaration": LEAF,
    "base_class_clause": LEAF,
    "template_type": LEAF,
    "namespace_identifier": LEAF,
}
