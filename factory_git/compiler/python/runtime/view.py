"""What is shown to whom: entities, panels and roles as data, and what is masked.

Pages, the command line and JSON all ask here, so that what one of them hides none
shows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import kit
from .acting import Action, Arg

MASK = "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who uses the application, and the classes of personal data it may see."""

    id: str
    title: str
    sees: tuple[str, ...] = ()


NOBODY = Role(id="", title="Everyone")
"""The role of an application without roles: it sees no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field as shown. ``ref`` is the list of the world that a reference leads to.

    ``via`` are the references that lead to the row whose field it is.
    """

    attribute: str
    field: str
    title: str
    kind: str
    unit: str = ""
    pii: str = ""
    ref: str = ""
    words: tuple[str, ...] = ()
    via: tuple[Column, ...] = ()

    def hidden(self, role: Role) -> bool:
        """Whether its values are kept from the role."""
        if any(column.hidden(role) for column in self.via):
            return True
        return bool(self.pii) and self.pii not in role.sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A kind of row. ``label`` is the column that stands for a row elsewhere."""

    attribute: str
    name: str
    title: str
    many: str
    columns: tuple[Column, ...]
    key: str = ""
    label: str = ""

    def column(self, attribute: str) -> Column:
        """The column of that attribute."""
        return next(c for c in self.columns if c.attribute == attribute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The rows of one entity on a panel. ``rows`` filters and sorts."""

    entity: str
    rows: Callable[[Any], list[Any]]
    columns: tuple[str | Column, ...] = ()

    def shown_of(self, entity: Entity) -> tuple[Column, ...]:
        """The columns of the entity that are shown, in the order asked for."""
        found = [c if isinstance(c, Column) else entity.column(c) for c in self.columns]
        return tuple(found) or entity.columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A page. No ``roles`` means all."""

    id: str
    title: str
    sections: tuple[Section, ...]
    first: bool = False
    roles: tuple[str, ...] = ()
    note: str = ""

    def open_to(self, role: Role) -> bool:
        """Whether the role may see the page."""
        return not self.roles or role.id in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline that can be run by hand, and what it asks for."""

    id: str
    title: str
    args: tuple[Arg, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A guardrail: its sentence and spec path."""

    name: str
    path: str
    executable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An application as it is shown."""

    title: str
    version: str
    purpose: str
    entities: tuple[Entity, ...]
    panels: tuple[Panel, ...]
    roles: tuple[Role, ...] = ()
    actions: tuple[Action, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    rules: tuple[Rule, ...] = ()
    disclaimers: tuple[str, ...] = ()

    def entity(self, name: str) -> Entity | None:
        """The entity of that list of the world, or that name."""
        return next((e for e in self.entities if name in (e.attribute, e.name)), None)

    def panel(self, name: str) -> Panel | None:
        """The panel of that id or title."""
        return next((p for p in self.panels if name in (p.id, p.title)), None)

    def role(self, name: str) -> Role:
        """The role of that id or title; kit.Missing names those there are."""
        if not name and not self.roles:
            return NOBODY
        for role in self.roles:
            if name in (role.id, role.title):
                return role
        known = ", ".join(r.id for r in self.roles) or "none"
        raise kit.Missing(f"there is no role {name!r} (has: {known})")

    def open_panels(self, role: Role) -> list[Panel]:
        """The panels the role may see, the first one first."""
        found = [p for p in self.panels if p.open_to(role)]
        return sorted(found, key=lambda p: not p.first)

    def open_rows(self, role: Role, entity: str, world: Any) -> list[Any]:
        """The rows of an entity that some panel shows to the role, in key order."""
        seen: dict[int, Any] = {}
        for panel in self.open_panels(role):
            for section in panel.sections:
                if section.entity == entity:
                    seen |= {id(row): row for row in section.rows(world)}
        return [row for row in getattr(world, entity) if id(row) in seen]


def value(
    app: App, column: Column, row: Any, find: Callable[[Entity, Any], Any]
) -> Any:
    """A column's value in a row. ``find`` gives the row of a key, or None."""
    for reference in column.via:
        entity, key = app.entity(reference.ref), getattr(row, reference.attribute)
        row = find(entity, key) if entity is not None and key is not None else None
        if row is None:
            return None
    return getattr(row, column.attribute)


def handle(entity: Entity, row: Any, role: Role, secret: bytes) -> str:
    """What names a row in a form or an address: its key, or a sign where it is hidden.

    The sign is made with the server's ``secret`` and tells nothing of the key.
    """
    if not entity.key:
        return ""
    key = str(getattr(row, entity.key))
    if not entity.column(entity.key).hidden(role):
        return key
    made = f"{entity.attribute}\0{key}".encode()
    return "~" + hmac.new(secret, made, hashlib.sha256).hexdigest()[:24]


def label(entity: Entity, row: Any, role: Role) -> str:
    """The words that stand for a row: its name, else its key, else the mask."""
    for attribute in (entity.label, entity.key):
        if attribute and not entity.column(attribute).hidden(role):
            found = getattr(row, attribute)
            if found not in (None, ""):
                return text(found)
    return MASK


def text(value: Any, digits: int = -1) -> str:
    """A value in plain words. ``digits`` pads decimals to so many places."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return decimal(value, digits)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(text(item) for item in value)
    return str(value)


def decimal(value: Decimal, digits: int = -1) -> str:
    """A decimal with no zeros it does not need, or padded to ``digits`` places."""
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    if plain in ("-0", ""):
        plain = "0"
    whole, _, part = plain.partition(".")
    if digits > len(part):
        part = part.ljust(digits, "0")
    return f"{whole}.{part}" if part else whole


def places(values: Sequence[Any]) -> int:
    """The places to pad a column of decimals to: 2 where one of them has many."""
    found = 0
    for value in values:
        if isinstance(value, Decimal):
            found = max(found, len(decimal(value).partition(".")[2]))
    return found if found <= 3 else 2


def shown(entity: Entity, row: Any, role: Role) -> dict[str, Any]:
    """A row as plain data for JSON and the command line, masked for the role."""
    found: dict[str, Any] = {}
    for column in entity.columns:
        value = getattr(row, column.attribute)
        if column.hidden(role) and value is not None:
            found[column.field] = MASK
        else:
            found[column.field] = plain(value)
    return found


def told(
    app: App, world: Any, columns: Sequence[Column], row: Any, role: Role
) -> dict[str, Any]:
    """Some fields of a row in words for a person: references by name, masked."""
    found: dict[str, Any] = {}
    for column in columns:
        held = value(app, column, row, lambda entity, key: _row(world, entity, key))
        if held is None:
            found[column.field] = None
        elif column.hidden(role):
            found[column.field] = MASK
        else:
            found[column.field] = _named(app, world, column, held, role)
    return found


def _row(world: Any, entity: Entity, key: Any) -> Any:
    rows = getattr(world, entity.attribute)
    return next((r for r in rows if getattr(r, entity.key) == key), None)


def _named(app: App, world: Any, column: Column, value: Any, role: Role) -> Any:
    entity = app.entity(column.ref) if column.ref else None
    if entity is None:
        return plain(value)
    if isinstance(value, tuple):
        return [_named(app, world, column, item, role) for item in value]
    found = _row(world, entity, value)
    return plain(value) if found is None else label(entity, found, role)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: decimals and dates as texts."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, dt.date):
        return value.isoformat()
    return text(value) if isinstance(value, Decimal) else str(value)


def rank(value: Any, words: tuple[str, ...] = (), *, down: bool = False) -> Any:
    """A sort key: words in their declared order; missing values last, either way."""
    if value is None:
        return (1, 0)
    key: Any = words.index(value) if value in words else kit.key_order(value)
    return (0, kit.Descending(key) if down else key)
