"""From the text of an expression to its tree: a Pratt parser for CEL's grammar without maps and messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from factory_git.core.errors import SpecError
from factory_git.spec.expr.ast import (
    MACROS,
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
    children,
)
from factory_git.spec.expr.places import error
from factory_git.spec.expr.tokens import WORDS, Token, tokens
from factory_git.spec.model import Text

MAX_LENGTH = 10_000
MAX_DEPTH = 120

TERNARY, OR, AND, RELATION, SUM, PRODUCT, UNARY, POSTFIX = range(1, 9)

INFIX: Mapping[str, int] = {
    "?": TERNARY,
    "||": OR,
    "&&": AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), RELATION),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys("*/%", PRODUCT),
    **dict.fromkeys(".[", POSTFIX),
}
"""How tightly each infix or postfix operator binds."""

_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: Text) -> Node:
    """The tree of ``text``; raises SpecError with the place of the first token that does not fit, and a caret."""
    if len(text.text) > MAX_LENGTH:
        raise error(
            text, MAX_LENGTH, "expr/too-long", f"longer than {MAX_LENGTH} characters", "name parts of it as terms"
        )
    parser = _Parser(text)
    if parser.now.kind == "end":
        raise error(
            text, 0, "expr/empty", "an expression is expected here, the text is empty", "write one, or remove the key"
        )
    node = parser.expression(0)
    if parser.now.kind != "end":
        raise parser.unexpected("an operator or the end")
    if _depth(node) > MAX_DEPTH:
        raise _too_deep(text, 0)
    return node


def _too_deep(text: Text, at: int) -> SpecError:
    return error(text, at, "expr/too-deep", f"nested deeper than {MAX_DEPTH} levels", "name parts of it as terms")


def _depth(node: Node) -> int:
    deepest, todo = 0, [(node, 1)]
    while todo:
        now, depth = todo.pop()
        deepest = max(deepest, depth)
        todo += [(child, depth + 1) for child in children(now)]
    return deepest


class _Parser:
    """The state of one parse: the tokens and where we are."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.tokens = list(tokens(text))
        self.position = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.now
        self.position += 1
        return token

    def expect(self, kind: str, what: str = "") -> Token:
        if self.now.kind != kind:
            raise self.unexpected(what or f"'{kind}'")
        return self.take()

    def unexpected(self, wanted: str) -> SpecError:
        token = self.now
        found = "the end of the expression" if token.kind == "end" else f"'{self.text.text[token.at : token.end]}'"
        return error(self.text, token.at, "expr/syntax", f"expected {wanted}, found {found}")

    def expression(self, minimum: int) -> Node:
        """The longest expression from here whose operators bind tighter than ``minimum``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _too_deep(self.text, self.now.at)
        left = self.prefix()
        while (power := INFIX.get(self.now.kind, 0)) > minimum:
            left = self.infix(left, power)
        self.depth -= 1
        return left

    def prefix(self) -> Node:
        token = self.now
        if token.kind in ("!", "-"):
            self.take()
            return Unary(token.kind, self.expression(PRODUCT), token.at, token.end)
        if token.kind == "(":
            self.take()
            inside = self.expression(0)
            self.expect(")", "')'")
            return inside
        if token.kind == "[":
            self.take()
            items = self.several("]")
            return Items(items, token.at, self.tokens[self.position - 1].end)
        return self.atom()

    def atom(self) -> Node:
        token = self.now
        if token.kind == "name":
            self.take()
            if self.now.kind == "(":
                self.take()
                return Call(None, token.value, self.several(")"), token.at, token.end)
            return Name(token.value, token.at, token.end)
        if token.kind in _CONSTANTS:
            return Literal(_CONSTANTS[self.take().kind], token.at, token.end)
        readers: Mapping[str, Callable[[str], int | Decimal | str]] = {"int": int, "decimal": Decimal, "text": str}
        if token.kind in readers:
            return Literal(readers[self.take().kind](token.value), token.at, token.end)
        if token.kind == "{":
            raise error(
                self.text, token.at, "expr/map", "maps are not part of the language", "make an entity with these fields"
            )
        raise self.unexpected("a value")

    def several(self, close: str) -> tuple[Node, ...]:
        """Expressions with commas between up to ``close``; a comma before it is fine."""
        found: list[Node] = []
        while self.now.kind != close:
            found.append(self.expression(0))
            if self.now.kind != ",":
                break
            self.take()
        self.expect(close, f"',' or '{close}'")
        return tuple(found)

    def infix(self, left: Node, power: int) -> Node:
        token = self.take()
        if token.kind == ".":
            return self.member(left)
        if token.kind == "[":
            index = self.expression(0)
            end = self.expect("]", "']'").end
            return Index(left, index, token.at, end)
        if token.kind == "?":
            yes = self.expression(TERNARY)
            self.expect(":", "':' of the choice")
            return Ternary(left, yes, self.expression(0), token.at, token.end)
        return Binary(token.kind, left, self.expression(power), token.at, token.end)

    def member(self, of: Node) -> Node:
        token = self.now
        if token.kind not in ("name", *WORDS):
            raise self.unexpected("the name of a field or function")
        self.take()
        if self.now.kind != "(":
            return Member(of, token.value, token.at, token.end)
        self.take()
        args = self.several(")")
        if token.value in MACROS:
            return self.macro(of, token, args)
        return Call(of, token.value, args, token.at, token.end)

    def macro(self, of: Node, token: Token, args: tuple[Node, ...]) -> Node:
        name = token.value
        if len(args) not in ((2, 3) if name == "map" else (2,)):
            want = f"{name}(x, … x …): a name for the row and what to ask of it"
            raise error(self.text, token.at, "expr/macro", f"'{name}' takes 2 arguments, found {len(args)}", want)
        variable = args[0]
        if not isinstance(variable, Name):
            raise error(
                self.text, variable.at, "expr/macro", f"the first argument of '{name}' is a new name for each item"
            )
        if len(args) == 3:
            of = Macro("filter", of, variable.name, args[1], token.at, token.end, variable.at)
        return Macro(name, of, variable.name, args[-1], token.at, token.end, variable.at)


def unparse(node: Node) -> str:
    """The text of a tree, with no parentheses that are not needed: ``parse(unparse(tree)) == tree``."""
    return _written(node, 0)


def _written(node: Node, minimum: int) -> str:
    power, source = _source(node)
    return source if power > minimum else f"({source})"


def _source(node: Node) -> tuple[int, str]:
    top = POSTFIX + 1
    match node:
        case Literal(value=value):
            return top, _literal(value)
        case Name(name=name):
            return top, name
        case Member(of=of, name=name):
            return top, f"{_written(of, UNARY)}.{name}"
        case Index(of=of, index=index):
            return top, f"{_written(of, UNARY)}[{_written(index, 0)}]"
        case Call(of=of, name=name, args=args):
            start = f"{_written(of, UNARY)}." if of is not None else ""
            return top, f"{start}{name}({', '.join(_written(a, 0) for a in args)})"
        case Macro(name=name, of=of, var=var, body=body):
            return top, f"{_written(of, UNARY)}.{name}({var}, {_written(body, 0)})"
        case Items(items=items):
            return top, f"[{', '.join(_written(i, 0) for i in items)}]"
        case Unary(op=op, of=of):
            return UNARY, f"{op}{_written(of, PRODUCT)}"
        case Binary(op=op, left=left, right=right):
            power = INFIX[op]
            return power, f"{_written(left, power - 1)} {op} {_written(right, power)}"
        case Ternary(test=test, yes=yes, no=no):
            return TERNARY, f"{_written(test, TERNARY)} ? {_written(yes, TERNARY)} : {_written(no, 0)}"


def _literal(value: int | Decimal | str | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(_escaped(c) for c in value) + '"'
    if isinstance(value, Decimal):
        shown = str(value)
        return shown if "." in shown or "E" in shown else f"{shown}e0"
    return str(value)


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return known.get(char) or (char if char.isprintable() else f"\\U{ord(char):08x}")
