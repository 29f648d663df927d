"""``state``: what holds at a point of the ledger. Now, it is gone on with from where it was last read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from factory_git.app import claim, folds, memory, point, state_fold
from factory_git.app.claim_fold import Claim, standing
from factory_git.app.context import Context
from factory_git.app.folds import Fold
from factory_git.app.knowledge_storage import KNOWLEDGE
from factory_git.app.point import Point
from factory_git.core.errors import FactoryError, NotFound
from factory_git.core.ids import Oid, RecordId
from factory_git.engine.fold import fold
from factory_git.engine.state import State
from factory_git.growth.board import Item
from factory_git.knowledge.fold import State as Things
from factory_git.ledger.cells import Cells
from factory_git.ledger.projection import Query
from factory_git.memory.fold import Remembered

STATE = Fold(
    name="state",
    types=state_fold.TYPES,
    take=state_fold.take,
    modules=("factory_git.app.state_fold", "factory_git.engine.fold", "factory_git.growth.board"),
)
FOLDS = (STATE, claim.CLAIMS, memory.FOLD, KNOWLEDGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``at``: a number of transactions, a time, an id (empty: now). ``of``: one stream, or one run by its id."""

    of: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the folds made of the same records. It is read when it is asked for, and by then may hold newer ones."""

    state: Cells
    claims: Cells
    memory: Cells
    knowledge: Cells

    @property
    def memories(self) -> list[dict[str, Any]]:
        """The memories that stand, without their texts."""
        return Remembered(self.memory).titles()

    @property
    def scopes(self) -> dict[str, int]:
        """How many memories stand in each scope."""
        return Remembered(self.memory).scopes()

    @property
    def items(self) -> list[Item]:
        """The desires and morphs."""
        return state_fold.items(self.state)

    def conflicts(self) -> list[dict[str, Any]]:
        """Things with several newest revisions, made apart: what, and which."""
        apart = Remembered(self.memory).apart()
        found = [{"type": "memory", "subject": root, "heads": list(ids)} for root, ids in apart.items()]
        changed = Things(cells=self.knowledge).heads_apart()
        found += [{"type": "change", "subject": id_, "heads": list(heads)} for id_, heads in changed.items()]
        return sorted(found, key=lambda one: (str(one["type"]), str(one["subject"])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What holds. ``run`` is set where one was asked for, ``held`` else."""

    at: Point
    transactions: int
    types: Mapping[str, int]
    held: Held | None = None
    applications: tuple[dict[str, Any], ...] = ()
    claims: tuple[Claim, ...] = ()
    stream: str = ""
    run: State | None = None
    notices: tuple[str, ...] = ()

    def as_json(self, *, titles: bool = True) -> dict[str, Any]:
        """The declared fields of ``--json``; without ``titles``, memories are counted by scope."""
        last = self.at.last
        out: dict[str, Any] = {
            "at": {"transactions": self.at.upto, "tx": last.oid, "when": last.when.isoformat()} if last else None,
            "stream": self.stream or None,
            "transactions": self.transactions,
            "records": sum(self.types.values()),
            "types": dict(sorted(self.types.items())),
        }
        if self.held is None:
            return out | {"run": self.run.as_json() if self.run is not None else None}
        return out | self._whole(self.held, titles=titles)

    def _whole(self, held: Held, *, titles: bool) -> dict[str, Any]:
        states: dict[str, list[dict[str, str]]] = {}
        for one in held.items:
            told = {"id": one.id, "app": one.app, "title": one.title, "note": one.note}
            states.setdefault(one.state, []).append(told)
        return {
            "applications": list(self.applications),
            "runs": [{"run": id_} | _told(run) for id_, run in state_fold.runs(held.state)],
            "claims": [one.as_json() for one in self.claims],
            "memories": held.memories if titles else held.scopes,
            "growth": states,
            "conflicts": held.conflicts(),
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
    now = ctx.clock.now() if not options.at else at.last.when if at.last else ctx.clock.now()
    if at.last is None or not at.whole or at.last.oid != ctx.ledger.tip:
        return _result(ctx, at, at.reader.tally(Query(upto=at.upto)), _made(at, Query(upto=at.upto)), now)
    held = Held(**dict(zip(Held.__slots__, map(ctx.folds.now, FOLDS), strict=True)))
    return _result(ctx, at, (at.upto, held.state.get(folds.TALLY, "")), held, now)


def _result(
    ctx: Context, at: Point, counted: tuple[int, Mapping[str, int]], held: Held, now: datetime, *, stream: str = ""
) -> Result:
    return Result(
        at=at,
        transactions=counted[0],
        types=counted[1],
        held=held,
        applications=tuple(_applications(ctx, held.state)),
        claims=tuple(standing(held.claims, now)),
        stream=stream,
        notices=ctx.ledger.notices,
    )


def _made(at: Point, query: Query) -> Held:
    """The folds of some records, kept nowhere."""
    made = (folds.of(at.reader, one, replace(query, types=one.types)) for one in FOLDS)
    return Held(**dict(zip(Held.__slots__, made, strict=True)))


def _applications(ctx: Context, cells: Cells) -> Iterator[dict[str, Any]]:
    for app, (promoted, deployed) in state_fold.applications(cells).items():
        told = promoted and promoted | {"version": promoted["version"] or _version(ctx, promoted["sources"])}
        yield {"app": app, "promoted": _told(told), "deployed": deployed}


# -- a stream, a run -------------------------------------------------------------------------------------------------


def _stream(ctx: Context, at: Point, stream: str) -> Result:
    """The same fold over one stream; it is small, and kept nowhere."""
    counted = at.reader.tally(Query(stream=stream, upto=at.upto))
    if not counted[0]:
        hint = "streams are named by: git factory log; runs by: git factory list --type run"
        raise NotFound(f"there is no stream and no run {stream!r} there", code="state/none", hint=hint)
    now = at.last.when if at.last else ctx.clock.now()
    return _result(ctx, at, counted, _made(at, Query(stream=stream, upto=at.upto)), now, stream=stream)


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
        run=fold(entry.record for entry in entries),
        notices=ctx.ledger.notices,
    )


# -- small things ----------------------------------------------------------------------------------------------------


def _told(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (kept or {}).items() if name not in ("sources", "place")}


def _version(ctx: Context, sources: Mapping[str, str]) -> str:
    """The number that the promoted spec gives itself; empty where it cannot be read (any more)."""
    from factory_git.spec.load import load  # noqa: PLC0415 (only where no later record names the version)
    from factory_git.spec.model import Source  # noqa: PLC0415

    try:
        return load([Source(path=path, content=ctx.repo.blob(Oid(oid))) for path, oid in sources.items()]).version
    except FactoryError:
        return ""
