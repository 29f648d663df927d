"""The canonical form of a spec's file: comments, anchors, quotes and bracketed collections stay as they are written.

What changes: indentation is two columns a level, lists one level below their key; layers stand in the order of the
language; the format version is said; trailing space, runs of blank lines and the byte order mark go; lines end in
``\\n``. The result is read again and compared: where a step would change what the file says, it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from factory_git.core import yaml
from factory_git.core.errors import SpecError
from factory_git.core.yaml_text import decode
from factory_git.spec.lines import Line, Unsupported, lines
from factory_git.spec.schema import FORMAT, LAYERS
from factory_git.spec.segments import Segment, header_and_segments

_ORDER = {name: number for number, name in enumerate(LAYERS)}


def formatted(content: bytes, file: str) -> bytes:
    """The canonical bytes of one file of a spec. Raises :class:`SpecError` when it is not valid YAML."""
    before = yaml.parse(content, file)
    text = decode(content, file)
    for step in (_clean, _reindent, _reorder, _versioned):
        text = _safely(step, text, file, before)
    return text.encode()


def _safely(step: Callable[[str, str], str], text: str, file: str, before: yaml.Node) -> str:
    """``step`` applied, if what it gives says the same as the original and is not changed by applying it again."""
    try:
        after = step(text, file)
        if after == text:
            return text
        now = yaml.parse(after.encode(), file)
        if isinstance(now, yaml.Mapping) and isinstance(before, yaml.Mapping) and "factory" not in before.entries:
            now.entries.pop("factory", None)
        stable = step(after, file) == after
    except (SpecError, Unsupported):
        return text
    return after if stable and yaml.same(before, now, ordered=False) else text


# -- clean ------------------------------------------------------------------------------------------------------------


def _clean(text: str, file: str) -> str:
    """No trailing space, no runs of blank lines, one line end at the end."""
    out: list[str] = []
    blank = True
    for line in _lines(text, file):
        shown = line.text if line.raw else line.text.rstrip()
        if not shown and not line.raw and blank:
            continue
        out.append(shown)
        blank = not shown and not line.raw
    while out and not out[-1]:
        out.pop()
    return "\n".join(out) + "\n" if out else ""


def _lines(text: str, file: str) -> Sequence[Line]:
    try:
        return lines(text, file)
    except Unsupported:
        return [Line(line, raw=True) for line in text.split("\n")]


# -- indentation ------------------------------------------------------------------------------------------------------


def _reindent(text: str, file: str) -> str:
    found = lines(text, file)
    shifts = _shifts(found)
    out = []
    for number, line in enumerate(found):
        if line.within is None and line.markers:
            out.append(_marked(line))
        elif line.within is not None and line.raw and not line.text.strip():
            out.append(_shift(line.text, shifts[number]) if line.text else "")
        else:
            out.append(_shift(line.text, shifts[number]) if line.text.strip() else line.text)
    return "\n".join(out)


def _marked(line: Line) -> str:
    """A line with its dashes and key at their new columns."""
    first, last = line.markers[0], line.markers[-1]
    dashes = "- " * (len(line.markers) - 1)
    rest = line.text[last.old :]
    if rest.startswith("- ") or rest == "-":
        rest = f"- {rest[1:].lstrip(' ')}".rstrip() if rest[1:].strip() else rest.rstrip()
    return " " * first.new + dashes + rest


def _shifts(found: Sequence[Line]) -> list[int]:
    """By how many columns each line that is no entry of its own moves."""
    out = [0] * len(found)
    levels: list[tuple[int, int]] = [(0, 0)]  # (old, new) columns of the last entry's collections
    for number, line in enumerate(found):
        if line.within is not None:
            out[number] = out[line.within]
        elif line.markers:
            first, last = line.markers[0], line.markers[-1]
            levels = [pair for pair in levels if pair[0] < first.old]
            levels += [(m.old, m.new) for m in line.markers]
            out[number] = last.new - last.old
        elif line.value is not None:
            out[number] = line.value.new - line.value.old
        elif line.text.strip():
            out[number] = _comment_shift(found, number, levels)
    return out


def _comment_shift(found: Sequence[Line], number: int, levels: list[tuple[int, int]]) -> int:
    """A comment goes with the entry below it, unless it stands deeper: then with the collection it belongs to."""
    column = len(found[number].text) - len(found[number].text.lstrip(" "))
    below = next((m for m in _entries_after(found, number)), None)
    if below is not None and column <= below[0]:
        return below[1] - column
    inside = [pair for pair in levels if pair[0] <= column]
    old, new = inside[-1] if inside else (0, 0)
    return new - old


def _entries_after(found: Sequence[Line], number: int) -> Iterable[tuple[int, int]]:
    for line in found[number + 1 :]:
        if line.within is None and (line.markers or line.value):
            marker = line.markers[0] if line.markers else line.value
            if marker is not None:
                yield marker.old, marker.new
                return


def _shift(text: str, by: int) -> str:
    if by >= 0:
        return " " * by + text
    spaces = len(text) - len(text.lstrip(" "))
    return text[min(-by, spaces) :]


# -- layers -----------------------------------------------------------------------------------------------------------


def _reorder(text: str, file: str) -> str:
    """Layers in the language's order; ``x-`` keys, which may hold anchors, before them."""
    header, segments = header_and_segments(text, file)
    if any(s.key not in _ORDER and not s.key.startswith("x-") for s in segments):
        return text  # an entity's own file, or something that is not valid anyway
    ordered = tuple(sorted(segments, key=lambda s: _rank(s.key)))
    if ordered == segments:
        return text
    return "\n".join([*_with_gap(header), *_joined(ordered)]) + "\n"


def _rank(key: str) -> int:
    return -1 if key == "factory" else 0 if key.startswith("x-") else 1 + _ORDER[key]


def _with_gap(header: Sequence[str]) -> list[str]:
    return [*header, ""] if header and header[-1] else list(header)


def _joined(segments: Sequence[Segment]) -> list[str]:
    """Segments one after the other, a blank line between them unless both are of one line."""
    out: list[str] = []
    short = True
    for number, segment in enumerate(segments):
        body = segment.body()
        if number and not (short and len(body) == 1):
            out.append("")
        out += body
        short = len(body) == 1
    return out


def _versioned(text: str, file: str) -> str:
    """The format version on the first line after the header, in the file that introduces the application."""
    header, segments = header_and_segments(text, file)
    keys = [s.key for s in segments]
    if "app" not in keys or "factory" in keys:
        return text
    rest = [line for segment in segments for line in segment.lines]
    return "\n".join([*_with_gap(header), f"factory: {FORMAT}", *rest])
