"""``dot``: text for Graphviz. Language: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory_git.render.picture import Item, Picture

_SHAPES: Mapping[str, str] = {
    "stored": "cylinder",
    "gate": "hexagon",
    "guardrail": "octagon",
    "panel": "tab",
    "card": "note",
}


def write(picture: Picture) -> str:
    """The picture as a directed graph."""
    return "\n".join(_lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield f"digraph {_quoted(picture.title)} {{"
    yield f"  rankdir={'TB' if picture.layout == 'layers' else 'LR'};"
    yield '  node [shape=box, fontname="sans-serif", style=rounded];'
    grouped = {group.id for group in picture.groups}
    for number, group in enumerate(picture.groups):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={_quoted(group.label)};"
        yield from (f"    {_box(item)}" for item in picture.within(group.id))
        yield "  }"
    yield from (f"  {_box(item)}" for item in picture.items if item.group not in grouped)
    for arrow in picture.arrows:
        said = [f"label={_quoted(arrow.label)}"] if arrow.label else []
        said += ["style=dashed"] if arrow.dashed else []
        how = f" [{', '.join(said)}]" if said else ""
        yield f"  {_quoted(arrow.source)} -> {_quoted(arrow.target)}{how};"
    yield "}"


def _box(item: Item) -> str:
    label = f"{item.label}\n{item.note}" if item.note else item.label
    shape = f", shape={_SHAPES[item.kind]}" if item.kind in _SHAPES else ""
    return f"{_quoted(item.id)} [label={_quoted(label)}{shape}];"


def _quoted(text: str) -> str:
    """A quoted string: a backslash is doubled, for Graphviz reads ``\\n`` and the like in labels."""
    body = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "\\n")
    return f'"{body}"'
