"""What can be done to a spec: six operations, each on an address.

A list is addressed by its key (``evidence_policy.sources``, ``workflows.pipelines.p.steps``), a node by its id below
that, a layer by its name, the spec itself by the empty path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Key: TypeAlias = "str | tuple[str, ...]"
"""A key of a node, or the way to one inside of its attributes: ``("set", "qty")``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """An entry with the very text it has in another file.

    ``lines`` begin at the entry's own column: its comments, then the dash or the key, then all that is below it.
    ``item`` is what it says, as plain data, for where the text does not fit.
    """

    lines: tuple[str, ...]
    item: Any
    dash: bool = False  # whether it is an entry of a list, else of a mapping


@dataclass(frozen=True, slots=True)
class Insert:
    """A node put into the list ``at``: after or before the node with this id, else at the end.

    ``item`` is a name or a mapping with ``name``. A list or layer that is missing is made.
    """

    at: str
    item: str | Mapping[str, Any] | Text
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """A node taken out with its comments; a list that it leaves empty goes too, and a layer that this leaves empty."""

    path: str


@dataclass(frozen=True, slots=True)
class Set:
    """An attribute of a node, layer or (empty path) of the spec given a value, whether it had one or not."""

    path: str
    key: Key
    value: Any


@dataclass(frozen=True, slots=True)
class Unset:
    """An attribute taken out."""

    path: str
    key: Key


@dataclass(frozen=True, slots=True)
class Rename:
    """A node given another name; where its id changes by that, ``was`` says what it was.

    What refers to the node by name is not touched: say so with further operations.
    """

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """A node put after or before another one of its list, else at the end."""

    path: str
    after: str | None = None
    before: str | None = None


Op: TypeAlias = Insert | Remove | Set | Unset | Rename | Move
