"""The type checker's part for operators: what each takes, and what it gives."""

from __future__ import annotations

from decimal import Decimal
from typing import NoReturn

from factory_git.spec.expr.ast import Binary, Items, Literal, Ternary, Unary
from factory_git.spec.expr.checking import Checker, make, start, widened
from factory_git.spec.expr.facts import when_false, when_true
from factory_git.spec.expr.parse import unparse
from factory_git.spec.expr.relations import NUMBERS, arithmetic, common, comparable, is_any, ordered, plain, sure
from factory_git.spec.expr.scope import Scope
from factory_git.spec.expr.typed import Typed
from factory_git.spec.types import BOOL, DATE, DATETIME, DECIMAL, DURATION, INT, TEXT, Enum, ListOf


def unary(checker: Checker, node: Unary, scope: Scope) -> Typed:
    if node.op == "!":
        return make(node, "!", BOOL, (checker.condition(node.of, scope, "'!'"),))
    base = checker.needed(checker.of(node.of, scope), "'-' needs a number")
    if base.type not in (*NUMBERS, DURATION) and not is_any(base.type):
        raise checker.error(node, "type", f"'-' needs a number, found {base.type}")
    return make(node, "neg", base.type, (base,))


def binary(checker: Checker, node: Binary, scope: Scope) -> Typed:
    if node.op in ("&&", "||"):
        left = checker.condition(node.left, scope, f"'{node.op}'")
        facts = when_true(node.left) if node.op == "&&" else when_false(node.left)
        right = checker.condition(node.right, scope.knowing(facts), f"'{node.op}'")
        return make(node, node.op, BOOL, (left, right))
    left, right = checker.of(node.left, scope), checker.of(node.right, scope)
    if node.op in ("==", "!="):
        _compared(checker, node, left, right, scope)
        return make(node, node.op, BOOL, (left, right))
    if node.op == "in":
        return _within(checker, node, left, right, scope)
    for side in (left, right):
        checker.needed(side, f"'{node.op}' needs a value")
    if node.op in ("<", "<=", ">", ">="):
        if not ordered(left.type, right.type, scope.entities):
            _unordered(checker, node, left, right)
        return make(node, node.op, BOOL, (left, right))
    return _computed(checker, node, left, right, scope)


def _unordered(checker: Checker, node: Binary, left: Typed, right: Typed) -> NoReturn:
    words = next((t.type for t in (left, right) if isinstance(t.type, Enum)), None)
    hint = f"the words of an enum have no order: write x in ['{words.values[0]}', …]" if words else ""
    raise checker.error(node, "type", f"'{node.op}' cannot compare {left.type} with {right.type}", hint)


def _compared(checker: Checker, node: Binary, left: Typed, right: Typed, scope: Scope) -> None:
    for one, other in ((left, right), (right, left)):
        enum = sure(one.type)
        if isinstance(enum, Enum) and isinstance(other.node, Literal) and isinstance(other.node.value, str):
            checker.word(other.node, enum, f"'{unparse(one.node)}'")
    if not comparable(left.type, right.type, scope.entities):
        hint = ""
        if {plain(left.type, scope.entities), plain(right.type, scope.entities)} == {TEXT, DATE}:
            hint = 'a date is written date("2026-01-31")'
        raise checker.error(node, "type", f"'{node.op}' never holds between {left.type} and {right.type}", hint)


def _within(checker: Checker, node: Binary, left: Typed, right: Typed, scope: Scope) -> Typed:
    checker.needed(right, "'in' needs a list")
    if isinstance(right.type, ListOf):
        enum = sure(left.type)
        for item in right.node.items if isinstance(right.node, Items) and isinstance(enum, Enum) else ():
            if isinstance(item, Literal) and isinstance(item.value, str):
                assert isinstance(enum, Enum)
                checker.word(item, enum, f"'{unparse(node.left)}'")
        if not comparable(left.type, right.type.item, scope.entities):
            raise checker.error(node, "type", f"'in' never holds between {left.type} and {right.type}")
    elif not is_any(right.type):
        hint = "text.contains(part) looks inside a text" if right.type == TEXT else ""
        raise checker.error(node, "type", f"'in' needs a list, found {right.type}", hint)
    return make(node, "in", BOOL, (left, right))


def _computed(checker: Checker, node: Binary, left: Typed, right: Typed, scope: Scope) -> Typed:
    kind = arithmetic(node.op, left.type, right.type, scope.entities)
    if kind is None:
        hint = ""
        kinds = {plain(left.type, scope.entities), plain(right.type, scope.entities)}
        if INT in kinds and kinds & {DATE, DATETIME}:
            hint = f"days({unparse(node.right)}) is a duration"
        elif TEXT in kinds and node.op == "+":
            hint = "text(x) writes a value as text"
        raise checker.error(node, "type", f"'{node.op}' cannot take {left.type} and {right.type}", hint)
    if node.op in ("/", "%") and isinstance(right.node, Literal) and right.node.value in (0, Decimal(0)):
        raise checker.error(start(node.right), "zero", "division by zero")
    return make(node, node.op, kind, (left, right))


def ternary(checker: Checker, node: Ternary, scope: Scope) -> Typed:
    test = checker.condition(node.test, scope, "'?'")
    yes = checker.of(node.yes, scope.knowing(when_true(node.test)))
    no = checker.of(node.no, scope.knowing(when_false(node.test)))
    kind = common(yes.type, no.type, scope.entities)
    if kind is None:
        raise checker.error(node, "type", f"the two sides of '?' are {yes.type} and {no.type}")
    if sure(kind) == DECIMAL:
        yes, no = widened(yes), widened(no)
    return make(node, "?", kind, (test, yes, no))
