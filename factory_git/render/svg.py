"""``svg``: a drawing that needs no program to be drawn: GitHub shows it where a file or a README names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from factory_git.render.layout import LINE, Box, place
from factory_git.render.picture import Arrow, Group, Item, Picture

_MARGIN = 24
_COLOURS: Mapping[str, tuple[str, str]] = {
    "stored": ("#dbeafe", "#1d4ed8"),
    "made": ("#dcfce7", "#15803d"),
    "gate": ("#fef3c7", "#b45309"),
    "guardrail": ("#fee2e2", "#b91c1c"),
    "panel": ("#f3e8ff", "#7e22ce"),
    "hole": ("#ffffff", "#b91c1c"),
}
_PLAIN = ("#f8fafc", "#475569")


def write(picture: Picture) -> str:
    """The picture as one SVG document, with a title for screen readers, readable on light and dark pages."""
    boxes = place(picture)
    frames = {group.id: _frame(picture, group, boxes) for group in picture.groups}
    left, top, right, bottom = _bounds([*boxes.values(), *(frame for frame in frames.values() if frame)])
    width, height = right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN
    view = f"{left - _MARGIN:.0f} {top - _MARGIN:.0f} {width:.0f} {height:.0f}"
    body = "\n".join(_body(picture, boxes, frames))
    paper = Box(left - _MARGIN, top - _MARGIN, width, height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label={quoteattr(_said(picture.title))} font-family="sans-serif" font-size="13">\n'
        f"<title>{_xml(picture.title)}</title>\n{_HEAD}\n"
        f"{_rect(paper, '#fff', 'none', '0')}\n"
        f"{body}\n</svg>"
    )


_HEAD = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#475569"/></marker></defs>'
)


def _body(picture: Picture, boxes: Mapping[str, Box], frames: Mapping[str, Box | None]) -> Iterator[str]:
    for group in picture.groups:
        if frame := frames[group.id]:
            yield _drawn_frame(group, frame)
    for arrow in picture.arrows:
        yield _arrow(arrow, boxes, sideways=picture.layout == "tree")
    for item in picture.items:
        yield _box(item, boxes[item.id])


def _frame(picture: Picture, group: Group, boxes: Mapping[str, Box]) -> Box | None:
    """The frame of a column. In layers the items of a group stand apart: colours and notes tell them there."""
    if picture.layout != "columns":
        return None
    inside = [boxes[item.id] for item in picture.within(group.id)]
    at = list(picture.groups).index(group)
    before = [boxes[item.id] for g in picture.groups[:at] for item in picture.within(g.id)]
    if not inside:
        left = max((b.x + b.width + 52 for b in before), default=0.0) if before else at * 216.0
        return Box(left - 12, 0, 164, LINE + 60)
    left, _, right, bottom = _bounds(inside)
    return Box(left - 12, 0, right - left + 24, bottom + 12)


def _bounds(boxes: list[Box]) -> tuple[float, float, float, float]:
    if not boxes:
        return 0, 0, 100, 40
    return (
        min(b.x for b in boxes),
        min(b.y for b in boxes),
        max(b.x + b.width for b in boxes),
        max(b.y + b.height for b in boxes),
    )


def _drawn_frame(group: Group, frame: Box) -> str:
    rect = _rect(frame, "#f1f5f9", "#cbd5e1", "6")
    return (
        f'{rect}<text x="{frame.x + 12:.0f}" y="{LINE + 4}" font-weight="bold" fill="#111">{_xml(group.label)}</text>'
    )


def _box(item: Item, box: Box) -> str:
    fill, stroke = _COLOURS.get(item.kind, _PLAIN)
    dash = ' stroke-dasharray="4"' if item.kind == "hole" else ""
    middle = f'x="{box.middle:.0f}" text-anchor="middle"'
    lines = f'<text {middle} y="{box.y + LINE + 3:.0f}" fill="#111">{_xml(item.label)}</text>'
    if item.note:
        y = box.y + 2 * LINE + 1
        lines += f'<text {middle} y="{y:.0f}" fill="#475569" font-size="11">{_xml(item.note)}</text>'
    return f"<g><title>{_xml(item.id)}</title>{_rect(box, fill, stroke, '10', dash)}{lines}</g>"


def _rect(box: Box, fill: str, stroke: str, radius: str, more: str = "") -> str:
    return (
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="{radius}" '
        f'fill="{fill}" stroke="{stroke}"{more}/>'
    )


def _arrow(arrow: Arrow, boxes: Mapping[str, Box], *, sideways: bool) -> str:
    one, other = boxes[arrow.source], boxes[arrow.target]
    if sideways:
        x1, y1, x2, y2 = one.x + one.width, one.y + one.height / 2, other.x, other.y + other.height / 2
        curve = f"C{(x1 + x2) / 2:.0f} {y1:.0f} {(x1 + x2) / 2:.0f} {y2:.0f}"
    else:
        down = other.y >= one.y
        x1, y1 = one.middle, one.y + (one.height if down else 0)
        x2, y2 = other.middle, other.y + (0 if down else other.height)
        curve = f"C{x1:.0f} {(y1 + y2) / 2:.0f} {x2:.0f} {(y1 + y2) / 2:.0f}"
    dash = ' stroke-dasharray="5 4"' if arrow.dashed else ""
    tip = "" if sideways else ' marker-end="url(#tip)"'
    path = f'<path d="M{x1:.0f} {y1:.0f}{curve} {x2:.0f} {y2:.0f}" fill="none" stroke="#64748b"{dash}{tip}/>'
    if not arrow.label:
        return path
    at = f'x="{(x1 + x2) / 2:.0f}" y="{(y1 + y2) / 2:.0f}"'
    return f'{path}<text {at} font-size="10" fill="#475569" text-anchor="middle">{_xml(arrow.label)}</text>'


def _xml(text: str) -> str:
    return escape(_said(text))


def _said(text: str) -> str:
    """Text without the control characters that XML has no place for."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
