"""What is remembered now: the newest revision of each chain, forgotten ones left out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from factory_git.core.ids import RecordId
from factory_git.ledger.record import Entry
from factory_git.memory.entry import Memory, read


def current(entries: Iterable[Entry]) -> list[Memory]:
    """The memories that stand, in the order of ``entries`` (records of type ``memory``).

    Two revisions of one are both shown, each with the other as its rival, until one replaces them. What was forgotten
    in one clone and revised in another stays: nothing is lost by a sync.
    """
    known = {entry.record.id: entry for entry in entries}
    replaced = replacers(known.values())
    roots = _roots(known)
    heads = [
        read(id_, entry.record.payload, when=entry.when, actor=entry.actor)
        for id_, entry in known.items()
        if id_ not in replaced and entry.record.payload["state"] == "kept"
    ]
    return [replace(one, rivals=_rivals(one, heads, roots)) for one in heads]


def replacers(entries: Iterable[Entry]) -> dict[RecordId, list[RecordId]]:
    """What was replaced, and by which records."""
    found: dict[RecordId, list[RecordId]] = {}
    for entry in entries:
        for one in entry.record.payload.get("replaces", ()):
            found.setdefault(RecordId(one), []).append(entry.record.id)
    return found


def _rivals(
    one: Memory, heads: Iterable[Memory], roots: Mapping[RecordId, frozenset[RecordId]]
) -> tuple[RecordId, ...]:
    return tuple(other.id for other in heads if other.id != one.id and roots[other.id] & roots[one.id])


def _roots(known: Mapping[RecordId, Entry]) -> dict[RecordId, frozenset[RecordId]]:
    """The first revisions that each one goes back to. Parents come before children in ``known``."""
    roots: dict[RecordId, frozenset[RecordId]] = {}
    for id_, entry in known.items():
        earlier = [roots.get(RecordId(one), frozenset()) for one in entry.record.payload.get("replaces", ())]
        roots[id_] = frozenset().union(*earlier) or frozenset([id_])
    return roots
