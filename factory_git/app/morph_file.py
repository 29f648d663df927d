"""A morph by its file or by the id of its record; the record of one; the spec it was planned on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from factory_git.app import desire_record
from factory_git.app.context import Context
from factory_git.core.errors import FactoryError, NotFound, SpecError
from factory_git.core.ids import RecordId, blob_oid
from factory_git.growth.morph.morph import Morph, read, write
from factory_git.growth.morph.plan import Plan
from factory_git.ledger.record import Entry, Record, make
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A morph and where it is from: a ``file`` (as it was named), a ``record``, or both unknown."""

    morph: Morph
    file: str = ""
    record: Entry | None = None

    @property
    def parents(self) -> tuple[RecordId, ...]:
        """The desires that its record was planned for."""
        return self.record.record.parents if self.record else ()


def find(ctx: Context, said: str) -> Found:
    """The morph that a word names: a file, else a record. A file that a record was written as is that record.

    Raises :class:`NotFound` when there is neither, :class:`SpecError` for a file that holds no morph.
    """
    path = Path(said)
    if path.is_file():
        return Found(morph=read(path.read_bytes(), said), file=said, record=None)
    entry = desire_record.maybe(ctx, said, "morph")
    if entry is None:
        wish = desire_record.maybe(ctx, said, "desire")
        hint = (
            f"it is a desire: git factory plan {said}" if wish else "a file or a record: git factory status lists them"
        )
        raise NotFound(f"there is no morph {said!r}", code="morph/none", hint=hint)
    return Found(morph=of(entry.record.payload), record=entry)


def of(payload: Mapping[str, Any]) -> Morph:
    """The morph that a record holds; as it was written where the record has that, since records sort keys."""
    if "file" in payload:
        return replace(read(str(payload["file"]).encode(), "the record"), base=payload["base"])
    text = {key: str(payload.get(key, "")) for key in ("desire", "why", "level", "base", "app")}
    return Morph(**text, ops=tuple(payload["ops"]), tests=tuple(payload.get("tests", ())))


def record(plan: Plan, parents: tuple[RecordId, ...]) -> tuple[Record, list[bytes]]:
    """The record of a plan, and the contents that lie beside it: the spec's files before and after."""
    morph, diff, before, now = plan.morph, plan.diff, plan.carried.before, plan.carried.now
    payload = {
        "app": morph.app,
        "title": _title(plan),
        "desire": morph.desire,
        "why": morph.why,
        "level": morph.level,
        "base": morph.base,
        "head": diff.head,
        "ops": [dict(op) for op in morph.ops],
        "file": write(morph),
        "mutations": [
            {"id": one.id, "path": one.path, "risk": one.risk, "fingerprint": one.fingerprint} for one in diff.mutations
        ],
        "risk": diff.risk,
        "version": plan.carried.spec.version,
        "migration": plan.migration,
        "requires": list(plan.requires),
        "approvals": plan.approvals,
        "tests": list(morph.tests),
        "open": [one.words for one in plan.open],
        "sources": {path: blob_oid(content) for path, content in before.items()},
        "result": {path: blob_oid(content) for path, content in now.items()},
    }
    contents = dict.fromkeys([*before.values(), *now.values()])
    return make("morph", payload, parents), list(contents)


def _title(plan: Plan) -> str:
    said = plan.morph.desire or "; ".join(f"{next(iter(op))} {next(iter(op.values()))}" for op in plan.morph.ops[:3])
    return desire_record.shortened(said) or "nothing to do"


def put(ctx: Context, one: Record, contents: list[bytes]) -> RecordId:
    """Store the record of a morph."""
    payload = one.payload
    subject = f"morph {payload['app']}: {payload['title']} (risk {payload['risk']})"
    return ctx.ledger.append([one], stream=desire_record.stream(payload["app"]), subject=subject, blobs=contents)[0]


def twin(ctx: Context, morph: Morph) -> Entry | None:
    """The newest record of a morph with the same operations on the same base."""
    for entry in ctx.ledger.valid(type="morph", newest_first=True):
        payload = entry.record.payload
        same = bool(morph.base) and payload["base"].startswith(morph.base)
        if same and payload["app"] == (morph.app or payload["app"]) and of(payload).ops == morph.ops:
            return entry
    return None


def planned_on(ctx: Context, entry: Entry | None, root: str) -> Spec | None:
    """The spec that a recorded morph was planned on; None where it is not there any more."""
    if entry is None:
        return None
    try:
        sources = [
            Source(path=path, content=ctx.ledger.blob(oid)) for path, oid in entry.record.payload["sources"].items()
        ]
        return load(sources, root=root)
    except (NotFound, SpecError, FactoryError):
        return None
