"""What is promoted and deployed, which runs are open, and what growth is made of: a fold over cells. Pure.

Who asks again pays for what is new: the fold keeps of each record only what a later one may need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from factory_git.core.ids import RecordId
from factory_git.engine.fold import STEPS
from factory_git.growth import board
from factory_git.ledger.cells import Cells
from factory_git.ledger.record import Entry, Record

DEPLOYED = ("deployed", "rolled_back")  # the states in which something runs
TYPES = tuple(dict.fromkeys(("run", *STEPS, "verdict", *board.TYPES)))
"""The types of records that the fold reads."""
PROMOTED, RUNNING, RUNS, GROWTH, COUNT = "promoted", "deployed", "runs", "growth", "count"
"""Tables: the promotion that stands of each application, what is deployed of each, open runs, the records that the
board is made of, and how many records there were."""

Json = dict[str, Any]


def take(cells: Cells, entries: Iterable[Entry]) -> None:
    """Let more records count; they come in the ledger's order."""
    place = int(cells.get(COUNT, "") or 0)
    for entry in entries:
        place += 1
        record = entry.record
        if record.type in board.TYPES:
            board.check(record)
            cells.put(GROWTH, record.id, {"place": place, **_grown(record)})
        if record.type in _TAKE:
            _TAKE[record.type](cells, record, entry.when, place)
    cells.put(COUNT, "", place)


def applications(cells: Cells) -> dict[str, tuple[Json | None, Json]]:
    """What is promoted of each application, and deployed, by variant."""
    promoted, deployed = dict(cells.all(PROMOTED)), dict(cells.all(RUNNING))
    return {app: (promoted.get(app), deployed.get(app, {})) for app in sorted(promoted.keys() | deployed.keys())}


def runs(cells: Cells) -> list[tuple[str, Json]]:
    """The runs without a verdict, the oldest first."""
    return _placed(cells.all(RUNS))


def items(cells: Cells) -> list[board.Item]:
    """The desires and morphs, each where its records say. What a spec says of its own desires is not asked."""
    return board.fold(
        Record(
            id=RecordId(id_),
            type=one["type"],
            parents=tuple(RecordId(parent) for parent in one["parents"]),
            payload=one["payload"],
        )
        for id_, one in _placed(cells.all(GROWTH))
    )


def _placed(found: Iterable[tuple[str, Json]]) -> list[tuple[str, Json]]:
    return sorted(found, key=lambda pair: int(pair[1]["place"]))


def _run(cells: Cells, record: Record, when: datetime, place: int) -> None:
    payload = record.payload
    begun = {name: payload[name] for name in ("spec", "spec_digest", "sources")}
    begun |= {"started": when.isoformat(), "step": 0, "phase": "", "outcome": "", "place": place}
    cells.put(RUNS, record.id, begun)


def _step(cells: Cells, record: Record, when: datetime, _: int) -> None:
    payload = record.payload
    run = cells.get(RUNS, payload["run"])
    if run is None or payload["step"] <= run["step"]:  # ended in another clone, or done twice: the first one counts
        return
    run = run | {name: payload[name] for name in ("step", "phase", "outcome")}
    run["spec_digest"] = payload.get("spec_digest", run["spec_digest"])
    cells.put(RUNS, payload["run"], run)
    if record.type == "promotion" and payload["outcome"] == "promoted":
        promoted = {
            "commit": payload["commit"],
            "branch": payload["branch"],
            "spec_digest": run["spec_digest"],
            "sources": run["sources"],
            "version": "",
            "run": payload["run"],
            "record": record.id,
            "when": when.isoformat(),
        }
        cells.put(PROMOTED, payload["spec"], promoted)


def _verdict(cells: Cells, record: Record, _: datetime, __: int) -> None:
    cells.drop(RUNS, record.payload["run"])


def _application(cells: Cells, record: Record, _: datetime, __: int) -> None:
    _versioned(cells, record.payload)


def _deployment(cells: Cells, record: Record, when: datetime, _: int) -> None:
    payload = record.payload
    _versioned(cells, payload)
    if payload["state"] in DEPLOYED:
        names = ("version", "commit", "spec_digest", "target", "state")
        here = {name: payload[name] for name in names if name in payload}
        here |= {"record": record.id, "when": when.isoformat()}
        before = cells.get(RUNNING, payload["app"]) or {}
        cells.put(RUNNING, payload["app"], before | {payload["variant"]: here})


def _versioned(cells: Cells, payload: Mapping[str, Any]) -> None:
    """A later record may know the number of the version that was promoted."""
    promoted = cells.get(PROMOTED, payload["app"])
    if promoted is not None and payload.get("version") and payload.get("commit") == promoted["commit"]:
        cells.put(PROMOTED, payload["app"], promoted | {"version": payload["version"]})


def _grown(record: Record) -> Json:
    kept = {name: value for name, value in record.payload.items() if name in board.FIELDS}
    if "mutations" in kept:
        kept["mutations"] = [{"fingerprint": one.get("fingerprint", "")} for one in kept["mutations"]]
    return {"type": record.type, "parents": list(record.parents), "payload": kept}


_TAKE: Mapping[str, Callable[[Cells, Record, datetime, int], None]] = {
    "run": _run,
    **dict.fromkeys(STEPS, _step),
    "verdict": _verdict,
    "application": _application,
    "deployment": _deployment,
}
