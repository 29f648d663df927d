"""Handlers for control structure that several grammars share; each is made for the field names of its grammar."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from tree_sitter import Node

    from factory_git.codemap.walk import Handler, Walk


def branch(
    *, condition: str = "condition", then: str = "consequence", other: str = "alternative", always: tuple[str, ...] = ()
) -> Handler:
    """``if``, ternaries and their like: the condition runs as surely as the statement, the arms do not."""

    def handler(walk: Walk, node: Node) -> None:
        for field in (condition, *always):
            for part in node.children_by_field_name(field):
                walk.descend(part)
        for part in node.children_by_field_name(then):
            walk.arm("branch", "then", part, node)
        for part in node.children_by_field_name(other):
            walk.arm("branch", "else", part, node)

    return handler


def loop(*, once: tuple[str, ...] = (), body: str = "body", again: tuple[str, ...] = ()) -> Handler:
    """Loops: what ``once`` names runs once, ``body`` and ``again`` any number of times."""

    def handler(walk: Walk, node: Node) -> None:
        for field in once:
            for part in node.children_by_field_name(field):
                walk.descend(part)
        for field in (body, *again):
            for part in node.children_by_field_name(field):
                walk.arm("loop", "body", part, node)

    return handler


def attempt(
    *, body: str = "body", handlers: Container[str], finals: Container[str], others: Container[str] = ()
) -> Handler:
    """``try``: the body may stop half-way, a handler may not run, what is final runs as surely as the statement."""

    def handler(walk: Walk, node: Node) -> None:
        main = node.child_by_field_name(body)
        for part in node.named_children:
            if part.type in handlers:
                walk.arm("try", "handler", part, node, inner=True)
            elif part.type in finals:
                walk.children(part)
            elif part.type in others:
                walk.arm("try", "else", part, node, inner=True)
            elif part == main:
                walk.arm("try", "body", part, node)
            else:
                walk.descend(part)  # resources

    return handler


def choice(*, subjects: tuple[str, ...], body: str, cases: Container[str]) -> Handler:
    """``switch`` and ``match``: the subject runs surely, a case does not. Without ``body`` the cases are children."""

    def handler(walk: Walk, node: Node) -> None:
        for field in subjects:
            for part in node.children_by_field_name(field):
                walk.descend(part)
        inner = node.child_by_field_name(body) if body else node
        for part in inner.named_children if inner is not None else ():
            if part.type in cases:
                walk.arm("branch", "case", part, node, inner=True)

    return handler


def short(operators: Container[str], *, left: str = "left", right: str = "right") -> Handler:
    """Binary operators: the right side of a short-circuit one may not run."""

    def handler(walk: Walk, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        if operator is None or operator.type not in operators:
            walk.children(node)
            return
        walk.descend(node.child_by_field_name(left))
        walk.arm("short", "right", node.child_by_field_name(right), node)

    return handler


def callback(*, body: str = "body", kind: str = "callback") -> Handler:
    """Functions without a name: their body runs when somebody calls them, if ever."""

    def handler(walk: Walk, node: Node) -> None:
        walk.arm(kind, "body", node.child_by_field_name(body), node)

    return handler


def inside(kind: str, arm: str) -> Handler:
    """Everything in the node runs in an arm of its own (``defer``, ``go``, a block argument)."""

    def handler(walk: Walk, node: Node) -> None:
        walk.arm(kind, arm, node, node, inner=True)

    return handler
