"""Python: classes, their assignments and those to ``self`` in ``__init__`` as fields, functions, calls, blocks."""

from __future__ import annotations

from factory_git.codemap.languages import py_calls, py_definitions
from factory_git.codemap.walk import LEAF, Walk, expression, leaving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "python"
grammar = "python"


def finish(walk: Walk) -> None:
    """Make one field of many assignments; decide what is exported: no leading underscore, or named in ``__all__``."""
    py_definitions.merge(walk)
    for symbol in walk.symbols:
        above = symbol.parent
        if above is not None and not above.exported:
            symbol.exported = False
            continue
        dunder = symbol.name.startswith("__") and symbol.name.endswith("__")
        symbol.exported = dunder or not symbol.name.startswith("_")
        if above is None and walk.exports is not None and symbol.name in walk.exports:
            symbol.exported = True


def _import(walk: Walk, node: Node) -> None:
    for one in node.named_children:
        if one.type == "aliased_import":
            alias = walk.text(one.child_by_field_name("alias"))
            walk.bring(walk.text(one.child_by_field_name("name")), node, alias=alias)
        elif one.type == "dotted_name":
            walk.bring(walk.text(one), node)


def _from(walk: Walk, node: Node) -> None:
    module = "__future__" if node.type == "future_import_statement" else ""
    names: list[tuple[str, str]] = []
    source = node.child_by_field_name("module_name")
    if source is not None:
        module = "".join(walk.text(source).split())
    for one in node.named_children:
        if one == source:
            continue
        if one.type == "aliased_import":
            names.append((walk.text(one.child_by_field_name("name")), walk.text(one.child_by_field_name("alias"))))
        elif one.type == "dotted_name":
            names.append((walk.text(one), walk.text(one)))
        elif one.type == "wildcard_import":
            names.append(("*", "*"))
    walk.bring(module, node, names, kind="from")


table: Table = {
    "decorated_definition": py_definitions.decorated,
    "class_definition": lambda walk, node: (py_definitions.class_(walk, node), None)[1],
    "function_definition": lambda walk, node: (py_definitions.function(walk, node), None)[1],
    "assignment": py_definitions.assignment,
    "augmented_assignment": py_definitions.augmented,
    "type_alias_statement": py_definitions.type_alias,
    "import_statement": _import,
    "import_from_statement": _from,
    "future_import_statement": _from,
    "call": py_calls.call,
    "if_statement": py_calls.if_,
    "for_statement": py_calls.loop,
    "while_statement": py_calls.loop,
    "try_statement": py_calls.try_,
    "match_statement": py_calls.match_,
    "boolean_operator": py_calls.short,
    "conditional_expression": py_calls.conditional,
    "lambda": py_calls.lambda_,
    "list_comprehension": py_calls.comprehension,
    "set_comprehension": py_calls.comprehension,
    "dictionary_comprehension": py_calls.comprehension,
    "generator_expression": py_calls.comprehension,
    "as_pattern": py_calls.as_pattern,
    "return_statement": leaving("return"),
    "raise_statement": leaving("raise"),
    "break_statement": leaving("break"),
    "continue_statement": leaving("continue"),
    **dict.fromkeys(
        (
            "argument_list",
            "attribute",
            "subscript",
            "binary_operator",
            "comparison_operator",
            "not_operator",
            "unary_operator",
            "list",
            "tuple",
            "dictionary",
            "set",
            "string",
            "concatenated_string",
            "expression_list",
            "await",
            "assert_statement",
            "delete_statement",
            "pair",
            "keyword_argument",
            "parenthesized_expression",
        ),
        expression(b"("),
    ),
    "identifier": LEAF,
    "integer": LEAF,
    "float": LEAF,
    "true": LEAF,
    "false": LEAF,
    "none": LEAF,
    "comment": LEAF,
    "type": LEAF,
    "string_content": LEAF,
    "escape_sequence": LEAF,
    "string_start": LEAF,
    "string_end": LEAF,
    "pass_statement": LEAF,
    "global_statement": LEAF,
    "nonlocal_statement": LEAF,
    "parameters": LEAF,
    "ellipsis": LEAF,
}
