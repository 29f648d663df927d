"""Personal data does not lose its mark: a field that is set from it must be marked as personal data too.

Comparing with personal data, counting it or searching in it is not copying it: what comes of that is yes, no or a
number. Everything else that ends up in a field is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from factory_git.core.errors import Place, Problem
from factory_git.core.ids import SpecPath
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Spec, Step, Term, Text
from factory_git.spec.skills import value
from factory_git.spec.step_types import StepTypes
from factory_git.spec.types import BOOL, ListOf, Ref

_NOT_COPIED = frozenset({"size", "has", "contains", "startsWith", "endsWith"})
_ROWS = frozenset({"literal", "name", "collection", "follow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    """One field that is set, and from what."""

    entity: Entity
    declared: Field
    typed: Typed
    place: Place
    path: SpecPath
    own: Mapping[str, frozenset[str]] = field(default_factory=dict)  # classes of the skill's own names


def problems(
    spec: Spec,
    steps: Mapping[SpecPath, StepTypes],
    actions: Mapping[SpecPath, Mapping[str, Typed]],
    terms: Mapping[SpecPath, Typed],
) -> Iterator[Problem]:
    """Every field that is given personal data and is not marked, or marked as another class."""
    bodies = {t.id: terms[t.path] for t in spec.terms if t.path in terms}
    for copy in (*_steps(spec, steps), *_actions(spec, actions)):
        found = _Carried(spec, bodies, copy.own).of(copy.typed)
        missing = sorted(found - {copy.declared.pii})
        if missing:
            yield _problem(copy, missing)


def _problem(copy: _Copy, missing: list[str]) -> Problem:
    name = f"{copy.entity.name}.{copy.declared.name}"
    what = " and ".join(missing)
    severity = "warning" if copy.declared.pii else "error"
    marked = f"is marked {copy.declared.pii}" if copy.declared.pii else "is not marked"
    return Problem(
        code="spec/pii-copied",
        message=f"{name} is given personal data ({what}) and {marked}",
        place=copy.place,
        path=copy.path,
        hint=f"write pii: {missing[0]} at {name}, or leave the personal data out",
        severity=severity,
    )


def _steps(spec: Spec, steps: Mapping[SpecPath, StepTypes]) -> Iterator[_Copy]:
    for pipeline in spec.pipelines:
        for step in pipeline.steps:
            types = steps.get(step.path)
            for prefix in ("", "else.", "short.") if types else ():
                yield from _assigned(spec, step, prefix, types.assigned(f"{prefix}set") if types else {})


def _assigned(spec: Spec, step: Step, prefix: str, assigned: Mapping[str, Typed]) -> Iterator[_Copy]:
    made = spec.entity(str(value(step, f"{prefix}make")))
    written = value(step, f"{prefix}set")
    for name, typed in assigned.items():
        declared = made.field(name) if made else None
        text = written.get(name) if isinstance(written, Mapping) else None
        place = text.place if isinstance(text, Text) else step.place
        if made and declared:
            own = _own(spec, step)
            yield _Copy(entity=made, declared=declared, typed=typed, place=place, path=step.path, own=own)


def _actions(spec: Spec, actions: Mapping[SpecPath, Mapping[str, Typed]]) -> Iterator[_Copy]:
    for action in spec.actions:
        made = spec.entity(action.make or action.on or "")
        for name, typed in actions.get(action.path, {}).items():
            declared = made.field(name.removeprefix("set.")) if made and name.startswith("set.") else None
            if made and declared:
                place = action.set[declared.name].place
                yield _Copy(entity=made, declared=declared, typed=typed, place=place, path=action.path)


def _own(spec: Spec, step: Step) -> dict[str, frozenset[str]]:
    """The classes that a skill's own names hold: the values of a comparison, the key of a group."""
    entity = spec.entity(str(value(step, "group") or value(step, "compare.left") or ""))
    if entity is None:
        return {}
    marked = {f.name: frozenset({c}) for f in entity.fields if (c := _class(spec, f))}
    found = {f"key.{name}": classes for name, classes in marked.items()}
    if step.skill == "compare":
        listed = value(step, "compare.fields")
        names = [str(n) for n in listed] if listed else list(marked)
        every = frozenset[str]().union(*(marked.get(n, frozenset()) for n in names))
        found |= {"before": every, "after": every}
    return found


def _class(spec: Spec, declared: Field) -> str | None:
    """The class of a field; a reference to rows whose key is personal data is of the key's class."""
    seen: set[str] = set()
    while declared.pii is None:
        kind = declared.type.item if isinstance(declared.type, ListOf) else declared.type
        target = spec.entity(kind.entity) if isinstance(kind, Ref) else None
        if target is None or target.key is None or target.name in seen:
            return None
        seen.add(target.name)
        declared = target.key
    return declared.pii


@dataclass(slots=True)
class _Carried:
    """Which classes of personal data the value of an expression may hold."""

    spec: Spec
    bodies: Mapping[str, Typed]
    own: Mapping[str, frozenset[str]]
    seen: set[str] = field(default_factory=set)

    def of(self, typed: Typed) -> frozenset[str]:
        """The classes."""
        if typed.type == BOOL or (typed.op == "call" and typed.name in _NOT_COPIED):
            return frozenset()
        special: Mapping[str, Callable[[Typed], frozenset[str]]] = {
            "field": self.field,
            "term": self.term,
            "?": lambda t: self.any(t.parts[1:]),
            "filter": lambda t: self.of(t.parts[0]),
        }
        if typed.op in special:
            return special[typed.op](typed)
        if typed.op in _ROWS:
            return self.own.get(typed.name, frozenset()) if typed.op == "name" else frozenset()
        return self.any(typed.parts)

    def any(self, parts: tuple[Typed, ...]) -> frozenset[str]:
        """The classes of several values."""
        return frozenset[str]().union(*(self.of(part) for part in parts))

    def field(self, typed: Typed) -> frozenset[str]:
        """The class of a field, or of a field of a skill's own row."""
        if isinstance(typed.target, Field):
            found = _class(self.spec, typed.target)
            return frozenset({found}) if found else frozenset()
        base = typed.parts[0] if typed.parts else None
        return self.own.get(f"{base.name}.{typed.name}", frozenset()) if base else frozenset()

    def term(self, typed: Typed) -> frozenset[str]:
        """The classes of a term's body and of what it is given."""
        given = self.any(typed.parts)
        target = typed.target
        if not isinstance(target, Term) or target.id in self.seen or target.id not in self.bodies:
            return given
        self.seen.add(target.id)
        found = given | self.of(self.bodies[target.id])
        self.seen.discard(target.id)
        return found
