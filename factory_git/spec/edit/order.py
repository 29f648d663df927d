"""Two orders of one list made one: where both say something about the same place, that is told and not chosen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Order:
    """The merged order, and the places that are in doubt.

    ``clashes`` are pairs of runs of new ids that both sides put at one place; ``moved`` says that both sides moved
    what was there, or that one moved what the other put something between.
    """

    ids: tuple[str, ...]
    clashes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    moved: bool = False


def merge(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Order:
    """The order of what is in either list and was removed by neither.

    What both have and the base has not is new on both sides. At a clash ours comes first.
    """
    kept = [id_ for id_ in ours if id_ in theirs]
    theirs_kept = [id_ for id_ in theirs if id_ in ours]
    old = [id_ for id_ in base if id_ in ours and id_ in theirs]
    ours_old, theirs_old = [i for i in ours if i in old], [i for i in theirs if i in old]
    skeleton, doubt = kept, False
    if kept != theirs_kept:
        if ours_old == old and len(old) == len(kept):
            skeleton = theirs_kept
        elif theirs_old != old or len(old) != len(kept):
            doubt = True
    added = (
        [i for i in ours if i not in base and i not in theirs],
        [i for i in theirs if i not in base and i not in ours],
    )
    runs = _runs(ours, kept, added[0]), _runs(theirs, kept, added[1])
    doubt = doubt or any(not _adjacent(place, skeleton) for place in (*runs[0], *runs[1]))
    clashes = [(runs[0][place], runs[1][place]) for place in runs[0] if place in runs[1]]
    return Order(_woven(skeleton, *runs), tuple(clashes), doubt)


_Place = tuple[str | None, str | None]


def _runs(side: Sequence[str], kept: Collection[str], added: Collection[str]) -> dict[_Place, tuple[str, ...]]:
    """The new ids of one side by the place they stand at: between which two that both sides have."""
    out: dict[_Place, tuple[str, ...]] = {}
    before: str | None = None
    run: list[str] = []
    for id_ in (*side, None):
        if id_ is None or id_ in kept:
            if run:
                out[before, id_] = tuple(run)
            before, run = id_, []
        elif id_ in added:
            run.append(id_)
    return out


def _adjacent(place: _Place, skeleton: Sequence[str]) -> bool:
    whole = [None, *skeleton, None]
    return any((one, other) == place for one, other in pairwise(whole))


def _woven(
    skeleton: Sequence[str], ours: dict[_Place, tuple[str, ...]], theirs: dict[_Place, tuple[str, ...]]
) -> tuple[str, ...]:
    out: list[str] = []
    left = [dict(ours), dict(theirs)]
    for before in (None, *skeleton):
        if before is not None:
            out.append(before)
        for runs in left:
            for place in [place for place in runs if place[0] == before]:
                out += runs.pop(place)
    return tuple(out)


def moves(now: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, str | None]]:
    """The fewest moves from one order to another of the same ids: (id, the id it comes after; None: to the front)."""
    stay = _longest([wanted.index(id_) for id_ in now])
    fixed = {wanted[number] for number in stay}
    out: list[tuple[str, str | None]] = []
    for number, id_ in enumerate(wanted):
        if id_ not in fixed:
            out.append((id_, wanted[number - 1] if number else None))
    return out


def _longest(numbers: Sequence[int]) -> list[int]:
    """The longest increasing subsequence."""
    tails: list[int] = []
    at: list[int] = []
    previous: dict[int, int] = {}
    for number in numbers:
        place = bisect_left(tails, number)
        if place:
            previous[number] = tails[place - 1]
        tails[place : place + 1] = [number]
        at.append(place)
    out = tails[-1:]
    while out and out[0] in previous:
        out.insert(0, previous[out[0]])
    return out
