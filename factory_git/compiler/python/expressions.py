"""Python source of typed expressions: plain, fully typed, with no more parentheses than it needs.

The source uses the names ``world``, ``Decimal``, ``dt`` (datetime), ``values`` (the application's value functions)
and the functions of the terms it calls; whoever writes the module imports what it uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from factory_git.compiler.python import names as python_names
from factory_git.compiler.python import source
from factory_git.compiler.python.calls import CALLS
from factory_git.compiler.python.power import (
    AND,
    ATOM,
    COMPARE,
    NOT,
    OR,
    PRODUCT,
    SUM,
    TERNARY,
    UNARY,
    Code,
)
from factory_git.core.ids import slug
from factory_git.spec.expr.ast import MACROS
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Term
from factory_git.spec.types import BOOL, DURATION, ListOf, Row

WORLD = "@world"
"""Stands for the world in a mapping of names; nothing in a spec can be called so."""

AMBIGUOUS = frozenset({"l", "O", "I"})
"""Names that read like digits."""

_ROOT = re.compile(r"\W")


def emit(typed: Typed, names: Mapping[str, str] | None = None) -> str:
    """The Python source of ``typed``.

    ``names`` maps a name in scope to the Python that stands for it, a name or an attribute: ``{"it": "block"}``;
    ``"key.contract_id"`` stands for one field of a row of no entity, ``"term phi_locked"`` for a term's function,
    :data:`WORLD` for the world. What it does not map keeps its name. A list comes as a tuple.
    """
    return _emitter(typed, names).value(typed).text


def _emitter(typed: Typed, names: Mapping[str, str] | None) -> _Emitter:
    given = {"run": "run", "act": "act"} | dict(names or {})
    free = (given.get(name) or python_names.variable(name) for name in _free(typed))
    taken = {_ROOT.split(word)[0] for word in (*given.values(), *_functions(typed), *free)}
    return _Emitter(given, frozenset(taken))


def _free(typed: Typed) -> set[str]:
    """The names that the tree takes from its scope."""
    if typed.op in MACROS:
        return _free(typed.parts[0]) | _free(typed.parts[1]) - {typed.name}
    own = {typed.name} if typed.op == "name" else set()
    return own.union(*(_free(part) for part in typed.parts))


def _functions(typed: Typed) -> set[str]:
    own = {python_names.term_name(typed.target)} if isinstance(typed.target, Term) else set()
    return own.union(*(_functions(part) for part in typed.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loop:
    """A comprehension in the making: ``item for var in over if tests``."""

    item: Code
    var: str
    over: str
    tests: tuple[Code, ...]

    @property
    def text(self) -> str:
        condition = ""
        if len(self.tests) == 1:
            condition = f" if {self.tests[0].above(OR)}"
        elif self.tests:
            condition = f" if {' and '.join(t.above(AND) for t in self.tests)}"
        return f"{self.item.text} for {self.var} in {self.over}{condition}"


@dataclass(frozen=True, slots=True)
class _Emitter:
    """``names`` as in :func:`emit`; ``taken`` are Python names that a new variable must not hide."""

    names: Mapping[str, str]
    taken: frozenset[str]

    # What a value, a list and a loop are

    def value(self, typed: Typed) -> Code:
        """The source of a value; of a list, as a tuple."""
        if not isinstance(typed.type, ListOf):
            return self.code(typed)
        if typed.op in ("filter", "map"):
            return Code(ATOM, f"tuple({self.loop(typed).text})")
        rows = isinstance(typed.type.item, Row) and typed.op in ("collection", "name")
        return Code(ATOM, f"tuple({self.code(typed).text})") if rows else self.code(typed)

    def iterable(self, typed: Typed, minimum: int = OR) -> str:
        """The source of something to go over, for a place that binds as tightly as ``minimum``."""
        if typed.op in ("filter", "map"):
            return f"({self.loop(typed).text})"
        if not isinstance(typed.type, ListOf):
            return f"values.items({self.code(typed).text})"
        return self.code(typed).above(minimum)

    def argument(self, typed: Typed) -> str:
        """As :meth:`iterable`, where it is the only argument of a call: a generator needs no parentheses."""
        return self.loop(typed).text if typed.op in ("filter", "map") else self.iterable(typed, TERNARY)

    def count(self, typed: Typed) -> str:
        """How many rows a ``filter`` keeps."""
        return f"sum({replace(self.loop(typed), item=Code(ATOM, '1')).text})"

    def loop(self, typed: Typed) -> _Loop:
        """The comprehension of a ``filter`` or ``map``; filters below it become its conditions."""
        base, body = typed.parts
        inner, loop = self._over(typed, base)
        if typed.op == "map":
            return replace(loop, item=inner.value(body))
        return replace(loop, tests=(*loop.tests, inner.code(body)))

    def _over(self, typed: Typed, base: Typed) -> tuple[_Emitter, _Loop]:
        """The loop over what a macro is asked of, and the emitter of the macro's body within it."""
        if base.op == "filter":
            loop = self.loop(base)
        else:
            var = self.variable(typed.name, base)
            loop = _Loop(item=Code(ATOM, var), var=var, over=self.iterable(base), tests=())
        inner = _Emitter({**self._without(typed.name), typed.name: loop.var}, self.taken | {loop.var})
        return inner, loop

    def _without(self, name: str) -> dict[str, str]:
        return {k: v for k, v in self.names.items() if k != name and not k.startswith(f"{name}.")}

    def variable(self, name: str, base: Typed) -> str:
        """A Python name for a macro's variable: its own unless that is taken, hides something or reads badly."""
        if name in AMBIGUOUS:
            kind = base.type.item if isinstance(base.type, ListOf) else None
            name = python_names.identifier(slug(kind.entity)) if isinstance(kind, Row) else "item"
        wanted = python_names.variable(name)
        found, number = wanted, 1
        while found in self.taken:
            number += 1
            found = f"{wanted.rstrip('_')}_{number}"
        return found

    # Nodes

    def code(self, typed: Typed) -> Code:
        """The source of one node. A value that is known not to be null, but not to the type checker, is asserted."""
        code = _BY_OP[typed.op](self, typed)
        asserted = typed.promised or (typed.sure and not _path(typed))
        return Code(ATOM, f"values.given({code.text})") if asserted else code

    def literal(self, typed: Typed) -> Code:
        value = getattr(typed.node, "value", None)
        return Code(ATOM, source.literal(value))

    def name(self, typed: Typed) -> Code:
        return Code(ATOM, self.names.get(typed.name) or python_names.variable(typed.name))

    def world(self) -> str:
        return self.names.get(WORLD, "world")

    def collection(self, typed: Typed) -> Code:
        assert isinstance(typed.target, Entity)
        return Code(ATOM, f"{self.world()}.{python_names.attribute(typed.target)}")

    def field(self, typed: Typed) -> Code:
        base = typed.parts[0]
        if base.op == "name" and f"{base.name}.{typed.name}" in self.names:
            return Code(ATOM, self.names[f"{base.name}.{typed.name}"])
        attribute = python_names.argument(typed.name)
        if isinstance(typed.target, Field):
            attribute = python_names.field_name(typed.target)
        return Code(ATOM, f"{self.code(base).above(ATOM)}.{attribute}")

    def follow(self, typed: Typed) -> Code:
        assert isinstance(typed.target, Entity)
        return Code(ATOM, f"{self.world()}.{python_names.getter(typed.target)}({self.code(typed.parts[0]).text})")

    def member(self, typed: Typed) -> Code:
        return Code(ATOM, f"values.member({self.code(typed.parts[0]).text}, {source.quote(typed.name)})")

    def index(self, typed: Typed) -> Code:
        base, index = typed.parts
        if isinstance(base.type, ListOf):
            of = self.value(base) if base.op in ("filter", "map") else self.code(base)
            return Code(ATOM, f"values.item({of.text}, {self.code(index).text})")
        return Code(ATOM, f"values.member({self.code(base).text}, {self.code(index).text})")

    def items(self, typed: Typed) -> Code:
        parts = [self.value(part).text for part in typed.parts]
        return Code(ATOM, f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})")

    def term(self, typed: Typed) -> Code:
        assert isinstance(typed.target, Term)
        function = self.names.get(f"term {typed.target.id}") or python_names.term_name(typed.target)
        return Code(ATOM, f"{function}({', '.join([self.world(), *(self.value(p).text for p in typed.parts)])})")

    def call(self, typed: Typed) -> Code:
        return CALLS[typed.name](self, typed)

    def decimal(self, typed: Typed) -> Code:
        value = getattr(typed.parts[0].node, "value", None)
        if typed.parts[0].op == "literal" and isinstance(value, int):
            return Code(ATOM, source.literal(Decimal(value)))
        return Code(ATOM, f"Decimal({self.code(typed.parts[0]).text})")

    def all_or_any(self, typed: Typed) -> Code:
        base, body = typed.parts
        inner, loop = self._over(typed, base)
        word = "all" if typed.op == "all" else "any"
        return Code(ATOM, f"{word}({replace(loop, item=inner.code(body)).text})")

    def exists_one(self, typed: Typed) -> Code:
        base, body = typed.parts
        inner, loop = self._over(typed, base)
        counted = replace(loop, item=Code(ATOM, "1"), tests=(*loop.tests, inner.code(body)))
        return Code(COMPARE, f"sum({counted.text}) == 1")

    # Operators

    def not_(self, typed: Typed) -> Code:
        inner = typed.parts[0]
        if inner.op in ("==", "!="):
            return self.equal(replace(inner, op="!=" if inner.op == "==" else "=="))
        if inner.op == "in":
            return self.within(inner, "not in")
        if inner.op == "!" and inner.parts[0].type == BOOL:
            return self.code(inner.parts[0])
        return Code(NOT, f"not {self.code(inner).above(NOT)}")

    def negative(self, typed: Typed) -> Code:
        return Code(UNARY, f"-{self.code(typed.parts[0]).above(UNARY)}")

    def logic(self, typed: Typed) -> Code:
        power, word = (AND, "and") if typed.op == "&&" else (OR, "or")
        # `a && (b && c)` is `(a && b) && c`: neither needs parentheses.
        return Code(power, f" {word} ".join(self.code(part).above(power) for part in typed.parts))

    def equal(self, typed: Typed) -> Code:
        left, right = typed.parts
        if left.op == right.op == "literal" and None not in _values(left, right):
            # Type checkers object to a comparison of literals whose outcome they know.
            same = len(set(_values(left, right))) == 1
            return Code(ATOM, str(same == (typed.op == "==")))
        for one, other in ((left, right), (right, left)):
            value = getattr(other.node, "value", 0) if other.op == "literal" else 0
            if value is None or isinstance(value, bool):
                return self._is(one, value, same=typed.op == "==")
        sides = (self.value(side).above(COMPARE + 1) for side in (left, right))
        return Code(COMPARE, f" {typed.op} ".join(sides))

    def _is(self, typed: Typed, value: bool | None, *, same: bool) -> Code:
        code = self.value(typed)
        if typed.type == BOOL and value is not None:
            return code if same == value else Code(NOT, f"not {code.above(NOT)}")
        return Code(COMPARE, f"{code.above(COMPARE + 1)} {'is' if same else 'is not'} {value}")

    def compare(self, typed: Typed) -> Code:
        left, right = (self.code(side).above(COMPARE + 1) for side in typed.parts)
        return Code(COMPARE, f"{left} {typed.op} {right}")

    def within(self, typed: Typed, word: str = "in") -> Code:
        left, right = typed.parts
        over = self.iterable(right, COMPARE + 1)
        return Code(COMPARE, f"{self.value(left).above(COMPARE + 1)} {word} {over}")

    def sum(self, typed: Typed) -> Code:
        if isinstance(typed.type, ListOf):
            return Code(ATOM, f"(*{self.iterable(typed.parts[0], SUM)}, *{self.iterable(typed.parts[1], SUM)})")
        return self.infix(typed, SUM)

    def product(self, typed: Typed) -> Code:
        return self.infix(typed, PRODUCT)

    def infix(self, typed: Typed, power: int) -> Code:
        left, right = typed.parts
        return Code(power, f"{self.code(left).above(power)} {typed.op} {self.code(right).above(power + 1)}")

    def divide(self, typed: Typed) -> Code:
        left, right = typed.parts
        value = getattr(right.node, "value", None) if right.op == "literal" else None
        if isinstance(value, int | Decimal) and value and str(left.type) == "decimal":
            return self.infix(typed, PRODUCT)
        function = "ratio" if left.type == DURATION else "quotient"
        return Code(ATOM, f"values.{function}({self.code(left).text}, {self.code(right).text})")

    def remainder(self, typed: Typed) -> Code:
        return Code(ATOM, f"values.remainder({', '.join(self.code(p).text for p in typed.parts)})")

    def choose(self, typed: Typed) -> Code:
        test, yes, no = typed.parts
        return Code(
            TERNARY, f"{self.value(yes).above(OR)} if {self.code(test).above(OR)} else {self.value(no).above(TERNARY)}"
        )


def _values(*literals: Typed) -> tuple[object, ...]:
    return tuple(getattr(literal.node, "value", None) for literal in literals)


def _path(typed: Typed) -> bool:
    """Whether the source is a chain of attributes, which type checkers can follow."""
    return typed.op == "name" or (typed.op == "field" and _path(typed.parts[0]))


_BY_OP: Mapping[str, Callable[[_Emitter, Typed], Code]] = {
    "literal": _Emitter.literal,
    "name": _Emitter.name,
    "collection": _Emitter.collection,
    "field": _Emitter.field,
    "follow": _Emitter.follow,
    "member": _Emitter.member,
    "index": _Emitter.index,
    "list": _Emitter.items,
    "term": _Emitter.term,
    "call": _Emitter.call,
    "decimal": _Emitter.decimal,
    "all": _Emitter.all_or_any,
    "exists": _Emitter.all_or_any,
    "exists_one": _Emitter.exists_one,
    "filter": _Emitter.value,
    "map": _Emitter.value,
    "!": _Emitter.not_,
    "neg": _Emitter.negative,
    "&&": _Emitter.logic,
    "||": _Emitter.logic,
    "==": _Emitter.equal,
    "!=": _Emitter.equal,
    **dict.fromkeys(("<", "<=", ">", ">="), _Emitter.compare),
    "in": _Emitter.within,
    "+": _Emitter.sum,
    "-": _Emitter.sum,
    "*": _Emitter.product,
    "/": _Emitter.divide,
    "%": _Emitter.remainder,
    "?": _Emitter.choose,
}
