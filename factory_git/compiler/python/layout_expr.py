"""Expressions of Python as documents, with the optional parentheses that the common formatters put around them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import count
from typing import TypeAlias

from factory_git.compiler.python.doc import SOFT, Conditional, Doc, FitsExpanded, Group, IfBroken, Indent, Line

Level: TypeAlias = "int | None"
"""Where an expression stands: ``PARENTHESES``, within the optional parentheses of that group, or (None) bare."""

PARENTHESES = -1

_BINARY: dict[type[ast.AST], tuple[str, int]] = {
    ast.Or: ("or", 12),
    ast.And: ("and", 11),
    ast.BitOr: ("|", 8),
    ast.BitXor: ("^", 7),
    ast.BitAnd: ("&", 6),
    ast.LShift: ("<<", 5),
    ast.RShift: (">>", 5),
    ast.Add: ("+", 4),
    ast.Sub: ("-", 4),
    ast.Mult: ("*", 3),
    ast.Div: ("/", 3),
    ast.FloorDiv: ("//", 3),
    ast.Mod: ("%", 3),
    ast.MatMult: ("@", 3),
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_BRACKETS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
_COMPARISON, _CONDITIONAL, _ATTRIBUTE = 9, 13, 1


def joined(items: Sequence[Doc]) -> Doc:
    """Items with a comma and a place to break between them."""
    parts: list[Doc] = []
    for number, item in enumerate(items):
        parts += [",", Line()] if number else []
        parts.append(item)
    return tuple(parts)


def arguments(items: Sequence[Doc]) -> Doc:
    """Arguments or parameters: on one line of their own if they fit there, else one a line and a comma at the end."""
    return Group((joined(items), IfBroken(","))) if items else ()


def bracketed(left: str, content: Doc, right: str, *, comma: bool, level: Level = None) -> Doc:
    """A bracket that breaks after its first character and before its last; ``comma`` ends a broken list."""
    if content == ():
        return left + right
    group = Group((left, Indent((SOFT, content, IfBroken(",") if comma else "")), SOFT, right))
    return group if level in (None, PARENTHESES) else FitsExpanded(group, level or 0)


class Expressions:
    """The expressions of one piece of code."""

    def __init__(self, code: str) -> None:
        self._code = code.encode()
        self._lines = code.split("\n")
        self._names = count(1)

    # Where an expression ends a statement

    def statement_value(self, node: ast.expr) -> Doc:
        """An expression after ``return``, ``=``, ``assert``, ``if`` …: in parentheses where that breaks best."""
        if not self._multiline(node):
            return self._best(node) if isinstance(node, ast.Name | ast.Constant) else self._inner(node, None)
        if not self._omits(node):
            inner = self._inner(node, PARENTHESES)
            return Group((IfBroken("("), Indent((SOFT, inner)), SOFT, IfBroken(")")))
        name = next(self._names)
        body = Indent((SOFT, self._inner(node, name)), group=name)
        return Group((IfBroken("("), body, SOFT, IfBroken(")")), name)

    def bare(self, node: ast.expr) -> Doc:
        """An expression that is a statement."""
        return self.of(node, None)

    def _best(self, node: ast.expr) -> Doc:
        text = self.flat(node)
        return Group((IfBroken("("), Indent((SOFT, text)), SOFT, IfBroken(")")))

    def _multiline(self, node: ast.expr) -> bool:
        if isinstance(node, ast.UnaryOp):
            return not self.parenthesized(node.operand)
        if isinstance(node, ast.Attribute):
            return (
                isinstance(node.value, ast.expr)
                and not isinstance(node.value, ast.Name)
                and self._multiline(node.value)
            )
        return isinstance(node, ast.BoolOp | ast.BinOp | ast.Compare | ast.IfExp)

    def _omits(self, node: ast.expr) -> bool:
        """Whether parentheses around the whole can be left out because a bracket within can be broken instead."""
        seen = _Seen(self)
        seen.visit(node)
        if seen.loosest == 0:
            return True
        if seen.times > 1 or not seen.brackets:
            return False
        if seen.loosest == _ATTRIBUTE:
            return True
        return self._bracket(seen.last) or self._bracket(seen.first)

    def _bracket(self, node: ast.expr | None) -> bool:
        if node is None:
            return False
        if self.parenthesized(node):
            return True
        if isinstance(node, ast.Call):
            return bool(node.args or node.keywords)
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return bool(node.elts)
        return isinstance(node, ast.Subscript | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) or (
            isinstance(node, ast.Dict) and bool(node.keys)
        )

    # Any expression

    def of(self, node: ast.expr, level: Level) -> Doc:
        """An expression, its own parentheses kept."""
        if level is not None and self.parenthesized(node):
            return bracketed("(", self._inner(node, PARENTHESES), ")", comma=False, level=level)
        return self._inner(node, level)

    def _inner(self, node: ast.expr, level: Level) -> Doc:  # noqa: C901, PLR0911 - one case a kind of node
        match node:
            case ast.BoolOp() | ast.BinOp() | ast.Compare():
                return self._grouped(self._chain(node, level), level)
            case ast.UnaryOp(op=op, operand=operand):
                mark = "not " if isinstance(op, ast.Not) else self.operator(op)
                return (mark, self._operand(operand, level))
            case ast.IfExp():
                return self._grouped(self._conditional(node, level), level)
            case ast.Call():
                return (self._operand(node.func, level), self._arguments(node, level))
            case ast.Attribute(value=value, attr=attr):
                return (self._operand(value, level), f".{attr}")
            case ast.Subscript(value=value, slice=inner):
                content = self.of(inner, PARENTHESES)
                return (self._operand(value, level), bracketed("[", content, "]", comma=False, level=level))
            case ast.List(elts=items):
                return self._items("[", items, "]", level)
            case ast.Set(elts=items):
                return self._items("{", items, "}", level)
            case ast.Tuple(elts=items) if self._starts(node, "("):
                return self._items("(", items, ")", level)
            case ast.Dict(keys=keys, values=values) if all(keys):
                pairs = [self._pair(k, v) for k, v in zip(keys, values, strict=True) if k]
                return bracketed("{", joined(pairs), "}", comma=True, level=level)
            case ast.GeneratorExp(elt=elt, generators=generators):
                return bracketed("(", self._comprehension(elt, generators), ")", comma=False, level=level)
            case ast.ListComp(elt=elt, generators=generators):
                return bracketed("[", self._comprehension(elt, generators), "]", comma=False, level=level)
            case ast.SetComp(elt=elt, generators=generators):
                return bracketed("{", self._comprehension(elt, generators), "}", comma=False, level=level)
            case ast.DictComp(key=key, value=value, generators=generators):
                content = Group((Group(self._pair(key, value)), *self._generators(generators)))
                return bracketed("{", content, "}", comma=False, level=level)
            case ast.Lambda(body=body):
                return (self._before(node, body), self.of(body, level))
        return self.flat(node)

    def _pair(self, key: ast.expr, value: ast.expr) -> Doc:
        return (self.of(key, PARENTHESES), ": ", self.of(value, PARENTHESES))

    def _operand(self, node: ast.expr, level: Level) -> Doc:
        if self.parenthesized(node):
            return bracketed("(", self._inner(node, PARENTHESES), ")", comma=False, level=level)
        return self._inner(node, level)

    def _items(self, left: str, items: list[ast.expr], right: str, level: Level) -> Doc:
        content = joined([self.of(i, PARENTHESES) for i in items])
        if left == "(" and len(items) == 1:
            return bracketed(left, (content, ","), right, comma=False, level=level)
        return bracketed(left, content, right, comma=True, level=level)

    def _arguments(self, node: ast.Call, level: Level) -> Doc:
        if len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.GeneratorExp):
            only = node.args[0]
            return bracketed("(", self._comprehension(only.elt, only.generators), ")", comma=False, level=level)
        items: list[Doc] = [self.of(a, PARENTHESES) for a in node.args]
        items += [(f"{k.arg}=" if k.arg else "**", self.of(k.value, PARENTHESES)) for k in node.keywords]
        return bracketed("(", arguments(items), ")", comma=False, level=level)

    def _comprehension(self, elt: ast.expr, generators: list[ast.comprehension]) -> Doc:
        return Group((Group(self.of(elt, PARENTHESES)), *self._generators(generators)))

    def _generators(self, generators: list[ast.comprehension]) -> list[Doc]:
        parts: list[Doc] = []
        for generator in generators:
            parts += [Line(), f"for {self.flat(generator.target)} in ", self.of(generator.iter, PARENTHESES)]
            for condition in generator.ifs:
                parts += [Line(), "if ", self.of(condition, PARENTHESES)]
        return parts

    def _conditional(self, node: ast.IfExp, level: Level) -> Doc:
        line = self._line(level)
        other = node.orelse
        last: Doc = self.of(other, level)
        if isinstance(other, ast.IfExp) and not self.parenthesized(other):
            last = self._conditional(other, level)
        return (self.of(node.body, level), line, "if ", self.of(node.test, level), line, "else ", last)

    def _chain(self, node: ast.expr, level: Level) -> Doc:
        """The operands of one precedence with their operators; tighter operators are groups of their own."""
        first, rest = self._links(node)
        parts: list[Doc] = [self._link(first, level)]
        for mark, operand in rest:
            parts += [self._line(level), f"{mark} ", self._link(operand, level)]
        return tuple(parts)

    def _links(self, node: ast.expr) -> tuple[ast.expr, list[tuple[str, ast.expr]]]:
        if isinstance(node, ast.Compare):
            marks = [_COMPARE[type(op)] for op in node.ops]
            return node.left, list(zip(marks, node.comparators, strict=True))
        if isinstance(node, ast.BoolOp):
            return self._flat(node)
        assert isinstance(node, ast.BinOp)
        left, rest = node.left, [(self.operator(node.op), node.right)]
        while isinstance(left, ast.BinOp) and not self.parenthesized(left) and _same(left.op, node.op):
            rest.insert(0, (self.operator(left.op), left.right))
            left = left.left
        return left, rest

    def _flat(self, node: ast.BoolOp) -> tuple[ast.expr, list[tuple[str, ast.expr]]]:
        """The operands of ``and`` and ``or`` in one row; those in parentheses stay whole."""
        mark = _BINARY[type(node.op)][0]
        found: list[tuple[str, ast.expr]] = []
        for value in node.values:
            if isinstance(value, ast.BoolOp) and not self.parenthesized(value):
                first, rest = self._flat(value)
                found += [(mark, first), *rest]
            else:
                found.append((mark, value))
        return found[0][1], found[1:]

    def _link(self, node: ast.expr, level: Level) -> Doc:
        return self._operand(node, level)

    def _grouped(self, content: Doc, level: Level) -> Doc:
        if level is None:
            return content
        return Group(content) if level == PARENTHESES else Conditional(content, level)

    @staticmethod
    def _line(level: Level) -> Doc:
        if level is None:
            return " "
        return Line() if level == PARENTHESES else IfBroken(Line(), " ", level)

    @staticmethod
    def operator(op: ast.operator | ast.unaryop) -> str:
        """How an operator is written."""
        unary: dict[type[ast.AST], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Pow: "**"}
        return unary.get(type(op)) or _BINARY[type(op)][0]

    # The text as written

    def flat(self, node: ast.expr) -> str:
        """The node's own text, without parentheses around it."""
        start, end = self._span(node)
        return self._code[start:end].decode()

    def parenthesized(self, node: ast.expr) -> bool:
        """Whether parentheses stand directly around the node that are not those of a call, a tuple or a generator."""
        start, end = self._span(node)
        before, after = self._code[:start].rstrip(), self._code[end:].lstrip()
        if not before.endswith(b"(") or not after.startswith(b")"):
            return False
        word = before[:-1].rstrip()
        return not word or not (word[-1:].isalnum() or word[-1:] in b"_)]\"'") or word.split()[-1] in _KEYWORDS

    def _before(self, node: ast.expr, inner: ast.expr) -> str:
        start, _ = self._span(node)
        end, _ = self._span(inner)
        text = self._code[start:end].decode()
        return text[:-1] if self.parenthesized(inner) else text

    def _starts(self, node: ast.expr, text: str) -> bool:
        return self.flat(node).startswith(text)

    def _span(self, node: ast.expr) -> tuple[int, int]:
        # A statement is one line; a decorator's stand-in function lies behind it.
        assert node.end_col_offset is not None
        return node.col_offset, node.end_col_offset


_KEYWORDS = frozenset(
    (b"return", b"assert", b"in", b"and", b"or", b"not", b"if", b"else", b"is", b"for", b"while", b"raise", b"lambda")
)


def _same(a: ast.operator, b: ast.operator) -> bool:
    return _BINARY.get(type(a), ("", -1))[1] == _BINARY.get(type(b), ("", -2))[1]


class _Seen:
    """What stands in an expression outside brackets: its loosest operator, how often, and its first and last leaf."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.loosest = 0
        self.times = 0
        self.brackets = False
        self.first: ast.expr | None = None
        self.last: ast.expr | None = None
        self._begun = False

    def visit(self, node: ast.expr) -> None:
        """Look at a whole expression, whose own parentheses do not count."""
        match node:
            case ast.BoolOp(op=op, values=values):
                self._note(_BINARY[ast.Or][1], len(values) - 1)  # `and` and `or` count as one
                self._each(values)
            case ast.BinOp(left=left, op=op, right=right):
                self._note(_BINARY.get(type(op), ("**", 2))[1], 1)
                self._each([left, right])
            case ast.Compare(left=left, comparators=others):
                self._note(_COMPARISON, len(others))
                self._each([left, *others])
            case ast.IfExp(test=test, body=body, orelse=other):
                self._note(_CONDITIONAL, 1)
                self._each([body, test, other])
            case ast.UnaryOp(operand=operand):
                self._begun = True
                self._each([operand])
            case ast.Call(func=func):
                self.brackets = True
                self._each([func])
                self.last = node
            case ast.Subscript(value=value):
                self.brackets = True
                self._each([value])
                self.last = node
            case ast.Attribute(value=value):
                self._each([value])
                if self.expressions._bracket(value):
                    self._note(_ATTRIBUTE, 1)
                self.last = node
            case (
                ast.Tuple() | ast.List() | ast.Set() | ast.Dict() | ast.GeneratorExp() | ast.ListComp() | ast.SetComp()
            ):
                self.brackets = True

    def _each(self, nodes: Sequence[ast.expr]) -> None:
        for node in nodes:
            self.last = node
            if self.expressions.parenthesized(node):
                self.brackets = True
            else:
                self.visit(node)
            if not self._begun:
                self._begun, self.first = True, node

    def _note(self, precedence: int, times: int) -> None:
        if precedence > self.loosest:
            self.loosest, self.times = precedence, times
        elif precedence == self.loosest:
            self.times += times
