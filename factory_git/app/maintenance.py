"""``maintenance``: keep the ledger fast. Nothing it does can lose a record, and nothing depends on it being done."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.context import Context
from factory_git.core.errors import FactoryError
from factory_git.core.points import reached
from factory_git.gitio import journal, upkeep

STAMP = "maintained"  # its age is that of the last maintenance
PACKS = 48  # packs of ours from which on it is due
AGE = 7 * 24 * 3600  # seconds after which it is due, where anything was written since


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was done. ``due`` is False where it was asked for only if due, and was not."""

    due: bool
    packs_before: int = 0
    packs_after: int = 0
    commit_graph: bool = False
    gc: bool = False

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "due": self.due,
            "packs_before": self.packs_before,
            "packs_after": self.packs_after,
            "commit_graph": self.commit_graph,
            "gc": self.gc,
        }


def run(ctx: Context, *, auto: bool = False, gc: bool = False) -> Result:
    """Join the ledger's packs, write Git's commit graph, tidy the index; with ``gc`` run Git's own, too.

    All of it holds the ledger's lock while it touches packs: no transaction of ours is in flight then, and those of
    others are kept by their own marks. ``auto`` does nothing unless :func:`due`.
    """
    if auto and not due(ctx):
        return Result(due=False)
    before, after = ctx.ledger.maintain()
    reached("maintenance:joined")
    upkeep.write_commit_graph(ctx.location)
    reached("maintenance:graph")
    if gc:
        upkeep.collect_garbage(ctx.location)
        reached("maintenance:collected")
    ctx.ledger.tidy_index()
    reached("maintenance:tidied")
    with contextlib.suppress(OSError):
        _stamp(ctx).touch()
    return Result(due=True, packs_before=before, packs_after=after, commit_graph=True, gc=gc)


def due(ctx: Context) -> bool:
    """Whether enough was written, or long enough ago, for maintenance to pay. Costs a look at two files."""
    folder = ctx.location.factory_dir
    acknowledged = folder / journal.NAME
    if not acknowledged.exists():
        return False
    if acknowledged.stat().st_size > PACKS * journal.LINE:
        return True
    last = _stamp(ctx).stat().st_mtime if _stamp(ctx).exists() else acknowledged.stat().st_mtime
    return ctx.clock.now().timestamp() - last > AGE


def start_if_due(ctx: Context) -> bool:
    """Start it in the background where it is due, unless ``factory.maintenance`` is false; whether it was started."""
    try:
        if not ctx.settings.flag("maintenance") or not due(ctx):
            return False
        upkeep.in_background(ctx.location, "maintenance", "--auto")
    except (FactoryError, OSError):  # what was to be done is done; care can wait
        return False
    return True


def _stamp(ctx: Context) -> Path:
    return ctx.location.factory_dir / STAMP
