"""The vocabulary in which the language is written down: what may stand at a place of a spec.

:mod:`factory_git.spec.schema` describes the whole language as one value of these types; the loader
(:mod:`factory_git.spec.expand`) and the JSON Schema (:mod:`factory_git.spec.json_schema`) both read that one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar.

    ``kind`` says which: ``text`` (any scalar, as written), ``expression``, ``type`` (a type word), ``cell`` (any
    scalar, kept with its value), ``bool``, ``int``; or a reference by name: ``entity``, ``role``, ``pipeline``,
    ``action``, ``tier``, ``path``.
    """

    kind: str


@dataclass(frozen=True, slots=True)
class Words:
    """One of a fixed set of words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A list; a single value is short for a list of one. ``most`` bounds its length (0: no bound)."""

    item: Shape
    most: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A header-first table: a list of lists of scalars."""


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from free keys to one shape.

    ``keys`` is their kind: ``entity``, ``name`` (an identifier), ``bound`` (an entity, or ``runs``), ``text``.
    """

    value: Shape
    keys: str = "text"


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys.

    ``short`` is the key that a bare scalar stands for, ``short_list`` that of a bare list.
    ``rest`` is the shape under any other key, where other keys are free (``when: {run: p, date: 2026-06-09}``).
    """

    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    short: str = ""
    short_list: str = ""
    rest: Shape | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list of nodes: each a string (its name) or a mapping with ``name``; ids are unique.

    ``keyed`` allows a mapping name → body too. ``short`` is the key that a bare body stands for there, and, with
    ``also``, that a string of the list sets beside its name. ``name_from`` are keys that give a name where none is.
    """

    item: Record | Choice
    kind: str
    keyed: bool = False
    short: str = ""
    also: bool = False
    name_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several records, told apart by which of the ``tags``' keys is present; ``default`` when none is."""

    tags: Mapping[str, Record]
    default: Record
    what: str = field(default="skill")


Shape: TypeAlias = Leaf | Words | Many | Table | MapOf | Record | Items | Choice

TEXT = Leaf("text")
EXPRESSION = Leaf("expression")
TYPE = Leaf("type")
CELL = Leaf("cell")
BOOL = Leaf("bool")
INT = Leaf("int")
ENTITY = Leaf("entity")
ROLE = Leaf("role")
PIPELINE = Leaf("pipeline")
ACTION = Leaf("action")
TIER = Leaf("tier")
PATH = Leaf("path")
