"""Two versions of a merged file in one, with conflict markers around the lines that a person has to decide on."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from factory_git.spec.edit.changes import Clash
from factory_git.spec.edit.side import Side


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines ``[first, last)`` of ours that differ from those of theirs, and the clashes that they belong to."""

    ours: tuple[int, int]
    theirs: tuple[int, int]
    clashes: tuple[Clash, ...]


def marked(ours: Side, theirs: Side, clashes: Sequence[Clash], size: int) -> bytes:
    """``ours`` with theirs' lines beside its own wherever they differ, each place labelled with its address."""
    left, right = _lines(ours.content), _lines(theirs.content)
    out: list[bytes] = []
    at = 0
    for hunk in _hunks(left, right, ours, theirs, clashes):
        paths = ", ".join(dict.fromkeys(clash.path for clash in hunk.clashes))
        what = "; ".join(dict.fromkeys(clash.what for clash in hunk.clashes))
        out += left[at : hunk.ours[0]]
        out.append(_marker("<", size, f"ours: {paths}" if paths else "ours", left))
        out += _closed(left[slice(*hunk.ours)])
        out.append(_marker("=", size, "", left))
        out += _closed(right[slice(*hunk.theirs)])
        out.append(_marker(">", size, f"theirs: {what}" if what else "theirs", left))
        at = hunk.ours[1]
    return b"".join([*out, *left[at:]])


def _hunks(
    left: list[bytes], right: list[bytes], ours: Side, theirs: Side, clashes: Sequence[Clash]
) -> Iterator[_Hunk]:
    """What differs, with differences of one and the same clash as one."""
    spans = [(clash, _spans(ours, clash), _spans(theirs, clash)) for clash in clashes]
    last: _Hunk | None = None
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for tag, first, end, other, other_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        about = tuple(c for c, one, two in spans if _meets((first, end), one) or _meets((other, other_end), two))
        hunk = _Hunk((first, end), (other, other_end), about)
        if last is not None and about and about == last.clashes:
            last = _Hunk((last.ours[0], end), (last.theirs[0], other_end), about)
            continue
        if last is not None:
            yield last
        last = hunk
    if last is not None:
        yield last


def _spans(side: Side, clash: Clash) -> list[tuple[int, int]]:
    return [span for path in clash.nodes for span in [side.lines_of(path)] if span is not None]


def _meets(hunk: tuple[int, int], spans: Sequence[tuple[int, int]]) -> bool:
    return any(hunk[0] < end and start < hunk[1] for start, end in spans)


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _closed(lines: list[bytes]) -> list[bytes]:
    return [line if line.endswith((b"\n", b"\r")) else line + b"\n" for line in lines]


def _marker(sign: str, size: int, label: str, lines: Sequence[bytes]) -> bytes:
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    return f"{sign * size}{' ' + label if label else ''}".encode() + end
