"""The tree of an expression: frozen values; two trees are equal when they mean the same text, wherever it stood.

``at`` and ``end`` are offsets into the expression's text: of the very token that a message about the node should
point at (a member's name, an operator), never compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

MACROS = ("all", "exists", "exists_one", "filter", "map")


@dataclass(frozen=True, slots=True)
class Literal:
    """``1 0.5 "x" true null``; an int stays an int, a number with a point is an exact decimal."""

    value: int | Decimal | str | bool | None
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Literal):
            return NotImplemented
        return type(self.value) is type(other.value) and str(self.value) == str(other.value)

    def __hash__(self) -> int:
        return hash((type(self.value), str(self.value)))


@dataclass(frozen=True, slots=True)
class Name:
    """A name in scope."""

    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """``of.name``."""

    of: Node
    name: str
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """``of[index]``."""

    of: Node
    index: Node
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``name(args)``, or ``of.name(args)``."""

    of: Node | None
    name: str
    args: tuple[Node, ...]
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Macro:
    """``of.all(var, body)``: ``body`` for each item of a collection."""

    name: str
    of: Node
    var: str
    body: Node
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    var_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``!of`` or ``-of``."""

    op: str
    of: Node
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """``left op right``; ``op`` as written (``&&``, ``in``, ``+`` …)."""

    op: str
    left: Node
    right: Node
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ternary:
    """``test ? yes : no``."""

    test: Node
    yes: Node
    no: Node
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Items:
    """``[a, b]``."""

    items: tuple[Node, ...]
    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Node: TypeAlias = Literal | Name | Member | Index | Call | Macro | Unary | Binary | Ternary | Items


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order of the text."""
    match node:
        case Literal() | Name():
            return ()
        case Member(of=of) | Unary(of=of):
            return (of,)
        case Index(of=of, index=index):
            return (of, index)
        case Call(of=base, args=args):
            return args if base is None else (base, *args)
        case Macro(of=of, body=body):
            return (of, body)
        case Binary(left=left, right=right):
            return (left, right)
        case Ternary(test=test, yes=yes, no=no):
            return (test, yes, no)
        case Items(items=items):
            return items


def dotted(node: Node) -> str | None:
    """``a.b.c`` for a chain of members on a name, else None."""
    match node:
        case Name(name=name):
            return name
        case Member(of=of, name=name):
            start = dotted(of)
            return None if start is None else f"{start}.{name}"
        case _:
            return None
