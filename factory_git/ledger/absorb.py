"""One ledger takes in another, minding what was redacted in either: both are made anew without it, then united.

A note of a redaction destroys, so only one that ``counts`` is followed: by whom it was made is judged by the caller, at
the moment when there is something to take away, here or in what comes in. One that takes nothing away is not judged.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from factory_git.core.errors import FactoryError
from factory_git.core.ids import Oid, RecordId
from factory_git.core.points import reached
from factory_git.gitio import places
from factory_git.gitio.objects import Object
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, merge, redaction
from factory_git.ledger.admit import Arrived
from factory_git.ledger.record import decode
from factory_git.ledger.redaction import Redaction
from factory_git.ledger.rewrite import Rewrite
from factory_git.ledger.types import Validator, compile_schema, refuse_newer, shipped
from factory_git.ledger.write import Decided

Counts = Callable[[Sequence[Redaction]], Collection[RecordId]]
"""Which of these notes are followed; it may raise instead."""
Arriving = Callable[[Repository, Oid | None, Oid], Arrived]
"""What is new in a ledger; it may refuse it."""


@dataclass(slots=True, kw_only=True)
class Absorb:
    """How one ledger takes in another.

    ``notes`` are those that it has; ``arrived`` says what is new in the other one, and may refuse it; ``here`` tells of
    which ids there are records or contents here; ``hold`` stores objects before the ref points at them. ``forget`` is
    called before the ref moves, with the notes that are followed, and the work where history here is made anew.
    ``became`` tells what became of each ledger that was taken in.
    """

    repo: Repository
    notes: Callable[[], Sequence[Redaction]]
    arrived: Arriving
    here: Callable[[Collection[Oid]], Collection[Oid]]
    counts: Counts
    hold: Callable[[Sequence[Object]], object]
    forget: Callable[[Collection[RecordId], Rewrite | None], None]
    became: dict[Oid, Oid] = field(default_factory=dict)

    def decide(self, tip: Oid | None, other: Oid) -> Decided | None:
        """What makes the ledger at ``tip`` hold all of ``other`` but what was redacted; None when it does already."""
        new, followed, ours = self.look(tip, other)
        self.became[other] = other
        taken = _ids(followed)
        if not followed:
            return self._united(tip, other)
        where = {path for path, _ in brought(self.repo, other, new.commits, taken)}
        if taken & ours and tip is not None:
            where |= {path for path, _ in found(self.repo, tip, taken)}
        work = Rewrite(repo=self.repo, targets=taken, places=where, keep=self.hold)
        here = work.run(tip, clean(self.repo, work)) if taken & ours and tip is not None else tip
        self.became[other] = work.run(other, lambda oid: oid not in new.commits)
        work.flush()
        reached("redact:rewritten")
        self.forget([note.id for note in followed], work if here != tip else None)
        return self._united(here, self.became[other], before=tip)

    def look(self, tip: Oid | None, other: Oid) -> tuple[Arrived, list[Redaction], frozenset[Oid]]:
        """What is new in the other, the notes that are followed, and what new ones of them name that is here."""
        new = self.arrived(self.repo, tip, other)
        known = {note.id: note for note in self.notes()}
        theirs = [read for id_ in new.notes if id_ not in known and (read := note(self.repo, id_)) is not None]
        notes = [*known.values(), *theirs]
        coming = {oid for _, oid in brought(self.repo, other, new.commits, _ids(notes))} if notes else set()
        ours = frozenset(self.here(_ids(theirs))) if tip is not None and theirs else frozenset()
        return new, self._followed([note for note in notes if note.ids & (coming | ours)]), ours

    def _united(self, tip: Oid | None, other: Oid, *, before: Oid | None = None) -> Decided | None:
        made = merge.unite(self.repo, tip, other) if tip else (other, [])
        anew = before not in (None, tip)
        new, objects = made or (tip, [])
        return Decided(new, objects, anew) if new and (made or anew) else None

    def _followed(self, effective: list[Redaction]) -> list[Redaction]:
        counting = set(self.counts(effective)) if effective else set()
        return [note for note in effective if note.id in counting]


def clean(repo: Repository, work: Rewrite) -> Callable[[Oid], bool]:
    """Whether a commit has nothing that is taken out, and then nothing in its past either: ledgers only grow."""
    return functools.cache(lambda oid: not work.holds(repo.commit(oid).tree))


def found(repo: Repository, tip: Oid, ids: Collection[Oid]) -> list[tuple[str, Oid]]:
    """Where these can be taken out of the ledger at ``tip``: paths and ids."""
    return [(path, oid) for path, oid in places.find(repo.location, tip, ids) if redaction.target(path, oid)]


def brought(repo: Repository, tip: Oid, fresh: frozenset[Oid], ids: Collection[Oid]) -> list[tuple[str, Oid]]:
    """Where the commits ``fresh`` bring one of these that can be taken out: paths and ids."""
    return [
        (path, new)
        for commit in fold.commits(repo, tip, lambda oid: oid not in fresh)
        for path, _, new in fold.added(repo, commit)
        if new in ids and redaction.target(path, new)
    ]


def _ids(notes: Iterable[Redaction]) -> frozenset[Oid]:
    return frozenset(id_ for note in notes for id_ in note.ids)


def note(repo: Repository, id_: RecordId) -> Redaction | None:
    """The note with that id; None for a record that says it is one and breaks the schema, or cannot be read."""
    try:
        record = refuse_newer(decode(id_, repo.blob(Oid(id_))))
    except FactoryError:
        return None
    if record.type != redaction.TYPE or next(iter(_schema().iter_errors(record.payload)), None):
        return None
    return redaction.read(record)


@functools.cache
def _schema() -> Validator:
    return compile_schema(shipped(redaction.TYPE), checked=True)
