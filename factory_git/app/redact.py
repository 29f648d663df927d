"""``redact``: records and contents taken out of history, here and in the forks, with a note of what, who and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.core import canonical
from factory_git.core.errors import FactoryError, UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.gitio import places
from factory_git.ledger import forks, layout
from factory_git.ledger.projection import Query
from factory_git.ledger.redact import Taken
from factory_git.ledger.store import Ledger

_OID = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was taken out of each ledger, by its ref, forks first, and what is not gone by that.

    ``contents`` are those that a target names and that were not named themselves, ``children`` the records that came of
    a target and may repeat it; ``refs`` still reach the old history, and so do the reflogs of ``logs``.
    """

    taken: dict[str, Taken]
    contents: tuple[Oid, ...]
    children: tuple[RecordId, ...]
    refs: tuple[str, ...]
    logs: tuple[str, ...]
    notices: tuple[str, ...]
    dry_run: bool

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        last = [*self.taken.values()][-1]
        return {
            "note": None if self.dry_run else last.note,
            "targets": [target.as_json() for target in last.targets],
            "ledgers": {ref: {"transactions": taken.again} for ref, taken in self.taken.items()},
            "contents": list(self.contents),
            "children": list(self.children),
            "refs": list(self.refs),
            "logs": list(self.logs),
        }


def run(ctx: Context, ids: Sequence[str], reason: str, *, dry_run: bool = False) -> Result:
    """Take them out of the ledger and of each fork that has them: a fork is a ledger of its own, and has its own note.

    The ledger itself comes last: killed between two, the same command goes on. Raises what :meth:`Ledger.redact`
    raises; nothing was changed then.
    """
    if not ids or not reason.strip():
        raise UsageError("what is taken out, and why?", hint="git factory redact ID… --reason TEXT")
    targets = [ctx.ledger.target(id_) for id_ in ids]
    contents, children = _named(ctx.ledger, targets), _children(ctx.ledger, targets)
    taken = {}
    notices: list[str] = []
    for ref, ledger in _ledgers(ctx):
        there = targets if ledger is ctx.ledger else [Oid(one) for one in ledger.located(targets)]
        if there:
            taken[ref] = ledger.redact(there, reason, dry_run=dry_run)
            notices += ledger.notices
    return Result(
        taken=taken, contents=contents, children=children, refs=_refs(ctx, taken, dry_run=dry_run),
        logs=tuple(ref for ref in taken if (ctx.location.common_dir / "logs" / ref).exists()),
        notices=tuple(dict.fromkeys(notices)), dry_run=dry_run,
    )  # fmt: skip


def _ledgers(ctx: Context) -> Iterator[tuple[str, Ledger]]:
    """The forks, where this is the ledger that they left, then this one."""
    own = ctx.settings.text("ref")
    for ref in ctx.repo.refs_below(forks.FORKS):
        if ref != own and not own.startswith(forks.FORKS) and forks.is_one(ref):
            yield ref, ctx.ledger_on(ref)
    yield own, ctx.ledger


def _named(ledger: Ledger, targets: Sequence[Oid]) -> tuple[Oid, ...]:
    """Contents that records among the targets name, and that stay."""
    found: set[str] = set()
    for id_ in targets:
        try:
            found |= set(_OID.findall(canonical.dumps(ledger.get(id_).payload).decode()))
        except FactoryError:  # a content, or damaged
            continue
    located = ledger.located(found - set(targets))
    return tuple(sorted(Oid(id_) for id_, place in located.items() if layout.BLOB_PATH.fullmatch(place.path)))


def _children(ledger: Ledger, targets: Sequence[Oid]) -> tuple[RecordId, ...]:
    found = (row.id for id_ in targets for row in ledger.rows(Query(parent=RecordId(id_))))
    return tuple(dict.fromkeys(id_ for id_ in found if Oid(id_) not in targets))


def _refs(ctx: Context, taken: dict[str, Taken], *, dry_run: bool) -> tuple[str, ...]:
    """Refs that still reach what was taken out."""
    if dry_run:
        return ()
    brought = [oid for one in taken.values() for oid in one.brought]
    return tuple(places.refs(ctx.location, brought))
