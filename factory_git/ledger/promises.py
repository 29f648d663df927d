"""What this clone promised to keep, and the ledger's ref does not hold: told alike to the writer, verify and doctor."""

from __future__ import annotations

from collections.abc import Sequence

from factory_git.core.errors import FactoryError
from factory_git.core.ids import Oid
from factory_git.gitio.repository import Repository


def lost(repo: Repository, tip: Oid | None, tips: Sequence[Oid]) -> list[Oid]:
    """Those acknowledged ``tips`` (oldest first) that ``tip`` does not reach: newest first, each that no other reaches.

    They need not be in the repository any more. Costs a look at about as many commits as there are tips.
    """
    waiting = set(tips)
    _follow(repo, tip, waiting, 2 * len(tips) + 16)  # the usual case: they lie on the first-parent line, close by
    out: list[Oid] = []
    for one in reversed(tips):
        if one not in waiting:
            continue
        if not any(repo.is_ancestor(one, of) for of in (tip, *out) if of):
            out.append(one)
        _follow(repo, one, waiting, len(waiting))  # what it reaches needs no question of its own
    return out


def _follow(repo: Repository, oid: Oid | None, waiting: set[Oid], most: int) -> None:
    """Take the tips on a first-parent line out of ``waiting``, as far as that line can be read."""
    for _ in range(most):
        if oid is None or not waiting:
            return
        waiting.discard(oid)
        try:
            parents = repo.commit(oid).parents
        except FactoryError:  # damaged, gone, or cut off: told by who reads history
            return
        oid = parents[0] if parents else None
