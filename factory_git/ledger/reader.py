"""Reading a ledger: records by id, by filter, by what they came from. Through an index that can be thrown away."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from factory_git.core.errors import FactoryError, IntegrityError, NotFound, UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid, is_oid
from factory_git.gitio.repository import Repository
from factory_git.ledger import absorb, redaction, scan
from factory_git.ledger.history import History
from factory_git.ledger.projection import Found, Projection, Query, Row, TxRow
from factory_git.ledger.record import Entry, Record, decode
from factory_git.ledger.redaction import Redaction
from factory_git.ledger.transaction import Transaction
from factory_git.ledger.tree import Tree
from factory_git.ledger.types import NewerVersion, Registry, UnknownType, refuse_newer, version_of
from factory_git.ledger.verify import Known, Report, Seals, verify

SHORTEST = 4  # characters of an id that are taken as one


class Reader(History):
    """The records on one ref. Reading writes nothing to the repository but its own disposable index."""

    def __init__(self, repo: Repository, projection: Projection, ref: str) -> None:
        super().__init__(repo, projection, ref)
        self._notices: builtins.list[str] = []
        self.met_newer = False  # whether a listing left something out that only a newer program can read
        self._types = Registry(self._registered)
        self._read: dict[RecordId, Redaction | None] = {}  # notes, which never change

    def get(self, id_or_prefix: str) -> Record:
        """The record with that id, or whose id begins so.

        Raises :class:`NotFound` (:class:`Redacted`), :class:`UsageError` (malformed, ambiguous),
        :class:`IntegrityError` (damaged), :class:`NewerVersion`.
        """
        return self._load(self.resolve(id_or_prefix))

    def entry(self, id_or_prefix: str) -> Entry:
        """Like :meth:`get`, with the record's journal context. Needs no index: where there is none, none is built."""
        with self._threads:
            if self._well_formed(id_or_prefix) and (tip := self.tip) and self._index.empty():
                found = scan.find(self._repo, tip, id_or_prefix)
                if found:
                    return _entry(self._load(found.id), found.tx)
            row = self._index.row(self.resolve(id_or_prefix))
            assert row is not None
            return _entry(self._load(row.id), row.tx)

    def known(self, id: RecordId) -> Record:  # noqa: A002
        """A record that an index or a snapshot named: like :meth:`get`, and costs no question."""
        return self._load(id, known=True)

    def resolve(self, id_or_prefix: str) -> RecordId:
        """The full id for an unambiguous prefix of at least four characters."""
        text = id_or_prefix
        if not self._well_formed(text):
            raise UsageError(
                f"{text!r} is no record id", code="record/id", hint="4 to 40 lower-case hexadecimal digits"
            )
        with self._threads:
            self._refresh()
            found = self._index.resolve(text)
        if not found:
            self._refuse_redacted(text)
            raise NotFound(f"no record {text}", code="record/not-found", hint="see: git factory list")
        if len(found) > 1 and text not in found:
            some = ", ".join(id_[: len(text) + 4] for id_ in found)
            raise UsageError(f"{text} is ambiguous: {some}", code="record/ambiguous", hint="give more characters")
        return found[0]

    def blob(self, oid: str) -> bytes:
        """The large content that was stored with a transaction under that id (:func:`blob_oid` of its bytes)."""
        if not is_oid(oid):
            raise UsageError(f"{oid!r} is no object id", code="record/id")
        return next(self.blobs([oid]))

    def blobs(self, oids: Sequence[str]) -> Iterator[bytes]:
        """The large contents with these ids, in their order, one after the other; see :meth:`blob`."""
        with self._threads:
            self._refresh()
            there = self._index.located(oids)
        for oid in oids:
            if oid not in there:
                self._refuse_redacted(oid)
                raise NotFound(f"no content {oid} in the ledger", code="ledger/no-blob")
            data = self._repo.blob(Oid(oid))
            if blob_oid(data) != oid:
                raise IntegrityError(f"content {oid}: its bytes hash to {blob_oid(data)}")
            yield data

    def list(
        self,
        *,
        type: str | None = None,  # noqa: A002
        stream: str | None = None,
        run: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        parent: str | None = None,
        text: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> builtins.list[Entry]:
        """The records that match every filter, in graph order, ties by id.

        Damaged ones are left out and named in :attr:`notices`.
        """
        query = self.query(
            type=type, stream=stream, run=run, actor=actor, since=since, until=until, parent=parent, text=text,
            limit=limit, newest_first=newest_first,
        )  # fmt: skip
        return self.entries(query)

    def entries(self, query: Query) -> builtins.list[Entry]:
        """Like :meth:`list`, with the filters as a value."""
        return builtins.list(self.each_entry(query))

    def each_entry(self, query: Query) -> Iterator[Entry]:
        """Like :meth:`entries`, read as they are asked for: what is left out is in :attr:`notices` at the end."""
        with self._threads:
            self._refresh()
            rows = self._index.rows(query)
        for row in rows:
            try:
                # What the index took in was canonical; that the bytes still hash to the id is checked each time.
                yield _entry(self._load(row.id, known=not row.damaged), row.tx)
            except FactoryError as error:
                self._skip(error)

    def valid(self, type: str | None = None, *, limit: int | None = None, **filters: Any) -> builtins.list[Entry]:  # noqa: A002
        """Like :meth:`list`, of those that obey the schema of their type; others (of a hostile clone) are named.

        What is folded into a state is read so: one record that lies about its shape must not stop everybody.
        """
        with self._threads:
            entries = self.list(type=type, limit=limit, **filters)
            found = [entry for entry in entries if self._obeys(entry.record)]
            if limit is not None and len(found) < len(entries):  # rare: ask for all rather than answer too little
                found = [entry for entry in self.list(type=type, **filters) if self._obeys(entry.record)][:limit]
            return found

    def _obeys(self, record: Record) -> bool:
        words = self.disobeys(record)
        if words:
            self.say(words)
        return not words

    def disobeys(self, record: Record) -> str:
        """What is to be said of a record that breaks the schema of its type; empty when it obeys."""
        try:
            if record.v < version_of(record.type):  # it obeyed the schema of its day
                return ""
            problems = self._types.issues(record)
        except UnknownType as error:
            return f"skipped: {record.type} {record.id[:12]}: {error.message}"
        broken = f"{record.type} {record.id[:12]} breaks its schema: " + (problems[0].message if problems else "")
        return f"skipped: {broken} (see: git factory verify --full)" if problems else ""

    def say(self, words: str) -> None:
        """Add to what a person should hear about this ledger, once."""
        if words not in self._notices:
            self._notices.append(words)

    def query(self, *, parent: str | None = None, **filters: Any) -> Query:
        """The filters of :meth:`list` as a value; ``parent`` may be a prefix."""
        return Query(parent=self.resolve(parent) if parent else None, **filters)

    def search(self, words: str, query: Query, *, some: bool = False) -> builtins.list[Found]:
        """The records that match the filters and have these words, in payloads or large contents, the best first.

        All words must occur (with ``some``: one of them); ``"a phrase"`` as it stands, ``begin*`` as a beginning,
        ``-word`` not at all.
        """
        with self._threads:
            self._refresh()
            return self._index.search(query, words, some=some)

    def text_ids(self, query: Query) -> builtins.list[tuple[Oid, RecordId]]:
        """The records that match, and the large contents they name: the id of the text, and the record's; newest first.

        A record's own text has the record's id.
        """
        with self._threads:
            self._refresh()
            return self._index.text_ids(query)

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of records and contents (those of text, up to 1 MB) by their ids."""
        with self._threads:
            self._refresh()
            return self._index.texts(ids)

    def row(self, id_: RecordId) -> Row | None:
        """One record as lists show it."""
        with self._threads:
            self._refresh()
            return self._index.row(id_)

    def rows(self, query: Query) -> builtins.list[Row]:
        """Like :meth:`list`, without parsing the payloads; that bytes hash to the id is checked all the same."""
        return builtins.list(self.each_row(query))

    def each_row(self, query: Query) -> Iterator[Row]:
        """Like :meth:`rows`, read as they are asked for: what is left out is in :attr:`notices` at the end."""
        with self._threads:
            self._refresh()
            rows = self._index.rows(query)
        return filter(self._sound, rows)

    def reaching(self, n: int) -> tuple[Reader, int]:
        """A reader and a place up to which it holds exactly what the ``n``-th transaction reaches.

        That is the beginning of this ledger's own order, unless the transaction came from another clone: then it has
        never seen all that stands before it here, and is read on its own, through an index in memory.
        """
        row = self.at(n)
        assert row is not None
        if len(self._repo.reached(row.oid, None)) == n:
            return self, n
        alone = _Fixed(self._repo, self._index.apart(), self._ref, row.oid)
        return alone, alone.number(row.oid)

    def census(self) -> builtins.list[tuple[RecordId, str, datetime]]:
        """Every record's id, type and time, and those of every content, which has no type; reads none of them."""
        with self._threads:
            self._refresh()
            return self._index.census()

    def tree(self, id: str, direction: str = "up") -> Tree:  # noqa: A002
        """Where a record came from (``up``: its ancestors) or what came of it (``down``)."""
        if direction not in ("up", "down"):
            raise UsageError(f"{direction!r} is no direction", code="usage", hint="up or down")
        with self._threads:
            lineage = self._index.lineage(self.resolve(id), direction)
            return Tree(lineage=lineage, direction=direction, redacted=frozenset(self.redacted))

    def redactions(self) -> builtins.list[Redaction]:
        """The notes of what was taken out of this ledger, in graph order. One that breaks its schema is none."""
        with self._threads:
            self._refresh()
            ids = [row.id for row in self._index.rows(Query(type=redaction.TYPE))]
            self._read |= {id_: absorb.note(self._repo, id_) for id_ in ids if id_ not in self._read}
            return [note for id_ in ids if (note := self._read[id_]) is not None]

    @property
    def redacted(self) -> dict[str, Redaction]:
        """What was taken out of this ledger, by id: the first note of it."""
        return {id_: note for note in reversed(self.redactions()) for id_ in note.ids}

    def by_key(self, key: str) -> tuple[RecordId, ...] | None:
        """The ids that an append with that idempotency key stored, or None when there was none."""
        with self._threads:
            self._refresh()
            return self._index.by_key(key)

    def verify(self, *, since: Oid | None = None, seals: Seals | None = None) -> Report:
        """Check everything: bytes, form, schema, parents, paths, reachability; does not trust the index.

        With ``since``, a transaction up to which all was found sound, only what came after it; ``seals`` asks for
        signatures. See :func:`factory_git.ledger.verify.verify`.
        """
        return verify(self._repo, self._ref, known=self._known(since) if since else None, seals=seals)

    def _known(self, tip: Oid) -> Known:
        """What ``tip`` reaches. The index says where to look, the tree whether it is there."""
        tree = self._repo.commit(tip).tree
        self._refresh()

        def has(id_: RecordId) -> bool:
            place = self._index.located([id_]).get(id_)
            entry = self._repo.lookup(tree, place.path.split("/")) if place else None
            return entry is not None and str(entry.oid) == id_

        return Known(
            tip=tip,
            has=has,
            types=lambda name: [r for r in self._registered(name) if has(r.id)],
            notes=[note for note in self.redactions() if has(note.id)],
        )

    # -- inside ------------------------------------------------------------------------------------------------------

    def _registered(self, name: str) -> builtins.list[Record]:
        self._refresh()
        found = (self._load(row.id) for row in self._index.rows(Query(type="type")))
        return [record for record in found if record.payload["name"] == name]

    def _load(self, id_: RecordId, *, known: bool = False) -> Record:
        return refuse_newer(decode(id_, self._repo.blob(Oid(id_)), known=known))

    def _refuse_redacted(self, prefix: str) -> None:
        """Raise :class:`Redacted` where what is asked for was taken out."""
        for id_, note in self.redacted.items():
            if id_.startswith(prefix):
                raise redaction.refusal(note, id_)

    def _well_formed(self, text: str) -> bool:
        return SHORTEST <= len(text) <= 40 and set(text) <= set("0123456789abcdef")

    def _sound(self, row: Row) -> bool:
        try:
            if row.damaged:
                self._load(row.id)
            elif blob_oid(self._repo.blob(Oid(row.id))) != Oid(row.id):
                raise IntegrityError(f"record {row.id}: its bytes hash to something else", code="record/tampered")
        except FactoryError as error:
            self._skip(error)
            return False
        return True

    def _skip(self, error: FactoryError) -> None:
        self.met_newer |= isinstance(error, NewerVersion)
        hint = f" ({error.hint})" if error.hint else ""
        self._notices.append(f"skipped: {error.message}{hint}")


class _Fixed(Reader):
    """A reader of the ledger as one transaction has it."""

    def __init__(self, repo: Repository, projection: Projection, ref: str, tip: Oid) -> None:
        super().__init__(repo, projection, ref)
        self._fixed = tip

    @property
    def tip(self) -> Oid:
        return self._fixed


def _entry(record: Record, tx: TxRow | Transaction) -> Entry:
    return Entry(record=record, stream=tx.stream, actor=tx.actor, when=tx.when, tx=tx.oid, subject=tx.subject)
