"""Board: what the application wants to become, by how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from factory_git.render.picture import Group, Item, Picture

STATES = ("backlog", "in progress", "review", "done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One desire or morph: ``state`` is one of :data:`STATES`, ``note`` its risk or what it waits for."""

    id: str
    label: str
    state: str
    note: str = ""


def draw(title: str, cards: Sequence[Card]) -> Picture:
    """The cards in four columns, each column in the order given. An empty column is drawn too."""
    groups = tuple(Group(id=state.replace(" ", "_"), label=_heading(state, cards)) for state in STATES)
    items = tuple(
        Item(id=card.id, label=card.label, kind="card", note=card.note, group=card.state.replace(" ", "_"))
        for card in cards
    )
    return Picture(mode="board", title=title, layout="columns", items=items, groups=groups)


def _heading(state: str, cards: Sequence[Card]) -> str:
    return f"{state.capitalize()} ({sum(card.state == state for card in cards)})"
