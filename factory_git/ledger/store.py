"""The ledger: records in transactions on one ref, read through an index that can be thrown away."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from factory_git.core.clock import Clock, SystemClock
from factory_git.core.errors import Conflict, InvalidInput, Problem, UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid
from factory_git.gitio import lock, objects
from factory_git.gitio.objects import Object, Person, Sign
from factory_git.gitio.repository import Repository
from factory_git.ledger import admit, transaction
from factory_git.ledger.projection import Projection
from factory_git.ledger.reader import Reader
from factory_git.ledger.record import FORMAT, Record, check_type, make
from factory_git.ledger.secrets import Scanner
from factory_git.ledger.types import UPGRADE, NewerVersion, compile_schema, version_of
from factory_git.ledger.write import Writer

REF = "refs/factory/ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a ledger is written: ``author`` and ``committer`` are asked at the first append only; ``sign`` signs all.

    ``scanner`` looks for secrets in all that is written.
    """

    author: Callable[[], Person]
    committer: Callable[[], Person]
    ref: str = REF
    fsync: bool = True
    clock: Clock = field(default_factory=SystemClock)
    wait: lock.Wait = lock.sleep
    sign: Sign | None = None
    scanner: Scanner = field(default_factory=Scanner)


class Ledger(Reader):
    """The records of one repository.

    Appends are transactions: all of it or nothing, durable when the call returns, safe beside other processes and
    ``git gc``. Reading writes nothing to the repository but its own disposable index. Threads may share a ledger.
    """

    def __init__(self, repo: Repository, projection: Projection, settings: Settings) -> None:
        super().__init__(repo, projection, settings.ref)
        self._settings = settings
        self._writer = Writer(
            repo=repo,
            ref=settings.ref,
            fsync=settings.fsync,
            clock=settings.clock,
            wait=settings.wait,
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

        Raises :class:`UsageError` for unknown types, :class:`InvalidInput` with every schema issue, every absent parent
        and every secret, :class:`Conflict` when the ledger stays busy; nothing is written then.
        """
        note = self._note(stream, subject, key, actor, sign or self._settings.sign)
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
        Raises :class:`IntegrityError` for a commit that is no ledger's or that takes records away from ours,
        :class:`NewerVersion` for a later format; nothing is changed then.
        """
        with self._threads, self._writer.locked():
            before = self.tip
            admit.check(self._repo, before, other)
            self._writer.unite(other)
            self._refresh()
            return self.tip != before

    # -- care --------------------------------------------------------------------------------------------------------

    def maintain(self) -> tuple[int, int]:
        """Join the ledger's packs where that pays, while others append; how many there were, and are."""
        with self._threads:
            return self._writer.join_all()

    def tidy_index(self) -> None:
        """Let the index look after itself."""
        with self._threads:
            self._refresh()
            self._index.tidy()

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
        scanner = self._settings.scanner
        built = transaction.build(
            self._repo.tree, before, new, fresh, note=note, scanner=scanner, provenance=provenance
        )
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
