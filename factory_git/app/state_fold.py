"""What holds, folded record by record in the ledger's order. What was folded is plain data, and gone on with. Pure.

Who asks again pays for what is new: the fold keeps of each record only what a later one may need.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from factory_git.core.ids import RecordId
from factory_git.engine.fold import STEPS
from factory_git.growth import board
from factory_git.ledger.record import Entry, Record

DEPLOYED = ("deployed", "rolled_back")  # the states in which something runs
HELD = ("held", "kept")  # the states of a claim and of a memory that stand
TYPES = tuple(dict.fromkeys(("run", *STEPS, "verdict", "claim", "memory", "change", *board.TYPES)))
"""The types of records that the fold reads; all others are counted."""

Json = dict[str, Any]


@dataclass(slots=True)
class Held:
    """The fold so far, as JSON can hold it.

    ``heads`` are the revisions that stand, by id; ``roots`` the first revisions of those that replaced another;
    ``subjects`` the newest changes of each thing of the knowledge store; ``growth`` what the board is made of.
    """

    promoted: Json = field(default_factory=dict)
    deployed: dict[str, Json] = field(default_factory=dict)
    runs: dict[str, Json] = field(default_factory=dict)
    heads: dict[str, Json] = field(default_factory=dict)
    roots: dict[str, list[str]] = field(default_factory=dict)
    subjects: dict[str, list[str]] = field(default_factory=dict)
    growth: list[Json] = field(default_factory=list)

    def take(self, entries: Iterable[Entry]) -> Held:
        """Let more records count; they come in the ledger's order."""
        for entry in entries:
            record = entry.record
            if record.type in board.TYPES:
                self.growth.append(_grown(record))
            if record.type in _TAKE:
                _TAKE[record.type](self, record, entry.when)
        return self


def code() -> str:
    """Names this fold: what was kept by another version of it is not gone on with."""
    return hashlib.sha256(Path(__file__).read_bytes() + repr((TYPES, board.FIELDS)).encode()).hexdigest()


def items(held: Held) -> list[board.Item]:
    """The desires and morphs, each where its records say. What a spec says of its own desires is not asked."""
    return board.fold(
        Record(
            id=RecordId(one["id"]),
            type=one["type"],
            parents=tuple(RecordId(parent) for parent in one["parents"]),
            payload=one["payload"],
        )
        for one in held.growth
    )


def conflicts(held: Held) -> list[Json]:
    """Things with several newest revisions, made apart: what, and which."""
    found = [
        {"type": "change", "subject": subject, "heads": sorted(heads)}
        for subject, heads in held.subjects.items()
        if len(heads) > 1
    ]
    memories = {id_: set(one["roots"]) for id_, one in held.heads.items() if one["type"] == "memory"}
    by_root: dict[str, list[str]] = {}
    for id_, roots in memories.items():
        for root in roots:
            by_root.setdefault(root, []).append(id_)
    found += [
        {"type": "memory", "subject": root, "heads": sorted(ids)} for root, ids in by_root.items() if len(ids) > 1
    ]
    return sorted(found, key=lambda one: (str(one["type"]), str(one["subject"])))


def _run(held: Held, record: Record, when: datetime) -> None:
    payload = record.payload
    held.runs[record.id] = {
        "spec": payload["spec"],
        "spec_digest": payload["spec_digest"],
        "sources": payload["sources"],
        "started": when.isoformat(),
        "step": 0,
        "phase": "",
        "outcome": "",
    }


def _step(held: Held, record: Record, when: datetime) -> None:
    payload = record.payload
    run = held.runs.get(payload["run"])
    if run is None or payload["step"] <= run["step"]:  # ended in another clone, or done twice: the first one counts
        return
    run |= {name: payload[name] for name in ("step", "phase", "outcome")}
    run["spec_digest"] = payload.get("spec_digest", run["spec_digest"])
    if record.type == "promotion" and payload["outcome"] == "promoted":
        held.promoted[payload["spec"]] = {
            "commit": payload["commit"],
            "branch": payload["branch"],
            "spec_digest": run["spec_digest"],
            "sources": run["sources"],
            "version": "",
            "run": payload["run"],
            "record": record.id,
            "when": when.isoformat(),
        }


def _verdict(held: Held, record: Record, _: datetime) -> None:
    held.runs.pop(record.payload["run"], None)


def _application(held: Held, record: Record, _: datetime) -> None:
    _versioned(held, record.payload)


def _deployment(held: Held, record: Record, when: datetime) -> None:
    payload = record.payload
    _versioned(held, payload)
    if payload["state"] in DEPLOYED:
        names = ("version", "commit", "spec_digest", "target", "state")
        held.deployed.setdefault(payload["app"], {})[payload["variant"]] = {
            **{name: payload[name] for name in names if name in payload},
            "record": record.id,
            "when": when.isoformat(),
        }


def _versioned(held: Held, payload: Mapping[str, Any]) -> None:
    """A later record may know the number of the version that was promoted."""
    promoted = held.promoted.get(payload["app"])
    if promoted is not None and payload.get("version") and payload.get("commit") == promoted["commit"]:
        promoted["version"] = payload["version"]


def _revision(held: Held, record: Record, _: datetime) -> None:
    """A claim or a memory. What it replaces stood before it, because it is among its parents."""
    payload = record.payload
    replaced = payload.get("replaces", [])
    roots = sorted({root for one in replaced for root in held.roots.get(one, [one])}) or [record.id]
    if replaced:
        held.roots[record.id] = roots
    for one in replaced:
        held.heads.pop(one, None)
    if payload["state"] in HELD:
        names = ("title", "scope", "kind", "task", "owner", "paths", "until", "state")
        kept = {name: payload[name] for name in names if name in payload}
        held.heads[record.id] = {"type": record.type, "roots": roots, **kept}


def _change(held: Held, record: Record, _: datetime) -> None:
    payload = record.payload
    heads = held.subjects.setdefault(payload.get("subject", record.id), [])
    heads[:] = [one for one in heads if one not in payload.get("base", ())] + [record.id]


def _grown(record: Record) -> Json:
    kept = {name: value for name, value in record.payload.items() if name in board.FIELDS}
    if "mutations" in kept:
        kept["mutations"] = [{"fingerprint": one.get("fingerprint", "")} for one in kept["mutations"]]
    return {"id": record.id, "type": record.type, "parents": list(record.parents), "payload": kept}


_TAKE: Mapping[str, Callable[[Held, Record, datetime], None]] = {
    "run": _run,
    **dict.fromkeys(STEPS, _step),
    "verdict": _verdict,
    "application": _application,
    "deployment": _deployment,
    "claim": _revision,
    "memory": _revision,
    "change": _change,
}
