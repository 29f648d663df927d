"""Several rankings made one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
K = 60  # as the paper has it; the first of one ranking does not beat what is high in all


def fused(rankings: Iterable[Sequence[T]]) -> list[T]:
    """What is in any of the rankings, the best first: by the sum of 1 / (60 + rank), ties as they were met first.

    Reciprocal rank fusion: G. V. Cormack, C. L. A. Clarke, S. Büttcher: Reciprocal rank fusion outperforms Condorcet
    and individual rank learning methods, SIGIR 2009. Ranks count from 1; what is in a ranking twice counts where it is
    first.
    """
    scores: dict[T, float] = {}
    for ranking in rankings:
        for rank, one in enumerate(dict.fromkeys(ranking), 1):
            scores[one] = scores.get(one, 0.0) + 1 / (K + rank)
    return sorted(scores, key=lambda one: -scores[one])
