"""``mermaid``: text that GitHub, GitLab and many editors draw. Syntax: https://mermaid.js.org/intro/syntax-reference.html."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from factory_git.render.picture import Item, Picture

# Opening and closing of a shape, by kind; plain boxes else.
_SHAPES: Mapping[str, tuple[str, str]] = {
    "stored": ("[(", ")]"),
    "gate": ("{{", "}}"),
    "guardrail": ("{{", "}}"),
    "panel": ("([", "])"),
    "hole": ("[/", "/]"),
}
_CLASSES: Mapping[str, str] = {
    "stored": "fill:#dbeafe,stroke:#1d4ed8,color:#111",
    "made": "fill:#dcfce7,stroke:#15803d,color:#111",
    "gate": "fill:#fef3c7,stroke:#b45309,color:#111",
    "guardrail": "fill:#fee2e2,stroke:#b91c1c,color:#111",
    "panel": "fill:#f3e8ff,stroke:#7e22ce,color:#111",
    "hole": "fill:#fff,stroke:#b91c1c,stroke-dasharray:4,color:#111",
}
_SPECIAL = re.compile(r"[\"#&<>`;{}\[\]()|\\]")


def write(picture: Picture) -> str:
    """The picture as a Mermaid diagram: a ``mindmap`` for trees, a ``flowchart`` else."""
    lines = _tree(picture) if picture.layout == "tree" else _flow(picture)
    return "\n".join(lines)


def _flow(picture: Picture) -> Iterator[str]:
    names = {item.id: f"n{number}" for number, item in enumerate(picture.items)}
    yield f"flowchart {'LR' if picture.layout == 'columns' else 'TD'}"
    yield f"  accTitle: {_plain(picture.title)}"
    for number, group in enumerate(picture.groups):
        yield f'  subgraph g{number}["{_text(group.label)}"]'
        yield "    direction TB"
        yield from (f"    {_box(names, item)}" for item in picture.within(group.id))
        yield "  end"
    grouped = {group.id for group in picture.groups}
    yield from (f"  {_box(names, item)}" for item in picture.items if item.group not in grouped)
    if picture.layout == "columns":  # invisible: without it the columns stand one below the other
        yield "  " + " ~~~ ".join(f"g{number}" for number in range(len(picture.groups)))
    for arrow in picture.arrows:
        line = "-.->" if arrow.dashed else "-->"
        label = f'|"{_text(arrow.label)}"|' if arrow.label else ""
        yield f"  {names[arrow.source]} {line}{label} {names[arrow.target]}"
    for kind in dict.fromkeys(item.kind for item in picture.items):
        if kind in _CLASSES:
            yield f"  classDef {kind} {_CLASSES[kind]}"


def _box(names: Mapping[str, str], item: Item) -> str:
    left, right = _SHAPES.get(item.kind, ("[", "]"))
    note = f"<br/><small>{_text(item.note)}</small>" if item.note else ""
    tail = f":::{item.kind}" if item.kind in _CLASSES else ""
    return f'{names[item.id]}{left}"{_text(item.label)}{note}"{right}{tail}'


def _tree(picture: Picture) -> Iterator[str]:
    yield "mindmap"
    below: dict[str, list[str]] = {}
    for arrow in picture.arrows:
        below.setdefault(arrow.source, []).append(arrow.target)
    items = {item.id: item for item in picture.items}
    names = {item.id: f"n{number}" for number, item in enumerate(picture.items)}
    stack = [(picture.items[0].id, 1)]
    while stack:
        one, depth = stack.pop()
        left, right = ("((", "))") if depth == 1 else ("[", "]")
        yield f'{"  " * depth}{names[one]}{left}"{_text(items[one].label)}"{right}'
        stack.extend((child, depth + 1) for child in reversed(below.get(one, [])))


def _text(text: str) -> str:
    """A label's text: what Mermaid or HTML would take for itself as character codes."""
    return _SPECIAL.sub(lambda m: f"#{ord(m.group())};", " ".join(text.split()))


def _plain(text: str) -> str:
    """A title's text, which knows no codes and ends with its line."""
    return " ".join(_SPECIAL.sub(" ", text).split()) or "spec"
