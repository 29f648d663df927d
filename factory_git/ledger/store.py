"""The ledger: records in transactions on one ref, read through an index that can be thrown away."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factory_git.core.clock import Clock, SystemClock
from factory_git.core.errors import Conflict, IntegrityError, InvalidInput, Problem, UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid, is_oid
from factory_git.core.points import reached
from factory_git.gitio import fetch, lock, objects
from factory_git.gitio.objects import Person, Sign
from factory_git.gitio.repository import Repository
from factory_git.ledger import accepted, admit, forks, redaction, snapshots, transaction
from factory_git.ledger.absorb import Absorb, Arriving, Counts
from factory_git.ledger.projection import Located, Projection
from factory_git.ledger.reader import Reader
from factory_git.ledger.record import Record, check_type, make
from factory_git.ledger.redact import Redact, Taken
from factory_git.ledger.redaction import Judge, Redaction
from factory_git.ledger.rewrite import Rewrite
from factory_git.ledger.secrets import Scanner
from factory_git.ledger.types import UnknownType, compile_schema, version_of
from factory_git.ledger.write import Decided, Writer

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
            absorb=lambda tip, other: self._absorbing(admit.look, self._accepted).decide(tip, other),
        )
        self._became: dict[Oid, Oid] = {}

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

        Raises :class:`UsageError` for unknown types and what was redacted, :class:`InvalidInput` with every schema
        issue, every absent parent and every secret, :class:`Conflict` when the ledger stays busy; nothing is written
        then.
        """
        note = self._note(stream, subject, key, actor, sign or self._settings.sign)
        ids = tuple(record.id for record in records)
        unique = {record.id: record for record in records}
        with self._threads:
            # What the lock is not needed for is done without it: others wait for it. The first check of a process loads
            # and compiles schemas; the index is brought up to date by whoever asks it next.
            unknown = [record for record in unique.values() if not self._checked(record)]
            with self._writer.locked():
                for record in unknown:  # recovery may have brought types back
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

    def unite(self, other: Oid, *, judge: Judge | None = None, dry_run: bool = False) -> bool:
        """Make this ledger hold all that the ledger with the tip ``other`` holds; whether that was news.

        The other one's objects must be in the repository. Two clones that unite the same two tips make the same commit.
        What was redacted in either is taken out of both first; notes that take something away here and do not count
        yet are put before ``judge``: :class:`Unaccepted`, and nothing is changed, where one is refused. A dry run
        raises what there is to raise.
        Raises :class:`IntegrityError` for a commit that is no ledger's or that takes records away from ours,
        :class:`NewerVersion` for a later format; nothing is changed then.
        """
        with self._threads, self._writer.locked():
            before = self.tip
            absorbing = self._absorbing(admit.check, lambda notes: self._counting(notes, judge))
            if dry_run:
                absorbing.look(before, other)
            else:
                self._writer.write(lambda tip: absorbing.decide(tip, other))
            self._refresh()
            return self.tip != before

    def became(self, other: Oid) -> Oid:
        """What became of a ledger when it was united with this one: without what is redacted it is another."""
        return self._became.get(other, other)

    def located(self, ids: Iterable[str]) -> dict[str, Located]:
        """Where the records and contents among ``ids`` lie; absent ones are left out."""
        with self._threads:
            self._refresh()
            return self._index.located(ids)

    def target(self, text: str) -> Oid:
        """A record by its id or the beginning of it, or a content by its whole id; raises as :meth:`resolve` does."""
        return Oid(text) if is_oid(text) and self.located([text]) else Oid(self.resolve(text))

    def redact(self, ids: Sequence[str], reason: str, *, dry_run: bool = False) -> Taken:
        """Take records and contents out of history, and leave a note of it; ids, or beginnings of records' ids.

        Every transaction from the first one that has a target is made again. What the index and the snapshots hold is
        forgotten. Raises :class:`NotFound`, :class:`UsageError` for what stays and in a shallow clone.
        """
        now = self._settings.clock.now()
        who, sign = objects.at(self._settings.committer(), now), self._settings.sign
        with self._threads, nullcontext() if dry_run else self._writer.locked():
            work = Redact(
                repo=self._repo,
                ids=frozenset(self.target(id_) for id_ in ids),
                located=self._index.located,
                note=lambda targets: redaction.make(targets, reason, who, sign),
                build=lambda tip, note: self._with_note(tip, note, reason),
                hold=(lambda _: None) if dry_run else self._writer.hold,
                forget=self._forget,
                dry=dry_run,
            )
            work.decide(self.tip) if dry_run else self._writer.write(work.decide)
            assert work.taken is not None
            return work.taken

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

    def _checked(self, record: Record) -> bool:
        """Whether its type is known; raises where the record may not be written."""
        if record.type == redaction.TYPE:
            raise UsageError("a redaction is more than its note", code="redact/note", hint="git factory redact")
        try:
            self._types.check(record)
        except UnknownType:
            return False
        return True

    def _decide(
        self, tip: Oid | None, records: Mapping[RecordId, Record], blobs: Sequence[bytes], note: transaction.Note
    ) -> Decided | None:
        """The transaction to write on top of ``tip``; None when the ledger has it all."""
        self._refresh()
        before = self._repo.commit(tip) if tip else None
        if before:
            transaction.refuse_newer(before)
        contents = {blob_oid(content): content for content in blobs}
        self._refuse_taken_out(records, contents)
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
        return Decided(built.commit, built.objects)

    def _with_note(self, tip: objects.Commit, note: Record, reason: str) -> transaction.Built:
        self._types.check(note)
        count = len(note.payload["targets"])
        subject = f"redact {count} record{'s' * (count != 1)}: {reason}"
        said = self._note("redactions", subject, None, None, self._settings.sign)()
        return transaction.build(self._repo.tree, tip, [note], [], note=said, scanner=self._settings.scanner)

    def _absorbing(self, arrived: Arriving, counts: Counts) -> Absorb:
        return Absorb(
            repo=self._repo,
            notes=self.redactions,
            arrived=arrived,
            here=lambda ids: [Oid(id_) for id_ in self._index.located(ids)],
            counts=counts,
            hold=self._writer.hold,
            forget=self._forget,
            became=self._became,
        )

    def _accepted(self, notes: Sequence[Redaction]) -> frozenset[RecordId]:
        return accepted.read(self._own) & {note.id for note in notes}

    def _counting(self, notes: Sequence[Redaction], judge: Judge | None) -> frozenset[RecordId]:
        """All of them, or :class:`Unaccepted`."""
        known = self._accepted(notes)
        asked = [note for note in notes if note.id not in known]
        wrong = judge(asked) if judge and asked else {}
        refused = [note for note in asked if wrong.get(note.id, "nobody here said that it counts")]
        if refused:
            raise redaction.unaccepted(refused, wrong)
        return frozenset(note.id for note in notes)

    def _forget(self, notes: Collection[RecordId], work: Rewrite | None) -> None:
        """Let these notes count from now on; where history is made anew, keep nothing that was derived from the old."""
        accepted.add(self._own, notes)
        reached("redact:accepted")
        if work is None:
            return
        snapshots.forget(self._repo.location)
        self._index.forget()
        reached("redact:forgotten")
        fetch.forget(
            self._repo.location, [name for name in self._repo.refs_below(fetch.TRACKING) if self._has_any(name, work)]
        )
        reached("redact:untracked")

    def _has_any(self, name: str, work: Rewrite) -> bool:
        """Whether a tracking ref has what is taken out. A plain fetch brings what is no ledger, too."""
        tip = self._repo.ref(name)
        try:
            return tip is not None and work.holds(self._repo.commit(tip).tree)
        except IntegrityError:
            return False

    @property
    def _own(self) -> Path:
        return forks.folder(self._repo.location, self._ref)

    def _at(self, tip: objects.Commit | None, path: str) -> str | None:
        """What the tip's tree really has at ``path``: the index is believed about absence only."""
        entry = self._repo.lookup(tip.tree, path.split("/")) if tip else None
        return entry.oid if entry else None

    def _refuse_taken_out(self, records: Mapping[RecordId, Record], contents: Iterable[str]) -> None:
        redacted = self.redacted
        if not redacted:
            return
        parents = (parent for record in records.values() for parent in record.parents)
        # What stays cannot have been taken out: a note that says so keeps nobody from registering a type.
        mine = (id_ for id_, record in records.items() if record.type not in redaction.STAY)
        for id_ in (*mine, *contents, *parents):
            if id_ in redacted:
                error = redaction.refusal(redacted[id_], id_)
                raise UsageError(error.message, code=error.code, hint="it is not stored again", details=error.details)

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
