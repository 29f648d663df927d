"""One file into a folder of files, and back; nothing is lost, comments included.

``spec/app.yaml`` holds who the application is, every other layer has a file of its own; layers that share anchors stay
together, since anchors do not reach across files. With ``entities`` each entity of ``data_contracts`` gets its own file
too. Files are cut and put together line by line: what stands in them is never written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from yaml import tokens as t

from factory_git.core import yaml
from factory_git.core.errors import Place, Problem, SpecError
from factory_git.core.ids import slug
from factory_git.core.yaml_text import decode
from factory_git.spec.lines import Line, Unsupported, lines
from factory_git.spec.schema import LAYERS
from factory_git.spec.segments import Segment, header_and_segments

FOLDER = "spec"
ENTITIES = "data_contracts"
APP = "app"
# What stands beside `app` in spec/app.yaml.
INTRODUCTION = ("factory", "app", "depends_on", "reserved")
_ORDER = {name: number for number, name in enumerate(LAYERS)}
_DASH = re.compile(r"^( *)- +")


def split(content: bytes, file: str, *, entities: bool = False) -> dict[str, bytes]:
    """The files of the folder form, by path relative to the spec's root. Raises :class:`SpecError`."""
    text = decode(content, file)
    try:
        header, segments = header_and_segments(text, file)
    except Unsupported:
        raise _cannot(file, "only a file of plain layers, one below the other, can be split") from None
    owner = _owners(text, file, segments)
    groups: dict[str, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(owner[segment.key], []).append(segment)
    out: dict[str, bytes] = {}
    for name, group in groups.items():
        body = [line for segment in group for line in segment.lines]
        if name == APP:
            body = [*header, *body]
        if name == ENTITIES and entities:
            body, own = _entities(_trimmed(body), file)
            out |= {f"{FOLDER}/{ENTITIES}/{key}.yaml": _bytes(value) for key, value in own.items()}
        out[f"{FOLDER}/{name}.yaml"] = _bytes(body)
    return dict(sorted(out.items()))


def join(files: Mapping[str, bytes]) -> bytes:
    """The one file that says what these files (by path) say. Raises :class:`SpecError`."""
    own = {path: content for path, content in files.items() if path.rpartition("/")[0].endswith(f"/{ENTITIES}")}
    own |= {path: content for path, content in files.items() if path.startswith(f"{ENTITIES}/")}
    parts: list[tuple[int, str, list[str]]] = []
    for path, content in files.items():
        if path not in own:
            body = _trimmed(decode(content, path).split("\n"))
            name = path.rpartition("/")[2].removesuffix(".yaml")
            if name == ENTITIES and own:
                body = _with_entities(body, own, path)
            parts.append((-1 if name == APP else _ORDER.get(name, len(_ORDER)), path, body))
    if own and not any(path.endswith(f"/{ENTITIES}.yaml") or path == f"{ENTITIES}.yaml" for path in files):
        body = _with_entities([f"{ENTITIES}:", "  entities:"], own, ENTITIES)
        parts.append((_ORDER[ENTITIES], ENTITIES, body))
    out: list[str] = []
    for _, _, body in sorted(parts):
        out += [*([""] if out else []), *body]
    return _bytes(out)


def _bytes(body: Iterable[str]) -> bytes:
    return ("\n".join(_trimmed(list(body))) + "\n").encode()


def _trimmed(body: list[str]) -> list[str]:
    first, last = 0, len(body)
    while last and not body[last - 1].strip():
        last -= 1
    while first < last and not body[first].strip():
        first += 1
    return body[first:last]


def _cannot(file: str, message: str, hint: str = "git factory spec fmt may bring it into that form") -> SpecError:
    problem = Problem(code="spec/split", message=message, place=Place(file=file), hint=hint)
    return SpecError(f"{file}: {message}", [problem], code=problem.code, hint=hint)


# -- layers that share anchors ----------------------------------------------------------------------------------------


def _owners(text: str, file: str, segments: Sequence[Segment]) -> dict[str, str]:
    """Top-level key → name of its file."""
    group = {s.key: s.key for s in segments}

    def find(key: str) -> str:
        while group[key] != key:
            key = group[key]
        return key

    for anchor, alias in _shared(text, file, segments):
        group[find(alias)] = find(anchor)
    members: dict[str, list[str]] = {}
    for segment in segments:
        members.setdefault(find(segment.key), []).append(segment.key)
    out: dict[str, str] = {}
    for keys in members.values():
        layers = [k for k in keys if k in _ORDER and k not in INTRODUCTION]
        introduces = not layers or any(k in INTRODUCTION for k in keys)
        name = APP if introduces else min(layers, key=_ORDER.__getitem__)
        out |= dict.fromkeys(keys, name)
    return out


def _shared(text: str, file: str, segments: Sequence[Segment]) -> Iterable[tuple[str, str]]:
    """(key, key) of segments of which the second uses an anchor of the first."""
    home: dict[str, str] = {}
    for token in yaml.tokens(text, file):
        if isinstance(token, t.AnchorToken | t.AliasToken):
            line = token.start_mark.line
            key = next(s.key for s in reversed(segments) if s.first <= line)
            if isinstance(token, t.AnchorToken):
                home[token.value] = key
            elif home[token.value] != key:
                yield home[token.value], key


# -- entities in files of their own -----------------------------------------------------------------------------------


def _entities(body: list[str], file: str) -> tuple[list[str], dict[str, list[str]]]:
    """The layer without its entities, and the lines of each entity's own file."""
    text = "\n".join(body)
    shared = [token for token in yaml.tokens(text, file) if isinstance(token, t.AnchorToken | t.AliasToken)]
    found = _list_lines(body, file)
    if shared or found is None:
        hint = "split without --entities"
        raise _cannot(file, "these entities share anchors, or are no plain list one below the other", hint)
    first, last, starts = found
    node = yaml.parse(text.encode(), file)
    items = _items(node)
    if len(items) != len(starts):
        raise _cannot(file, "these entities are no plain list one below the other", "split without --entities")
    own: dict[str, list[str]] = {}
    for item, start, end in zip(items, starts, [*starts[1:], last], strict=True):
        name = _name(item)
        if not name or name in own:
            raise _cannot(file, f"an entity at line {start + 1} has no name of its own for a file", "give it one")
        own[name] = _undash(body[start:end], named=isinstance(item, yaml.Scalar))
    return [*body[:first], *body[last:]], own


def _list_lines(body: list[str], file: str) -> tuple[int, int, list[int]] | None:
    """First line, end, and each item's first line (its comments' above it) of the list ``entities:``."""
    try:
        found = lines("\n".join(body), file)
    except Unsupported:
        return None
    key = next((n for n, line in enumerate(found) if line.markers and line.text.strip() == "entities:"), None)
    if key is None:
        return None
    level = found[key].markers[-1].new + 2
    dashes = [n for n, line in enumerate(found) if n > key and _is_dash(line, level)]
    end = next((n for n, line in enumerate(found) if n > key and _ends(line, level)), len(found))
    dashes = [n for n in dashes if n < end]
    end = _above(found, end, key) if end < len(found) else end
    return (key + 1, end, [_above(found, n, key) if n != dashes[0] else key + 1 for n in dashes]) if dashes else None


def _is_dash(line: Line, level: int) -> bool:
    return line.within is None and bool(line.markers) and line.markers[0].new == level


def _ends(line: Line, level: int) -> bool:
    return line.within is None and bool(line.markers) and line.markers[0].new < level


def _above(found: Sequence[Line], number: int, stop: int) -> int:
    """The first of the comment lines directly above a line."""
    while number - 1 > stop and found[number - 1].text.lstrip().startswith("#") and found[number - 1].within is None:
        number -= 1
    return number


def _items(node: yaml.Node) -> list[yaml.Node]:
    for key in (ENTITIES, "entities"):
        entry = node.entries.get(key) if isinstance(node, yaml.Mapping) else None
        node = entry[1] if entry else node
    return node.items if isinstance(node, yaml.Sequence) else []


def _name(item: yaml.Node) -> str:
    if isinstance(item, yaml.Mapping):
        entry = item.entries.get("id") or item.entries.get("name")
        item = entry[1] if entry else item
    return slug(item.text) if isinstance(item, yaml.Scalar) else ""


def _undash(body: list[str], *, named: bool) -> list[str]:
    """An item's lines as a document: its dash gone, the rest moved left. ``named``: the item is no more than a name."""
    out: list[str] = []
    inner = -1
    for line in _trimmed(body):
        dash = _DASH.match(line)
        if inner < 0 and dash:
            inner = dash.end()
            rest = line[inner:]
            out.append(f"name: {rest}" if named else rest)
        elif inner < 0:
            out.append(line.strip())
        else:
            out.append(line[min(inner, len(line) - len(line.lstrip(" "))) :])
    return out


def _with_entities(body: list[str], own: Mapping[str, bytes], file: str) -> list[str]:
    """The lines of the layer with the entities' files put in as items of its list."""
    found = lines("\n".join(body), file)
    key = next((n for n, line in enumerate(found) if line.markers and line.text.strip() == "entities:"), None)
    if key is None:
        raise _cannot(file, "here should be a line 'entities:' for the entities that have files of their own")
    level = found[key].markers[-1].old + 2
    end = next((n for n, line in enumerate(found) if n > key and _ends_at(line, level)), len(found))
    end = _above(found, end, key) if end < len(found) else end
    items: list[str] = []
    for path in sorted(own):
        items += _dash(_trimmed(decode(own[path], path).split("\n")), level)
    return [*_trimmed_end(body[:end]), *items, *body[end:]]


def _ends_at(line: Line, level: int) -> bool:
    return line.within is None and bool(line.markers) and line.markers[0].old < level


def _trimmed_end(body: list[str]) -> list[str]:
    while body and not body[-1].strip():
        body = body[:-1]
    return body


def _dash(body: list[str], level: int) -> list[str]:
    out: list[str] = []
    dashed = False
    for line in body:
        if line == "---":
            continue
        if not dashed and line.strip() and not line.startswith("#"):
            out.append(f"{' ' * level}- {line}")
            dashed = True
        elif not dashed:
            out.append(f"{' ' * level}{line}" if line else line)
        else:
            out.append(f"{' ' * (level + 2)}{line}" if line.strip() else line)
    return out
