"""Kill a scene, look at what is left, do the next command: the figures of all that, and every fault that was found.

Of each death it is asked whether every ref is old or new, ``git fsck`` finds nothing, every acknowledged record can be
reached and read, a transaction is there whole or not at all, and the same command, as a new process would do it, ends
as if nobody had died. Sleeping is not waited for: the clock goes on at once, and the time counts as recovery.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from factory_git.app import context
from factory_git.core.clock import SystemClock
from factory_git.gitio import fetch, journal, lock, pack, refs
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold
from factory_git.ledger.store import REF
from tests.crash import scenes
from tests.crash.deaths import Death
from tests.crash.scenes import LONG, Scene, git, located, opened


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a number of deaths came to; ``longest`` is the longest that the command after one took, in seconds."""

    tried: int = 0
    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    longest: float = 0.0
    slowest: str = ""
    faults: list[str] = field(default_factory=list)
    died: set[str] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        """Take in another one's figures."""
        for name in ("tried", "kills", "acknowledged", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.longest > self.longest:
            self.longest, self.slowest = other.longest, other.slowest
        self.faults += other.faults
        self.died |= other.died


class Later(SystemClock):
    """A clock that is as far ahead as was slept."""

    slept = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=Later.slept)

    @classmethod
    def sleep(cls, seconds: float) -> None:
        cls.slept += seconds


@contextmanager
def sleepless() -> Iterator[None]:
    """Nobody sleeps meanwhile, in this process and in those forked from it."""
    Later.slept = 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "time", SimpleNamespace(sleep=Later.sleep))
        for module in (context, fetch, refs, scenes):
            patch.setattr(module, "SystemClock", Later)
        yield


class Stage:
    """A scene that was made, and how it ends where nobody dies; copied for each death."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene = scene
        self.made, self.place = folder / "made", folder / "stage"
        self.place.mkdir(parents=True)
        scene.make(self.place)
        self.place.rename(self.made)
        self.before = everywhere(self.made)
        played = self.copy()
        scene.act(played, lambda _: None)
        assert not scene.check(played), scene.check(played)
        self.after = everywhere(played)
        self.count = 0

    def copy(self) -> Path:
        """The scene as it was made, where it was made; what stood there is gone."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.made, self.place, symlinks=True)
        return self.place

    def kill(self, way: Callable[[Callable[[Callable[[str], None]], None], Path], Death], *, gc: bool) -> Tally:
        """Kill it that way, and look; ``gc``: everything that nothing reaches is pruned before anybody looks."""
        at = self.copy()
        death = way(lambda ack: self.scene.act(at, ack), at)
        found = Tally(tried=1, kills=int(bool(death.died)), acknowledged=len(death.acknowledged), died={death.died})
        words = f"{self.scene.name}: {death.died or 'nobody died'}"
        try:
            if death.wrong:
                raise AssertionError(death.wrong)
            self._look(at, death, gc=gc and self.scene.gc)
            found.longest = self._again(at, death)
            found.slowest = words
        except Lost as error:
            found.lost += len(error.ids)
            found.faults.append(f"{words}: {error}")
        except Exception as error:  # noqa: BLE001 (every fault is one of many)
            found.faults.append(f"{words}: {type(error).__name__}: {error}")
        return found

    def _look(self, at: Path, death: Death, *, gc: bool) -> None:
        """What a death left, before any program of ours has seen it."""
        for place, states in self.before.items():
            fsck(at / place)
            if gc:
                git("gc", "-q", "--prune=now", cwd=at / place, ok=False)  # a lock of Git's may stop it half way
                fsck(at / place)
            _whole(place, states, history(at / place), self.after[place], same=self.scene.same)
        _there(at / "here", death.acknowledged)
        if self.scene.gc:
            _kept(at / "here")

    def _again(self, at: Path, death: Death) -> float:
        """The next command, and what is left when it has ended; how long it took."""
        with sleepless():
            began, since = time.time(), time.monotonic()
            self.scene.act(at, lambda _: None)
            seconds = time.monotonic() - since + Later.slept
            if any(leftovers(at / place) for place in self.after):  # what may be somebody's is left until it is old
                for lock in at.rglob("*.lock"):
                    os.utime(lock, (began - LONG, began - LONG))
                self.scene.act(at, lambda _: None)
        for place, wanted in self.after.items():
            found = history(at / place)
            if self.scene.same:
                _equal(place, found, wanted)
            fsck(at / place)
            left = leftovers(at / place)
            assert not left or place == "there", f"{place} still has {left}"  # there, another machine's care
        _there(at / "here", death.acknowledged)
        _sound(at / "here")
        wrong = self.scene.check(at)
        assert not wrong, wrong
        return seconds


class Lost(AssertionError):
    """Records that were acknowledged are not there."""

    def __init__(self, ids: set[str]) -> None:
        super().__init__(f"LOST {sorted(ids)}")
        self.ids = ids


History = Sequence[frozenset[str]]
HEADS = "refs/factory/heads/"
_HELD = re.compile(r"/factory-remotes/.*\.\d+($|\.heads/)")  # what a sync holds while it is at work


def everywhere(at: Path) -> dict[str, History]:
    """The history of each repository of a scene."""
    return {place: history(at / place) for place in ("here", "there") if (at / place).exists()}


def history(path: Path) -> History:
    """The records of each transaction, by reading commits and nothing else."""
    repo = Repository(located(path))
    # What a clone published beside a ledger that it found locked is as good as there: the next sync takes it in.
    tips = [repo.ref(name) for name in (REF, *repo.refs_below(HEADS))]
    made = (one for tip in tips if tip for one in fold.transactions(repo, tip, lambda _: False))
    return [frozenset(oid for _, oid in one.records) | {oid for _, oid in one.blobs} for one in made]


def fsck(path: Path) -> None:
    """Git finds nothing wrong with a repository."""
    said = git("fsck", "--strict", "--no-dangling", "--no-progress", cwd=path)
    assert not said, f"git fsck: {said}"


def leftovers(path: Path) -> list[str]:
    """What only a dead process can have left, after another one has ended well."""
    common = path / ".git" if (path / ".git").is_dir() else path
    kept = pack.kept(common / "objects/pack")
    packs = [one for one in (common / "objects/pack").glob("*.pack") if not one.with_suffix(".idx").exists()]
    locks = [
        one for one in common.rglob("*.lock") if not one.is_relative_to(common / "factory")
    ]  # those there, the kernel frees
    found = [*packs, *locks, *common.rglob(f"{pack.TEMPORARY}*")]
    held = [name for name in git("for-each-ref", "--format=%(refname)", cwd=path).split() if _HELD.search(name)]
    return kept + held + sorted(str(one.relative_to(common)) for one in found)


def _whole(place: str, before: History, found: History, after: History, *, same: bool) -> None:
    """A ref is old or new: all that was there is there, and of each transaction that was to come all or nothing."""
    there, old = frozenset().union(*found), frozenset().union(*before)
    new = frozenset().union(*after)
    assert old & new <= there, f"{place} has less than before"
    for one in (*after, old - new) if same else (old - new,):  # what is taken out of history goes all at once, too
        assert one <= there or not (one - (old & new)) & there, f"{place} has half a transaction"
    assert there <= old | new or not same, f"{place} has what nobody wrote"


def _equal(place: str, found: History, wanted: History) -> None:
    there, expected = frozenset().union(*found), frozenset().union(*wanted)
    assert there == expected, f"{place} ends without {expected - there}, with {there - expected} more"


def _there(path: Path, acknowledged: frozenset[str]) -> None:
    """Every acknowledged record can be read through the ledger, as a new process opens it."""
    if not acknowledged:
        return
    there = frozenset().union(*history(path))
    if acknowledged - there:
        raise Lost(set(acknowledged - there))
    ctx = opened(path)
    for id_ in acknowledged:
        assert ctx.ledger.get(id_).id == id_
    ctx.ledger.close()


def _kept(path: Path) -> None:
    """Every tip that was noted as acknowledged is reached by the ref."""
    repo = Repository(located(path))
    tip = repo.ref(REF)
    lost = {one for one in journal.read(repo.location.factory_dir).tips if not tip or not repo.is_ancestor(one, tip)}
    if lost:
        raise Lost(set(lost))


def _sound(path: Path) -> None:
    """The ledger is sound, and its index says what its history says."""
    ctx = opened(path)
    report = ctx.ledger.verify()
    assert report.ok, report.problems
    listed = {entry.record.id for entry in ctx.ledger.list()}
    ctx.ledger.close()
    assert listed <= frozenset().union(*history(path))
    assert len(listed) == report.records, "the index does not say what the history says"
