"""Where changes and contents lie: the one small port of the knowledge store, and its storage in memory. Pure.

Nothing but records, bytes and ids crosses it. The use cases stand once, in the modules beside this one.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol

from factory_git.core.errors import Conflict, NotFound
from factory_git.core.ids import Oid, RecordId, blob_oid
from factory_git.knowledge.change import Stamp
from factory_git.knowledge.fold import take
from factory_git.ledger.cells import Cells, MemoryCells
from factory_git.ledger.record import Record, encode

KEY_USED = "ledger/key-used"
MAX_CONTENT = 32 << 20  # bytes; the ledger's own limit for one content
_WORD = re.compile(r"\w+")


class Storage(Protocol):
    """What a knowledge store asks of the place that keeps it."""

    def cells(self) -> Cells:
        """What :func:`factory_git.knowledge.fold.take` made of every change record that is here now."""

    def record(self, id: RecordId) -> Record:  # noqa: A002
        """One change record that is here."""

    def reached(self, at: str) -> Sequence[Record]:
        """The change records that an old transaction reaches. Raises :class:`NotFound` for an unknown one."""

    def append(self, records: Sequence[Record], blobs: Sequence[bytes], *, key: str, stream: str, subject: str) -> None:
        """Keep all of it or nothing. Raises :class:`Conflict` with the code ``KEY_USED`` when ``key`` was used before:
        somebody else changed what this was decided on."""

    def content(self, oid: Oid) -> bytes:
        """The bytes with that id. Raises :class:`NotFound`, :class:`IntegrityError`."""

    def contents(self, oids: Sequence[Oid]) -> Iterator[bytes]:
        """Many of them, in their order, one after the other."""

    def redacted(self) -> Collection[str]:
        """The ids of changes and contents that were taken out for good."""

    def containing(self, words: str) -> set[Oid]:
        """The contents of text in which all these words occur."""

    def stamp(self) -> Stamp:
        """Who acts now."""


class MemoryStorage:
    """A store that is gone with the process; threads may share it. ``at`` counts transactions: ``"0"`` is empty."""

    def __init__(self, stamp: Callable[[], Stamp]) -> None:
        self.stamp = stamp
        self._lock = threading.Lock()
        self._records: list[list[Record]] = []
        self._contents: dict[Oid, bytes] = {}
        self._keys: set[str] = set()
        self._cells = MemoryCells()
        self._by_id: dict[RecordId, Record] = {}

    @property
    def count(self) -> int:
        """How many transactions there are."""
        return len(self._records)

    def cells(self) -> Cells:
        return self._cells

    def record(self, id: RecordId) -> Record:  # noqa: A002
        return self._by_id[id]

    def reached(self, at: str) -> Sequence[Record]:
        with self._lock:
            if not at.isdecimal() or int(at) > len(self._records):
                raise NotFound(f"no transaction {at}", code="knowledge/no-transaction")
            return [record for some in self._records[: int(at)] for record in some]

    def append(self, records: Sequence[Record], blobs: Sequence[bytes], *, key: str, stream: str, subject: str) -> None:
        for record in records:
            encode(record)  # its limits
        with self._lock:
            if key in self._keys:
                raise Conflict(f"key {key!r} was used by another transaction", code=KEY_USED)
            self._keys.add(key)
            self._records.append(list(records))
            self._by_id |= {one.id: one for one in records}
            take(self._cells, records)
            self._contents.update({blob_oid(one): one for one in blobs})

    def content(self, oid: Oid) -> bytes:
        if oid not in self._contents:
            raise NotFound(f"no content {oid}", code="ledger/no-blob")
        return self._contents[oid]

    def contents(self, oids: Sequence[Oid]) -> Iterator[bytes]:
        return map(self.content, oids)

    def redacted(self) -> Collection[str]:
        return ()

    def containing(self, words: str) -> set[Oid]:
        wanted = set(_WORD.findall(words.casefold()))
        return {oid for oid, data in self._contents.items() if wanted and wanted <= set(_words(data))}


def _words(data: bytes) -> Iterable[str]:
    try:
        return _WORD.findall(data.decode().casefold())
    except UnicodeDecodeError:
        return ()
