"""The text of a drafted spec: canonical YAML, one item a node, as ``spec fmt`` would leave it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from factory_git.app.adopt_draft import Draft, Entity, Panel, Pipeline
from factory_git.core.ids import slug
from factory_git.spec.schema import FORMAT

_PLAIN = re.compile(r"[A-Za-z_./][\w ./:@+$~\\()-]*(?<! )")
_WORDS = frozenset(
    {"true", "false", "null", "yes", "no", "on", "off", "True", "False", "Null", "NULL", "TRUE", "FALSE"}
)
_WIDTH = 118

LAYERS = ("data_contracts", "workflows", "interface")
LISTS: Mapping[str, str] = {"data_contracts": "entities", "workflows": "pipelines", "interface": "panels"}
"""Layer → the list in it that adopted nodes go to."""


def spec(draft: Draft) -> str:
    """A whole spec."""
    parts = [f"factory: {FORMAT}\napp: {{id: {quoted(slug(draft.name) or 'app')}, title: {quoted(draft.name)}}}\n"]
    for layer, items in items_of(draft).items():
        if items:
            parts.append("\n".join([f"{layer}:", f"  {LISTS[layer]}:", *_indented(items, 4)]) + "\n")
    parts.append("\n".join(code(draft)) + "\n")
    return "\n".join(parts)


def code(draft: Draft) -> list[str]:
    """The layer that says that people write the code, and where."""
    return ["code:", f"  language: {draft.language}", "  default: bound", "  paths:", *paths(draft.paths)]


def paths(folders: Iterable[str]) -> list[str]:
    """The items of ``code.paths``."""
    return [f"    - {quoted(folder)}" for folder in folders]


def items_of(draft: Draft) -> dict[str, list[list[str]]]:
    """Layer → the lines of each item of its list, from column 0."""
    return {
        "data_contracts": [_entity(one) for one in draft.entities],
        "workflows": [_pipeline(one) for one in draft.pipelines],
        "interface": [_panel(one) for one in draft.panels],
    }


def _indented(items: Iterable[Sequence[str]], by: int) -> list[str]:
    return [f"{' ' * by}{line}" for item in items for line in item]


def _entity(one: Entity) -> list[str]:
    head = f"- name: {quoted(one.name)}"
    out = [head, f"  code: {quoted(one.at)}"]
    if one.personal:
        out.append(f"  x-looks-personal: [{', '.join(one.personal)}]")
    if one.fields:
        out.append("  fields:")
        out += [f"    {field.name}: {_type(field.type)}" for field in one.fields]
    return out


def _type(text: str) -> str:
    return quoted(text) if text else "any"


def _pipeline(one: Pipeline) -> list[str]:
    out = [f"- name: {quoted(one.name)}", f"  code: {quoted(one.at)}", "  steps:"]
    return out + [f"    - {{name: {quoted(step.name)}, code: {quoted(step.at)}}}" for step in one.steps]


def _panel(one: Panel) -> list[str]:
    shows = f", shows: [{', '.join(quoted(name) for name in one.shows)}]" if one.shows else ""
    line = f"- {{name: {quoted(one.name)}{shows}, code: {quoted(one.at)}}}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"- name: {quoted(one.name)}", *([f"  shows: {shows[9:]}"] if shows else []), f"  code: {quoted(one.at)}"]


def quoted(text: str) -> str:
    """A text as a YAML scalar that is read as that text, within brackets, too."""
    if _PLAIN.fullmatch(text) and text not in _WORDS and ": " not in text and not text.endswith(":"):
        return text
    if text.endswith("?") and _PLAIN.fullmatch(text[:-1]) and text[:-1] not in _WORDS and ": " not in text:
        return text
    return json.dumps(text, ensure_ascii=False)
