"""Notes of redactions: what was taken out of a ledger's history, by whom, when and why. Pure.

A note is a record of type ``redaction``. Its seal is a signature of its own: that of its transaction is lost when a
later redaction makes the transaction again, and who may take something out must be known for as long as it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from factory_git.core import canonical
from factory_git.core.errors import Negative, NotFound
from factory_git.core.ids import Oid, RecordId
from factory_git.gitio import objects
from factory_git.gitio.objects import Object, Person, Sign
from factory_git.ledger import layout
from factory_git.ledger import record as records
from factory_git.ledger.record import Record

TYPE = "redaction"
STAY = (TYPE, "type")  # what is told of redactions, and what gives other records their meaning, is not taken out
EMPTY = objects.tree([]).oid


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A record or a content that is not there any more; ``folders`` are those of the transactions that had it."""

    id: Oid
    kind: str  # record or content
    type: str = ""
    folders: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The target as its note has it."""
        return {"id": self.id, "kind": self.kind, "type": self.type, "folders": list(self.folders)}

    def __str__(self) -> str:
        return f"{self.type if self.kind == 'record' else 'content'} {self.id[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A note, read."""

    id: RecordId
    targets: tuple[Target, ...]
    reason: str
    by: str
    at: datetime
    seal: str

    @property
    def ids(self) -> frozenset[Oid]:
        """What it takes out."""
        return frozenset(target.id for target in self.targets)

    def __str__(self) -> str:
        return f"{self.by}, {self.at:%Y-%m-%d %H:%M} UTC: {self.reason}"

    def as_json(self) -> dict[str, Any]:
        """The declared fields where ``--json`` shows a note."""
        targets = [target.as_json() for target in self.targets]
        when = self.at.isoformat()
        return {"id": self.id, "targets": targets, "reason": self.reason, "by": self.by, "at": when}


class Redacted(NotFound):
    """What was asked for was taken out of the ledger; ``details['note']`` is the note of it."""

    default_code = "ledger/redacted"


class Unaccepted(Negative):
    """Notes from elsewhere would take something away here, and nobody whose word counts here said so."""

    default_code = "ledger/redaction-unaccepted"


Judge = Callable[[Sequence[Redaction]], Mapping[RecordId, str]]
"""Why each of these notes does not count here; empty for one that does."""


def unaccepted(notes: Sequence[Redaction], wrong: Mapping[RecordId, str]) -> Unaccepted:
    """The error that names who redacted what and why, and why that does not count here."""
    lines = [
        f"{note.id[:12]} takes out {', '.join(str(one) for one in note.targets)} ({note})"
        + (f"; {wrong[note.id]}" if wrong.get(note.id) else "")
        for note in notes
    ]
    return Unaccepted(
        f"redactions from elsewhere would take something out here: {' · '.join(lines)}",
        hint="nothing was changed; take them for good with: git factory sync --accept-redactions",
        details={"notes": [note.as_json() for note in notes]},
    )


def target(path: str, oid: Oid) -> Target | None:
    """What lies at a path of the ledger's tree, if it can be taken out."""
    placed = layout.place(path, oid)
    if placed is not None and placed[0] not in STAY:
        return Target(id=oid, kind="record", type=placed[0], folders=(path.rpartition("/")[0],))
    if layout.is_content(path, oid):
        return Target(id=oid, kind="content", folders=(path.rpartition("/blobs/")[0],))
    return None


def together(found: Iterable[Target]) -> tuple[Target, ...]:
    """Each target once, with all of its folders, by id."""
    folders: dict[tuple[Oid, str, str], set[str]] = {}
    for one in found:
        folders.setdefault((one.id, one.kind, one.type), set()).update(one.folders)
    return tuple(
        Target(id=id_, kind=kind, type=type_, folders=tuple(sorted(folders[id_, kind, type_])))
        for id_, kind, type_ in sorted(folders)
    )


def make(targets: Iterable[Target], reason: str, who: Person, sign: Sign | None) -> Record:
    """The note that ``who`` took ``targets`` out; sealed where ``sign`` is given."""
    payload = _payload(targets, reason, str(who), who.when)
    if sign is not None:
        payload["seal"] = _seal(payload, sign).decode()
    return records.make(TYPE, payload)


def read(record: Record) -> Redaction | None:
    """The note in a record that obeys its schema; None for one of a day that no calendar has."""
    payload = record.payload
    try:
        at = datetime.fromisoformat(payload["at"])
    except ValueError:
        return None
    return Redaction(
        id=record.id,
        targets=tuple(
            Target(id=Oid(one["id"]), kind=one["kind"], type=one["type"], folders=tuple(one["folders"]))
            for one in payload["targets"]
        ),
        reason=payload["reason"],
        by=payload["by"],
        at=at,
        seal=payload.get("seal", ""),
    )


def sealed(note: Redaction) -> Object | None:
    """The commit that a note's seal is the signature of, signed; None for a note without one. It is stored nowhere."""
    payload = _payload(note.targets, note.reason, note.by, note.at)
    return _statement(payload, lambda _: note.seal.encode()) if note.seal else None


def _payload(targets: Iterable[Target], reason: str, by: str, at: datetime) -> dict[str, Any]:
    when = at.isoformat(timespec="seconds")
    return {"targets": [one.as_json() for one in targets], "reason": reason, "by": by, "at": when}


def _seal(payload: Mapping[str, Any], sign: Sign) -> bytes:
    made = b""

    def signing(text: bytes) -> bytes:
        nonlocal made
        made = sign(text)
        return made

    _statement(payload, signing)
    return made


def _statement(payload: Mapping[str, Any], sign: Sign) -> Object:
    text = canonical.dumps(payload).decode()
    who = objects.at(objects.person(payload["by"]), datetime.fromisoformat(payload["at"]))
    return objects.commit(tree=EMPTY, parents=(), author=who, committer=who, message=text, sign=sign)


def refusal(note: Redaction, id_: str) -> Redacted:
    """The error for who asks for something that was taken out."""
    return Redacted(
        f"{id_[:12]} was redacted by {note}",
        hint=f"the note: git factory show {note.id[:12]}",
        details={"id": id_, "note": note.id, "by": note.by, "reason": note.reason, "at": note.at.isoformat()},
    )
