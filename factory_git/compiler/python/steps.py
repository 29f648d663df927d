"""What a skill writes through: the parameters of one step as Python source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from factory_git.compiler.python import names, source
from factory_git.compiler.python.expressions import emit
from factory_git.compiler.python.pytypes import resolve
from factory_git.core.errors import Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.expr.ast import Unary
from factory_git.spec.expr.parse import unparse
from factory_git.spec.expr.typed import Typed
from factory_git.spec.model import Entity, Field, Spec, Step
from factory_git.spec.skills import SKILLS, Kind, value, values
from factory_git.spec.step_types import StepTypes
from factory_git.spec.types import ANY, BOOL, DECIMAL, INT, Enum, Optional, Ref, Row

RESERVED = frozenset(
    {"it", "rows", "key", "lefts", "rights", "fields", "before", "after", "difference", "world", "run"}
)
_NUMBERS = (INT, DECIMAL)


@dataclass(slots=True)
class StepWriter:
    """The writer of one step. ``reads`` collects the nodes whose content decides the bytes."""

    spec: Spec
    step: Step
    types: StepTypes
    reads: set[SpecPath] = field(default_factory=set)

    def has(self, param: str) -> bool:
        return value(self.step, param) is not None

    def flag(self, param: str) -> bool:
        return value(self.step, param) is True

    def word(self, param: str) -> str:
        given = value(self.step, param)
        return "" if given is None else source.quote(str(given))

    def entity(self, param: str) -> Entity:
        """The entity that the parameter names; SpecError where there is none."""
        name = str(value(self.step, param) or "")
        found = self.spec.entity(name)
        if found is None:
            raise self.error(f"there is no entity {name!r}")
        self.reads.add(found.path)
        return found

    def attribute(self, param: str) -> str:
        return f"world.{names.attribute(self.entity(param))}"

    def class_name(self, param: str) -> str:
        return names.class_name(self.entity(param))

    def rows(self, param: str, keep: str = "", order: str = "") -> str:
        entity = self.entity(param)
        rows = f"world.{names.attribute(entity)}"
        keys = [k for k in self._orders(order) if order] + ([self._key(entity.key)] if entity.key else [])
        if keep and self.has(keep):
            condition = self.expr(keep, {"demand": "it"})
            rows = f"[it for it in {rows} if {condition}]"
        if keys:
            key = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
            return f"sorted({rows}, key=lambda it: {key})"
        grows = not rows.startswith("[") and entity in self._made()
        return f"list({rows})" if grows else rows

    def _key(self, key: Field) -> str:
        attribute = f"it.{names.field_name(key)}"
        return f"kit.key_order({attribute})" if resolve(self.spec, key.type) == ANY else attribute

    def _made(self) -> list[Entity]:
        shape = SKILLS[self.step.skill or ""]
        return [self.entity(p.name) for p in shape.params if p.kind is Kind.MAKE and self.has(p.name)]

    def expr(self, param: str, names_: Mapping[str, str] | None = None, *, negated: bool = False) -> str:
        found = self.types.exprs.get(param)
        if found is None:
            if param == "allocate.have":
                return self._have(names_ or {})
            raise self.error(f"'{param}' is not given")
        return self.emit(_not(found) if negated else found, names_)

    def _have(self, given: Mapping[str, str]) -> str:
        supply = self.entity("allocate.supply")
        quantity = supply.field("qty")
        if quantity is None:
            hint = "say what a supply row can give: allocate: {…, have: it.weight}"
            raise self.error(f"{supply.name} has no field 'qty', and 'have' is not given", hint)
        return f"{given.get('it', 'supply')}.{names.field_name(quantity)}"

    def emit(self, typed: Typed, names_: Mapping[str, str] | None = None) -> str:
        """The source of a typed expression of this step."""
        self.reads |= typed.reads
        terms = {f"term {t.id}": f"terms.{names.term_name(t)}" for t in self.spec.terms}
        scope = {n: n for scope in self.types.scopes.values() for n in scope}
        return emit(typed, {**terms, **scope, **(names_ or {})})

    def row(self, param: str, names_: Mapping[str, str] | None = None) -> str:
        typed = self.types.exprs[param]
        text = self.emit(typed, names_)
        if isinstance(typed.type, Row):
            return text
        if isinstance(typed.type, Ref):
            target = self.spec.entity(typed.type.entity)
            assert target is not None
            return f"world.{names.getter(target)}({text})"
        raise self.error(f"'{param}' does not lead to a row but to {typed.type}")

    def items(self, param: str) -> Sequence[str]:
        shape = next((p for p in SKILLS[self.step.skill or ""].params if p.name == param), None)
        if shape is not None and shape.kind is Kind.VALUES:
            return [self.emit(t) for t, _ in self.types.order(param)]
        listed, _, key = param.partition("[].")
        given = value(self.step, listed) or ()
        out: list[str] = []
        for number, _ in enumerate(given):
            at = f"{listed}.{number}.{key}"
            typed = self.types.exprs.get(at)
            words = dict(values(self.step.params, param))
            out.append(self.emit(typed) if typed else source.quote(str(words[at])) if at in words else "")
        return out

    def fields(self, param: str) -> Sequence[Field]:
        shape = next(p for p in SKILLS[self.step.skill or ""].params if p.name == param)
        given = value(self.step, param) or ()
        entity = self.entity(shape.of)
        found = [entity.field(str(n)) for n in (given if isinstance(given, list | tuple) else [given])]
        return [f for f in found if f is not None]

    def paths(self, param: str) -> Sequence[tuple[str, str, str]]:
        found = []
        for typed, _ in self.types.order(param):
            word = typed.name if typed.op in ("field", "member") else unparse(typed.node)
            declared = typed.target.id if isinstance(typed.target, Field) else ""
            found.append((word, names.free(names.variable(word, declared), RESERVED), self.emit(typed, {"it": "it"})))
        return found

    def attribute_of(self, field_: Field) -> str:
        return names.field_name(field_)

    def local(self, field_: Field) -> str:
        return names.free(names.variable(field_.name, field_.id), RESERVED)

    def shared(self, left: str, right: str, but: Sequence[Field]) -> Sequence[Field]:
        other = self.entity(right)
        return [f for f in self.entity(left).fields if other.field(f.name) and f not in but]

    def _orders(self, param: str) -> list[str]:
        return [self._sort_key(typed, descending) for typed, descending in self.types.order(param)]

    def _sort_key(self, typed: Typed, descending: bool) -> str:
        text = self.emit(typed, {"it": "it", "demand": "it"})
        plain = resolve(self.spec, typed.type)
        if isinstance(plain, Optional) or plain == ANY:
            text = f"kit.key_order({text})"
        elif descending and plain in _NUMBERS:
            return f"-{text}" if text.replace(".", "").replace("_", "").isalnum() else f"-({text})"
        elif isinstance(plain, Enum):
            text = f"{source.literal(plain.values)}.index({text})"
        return f"kit.Descending({text})" if descending else text

    def made(self, prefix: str = "", names_: Mapping[str, str] | None = None) -> tuple[str, str]:
        start = f"{prefix}." if prefix else ""
        entity = self.entity(f"{start}make")
        assigned = self.types.assigned(f"{start}set")
        arguments = [
            f"{names.field_name(f)}={self.emit(assigned[f.name], names_)}" for f in entity.fields if f.name in assigned
        ]
        return f"world.{names.attribute(entity)}", f"{names.class_name(entity)}({', '.join(arguments)})"

    def make(self, prefix: str = "", names_: Mapping[str, str] | None = None) -> list[str]:
        if not self.has(f"{prefix}.make" if prefix else "make"):
            return []
        to, row = self.made(prefix, names_)
        return [f"{to}.append({row})"]

    def adapter(self) -> tuple[str, str]:
        called = adapter_module(self.step)
        arguments = [f", {name}={self.emit(typed)}" for name, typed in adapter_arguments(self.types).items()]
        return called, "".join(arguments)

    def error(self, message: str, hint: str = "") -> SpecError:
        """A mistake in this step."""
        problem = Problem(code="compile/step", message=message, place=self.step.place, path=self.step.path, hint=hint)
        return SpecError(f"{self.step.place}: {message} [{self.step.path}]", [problem], code=problem.code, hint=hint)


def adapter_module(step: Step) -> str:
    """The module of the adapter that a ``call`` step names."""
    return names.identifier(names.spelled(str(value(step, "call.skill") or "")))


def adapter_arguments(types: StepTypes) -> dict[str, Typed]:
    """What a ``call`` step gives its adapter, by Python name."""
    return {names.variable(name): typed for name, typed in types.assigned("call.with").items()}


def _not(typed: Typed) -> Typed:
    return Typed(
        node=Unary(at=typed.node.at, op="!", of=typed.node), op="!", type=BOOL, parts=(typed,), reads=typed.reads
    )
