"""What another clone's ledger must be before it is united with ours: only added to, and only with what belongs there.

A ledger is added to only, so what is once in its history stays. Harm is refused at the door, not found afterwards.
"""

from __future__ import annotations

from factory_git.core.errors import IntegrityError
from factory_git.core.ids import Oid
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, layout, transaction
from factory_git.ledger.record import FORMAT
from factory_git.ledger.types import UPGRADE, NewerVersion

MOST = 20_000_000  # files that one union may bring: a tree of a few kilobytes can stand for more than any disk holds
_HINT = "nothing was taken; see: git log --stat {oid}"


def check(repo: Repository, ours: Oid | None, other: Oid) -> None:
    """Refuse the ledger ``other`` where uniting it with ``ours`` would lose something or let strange files in.

    Raises :class:`IntegrityError`, :class:`NewerVersion`. What ``ours`` holds already is not looked at again.
    """
    version = transaction.read(repo.commit(other)).format
    if version == 0:
        raise IntegrityError(f"commit {other} is no transaction of a ledger", code="ledger/no-format")
    if version > FORMAT:
        raise NewerVersion(f"that ledger has format {version}; this program knows {FORMAT}", hint=UPGRADE)
    if ours is not None and repo.is_ancestor(other, ours):
        return
    follows = ours is not None and repo.is_ancestor(ours, other)
    before = repo.commit(ours).tree if ours else None
    for number, (path, old, new) in enumerate(fold.changes(repo.tree, before, repo.commit(other).tree)):
        if old is not None and follows:
            raise _refused("ledger/deleted", f"removes or replaces {old} at {path}", other)
        if new is not None and old is None and not _belongs(path, new):
            raise _refused("ledger/path", f"has {new} at {path}, where no record or content can be", other)
        if number >= MOST:
            raise _refused("ledger/too-large", f"brings more than {MOST:,} files", other)


def _belongs(path: str, oid: Oid) -> bool:
    blob = layout.BLOB_PATH.fullmatch(path)
    return layout.place(path, oid) is not None or (blob is not None and blob[1] == oid)


def _refused(code: str, words: str, oid: Oid) -> IntegrityError:
    return IntegrityError(f"the ledger at {oid[:12]} {words}", code=code, hint=_HINT.format(oid=oid[:12]))
