"""A draft put into a spec that is there: items added to its lists, everything else left as it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from factory_git.app import adopt_text
from factory_git.app.adopt_draft import Draft
from factory_git.core.errors import Conflict, SpecError
from factory_git.core.ids import slug
from factory_git.spec.format import formatted
from factory_git.spec.split import ENTITIES, FOLDER

_FLOW = re.compile(r"\bpaths:\s*\[([^\[\]]*)\]")


def merged(files: Mapping[str, bytes], draft: Draft, root: str) -> dict[str, bytes]:
    """The spec's files (by path from the top) with the draft's nodes in them.

    Raises :class:`Conflict` for a layer that is written in a form that nothing can be put into.
    """
    out = dict(files)
    prefix = f"{root}/" if root else ""
    folder = f"{prefix}{FOLDER}/"
    apart = any(path.startswith(f"{folder}{ENTITIES}/") for path in files)
    for layer, items in adopt_text.items_of(draft).items():
        if not items:
            continue
        if layer == ENTITIES and apart:
            for one in items:
                name = one[0].removeprefix("- name: ").strip('"')
                path = f"{folder}{ENTITIES}/{slug(name)}.yaml"
                out[path] = "".join(f"{line[2:]}\n" for line in one).encode()
            continue
        path = _home(out, layer, folder)
        out[path] = _canonical(files.get(path), _with_items(out.get(path, b"").decode(), layer, items, path), path)
    path = _home(out, "code", folder)
    if draft.paths:
        out[path] = _canonical(files.get(path), _with_paths(out[path].decode(), draft.paths, path), path)
    return out


def _home(files: Mapping[str, bytes], layer: str, folder: str) -> str:
    """The file that has the layer, or would."""
    key = re.compile(rf"^{layer}:", re.MULTILINE)
    for path, content in sorted(files.items()):
        if key.search(content.decode()):
            return path
    alone = [path for path in files if not path.startswith(folder)]
    return alone[0] if alone else f"{folder}{layer}.yaml"


def _canonical(before: bytes | None, text: str, path: str) -> bytes:
    """The text; in canonical form where it was so before."""
    content = text.encode()
    try:
        return formatted(content, path) if before is None or formatted(before, path) == before else content
    except SpecError:
        return content


def _with_items(text: str, layer: str, items: Sequence[Sequence[str]], path: str) -> str:
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    name = adopt_text.LISTS[layer]
    at = _key(lines, layer, 0, 0)
    if at is None:
        gap = [""] if lines else []
        return "\n".join([*lines, *gap, f"{layer}:", f"  {name}:", *adopt_text.indented(items, 4), ""])
    end = _end(lines, at)
    if not _opens(lines[at]):
        raise _cannot(path, layer)
    inner = next((n for n in range(at + 1, end) if lines[n].strip() and not lines[n].lstrip().startswith("#")), None)
    if inner is not None and lines[inner].lstrip().startswith("- "):  # the layer is the list itself
        return _put(lines, end, items, _indent(lines[inner]))
    indent = _indent(lines[inner]) if inner is not None else 2
    own = _key(lines, name, at + 1, indent, end)
    if own is None:
        return _put(lines, at + 1, [[f"{name}:", *adopt_text.indented(items, 2)]], indent)
    if re.fullmatch(r"\s*\w+:\s*\[\s*\]\s*", lines[own]):
        lines[own] = lines[own].partition(":")[0] + ":"
    if not _opens(lines[own]):
        raise _cannot(path, f"{layer}.{name}")
    stop = _end(lines, own)
    first = next((n for n in range(own + 1, stop) if lines[n].lstrip().startswith("- ")), None)
    return _put(lines, stop, items, _indent(lines[first]) if first is not None else indent + 2)


def _with_paths(text: str, folders: Sequence[str], path: str) -> str:
    """``code.paths`` with these folders; a spec that names none has its code everywhere, and stays so."""
    lines = text.rstrip("\n").split("\n")
    at = _key(lines, "code", 0, 0)
    end = _end(lines, at) if at is not None else 0
    own = next((n for n in range(at or 0, end) if re.search(r"(?:^\s*|[{,]\s*)paths:", lines[n])), None)
    if own is None:
        return text
    flow = _FLOW.search(lines[own])
    if flow:
        known = [one.strip() for one in flow[1].split(",") if one.strip()]
        both = dict.fromkeys([*known, *(adopt_text.quoted(one) for one in folders)])
        lines[own] = f"{lines[own][: flow.start(1)]}{', '.join(both)}{lines[own][flow.end(1) :]}"
        return "\n".join([*lines, ""])
    if not _opens(lines[own]):
        raise _cannot(path, "code.paths")
    stop = _end(lines, own)
    known = [line.strip().removeprefix("- ").strip("\"'") for line in lines[own + 1 : stop]]
    more = [[f"- {adopt_text.quoted(one)}"] for one in folders if one not in known]
    first = next((n for n in range(own + 1, stop) if lines[n].lstrip().startswith("- ")), None)
    return _put(lines, stop, more, _indent(lines[first]) if first is not None else 4)


def _put(lines: Sequence[str], at: int, items: Sequence[Sequence[str]], indent: int) -> str:
    while at > 0 and not lines[at - 1].strip():
        at -= 1
    return "\n".join([*lines[:at], *adopt_text.indented(items, indent), *lines[at:], ""])


def _key(lines: Sequence[str], key: str, start: int, indent: int, end: int | None = None) -> int | None:
    """The line of a key at this column."""
    begin = f"{' ' * indent}{key}:"
    stop = len(lines) if end is None else end
    return next((n for n in range(start, stop) if lines[n].startswith(begin)), None)


def _end(lines: Sequence[str], at: int) -> int:
    """The line after the block of a key: the next one that stands no deeper, a list's dashes at its column aside."""
    level = _indent(lines[at])
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        here = _indent(line)
        if here < level or (here == level and not line.lstrip().startswith("- ")):
            return number
    return len(lines)


def _opens(line: str) -> bool:
    """Whether the key's value stands on the lines below."""
    return line.split(" #", maxsplit=1)[0].rstrip().endswith(":")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _cannot(path: str, what: str) -> Conflict:
    return Conflict(
        f"{path}: {what} is written on one line or in a form of its own; nothing can be added to it",
        code="adopt/form",
        hint="write it one item below the other, or draft a spec of its own: --spec FOLDER/factory.yaml",
    )
