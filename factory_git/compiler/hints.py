"""What the two versions of a rule say of values: their literals, and which field each one is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from factory_git.compiler.rules import Rule, Rules
from factory_git.core.ids import SpecPath
from factory_git.spec.expr.ast import MACROS
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Field, Spec, Term
from factory_git.spec.types import ListOf

_COMPARED = frozenset(("==", "!=", "<", "<=", ">", ">=", "in", "+", "-"))
_WRITTEN = frozenset(("date", "days", "datetime"))  # calls that only write a literal
_DEEP = 3  # terms that call terms


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a rule; ``called`` is what the newer version calls a node of this one, ``own`` the way back.

    ``run`` has, for the arguments of the run that it reads, what the newer version calls them.
    """

    rules: Rules
    rule: Rule
    called: Callable[[SpecPath], str]
    own: Callable[[str], SpecPath]
    run: Mapping[str, str]

    @property
    def spec(self) -> Spec:
        """The spec that the rule is of."""
        return self.rules.spec


def arguments(old: Rule, new: Rule) -> Mapping[str, str]:
    """What the newer version calls the older one's arguments of a run: the same, or the only other one of its type."""
    gone = {name: type_ for name, type_ in old.run.items() if name not in new.run}
    come = {name: type_ for name, type_ in new.run.items() if name not in old.run}
    found = {name: name for name in old.run if name in new.run}
    for name, type_ in gone.items():
        like = [other for other, kind in come.items() if kind == type_]
        alone = len(like) == 1 and list(gone.values()).count(type_) == 1
        found[name] = like[0] if alone else f"{name} (before)"
    return found


@dataclass(slots=True)
class Said:
    """What is said, by both versions together.

    ``near`` has, for a field (by its address) or an argument (``run.date``, ``terms.within(number)``), the literals
    that stand in one comparison with it. ``counted``: the rule asks how many items a list has. ``deep`` is how many
    loops may stand in each other.
    """

    literals: set[Any] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    near: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    same: list[tuple[str, str]] = field(default_factory=list)
    counted: bool = False
    deep: int = 0


def said(sides: Iterable[Side]) -> Said:
    """What the expressions of a rule, and of the terms that it calls, say in either version."""
    found = Said()
    for side in sides:
        found.deep = max(found.deep, sum(_loops(tree) for tree in side.rule.trees))
        for tree in side.rule.trees:
            _hear(side, side.rules.owners.get(id(tree)), tree, found)
    for _ in range(_DEEP):
        for one, other in found.same:
            both = found.near[one] | found.near[other]
            found.near[one], found.near[other] = set(both), both
    return found


def _hear(side: Side, owner: Term | None, tree: Typed, found: Said) -> None:
    if tree.op == "literal":
        found.literals.add(getattr(tree.node, "value", None))
    elif tree.op == "call":
        found.calls.add(tree.name)
        found.counted |= tree.name == "size" and isinstance(tree.parts[0].type, ListOf)
    elif tree.op in _COMPARED:
        _compared(side, owner, tree, found)
    elif tree.op == "term" and isinstance(tree.target, Term):
        _called(side, owner, tree, tree.target, found)
    for part in tree.parts:
        _hear(side, owner, part, found)


def _loops(tree: Typed) -> int:
    return (tree.op in MACROS) + max((_loops(part) for part in tree.parts), default=0)


def _compared(side: Side, owner: Term | None, tree: Typed, found: Said) -> None:
    places = [place for part in tree.parts if (place := _place(side, owner, part))]
    found.same += pairwise(places)
    for place in places:
        found.near[place].update(value for part in tree.parts for value in _values(part))


def _called(side: Side, owner: Term | None, tree: Typed, term: Term, found: Said) -> None:
    """What a term's argument is compared with, the field is that is given for it."""
    for name, part in zip(term.args, tree.parts, strict=False):
        given = f"{side.called(term.path)}({name})"
        found.near[given].update(_values(part))
        place = _place(side, owner, part)
        found.same += [(given, place)] if place else []


def _place(side: Side, owner: Term | None, tree: Typed) -> str:
    """What a tree is the value of: a field, an argument of the run or of the term; empty for anything else."""
    if tree.op == "decimal":
        return _place(side, owner, tree.parts[0])
    if tree.op == "field" and isinstance(tree.target, Field):
        return side.called(tree.target.path)
    if tree.op == "field":
        return f"{tree.entity}.{side.run.get(tree.name, tree.name)}"
    return f"{side.called(owner.path)}({tree.name})" if tree.op == "name" and owner else ""


def _values(tree: Typed) -> Iterator[Any]:
    """The literals that a tree is: one, or a list of them."""
    if tree.op == "literal":
        yield getattr(tree.node, "value", None)
    elif tree.op in ("list", "decimal") or (tree.op == "call" and tree.name in _WRITTEN):
        for part in tree.parts:
            yield from _values(part)
