"""What another clone's ledger must be before it is united with ours: only added to, and only with what belongs there.

A ledger is added to only, so what is once in its history stays. Harm is refused at the door, not found afterwards:
every transaction that is new here is looked at, not the newest alone. What takes away a record of ours is refused; a
ledger that took away records of its own, and has gone on from before them, is united, since nothing is lost by that,
and ``verify`` names it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from factory_git.core.errors import FactoryError, IntegrityError
from factory_git.core.ids import Oid, RecordId
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, layout, redaction, transaction
from factory_git.ledger.record import FORMAT, decode
from factory_git.ledger.types import UPGRADE, NewerVersion

MOST = 20_000_000  # files that one union may bring: a tree of a few kilobytes can stand for more than any disk holds
_HINT = "nothing was taken; see: git log --stat {oid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What is new in another ledger: its commits, and the notes of redactions in them."""

    commits: frozenset[Oid] = frozenset()
    notes: tuple[RecordId, ...] = ()


def check(repo: Repository, ours: Oid | None, other: Oid) -> Arrived:
    """Refuse the ledger ``other`` where uniting it with ``ours`` would lose something or let strange files in.

    Raises :class:`IntegrityError`, :class:`NewerVersion`. What ``ours`` holds already is not looked at again.
    """
    version = transaction.read(repo.commit(other)).format
    if version == 0:
        raise IntegrityError(f"commit {other} is no transaction of a ledger", code="ledger/no-format")
    if version > FORMAT:
        raise NewerVersion(f"that ledger has format {version}; this program knows {FORMAT}", hint=UPGRADE)
    if ours is not None and repo.is_ancestor(other, ours):
        return Arrived()
    if ours is not None and repo.is_ancestor(ours, other):
        _refuse_losses(repo, ours, other)
    fresh = frozenset(repo.reached(other, ours))
    return Arrived(commits=fresh, notes=_looked_at(repo, other, fresh, functools.partial(_refuse_strange, repo)))


def look(repo: Repository, ours: Oid | None, other: Oid) -> Arrived:
    """What is new in a ledger that was ours once: whatever is in it was let in then."""
    if ours is not None and repo.is_ancestor(other, ours):
        return Arrived()
    fresh = frozenset(repo.reached(other, ours))
    return Arrived(commits=fresh, notes=_looked_at(repo, other, fresh, lambda *_: None))


def _refuse_losses(repo: Repository, ours: Oid, other: Oid) -> None:
    files = fold.changes(repo.differing, repo.commit(ours).tree, repo.commit(other).tree)
    for number, (path, old, _) in enumerate(files):
        if old is not None:
            raise _refused("ledger/deleted", f"removes or replaces {old} at {path}", other)
        _refuse_more(number, other)


def _looked_at(
    repo: Repository, other: Oid, fresh: frozenset[Oid], look: Callable[[Oid, str, Oid], None]
) -> tuple[RecordId, ...]:
    """The notes among what the new transactions bring; each file is looked at."""
    notes: dict[RecordId, None] = {}
    number = 0
    for commit in fold.commits(repo, other, lambda oid: oid not in fresh):
        for path, _, new in fold.added(repo, commit):
            look(commit.oid, path, new)
            if (placed := layout.place(path, new)) and placed[0] == redaction.TYPE:
                notes[placed[1]] = None
            number += 1
            _refuse_more(number, other)
    return tuple(notes)


def _refuse_strange(repo: Repository, tx: Oid, path: str, oid: Oid) -> None:
    if not _belongs(path, oid):
        raise _refused("ledger/path", f"has {oid} at {path}, where no record or content can be", tx)
    placed = layout.place(path, oid)
    if placed is not None and placed[0] in redaction.STAY and not _is_one(repo, *placed):
        # No redaction looks there: under such a name what was taken out would come back, to stay.
        raise _refused("ledger/path", f"has {oid} at {path}, which is no {placed[0]}", tx)


def _is_one(repo: Repository, type_: str, id_: RecordId) -> bool:
    try:
        return decode(id_, repo.blob(Oid(id_))).type == type_
    except FactoryError:
        return False


def _refuse_more(number: int, other: Oid) -> None:
    if number >= MOST:
        raise _refused("ledger/too-large", f"brings more than {MOST:,} files", other)


def _belongs(path: str, oid: Oid) -> bool:
    return layout.place(path, oid) is not None or layout.is_content(path, oid)


def _refused(code: str, words: str, oid: Oid) -> IntegrityError:
    return IntegrityError(f"the ledger at {oid[:12]} {words}", code=code, hint=_HINT.format(oid=oid[:12]))
