"""A change: the one record type of the knowledge store. Everything in it is a fold over changes. Pure.

A change that makes a thing has no ``subject``: the thing's id is its own. Every other change names its subject and its
``base``, the changes of that subject that it comes after; two changes with one base are a conflict for all to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from factory_git.core.ids import RecordId
from factory_git.ledger.record import Record, make

TYPE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who changes something, and when. ``token`` makes two equal requests two changes."""

    at: str
    by: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change record, read."""

    id: RecordId
    kind: str
    subject: RecordId
    base: tuple[RecordId, ...]
    data: Mapping[str, Any]
    at: str
    by: str
    why: str
    record: Record

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "id": self.id,
            "kind": self.kind,
            "subject": self.subject,
            "base": list(self.base),
            "at": self.at,
            "by": self.by,
            "why": self.why,
            "data": self.data,
        }


def create(
    kind: str, data: Mapping[str, Any], stamp: Stamp, *, title: str, refs: Iterable[RecordId] = (), why: str = ""
) -> Change:
    """A change that makes a thing. ``refs`` are changes of other things that it rests on."""
    return _made({"kind": kind, "title": title, "data": data}, stamp, refs, why)


def follow(
    kind: str,
    subject: RecordId,
    base: Iterable[RecordId],
    data: Mapping[str, Any],
    stamp: Stamp,
    *,
    title: str,
    refs: Iterable[RecordId] = (),
    why: str = "",
) -> Change:
    """A change of a thing that is there, after the changes ``base`` of it."""
    before = sorted(set(base))
    payload = {"kind": kind, "title": title, "subject": subject, "base": before, "data": data}
    return _made(payload, stamp, [*before, *refs], why)


def read(record: Record) -> Change:
    """A record's payload as a value."""
    payload = record.payload
    return Change(
        id=record.id,
        kind=payload["kind"],
        subject=RecordId(payload.get("subject", record.id)),
        base=tuple(RecordId(one) for one in payload.get("base", ())),
        data=payload["data"],
        at=payload["at"],
        by=payload["by"],
        why=payload.get("why", ""),
        record=record,
    )


def _made(payload: dict[str, Any], stamp: Stamp, parents: Iterable[RecordId], why: str) -> Change:
    payload |= {"at": stamp.at, "by": stamp.by, "token": stamp.token} | ({"why": why} if why else {})
    return read(make(TYPE, payload, parents))
