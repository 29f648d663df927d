"""``fork``: a ledger that goes on from an earlier transaction, under a ref of its own; ``branches``: all of them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from factory_git.app import point
from factory_git.app.context import Context
from factory_git.core.errors import Conflict, UsageError
from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.gitio.refs import RefMoved
from factory_git.ledger import forks
from factory_git.ledger.write import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """``number`` is the place in the ledger's order of the transaction ``left``, where the fork left the ledger.

    ``held`` transactions are reached from there: fewer than ``number`` where the transaction came from another clone.
    ``ahead`` were added on the fork since; ``left`` is None where it has nothing of this ledger.
    """

    name: str
    ref: str
    tip: Oid
    left: Oid | None
    number: int
    held: int
    ahead: int

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {name: getattr(self, name) for name in ("name", "ref", "tip", "left", "number", "held", "ahead")}


def run(ctx: Context, at: str, *, name: str = "", dry_run: bool = False) -> Fork:
    """Fork where ``at`` says (as in ``state --at``); the name is one that is free, unless given.

    Raises :class:`UsageError` for a point before the first transaction, out of range or no whole number,
    :class:`Conflict` for a name that is taken.
    """
    found = point.find(ctx, at)
    if found.last is None:
        raise UsageError("a fork goes on from a transaction", code="fork/empty", hint="git factory fork 1, or later")
    ref = forks.ref(name or _free(ctx, f"at-{found.number}"))
    if ctx.repo.ref(ref) is not None:
        raise Conflict(
            f"there is a fork {ref.removeprefix(forks.FORKS)}", code="fork/taken", hint="name another: --name"
        )
    tip = found.last.oid
    if not dry_run:
        # Of a fork that was given up, another under its name must not inherit what had been promised of it.
        shutil.rmtree(forks.folder(ctx.location, ref), ignore_errors=True)
        reached("fork:cleared")
        writer = Writer(repo=ctx.repo, ref=ref, fsync=ctx.settings.flag("fsync"), clock=ctx.clock)
        try:
            with writer.locked():
                writer.move(None, tip)
        except RefMoved as error:
            raise Conflict(
                f"somebody else made {ref} meanwhile", code="fork/taken", hint="name another: --name"
            ) from error
    held = len(ctx.repo.reached(tip, None))
    return Fork(name=ref.removeprefix(forks.FORKS), ref=ref, tip=tip, left=tip, number=found.number, held=held, ahead=0)


def branches(ctx: Context) -> list[Fork]:
    """Every fork, by name: where it left the ledger, and how far it went."""
    return [_fork(ctx, ref) for ref in ctx.repo.refs_below(forks.FORKS)]


def _fork(ctx: Context, ref: str) -> Fork:
    tip = ctx.repo.ref(ref)
    assert tip is not None
    ledger = ctx.ledger.tip
    fresh = ctx.repo.reached(tip, ledger)
    # The first-parent line of a fork leads into what it left.
    left: Oid | None = tip
    known = set(fresh)
    while left is not None and left in known:
        parents = ctx.repo.commit(left).parents
        left = parents[0] if parents else None
    return Fork(
        name=ref.removeprefix(forks.FORKS),
        ref=ref,
        tip=tip,
        left=left,
        number=ctx.ledger.number(left) if left else 0,
        held=len(ctx.repo.reached(left, None)) if left else 0,
        ahead=len(fresh),
    )


def _free(ctx: Context, name: str) -> str:
    taken = {ref.removeprefix(forks.FORKS) for ref in ctx.repo.refs_below(forks.FORKS)}
    names = (name, *(f"{name}-{count}" for count in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)
