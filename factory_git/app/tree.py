"""``tree``: where a record came from, or what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from factory_git.app.context import Context
from factory_git.ledger.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The lineage, ready to draw."""

    tree: Tree
    notices: tuple[str, ...]


def run(ctx: Context, id_: str, direction: str = "up") -> Result:
    """Ancestors (``up``) or descendants (``down``) of a record."""
    return Result(tree=ctx.ledger.tree(id_, direction), notices=ctx.ledger.notices)
