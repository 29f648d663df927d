"""The executable rules of one version of a spec, made functions in memory: guardrails, the gates' conditions, terms.

A rule is compiled when it is first asked, with the terms it calls, by the emitter that writes applications. The rows it
is asked about are plain objects that have the fields it reads and no others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from factory_git.compiler.python import names
from factory_git.compiler.python.expressions import emit
from factory_git.compiler.python.runtime import kit, values
from factory_git.compiler.python.terms import parameters
from factory_git.core.ids import SpecPath
from factory_git.spec.check import Analysis, guardrail_scope
from factory_git.spec.expr.scope import RUN
from factory_git.spec.expr.typed import Typed, run_arguments, terms_called
from factory_git.spec.model import Entity, Spec, Step, Term
from factory_git.spec.types import Type

GUARDRAIL, GATE, TERM = "guardrail", "gate", "term"
FAILS = (kit.AppError, ArithmeticError)
"""What a rule raises that has no answer in a world (a division by zero): a run stops there, nothing is let through."""
UNANSWERED = (TypeError, ValueError, LookupError, AttributeError)
"""What a rule may raise of a world that it cannot be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One executable rule: its typed tree with those of all terms it calls, what they read, what it is given.

    ``given`` are the arguments of a term in their order; ``run`` are those arguments of the run that are read.
    ``rows`` is the entity whose rows a gate is asked about.
    """

    path: SpecPath
    kind: str
    tree: Typed
    trees: tuple[Typed, ...]
    reads: frozenset[SpecPath]
    given: Mapping[str, Type]
    run: Mapping[str, Type]
    rows: Entity | None = None


class Rules:
    """The rules of ``spec``, found when asked for. ``analysis`` is that of ``spec``.

    ``entities`` and ``fields`` are by address, in the order of the spec; ``owners`` are the terms by the identity of
    their trees.
    """

    def __init__(self, spec: Spec, analysis: Analysis) -> None:
        self.spec = spec
        self.analysis = analysis
        self._rules: dict[SpecPath, Rule | None] = {}
        self._functions: dict[SpecPath, Callable[..., Any]] = {}
        self._terms = {t.id: t for t in spec.terms}
        self.fields = {f.path: (e, f) for e in spec.entities for f in e.fields}
        self.entities = {e.path: e for e in spec.entities}
        trees = ((analysis.terms.get(t.path), t) for t in spec.terms)
        self.owners = {id(tree): term for tree, term in trees if tree is not None}
        self._globals: dict[str, Any] = {"values": values, "Decimal": Decimal, "dt": dt, "kit": kit}

    @cached_property
    def gates(self) -> Mapping[SpecPath, Step]:
        """The steps that are gates."""
        return {s.path: s for p in self.spec.pipelines for s in p.steps if s.skill == "gate"}

    @cached_property
    def paths(self) -> tuple[SpecPath, ...]:
        """The guardrails and gates that can be run, in the order of the spec."""
        said = [g.path for g in self.spec.guardrails if g.path in self.analysis.guardrails]
        return (*said, *(p for p in self.gates if "keep" in self.analysis.steps[p].exprs))

    def rule(self, path: SpecPath) -> Rule | None:
        """The rule at ``path``; None where nothing there can be run."""
        if path not in self._rules:
            self._rules[path] = self._find(path)
        return self._rules[path]

    def _find(self, path: SpecPath) -> Rule | None:
        types = self.analysis
        if path in types.guardrails:
            return self._rule(path, GUARDRAIL, types.guardrails[path], run=guardrail_scope(self.spec).fields(RUN))
        term = next((t for t in self.spec.terms if t.path == path), None)
        if term is not None and path in types.terms:
            return self._rule(path, TERM, types.terms[path], given=term.args)
        step = self.gates.get(path)
        tree = types.steps[path].exprs.get("keep") if step else None
        rows = self.spec.entity(str(step.params["gate"])) if step else None
        if tree is None or rows is None:
            return None
        args = next(p.args for p in self.spec.pipelines if any(s.path == path for s in p.steps))
        return self._rule(path, GATE, tree, run=args, rows=rows)

    def _rule(
        self,
        path: SpecPath,
        kind: str,
        tree: Typed,
        *,
        given: Mapping[str, Type] | None = None,
        run: Mapping[str, Type] | None = None,
        rows: Entity | None = None,
    ) -> Rule:
        called = list(self._called(tree))
        trees = (tree, *(self.analysis.terms[t.path] for t in called))
        reads = frozenset[SpecPath]().union(*(t.reads for t in trees), {t.path for t in called})
        asked = run_arguments(tree)
        return Rule(
            path=path,
            kind=kind,
            tree=tree,
            trees=trees,
            reads=reads | ({rows.path} if rows else set()),
            given=dict(given or {}),
            run={name: type_ for name, type_ in (run or {}).items() if name in asked},
            rows=rows,
        )

    def _called(self, tree: Typed) -> Iterator[Term]:
        """The terms that a tree calls, by themselves or through others, each once."""
        todo, seen = sorted(terms_called(tree)), set[str]()
        while todo:
            id_ = todo.pop()
            term = self._terms.get(id_)
            if id_ not in seen and term is not None and term.path in self.analysis.terms:
                seen.add(id_)
                yield term
                todo += sorted(terms_called(self.analysis.terms[term.path]))

    # Running

    def function(self, rule: Rule) -> Callable[..., Any]:
        """The rule as a function of the world and the run, of a gate's row too, of a term's arguments instead."""
        found = self._functions.get(rule.path)
        if found is None:
            for term in self._called(rule.tree):
                self._define(term)
            if rule.kind == TERM:
                found = self._define(next(t for t in self.spec.terms if t.path == rule.path))
            else:
                found = self._made("world, run, it", emit(rule.tree, {"it": "it"}))
            self._functions[rule.path] = found
        return found

    def _define(self, term: Term) -> Callable[..., Any]:
        name = names.term_name(term)
        if name not in self._globals:
            given = parameters(term)
            args = "".join(f", {given[one]}" for one in term.args)
            self._globals[name] = self._made(f"world{args}", emit(self.analysis.terms[term.path], given))
        made: Callable[..., Any] = self._globals[name]
        return made

    def _made(self, args: str, body: str) -> Callable[..., Any]:
        code = compile(f"lambda {args}: {body}", "<rule>", "eval")
        made: Callable[..., Any] = eval(code, self._globals)  # noqa: S307 - our own output of checked expressions
        return made


class Row:
    """A row with the fields that are read. It is equal to itself only."""

    def __init__(self, values_: dict[str, Any]) -> None:
        self.__dict__ = values_


class Worlds:
    """Makes worlds of rows of these entities as rules want them: a list for each, and a way to the row of a key."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        self._lists = [names.attribute(entity) for entity in entities]
        keyed = [(at, entity, entity.key) for at, entity in enumerate(entities) if entity.key is not None]
        self._getters = [(at, names.getter(entity), names.field_name(key)) for at, entity, key in keyed]

    def made(self, rows: Sequence[list[Row]]) -> SimpleNamespace:
        """The world with these rows, entity by entity."""
        made = SimpleNamespace(**dict(zip(self._lists, rows, strict=True)))
        for at, getter, key in self._getters:
            setattr(made, getter, _getter(rows[at], key))
        return made


def _getter(rows: Sequence[Row], key: str) -> Callable[[Any], Row]:
    def get(value: Any) -> Row:
        for row in rows:
            if getattr(row, key) == value:
                return row
        raise kit.Missing("there is no such row")

    return get
