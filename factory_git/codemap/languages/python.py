"""Python: classes, their assignments and those to ``self`` in ``__init__`` as fields, functions, calls, blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_git.codemap.walk import LEAF, ROUTE_WORDS, Symbol, Walk, expression, leaving, receiver_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from factory_git.codemap.walk import Table

name = "python"
grammar = "python"

MAKERS = ("__init__", "__post_init__")


def finish(walk: Walk) -> None:
    """Make one field of many assignments; decide what is exported: no leading underscore, or named in ``__all__``."""
    _merge(walk)
    for symbol in walk.symbols:
        above = symbol.parent
        if above is not None and not above.exported:
            symbol.exported = False
            continue
        dunder = symbol.name.startswith("__") and symbol.name.endswith("__")
        symbol.exported = dunder or not symbol.name.startswith("_")
        if above is None and walk.exports is not None and symbol.name in walk.exports:
            symbol.exported = True


def _merge(walk: Walk) -> None:
    """A field that ``__init__`` assigns is the declared one, where there is one; else the first assignment stands."""
    known: dict[tuple[int, str], Symbol] = {}
    for symbol in sorted(
        (s for s in walk.symbols if s.kind == "field"), key=lambda s: ("instance" in s.modifiers, s.start)
    ):
        first = known.setdefault((id(symbol.parent), symbol.name), symbol)
        if first is not symbol and "instance" in symbol.modifiers:
            first.type = first.type or symbol.type
            symbol.index = -2
    if any(s.index == -2 for s in walk.symbols):
        walk.symbols = [s for s in walk.symbols if s.index != -2]


# Definitions.


def _decorated(walk: Walk, node: Node) -> None:
    decorators = [d for d in node.named_children if d.type == "decorator"]
    definition = node.child_by_field_name("definition")
    if definition is None:
        walk.children(node)
        return
    symbol = _class(walk, definition) if definition.type == "class_definition" else _function(walk, definition)
    if symbol is None:
        return
    symbol.decorators = tuple(walk.brief(d.named_children[0]) for d in decorators if d.named_children)
    symbol.start, symbol.line = node.start_byte, node.start_point[0] + 1
    for decorator in decorators:
        inner = decorator.named_children[0] if decorator.named_children else None
        if inner is None:
            continue
        if inner.type == "call":
            walk.descend(inner)
            _route(walk, inner, symbol)
        elif inner.type in ("identifier", "attribute"):
            _mention(walk, inner, decorator, "decorator")


def _class(walk: Walk, node: Node) -> Symbol | None:
    identifier = node.child_by_field_name("name")
    if identifier is None:
        walk.children(node)
        return None
    symbol = walk.define(walk.text(identifier), "class", node)
    arguments = node.child_by_field_name("superclasses")
    if arguments is not None:
        bases = []
        for base in arguments.named_children:
            if base.type == "comment":
                continue
            if base.type == "keyword_argument":
                symbol.modifiers += (walk.brief(base),)
                walk.descend(base.child_by_field_name("value"))
            else:
                bases.append(walk.brief(base))
                walk.descend(base)
        symbol.bases = tuple(bases)
    body = node.child_by_field_name("body")
    symbol.doc = _doc(walk, body)
    walk.inside(symbol, body)
    return symbol


def _function(walk: Walk, node: Node) -> Symbol | None:
    identifier = node.child_by_field_name("name")
    if identifier is None:
        walk.children(node)
        return None
    above = walk.scope
    symbol = walk.define(
        walk.text(identifier), "method" if above is not None and above.kind == "class" else "function", node
    )
    symbol.type = walk.brief(node.child_by_field_name("return_type"))
    if node.children[0].type == "async":
        symbol.modifiers = ("async",)
    symbol.parameters = _parameters(walk, node.child_by_field_name("parameters"))
    if symbol.kind == "method" and symbol.name in MAKERS and symbol.parameters:
        symbol.data = symbol.parameters[0][0]
    body = node.child_by_field_name("body")
    symbol.doc = _doc(walk, body)
    walk.inside(symbol, body)
    return symbol


def _parameters(walk: Walk, node: Node | None) -> tuple[tuple[str, str, str, str], ...]:
    out: list[tuple[str, str, str, str]] = []
    kind = ""
    for one in node.named_children if node is not None else ():
        form = one.type
        if form == "identifier":
            out.append((walk.text(one), "", "", kind))
        elif form == "typed_parameter":
            inner = one.named_children[0]
            special = {"list_splat_pattern": "rest", "dictionary_splat_pattern": "keywords"}.get(inner.type, "")
            label = walk.text(inner).lstrip("*")
            out.append((label, walk.brief(one.child_by_field_name("type")), "", special or kind))
            kind = "keyword-only" if special == "rest" else kind
        elif form in ("default_parameter", "typed_default_parameter"):
            value = one.child_by_field_name("value")
            walk.descend(value)
            label = walk.text(one.child_by_field_name("name"))
            out.append((label, walk.brief(one.child_by_field_name("type")), walk.brief(value), kind))
        elif form == "list_splat_pattern":
            out.append((walk.text(one).lstrip("*"), "", "", "rest"))
            kind = "keyword-only"
        elif form == "dictionary_splat_pattern":
            out.append((walk.text(one).lstrip("*"), "", "", "keywords"))
        elif form == "keyword_separator":
            kind = "keyword-only"
        elif form == "positional_separator":
            out = [(a, b, c, "positional-only") for a, b, c, _ in out]
    return tuple(out)


def _doc(walk: Walk, body: Node | None) -> str:
    string = next((n for n in body.named_children if n.type != "comment"), None) if body is not None else None
    if string is not None and string.type == "expression_statement" and string.named_children:
        string = string.named_children[0]
    if string is None or string.type != "string":
        return ""
    text = walk.text(string).lstrip("rRuU")
    quotes = text[:3] if text[:3] in ('"""', "'''") else text[:1]
    inner = text[len(quotes) : len(text) - len(quotes)].strip()
    return inner.split("\n", 1)[0].strip()[:200]


def _assignment(walk: Walk, node: Node) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if right is not None and (walk.holds(right, b"(") or right.type == "assignment"):
        walk.descend(right)
    if left is None:
        return
    scope = walk.scope
    form = left.type
    if form == "identifier":
        label = walk.text(left)
        annotation = node.child_by_field_name("type")
        if scope is not None and scope.kind != "class":
            _local(walk, label, annotation, right)
            return
        kind = "field" if scope is not None else "constant" if label.isupper() else "variable"
        symbol = walk.define(label, kind, node)
        if scope is None and label == "__all__":
            _all(walk, right)
        value = right
        while value is not None and value.type == "assignment":
            value = value.child_by_field_name("right")
        symbol.type, symbol.default = walk.brief(annotation), walk.brief(value)
    elif form == "attribute":
        if scope is not None and scope.data and _plain(walk, left.child_by_field_name("object")) == scope.data:
            symbol = walk.define(walk.text(left.child_by_field_name("attribute")), "field", node, scope.parent)
            symbol.type = walk.brief(node.child_by_field_name("type"))
            symbol.default = walk.brief(right)
            symbol.modifiers = ("instance",)
        else:
            walk.descend(left)
    elif form in ("pattern_list", "tuple_pattern", "list_pattern"):
        if scope is None or scope.kind == "class" or scope.data:
            _unpack(walk, left, node)
    else:
        walk.descend(left)  # a[f()] = …


def _unpack(walk: Walk, pattern: Node, node: Node) -> None:
    scope = walk.scope
    for one in pattern.named_children:
        if one.type == "list_splat_pattern" and one.named_children:
            one = one.named_children[0]  # noqa: PLW2901 (the star is not part of the name)
        if one.type in ("pattern_list", "tuple_pattern", "list_pattern"):
            _unpack(walk, one, node)
        elif one.type == "identifier" and not (scope is not None and scope.data):
            label = walk.text(one)
            walk.define(label, "field" if scope is not None else "constant" if label.isupper() else "variable", node)
        elif one.type == "attribute" and scope is not None and scope.data == _plain(walk, one.named_children[0]):
            symbol = walk.define(walk.text(one.child_by_field_name("attribute")), "field", node, scope.parent)
            symbol.modifiers = ("instance",)


def _plain(walk: Walk, node: Node | None) -> str:
    return walk.text(node) if node is not None and node.type == "identifier" else ""


def _local(walk: Walk, label: str, annotation: Node | None, right: Node | None) -> None:
    if annotation is not None:
        walk.bind(label, walk.brief(annotation), "type")
        return
    if right is not None and right.type == "await" and right.named_children:
        right = right.named_children[0]
    if right is not None and right.type == "call":
        function = right.child_by_field_name("function")
        if function is not None and function.type in ("identifier", "attribute"):
            walk.bind(label, receiver_of(walk, function), "call")


def _all(walk: Walk, right: Node | None) -> None:
    names = walk.exports if walk.exports is not None else set()
    stack = [right] if right is not None else []
    while stack:
        node = stack.pop()
        if node.type == "string":
            names.add(walk.text(node).strip("rbu").strip("\"'"))
        else:
            stack += node.named_children
    walk.exports = names


def _augmented(walk: Walk, node: Node) -> None:
    if walk.scope is None and walk.text(node.child_by_field_name("left")) == "__all__":
        _all(walk, node.child_by_field_name("right"))
    walk.children(node)


def _type_alias(walk: Walk, node: Node) -> None:
    parts = [n for n in node.named_children if n.type == "type"]
    if len(parts) == 2 and (walk.scope is None or walk.scope.kind == "class"):
        head = walk.text(parts[0]).split("[", 1)[0]
        walk.define(head, "type", node).default = walk.brief(parts[1])


# Imports.


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


# Calls and what dominates them.


def _call(walk: Walk, node: Node) -> None:
    parts = node.children
    function = parts[0]
    # `(a.b)(x)`; and the grammar takes `[*f(x)]` for a call of `*f`.
    while function.type in ("parenthesized_expression", "list_splat") and function.named_children:
        function = (
            function.named_children[-1] if function.named_children[-1].type != "comment" else function.named_children[0]
        )
    form = function.type
    if form == "identifier":
        label, receiver = walk.text(function), ""
    elif form == "attribute":
        label, receiver = _split(walk, function)
    else:
        walk.children(node)
        return
    walk.call(label, receiver, node)
    arguments = parts[-1]
    if label.lower() in ROUTE_WORDS and node.parent is not None and node.parent.type != "decorator":
        _route(walk, node, None)
    if "(" in receiver or "[" in receiver:
        walk.descend(function)
    if arguments.type == "generator_expression" or (walk.holds(arguments, b"(") and len(arguments.children) > 2):
        walk.descend(arguments)


def _split(walk: Walk, attribute: Node) -> tuple[str, str]:
    parts = attribute.children
    below = parts[0]
    return walk.text(parts[-1]), walk.text(below) if below.type == "identifier" else receiver_of(walk, below)


def _mention(walk: Walk, function: Node, node: Node, kind: str) -> None:
    label, receiver = _split(walk, function) if function.type == "attribute" else (walk.text(function), "")
    walk.call(label, receiver, node, kind)


def _route(walk: Walk, node: Node, symbol: Symbol | None) -> None:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or not arguments.named_children:
        return
    label = walk.text(function).rpartition(".")[2]
    if label.lower() not in ROUTE_WORDS or arguments.named_children[0].type != "string":
        return
    walk.route(label, arguments.named_children[0], node)
    if symbol is not None and walk.routes:
        method, path, _, line = walk.routes.pop()
        walk.routes.append((method, path, symbol, line))


def _if(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("branch", "then", node.child_by_field_name("consequence"), node, inner=True)
    block = walk.block
    for alternative in node.children_by_field_name("alternative"):
        if alternative.type == "elif_clause":
            walk.arm("branch", "elif", alternative, node, inner=True)
        else:
            walk.arm("branch", "else", alternative, node, inner=True)
    walk.block = block


def _loop(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("right"))
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("loop", "body", node.child_by_field_name("body"), node, inner=True)
    walk.arm("loop", "else", node.child_by_field_name("alternative"), node, inner=True)


def _try(walk: Walk, node: Node) -> None:
    for part in node.named_children:
        if part.type in ("except_clause", "except_group_clause"):
            walk.arm("try", "handler", part, node, inner=True)
        elif part.type == "else_clause":
            walk.arm("try", "else", part, node, inner=True)
        elif part.type == "finally_clause":
            walk.children(part)  # runs whatever happens: as sure as the statement itself
        elif part.type == "block":
            walk.arm("try", "body", part, node, inner=True)


def _match(walk: Walk, node: Node) -> None:
    for subject in node.children_by_field_name("subject"):
        walk.descend(subject)
    body = node.child_by_field_name("body")
    for case in body.named_children if body is not None else ():
        walk.arm("branch", "case", case, node, inner=True)


def _short(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("left"))
    walk.arm("short", "right", node.child_by_field_name("right"), node)


def _conditional(walk: Walk, node: Node) -> None:
    parts = [n for n in node.named_children if n.type != "comment"]
    if len(parts) != 3:
        walk.children(node)
        return
    then, condition, other = parts
    walk.descend(condition)
    walk.arm("branch", "then", then, node)
    walk.arm("branch", "else", other, node)


def _lambda(walk: Walk, node: Node) -> None:
    walk.descend(node.child_by_field_name("parameters"))
    walk.arm("callback", "body", node.child_by_field_name("body"), node)


def _comprehension(walk: Walk, node: Node) -> None:
    clauses = [n for n in node.named_children if n.type == "for_in_clause"]
    if clauses:
        walk.descend(clauses[0].child_by_field_name("right"))
    walk.arms("loop", "body", (n for n in node.named_children if not clauses or n != clauses[0]), node)


def _as_pattern(walk: Walk, node: Node) -> None:
    walk.children(node)
    alias = node.child_by_field_name("alias")
    value = node.named_children[0] if node.named_children else None
    if walk.scope is not None and alias is not None and value is not None and value.type == "call":
        function = value.child_by_field_name("function")
        if function is not None and function.type in ("identifier", "attribute"):
            walk.bind(walk.text(alias), receiver_of(walk, function), "call")


table: Table = {
    "decorated_definition": _decorated,
    "class_definition": lambda walk, node: (_class(walk, node), None)[1],
    "function_definition": lambda walk, node: (_function(walk, node), None)[1],
    "assignment": _assignment,
    "augmented_assignment": _augmented,
    "type_alias_statement": _type_alias,
    "import_statement": _import,
    "import_from_statement": _from,
    "future_import_statement": _from,
    "call": _call,
    "if_statement": _if,
    "for_statement": _loop,
    "while_statement": _loop,
    "try_statement": _try,
    "match_statement": _match,
    "boolean_operator": _short,
    "conditional_expression": _conditional,
    "lambda": _lambda,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "dictionary_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "as_pattern": _as_pattern,
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
