"""The ledger: records in transactions on one ref, read through an index that can be thrown away."""

from __future__ import annotations

import builtins
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from factory_git.core.clock import Clock, SystemClock
from factory_git.core.errors import Conflict, FactoryError, IntegrityError, InvalidInput, NotFound, Problem, UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid, is_oid
from factory_git.gitio import lock, objects
from factory_git.gitio.objects import Object, Person, Sign
from factory_git.gitio.repository import Repository
from factory_git.ledger import scan, transaction
from factory_git.ledger.projection import Projection, Query, Row, TxRow
from factory_git.ledger.record import FORMAT, Entry, Record, check_type, decode, make
from factory_git.ledger.tree import Tree
from factory_git.ledger.types import UPGRADE, NewerVersion, Registry, compile_schema, refuse_newer, version_of
from factory_git.ledger.verify import Report, verify
from factory_git.ledger.write import Checkpoint, Writer, no_checkpoint

REF = "refs/factory/ledger"
SHORTEST = 4  # characters of an id that are taken as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a ledger is written: ``author`` and ``committer`` are asked at the first append only."""

    author: Callable[[], Person]
    committer: Callable[[], Person]
    ref: str = REF
    fsync: bool = True
    clock: Clock = field(default_factory=SystemClock)
    wait: lock.Wait = lock.sleep
    checkpoint: Checkpoint = no_checkpoint


class Ledger:
    """The records of one repository.

    Appends are transactions: all of it or nothing, durable when the call returns, safe beside other processes and
    ``git gc``. Reading writes nothing to the repository but its own disposable index. Threads may share a ledger.
    """

    def __init__(self, repo: Repository, projection: Projection, settings: Settings) -> None:
        self._repo = repo
        self._index = projection
        self._settings = settings
        self._threads = threading.RLock()
        self._notices: builtins.list[str] = []
        self.met_newer = False  # whether a listing left something out that only a newer program can read
        self._types = Registry(self._registered)
        self._writer = Writer(
            repo=repo,
            ref=settings.ref,
            fsync=settings.fsync,
            clock=settings.clock,
            wait=settings.wait,
            checkpoint=settings.checkpoint,
        )

    # -- writing -----------------------------------------------------------------------------------------------------

    def append(
        self,
        records: Sequence[Record],
        *,
        stream: str = "",
        subject: str = "",
        blobs: Sequence[bytes] = (),
        key: str | None = None,
        actor: str | None = None,
        sign: Sign | None = None,
    ) -> tuple[RecordId, ...]:
        """Store ``records`` (made by :func:`make`) and ``blobs`` in one transaction; returns the records' ids in order.

        What the ledger has already is not stored again, and its recorded time stays. ``key`` makes a retry safe: a key
        that was used returns the ids of then when the records are the same, and is a :class:`Conflict` when not.
        ``actor`` is ``name`` or ``name <email>``, default the Git author; ``subject`` says in words what happened;
        ``sign`` signs the transaction's commit.

        Raises :class:`UsageError` for unknown types, :class:`InvalidInput` with every schema issue and every absent
        parent, :class:`Conflict` when the ledger stays busy; nothing is written then.
        """
        note = self._note(stream, subject, key, actor, sign)
        ids = tuple(record.id for record in records)
        unique = {record.id: record for record in records}
        with self._threads, self._writer.locked():
            for record in unique.values():  # after recovery, which may bring types back
                self._types.check(record)
            self._writer.write(lambda tip: self._decide(tip, unique, blobs, note()))
            self._refresh()
        return ids

    def put(
        self,
        type: str,  # noqa: A002
        payload: Mapping[str, Any],
        parents: Iterable[RecordId] = (),
        *,
        stream: str = "",
        subject: str = "",
        blobs: Sequence[bytes] = (),
        key: str | None = None,
        actor: str | None = None,
    ) -> RecordId:
        """Make one record and store it; see :meth:`append`."""
        record = make(type, payload, parents, v=version_of(type))
        return self.append([record], stream=stream, subject=subject, blobs=blobs, key=key, actor=actor)[0]

    def put_many(
        self,
        records: Iterable[Record],
        *,
        stream: str = "",
        subject: str = "",
        blobs: Sequence[bytes] = (),
        key: str | None = None,
        actor: str | None = None,
    ) -> tuple[RecordId, ...]:
        """Store many records in one transaction; see :meth:`append`."""
        return self.append(builtins.list(records), stream=stream, subject=subject, blobs=blobs, key=key, actor=actor)

    def register(self, type: str, schema: Mapping[str, Any]) -> None:  # noqa: A002
        """Make ``type`` known, with the JSON Schema of its payloads; every clone of the ledger learns it.

        The same schema again is fine; another one is a :class:`UsageError`.
        """
        record = make("type", {"name": check_type(type), "schema": schema})
        compile_schema(schema)
        with self._threads:
            if self._types.knows(type):
                before = make("type", {"name": type, "schema": self._types.schema(type)})
                if before.id == record.id:
                    return
                raise UsageError(
                    f"type {type!r} is registered with another schema",
                    code="record/type-exists",
                    hint="records of a type keep their schema; register the new shape under another name",
                )
            self.append([record], subject=f"register type {type}")

    def unite(self, other: Oid) -> bool:
        """Make this ledger hold all that the ledger with the tip ``other`` holds; whether that was news.

        The other one's objects must be in the repository. Two clones that unite the same two tips make the same commit.
        Raises :class:`IntegrityError` for a commit that is no ledger's, :class:`NewerVersion` for a later format.
        """
        version = transaction.read(self._repo.commit(other)).format
        if version == 0:
            raise IntegrityError(f"commit {other} is no transaction of a ledger", code="ledger/no-format")
        if version > FORMAT:
            raise NewerVersion(f"that ledger has format {version}; this program knows {FORMAT}", hint=UPGRADE)
        with self._threads, self._writer.locked():
            before = self.tip
            self._writer.unite(other)
            self._refresh()
            return self.tip != before

    # -- reading -----------------------------------------------------------------------------------------------------

    @property
    def tip(self) -> Oid | None:
        """The newest transaction (a commit), or None for an empty ledger."""
        return self._repo.ref(self._settings.ref)

    def get(self, id_or_prefix: str) -> Record:
        """The record with that id, or whose id begins so.

        Raises :class:`NotFound`, :class:`UsageError` (malformed, ambiguous), :class:`IntegrityError` (damaged),
        :class:`NewerVersion`.
        """
        return self._load(self.resolve(id_or_prefix))

    def entry(self, id_or_prefix: str) -> Entry:
        """Like :meth:`get`, with the record's journal context. Needs no index: where there is none, none is built."""
        with self._threads:
            if self._well_formed(id_or_prefix) and (tip := self.tip) and self._index.empty():
                found = scan.find(self._repo, tip, id_or_prefix)
                if found:
                    return _found(self._load(found.id), found.tx)
            row = self._index.row(self.resolve(id_or_prefix))
            assert row is not None
            return _entry(self._load(row.id), row)

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
            raise NotFound(f"no record {text}", code="record/not-found", hint="see: git factory list")
        if len(found) > 1 and text not in found:
            some = ", ".join(id_[: len(text) + 4] for id_ in found)
            raise UsageError(f"{text} is ambiguous: {some}", code="record/ambiguous", hint="give more characters")
        return found[0]

    def blob(self, oid: str) -> bytes:
        """The large content that was stored with a transaction under that id (:func:`blob_oid` of its bytes)."""
        if not is_oid(oid):
            raise UsageError(f"{oid!r} is no object id", code="record/id")
        with self._threads:
            self._refresh()
            if oid not in self._index.located([oid]):
                raise NotFound(f"no content {oid} in the ledger", code="ledger/no-blob")
        data = self._repo.blob(Oid(oid))
        if blob_oid(data) != oid:
            raise IntegrityError(f"content {oid}: its bytes hash to {blob_oid(data)}")
        return data

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
        with self._threads:
            self._refresh()
            rows = self._index.rows(query)
        out = []
        for row in rows:
            try:
                # What the index took in was canonical; that the bytes still hash to the id is checked each time.
                out.append(_entry(self._load(row.id, known=not row.damaged), row))
            except FactoryError as error:
                self._skip(error)
        return out

    def query(self, *, parent: str | None = None, **filters: Any) -> Query:
        """The filters of :meth:`list` as a value; ``parent`` may be a prefix."""
        return Query(parent=self.resolve(parent) if parent else None, **filters)

    def rows(self, query: Query) -> builtins.list[Row]:
        """Like :meth:`list`, without parsing the payloads; that bytes hash to the id is checked all the same."""
        with self._threads:
            self._refresh()
            rows = self._index.rows(query)
        return [row for row in rows if self._sound(row)]

    def journal(
        self, limit: int | None = None, stream: str | None = None
    ) -> builtins.list[tuple[TxRow, builtins.list[Row]]]:
        """Transactions, newest first, each with its records."""
        with self._threads:
            self._refresh()
            return self._index.journal(limit, stream)

    def census(self) -> builtins.list[tuple[RecordId, str, datetime]]:
        """Every record's id, type and time, in graph order; reads no record."""
        with self._threads:
            self._refresh()
            return self._index.census()

    def maintain(self) -> tuple[int, int]:
        """Join the ledger's packs where that pays; how many there were, and are."""
        with self._threads, self._writer.locked():
            return self._writer.join_packs()

    def tidy_index(self) -> None:
        """Let the index look after itself."""
        with self._threads:
            self._refresh()
            self._index.tidy()

    def tree(self, id: str, direction: str = "up") -> Tree:  # noqa: A002
        """Where a record came from (``up``: its ancestors) or what came of it (``down``)."""
        if direction not in ("up", "down"):
            raise UsageError(f"{direction!r} is no direction", code="usage", hint="up or down")
        with self._threads:
            return Tree(lineage=self._index.lineage(self.resolve(id), direction), direction=direction)

    def by_key(self, key: str) -> tuple[RecordId, ...] | None:
        """The ids that an append with that idempotency key stored, or None when there was none."""
        with self._threads:
            self._refresh()
            return self._index.by_key(key)

    def verify(self) -> Report:
        """Check everything: bytes, form, schema, parents, paths, reachability; does not trust the index."""
        return verify(self._repo, self._settings.ref)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should hear about this ledger: recovered, rebuilt, skipped. Each once."""
        return tuple(dict.fromkeys([*self._writer.notices, *self._index.notices, *self._notices]))

    def close(self) -> None:
        """Let go of the index file."""
        self._index.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _decide(
        self, tip: Oid | None, records: Mapping[RecordId, Record], blobs: Sequence[bytes], note: transaction.Note
    ) -> tuple[Oid, builtins.list[Object]] | None:
        """The transaction to write on top of ``tip``; None when the ledger has it all."""
        self._refresh()
        before = self._repo.commit(tip) if tip else None
        if before and (version := transaction.read(before).format) > FORMAT:
            raise NewerVersion(f"the ledger has format {version}; this program writes {FORMAT}", hint=UPGRADE)
        contents = {blob_oid(content): content for content in blobs}
        parents = {parent for record in records.values() for parent in record.parents} - records.keys()
        places = self._index.located([*records, *contents, *parents])
        self._refuse_absent(records.values(), parents - places.keys())
        there = {id_ for id_ in (*records, *contents) if id_ in places and self._at(before, places[id_].path) == id_}
        new = [record for id_, record in records.items() if id_ not in there]
        fresh = [content for id_, content in contents.items() if id_ not in there]
        if not new and not fresh:
            return None
        if note.key and (known := self._index.by_key(note.key)) is not None:
            raise Conflict(
                f"key {note.key!r} was used by another transaction",
                code="ledger/key-used",
                details={"ids": list(known)},
            )
        provenance = (places[p].tx for record in new for p in record.parents if p in places)
        built = transaction.build(self._repo.tree, before, new, fresh, note=note, provenance=provenance)
        return built.commit, built.objects

    def _at(self, tip: objects.Commit | None, path: str) -> str | None:
        """What the tip's tree really has at ``path``: the index is believed about absence only."""
        entry = self._repo.lookup(tip.tree, path.split("/")) if tip else None
        return entry.oid if entry else None

    def _refuse_absent(self, records: Iterable[Record], absent: set[RecordId]) -> None:
        problems = [
            Problem(code="record/absent-parent", message=f"{record.type} {record.id[:12]}: no parent {parent}")
            for record in records
            for parent in record.parents
            if parent in absent
        ]
        if problems:
            raise InvalidInput(
                f"{len(problems)} parents are not in the ledger", problems, code="record/absent-parent",
                hint="store the parents first, or in the same transaction",
            )  # fmt: skip

    def _note(
        self, stream: str, subject: str, key: str | None, actor: str | None, sign: Sign | None
    ) -> Callable[[], transaction.Note]:
        stream = transaction.check_line(stream, "stream")
        key = transaction.check_line(key, "key") if key else None

        def note() -> transaction.Note:
            now = self._settings.clock.now()
            committer = objects.at(self._settings.committer(), now)
            author = objects.at(objects.person(actor) if actor else self._settings.author(), now)
            return transaction.Note(
                author=author, committer=committer, stream=stream, subject=subject, key=key, sign=sign
            )

        return note

    def _registered(self, name: str) -> builtins.list[Record]:
        self._refresh()
        found = (self._load(row.id) for row in self._index.rows(Query(type="type", text=name)))
        return [record for record in found if record.payload["name"] == name]

    def _load(self, id_: RecordId, *, known: bool = False) -> Record:
        return refuse_newer(decode(id_, self._repo.blob(Oid(id_)), known=known))

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

    def _refresh(self) -> None:
        self._index.refresh(lambda: self.tip)


def _entry(record: Record, row: Row) -> Entry:
    tx = row.tx
    return Entry(record=record, stream=tx.stream, actor=tx.actor, when=tx.when, tx=tx.oid, subject=tx.subject)


def _found(record: Record, tx: transaction.Transaction) -> Entry:
    return Entry(record=record, stream=tx.stream, actor=tx.actor, when=tx.when, tx=tx.oid, subject=tx.subject)
