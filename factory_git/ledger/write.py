"""The write protocol: lock, one kept pack, compare-and-swap, journal; and recovery of what others left behind.

Order matters, and each step is safe to die after: objects that no ref reaches are invisible; a pack with its ``.keep``
survives any gc until the ref points at it; a moved ref is the commit point; the journal only remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from factory_git.core import room
from factory_git.core.clock import Clock, SystemClock
from factory_git.core.errors import Conflict
from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.gitio import journal, lock, pack, refs, repack
from factory_git.gitio.child import GitFailed
from factory_git.gitio.objects import Object
from factory_git.gitio.repository import Repository
from factory_git.ledger import forks, merge, promises

ATTEMPTS = 50  # lost races under the lock are other programs' (gc, a push into this repository): rare
# The lock file of a process killed a moment ago must grow old before it may be removed: that is worth waiting for.
LOCK_ATTEMPTS = int(1.3 * refs.STALE / refs.NAP)


class Decided(NamedTuple):
    """What the ref is to point at, and the objects to write before.

    ``anew``: that is other history, without something that was taken out of it. The tips that were acknowledged of the
    old one are promises no more, and must not bring it back.
    """

    new: Oid
    objects: list[Object]
    anew: bool = False


Decide = Callable[[Oid | None], Decided | None]
Absorb = Callable[[Oid | None, Oid], Decided | None]
"""Decides about a tip and another ledger that it is to hold."""


@dataclass(slots=True, kw_only=True)
class Writer:
    """Moves the ledger's ref. ``notices`` tells what recovery did."""

    repo: Repository
    ref: str
    fsync: bool
    clock: Clock = field(default_factory=SystemClock)
    wait: lock.Wait = lock.sleep
    notices: list[str] = field(default_factory=list)
    many: int = repack.MANY
    absorb: Absorb | None = None
    _held: list[str] = field(default_factory=list)
    _recovered: bool = False

    @property
    def _folder(self) -> Path:
        return self.repo.location.factory_dir

    @property
    def _own(self) -> Path:
        return forks.folder(self.repo.location, self.ref)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the ledger's lock; the first time, put right what dead processes left."""
        with lock.exclusive(self._folder / "lock", wait=self.wait) as held:
            if held and not self._recovered:
                self._own.mkdir(parents=True, exist_ok=True)
                self._recover()
                self._recovered = True
            yield

    def write(self, decide: Decide) -> Oid | None:
        """Write what ``decide`` makes of the tip, again from a newer tip when the race is lost; None: nothing to do.

        Raises :class:`Conflict` after too many lost races. Call it while ``locked``.
        """
        for attempt in range(ATTEMPTS):
            tip = self.repo.ref(self.ref)
            reached("append:tip-read")
            try:
                decided = decide(tip)
                if decided is None:
                    return tip
                lines = self._written(tip, decided)
            except refs.RefMoved:
                self.wait(0.002 * (attempt + 1))
                continue
            finally:
                # Won or lost, gc may have the packs now. They are never deleted: what another program stored meanwhile
                # may be in them, and Git does not store a second time what it finds.
                while self._held:
                    pack.release(self.repo.pack_dir, self._held.pop())
            if lines >= self.many:
                self._tidy()
            return decided.new
        raise Conflict(
            f"{self.ref} keeps moving; {ATTEMPTS} attempts were lost", code="ledger/ref-moved", hint="try again"
        )

    def hold(self, objects: Sequence[Object]) -> str:
        """Write objects that no gc takes until the ref points at them, or ``write`` has given up; the pack's name."""
        if not objects:
            return "-"
        self._held.append(self.repo.write_pack(objects, fsync=self.fsync))
        return self._held[-1]

    def _written(self, tip: Oid | None, decided: Decided) -> int:
        """Write it all, move the ref, remember: the number of lines that the journal has."""
        name = self.hold(decided.objects)
        reached("append:pack-written")
        if decided.anew:
            # Before the ref moves: a promise that is forgotten too early costs nothing, one that is kept too long
            # would bring back what was taken out.
            packs = journal.read(self._own).packs
            journal.replace(self._own, [], repack.own(self.repo.pack_dir, packs))
            reached("redact:promises-dropped")
        self.move(tip, decided.new)
        reached("append:ref-moved")
        for other in self._held:
            if other != name:
                self._acknowledge("-", other)
        lines = self._acknowledge(decided.new, name)
        reached("append:acknowledged")
        return lines

    def move(self, old: Oid | None, new: Oid) -> None:
        """Compare-and-swap, with patience for a lock file and for folders that gc removes under us.

        Call it while ``locked``.
        """
        for attempt in range(LOCK_ATTEMPTS):
            try:
                self.repo.move_ref(self.ref, old, new, fsync=self.fsync)
                return
            except refs.RefLocked:
                if attempt == LOCK_ATTEMPTS - 1:
                    raise
                now = self.clock.now().timestamp()
                done = refs.take_over(self.repo.lock_path(self.ref), now=now, wait=self.wait)
                self.notices += [done] if done else []
            except refs.RefMoved:
                raise
            except OSError as error:
                if attempt >= ATTEMPTS or room.final(error):
                    raise
                self.wait(0.001 * (attempt + 1))

    def _acknowledge(self, tip: str, name: str) -> int:
        """Note a tip that the ref has moved to: what is written is written, also where there is no room to note it."""
        try:
            return journal.acknowledge(self._own, Oid(tip), name)
        except OSError as error:
            place = self._own / journal.NAME
            self.notices.append(f"stored, but {place} could not be added to ({error.strerror}): free some space")
            return 0

    def _recover(self) -> None:
        """Give back packs that dead writers kept and remove what they left half-written; keep every promise."""
        kept = pack.kept(self.repo.pack_dir)
        pack.sweep_half(self.repo.pack_dir, (*kept, *journal.read(self._own).packs))
        for name in kept:
            # We hold the lock, so its writer is dead. Reachable or not, gc may decide about it now.
            pack.release(self.repo.pack_dir, name)
            reached("recover:released")
        for folder in {self.repo.pack_dir, self._folder, self._own}:
            pack.sweep(folder)
        reached("recover:swept")
        self._keep_promises()

    def _keep_promises(self) -> None:
        """Every acknowledged tip must be reachable: what the ref lost is united with it again, and that is said."""
        journaled = journal.read(self._own)
        tip = self.repo.ref(self.ref)
        if not journaled.tips or journaled.tips == (tip,):
            return
        for lost in promises.lost(self.repo, tip, journaled.tips):
            if not self.repo.has(lost):
                self.notices.append(f"acknowledged transaction {lost} is gone from this repository")
                continue
            if self.unite(lost) != tip:  # else it was taken out meanwhile, and all the rest of it is there
                self.notices.append(f"{self.ref} had lost the acknowledged transaction {lost}: united again")
            reached("recover:united")
            tip = self.repo.ref(self.ref)
        journal.replace(self._own, [tip] if tip else [], repack.own(self.repo.pack_dir, journaled.packs))

    def unite(self, other: Oid) -> Oid | None:
        """Make the ledger hold everything that ``other`` holds."""
        absorb = self.absorb or self._absorb
        return self.write(lambda tip: absorb(tip, other))

    def _absorb(self, tip: Oid | None, other: Oid) -> Decided | None:
        made = merge.unite(self.repo, tip, other) if tip else (other, [])
        return Decided(*made) if made else None

    def _tidy(self) -> None:
        """Join small packs, so that reading never has to look into thousands; what was appended stands without it."""
        try:
            self.join_packs(least=self.many // 2)
        except (GitFailed, OSError) as error:  # a gc beside us takes temporary files; the next append tries again
            self.notices.append(f"small packs were not joined this time: {error}")

    def join_packs(self, *, least: int = 2) -> tuple[int, int]:
        """Join small packs of this ledger into one where there are ``least`` of them; how many there were, and are.

        Call it while ``locked``: no transaction is in flight then. What is large is left to :meth:`join_all`.
        """
        self._keep_promises()
        names = self._packs()
        chosen = repack.small_ones(self.repo.pack_dir, names, below=repack.LARGE) if len(names) >= least else []
        if not chosen:
            return len(names), len(names)
        new = repack.join(self.repo.pack_dir, chosen, self._folder / "joining", fsync=self.fsync, window=2)
        return len(names), self._put_in_place(new, chosen)

    def join_all(self) -> tuple[int, int]:
        """Join packs of this ledger, however large, while others append; how many there were, and are.

        Raises :class:`Conflict` that names the process which is at it already. Call it while not ``locked``.
        """
        with lock.exclusive(self._folder / "joining-all.lock", wait=self.wait, patience=0.0):
            with self.locked():
                self._keep_promises()
                names = self._packs()
            chosen = repack.small_ones(self.repo.pack_dir, names)
            if not chosen:
                return len(names), len(names)
            new = repack.join(self.repo.pack_dir, chosen, self._folder / "joining-all", fsync=self.fsync)
            with self.locked():
                self._keep_promises()  # of what was appended meanwhile, and may be lost already
                return len(names), self._put_in_place(new, chosen)

    def _packs(self) -> list[str]:
        return repack.own(self.repo.pack_dir, journal.read(self._own).packs)

    def _put_in_place(self, new: str, old: Sequence[str]) -> int:
        """``new``, which is written, stands for ``old``; how many packs there are then. Call it while ``locked``."""
        if (self.repo.pack_dir / f"{new}.pack").exists():  # else a gc beside us was here, and has them all in its own
            repack.remove(self.repo.pack_dir, [name for name in old if name != new])
        reached("join:joined")
        kept = [*(name for name in self._packs() if name != new), new]
        journal.replace(self._own, journal.read(self._own).tips[-1:], kept)
        return len(kept)
