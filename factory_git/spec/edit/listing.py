"""A file of a spec as plain lines, a node with its attributes after the other: what a diff by lines shows nodes of.

However a file is written, the same spec gives the same lines: nodes by address (in their own order where that means
something), attributes by key. Comments stand with the node that they are about.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from factory_git.core import yaml
from factory_git.core.errors import Place, SpecError
from factory_git.core.ids import SpecPath, slug
from factory_git.core.yaml_text import decode
from factory_git.spec.edit.comments import comments
from factory_git.spec.expand import Expander
from factory_git.spec.load import ENTITY_FOLDER, plain
from factory_git.spec.schema import ENTITIES, LAYERS, SPEC
from factory_git.spec.shapes import Choice, Items, Record, Shape

# As in factory_git.spec.graph, which costs more to import than this whole page.
ORDERED = frozenset(("steps", "fields", "panels", "trust_tiers", "done"))
NODE = r"^([a-z][a-z0-9_]*(\.[a-z0-9_]+)*)$"
"""A node's own line, as a regular expression of Git's ``xfuncname``."""

_ENTITY_LIST = f"{ENTITY_FOLDER}.entities"


def listing(content: bytes, file: str) -> str:
    """The lines of the file: a spec, a part of one, or one entity. What is none of these is given as it is.

    Raises :class:`SpecError` for what is not even text.
    """
    text = decode(content, file)
    try:
        tree = yaml.parse(content, file)
        said = comments(text, file)
    except SpecError:
        return text
    expander = Expander()
    if not isinstance(tree, yaml.Mapping):
        return text
    if "name" in tree.entries and "app" not in tree.entries:
        raw = plain(expander.expand(yaml.Sequence([tree], file, 1, 1), ENTITIES, _ENTITY_LIST))
        lines = list(_items(_ENTITY_LIST, raw, ENTITIES))
    else:
        lines = list(_layers(plain(expander.record(tree, SPEC, ""))))
    if any(problem.path or problem.code != "spec/missing-key" for problem in expander.problems):
        return text  # something would be left out
    return _page(lines, _placed(text, said, expander.places))


def addresses(content: bytes, file: str) -> list[tuple[int, str]]:
    """The lines on which nodes begin, in order, each with its address; none where the file cannot be read."""
    try:
        tree = yaml.parse(content, file)
    except SpecError:
        return []
    expander = Expander()
    if isinstance(tree, yaml.Mapping) and "name" in tree.entries:
        expander.expand(yaml.Sequence([tree], file, 1, 1), ENTITIES, _ENTITY_LIST)
    elif isinstance(tree, yaml.Mapping):
        expander.record(tree, SPEC, "")
    return sorted((place.line, str(path)) for path, place in expander.places.items())


def _layers(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(address, line) of everything; a node's own line is its address."""
    own = {key: value for key, value in raw.items() if not isinstance(LAYERS.get(key), Record | Items)}
    for key in sorted(own):
        yield "", f"{key}: {_flat(own[key])}"
    for key, shape in LAYERS.items():
        if key in raw and key not in own:
            yield from _items(key, raw[key], shape) if isinstance(shape, Items) else _node(key, raw[key], shape)


def _node(path: str, raw: Mapping[str, Any], shape: Shape) -> Iterator[tuple[str, str]]:
    record = shape if isinstance(shape, Record) else _chosen(shape, raw)
    lists = {key: below for key, below in record.keys.items() if isinstance(below, Items) and key in raw}
    yield path, path
    silent = {"id", "name"} if raw.get("name") == raw.get("id") else {"id"} if "name" in raw else set()
    if raw.get("id") != slug(str(raw.get("name", ""))):
        silent -= {"id"}
    for key in sorted(raw.keys() - lists.keys() - silent, key=lambda k: (k != "name", k)):
        for name, value in _leaves(key, raw[key]):
            yield path, f"  {name}: {_flat(value)}"
    for key, below in lists.items():
        yield from _items(f"{path}.{key}", raw[key], below)


def _chosen(shape: Shape, raw: Mapping[str, Any]) -> Record:
    assert isinstance(shape, Choice)
    return next((record for tag, record in shape.tags.items() if tag in raw), shape.default)


def _items(path: str, raw: list[Mapping[str, Any]], shape: Items) -> Iterator[tuple[str, str]]:
    keeps = path.rpartition(".")[2] in ORDERED
    for item in raw if keeps else sorted(raw, key=lambda one: str(one["id"])):
        yield from _node(f"{path}.{item['id']}", item, shape.item)


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for below, held in value.items():
            yield from _leaves(f"{key}.{below}", held)
    else:
        yield key, value


def _flat(value: Any) -> str:
    if isinstance(value, str) and "\n" not in value:
        return value
    return json.dumps(value, ensure_ascii=False, default=lambda one: str(one) if isinstance(one, Decimal) else None)


# -- comments ---------------------------------------------------------------------------------------------------------


def _placed(text: str, said: list[tuple[int, str]], places: Mapping[SpecPath, Place]) -> dict[str, list[str]]:
    """Address → the comments about what stands there."""
    lines = text.split("\n")
    by_line: dict[int, str] = {}
    for path, place in places.items():
        if by_line.get(place.line, "") in path:  # the innermost of what begins on one line
            by_line[place.line] = path
    out: dict[str, list[str]] = {}
    for number, comment in said:
        out.setdefault(_about(number, lines, by_line), []).append(comment)
    return out


def _about(number: int, lines: list[str], by_line: Mapping[int, str]) -> str:
    below = number
    while below <= len(lines) and lines[below - 1].lstrip().startswith("#"):
        below += 1
    if below in by_line:  # above a node, or beside it
        return by_line[below]
    above = [line for line in by_line if line <= number]
    return by_line[max(above)] if above else ""


def _page(lines: list[tuple[str, str]], said: dict[str, list[str]]) -> str:
    out: list[str] = []
    told = {path: index for index, (path, line) in enumerate(lines) if line == path}
    held: dict[str, list[str]] = {}
    for path, own in said.items():
        near = path
        while near and near not in told:  # of a list, which has no line of its own
            near = near.rpartition(".")[0]
        held.setdefault(near, []).extend(own)
    out += held.pop("", [])
    for index, (path, line) in enumerate(lines):
        out.append(line)
        if told.get(path) == index:
            out += [f"  {comment}" for comment in held.get(path, ())]
    return "\n".join(out) + "\n" if out else ""
