"""Find one record without an index: the commit messages name every record, and the tree of one commit confirms it."""

from __future__ import annotations

from dataclasses import dataclass

from factory_git.core.ids import Oid, RecordId
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, transaction
from factory_git.ledger.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record and the first transaction, in the ledger's order, that brought it."""

    id: RecordId
    tx: Transaction


def find(repo: Repository, tip: Oid, prefix: str) -> Found | None:
    """The record whose id begins with ``prefix``; None when messages alone do not tell (absent, ambiguous, untrue)."""
    found: Found | None = None
    for commit in fold.commits(repo, tip, lambda _: False):
        if f" {prefix}" not in commit.message:
            continue
        made = transaction.read(commit)
        for id_ in {id_ for _, id_ in made.claimed if id_.startswith(prefix)}:
            if found is None:
                found = Found(id=id_, tx=made)
            elif found.id != id_:
                return None
    return found if found and _brought(repo, found) else None


def _brought(repo: Repository, found: Found) -> bool:
    """Whether the transaction's tree has what its message says."""
    commit = repo.commit(found.tx.oid)
    made = fold.with_files(found.tx, fold.changed(repo, commit))
    return found.id in {RecordId(oid) for _, oid in made.records}
