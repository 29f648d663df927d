"""Changes of lines that say nothing (comments, layout) put into another version of the same text."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

_Hunk = tuple[int, int, list[bytes]]


def over(base: bytes, ours: bytes, theirs: bytes, holds: Callable[[bytes], bool]) -> bytes:
    """``ours`` with what differs between base and theirs, as far as ours left these lines alone.

    Unlike in Git's merge by lines, changes of neighbouring lines do not clash. ``holds`` says whether a result is
    allowed: where all hunks together are not, each that is by itself is taken.
    """
    lines = base.splitlines(keepends=True)
    own = _hunks(lines, ours)
    free = [hunk for hunk in _hunks(lines, theirs) if not any(_overlap(hunk, other) for other in own)]
    whole = _applied(lines, [*own, *free])
    if holds(whole):
        return whole
    taken: list[_Hunk] = []
    for hunk in free:
        if holds(_applied(lines, [*own, *taken, hunk])):
            taken.append(hunk)
    return _applied(lines, [*own, *taken])


def _hunks(base: Sequence[bytes], other: bytes) -> list[_Hunk]:
    lines = other.splitlines(keepends=True)
    codes = difflib.SequenceMatcher(None, base, lines, autojunk=False).get_opcodes()
    return [(first, end, lines[a:b]) for tag, first, end, a, b in codes if tag != "equal"]


def _overlap(one: _Hunk, other: _Hunk) -> bool:
    if one[0] == one[1] or other[0] == other[1]:  # an insertion: at the very place of another, or within a change
        return one[0] == other[0] == one[1] == other[1] or one[0] < other[0] < one[1] or other[0] < one[0] < other[1]
    return one[0] < other[1] and other[0] < one[1]


def _applied(lines: Sequence[bytes], hunks: Sequence[_Hunk]) -> bytes:
    out: list[bytes] = []
    at = 0
    for first, end, new in sorted(hunks, key=lambda hunk: hunk[:2]):
        out += [*lines[at:first], *new]
        at = end
    return b"".join([*out, *lines[at:]])
