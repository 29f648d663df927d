"""The typed tree of an expression: what the compiler emits code from."""

from __future__ import annotations

from dataclasses import dataclass, field

from factory_git.core.ids import SpecPath
from factory_git.spec.expr.ast import Node
from factory_git.spec.model import Entity, Field, Term
from factory_git.spec.types import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A node with its type.

    ``op`` says what it is: an operator as written (``&&``, ``==``, ``+``, ``in``, ``?``, ``!``, ``neg``), or
    ``literal``, ``name`` (a variable), ``collection`` (all rows of ``entity``), ``field`` (field ``name`` of a row
    of ``entity``), ``follow`` (the row of ``entity`` that a reference leads to), ``member`` (of a value of type
    any), ``index``, ``list``, ``call`` (built-in function ``name``), ``term``, ``decimal`` (an int made a decimal),
    or a macro's name, with the variable in ``name``. ``target`` is the declaration of the entity, field or
    term, where the spec has one (the fields of ``run``, ``act`` and ``key`` have none). ``sure``: the value could be
    null, but is known not to be here, by a guard in the same expression; ``promised``: by one in another. ``reads``
    are the entities, fields and terms read in the whole tree.
    """

    node: Node
    op: str
    type: Type
    parts: tuple[Typed, ...] = ()
    name: str = ""
    entity: str = ""
    reads: frozenset[SpecPath] = frozenset()
    sure: bool = False
    promised: bool = False
    target: Entity | Field | Term | None = field(default=None, compare=False, repr=False)
    facts: frozenset[str] = field(default=frozenset(), compare=False)  # of a filter: what is not null in each item


def run_arguments(typed: Typed) -> frozenset[str]:
    """The names ``x`` of every ``run.x`` in the tree."""
    found = {typed.name} if typed.op == "field" and typed.entity == "run" else set()
    return frozenset(found).union(*(run_arguments(part) for part in typed.parts))


def collections(typed: Typed) -> frozenset[str]:
    """The entities whose rows the tree goes over or follows a reference to; of its own, not of the terms it calls."""
    own = {typed.entity} if typed.op in ("collection", "follow") else set()
    return frozenset(own).union(*(collections(part) for part in typed.parts))


def terms_called(typed: Typed) -> frozenset[str]:
    """The ids of the terms that the tree calls."""
    own = {typed.name} if typed.op == "term" else set()
    return frozenset(own).union(*(terms_called(part) for part in typed.parts))
