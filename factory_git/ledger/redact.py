"""Taking records and contents out of a ledger's history: all of it made anew without them, and a note of it on top.

One move of the ref does both, so that a kill at any moment leaves the old history or the new one with its note.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.core.points import reached
from factory_git.gitio.objects import Commit, Object
from factory_git.gitio.repository import Repository
from factory_git.ledger import absorb, layout, redaction, transaction
from factory_git.ledger.projection import Located
from factory_git.ledger.record import Record
from factory_git.ledger.redaction import Target
from factory_git.ledger.rewrite import Rewrite
from factory_git.ledger.transaction import Built
from factory_git.ledger.write import Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken out, and what that cost: how many transactions were made ``again``.

    ``brought`` are the transactions that had brought it, as they were; whatever else still reaches one keeps it.
    """

    note: RecordId
    targets: tuple[Target, ...]
    again: int
    brought: tuple[Oid, ...]


@dataclass(slots=True, kw_only=True)
class Redact:
    """How ``ids`` are taken out. ``note`` makes the note, ``build`` its transaction; ``taken`` says what was done.

    ``located`` tells what is known of where they lie, ``hold`` stores objects before the ref points at them, ``forget``
    is called before the ref moves.
    """

    repo: Repository
    ids: frozenset[Oid]
    located: Callable[[Collection[Oid]], Mapping[str, Located]]
    note: Callable[[Sequence[Target]], Record]
    build: Callable[[Commit, Record], Built]
    hold: Callable[[Sequence[Object]], object]
    forget: Callable[[Collection[RecordId], Rewrite | None], None]
    dry: bool = False
    taken: Taken | None = field(default=None)

    def decide(self, tip: Oid | None) -> Decided | None:
        """History without them. Raises :class:`NotFound` for what is not there, :class:`UsageError` for what stays."""
        if tip is None:
            raise _absent(self.ids)
        transaction.refuse_newer(self.repo.commit(tip))
        located = self.located(self.ids)
        _check_types(located)
        where = dict(absorb.found(self.repo, tip, self.ids))
        beside = {place.path: Oid(id_) for id_, place in located.items() if id_ not in where.values()}
        where |= beside
        if missing := self.ids - set(where.values()):
            raise _absent(missing)
        work = Rewrite(repo=self.repo, targets=self.ids, places=where, keep=self.hold)
        # What the newest tree has not, though history does, was taken away by somebody: then all of it is looked at.
        stays = (lambda _: False) if beside else absorb.clean(self.repo, work)
        new = work.run(tip, stays)
        work.flush()
        reached("redact:rewritten")
        targets = redaction.together(t for path, oid in where.items() if (t := redaction.target(path, oid)))
        return self._decided(work, new, targets)

    def _decided(self, work: Rewrite, new: Oid, targets: tuple[Target, ...]) -> Decided | None:
        record = self.note(targets)
        self.taken = Taken(note=record.id, targets=targets, again=work.again, brought=self._brought(work))
        if self.dry:
            return None
        made = self.build(self.repo.commit(new), record)
        self.forget([record.id], work)
        return Decided(made.commit, made.objects, anew=True)

    def _brought(self, work: Rewrite) -> tuple[Oid, ...]:
        """The transactions that have it while none of their parents has."""
        holding = {old for old, new in work.commits.items() if old != new}
        firsts = (old for old in holding if not holding.intersection(self.repo.commit(old).parents))
        return tuple(sorted(firsts))


def _check_types(located: Mapping[str, Located]) -> None:
    """Refuse what cannot be taken out: notes, and types, without which other records mean nothing."""
    for id_, place in located.items():
        placed = layout.place(place.path, Oid(id_))
        if placed is not None and placed[0] in redaction.STAY:
            hint = "notes of redactions and registered types stay; see docs/trust.md"
            raise UsageError(f"a {placed[0]} is not taken out: {id_[:12]}", code="redact/stays", hint=hint)


def _absent(ids: Collection[Oid]) -> NotFound:
    some = ", ".join(sorted(ids))
    return NotFound(f"not in this ledger: {some}", code="record/not-found", hint="see: git factory list")
