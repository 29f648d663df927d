"""The modes and formats there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from factory_git.render import dot, flowchart, json_text, mermaid, mindmap, relations, svg
from factory_git.render.picture import Picture
from factory_git.spec.graph import Graph

# The board is drawn from records, not from a spec: see factory_git.render.board.
MODES: Mapping[str, Callable[[Graph], Picture]] = {
    "flowchart": flowchart.draw,
    "mindmap": mindmap.draw,
    "graph": relations.draw,
}
FORMATS: Mapping[str, Callable[[Picture], str]] = {
    "mermaid": mermaid.write,
    "dot": dot.write,
    "svg": svg.write,
    "json": json_text.write,
}
