"""What a classifier sees besides the change itself: both graphs, and what running both versions says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from factory_git.core.ids import SpecPath
from factory_git.growth.differ import Change, Pair
from factory_git.growth.mutation import Mutation
from factory_git.growth.reads import Reads
from factory_git.growth.table import ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What became of something executable.

    ``effect`` is ``weakened`` (it lets through what it refused), ``strengthened``, ``incomparable`` (both), ``changed``
    (a term gives another value), ``same`` (no difference was found, which proves nothing) or ``unknown`` (it cannot be
    run; ``why`` says why). ``example`` is the smallest world that shows it, in a person's words.
    """

    effect: str
    example: str = ""
    why: str = ""


class Effects(Protocol):
    """Both versions, run on the same worlds when first asked."""

    def of(self, path: SpecPath) -> Effect:
        """The effect of the change on the guardrail, gate or term that the new spec has at ``path``."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The whole change. ``before`` and ``after`` say who reads what in each version."""

    both: Pair
    effects: Effects
    before: Reads
    after: Reads


Classifier: TypeAlias = Callable[[Change, Scene], Iterable[Mutation]]
"""What one raw change of a node of one kind means. It yields nothing for what means nothing."""


def mutation(id_: str, change: Change, *, about: str = "", before: Any = None, after: Any = None) -> Mutation:
    """A mutation of the table's row ``id_`` for ``change``, before any modifier.

    ``before`` and ``after`` default to what the change says.
    """
    row = ROWS[id_]
    node = change.node
    old, new = change.before, change.after
    said_before = change.old if change.attribute else dict(old.value) if old else None
    said_after = change.new if change.attribute else dict(new.value) if new else None
    return Mutation(
        id=id_,
        path=node.path,
        kind=node.kind,
        risk=row.risk,
        before=before if before is not None else said_before,
        after=after if after is not None else said_after,
        about=about,
        was=old.path if old is not None and old.path != node.path else "",
        old_place=old.place if old else None,
        new_place=new.place if new else None,
        migration=row.migration,
        tests=row.tests,
        version=row.version,
    )
