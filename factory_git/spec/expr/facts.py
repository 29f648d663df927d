"""What a condition tells: the dotted paths that are not null where it holds, or where it fails.

Only the plain patterns count: comparison of a path with ``null``, ``has(path)``, and these joined by ``&& || !``.
"""

from __future__ import annotations

from factory_git.spec.expr.ast import Binary, Call, Literal, Node, Unary, dotted

NONE: frozenset[str] = frozenset()


def when_true(node: Node) -> frozenset[str]:
    """The paths that are not null where ``node`` is true."""
    match node:
        case Binary(op="!=", left=left, right=right):
            return _not_null(left, right)
        case Binary(op="&&", left=left, right=right):
            return when_true(left) | when_true(right)
        case Binary(op="||", left=left, right=right):
            return when_true(left) & when_true(right)
        case Unary(op="!", of=of):
            return when_false(of)
        case Call(of=None, name="has", args=(path,)):
            return _path(path)
        case _:
            return NONE


def when_false(node: Node) -> frozenset[str]:
    """The paths that are not null where ``node`` is false."""
    match node:
        case Binary(op="==", left=left, right=right):
            return _not_null(left, right)
        case Binary(op="||", left=left, right=right):
            return when_false(left) | when_false(right)
        case Binary(op="&&", left=left, right=right):
            return when_false(left) & when_false(right)
        case Unary(op="!", of=of):
            return when_true(of)
        case _:
            return NONE


def _not_null(left: Node, right: Node) -> frozenset[str]:
    if isinstance(right, Literal) and right.value is None:
        return _path(left)
    return _path(right) if isinstance(left, Literal) and left.value is None else NONE


def _path(node: Node) -> frozenset[str]:
    path = dotted(node)
    return NONE if path is None else frozenset({path})
