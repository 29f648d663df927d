"""Types and values of the spec in Python: what an annotation says, and YAML's values made typed ones."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from factory_git.compiler.python import names, source
from factory_git.core.errors import Place, Problem, SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec.model import Field, Spec
from factory_git.spec.types import ANY, DATE, DECIMAL, Enum, ListOf, Optional, Ref, Row, Scalar, Type

SCALARS = {
    "any": "Any",
    "json": "Any",
    "text": "str",
    "int": "int",
    "decimal": "Decimal",
    "bool": "bool",
    "date": "dt.date",
    "datetime": "dt.datetime",
    "duration": "dt.timedelta",
    "null": "None",
}


def python_type(spec: Spec, type_: Type, *, optional: bool = False) -> str:
    """How a type of the spec is written in Python. A reference has the type of the key it holds."""
    text = _python_type(spec, type_)
    return f"{text} | None" if optional and text != "Any" else text


def _python_type(spec: Spec, type_: Type) -> str:
    if isinstance(type_, Optional):
        return python_type(spec, type_.of, optional=True)
    if isinstance(type_, Ref):
        return _python_type(spec, resolve(spec, type_))
    if isinstance(type_, Enum):
        return "str"
    if isinstance(type_, ListOf):
        return f"tuple[{_python_type(spec, type_.item)}, ...]"
    if isinstance(type_, Row):
        entity = spec.entity(type_.entity)
        return names.class_name(entity) if entity else "Any"
    return SCALARS[type_.name]


def resolve(spec: Spec, type_: Type) -> Type:
    """``type_`` with references replaced by the type of the key they hold (followed where a key is itself one)."""
    seen: set[str] = set()
    while isinstance(type_, Ref):
        entity = spec.entity(type_.entity)
        if entity is None or entity.key is None or entity.name in seen:
            return ANY
        seen.add(entity.name)
        type_ = entity.key.type
    return type_


def default(field: Field, spec: Spec) -> Any:
    """The default of a field as a Python value of its type; SpecError where it has another."""
    return None if field.default is None else convert(spec, field.type, field.default, field.path, field.place)


def convert(spec: Spec, type_: Type, value: Any, path: SpecPath, place: Place) -> Any:
    """A value as YAML has it (text, number, list) made the value its type wants; SpecError where it cannot be."""
    try:
        return _convert(resolve(spec, type_), value, spec)
    except (ValueError, TypeError, InvalidOperation) as error:
        message = f"{_shown(value)} is not a {type_}" if not isinstance(type_, Enum) else str(error)
        raise SpecError(message, [Problem(code="compile/value", message=message, place=place, path=path)]) from error


def _convert(type_: Type, value: Any, spec: Spec) -> Any:
    if isinstance(type_, Optional):
        return None if value is None else _convert(resolve(spec, type_.of), value, spec)
    if isinstance(type_, ListOf):
        items = value if isinstance(value, list | tuple) else [value]
        return tuple(_convert(resolve(spec, type_.item), item, spec) for item in items)
    if isinstance(type_, Enum):
        if str(value) not in type_.values:
            raise ValueError(f"{value!r} is not one of {', '.join(type_.values)}")
        return str(value)
    assert isinstance(type_, Scalar)
    return _scalar(type_, value)


def _scalar(type_: Scalar, value: Any) -> Any:
    if type_.name in ("any", "json"):
        return value
    if isinstance(value, list | tuple | dict) or value is None:
        raise TypeError("not a single value")
    if type_.name == "bool":
        words = {"true": True, "false": False}
        return value if isinstance(value, bool) else words[_known(str(value).lower(), words)]
    if isinstance(value, bool) and type_.name != "text":
        raise TypeError("a truth value")
    if type_.name == "text":
        return str(value).lower() if isinstance(value, bool) else str(value)
    if type_.name == "int":
        return int(str(value))
    if type_ == DECIMAL:
        return _finite(Decimal(str(value)))
    return dt.date.fromisoformat(str(value)) if type_ == DATE else dt.datetime.fromisoformat(str(value))


def _known(word: str, words: dict[str, bool]) -> str:
    if word not in words:
        raise ValueError(f"{word!r} is neither true nor false")
    return word


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("not finite")
    return value


def _shown(value: Any) -> str:
    text = source.one_line(str(value))
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
