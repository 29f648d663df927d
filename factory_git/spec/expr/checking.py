"""What the parts of the type checker share: the checker as they see it, and how typed nodes are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from factory_git.core.errors import SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.expr.ast import Binary, Call, Index, Literal, Macro, Member, Node, Ternary
from factory_git.spec.expr.scope import Scope
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Term
from factory_git.spec.types import DECIMAL, INT, Enum, Type


class Checker(Protocol):
    """The checker of one text, as its parts need it."""

    def of(self, node: Node, scope: Scope) -> Typed: ...
    def fitted(self, node: Node, scope: Scope, expect: Type, what: str) -> Typed: ...
    def condition(self, node: Node, scope: Scope, what: str) -> Typed: ...
    def needed(self, found: Typed, why: str) -> Typed: ...
    def word(self, node: Literal, enum: Enum, what: str) -> None: ...
    def error(self, node: Node | int, code: str, message: str, hint: str = "") -> SpecError: ...
    def term_type(self, term: Term, scope: Scope) -> Type: ...


def make(
    node: Node,
    op: str,
    kind: Type,
    parts: Sequence[Typed],
    *,
    name: str = "",
    entity: str = "",
    reads: frozenset[SpecPath] = frozenset(),
    target: Entity | Field | None = None,
) -> Typed:
    """A typed node that reads what its parts read, and ``reads``."""
    every = reads.union(*(part.reads for part in parts))
    return Typed(node=node, op=op, type=kind, parts=tuple(parts), name=name, entity=entity, reads=every, target=target)


def widened(found: Typed) -> Typed:
    """An int as the decimal of the same value; anything else as it is."""
    if found.type == INT:
        return make(found.node, "decimal", DECIMAL, (found,))
    return found


def start(node: Node) -> int:
    """The offset of the first token of ``node``: where a message about the whole of it points."""
    match node:
        case Member(of=of) | Index(of=of) | Macro(of=of) | Binary(left=of) | Ternary(test=of):
            return start(of)
        case Call(of=of) if of is not None:
            return start(of)
        case _:
            return node.at
