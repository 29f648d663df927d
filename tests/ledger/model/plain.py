"""What ledgers should hold, in plain sets: no Git, no index, no order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from factory_git.core.ids import Oid, RecordId, blob_oid
from factory_git.ledger.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """One transaction, wherever it came to be."""

    records: frozenset[RecordId]
    blobs: frozenset[Oid]
    key: str | None


@dataclass(slots=True)
class Book:
    """Every record, content and transaction that any clone ever acknowledged."""

    records: dict[RecordId, Record] = field(default_factory=dict)
    contents: dict[Oid, bytes] = field(default_factory=dict)
    txs: list[Tx] = field(default_factory=list)

    def write(self, records: Iterable[Record], blobs: Iterable[bytes] = (), key: str | None = None) -> int:
        """A transaction; its number."""
        records, blobs = list(records), list(blobs)
        self.records |= {one.id: one for one in records}
        self.contents |= {blob_oid(one): one for one in blobs}
        ids, oids = frozenset(one.id for one in records), frozenset(blob_oid(one) for one in blobs)
        self.txs.append(Tx(records=ids, blobs=oids, key=key))
        return len(self.txs) - 1

    def ids(self, held: Iterable[int]) -> set[RecordId]:
        """The records of these transactions."""
        return {id_ for number in held for id_ in self.txs[number].records}

    def blobs(self, held: Iterable[int]) -> set[Oid]:
        """The large contents of these transactions."""
        return {oid for number in held for oid in self.txs[number].blobs}

    def keyed(self, held: Iterable[int], key: str) -> list[Tx]:
        """The transactions that were written with that key."""
        return [self.txs[number] for number in held if self.txs[number].key == key]

    def of(self, held: Iterable[int], type_: str) -> dict[RecordId, Any]:
        """The payloads of a type's records."""
        found = (self.records[id_] for id_ in self.ids(held))
        return {one.id: one.payload for one in found if one.type == type_}

    def types(self, held: Iterable[int]) -> Counter[str]:
        """How many records there are of each type."""
        return Counter(self.records[id_].type for id_ in self.ids(held))


def standing(payloads: dict[RecordId, Any], state: str) -> set[RecordId]:
    """Those in a state that no other one replaces."""
    replaced = {one for payload in payloads.values() for one in payload.get("replaces", ())}
    return {id_ for id_, payload in payloads.items() if id_ not in replaced and payload["state"] == state}


def claims(payloads: dict[RecordId, Any], now: datetime) -> set[RecordId]:
    """The claims that hold."""
    found = standing(payloads, "held")
    return {id_ for id_ in found if datetime.fromisoformat(payloads[id_]["until"]) > now}


def roots(payloads: dict[RecordId, Any], id_: RecordId) -> frozenset[RecordId]:
    """The first revisions that one goes back to."""
    earlier = payloads[id_].get("replaces", ())
    return frozenset().union(*(roots(payloads, one) for one in earlier)) if earlier else frozenset([id_])


def rivals(payloads: dict[RecordId, Any]) -> dict[RecordId, set[RecordId]]:
    """Memories that stand, each with the other revisions of the same thing that do."""
    stand = standing(payloads, "kept")
    of = {id_: roots(payloads, id_) for id_ in stand}
    return {one: {other for other in stand if other != one and of[one] & of[other]} for one in stand}


def heads(changes: dict[RecordId, Any]) -> dict[str, set[RecordId]]:
    """The newest changes of each thing in the knowledge store."""
    of = {id_: payload.get("subject", id_) for id_, payload in changes.items()}
    found: dict[str, set[RecordId]] = {}
    for id_, subject in of.items():
        based = {base for other, payload in changes.items() if of[other] == subject for base in payload.get("base", ())}
        if id_ not in based:
            found.setdefault(subject, set()).add(id_)
    return found
