"""A picture before it is drawn: items, arrows, groups. Every mode makes one, every format draws one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One box. ``id`` is unique in its picture; ``kind`` (entity, step, gate …) gives its shape and colour.

    ``note`` is a second, smaller line. ``group`` is the id of the group it stands in, or empty.
    """

    id: str
    label: str
    kind: str
    note: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """From one item to another. A ``dashed`` one is a relation, a plain one a flow."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A frame with a title."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A whole picture.

    ``layout`` is how the items stand: ``layers`` (along the arrows), ``tree`` (root at the left), ``columns`` (a group
    each). A tree's arrows lead from parent to child, and its first item is the root.
    """

    mode: str
    title: str
    layout: str
    items: tuple[Item, ...]
    arrows: tuple[Arrow, ...] = ()
    groups: tuple[Group, ...] = ()

    def within(self, group: str) -> tuple[Item, ...]:
        """The items of a group, in order; of no group for the empty id."""
        return tuple(one for one in self.items if one.group == group)
