"""``state``: what holds at a point of the ledger: a fold, gone on with from where it was last read.

Reading it costs the records that are new. What was folded up to a tip is kept beside the index (disposable, of this
clone only), with the version of the code that folded it, and gone on with where the ledger's order goes on from there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from factory_git.app import point, state_fold
from factory_git.app.claim import Claim, standing
from factory_git.app.context import Context
from factory_git.app.point import Point
from factory_git.app.state_fold import TYPES, Held
from factory_git.core import files
from factory_git.core.errors import FactoryError, NotFound
from factory_git.core.ids import Oid, RecordId, sha256
from factory_git.engine.fold import fold
from factory_git.engine.state import State
from factory_git.growth.board import Item
from factory_git.ledger import forks
from factory_git.ledger.projection import Query
from factory_git.ledger.record import Entry, Record

SNAPSHOT = "state.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``at``: a number of transactions, a time, an id (empty: now). ``of``: one stream, or one run by its id."""

    of: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What holds. ``run`` is set where one was asked for; ``read`` says how many records were read for the answer."""

    at: Point
    transactions: int
    types: Mapping[str, int]
    held: Held
    claims: tuple[Claim, ...]
    items: tuple[Item, ...]
    conflicts: tuple[dict[str, Any], ...]
    stream: str = ""
    run: State | None = None
    read: int = 0
    notices: tuple[str, ...] = ()

    @property
    def memories(self) -> list[dict[str, Any]]:
        """The memories that stand."""
        found = self.held.heads.items()
        return [
            {name: one[name] for name in ("scope", "kind", "title")} | {"id": id_}
            for id_, one in found
            if one["type"] == "memory"
        ]

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        last = self.at.last
        out: dict[str, Any] = {
            "at": {"transactions": self.at.upto, "tx": last.oid, "when": last.when.isoformat()} if last else None,
            "stream": self.stream or None,
            "transactions": self.transactions,
            "records": sum(self.types.values()),
            "types": dict(sorted(self.types.items())),
        }
        return out | (_of_run(self.run) if self.run is not None else self._whole())

    def _whole(self) -> dict[str, Any]:
        held = self.held
        states: dict[str, list[dict[str, str]]] = {}
        for one in self.items:
            states.setdefault(one.state, []).append(
                {"id": one.id, "app": one.app, "title": one.title, "note": one.note}
            )
        return {
            "applications": [
                {"app": app, "promoted": _told(held.promoted.get(app)), "deployed": held.deployed.get(app, {})}
                for app in sorted(held.promoted.keys() | held.deployed.keys())
            ],
            "runs": [{"run": id_} | _told(run) for id_, run in held.runs.items()],
            "claims": [one.as_json() for one in self.claims],
            "memories": self.memories,
            "growth": states,
            "conflicts": list(self.conflicts),
        }


def run(ctx: Context, options: Options | None = None) -> Result:
    """The state at a point.

    Raises :class:`NotFound` for a run or stream that is not there (then), and what :func:`point.find` does.
    """
    options = options or Options()
    at = point.find(ctx, options.at)
    if options.of:
        one = _run_named(ctx, options.of)
        return _run(ctx, at, one) if one else _stream(ctx, at, options.of)
    counted, held, read = _folded(ctx, at)
    now = ctx.clock.now() if not options.at else at.last.when if at.last else ctx.clock.now()
    return _result(ctx, at, counted, held, now, read=read)


def _result(
    ctx: Context,
    at: Point,
    counted: tuple[int, Mapping[str, int]],
    held: Held,
    now: datetime,
    *,
    stream: str = "",
    read: int = 0,
) -> Result:
    for promoted in held.promoted.values():
        promoted["version"] = promoted["version"] or _version(ctx, promoted["sources"])
    return Result(
        at=at,
        transactions=counted[0],
        types=counted[1],
        held=held,
        claims=tuple(standing(_claims(held, now), now)),
        items=tuple(state_fold.items(held)),
        conflicts=tuple(state_fold.conflicts(held)),
        stream=stream,
        read=read,
        notices=ctx.ledger.notices,
    )


# -- folding, from a snapshot where there is one ---------------------------------------------------------------------


def _folded(ctx: Context, at: Point) -> tuple[tuple[int, Mapping[str, int]], Held, int]:
    """Counts and fold up to a point, and how many records were read for it."""
    known = _snapshot(ctx, at) if at.whole else None
    after, held = (known[0], known[2]) if known else (0, Held())
    counted = at.reader.tally(Query(after=after, upto=at.upto))
    entries = at.reader.entries(Query(types=TYPES, after=after, upto=at.upto))
    held.take(entries)
    types = Counter(known[1] if known else {}) + Counter(counted[1])
    complete = len(entries) == sum(counted[1].get(one, 0) for one in TYPES)  # else something could not be read
    if complete and at.whole and at.last and at.upto > after and at.last.oid == ctx.ledger.tip:
        _keep(ctx, at, types, held)
    return (at.upto, types), held, len(entries)


def _snapshot(ctx: Context, at: Point) -> tuple[int, Mapping[str, int], Held] | None:
    """What was folded before, if it is a beginning of what is asked for."""
    try:
        mark, _, body = _place(ctx).read_bytes().partition(b"\n")
    except OSError:
        return None
    if mark != _mark(body):
        return None
    kept = json.loads(body)
    n, oid, types, held = int(kept["n"]), Oid(kept["tx"]), kept["types"], Held(**kept["held"])
    return (n, types, held) if n <= at.upto and ctx.ledger.goes_on(oid, n) else None


def _keep(ctx: Context, at: Point, types: Mapping[str, int], held: Held) -> None:
    assert at.last is not None
    whole = {one.name: getattr(held, one.name) for one in dataclasses.fields(held)}
    body = json.dumps({"n": at.upto, "tx": at.last.oid, "types": types, "held": whole}, default=str).encode()
    with contextlib.suppress(OSError):  # a repository that cannot be written is read all the same
        files.write(_place(ctx), _mark(body) + b"\n" + body)


def _place(ctx: Context) -> Path:
    return forks.folder(ctx.location, ctx.settings.text("ref")) / SNAPSHOT


def _mark(body: bytes) -> bytes:
    """The first line of a snapshot: it was made by this code, and is whole."""
    return sha256(state_fold.code().encode() + body).encode()


# -- a stream, a run -------------------------------------------------------------------------------------------------


def _stream(ctx: Context, at: Point, stream: str) -> Result:
    """The same fold over one stream; it is small, and kept nowhere."""
    counted = at.reader.tally(Query(stream=stream, upto=at.upto))
    if not counted[0]:
        hint = "streams are named by: git factory log; runs by: git factory list --type run"
        raise NotFound(f"there is no stream and no run {stream!r} there", code="state/none", hint=hint)
    entries = at.reader.entries(Query(types=TYPES, stream=stream, upto=at.upto))
    now = at.last.when if at.last else ctx.clock.now()
    return _result(ctx, at, counted, Held().take(entries), now, stream=stream, read=len(entries))


def _run_named(ctx: Context, text: str) -> RecordId | None:
    """The run whose id begins so, of all there ever was."""
    try:
        record = ctx.ledger.get(text)
    except FactoryError:
        return None
    return record.id if record.type == "run" else None


def _run(ctx: Context, at: Point, run_id: RecordId) -> Result:
    entries = at.reader.entries(Query(run=run_id, upto=at.upto))
    if not any(entry.record.id == run_id for entry in entries):
        raise NotFound(f"run {run_id[:10]} had not begun then", code="state/no-run", hint="see: git factory log")
    return Result(
        at=at,
        transactions=len({entry.tx for entry in entries}),
        types=Counter(entry.record.type for entry in entries),
        held=Held(),
        claims=(),
        items=(),
        conflicts=(),
        run=fold(entry.record for entry in entries),
        read=len(entries),
        notices=ctx.ledger.notices,
    )


def _of_run(run: State) -> dict[str, Any]:
    return {"run": run.as_json()}


# -- small things ----------------------------------------------------------------------------------------------------


def _claims(held: Held, now: datetime) -> list[Entry]:
    found = ((id_, one) for id_, one in held.heads.items() if one["type"] == "claim")
    return [
        Entry(
            record=Record(id=RecordId(id_), type="claim", parents=(), payload=one),
            stream="", actor="", when=now, tx=Oid(""), subject="",
        )
        for id_, one in found
    ]  # fmt: skip


def _told(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (kept or {}).items() if name != "sources"}


def _version(ctx: Context, sources: Mapping[str, str]) -> str:
    """The number that the promoted spec gives itself; empty where it cannot be read (any more)."""
    from factory_git.spec.load import load  # noqa: PLC0415 (only where no later record names the version)
    from factory_git.spec.model import Source  # noqa: PLC0415

    try:
        return load([Source(path=path, content=ctx.repo.blob(Oid(oid))) for path, oid in sources.items()]).version
    except FactoryError:
        return ""
