"""Whether a morph still fits the spec: it is bound to the version that it was planned on."""

from __future__ import annotations

from collections.abc import Iterable

from factory_git.app import morph_file
from factory_git.app.context import Context
from factory_git.core.errors import Conflict
from factory_git.growth.compare import compare
from factory_git.growth.morph.morph import Morph
from factory_git.growth.mutation import Mutation
from factory_git.ledger.record import Entry
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

SHOWN = 12


def refuse_stale(ctx: Context, morph: Morph, entry: Entry | None, spec: Spec) -> None:
    """Raise :class:`Conflict` where the spec is not the one that the morph was planned on, with the list of what moved.

    Desires may have come since: they change nothing that a morph works on. A morph that names no base fits any version
    that its operations can be carried out on.
    """
    done = applied(ctx, entry)
    if done is not None:
        message = f"this morph is applied already: {done.record.id[:12]}"
        raise Conflict(message, code="morph/applied", hint="say what is wanted now: git factory desire")
    if not morph.base or build(spec).digest.startswith(morph.base):
        return
    before = morph_file.planned_on(ctx, entry, spec.root)
    moved = moves(before, spec) if before is not None else None
    if moved == []:
        return
    again = entry.record.id[:12] if entry else "FILE"
    hint = f"plan it anew on the spec as it is: git factory plan {again}"
    if moved is None:
        message = f"the spec is not the one that this was planned on ({morph.base[:12]}); what moved is not known here"
        raise Conflict(message, code="morph/stale", hint=hint)
    shown = "".join(f"\n  {one.id} {one.path}" for one in moved[:SHOWN])
    more = f"\n  … and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
    details = {"moved": [{"id": one.id, "path": one.path, "risk": one.risk} for one in moved]}
    message = f"the spec has moved since this was planned ({morph.base[:12]}):{shown}{more}"
    raise Conflict(message, code="morph/stale", hint=hint, details=details)


def moves(before: Spec, now: Spec) -> list[Mutation]:
    """The mutations between two versions, desires left out."""
    return list(_other_than_desires(compare(before, now).mutations))


def applied(ctx: Context, entry: Entry | None) -> Entry | None:
    """The application of a recorded morph that went through."""
    found = ctx.ledger.valid(type="application", parent=entry.record.id) if entry else []
    return next((one for one in found if one.record.payload["outcome"] == "applied"), None)


def _other_than_desires(found: Iterable[Mutation]) -> Iterable[Mutation]:
    return (one for one in found if one.path.partition(".")[0] != "desires")
