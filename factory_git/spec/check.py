"""Everything that a structurally sound spec can still have wrong: expressions, assignments, the flow of rows.

:func:`check` lists the problems; :func:`analyse` also gives the typed trees, which the compiler emits code from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from factory_git.core.errors import Place, Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec import flow_rules, pii_rules
from factory_git.spec.expr.places import listed, meant
from factory_git.spec.expr.scope import ACT, RUN, Scope, field_type
from factory_git.spec.expr.typed import Typed, collections, terms_called
from factory_git.spec.expr.typing import typed
from factory_git.spec.model import Action, Entity, Guardrail, Panel, Scenario, Spec, Term, Text
from factory_git.spec.step_types import StepTypes, pipeline_scope, sort_key, type_step, unassigned
from factory_git.spec.types import BOOL, DATE, TEXT, ListOf, Ref, Row, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A spec with its types. Keys are spec paths; what does not check is missing and has its problem."""

    terms: Mapping[SpecPath, Typed]
    steps: Mapping[SpecPath, StepTypes]
    guardrails: Mapping[SpecPath, Typed]
    actions: Mapping[SpecPath, Mapping[str, Typed]]  # ``when``, ``set.<field>``
    panels: Mapping[SpecPath, Mapping[tuple[str, str], Typed]]  # (entity, ``where`` or ``order.<n>``)
    scenarios: Mapping[SpecPath, tuple[Typed, ...]]
    problems: tuple[Problem, ...]


def check(spec: Spec) -> list[Problem]:
    """What is wrong with ``spec``, errors and warnings, by place."""
    return list(analyse(spec).problems)


def analyse(spec: Spec) -> Analysis:
    """Check every expression of ``spec`` in its scope, and the flow of rows between steps."""
    return _Analyser(spec, Scope.for_spec(spec)).run()


def guardrail_scope(spec: Spec, base: Scope | None = None) -> Scope:
    """Entities, terms, and ``run`` with every argument that pipelines have, where they agree on its type."""
    args: dict[str, Type] = {}
    clashing: set[str] = set()
    for pipeline in spec.pipelines:
        for name, kind in pipeline.args.items():
            if args.setdefault(name, kind) != kind:
                clashing.add(name)
    shape = {name: kind for name, kind in args.items() if name not in clashing}
    return (base or Scope.for_spec(spec)).with_shape(RUN, shape)


def action_scope(spec: Spec, action: Action, base: Scope | None = None) -> Scope:
    """Entities, terms, ``it`` (the row the action is on), and ``act`` with its arguments, actor, role and day."""
    scope = base or Scope.for_spec(spec)
    if action.on and action.on in scope.entities:
        scope = scope.with_(it=Row(scope.entities[action.on].name))
    return scope.with_shape(ACT, {"actor": TEXT, "role": TEXT, "day": DATE, **action.args})


@dataclass(slots=True)
class _Analyser:
    spec: Spec
    scope: Scope
    problems: list[Problem] = field(default_factory=list)

    def run(self) -> Analysis:
        spec = self.spec
        terms = {t.path: found for t in spec.terms if (found := self.term(t))}
        self.problems += _cycles(spec.terms, terms)
        sources = {s.path: s.content.decode(errors="replace").splitlines() for s in spec.sources}
        steps: dict[SpecPath, StepTypes] = {}
        for pipeline in spec.pipelines:
            scope = pipeline_scope(spec, pipeline, self.scope)
            steps |= {step.path: type_step(step, scope, sources) for step in pipeline.steps}
        self.problems += [p for s in steps.values() for p in s.problems]
        over = {path: rows_read(spec, found.exprs.values(), terms) for path, found in steps.items()}
        self.problems += flow_rules.problems(spec, over)
        analysis = Analysis(
            terms=terms,
            steps=steps,
            guardrails={g.path: found for g in spec.guardrails if (found := self.guardrail(g))},
            actions={a.path: self.action(a) for a in spec.actions},
            panels={p.path: self.panel(p) for p in spec.panels},
            scenarios={s.path: self.scenario(s) for s in spec.scenarios},
            problems=(),
        )
        self.problems += pii_rules.problems(spec, steps, analysis.actions, terms)
        return replace(analysis, problems=_sorted(self.problems))

    def typed(self, text: Text, scope: Scope, expect: Type | None, what: str) -> Typed | None:
        try:
            return typed(text, scope, expect, what=what)
        except SpecError as error:
            self.problems += error.problems
            return None

    def term(self, term: Term) -> Typed | None:
        return self.typed(term.body, self.scope.with_(**term.args), None, term.name)

    def guardrail(self, guardrail: Guardrail) -> Typed | None:
        if guardrail.always is None:
            return None
        return self.typed(guardrail.always, guardrail_scope(self.spec, self.scope), BOOL, "'always'")

    def action(self, action: Action) -> dict[str, Typed]:
        scope = action_scope(self.spec, action, self.scope)
        found: dict[str, Typed | None] = {}
        if action.when is not None:
            found["when"] = self.typed(action.when, scope, BOOL, "'when'")
        entity = self.scope.entities.get(action.make or action.on or "")
        for name, text in action.set.items():
            declared = entity.field(name) if entity else None
            if entity is not None and declared is None:
                self.no_field(entity, name, text)
            elif entity is not None and declared is not None:
                found[f"set.{name}"] = self.typed(text, scope, field_type(declared), f"{entity.name}.{name}")
        for name in unassigned(entity, action.set) if entity is not None and action.make else ():
            message = f"missing assignment: {action.make}.{name}"
            hint = f"add {name}: … to set, or make the field optional (a type with ?) or give it a default"
            self.problem("spec/missing-assignment", message, action, hint)
        return {name: tree for name, tree in found.items() if tree is not None}

    def panel(self, panel: Panel) -> dict[tuple[str, str], Typed]:
        """A panel's expressions are asked of each entity it shows; a sort field must be that of one of them."""
        found: dict[tuple[str, str], Typed] = {}
        shown = [self.scope.entities[name] for name in panel.shows if name in self.scope.entities]
        for entity in shown if panel.where is not None else ():
            assert panel.where is not None
            tree = self.typed(panel.where, self.row(entity), BOOL, "'where'")
            found |= {(entity.name, "where"): tree} if tree else {}
        for number, text in enumerate(panel.order):
            errors: list[SpecError] = []
            for entity in shown:
                try:
                    found[entity.name, f"order.{number}"] = sort_key(text, self.row(entity))[0]
                except SpecError as error:
                    errors.append(error)
            if errors and len(errors) == len(shown):
                self.problems += errors[0].problems
        return found

    def row(self, entity: Entity) -> Scope:
        return self.scope.with_(it=Row(entity.name)).with_bare("it")

    def scenario(self, scenario: Scenario) -> tuple[Typed, ...]:
        self.problems += _dangling(scenario, self.scope)
        trees = (self.typed(text, self.scope, BOOL, "'then'") for text in scenario.then)
        return tuple(tree for tree in trees if tree is not None)

    def no_field(self, entity: Entity, name: str, text: Text) -> None:
        has = [f.name for f in entity.fields]
        suggestion = meant(name, has)
        message = f"{entity.name} has no field '{name}' {listed(has)}{suggestion}"
        self.problems.append(
            Problem(code="expr/unknown-field", message=message, place=text.place, path=text.path, hint=suggestion[2:])
        )

    def problem(self, code: str, message: str, node: Action, hint: str) -> None:
        self.problems.append(Problem(code=code, message=message, place=node.place, path=node.path, hint=hint))


def rows_read(spec: Spec, trees: Iterable[Typed], terms: Mapping[SpecPath, Typed]) -> frozenset[str]:
    """The entities whose rows the trees go over, by themselves or by the terms they call."""
    bodies = {t.id: terms[t.path] for t in spec.terms if t.path in terms}
    found: set[str] = set()
    todo, seen = list(trees), set[str]()
    while todo:
        tree = todo.pop()
        found |= collections(tree)
        for called in sorted(terms_called(tree) - seen):
            seen.add(called)
            todo += [bodies[called]] if called in bodies else []
    return frozenset(found)


def _cycles(terms: Iterable[Term], trees: Mapping[SpecPath, Typed]) -> Iterator[Problem]:
    """Terms that call themselves, each cycle once, as the path that leads round."""
    known = {t.id: t for t in terms}
    calls = {t.id: sorted(terms_called(trees[t.path])) for t in known.values() if t.path in trees}
    done: set[str] = set()
    for start, first in calls.items():
        stack = [(start, iter(first))] if start not in done else []
        trail = [start] if stack else []
        while stack:
            following = next(stack[-1][1], None)
            if following is None:
                done.add(stack.pop()[0])
                trail.pop()
            elif following in trail:
                round_ = [*trail[trail.index(following) :], following]
                term = known[following]
                message = f"terms call each other in a circle: {' → '.join(round_)}"
                hint = "there is no recursion: leave one of the calls out"
                yield Problem(code="expr/cycle", message=message, place=term.body.place, path=term.path, hint=hint)
            elif following not in done and following in calls:
                trail.append(following)
                stack.append((following, iter(calls[following])))


def _dangling(scenario: Scenario, scope: Scope) -> Iterator[Problem]:
    """Cells of ``given`` that refer to rows the scenario does not have."""
    for name, (header, rows) in scenario.given.items():
        entity = scope.entities.get(name)
        for number, column in enumerate(header):
            declared = entity.field(column) if entity else None
            kind = declared.type if declared else None
            kind = kind.item if isinstance(kind, ListOf) else kind
            target = scope.entities.get(kind.entity) if isinstance(kind, Ref) else None
            if target is None or target.key is None:
                continue
            keys = _column(scenario, target)
            for row in rows:
                value = row[number] if number < len(row) else None
                for key in value if isinstance(value, list | tuple) else (value,):
                    if key is not None and key not in keys:
                        words = [str(k) for k in keys]
                        suggestion = meant(str(key), words)
                        message = f"{name}.{column}: there is no {target.name} '{key}' {listed(words)}{suggestion}"
                        yield Problem(
                            code="spec/unknown-key-value",
                            message=message,
                            place=scenario.place,
                            path=scenario.path,
                            hint=suggestion[2:] or f"add a row '{key}' to given.{target.name}",
                        )


def _column(scenario: Scenario, entity: Entity) -> list[object]:
    """The keys of an entity's rows in ``given``."""
    header, rows = scenario.given.get(entity.name, ((), ()))
    if entity.key is None or entity.key.name not in header:
        return []
    at = header.index(entity.key.name)
    return [row[at] for row in rows if at < len(row)]


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by place. What an aliased part says is wrong in one place only."""
    once: dict[tuple[Place | None, str], Problem] = {}
    for problem in problems:
        once.setdefault((problem.place, problem.message), problem)
    return tuple(sorted(once.values(), key=_where))


def _where(problem: Problem) -> tuple[str, int, int]:
    place = problem.place
    return (place.file, place.line, place.column) if place else ("", 0, 0)
