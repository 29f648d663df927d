"""A snapshot: a whole knowledge store as one file, the same bytes wherever and whenever it is made. Pure.

A ZIP file without compression or times: ``snapshot.json`` (format, digests, sizes), ``changes.jsonl`` (the canonical
bytes of each change record, a line each, its id their Git object id; parents first, ties by id) and ``content/<id>``.
What was redacted is not in it; where a change names it, ``snapshot.json`` lists its id under ``redacted``.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from factory_git.core import canonical
from factory_git.core.errors import FactoryError, IntegrityError, UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid, is_oid, sha256
from factory_git.knowledge.change import TYPE, Change, read
from factory_git.knowledge.model import Content
from factory_git.knowledge.steps import content_of
from factory_git.ledger.record import Record
from factory_git.ledger.record import decode as decode_record
from factory_git.ledger.record import encode as encode_record
from factory_git.ledger.types import Validator, compile_schema, refuse_newer, shipped

FORMAT = 1
HEAD, CHANGES, CONTENT = "snapshot.json", "changes.jsonl", "content/"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a snapshot holds, checked."""

    changes: tuple[Change, ...]
    contents: Mapping[Oid, bytes]


def write(
    out: IO[bytes],
    spool: IO[bytes],
    records: Iterable[Record],
    contents: Callable[[Sequence[Oid]], Iterable[bytes]],
    redacted: Collection[str] = (),
) -> int:
    """Write the snapshot of these change records (parents first, ties by id) and every content that they name.

    Each is held only while it is written; ``spool`` takes the lines until their digest is known. Returns their number.
    """
    digest, count, named, gone = hashlib.sha256(), 0, dict[Oid, Content](), set[str]()
    for record in records:
        line = encode_record(record) + b"\n"
        spool.write(line)
        digest.update(line)
        count += 1
        named |= {one.oid: one for one in contents_of(read(record))}
        if redacted:
            gone |= {one for one in (*record.parents, *named) if one in redacted}
    named = {oid: one for oid, one in named.items() if oid not in gone}
    head = {
        "kind": "git-factory/knowledge",
        "format": FORMAT,
        "changes": {"count": count, "sha256": digest.hexdigest()},
        "contents": [{"oid": oid, "sha256": named[oid].sha256, "size": named[oid].size} for oid in sorted(named)],
        **({"redacted": sorted(gone)} if gone else {}),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        file.writestr(_entry(HEAD), canonical.dumps(head) + b"\n")
        with file.open(_entry(CHANGES, spool.tell()), "w") as lines:
            spool.seek(0)
            shutil.copyfileobj(spool, lines)
        for oid, data in zip(sorted(named), contents(sorted(named)), strict=True):
            file.writestr(_entry(CONTENT + oid), data)
    return count


def decode(data: bytes) -> Snapshot:
    """What ``data`` holds. Raises :class:`IntegrityError` that names the place where it is not what was exported."""
    files = _files(data)
    head = _head(files)
    lines = files.pop(CHANGES, b"")
    if sha256(lines) != head["changes"]["sha256"]:
        _find_bad_line(lines)
        raise _bad(CHANGES, "it is not what was exported: lines are missing, added or moved")
    changes = tuple(_change(number, line) for number, line in enumerate(lines.splitlines(), 1))
    contents = _contents(head, files)
    _check_complete(changes, contents, frozenset(head.get("redacted", ())))
    return Snapshot(changes=changes, contents=contents)


def contents_of(change: Change) -> list[Content]:
    """The contents that a change names."""
    return [content_of(change.data[key]) for key in ("content", "old") if isinstance(change.data.get(key), Mapping)]


def _entry(name: str, size: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.file_size = size
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


def _files(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            names = file.namelist()
            if len(set(names)) != len(names):
                raise _bad("the file", "it has a name twice")
            return {name: file.read(name) for name in names}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise _bad("the file", str(error)) from error


def _head(files: dict[str, bytes]) -> dict[str, Any]:
    try:
        head = canonical.loads(files.pop(HEAD))
        if head["kind"] != "git-factory/knowledge":
            raise KeyError("kind")
        if head["format"] != FORMAT:
            words = f"the snapshot has format {head['format']}; this program knows {FORMAT}"
            raise UsageError(words, code="snapshot/newer", hint="pip install --upgrade git-factory")
        named = [(one["oid"], one["sha256"], one["size"]) for one in head["contents"]]
        if not all(isinstance(oid, str) and is_oid(oid) for oid, _, _ in named) or not head["changes"]["sha256"]:
            raise KeyError("contents")
    except (KeyError, TypeError, FactoryError) as error:
        if isinstance(error, UsageError) and error.code == "snapshot/newer":
            raise
        raise _bad(HEAD, "this is no snapshot of a knowledge store") from error
    return dict(head)


def _change(number: int, line: bytes) -> Change:
    place = f"{CHANGES}:{number}"
    try:
        record = refuse_newer(decode_record(RecordId(blob_oid(line)), line))
    except IntegrityError as error:
        raise _bad(place, error.message) from error
    if record.type != TYPE:
        raise _bad(place, f"a record of type {record.type}")
    issue = next(iter(_schema().iter_errors(record.payload)), None)
    if issue is not None:
        raise _bad(place, issue.message)
    return read(record)


def _find_bad_line(lines: bytes) -> None:
    """Raise for the first line that cannot be read at all, which says more than that the whole differs."""
    for number, line in enumerate(lines.splitlines(), 1):
        _change(number, line)


def _contents(head: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[Oid, bytes]:
    found: dict[Oid, bytes] = {}
    for one in head["contents"]:
        name = CONTENT + one["oid"]
        if name not in files:
            raise _bad(name, "it is missing")
        data = files[name]
        if blob_oid(data) != one["oid"] or sha256(data) != one["sha256"] or len(data) != one["size"]:
            raise _bad(name, "its bytes are not those that were exported")
        found[Oid(one["oid"])] = data
    strange = sorted(set(files) - {CONTENT + oid for oid in found})
    if strange:
        raise _bad(strange[0], "the snapshot does not name it")
    return found


def _check_complete(changes: Iterable[Change], contents: Mapping[Oid, bytes], redacted: Collection[str]) -> None:
    seen: set[RecordId] = set()
    for number, change in enumerate(changes, 1):
        place = f"{CHANGES}:{number}"
        absent = [one for one in change.record.parents if one not in seen and one not in redacted]
        if absent:
            raise _bad(place, f"it comes after {absent[0]}, which is not there")
        for one in contents_of(change):
            if one.oid in redacted:
                continue
            data = contents.get(one.oid)
            if data is None or sha256(data) != one.sha256 or len(data) != one.size:
                raise _bad(place, f"it names the content {one.oid}, which is not there as described")
        seen.add(change.id)


def _schema() -> Validator:
    if not _compiled:
        _compiled.append(compile_schema(shipped(TYPE), checked=True))
    return _compiled[0]


_compiled: list[Validator] = []


def _bad(place: str, what: str) -> IntegrityError:
    return IntegrityError(f"snapshot, {place}: {what}", code="snapshot/tampered", hint="export it again")
