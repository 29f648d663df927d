"""One suite, two storages: whatever holds in memory holds in Git."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.app.knowledge_storage import GitStorage
from factory_git.knowledge.change import Stamp
from factory_git.knowledge.repository import Knowledge
from factory_git.knowledge.storage import MemoryStorage, Storage

numbers = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a store lies: ``open`` opens it anew, as another process would."""

    name: str
    storage: Callable[[], Storage]
    now: Callable[[], str]  # the newest transaction, for ``at``

    def open(self, *, dry: bool = False) -> Knowledge:
        return Knowledge(self.storage(), dry=dry)


def in_memory() -> Place:
    def stamp() -> Stamp:
        number = next(numbers)
        at = f"2026-03-01T12:{number // 60 % 60:02}:{number % 60:02}.000000+00:00"
        return Stamp(at=at, by="A U Thor <author@example.com>", token=f"t{number}")

    storage = MemoryStorage(stamp)
    return Place(name="memory", storage=lambda: storage, now=lambda: str(storage.count))


def in_git(path: Path) -> Place:
    path.mkdir(parents=True, exist_ok=True)
    for args in (["init", "-q"], ["config", "factory.fsync", "false"]):
        subprocess.run(["git", *args], cwd=path, check=True)
    return Place(
        name="git", storage=lambda: GitStorage(open_context(path)), now=lambda: str(open_context(path).ledger.tip or "")
    )


@pytest.fixture(params=["memory", "git"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return in_memory() if request.param == "memory" else in_git(tmp_path / "store")


@pytest.fixture
def other(place: Place, tmp_path: Path) -> Place:
    """Another, empty store of the same kind."""
    return in_memory() if place.name == "memory" else in_git(tmp_path / "other")


@pytest.fixture
def knowledge(place: Place) -> Knowledge:
    """A store with a collection ``notes``."""
    made = place.open()
    made.collections.add("notes")
    return made
