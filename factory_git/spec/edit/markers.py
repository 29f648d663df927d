"""Two versions of a merged file in one, with conflict markers around the lines that a person has to decide on."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from factory_git.spec.edit.changes import Clash
from factory_git.spec.edit.side import Side

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines of ours that stand against lines of theirs, and the clashes that they belong to."""

    ours: _Span
    theirs: _Span
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
    """What differs: a clash is one place, with the whole of the nodes that it is about."""
    codes = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    spans = [(clash, _spans(ours, clash), _spans(theirs, clash)) for clash in clashes]
    cuts = _cuts(codes)
    rest = [clash for clash, one, two in spans if not one and not two]  # a name that has no line of its own
    last: _Hunk | None = None
    for tag, first, end, other, other_end in codes:
        if tag == "equal":
            continue
        met = [s for s in spans if _meets((first, end), s[1]) or _meets((other, other_end), s[2])]
        one, two = (first, end), (other, other_end)
        if met:
            one = _around([one, *(span for s in met for span in s[1])])
            two = _around([two, *(span for s in met for span in s[2])])
            one, two = _matched(cuts, one, two)
        hunk = _Hunk(one, two, tuple(clash for clash, _, _ in met) or tuple(rest))
        if last is not None and (hunk.ours[0] < last.ours[1] or hunk.theirs[0] < last.theirs[1]):
            more = (clash for clash in hunk.clashes if clash not in last.clashes)
            last = _Hunk(_around([last.ours, one]), _around([last.theirs, two]), (*last.clashes, *more))
            continue
        if last is not None:
            yield last
        last = hunk
    if last is not None:
        yield last


def _around(spans: Sequence[_Span]) -> _Span:
    return min(span[0] for span in spans), max(span[1] for span in spans)


def _matched(cuts: Sequence[_Span], one: _Span, two: _Span) -> tuple[_Span, _Span]:
    """Both spans grown until they begin and end at lines that stand for each other."""
    first = max(cut for cut in cuts if cut[0] <= one[0] and cut[1] <= two[0])
    last = min(cut for cut in cuts if cut[0] >= one[1] and cut[1] >= two[1])
    return (first[0], last[0]), (first[1], last[1])


def _cuts(codes: Sequence[tuple[str, int, int, int, int]]) -> list[_Span]:
    """The lines of both sides between which both can be cut: (line of ours, line of theirs)."""
    out = [(0, 0)]
    for tag, first, end, other, other_end in codes:
        if tag == "equal":
            out += [(line, other + line - first) for line in range(first, end)]
        out.append((end, other_end))
    return out


def _spans(side: Side, clash: Clash) -> list[_Span]:
    return [span for path in clash.nodes for span in [side.lines_of(path)] if span is not None]


def _meets(hunk: _Span, spans: Sequence[_Span]) -> bool:
    return any(hunk[0] < end and start < hunk[1] for start, end in spans)


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _closed(lines: list[bytes]) -> list[bytes]:
    return [line if line.endswith((b"\n", b"\r")) else line + b"\n" for line in lines]


def _marker(sign: str, size: int, label: str, lines: Sequence[bytes]) -> bytes:
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    return f"{sign * size}{' ' + label if label else ''}".encode() + end
