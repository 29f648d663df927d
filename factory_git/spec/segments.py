"""A file of a spec cut at its top-level keys, each with the comments above it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from factory_git.core import yaml
from factory_git.spec.lines import Unsupported, lines


@dataclass(frozen=True, slots=True)
class Segment:
    """One top-level key: the comments directly above it, its lines, the blank lines after it."""

    key: str
    lines: tuple[str, ...]
    first: int  # the number of its first line in the file

    def body(self) -> list[str]:
        """The lines without the blank ones at the end."""
        out = list(self.lines)
        while out and not out[-1].strip():
            out.pop()
        return out


@lru_cache(maxsize=2)
def header_and_segments(text: str, file: str) -> tuple[tuple[str, ...], tuple[Segment, ...]]:
    """The lines before the first key's own comments, and the segments.

    Raises :class:`Unsupported` when the file is not a block mapping at column 0, or merges keys at its top.
    """
    node = yaml.parse(text.encode(), file)
    found = lines(text, file)
    starts: list[tuple[str, int]] = []
    entries = {key.line - 1: name for name, (key, _) in node.entries.items()} if isinstance(node, yaml.Mapping) else {}
    for number, line in enumerate(found):
        if line.within is not None or not line.markers or line.markers[0].old or line.text.startswith("-"):
            continue
        if number not in entries:
            raise Unsupported
        starts.append((entries[number], number))
    if len(starts) != len(entries) or not starts:
        raise Unsupported
    cuts = []
    for _, number in starts:
        at = number
        while at and found[at - 1].text.startswith("#") and found[at - 1].within is None:
            at -= 1
        cuts.append(at)
    ends = [*cuts[1:], len(found)]
    texts = [line.text for line in found]
    found_segments = (
        Segment(key, tuple(texts[cut:end]), cut) for (key, _), cut, end in zip(starts, cuts, ends, strict=True)
    )
    return tuple(texts[: cuts[0]]), tuple(found_segments)
