"""The types of the spec language: what a field, an argument or an expression can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Scalar:
    """``any text int decimal bool date datetime json``, and within expressions ``duration`` and ``null``."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Ref:
    """The key of a row of another entity (``ref Buyer``). ``entity`` is the entity's name as written."""

    entity: str

    def __str__(self) -> str:
        return f"ref {self.entity}"


@dataclass(frozen=True, slots=True)
class Enum:
    """One of a fixed list of words, in the order of the spec."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        return "enum " + " ".join(self.values)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one type."""

    item: Type

    def __str__(self) -> str:
        return f"list {self.item}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an entity. Never the type of a field; expressions have it (``it``, macro variables)."""

    entity: str

    def __str__(self) -> str:
        return self.entity


@dataclass(frozen=True, slots=True)
class Optional:
    """A value that may be null (``text?``)."""

    of: Type

    def __str__(self) -> str:
        return f"{self.of}?"


Type: TypeAlias = Scalar | Ref | Enum | ListOf | Row | Optional

ANY = Scalar("any")
TEXT = Scalar("text")
INT = Scalar("int")
DECIMAL = Scalar("decimal")
BOOL = Scalar("bool")
DATE = Scalar("date")
DATETIME = Scalar("datetime")
JSON = Scalar("json")
DURATION = Scalar("duration")
NULL = Scalar("null")

FIELD_SCALARS = {t.name: t for t in (ANY, TEXT, INT, DECIMAL, BOOL, DATE, DATETIME, JSON)}
