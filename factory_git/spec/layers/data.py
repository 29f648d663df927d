"""``data_contracts``: entities and their fields."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from factory_git.core.ids import SpecPath
from factory_git.spec import names
from factory_git.spec.expand import Cell
from factory_git.spec.layers.build import Build
from factory_git.spec.model import Entity, Field, Text
from factory_git.spec.types import ANY, DATE, DATETIME, DECIMAL, INT, Enum, Type

_ORDERED = (INT, DECIMAL, DATE, DATETIME, ANY)


def entities(build: Build) -> tuple[Entity, ...]:
    """The entities. They are known to ``build`` afterwards, for the cells of acceptance tables."""
    made = []
    for item in build.items("data_contracts", "entities"):
        common = build.common(item, "data_contracts.entities")
        parent = names.join(common["path"], "fields")
        fields = tuple(_field(build, f, parent) for f in item.get("fields") or ())
        entity = Entity(**common, fields=fields, made=bool(item.get("made")))
        _one_key(build, entity)
        _one_name(build, entity)
        build.entities[entity.name] = entity
        made.append(entity)
    # Defaults may refer to keys of entities further down.
    for item, entity in zip(build.items("data_contracts", "entities"), made, strict=True):
        defaults = {f["id"]: f["default"] for f in item.get("fields") or () if isinstance(f.get("default"), Cell)}
        if defaults:
            fields = tuple(_with_default(build, f, defaults.get(f.id)) for f in entity.fields)
            build.entities[entity.name] = _replace(entity, fields=fields)
    return tuple(build.entities[e.name] for e in made)


def _field(build: Build, item: Mapping[str, Any], parent: str) -> Field:
    common = build.common(item, parent)
    path: SpecPath = common["path"]
    word = build.type(item["type"]) if "type" in item else None
    type_: Type = word.type if word else ANY
    type_ = _enum(build, type_, item, path)
    name: Text = item["name"]
    if not names.IDENTIFIER.fullmatch(common["name"]):
        # Expressions, columns and code call a field by its name; a sketch may still say it in words.
        common["name"] = item["id"] if names.IDENTIFIER.fullmatch(item["id"]) else f"f_{item['id']}"
    bounds = {}
    for key in ("min", "max"):
        if key not in item:
            continue
        bound: Text = item[key]
        bounds[key] = bound.text
        if type_ not in _ORDERED:
            build.problem("spec/bound", f"{key} means nothing for {type_}", bound.place, path, "leave it out")
        elif type_ is not ANY:
            build.cell(Cell(bound.text, bound, True), type_, f"{key} of {name}", path)
    _bounds_in_order(build, bounds, item, path)
    return Field(
        **common,
        type=type_,
        typed="type" in item,
        key=bool(word and word.key),
        optional=bool(word and word.optional),
        unique=bool(item.get("unique")),
        minimum=bounds.get("min"),
        maximum=bounds.get("max"),
        unit=_str(item.get("unit")),
        pii=_str(item.get("pii")),
    )


def _enum(build: Build, type_: Type, item: Mapping[str, Any], path: SpecPath) -> Type:
    """An enum's words may stand under ``values:``, which alone can hold words with spaces."""
    values = tuple(str(v) for v in item.get("values") or ())
    if not isinstance(type_, Enum):
        if values:
            build.problem("spec/type-word", "values are for type: enum", item["values"][0].place, path)
        return type_
    if values and type_.values:
        message = "the words of this enum stand in type and in values"
        build.problem("spec/type-word", message, item["values"][0].place, path, "keep one of them")
    words = type_.values or tuple(dict.fromkeys(values))
    if not words:
        build.problem("spec/type-word", "this enum has no words", item["type"].place, path, "as in: enum low high")
    return Enum(words)


def _bounds_in_order(build: Build, bounds: Mapping[str, str], item: Mapping[str, Any], path: SpecPath) -> None:
    if len(bounds) < 2:
        return
    try:
        wrong = Decimal(bounds["min"]) > Decimal(bounds["max"])
    except ArithmeticError:
        wrong = bounds["min"] > bounds["max"]  # ISO dates order as text
    if wrong:
        message = f"min {bounds['min']} is over max {bounds['max']}"
        build.problem("spec/bound", message, item["min"].place, path, "no value could ever be stored")


def _with_default(build: Build, field: Field, cell: Cell | None) -> Field:
    if cell is None:
        return field
    value = build.cell(cell, field.type, f"default of {field.name}", field.path, optional=field.optional)
    made: Field = _replace(field, default=value, has_default=True)
    return made


def _one_key(build: Build, entity: Entity) -> None:
    keys = [f for f in entity.fields if f.key]
    if len(keys) > 1:
        message = f"{entity.name} has two keys, {keys[0].name} and {keys[1].name}"
        build.problem("spec/key", message, keys[1].place, keys[1].path, "keep one; say unique: true of the other")


def _one_name(build: Build, entity: Entity) -> None:
    seen: dict[str, Field] = {}
    for field in entity.fields:
        if field.name in seen:
            message = f"two fields of {entity.name} are called {field.name!r}; the first is at {seen[field.name].place}"
            build.problem("spec/duplicate-id", message, field.place, field.path, "rename one of them")
        seen[field.name] = field


def _replace(node: Any, **changes: Any) -> Any:
    return type(node)(**{name: getattr(node, name) for name in node.__dataclass_fields__} | changes)


def _str(text: Text | None) -> str | None:
    return None if text is None else text.text
