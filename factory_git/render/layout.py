"""Where the items of a picture stand, in pixels.

``layers`` puts an item below everything that leads to it (longest path, arrows that close a circle left out of account)
and orders each layer by the mean place of its neighbours, in the manner of Sugiyama, Tagawa and Toda: Methods for
visual understanding of hierarchical system structures, 1981. ``tree`` gives each leaf a line and each depth a column.
``columns`` stacks the items of each group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from factory_git.render.picture import Item, Picture

LETTER, LINE, GAP = 7.2, 18, 28
_WIDEST = 12  # items side by side; a layer with more goes on below


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Its centre from left to right."""
        return self.x + self.width / 2


def place(picture: Picture) -> Mapping[str, Box]:
    """The box of each item."""
    if picture.layout == "tree":
        return _tree(picture)
    return _columns(picture) if picture.layout == "columns" else _layers(picture)


def width(text: str) -> float:
    """About how wide a text is drawn: wide characters (CJK, most symbols) count twice."""
    return sum(LETTER if ord(letter) < 0x1100 else 2 * LETTER for letter in text)


def _size(item: Item) -> tuple[float, float]:
    return max(width(item.label), width(item.note), 40) + 24, LINE * (2 if item.note else 1) + 14


def _columns(picture: Picture) -> Mapping[str, Box]:
    out: dict[str, Box] = {}
    left = 0.0
    for group in picture.groups:
        items = picture.within(group.id)
        wide = max([_size(item)[0] for item in items] + [width(group.label) + 24, 140])
        top = LINE + 24.0
        for item in items:
            out[item.id] = Box(left, top, wide, _size(item)[1])
            top += _size(item)[1] + 12
        left += wide + GAP + 24
    return out


def _tree(picture: Picture) -> Mapping[str, Box]:
    below: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        below.setdefault(arrow.source, []).append(arrow.target)
    items = {item.id: item for item in picture.items}
    order: list[tuple[str, int]] = []
    stack = [(picture.items[0].id, 0)]
    while stack:
        one, depth = stack.pop()
        order.append((one, depth))
        stack.extend((child, depth + 1) for child in reversed(below.get(one, [])))
    lefts = _depths([(items[one], depth) for one, depth in order])
    tops: dict[str, float] = {}
    line = 0
    for one, _ in order:
        if not below.get(one):
            tops[one] = line * (LINE + 20.0)
            line += 1
    for one, _ in reversed(order):
        if below.get(one):
            tops[one] = (tops[below[one][0]] + tops[below[one][-1]]) / 2
    return {one: Box(lefts[depth], tops[one], *_size(items[one])) for one, depth in order}


def _depths(order: Sequence[tuple[Item, int]]) -> list[float]:
    """The left edge of each depth of a tree."""
    widest: dict[int, float] = {}
    for item, depth in order:
        widest[depth] = max(widest.get(depth, 0), _size(item)[0])
    lefts = [0.0]
    for depth in range(max(widest)):
        lefts.append(lefts[-1] + widest[depth] + 2 * GAP)
    return lefts


def _layers(picture: Picture) -> Mapping[str, Box]:
    ranks = _ranks(picture)
    rows: dict[int, list[str]] = {}
    for item in picture.items:
        rows.setdefault(ranks[item.id], []).append(item.id)
    layers = [rows[rank] for rank in sorted(rows)]
    _untangle(picture, layers)
    items = {item.id: item for item in picture.items}
    lines = [layer[at : at + _WIDEST] for layer in layers for at in range(0, len(layer), _WIDEST)]
    wide = max((sum(_size(items[one])[0] + GAP for one in line) for line in lines), default=0)
    out: dict[str, Box] = {}
    top = 0.0
    for line in lines:
        left = (wide - sum(_size(items[one])[0] + GAP for one in line)) / 2
        for one in line:
            out[one] = Box(left, top, *_size(items[one]))
            left += _size(items[one])[0] + GAP
        top += max(_size(items[one])[1] for one in line) + 2 * GAP
    return out


def _ranks(picture: Picture) -> Mapping[str, int]:
    """The layer of each item: one below the lowest of those that lead to it."""
    below: dict[str, list[str]] = {item.id: [] for item in picture.items}
    for arrow in picture.arrows:
        below[arrow.source].append(arrow.target)
    order = _finished(below)
    place_of = {one: number for number, one in enumerate(order)}
    ranks = dict.fromkeys(order, 0)
    for one in order:
        for other in below[one]:
            if place_of[other] > place_of[one]:  # an arrow back closes a circle and counts for nothing
                ranks[other] = max(ranks[other], ranks[one] + 1)
    return ranks


def _finished(below: Mapping[str, Sequence[str]]) -> list[str]:
    """The items in an order in which arrows lead forward, but those that close a circle (depth-first, reversed)."""
    done: list[str] = []
    seen: set[str] = set()
    for start in below:
        stack = [(start, iter(below[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            one, rest = stack[-1]
            other = next((o for o in rest if o not in seen), None)
            if other is None:
                done.append(one)
                stack.pop()
            else:
                seen.add(other)
                stack.append((other, iter(below[other])))
    return done[::-1]


def _untangle(picture: Picture, layers: list[list[str]]) -> None:
    """Order each layer by where its neighbours stand, down and up again, four times."""
    near: dict[str, list[str]] = {item.id: [] for item in picture.items}
    for arrow in picture.arrows:
        near[arrow.source].append(arrow.target)
        near[arrow.target].append(arrow.source)
    at = {one: number / max(len(layer), 1) for layer in layers for number, one in enumerate(layer)}
    for turn in range(8):
        for layer in layers if turn % 2 == 0 else layers[::-1]:
            means = {one: sum(at[o] for o in near[one]) / len(near[one]) if near[one] else at[one] for one in layer}
            layer.sort(key=means.__getitem__)
            for number, one in enumerate(layer):
                at[one] = number / max(len(layer), 1)
