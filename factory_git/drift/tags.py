"""What ties code to its spec: ``gf: <spec path>`` in a comment above a declaration, the head of a compiled file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

TAG = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?:#|//+|--|/\*+|\*|<!--)\s*gf:\s*"
    r"|(?:#?\[|@)(?:[\w.:\\]*[.:\\])?[Gg]f\s*\(\s*(?:value\s*=\s*)?[\"'])(?P<path>[A-Za-z0-9_.]+)"
)
"""A tag in a comment, or as an attribute: ``@Gf("…")``, ``#[Gf('…')]``, ``[Gf("…")]``."""
HEAD = re.compile(r"Compiled by git-factory (?P<compiler>[^\s,]+) from (?P<nodes>.+?)\. Do not edit")
_CLOSERS = ("}", ")", "]", "end", "*/")


def enclosing(lines: Sequence[str], line: int) -> tuple[str, int] | None:
    """The spec path and line of the nearest tag whose declaration holds ``line`` (both count from 1).

    A tag belongs to the declaration right below it, which ends before the next line that is indented no deeper than
    the tag. A line that is the tag itself, or between the tag and its declaration, belongs to it too.
    """
    best = None
    for start, path, end in blocks(lines):
        if start <= line <= end:
            best = (path, start)  # later ones start deeper
    return best


def blocks(lines: Sequence[str]) -> Iterator[tuple[int, str, int]]:
    """First line, spec path and last line of each tagged declaration, in the order of the file."""
    for number, text in enumerate(lines, 1):
        if match := TAG.match(text):
            yield number, match["path"], _end(lines, number, _width(match["indent"]))


def head(lines: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """The compiler and the spec paths that the head of a compiled file names."""
    for text in lines[:10]:
        if match := HEAD.search(text):
            return match["compiler"], tuple(part.strip() for part in match["nodes"].split(","))
    return None


def _end(lines: Sequence[str], start: int, indent: int) -> int:
    inside = False  # the declaration's own body, deeper than the tag, has begun
    whole = False  # a declaration of one line is over: it closed, or a blank line follows it
    last = start
    for number in range(start + 1, len(lines) + 1):
        text = lines[number - 1]
        word = text.strip()
        if not word:
            whole = whole or (last > start and not inside and not _leads(lines[last - 1]))
            continue
        if _width(text) > indent:
            inside = True
        elif (inside or whole) and not word.startswith(_CLOSERS):
            return last
        elif not inside and TAG.match(text):
            return last  # a tag with nothing under it
        elif not inside:
            whole = word.endswith((";", "}")) and not _leads(text)
        last = number
    return last


def _leads(text: str) -> bool:
    """Whether a line only leads to a declaration: a comment, a decorator, an attribute."""
    return text.lstrip().startswith(("#", "@", "//", "/*", "*", "--", "["))


def _width(text: str) -> int:
    return len(text) - len(text.lstrip())
