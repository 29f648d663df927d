"""The meaning of expressions, said a second time: a tree walker that shares no code with checker and compiler."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from factory_git.spec.expr.ast import (
    Binary,
    Call,
    Index,
    Items,
    Literal,
    Macro,
    Member,
    Name,
    Node,
    Ternary,
    Unary,
)
from factory_git.spec.expr.parse import parse
from factory_git.spec.model import Spec


class Undefined(Exception):
    """There is no value: a division by zero, a reference to nothing, a position outside a list."""


class Interpreter:
    """Evaluates expressions of a spec. ``rows`` maps entity names to rows, which are mappings with ``"@"`` their
    entity's name.
    """

    def __init__(self, spec: Spec, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        self.spec = spec
        self.rows = rows

    def value(self, node: Node, names: Mapping[str, Any]) -> Any:
        match node:
            case Literal(value=value):
                return value
            case Name(name=name):
                return names[name] if name in names else self.rows[name]
            case Member(of=of, name=name):
                return self.member(self.value(of, names), of, name, names)
            case Index(of=of, index=index):
                items, at = self.value(of, names), self.value(index, names)
                if not 0 <= at < len(items):
                    raise Undefined
                return items[at]
            case Call():
                return self.call(node, names)
            case Macro():
                return self.macro(node, names)
            case Unary(op="!", of=of):
                return not self.value(of, names)
            case Unary(of=of):
                return -self.value(of, names)
            case Binary():
                return self.binary(node, names)
            case Ternary(test=test, yes=yes, no=no):
                return self.value(yes if self.value(test, names) else no, names)
            case Items(items=parts):
                return [self.value(p, names) for p in parts]

    def member(self, base: Any, of: Node, name: str, names: Mapping[str, Any]) -> Any:
        if isinstance(base, dict):
            return base[name]
        return self.follow(base, self.refers(of, names))[name]

    def refers(self, node: Node, names: Mapping[str, Any]) -> str:
        """The entity that a reference leads to: only members of rows are references in these tests."""
        assert isinstance(node, Member)
        owner = self.value(node.of, names)
        entity = self.spec.entity(owner["@"] if isinstance(owner, dict) else self.refers(node.of, names))
        assert entity is not None
        field = entity.field(node.name)
        assert field is not None
        return str(field.type).removeprefix("ref ")

    def follow(self, key: Any, entity: str) -> dict[str, Any]:
        for row in self.rows[entity]:
            if row["id"] == key:
                return row
        raise Undefined

    def macro(self, node: Macro, names: Mapping[str, Any]) -> Any:
        items = self.value(node.of, names)
        each: Callable[[Any], Any] = lambda item: self.value(node.body, {**names, node.var: item})  # noqa: E731
        match node.name:
            case "all":
                return all(each(i) for i in items)
            case "exists":
                return any(each(i) for i in items)
            case "exists_one":
                return [bool(each(i)) for i in items].count(True) == 1
            case "filter":
                return [i for i in items if each(i)]
            case _:
                return [each(i) for i in items]

    def binary(self, node: Binary, names: Mapping[str, Any]) -> Any:
        left = self.value(node.left, names)
        if node.op == "&&":
            return left and self.value(node.right, names)
        if node.op == "||":
            return left or self.value(node.right, names)
        right = self.value(node.right, names)
        if node.op in ("/", "%") and right == 0:
            raise Undefined
        return _BINARY[node.op](left, right)

    def call(self, node: Call, names: Mapping[str, Any]) -> Any:
        term = next((t for t in self.spec.terms if t.name == node.name), None)
        args = [self.value(a, names) for a in ((node.of, *node.args) if node.of is not None else node.args)]
        if term is not None:
            return self.value(parse(term.body), dict(zip(term.args, args, strict=True)))
        if node.name in ("min", "max") and len(args) == 1:
            args = args[0]
            if not args:
                raise Undefined
        return _FUNCTIONS[node.name](*args)


def _remainder(left: Any, right: Any) -> Any:
    whole = int(Decimal(left) / Decimal(right))
    return left - whole * right


_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: any(a == x for x in b),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: Decimal(a) / Decimal(b),
    "%": _remainder,
}


def _sum(items: list[Any]) -> Any:
    total: Any = 0
    for item in items:
        total = item if total == 0 else total + item
    return total


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "size": len,
    "sum": _sum,
    "min": lambda *xs: min(xs),
    "max": lambda *xs: max(xs),
    "has": lambda x: x is not None,
    "date": lambda x: dt.date(*map(int, x.split("-"))),
    "days": dt.timedelta,
    "hours": lambda n: dt.timedelta(0, 3600 * n),
    "minutes": lambda n: dt.timedelta(0, 60 * n),
    "distinct": lambda xs: [x for n, x in enumerate(xs) if x not in xs[:n]],
    "join": lambda xs, between: between.join(xs),
    "weekday": lambda d: d.strftime("%a").lower(),
    "year": lambda d: int(d.isoformat()[:4]),
    "month": lambda d: int(d.isoformat()[5:7]),
    "day": lambda d: int(d.isoformat()[8:10]),
    "int": lambda x: x.days if isinstance(x, dt.timedelta) else int(x),
    "decimal": Decimal,
    "text": lambda x: {True: "true", False: "false"}[x] if isinstance(x, bool) else str(x),
    "abs": lambda x: -x if x < 0 else x,
    "startsWith": lambda s, p: s[: len(p)] == p,
    "endsWith": lambda s, p: not p or s[-len(p) :] == p,
    "contains": lambda s, p: s.find(p) >= 0,
    "lowerAscii": lambda s: "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in s),
    "upperAscii": lambda s: "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in s),
    "trim": lambda s: s.strip(),
}
