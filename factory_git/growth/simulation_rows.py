"""Which rows of two versions are one and the same, which are gone, which are new. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

Found = tuple[list[int], list[int], list[tuple[int, int]]]
"""Places of rows: gone, new, and of the two sides of a changed one."""


def by_key(left: Sequence[tuple[Any, ...]], right: Sequence[tuple[Any, ...]], naming: Sequence[int]) -> Found:
    """Match rows by the values at the places ``naming``, which no two rows of a side share."""
    old = {_sign(row, naming): n for n, row in enumerate(left)}
    new = {_sign(row, naming): n for n, row in enumerate(right)}
    gone = [n for sign, n in old.items() if sign not in new]
    fresh = [n for sign, n in new.items() if sign not in old]
    changed = [(n, new[sign]) for sign, n in old.items() if sign in new and left[n] != right[new[sign]]]
    return gone, fresh, changed


def by_content(left: Sequence[tuple[Any, ...]], right: Sequence[tuple[Any, ...]], naming: Sequence[int]) -> Found:
    """Match equal rows one to one; of the rest, those that are equal at the places ``naming`` (if any) have changed."""
    every = range(len(left[0])) if left else range(len(right[0])) if right else range(0)
    there = Counter(_sign(row, every) for row in right)
    gone = []
    for n, row in enumerate(left):
        one = _sign(row, every)
        if there[one]:
            there[one] -= 1
        else:
            gone.append(n)
    fresh = []
    for n in reversed(range(len(right))):  # of equal rows the last ones are those that are left over
        one = _sign(right[n], every)
        if there[one]:
            there[one] -= 1
            fresh.append(n)
    fresh.reverse()
    return _paired(left, right, gone, fresh, naming) if naming else (gone, fresh, [])


def _paired(
    left: Sequence[tuple[Any, ...]],
    right: Sequence[tuple[Any, ...]],
    gone: list[int],
    fresh: list[int],
    naming: Sequence[int],
) -> Found:
    """Of the rows that are left over, those with the same name are one row that changed, in order."""
    waiting: dict[str, list[int]] = {}
    for n in fresh:
        waiting.setdefault(_sign(right[n], naming), []).append(n)
    changed, still = [], []
    for n in gone:
        same = waiting.get(_sign(left[n], naming))
        if same:
            changed.append((n, same.pop(0)))
        else:
            still.append(n)
    taken = {b for _, b in changed}
    return still, [n for n in fresh if n not in taken], changed


def _sign(row: Sequence[Any], places: Iterable[int]) -> str:
    """Some values of a row as one that can be compared; lists and objects among them."""
    return json.dumps([row[n] for n in places], sort_keys=True, ensure_ascii=False)
