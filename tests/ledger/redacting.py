"""Several ledgers in one repository, each on a ref of its own: clones without the copying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from factory_git.core.clock import FixedClock
from factory_git.core.ids import RecordId
from factory_git.gitio.locate import locate
from factory_git.gitio.repository import Repository
from factory_git.index.sqlite import SqliteIndex
from factory_git.ledger import forks
from factory_git.ledger.redaction import Redaction
from factory_git.ledger.store import Ledger, Settings
from tests.conftest import Git
from tests.ledger.conftest import NOON, no_wait, nobody


def anyone(path: Path, name: str, *, kept: bool = True) -> Ledger:
    """A ledger of somebody else; its index is ``kept`` in a file, or in memory."""
    repo = Repository(locate(path))
    ref = forks.ref(name)
    settings = Settings(author=nobody, committer=nobody, ref=ref, fsync=False, clock=FixedClock(NOON), wait=no_wait)
    folder = forks.folder(repo.location, ref)
    return Ledger(repo, SqliteIndex(repo, folder / "index.sqlite" if kept else None), settings)


def ACCEPT(notes: Sequence[Redaction]) -> Mapping[RecordId, str]:  # noqa: N802 (a constant of a judge)
    """Who follows everybody."""
    return {note.id: "" for note in notes}


def reachable(repo: Path, git: Git, tip: str) -> set[str]:
    """Every object that a tip reaches."""
    return {line[:40] for line in git("rev-list", "--objects", tip, cwd=repo).splitlines()}
