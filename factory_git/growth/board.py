"""Where the growth of an application stands: desires and morphs, each in the state that its records say. Pure.

backlog: wanted, and not planned · in progress: planned · review: simulated, or approvals were asked for · done:
applied, or settled in the spec itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from factory_git.ledger.record import Record
from factory_git.render.board import Card

BACKLOG, IN_PROGRESS, REVIEW, DONE = "backlog", "in progress", "review", "done"
TYPES = ("desire", "morph", "simulation", "approval", "application", "deployment")
"""The types of records that the fold reads."""
FIELDS = (
    "app", "title", "open", "node", "risk", "approvals", "requires", "mutations", "outcome", "reason", "commit",
    "state", "fingerprint",
)  # fmt: skip
"""The fields of their payloads that it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One desire, or a morph that nobody wished for by record.

    ``note`` says how it stands in the state: ``open``, ``planned``, ``simulated``, ``waiting for approval``,
    ``failed``, ``edited``, ``applied``, ``deployed``, ``declined``. ``morph`` is the newest plan of a desire.
    """

    id: str
    kind: str  # desire or morph
    app: str
    title: str
    state: str
    note: str
    open: tuple[str, ...] = ()
    morph: str = ""
    risk: str = ""
    approvals: int = 0  # that the morph asks for
    approved: int = 0  # records of approvals of its mutations; the gate says which of them count
    requires: tuple[str, ...] = ()
    application: str = ""
    deployment: str = ""
    node: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The item as a JSON object."""
        return {
            "id": self.id, "kind": self.kind, "app": self.app, "title": self.title, "state": self.state,
            "note": self.note, "open": list(self.open), "morph": self.morph or None, "risk": self.risk,
            "approvals": self.approvals, "approved": self.approved, "requires": list(self.requires),
            "application": self.application or None, "deployment": self.deployment or None, "node": self.node,
            "reason": self.reason,
        }  # fmt: skip


class _Records:
    """Records by type and by parent, each list in the order of the journal."""

    def __init__(self, every: Iterable[Record]) -> None:
        self._types: dict[str, list[Record]] = {}
        self._below: dict[tuple[str, str], list[Record]] = {}
        for one in every:
            self._types.setdefault(one.type, []).append(one)
            for parent in one.parents:
                self._below.setdefault((one.type, parent), []).append(one)

    def of(self, type_: str) -> list[Record]:
        return self._types.get(type_, [])

    def below(self, type_: str, parent: str) -> list[Record]:
        return self._below.get((type_, parent), [])


def fold(records: Iterable[Record], settled: Collection[str] = ()) -> list[Item]:
    """The items that the records of :data:`TYPES` make, in their order; they come in the order of the journal.

    ``settled`` are the addresses of desires that the spec itself says are done or declined.
    """
    known = _Records(records)
    desires, morphs = known.of("desire"), known.of("morph")
    wished = {one.id for one in desires}
    items = [_desire(known, one, settled) for one in desires]
    newest: dict[tuple[str, str], Record] = {}
    for one in morphs:
        if not wished & set(one.parents):
            newest[one.payload["app"], one.payload["title"]] = one
    return items + [_morph(known, one) for one in newest.values()]


def check(record: Record) -> None:
    """Raise (one of Python's own errors) for a record that lies about its shape, before it is among the others."""
    payload = record.payload
    fold([record], frozenset())
    if record.type == "approval":
        hash((payload["app"], payload["fingerprint"]))
    if record.type == "application" and payload["outcome"] == "applied":
        hash(payload["commit"])


def cards(items: Iterable[Item]) -> list[Card]:
    """The items as cards of a picture."""
    return [Card(id=one.id[:10], label=one.title, state=one.state, note=_noted(one)) for one in items]


def _noted(item: Item) -> str:
    return f"{item.note}, {item.risk}" if item.risk else item.note


def _desire(known: _Records, desire: Record, settled: Collection[str]) -> Item:
    payload = desire.payload
    own: dict[str, Any] = {"id": desire.id, "kind": "desire", "app": payload["app"], "title": payload["title"]}
    own |= {"open": tuple(payload["open"]), "node": payload["node"]}
    plans = known.below("morph", desire.id)
    if plans:
        found = [_stands(known, one) for one in plans]
        # What went through counts, whatever was planned besides; else the newest plan does.
        best = next((one for one in reversed(found) if one["state"] == DONE), found[-1])
        left = tuple(next(one for one in plans if one.id == best["morph"]).payload.get("open", ()))
        return Item(**own | best | {"open": left})
    if payload["node"] in settled:
        return Item(**own, state=DONE, note="settled in the spec")
    return Item(**own, state=BACKLOG, note="open" if payload["open"] else "understood")


def _morph(known: _Records, morph: Record) -> Item:
    own = {"id": morph.id, "kind": "morph", "app": morph.payload["app"], "title": morph.payload["title"]}
    return Item(**own, **_stands(known, morph))


def _stands(known: _Records, morph: Record) -> dict[str, Any]:
    """How a morph stands, as the fields of its item."""
    payload = morph.payload
    applied = known.below("application", morph.id)
    prints = {one["fingerprint"] for one in payload["mutations"]}
    approved = [
        one for one in known.of("approval")
        if one.payload["app"] == payload["app"] and one.payload["fingerprint"] in prints
    ]  # fmt: skip
    out: dict[str, Any] = {
        "morph": morph.id, "risk": payload["risk"], "approvals": int(payload.get("approvals", 0)),
        "approved": len(approved), "requires": tuple(payload.get("requires", ())), "state": IN_PROGRESS,
        "note": "planned",
    }  # fmt: skip
    through = [one for one in applied if one.payload["outcome"] == "applied"]
    if through:
        return out | _through(known, through[-1])
    if known.below("simulation", morph.id):
        out |= {"state": REVIEW, "note": "simulated"}
    if approved:
        out |= {"state": REVIEW, "note": "waiting for approval" if len(approved) < out["approvals"] else "approved"}
    if applied:
        last = applied[-1]
        out |= {"note": last.payload["outcome"], "application": last.id, "reason": last.payload.get("reason", "")}
    return out


def _through(known: _Records, application: Record) -> dict[str, Any]:
    """An applied morph: deployed where a deployment has its record or its commit."""
    commit = application.payload["commit"]
    deployed = [
        one
        for one in known.of("deployment")
        if one.payload.get("state") == "deployed"
        and (set(one.parents) & {application.id, *application.parents} or one.payload.get("commit") == commit)
    ]
    out: dict[str, Any] = {"state": DONE, "note": "applied", "application": application.id}
    return out | ({"note": "deployed", "deployment": deployed[-1].id} if deployed else {})
