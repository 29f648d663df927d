"""Check every record of the ledger against itself. Trusts no index: everything is read and hashed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from factory_git.core import progress
from factory_git.core.errors import Conflict, FactoryError, Problem
from factory_git.core.ids import Oid, RecordId, blob_oid
from factory_git.gitio import journal
from factory_git.gitio.objects import Commit
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, forks, layout, merge, promises, redaction, transaction
from factory_git.ledger.record import FORMAT, Record, decode
from factory_git.ledger.redaction import Judge, Redaction
from factory_git.ledger.transaction import Transaction
from factory_git.ledger.types import UPGRADE, Registry, UnknownType, version_of
from factory_git.ledger.unsigned import made_again


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was checked and everything that is wrong; ``path`` of a problem is the record or transaction.

    ``redacted`` counts what the ledger's notes say was taken out of it: that it is not there is not wrong.
    """

    records: int
    blobs: int
    transactions: int
    redacted: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``."""
        counts = {name: getattr(self, name) for name in ("records", "blobs", "transactions", "redacted")}
        return {"ok": self.ok, **counts, "problems": [problem.as_json() for problem in self.problems]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an earlier verification found sound: everything that the transaction ``tip`` reaches.

    ``has`` says whether a record or content is among it, ``types`` gives its records of type ``type`` by the name they
    register, ``notes`` are those of its redactions.
    """

    tip: Oid
    has: Callable[[RecordId], bool]
    types: Callable[[str], list[Record]]
    notes: Sequence[Redaction] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seals:
    """What is wrong with the signatures of transactions, with the seals of notes; empty where a good one is there."""

    commits: Callable[[Iterable[Oid]], Mapping[Oid, str]]
    notes: Judge


def verify(repo: Repository, ref: str, *, known: Known | None = None, seals: Seals | None = None) -> Report:
    """Walk the ledger: hashes, canonical form, schema, parents, paths, trailers, nothing removed or forgotten.

    With ``known`` only what is new since. What a note of a redaction names may be missing wherever it was named; what
    is there again, though a note says that it was taken out, is wrong.

    With ``seals`` every transaction looked at must be signed, but for unions of two ledgers, which nobody made: these
    must be exactly what their parents give. A redaction makes transactions again, and nobody can sign in their authors'
    names: an unsigned one passes where it has, or comes after, what a note with a good seal took out, and does not come
    after that note. Such a pass proves that somebody who may sign redacted something there, not that the transaction
    was signed before, nor by whom: what was slipped in at that place without a signature passes, too.
    """
    check = _Check(repo, known)
    tip = repo.ref(ref)
    if tip is not None:
        check.history(tip)
    check.afterwards()
    if seals is not None and tip is not None:
        check.signatures(tip, seals)
    check.promises(ref)
    return Report(
        records=len(check.records) + len(check.bad), blobs=len(check.blobs), transactions=len(check.commits),
        redacted=len(check.redacted), problems=tuple(check.problems),
    )  # fmt: skip


@dataclass(slots=True)
class _Check:
    repo: Repository
    before: Known | None = None
    unions: set[Oid] = field(default_factory=set)
    commits: set[Oid] = field(default_factory=set)
    records: set[RecordId] = field(default_factory=set)  # ids only: there may be millions
    bad: set[RecordId] = field(default_factory=set)  # named already: not read again in a merge
    blobs: set[Oid] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    types: dict[str, list[Record]] = field(default_factory=dict)  # what registers a type, by its name
    registry: Registry = field(init=False)
    waiting: list[tuple[RecordId, str, tuple[RecordId, ...]]] = field(default_factory=list)  # for their parents
    unknown: list[RecordId] = field(default_factory=list)  # of a type that nobody registered so far
    claims: list[tuple[str, RecordId]] = field(default_factory=list)  # what transactions name and do not have
    notes: list[Redaction] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Records are checked as they come, and let go: types are registered before they are used."""
        self.registry = Registry(self._registered)
        self.notes += self.before.notes if self.before else ()

    @property
    def redacted(self) -> frozenset[str]:
        """What was taken out, as the notes say."""
        return frozenset(id_ for note in self.notes for id_ in note.ids)

    def _registered(self, name: str) -> list[Record]:
        earlier = self.before.types(name) if self.before else []
        return [*earlier, *self.types.get(name, [])]

    def history(self, tip: Oid) -> None:
        """Every transaction, oldest first; a missing commit ends the walk, a missing tree only its transaction."""
        fresh = frozenset(self.repo.reached(tip, self.before.tip)) if self.before else None
        try:
            for commit in fold.commits(self.repo, tip, lambda oid: fresh is not None and oid not in fresh):
                self.commits.add(commit.oid)
                self._guarded(commit)
                if len(self.commits) % 500 == 0:
                    progress.tell("verifying transactions", len(self.commits))
            progress.over()
        except FactoryError as error:
            self._say(error.code, f"history is broken: {error.message}", "")

    def _guarded(self, commit: Commit) -> None:
        try:
            made = fold.with_files(transaction.read(commit), fold.changed(self.repo, commit))
            self._transaction(made, commit.oid in self.repo.boundary)
            self._union(commit, fold.parents_of(self.repo, commit))
        except FactoryError as error:
            self._say(error.code, f"transaction {commit.oid}: {error.message}", commit.oid)

    def _transaction(self, made: Transaction, cut: bool) -> None:
        name = f"transaction {made.oid[:12]}"
        if made.format > FORMAT:
            self._say("record/newer-version", f"{name} has format {made.format}; {UPGRADE}", made.oid)
        elif made.format < 1:
            self._say("ledger/no-format", f"{name} has no Factory-Format: it was not written by git-factory", made.oid)
        for path, oid in made.gone:
            self._say("ledger/deleted", f"{name} removed or replaced record {oid} at {path}", oid)
        for path, oid in made.strange:
            self._say("ledger/path", f"{name} added {oid} at {path}, where no record or content can be", oid)
        unnamed = {RecordId(oid) for _, oid in made.records if not self._has(RecordId(oid))} - {
            i for _, i in made.claimed
        }
        for path, oid in made.records:
            self._record(path, RecordId(oid))
        for path, oid in made.blobs:
            self._blob(path, oid)
        added = {RecordId(oid) for _, oid in made.records}
        claimed = {id_ for _, id_ in made.claimed}
        self.claims += [(name, id_) for id_ in sorted(claimed - added) if not self._has(id_)]
        for id_ in sorted(one for one in unnamed if not cut):
            self._say("ledger/unnamed", f"{name} brought record {id_} without naming it", id_)

    def _union(self, commit: Commit, parents: tuple[Oid, ...]) -> None:
        """A commit that says it unites two ledgers must be the one that anybody makes of these two."""
        if commit.message != merge.MESSAGE or len(parents) != 2:
            return
        made = merge.unite(self.repo, *parents)
        if made is None or made[0] != commit.oid:
            self._say("ledger/union", f"transaction {commit.oid[:12]} is not what its two parents unite to", commit.oid)
        else:
            self.unions.add(commit.oid)

    def signatures(self, tip: Oid, seals: Seals) -> None:
        """Every transaction has a good signature, is a union, or was made again by a redaction with a good seal."""
        found = {oid: wrong for oid, wrong in seals.commits(sorted(self.commits - self.unions)).items() if wrong}
        unsealed = seals.notes(self.notes) if self.notes else {}
        sealed = [note for note in self.notes if not unsealed.get(note.id)]
        again = made_again(self.repo, tip, sealed) if found and sealed else frozenset()
        for oid, wrong in sorted(found.items()):
            if oid not in again:
                self._say("ledger/unsigned", f"transaction {oid[:12]}: {wrong}", oid)
        for note in self.notes:
            if wrong := unsealed.get(note.id, ""):
                self._say("ledger/unsigned", f"redaction {note.id[:12]}: {wrong}", note.id)

    def _has(self, id_: RecordId) -> bool:
        return id_ in self.records or id_ in self.bad or (self.before is not None and self.before.has(id_))

    def _record(self, path: str, id_: RecordId) -> None:
        if id_ in self.records or id_ in self.bad:
            return
        try:
            record = decode(id_, self.repo.blob(Oid(id_)))
        except FactoryError as error:
            self.bad.add(id_)
            self._say(error.code, f"record {id_} at {path}: {error.message}", id_)
            return
        self.records.add(id_)
        placed = layout.place(path, Oid(id_))
        if placed and placed[0] != record.type:
            self._say("ledger/path", f"record {id_} is a {record.type}, its path says {placed[0]}", id_)
        if record.type == "type":
            self.types.setdefault(str(record.payload.get("name")), []).append(record)
        if record.type == redaction.TYPE and record.v <= version_of(record.type) and not self.registry.issues(record):
            self._note(record)
        if absent := tuple(parent for parent in record.parents if not self._has(parent)):
            self.waiting.append((id_, record.type, absent))
        try:
            self._schema(record)
        except UnknownType:
            self.unknown.append(id_)

    def _note(self, record: Record) -> None:
        note = redaction.read(record)
        if note is None:
            self._say("record/schema", f"{record.type} {record.id}: there is no such time", record.id)
        else:
            self.notes.append(note)

    def _blob(self, path: str, oid: Oid) -> None:
        if oid in self.blobs:
            return
        self.blobs.add(oid)
        try:
            if blob_oid(self.repo.blob(oid)) != oid:
                self._say("record/tampered", f"content {oid} at {path}: its bytes hash to something else", oid)
        except FactoryError as error:
            self._say(error.code, f"content {oid} at {path}: {error.message}", oid)

    def afterwards(self) -> None:
        """What all must be known for: parents that come later in the order, redactions, types with two schemas."""
        redacted = self.redacted
        for name, claimed in self.claims:
            if claimed not in redacted:
                self._say("ledger/deleted", f"{name} names record {claimed}, which is not in its tree", claimed)
        self._returned(redacted)
        for id_, type_, absent in self.waiting:
            for parent in absent:
                if parent not in redacted and not self._has(parent):
                    self._say("record/absent-parent", f"{type_} {id_}: no parent {parent}", id_)
        self.registry = Registry(self._registered)
        for name, registered in self.types.items():
            try:
                self.registry.schema(name)
            except Conflict as error:
                self._say(error.code, error.message, registered[-1].id)
        for id_ in self.unknown:  # a shallow clone's first transaction brings all of them in no order
            try:
                self._schema(decode(id_, self.repo.blob(Oid(id_))))
            except UnknownType as error:
                self._say(error.code, f"record {id_}: {error.message}", id_)

    def _returned(self, redacted: Iterable[str]) -> None:
        """What was taken out is not there, and what stays is not named in a note."""
        first: dict[str, Redaction] = {id_: note for note in reversed(self.notes) for id_ in note.ids}
        for id_ in sorted(redacted):
            if id_ not in self.blobs and not self._has(RecordId(id_)):
                continue
            note = first[id_]
            if stays := self._stays(Oid(id_)):
                self._say("ledger/redaction", f"redaction {note.id} names the {stays} {id_}, which stays", note.id)
            else:
                words = f"{id_} is here again, though redacted by {note}; take it out: git factory redact {id_[:12]}"
                self._say("ledger/redacted-returned", words, id_)

    def _stays(self, id_: Oid) -> str:
        try:
            type_ = decode(RecordId(id_), self.repo.blob(id_)).type
        except FactoryError:
            return ""
        return type_ if type_ in redaction.STAY else ""

    def _schema(self, record: Record) -> None:
        """Raises :class:`UnknownType`; a type with two schemas is named once, not in each of its records."""
        try:
            if record.v >= version_of(record.type):  # older ones obeyed the schema of their day
                for problem in self.registry.issues(record):
                    self._say(problem.code, f"{record.type} {record.id}: {problem.message}", record.id)
        except UnknownType:
            raise
        except Conflict:
            return
        except FactoryError as error:
            self._say(error.code, f"{record.type} {record.id}: {error.message}", record.id)

    def promises(self, ref: str) -> None:
        """Every transaction this clone acknowledged must be reachable."""
        acknowledged = journal.read(forks.folder(self.repo.location, ref)).tips
        for promised in promises.lost(self.repo, self.repo.ref(ref), acknowledged):
            self._say("ledger/lost", f"acknowledged transaction {promised} is not in {ref}", promised)

    def _say(self, code: str, message: str, path: str) -> None:
        self.problems.append(Problem(code=code, message=message, path=path))
