"""``model.py`` of the application: a frozen data class per entity with its checks, and the world of all rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory_git.compiler.python import names, source
from factory_git.compiler.python.layout import WIDTH
from factory_git.compiler.python.pytypes import convert, default, python_type, resolve
from factory_git.core.errors import Problem, SpecError
from factory_git.spec.model import Entity, Field, Spec
from factory_git.spec.types import ANY, DECIMAL, Enum, ListOf, Ref, Scalar, Type

_HIDDEN = "default_factory=dict, init=False, repr=False, compare=False"


def emit(spec: Spec) -> str:
    """The source of ``model.py``."""
    body = ["\n".join(_class(spec, entity)) for entity in spec.entities]
    body.append("\n".join(_world(spec)))
    return source.module(f"The rows of {spec.title}, and the world that holds them", body, {"kit": "kit"})


def _class(spec: Spec, entity: Entity) -> list[str]:
    key = entity.key
    kind = "Made by a pipeline" if entity.made else "Stored"
    lines = [source.tag(entity.path), "@dataclass(frozen=True, slots=True, kw_only=True)"]
    lines.append(f"class {names.class_name(entity)}:")
    lines += source.docstring(f"{entity.name}: {kind.lower()}{f', by {key.name}' if key else ''}", 4)
    if entity.fields:
        lines.append("")
    lines += [f"    {line}" for f in entity.fields for line in _declaration(spec, f)]
    checks = [line for f in entity.fields for line in _checks(spec, entity, f)]
    if checks:
        lines += ["", "    def __post_init__(self) -> None:", *(f"        {line}" for line in checks)]
    return lines


def _declaration(spec: Spec, field: Field) -> list[str]:
    name = names.field_name(field)
    text = f"{name}: {python_type(spec, field.type, optional=field.optional)}"
    options = _default(spec, field)
    if field.pii:
        options.append("repr=False")
    if len(options) == 1 and options[0].startswith("default="):
        text += f" = {options[0].removeprefix('default=')}"
    elif options:
        text += f" = field({', '.join(options)})"
    notes = [str(field.type)] if isinstance(field.type, Enum | Ref) else []
    notes += [field.unit] if field.unit else []
    notes += [f"pii: {field.pii}"] if field.pii else []
    comment = source.comment(", ".join(notes))
    if notes and len(text) + len(comment) + 6 > WIDTH:
        return [comment, text]  # beside it the line would be too long
    return [f"{text}  {comment}" if notes else text]


def _default(spec: Spec, field: Field) -> list[str]:
    if not (field.has_default or field.optional) and (field.typed or field.key):
        return []
    value: Any = default(field, spec) if field.has_default else None
    written = source.literal(value)
    return [f"default_factory=lambda: {written}" if isinstance(value, Mapping) else f"default={written}"]


def _checks(spec: Spec, entity: Entity, field: Field) -> list[str]:
    where = source.quote(f"{entity.name}.{field.name}")
    value = f"self.{names.field_name(field)}"
    lines = _check(spec, field, resolve(spec, field.type), where, value)
    if lines and field.optional:
        return [f"if {value} is not None:", *(f"    {line}" for line in lines)]
    return lines


def _check(spec: Spec, field: Field, type_: Type, where: str, value: str) -> list[str]:
    pii = ", pii=True" if field.pii else ""
    if isinstance(type_, ListOf):
        inner = _check(spec, field, resolve(spec, type_.item), where, "item")
        loop = [f"for item in {value}:", *(f"    {line}" for line in inner)] if inner else []
        return [f"kit.is_list({where}, {value}{pii})", *loop]
    if isinstance(type_, Enum):
        return [f"kit.is_one_of({where}, {value}, {source.literal(type_.values)}{pii})"]
    assert isinstance(type_, Scalar)
    if type_ == ANY:
        return []
    return [f"kit.is_{type_.name}({where}, {value}{_bounds(spec, field, type_)}{pii})"]


def _bounds(spec: Spec, field: Field, type_: Scalar) -> str:
    if type_.name not in ("int", "decimal", "date", "datetime"):
        return ""
    text = ""
    for word, bound in (("minimum", field.minimum), ("maximum", field.maximum)):
        if bound is None:
            continue
        whole = type_.name == "int" and bound.lstrip("-").isdigit()
        kind = DECIMAL if type_.name == "int" and not whole else type_
        text += f", {word}={source.literal(convert(spec, kind, bound, field.path, field.place))}"
    return text


def _world(spec: Spec) -> list[str]:
    lines = ["@dataclass(slots=True, kw_only=True)", "class World:"]
    lines += source.docstring("Every row there is, in lists that pipelines add to", 4)
    lines.append("")
    for entity in spec.entities:
        lines.append(f"    {names.attribute(entity)}: list[{names.class_name(entity)}] = field(default_factory=list)")
    keyed = [e for e in spec.entities if e.key]
    if keyed:
        lines.append(f"    _places: dict[str, dict[Any, int]] = field({_HIDDEN})")
    for entity in keyed:
        lines += ["", *_getter(spec, entity)]
    return [*lines, "", *_check_world(spec)]


def _getter(spec: Spec, entity: Entity) -> list[str]:
    key = entity.key
    assert key is not None
    name, attribute = names.class_name(entity), names.attribute(entity)
    lines = [f"    def {names.getter(entity)}(self, key: {python_type(spec, key.type)}) -> {name}:"]
    lines += source.docstring(f"The {entity.name} whose {key.name} is ``key``; raises ``kit.Missing``", 8)
    shown = "" if key.pii else ": {key!r}"
    message = f"there is no {source.one_line(entity.name)}"
    lines.append(f"        places = self._places.setdefault({source.quote(attribute)}, {{}})")
    lines.append(f"        row = kit.find(self.{attribute}, places, key, {source.quote(names.field_name(key))})")
    lines.append("        if row is None:")
    text = source.quote(message.replace("{", "{{").replace("}", "}}") + shown) if shown else source.quote(message)
    lines.append(f"            raise kit.Missing({'f' if shown else ''}{text})")
    return [*lines, "        return row"]


def _check_world(spec: Spec) -> list[str]:
    lines = ["    def check(self) -> None:"]
    lines += source.docstring("Raise ``kit.Invalid`` for keys given twice and references to rows that are not there", 8)
    checks: list[str] = []
    for entity in spec.entities:
        if entity.key:
            arguments = [source.quote(entity.name), f"self.{names.attribute(entity)}"]
            arguments.append(source.quote(names.field_name(entity.key)))
            checks.append(f"        problems += kit.repeated({', '.join(arguments)}{_pii(entity.key)})")
        checks += [line for f in entity.fields for line in _reference(spec, entity, f)]
    if not checks:
        return lines
    return [*lines, "        problems: list[str] = []", *checks, "        kit.refuse(problems)"]


def _reference(spec: Spec, entity: Entity, field: Field) -> list[str]:
    type_ = field.type.item if isinstance(field.type, ListOf) else field.type
    target = spec.entity(type_.entity) if isinstance(type_, Ref) else None
    if target is None:
        return []
    if target.key is None:
        message = f"{entity.name}.{field.name} refers to {target.name}, which has no key"
        hint = f"mark a field of {target.name} as its key: `id: text key`"
        problem = Problem(code="compile/no-key", message=message, place=field.place, path=field.path, hint=hint)
        raise SpecError(message, [problem])
    where = source.quote(f"{entity.name}.{field.name}")
    keys = f"{{row.{names.field_name(target.key)} for row in self.{names.attribute(target)}}}"
    name = source.quote(names.field_name(field))
    arguments = f"{where}, self.{names.attribute(entity)}, {name}, {keys}"
    return [f"        problems += kit.dangling({arguments}{_pii(field)})"]


def _pii(field: Field) -> str:
    return ", pii=True" if field.pii else ""
