"""Records: immutable JSON documents whose id is the object id of their canonical bytes.

Pure: nothing here reads or writes a repository. The id depends on type, payload, parent set and version only, never on
time, author or place; those belong to the transaction (:class:`Entry`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from factory_git.core import canonical
from factory_git.core.errors import IntegrityError, UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid, is_oid

FORMAT = 1  # of the ledger: the Factory-Format trailer
MAX_RECORD = 1 << 20  # bytes; GitHub advises against objects above 1 MB, and larger content has its own blob
MAX_SUMMARY = 80

_TYPE = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
_KEYS = {"v", "type", "parents", "payload"}
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An immutable document: ``type``, sorted unique ``parents``, a JSON ``payload``, its schema's version ``v``."""

    id: RecordId
    type: str
    parents: tuple[RecordId, ...]
    payload: Any
    v: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record in its journal context: who wrote it, when, on which stream, in which transaction (a commit)."""

    record: Record
    stream: str
    actor: str
    when: datetime
    tx: Oid
    subject: str

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        return {
            "id": self.record.id,
            "type": self.record.type,
            "v": self.record.v,
            "parents": list(self.record.parents),
            "payload": self.record.payload,
            "stream": self.stream,
            "actor": self.actor,
            "when": self.when.isoformat(),
            "tx": self.tx,
            "subject": self.subject,
        }


def make(type: str, payload: Mapping[str, Any], parents: Iterable[RecordId] = (), *, v: int = 1) -> Record:  # noqa: A002
    """A record with its id. Parents are sorted and made unique; the payload becomes plain JSON values.

    Raises :class:`UsageError` for a malformed type or parent id, :class:`InvalidInput` for a payload JSON cannot hold.
    """
    check_type(type)
    ids = tuple(sorted({check_id(parent) for parent in parents}))
    if not isinstance(payload, Mapping):
        raise UsageError("a payload is a JSON object", code="record/payload")
    # One round trip gives what a reader will get: lists for tuples, Decimal for float, nothing shared with the caller.
    data = canonical.dumps({"v": v, "type": type, "parents": ids, "payload": payload})
    return Record(id=RecordId(blob_oid(data)), type=type, parents=ids, payload=canonical.loads(data)["payload"], v=v)


def encode(record: Record) -> bytes:
    """The canonical bytes of a record; raises :class:`IntegrityError` when they do not hash to its id."""
    data = canonical.dumps({"v": record.v, "type": record.type, "parents": record.parents, "payload": record.payload})
    if RecordId(blob_oid(data)) != record.id:
        raise IntegrityError(f"record {record.id}: its content was changed after it was made", code="record/changed")
    if len(data) > MAX_RECORD:
        raise UsageError(
            f"record {record.id[:12]} ({record.type}) has {len(data)} bytes, the limit is {MAX_RECORD}",
            code="record/too-large",
            hint="store large content as a blob of the same transaction and name its id in the payload",
        )
    return data


def decode(id: RecordId, data: bytes, *, known: bool = False) -> Record:  # noqa: A002
    """The record of these bytes; ``known`` says that bytes with this id were found canonical before.

    Raises :class:`IntegrityError` when the bytes do not hash to ``id``, are no record, or are not canonical.
    """
    if RecordId(blob_oid(data)) != id:
        raise IntegrityError(f"record {id}: its bytes hash to {blob_oid(data)}", code="record/tampered")
    try:
        value = canonical.loads(data)
        if not isinstance(value, dict) or set(value) != _KEYS or not isinstance(value["payload"], dict):
            raise UsageError("it has not the keys v, type, parents, payload")
        if isinstance(value["v"], bool) or not isinstance(value["v"], int) or value["v"] < 1:
            raise UsageError("its version is no positive number")
        type_, parents = check_type(value["type"]), value["parents"]
        if not isinstance(parents, list) or parents != sorted({check_id(p) for p in parents}):
            raise UsageError("its parents are not sorted, unique ids")
        if not known and not canonical.is_canonical(data, value):
            raise UsageError("its bytes are not canonical")
    except UsageError as error:
        raise IntegrityError(f"record {id}: {error.message}", code="record/malformed") from error
    return Record(id=id, type=type_, parents=tuple(parents), payload=value["payload"], v=value["v"])


def check_type(name: Any) -> str:
    """``name`` when it is a well-formed type name, else :class:`UsageError`."""
    if not isinstance(name, str) or not _TYPE.fullmatch(name) or len(name) > 64 or name.endswith(".lock"):
        raise UsageError(
            f"{name!r} is no record type", code="record/type", hint="small letters and digits, joined by - _ or ."
        )
    return name


def check_id(text: Any) -> RecordId:
    """``text`` when it is a full record id, else :class:`UsageError`."""
    if not isinstance(text, str) or not is_oid(text):
        raise UsageError(f"{text!r} is no record id", code="record/id", hint="40 lower-case hexadecimal digits")
    return RecordId(text)


def summary(payload: Any) -> str:
    """What a person wants to see of a payload on one line: its title, summary or name, and how it stands."""
    if not isinstance(payload, Mapping):
        return ""
    words = [payload[key] for key in ("title", "summary", "name") if isinstance(payload.get(key), str)][:1]
    words += [payload[key] for key in ("outcome", "status") if isinstance(payload.get(key), str)][:1]
    line = one_line(": ".join(word for word in words if word.strip()))
    return line if len(line) <= MAX_SUMMARY else line[: MAX_SUMMARY - 1] + "…"


def one_line(text: str) -> str:
    """``text`` with every run of white space and control characters made one space."""
    return _BLANK.sub(" ", text).strip()
