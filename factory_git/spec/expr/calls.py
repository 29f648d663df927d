"""The type checker's part for calls: terms and built-in functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NoReturn

from factory_git.spec.expr.ast import MACROS, Call, Index, Literal, Member, Name, Node
from factory_git.spec.expr.checking import Checker, make, widened
from factory_git.spec.expr.functions import ELSEWHERE, FUNCTIONS, LIST, SPREAD, Function
from factory_git.spec.expr.parse import unparse
from factory_git.spec.expr.places import listed, meant
from factory_git.spec.expr.relations import NUMBERS, common, is_any, may_be_null, ordered, plain, sure
from factory_git.spec.expr.scope import Scope
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Term
from factory_git.spec.types import ANY, BOOL, DECIMAL, DURATION, INT, TEXT, ListOf, Row, Type

_SUMS: tuple[Type, ...] = (*NUMBERS, DURATION)


def check(checker: Checker, node: Call, scope: Scope) -> Typed:
    """The typed tree of a call."""
    if node.of is None and node.name in scope.terms:
        return _term(checker, node, scope.terms[node.name], scope)
    function = FUNCTIONS.get(node.name)
    if function is None:
        _unknown(checker, node, scope)
    if node.of is None and not function.call:
        self = unparse(node.args[0]) if node.args else "x"
        what = "list" if LIST in function.takes[0] else "text"
        raise checker.error(node, "call", f"'{node.name}' is asked of a {what}", f"write {self}.{node.name}(…)")
    if node.of is not None and not function.method:
        raise checker.error(
            node, "call", f"'{node.name}' is called without a dot", f"write {node.name}({unparse(node.of)})"
        )
    args = node.args if node.of is None else (node.of, *node.args)
    if node.name == "has":
        return _has(checker, node, args, scope)
    if node.name in SPREAD and len(args) > 1:
        return _spread(checker, node, args, scope)
    if len(args) != len(function.takes):
        _count(checker, node, len(args), len(function.takes), ", ".join("x" for _ in function.takes))
    parts = tuple(_argument(checker, function, n, checker.of(a, scope), scope) for n, a in enumerate(args))
    if node.name in ("date", "datetime"):
        _moment(checker, node.name, parts[0])
    if node.name == "join":
        _texts(checker, node, parts[0], scope)
    kind = function.gives or _result(checker, node, parts[0], scope)
    return _call(node, kind, parts)


def _call(node: Call, kind: Type, parts: tuple[Typed, ...]) -> Typed:
    return make(node, "call", kind, parts, name=node.name)


def _unknown(checker: Checker, node: Call, scope: Scope) -> NoReturn:
    if node.name in MACROS:
        raise checker.error(node, "call", f"'{node.name}' is asked of a list", f"write list.{node.name}(x, …)")
    if node.of is None and node.name in scope.entities:
        raise checker.error(
            node, "call", f"'{node.name}' is an entity, no function", f"{node.name}.exists(x, …) asks its rows"
        )
    known = list(dict.fromkeys([*(t.name for t in scope.terms.values()), *FUNCTIONS]))
    if node.of is not None:
        known = [name for name, f in FUNCTIONS.items() if f.method] + list(MACROS)
    suggestion = meant(node.name, known)
    hint = ELSEWHERE.get(node.name, "") or suggestion[2:]
    if node.name in ELSEWHERE:
        suggestion = ""
    raise checker.error(
        node, "unknown-function", f"unknown function '{node.name}' {listed(known, 40)}{suggestion}", hint
    )


def _count(checker: Checker, node: Node, found: int, wanted: int, form: str) -> NoReturn:
    name = node.name if isinstance(node, Call) else ""
    plural = "" if wanted == 1 else "s"
    raise checker.error(
        node, "arguments", f"'{name}' takes {wanted} argument{plural}, found {found}", f"{name}({form})"
    )


def _term(checker: Checker, node: Call, term: Term, scope: Scope) -> Typed:
    if len(node.args) != len(term.args):
        _count(checker, node, len(node.args), len(term.args), ", ".join(f"{n}: {t}" for n, t in term.args.items()))
    pairs = zip(node.args, term.args.items(), strict=True)
    parts = tuple(checker.fitted(a, scope, t, f"argument '{name}' of {term.name}") for a, (name, t) in pairs)
    reads = frozenset({term.path}).union(*(p.reads for p in parts))
    kind = checker.term_type(term, scope)
    return Typed(node=node, op="term", type=kind, parts=parts, name=term.id, reads=reads, target=term)


def _argument(checker: Checker, function: Function, number: int, found: Typed, scope: Scope) -> Typed:
    wanted = function.takes[number]
    checker.needed(found, f"'{function.name}' needs a value")
    if is_any(found.type) or ANY in wanted:
        return found
    kind = LIST if isinstance(found.type, ListOf) else plain(found.type, scope.entities)
    if kind in wanted or kind == ANY:
        return found
    if kind == INT and DECIMAL in wanted:
        return widened(found)
    words = " or ".join("list" if w == LIST else str(w) for w in wanted)
    raise checker.error(found.node, "type", f"'{function.name}' takes {words}, found {found.type}")


def _has(checker: Checker, node: Call, args: tuple[Node, ...], scope: Scope) -> Typed:
    if len(args) != 1:
        _count(checker, node, len(args), 1, "x.field")
    if not isinstance(args[0], Member | Name | Index):
        raise checker.error(args[0], "call", "'has' asks for a field", "has(x.field)")
    return _call(node, BOOL, (checker.of(args[0], scope),))


def _spread(checker: Checker, node: Call, args: tuple[Node, ...], scope: Scope) -> Typed:
    parts = tuple(checker.needed(checker.of(a, scope), f"'{node.name}' needs a value") for a in args)
    kind = parts[0].type
    for part in parts[1:]:
        both = common(kind, part.type, scope.entities)
        if both is None or not ordered(part.type, part.type, scope.entities):
            raise checker.error(part.node, "type", f"'{node.name}' cannot compare {kind} with {part.type}")
        kind = both
    return _call(node, kind, tuple(map(widened, parts)) if kind == DECIMAL else parts)


def _result(checker: Checker, node: Call, first: Typed, scope: Scope) -> Type:
    """What functions give whose result depends on what they are given."""
    if node.name in ("abs", "addMonths"):
        return ANY if is_any(first.type) else plain(first.type, scope.entities)
    if node.name == "distinct":
        return _distinct(checker, node, first)
    item = first.type.item if isinstance(first.type, ListOf) else ANY
    if may_be_null(item):
        shown = unparse(first.node)
        hint = "leave the nulls out first: .filter(x, x.field != null)"
        raise checker.error(node, "null", f"'{node.name}' needs values, items of '{shown}' may be null", hint)
    fine: Callable[[Type], bool] = (
        (lambda t: plain(t, scope.entities) in _SUMS) if node.name == "sum" else lambda t: ordered(t, t, scope.entities)
    )
    if not is_any(item) and not fine(item):
        raise checker.error(node, "type", f"'{node.name}' takes a list of numbers, found {first.type}")
    return sure(item)


def _distinct(checker: Checker, node: Call, first: Typed) -> Type:
    item = first.type.item if isinstance(first.type, ListOf) else ANY
    if is_any(item) or isinstance(sure(item), Row | ListOf):
        hint = "name the field: .map(x, x.field).distinct()"
        raise checker.error(node, "type", f"'distinct' takes a list of plain values, found {first.type}", hint)
    return first.type


def _texts(checker: Checker, node: Call, first: Typed, scope: Scope) -> None:
    """Refuse to join what is no list of texts."""
    item = first.type.item if isinstance(first.type, ListOf) else ANY
    if may_be_null(item) or is_any(item) or plain(item, scope.entities) != TEXT:
        hint = "leave the nulls out first" if may_be_null(item) else "write .map(x, text(x)) before it"
        raise checker.error(node, "type", f"'join' takes a list of texts, found {first.type}", hint)


def _moment(checker: Checker, name: str, found: Typed) -> None:
    """Refuse a literal that is no date, while it can still be seen."""
    if not isinstance(found.node, Literal):
        return
    value = str(found.node.value)
    try:
        read = dt.date.fromisoformat(value) if name == "date" else dt.datetime.fromisoformat(value)
        fine = read.isoformat() == value
    except ValueError:
        fine = False
    if not fine:
        form = "YYYY-MM-DD" if name == "date" else "YYYY-MM-DDTHH:MM:SS"
        raise checker.error(found.node, "date", f"'{value}' is not a {name}", f'write {name}("…") with {form}')
