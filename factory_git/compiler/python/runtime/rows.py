"""How rows of the model become rows of a database and back, and texts become values.

Decimals are stored as text, digit by digit; days and times in ISO form; values of no
declared type as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from . import kit

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field: its column, its name in the spec, its attribute in Python, its kind.

    ``kind`` is a scalar of the spec, or ``list of`` one. ``has_default`` says that the
    field may be left out; ``pii`` is its class of personal data, or empty; ``ref`` is
    the list of the world that it refers to.
    """

    name: str
    field: str
    attribute: str
    kind: str
    optional: bool = False
    has_default: bool = False
    pii: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An entity: its table, its list in the world, its class and its columns."""

    name: str
    entity: str
    attribute: str
    row: type[Any]
    columns: tuple[Column, ...]
    key: str = ""  # the attribute of the key, if there is one
    made: bool = False
    files: tuple[str, ...] = ()  # names its data may have besides its own
    retain: str = ""  # how long its rows are kept (90d): it knows when each was made

    def known(self) -> str:
        """The fields' names, for messages."""
        return ", ".join(c.field for c in self.columns)


def to_sql(kind: str, value: Any) -> Any:
    """A value as the database holds it."""
    if value is None:
        return None
    if kind == "int":
        if abs(value) > LARGEST:
            raise kit.Invalid(f"{value} is too large to be stored")
        return value
    if kind == "bool":
        return int(value)
    if kind in ("date", "datetime"):
        return value.isoformat()
    if kind in ("any", "json") or kind.startswith("list of "):
        return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)
    return str(value)


def from_sql(kind: str, value: Any) -> Any:
    """A value of the database as the model has it."""
    if value is None or kind == "int":
        return value
    if kind == "text":
        return str(value)
    if kind == "decimal":
        return Decimal(str(value))
    if kind == "bool":
        return bool(value)
    if kind == "date":
        return dt.date.fromisoformat(value)
    if kind == "datetime":
        return dt.datetime.fromisoformat(value)
    return _rich(json.loads(value, parse_float=Decimal))


def from_text(column: Column, text: str) -> Any:
    """The value that a cell of a CSV file stands for; ValueError says what it isn't."""
    if column.optional and not text.strip():
        return None
    return _from_text(column.kind, text)


def _from_text(kind: str, text: str) -> Any:
    if kind in ("text", "any"):
        return text
    if kind.startswith("list of "):
        item = kind.removeprefix("list of ")
        return tuple(_from_text(item, part.strip()) for part in text.split(";") if part)
    word = text.strip()
    if not word:
        raise ValueError("is empty")
    try:
        return _parse(kind, word)
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"is not {_A[kind]}") from error


_A = {
    "int": "a whole number",
    "decimal": "a decimal",
    "bool": "true or false",
    "date": "a date (2026-06-30)",
    "datetime": "a date and time (2026-06-30T12:00)",
    "json": "JSON",
}


def _parse(kind: str, word: str) -> Any:
    if kind == "bool":
        return {"true": True, "false": False}[_lower(word)]
    if kind == "date":
        return dt.date.fromisoformat(word)
    if kind == "datetime":
        return dt.datetime.fromisoformat(word)
    if kind == "json":
        return _rich(json.loads(word, parse_float=Decimal))
    if "_" in word:
        raise ValueError("an underscore in a number")
    return int(word) if kind == "int" else _finite(Decimal(word))


def _lower(word: str) -> str:
    if word.lower() not in ("true", "false"):
        raise ValueError("neither")
    return word.lower()


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("not finite")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dt.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"$date": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _rich(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_rich(item) for item in value)
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, item),) = value.items()
            if name in _TAGS:
                return _TAGS[name](item)
        return {name: _rich(item) for name, item in value.items()}
    return value


_TAGS: dict[str, Any] = {
    "$decimal": Decimal,
    "$date": dt.date.fromisoformat,
    "$datetime": dt.datetime.fromisoformat,
}
