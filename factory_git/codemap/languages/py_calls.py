"""Python's calls, and what decides whether they run."""

from __future__ import annotations

from factory_git.codemap.languages import chains
from factory_git.codemap.walk import ROUTE_WORDS, Symbol, Walk, receiver_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node


def _function(walk: Walk, node: Node, _: Node) -> tuple[str, str] | None:
    """Name and receiver of a call that begins with more than names."""
    function = node.child(0)
    # `(a.b)(x)`; and the grammar takes `[*f(x)]` for a call of `*f`.
    while function is not None and function.type in ("parenthesized_expression", "list_splat"):
        inner = function.named_children
        if not inner:
            break
        function = inner[-1] if inner[-1].type != "comment" else inner[0]
    form = function.type if function is not None else ""
    if function is not None and form == "identifier":
        return walk.text(function), ""
    if function is None or form != "attribute":
        walk.descend(function)
        return None
    label, receiver = split(walk, function)
    if "(" in receiver or "[" in receiver:
        walk.pending.append(function)
    return label, receiver


def _busy(source: bytes, start: int, end: int) -> bool:
    return source.find(b"(", start, end) >= 0


def _route(walk: Walk, _label: str, _arguments: Node, node: Node) -> None:
    if node.parent is not None and node.parent.type != "decorator":
        route(walk, node, None)


call = chains.calls("call", "attribute", _function, _route, _busy)


def split(walk: Walk, attribute: Node) -> tuple[str, str]:
    """The last name of a chain, and the text before it."""
    parts = attribute.children
    below = parts[0]
    return walk.text(parts[-1]), walk.text(below) if below.type == "identifier" else receiver_of(walk, below)


def mention(walk: Walk, function: Node, node: Node, kind: str) -> None:
    """A decorator without brackets: it is called all the same."""
    label, receiver = split(walk, function) if function.type == "attribute" else (walk.text(function), "")
    walk.call(label, receiver, node, kind)


def route(walk: Walk, node: Node, symbol: Symbol | None) -> None:
    """Note a route when the word is one of routing and the first argument a string."""
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


def if_(walk: Walk, node: Node) -> None:
    """``if``: the first condition always runs, everything else under a condition."""
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("branch", "then", node.child_by_field_name("consequence"), node, inner=True)
    block = walk.block
    for alternative in node.children_by_field_name("alternative"):
        if alternative.type == "elif_clause":
            walk.arm("branch", "elif", alternative, node, inner=True)
        else:
            walk.arm("branch", "else", alternative, node, inner=True)
    walk.block = block


def loop(walk: Walk, node: Node) -> None:
    """``for`` and ``while``."""
    walk.descend(node.child_by_field_name("right"))
    walk.descend(node.child_by_field_name("condition"))
    walk.arm("loop", "body", node.child_by_field_name("body"), node, inner=True)
    walk.arm("loop", "else", node.child_by_field_name("alternative"), node, inner=True)


def try_(walk: Walk, node: Node) -> None:
    """``try``: what is in ``finally`` runs as surely as the statement."""
    for part in node.named_children:
        if part.type in ("except_clause", "except_group_clause"):
            walk.arm("try", "handler", part, node, inner=True)
        elif part.type == "else_clause":
            walk.arm("try", "else", part, node, inner=True)
        elif part.type == "finally_clause":
            walk.children(part)  # runs whatever happens: as sure as the statement itself
        elif part.type == "block":
            walk.arm("try", "body", part, node, inner=True)


def match_(walk: Walk, node: Node) -> None:
    """``match``: the subject always runs, a case does not."""
    for subject in node.children_by_field_name("subject"):
        walk.descend(subject)
    body = node.child_by_field_name("body")
    for case in body.named_children if body is not None else ():
        walk.arm("branch", "case", case, node, inner=True)


def short(walk: Walk, node: Node) -> None:
    """``and``, ``or``: the right side may not run."""
    walk.descend(node.child_by_field_name("left"))
    walk.arm("short", "right", node.child_by_field_name("right"), node)


def conditional(walk: Walk, node: Node) -> None:
    """``a if b else c``."""
    parts = [n for n in node.named_children if n.type != "comment"]
    if len(parts) != 3:
        walk.children(node)
        return
    then, condition, other = parts
    walk.descend(condition)
    walk.arm("branch", "then", then, node)
    walk.arm("branch", "else", other, node)


def lambda_(walk: Walk, node: Node) -> None:
    """``lambda``: the body runs when somebody calls it."""
    walk.descend(node.child_by_field_name("parameters"))
    walk.arm("callback", "body", node.child_by_field_name("body"), node)


def comprehension(walk: Walk, node: Node) -> None:
    """Comprehensions: the first iterable runs once, the rest any number of times."""
    clauses = [n for n in node.named_children if n.type == "for_in_clause"]
    if clauses:
        walk.descend(clauses[0].child_by_field_name("right"))
    walk.arms("loop", "body", (n for n in node.named_children if not clauses or n != clauses[0]), node)


def as_pattern(walk: Walk, node: Node) -> None:
    """``with f() as x``: what is known of ``x``."""
    walk.children(node)
    alias = node.child_by_field_name("alias")
    value = node.named_children[0] if node.named_children else None
    if walk.scope is not None and alias is not None and value is not None and value.type == "call":
        function = value.child_by_field_name("function")
        if function is not None and function.type in ("identifier", "attribute"):
            walk.bind(walk.text(alias), receiver_of(walk, function), "call")
