"""How one value looks: a number with its unit, a date, a state, a link to a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from .. import kit, view
from .markup import NOTHING, Markup, element, join

MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
MONEY = ("EUR", "USD", "GBP", "CHF", "CAD", "AUD")
LONG = 160

WORDS: Mapping[str, str] = {
    "bad": "critical urgent rejected refused expired failed blocked overdue breached "
    "denied severe lapsed",
    "warn": "high warning pending waiting review in_review submitted unpaid rfe "
    "appeal disputed",
    "mild": "medium moderate draft open preparing partial",
    "good": "approved done sent granted ok resolved complete completed signed paid "
    "active delivered",
}
TONES = {word: tone for tone, words in WORDS.items() for word in words.split()}
"""Words of an enumeration that have a colour; any other is grey."""

DUE = ("due", "deadline", "expires", "expiry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """A world as one role sees it on one day. ``secret`` signs what it may not read."""

    app: view.App
    world: Any
    role: view.Role
    today: dt.date
    secret: bytes
    places: dict[str, dict[Any, int]] = field(default_factory=dict)
    opened: dict[str, frozenset[int]] = field(default_factory=dict)

    def row(self, entity: view.Entity, key: Any) -> Any:
        """The row of that key, or None."""
        rows = getattr(self.world, entity.attribute)
        places = self.places.setdefault(entity.attribute, {})
        return kit.find(rows, places, key, entity.key)

    def value(self, column: view.Column, row: Any) -> Any:
        """A column's value in a row."""
        return view.value(self.app, column, row, self.row)

    def opens(self, entity: view.Entity, row: Any) -> bool:
        """Whether the role may open the row on a page of its own."""
        if not entity.key:
            return False
        name = entity.attribute
        if name not in self.opened:
            rows = self.app.open_rows(self.role, name, self.world)
            self.opened[name] = frozenset(id(r) for r in rows)
        return id(row) in self.opened[name]

    def handle(self, entity: view.Entity, row: Any) -> str:
        """What names the row in forms and queries."""
        return view.handle(entity, row, self.role, self.secret)

    def find(self, entity: view.Entity, handle: str) -> Any:
        """The row of a handle, or None."""
        rows = getattr(self.world, entity.attribute)
        same = (row for row in rows if self.handle(entity, row) == handle)
        return next(same, None) if handle else None

    def address(self, entity: view.Entity, row: Any) -> str:
        """The page of a row. The key stands in the query: logs have paths only."""
        return f"/row/{entity.attribute}?" + urlencode({"is": self.handle(entity, row)})


def masked() -> Markup:
    """What stands for a value that the role may not see."""
    return element(
        "span",
        view.MASK,
        css="mask",
        title="Hidden: personal data",
        aria_label="hidden",
    )


def cell(
    lens: Lens,
    column: view.Column,
    row: Any,
    digits: int = -1,
    refs: frozenset[str] = frozenset(),
) -> Markup:
    """One value of a row. ``refs`` are the kinds of rows named beside it already."""
    value = lens.value(column, row)
    if value is None or value == "":
        return element("span", "–", css="none", aria_label="empty")
    if column.hidden(lens.role):
        return masked()
    if column.ref:
        return reference(lens, column, value, refs)
    if column.words:
        return state(str(value))
    if isinstance(value, bool):
        return element("span", view.text(value), css="state plain")
    if isinstance(value, Decimal | int):
        return number(value, column.unit, digits)
    if isinstance(value, dt.date):
        return date(value, column, lens.today)
    return prose(view.text(value))


def reference(
    lens: Lens, column: view.Column, value: Any, refs: frozenset[str] = frozenset()
) -> Markup:
    """References as the names of what they lead to, links where the role may follow."""
    entity = lens.app.entity(column.ref)
    parts: list[str] = []
    for key in value if isinstance(value, tuple) else (value,):
        row = lens.row(entity, key) if entity else None
        if entity is None or row is None:
            parts += [", "] * bool(parts) + [str(key)]
            continue
        words = one_word(view.label(entity, row, lens.role))
        if lens.opens(entity, row):
            words = element("a", words, href=lens.address(entity, row))
        more = beside(lens, entity, row, refs)
        also = [" ", element("small", more, css="beside")] if more else []
        parts += [", "] * bool(parts) + [words, *also]
    return join(parts)


def beside(
    lens: Lens, entity: view.Entity, row: Any, refs: frozenset[str] = frozenset()
) -> str:
    """What says more of a row that only has a key: the name of what it refers to."""
    if entity.label:
        return ""
    for column in entity.columns:
        other = lens.app.entity(column.ref) if column.ref else None
        value = getattr(row, column.attribute)
        if column.ref in refs:
            continue
        if other and other.label and value is not None and not column.hidden(lens.role):
            found = None if isinstance(value, tuple) else lens.row(other, value)
            words = view.label(other, found, lens.role) if found is not None else ""
            return "" if words == view.MASK else words
    return ""


def state(word: str) -> Markup:
    """A word of an enumeration, in its colour."""
    tone = TONES.get(word.lower(), "plain")
    return element("span", word.replace("_", " "), css=f"state {tone}")


def number(value: Decimal | int, unit: str, digits: int) -> Markup:
    """A number with its unit; money has two places at least."""
    if unit.partition("/")[0] in MONEY and digits >= 0:
        digits = max(digits, 2)
    words = grouped(view.text(value, digits))
    after = element("span", f"\u202f{unit}", css="unit") if unit else NOTHING
    return element("span", words, after, css="number")


def grouped(words: str) -> str:
    """Digits in threes from five digits on, with narrow spaces."""
    whole, point, part = words.partition(".")
    sign = "-" if whole.startswith("-") else ""
    bare = whole.lstrip("-")
    if len(bare) > 4 and bare.isdigit():
        bare = f"{int(bare):,}".replace(",", "\u202f")
    return ("\u2212" if sign else "") + bare + point + part


def day(value: dt.date) -> str:
    """``9 Jun 2026``."""
    return f"{value.day}\u00a0{MONTHS[value.month - 1]}\u00a0{value.year}"


def date(value: dt.date, column: view.Column, today: dt.date) -> Markup:
    """A day; for what is due also how far away it is."""
    words = day(value)
    if isinstance(value, dt.datetime):
        words += f"\u00a0{value:%H:%M}"
    shown = element("time", words, datetime=value.isoformat())
    named = column.attribute.lower().split("_")
    if any(word in named for word in DUE) and not isinstance(value, dt.datetime):
        return join([shown, " ", until(value, today)])
    return shown


def until(value: dt.date, today: dt.date) -> Markup:
    """How far away a day is, in the colour of its urgency."""
    left = (value - today).days
    if left < 0:
        words, tone = f"{-left}\u00a0d overdue", "bad"
    elif left == 0:
        words, tone = "today", "bad"
    else:
        words, tone = f"in\u00a0{left}\u00a0d", "warn" if left <= 7 else "plain"
    return element("small", words, css=f"until {tone}")


def prose(words: str) -> Markup:
    """A text; a long one is cut by the page, whole on the row's own."""
    if is_long(words):
        return element("span", words, css="long")
    return one_word(words)


def one_word(words: str) -> Markup:
    """A text; a short one without spaces, such as a key, is never broken."""
    if len(words) <= 16 and " " not in words:
        return element("span", words, css="word")
    return join([words])


def is_long(value: object) -> bool:
    """Whether a value is a text that needs room of its own."""
    return isinstance(value, str) and (len(value) > LONG or "\n" in value)
