"""A ledger to play with: a clock that stands still, no flushing, waiting that is only counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from factory_git.core.clock import Clock, FixedClock
from factory_git.gitio.locate import locate
from factory_git.gitio.lock import Wait
from factory_git.gitio.objects import Person
from factory_git.gitio.repository import Repository
from factory_git.index.sqlite import SqliteIndex
from factory_git.ledger.secrets import Scanner
from factory_git.ledger.store import REF, Ledger, Settings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANY = {"type": "object"}
Open = Callable[..., Ledger]


def nobody() -> Person:
    return Person(name="A U Thor", email="author@example.com", when=NOON)


def no_wait(seconds: float) -> None:
    """Waiting that takes no time."""


def open_ledger(
    path: Path,
    *,
    clock: Clock | None = None,
    fsync: bool = False,
    wait: Wait = no_wait,
    scanner: Scanner | None = None,
) -> Ledger:
    """The ledger of the repository at ``path``, opened anew as another process would."""
    repo = Repository(locate(path))
    settings = Settings(
        author=nobody,
        committer=nobody,
        ref=REF,
        fsync=fsync,
        clock=clock or FixedClock(NOON),
        wait=wait,
        scanner=scanner or Scanner(),
    )
    return Ledger(repo, SqliteIndex(repo, repo.location.factory_dir / "index.sqlite"), settings)


@pytest.fixture
def ledger(repo: Path) -> Ledger:
    """A ledger that knows the type ``note`` and holds nothing else."""
    made = open_ledger(repo)
    made.register("note", ANY)
    return made
