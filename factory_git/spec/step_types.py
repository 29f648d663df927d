"""A step with its types: every expression of it checked in its scope, as its skill's shape says.

The checker collects the problems; the compiler emits code from the very same typed trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from factory_git.core.errors import Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.expr.ast import Unary
from factory_git.spec.expr.facts import when_false, when_true
from factory_git.spec.expr.parse import parse
from factory_git.spec.expr.places import listed, meant, of_key
from factory_git.spec.expr.relations import ORDERED, fits, is_any, key_type, sure
from factory_git.spec.expr.scope import RUN, Scope, field_type
from factory_git.spec.expr.typed import Typed
from factory_git.spec.expr.typing import check, typed
from factory_git.spec.model import Entity, Pipeline, Spec, Step, Text
from factory_git.spec.skills import SKILLS, Kind, Param, SkillShape, value, values
from factory_git.spec.types import ANY, BOOL, DECIMAL, Enum, ListOf, Ref, Row, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTypes:
    """``exprs`` maps the place of an expression within the step to its typed tree: ``keep``, ``set.qty``,
    ``short.set.qty``, ``allocate.order.0``, ``rules.0.when``. ``descending`` are the places of sort expressions that
    had a ``-`` in front (it is not in the tree). ``scopes`` has, for each parameter given, the names that its own
    scope adds to entities and terms.
    """

    exprs: Mapping[str, Typed]
    descending: frozenset[str]
    scopes: Mapping[str, Mapping[str, Type]]
    problems: tuple[Problem, ...]

    @property
    def reads(self) -> frozenset[SpecPath]:
        """The entities, fields and terms that the expressions read."""
        return frozenset[SpecPath]().union(*(t.reads for t in self.exprs.values()))

    def order(self, name: str) -> list[tuple[Typed, bool]]:
        """The sort expressions of one list, each with whether it descends."""
        found: list[tuple[Typed, bool]] = []
        while (at := f"{name}.{len(found)}") in self.exprs:
            found.append((self.exprs[at], at in self.descending))
        return found

    def assigned(self, name: str = "set") -> dict[str, Typed]:
        """The typed expressions of one ``set``, by field, in the order of the spec."""
        start = f"{name}."
        return {at[len(start) :]: t for at, t in self.exprs.items() if at.startswith(start)}


def pipeline_scope(spec: Spec, pipeline: Pipeline, base: Scope | None = None) -> Scope:
    """Entities, terms, and ``run`` with the arguments of the pipeline's trigger."""
    return (base or Scope.for_spec(spec)).with_shape(RUN, pipeline.args)


Sources = Mapping[str, Sequence[str]]
"""The lines of each file of a spec."""


def type_step(step: Step, scope: Scope, sources: Sources | None = None) -> StepTypes:
    """Check every expression of ``step`` in ``scope``, that of its pipeline. A hole has none.

    With ``sources`` messages about a key of a mapping have the place of the key, without that of its value.
    """
    shape = SKILLS.get(step.skill or "")
    checker = _StepChecker(step, scope, shape, sources or {})
    if shape is not None:
        for param in shape.params:
            checker.param(param)
        checker.defaults()
    found = tuple(checker.problems)
    return StepTypes(
        exprs=checker.exprs, descending=frozenset(checker.descending), scopes=checker.scopes, problems=found
    )


def unassigned(entity: Entity, assigned: Mapping[str, Any]) -> list[str]:
    """The fields that a row must be given and is not."""
    return [f.name for f in entity.fields if not f.optional and not f.has_default and f.name not in assigned]


def sort_key(text: Text, scope: Scope) -> tuple[Typed, bool]:
    """A sort expression: its typed tree without a leading ``-``, and whether it had one."""
    node = parse(text)
    descending = isinstance(node, Unary) and node.op == "-"
    found = check(node.of if isinstance(node, Unary) and node.op == "-" else node, scope, text=text)
    kind = key_type(sure(found.type), scope.entities)
    if not (is_any(kind) or kind in ORDERED or kind == BOOL or isinstance(kind, Enum)):
        message = f"rows cannot be sorted by {found.type}"
        raise SpecError(message, [Problem(code="expr/type", message=message, place=text.place, path=text.path)])
    return found, descending


# Conditions, and where what they say holds: in which parts of the step (``set`` is all that is not else or short).
_HOLDS = {"where": ("set", "short"), "on": ("set",), "match": ("set",), "keep": ("else",)}


@dataclass(slots=True)
class _StepChecker:
    step: Step
    scope: Scope
    shape: SkillShape | None
    sources: Sources
    exprs: dict[str, Typed] = field(default_factory=dict)
    descending: set[str] = field(default_factory=set)
    scopes: dict[str, Mapping[str, Type]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # Where a parameter stands → (entity parameter, path below its row): what a condition has ruled null out for.
    promises: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def param(self, param: Param) -> None:
        """Check one parameter wherever it is given."""
        match param.kind:
            case Kind.MAKE:
                self.made(param)
            case Kind.EXPR:
                for at, given in values(self.step.params, param.name):
                    self.expression(at, given, self.inner(param), param.type, f"'{at.split('.')[-1]}'")
                self.promise(param)
            case Kind.ORDER:
                for at, given in self.items(param):
                    self.sort(at, given, self.inner(param))
            case Kind.VALUES:
                for at, given in self.items(param):
                    self.expression(at, given, self.inner(param), param.type, f"'{param.name.split('.')[-1]}'")
            case Kind.WITH:
                for at, given in values(self.step.params, param.name):
                    for name, one in given.items() if isinstance(given, Mapping) else ():
                        self.expression(f"{at}.{name}", one, self.inner(param), None, name)
            case Kind.PATHS:
                for at, given in self.items(param):
                    self.by(at, given, self.inner(param))
            case Kind.FIELDS:
                self.fields(param)
            case _:
                pass

    def items(self, param: Param) -> Iterator[tuple[str, Any]]:
        for at, given in values(self.step.params, param.name):
            for number, one in enumerate(given if isinstance(given, list | tuple) else [given]):
                yield f"{at}.{number}", one

    # Scopes

    def entity(self, name: str) -> Entity | None:
        """The entity that the parameter ``name`` names."""
        given = value(self.step, name)
        return None if given is None else self.scope.entities.get(str(given))

    def inner(self, param: Param) -> Scope:
        """The scope of a parameter's expressions."""
        scope = self.scope
        for name, what in param.scope.items():
            scope = self.bound(scope, name, what)
        scope = scope.promising(self.promised(param))
        self.scopes[param.name] = {name: scope.names[name] for name in param.scope if name in scope.names}
        return scope.with_bare(param.fields_of) if param.fields_of in scope.names else scope

    def promise(self, param: Param) -> None:
        """Note what a condition says of the rows for which others are asked after it."""
        found = self.exprs.get(param.name)
        word = param.name.split(".")[-1]
        if found is None or word not in _HOLDS:
            return
        facts = when_false(found.node) if word == "keep" else when_true(found.node)
        for fact in facts:
            name, _, path = fact.partition(".")
            of = param.scope.get(name)
            if isinstance(of, str) and path:
                for start in _HOLDS[word]:
                    self.promises.setdefault(start, set()).add((of, path))

    def promised(self, param: Param) -> set[str]:
        """The paths of a parameter's scope that conditions have ruled null out for."""
        start = param.name.split(".")[0] if param.name.startswith(("else.", "short.")) else "set"
        known = self.promises.get(start, set())
        return {f"{name}.{path}" for name, what in param.scope.items() for of, path in known if of == what}

    def bound(self, scope: Scope, name: str, what: str | Type) -> Scope:
        if not isinstance(what, str):
            return scope.with_(**{name: what})
        kind, _, of = what.rpartition(":")
        if kind == "key":
            return self.key(scope, name, of)
        if kind == "via":
            return scope.with_(**{name: self.via(of)})
        if kind == "label":
            return scope.with_(**{name: self.labels(of)})
        entity = self.entity(of)
        row: Type = ANY if entity is None else Row(entity.name)
        return scope.with_(**{name: ListOf(row) if kind == "rows" else row})

    def key(self, scope: Scope, name: str, by: str) -> Scope:
        """A row of the fields that ``by`` lists."""
        param = self.shape.param(by) if self.shape else None
        entity = self.entity(param.of) if param else None
        fields: dict[str, Type] = {}
        for at, one in self.items(param) if param else ():
            declared = entity.field(str(one)) if entity else None
            found = self.exprs.get(at)
            kind = found.type if found else field_type(declared) if declared else ANY
            fields[str(one).rpartition(".")[2]] = kind
        return scope.with_shape(name, fields)

    def via(self, name: str) -> Type:
        """The row that the reference leads to; without one, the stop itself."""
        found = self.exprs.get(name)
        if found is None:
            stop = self.entity("route.stops")
            return Row(stop.name) if stop and value(self.step, name) is None else ANY
        if isinstance(found.type, Ref) and found.type.entity in self.scope.entities:
            return Row(self.scope.entities[found.type.entity].name)
        if isinstance(found.type, Row) or is_any(found.type):
            return found.type
        message = f"'via' leads to a row by a reference, found {found.type}"
        given = value(self.step, name)
        self.problem("expr/type", message, given)
        return ANY

    def labels(self, places: str) -> Type:
        """The words that a rule may give."""
        words = [str(v) for place in places.split() for _, v in values(self.step.params, place)]
        return Enum(tuple(dict.fromkeys(words)))

    # Checks

    def expression(self, at: str, given: Any, scope: Scope, expect: Type | None, what: str) -> None:
        try:
            self.exprs[at] = typed(self.text(given), scope, expect, what=what)
        except SpecError as error:
            self.problems += error.problems

    def sort(self, at: str, given: Any, scope: Scope) -> None:
        try:
            self.exprs[at], descends = sort_key(self.text(given), scope)
        except SpecError as error:
            self.problems += error.problems
        else:
            self.descending |= {at} if descends else set()

    def by(self, at: str, given: Any, scope: Scope) -> None:
        """Check one of the fields that rows are put together by; a path takes its name from its last word."""
        text = self.text(given)
        if not all(word.isidentifier() for word in text.text.split(".")):
            self.problem("expr/path", f"'{text.text}' is no field", given, "name a field, or a path to one: ref.field")
            return
        if not self.declared(self.entity("group"), text.text.partition(".")[0], given):
            return
        before = [self.text(one).text for _, one in self.items_before(at)]
        if any(text.text.rpartition(".")[2] == one.rpartition(".")[2] for one in before):
            message = f"two fields of 'by' are called '{text.text.rpartition('.')[2]}'"
            self.problem("expr/path", message, given, "keep one of them")
            return
        self.expression(at, given, scope, None, text.text)

    def items_before(self, at: str) -> Iterator[tuple[str, Any]]:
        """The items of the list of paths before the one at ``at``."""
        param = self.shape.param(at.rpartition(".")[0]) if self.shape else None
        for place, given in self.items(param) if param else ():
            if place == at:
                return
            yield place, given

    def fields(self, param: Param) -> None:
        entity = self.entity(param.of)
        for _, given in self.items(param):
            self.declared(entity, str(given), given)

    def declared(self, entity: Entity | None, name: str, given: Any) -> bool:
        """Whether the entity has the field; a problem where it has not."""
        if entity is None or entity.field(name) is not None:
            return entity is not None
        has = [f.name for f in entity.fields]
        suggestion = meant(name, has)
        message = f"{entity.name} has no field '{name}' {listed(has)}{suggestion}"
        self.problem("expr/unknown-field", message, given, suggestion[2:])
        return False

    def defaults(self) -> None:
        """Check what a skill takes for granted where a parameter is left out."""
        supply = self.entity("allocate.supply")
        if supply is not None and value(self.step, "allocate.have") is None:
            declared = supply.field("qty")
            if declared is None or not fits(field_type(declared), DECIMAL, self.scope.entities):
                message = f"{supply.name} has no field 'qty' with a number to give"
                given = value(self.step, "allocate.supply")
                self.problem("expr/missing-have", message, given, "say what a row can give: have: <expression>")
        other = self.entity("compare.right")
        for name in ("compare.by", "compare.fields") if other is not None else ():
            given = value(self.step, name) or ()
            for one in given if isinstance(given, list | tuple) else (given,):
                if other is not None and other.field(str(one)) is None:
                    has = [f.name for f in other.fields]
                    self.problem("expr/unknown-field", f"{other.name} has no field '{one}' {listed(has)}", one)

    def made(self, param: Param) -> None:
        """Check a ``make`` and the ``set`` beside it."""
        set_name = param.name.removesuffix("make") + "set"
        sets = self.shape.param(set_name) if self.shape else None
        given = value(self.step, param.name)
        entity = self.entity(param.name)
        if given is None or entity is None or sets is None:
            return
        assigned = value(self.step, set_name)
        assigned = assigned if isinstance(assigned, Mapping) else {}
        scope = self.inner(sets)
        for name, one in assigned.items():
            self.assignment(f"{set_name}.{name}", entity, name, one, scope)
        for name in unassigned(entity, assigned):
            hint = f"add {name}: … to '{set_name}', or make the field optional (a type with ?) or give it a default"
            self.problem("spec/missing-assignment", f"missing assignment: {entity.name}.{name}", given, hint)

    def assignment(self, at: str, entity: Entity, name: str, given: Any, scope: Scope) -> None:
        declared = entity.field(name)
        if declared is None:
            has = [f.name for f in entity.fields]
            suggestion = meant(name, has)
            message = f"{entity.name} has no field '{name}' {listed(has)}{suggestion}"
            text = self.text(given)
            key = replace(text, place=of_key(name, text, self.sources))
            self.problem("expr/unknown-field", message, key, suggestion[2:])
            return
        self.expression(at, given, scope, field_type(declared), f"{entity.name}.{name}")

    def text(self, given: Any) -> Text:
        """A parameter as the text of an expression; numbers and truth values may come as such."""
        if isinstance(given, Text):
            return given
        written = str(given).lower() if isinstance(given, bool) else "null" if given is None else str(given)
        return Text(text=written, place=self.step.place, path=self.step.path)

    def problem(self, code: str, message: str, given: Any, hint: str = "") -> None:
        place = given.place if isinstance(given, Text) else self.step.place
        self.problems.append(Problem(code=code, message=message, place=place, path=self.step.path, hint=hint))
