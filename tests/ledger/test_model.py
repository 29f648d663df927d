"""Random lives of several clones, each with several writers, and of their remotes, against plain sets.

Whatever happens to an index, a journal, a ref or a remote: no record that was acknowledged is ever lost.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from factory_git.app import claim, fork, maintenance, memory, sync
from factory_git.app.context import Context
from factory_git.app.knowledge import knowledge
from factory_git.core import points
from factory_git.core.clock import FixedClock
from factory_git.core.errors import Conflict, InvalidInput, NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.gitio import push
from factory_git.ledger.record import Record, make
from factory_git.ledger.store import REF
from tests.ledger.model import look
from tests.ledger.model.places import ANY, CACHES, NOON, Clone, clone_of, git, remote_of, template
from tests.ledger.model.plain import Book, heads, rivals, standing

SOAK = bool(os.environ.get("FACTORY_SOAK"))
CLONES, REMOTES, ROUNDS = 4 if SOAK else 3, 2, 6
WHO, WHERE = st.integers(0, CLONES - 1), st.integers(0, REMOTES - 1)
WRITER = st.integers(0, 2)  # two that stay open, and one that is opened anew
FEW = st.integers(0, 9)
POINTS = st.sampled_from(["append:tip-read", "append:pack-written", "append:ref-moved", "append:acknowledged"])


class Died(Exception):
    """The writer ends here."""


class Lives(RuleBasedStateMachine):
    """Clones and remotes beside a :class:`Book` and the numbers of the transactions that each of them holds."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        top = Path(self.folder.name)
        template(top / "made")
        self.book, self.touched = Book(), set(range(CLONES))
        first = Clone(number=0, path=top / "made", clock=FixedClock(NOON), held=set())
        with first.handle(2) as ctx:
            self.learn(first, ctx)
        self.remotes = [remote_of(top / "made", top / f"remote{n}.git", first.held) for n in range(REMOTES)]
        self.clones = [
            clone_of(top / "made", top / f"clone{n}", n, self.remotes, first.held, FixedClock(NOON))
            for n in range(CLONES)
        ]

    # -- writing ------------------------------------------------------------------------------------------------------

    @rule(who=WHO, writer=WRITER, words=st.lists(FEW, min_size=1, max_size=3), after=FEW, large=st.booleans())
    def append(self, who: int, writer: int, words: list[int], after: int, large: bool) -> None:
        clone = self.turn(who)
        records, blobs = self.made(clone, words, after), [f"body{words[0]} ".encode() * 20_000] if large else []
        with clone.handle(writer) as ctx:
            for _ in range(2):  # a second time changes nothing
                assert ctx.ledger.append(records, blobs=blobs) == tuple(one.id for one in records)
        clone.held.add(self.book.write(records, blobs))

    @rule(who=WHO, writer=WRITER, other=WRITER, words=st.lists(FEW, min_size=1, max_size=3), key=FEW, at=POINTS)
    def die_and_try_again(self, who: int, writer: int, other: int, words: list[int], key: int, at: str) -> None:
        clone, name = self.turn(who), f"key {key}"
        records = self.made(clone, words, key, name)
        known = {one.id for one in records} <= self.book.ids(clone.held)
        with contextlib.suppress(Died, Conflict), clone.handle(writer) as ctx, points.listening(dying(at)):
            ctx.ledger.append(records, key=name)
        with clone.handle(other) as ctx:
            if not known and self.book.keyed(clone.held, name):
                with pytest.raises(Conflict, match="was used by another"):
                    ctx.ledger.append(records, key=name)
                return
            assert ctx.ledger.append(records, key=name) == tuple(one.id for one in records)
        if not known:
            clone.held.add(self.book.write(records, key=name))

    @rule(who=WHO, writer=WRITER, number=st.integers(0, 2))
    def register(self, who: int, writer: int, number: int) -> None:
        clone, name = self.turn(who), f"kind{number}"
        with clone.handle(writer) as ctx:
            if name not in {one["name"] for one in self.book.of(clone.held, "type").values()}:
                with pytest.raises(UsageError):
                    ctx.ledger.put(name, {"n": 1})
            ctx.ledger.register(name, ANY)
            with pytest.raises(UsageError, match="another schema"):
                ctx.ledger.register(name, {"type": "object", "required": ["n"]})
            ctx.ledger.put(name, {"n": number})
        clone.held.add(self.book.write([make("type", {"name": name, "schema": ANY}), make(name, {"n": number})]))

    @rule(who=WHO, writer=WRITER)
    def refuse(self, who: int, writer: int) -> None:
        clone = self.turn(who)
        with clone.handle(writer) as ctx, pytest.raises(InvalidInput, match="parents are not in the ledger"):
            ctx.ledger.append([make("note", {"n": 1}), make("note", {"n": 2}, [RecordId("0" * 40)])])

    @rule(who=WHO, writer=WRITER, other=WHO, word=FEW)
    def pushed_into_while_appending(self, who: int, writer: int, other: int, word: int) -> None:
        """Another program moves the ref between reading it and writing it."""
        clone, peer = self.turn(who), self.turn(other)
        records = self.made(clone, [word], word)

        def meanwhile() -> None:
            if clone is not peer:
                self.call(peer, str(clone.path))
                peer.held |= clone.held
                clone.held |= peer.held

        with clone.handle(writer) as ctx, points.listening(once("append:pack-written", meanwhile)):
            ctx.ledger.append(records)
        clone.held.add(self.book.write(records))

    # -- revisions: memory, knowledge, claims -------------------------------------------------------------------------

    @rule(who=WHO, writer=WRITER, word=FEW, pick=FEW)
    def remember(self, who: int, writer: int, word: int, pick: int) -> None:
        clone = self.turn(who)
        stand = sorted(standing(self.book.of(clone.held, "memory"), "kept"))
        with clone.handle(writer) as ctx:
            if pick < 4 or not stand:
                memory.add(ctx, f"word{word}", scope=f"task:{word % 2}")
            elif pick < 8:
                memory.add(ctx, f"word{word} of {who}", replace=stand[pick % len(stand)])
            else:
                memory.forget(ctx, stand[pick % len(stand)])
            self.learn(clone, ctx, most=1)

    @rule(who=WHO, writer=WRITER)
    def agree_on_a_memory(self, who: int, writer: int) -> None:
        """Two revisions of one thing are two heads, seen as such, until one record replaces both."""
        clone = self.turn(who)
        found = self.book.of(clone.held, "memory")
        apart = next((sorted([one, *others]) for one, others in sorted(rivals(found).items()) if others), None)
        if apart:
            payload = {"scope": "repository", "kind": "entry", "state": "kept", "text": "agreed", "title": "agreed"}
            record = make("memory", payload | {"replaces": apart}, [RecordId(one) for one in apart])
            with clone.handle(writer) as ctx:
                ctx.ledger.append([record])
            clone.held.add(self.book.write([record]))

    @rule(who=WHO, writer=WRITER, name=st.sampled_from("abc"), content=st.binary(max_size=3), decide=st.booleans())
    def know(self, who: int, writer: int, name: str, content: bytes, decide: bool) -> None:
        clone = self.turn(who)
        with clone.handle(writer) as ctx:
            store = knowledge(ctx)
            apart = heads(self.book.of(clone.held, "change"))
            torn = next((one for one, ids in sorted(apart.items()) if len(ids) > 1), None)
            if decide and torn:
                with contextlib.suppress(NotFound):
                    store.artifacts.resolve(torn, min(apart[torn]))
            else:
                try:
                    store.artifacts.update(f"notes/{name}", content)
                except NotFound:
                    store.artifacts.add("notes", name, content)
                except Conflict as error:
                    assert error.code in ("knowledge/changed-apart", "knowledge/two-names"), error  # noqa: PT017
            self.learn(clone, ctx, most=1)

    @rule(who=WHO, writer=WRITER, path=st.sampled_from(["a", "b", "a/c"]), ttl=st.sampled_from(["30m", "4h"]))
    def work(self, who: int, writer: int, path: str, ttl: str) -> None:
        clone = self.turn(who)
        with clone.handle(writer) as ctx:
            with contextlib.suppress(Conflict):
                claim.take(ctx, [path], task=f"task {path[0]}", ttl=ttl)
            self.learn(clone, ctx, most=2)

    @rule(who=WHO, writer=WRITER, task=st.sampled_from(["task a", "task b"]))
    def rest(self, who: int, writer: int, task: str) -> None:
        clone = self.turn(who)
        with clone.handle(writer) as ctx:
            with contextlib.suppress(NotFound):
                claim.release(ctx, task=task)
            self.learn(clone, ctx, most=1)

    # -- clones and remotes -------------------------------------------------------------------------------------------

    @rule(who=WHO, where=WHERE, writer=WRITER, fetch_only=st.booleans())
    def bring_together(self, who: int, where: int, writer: int, fetch_only: bool) -> None:
        self.synced(self.turn(who), where, writer, fetch_only=fetch_only)

    @rule(who=WHO, other=WHO, where=WHERE, writer=WRITER)
    def somebody_is_faster(self, who: int, other: int, where: int, writer: int) -> None:
        clone, faster, send = self.turn(who), self.turn(other), push.send

        def meanwhile(*args: Any, **more: Any) -> push.Sent:
            patch.undo()
            if faster is not clone:
                self.synced(faster, where, 2)
            return send(*args, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(push, "send", meanwhile)
            self.synced(clone, where, writer)

    @rule(who=WHO, where=WHERE, writer=WRITER)
    def everybody_is_faster(self, who: int, where: int, writer: int) -> None:
        clone, send = self.turn(who), push.send

        def late(*args: Any, to: str = "") -> push.Sent:
            return send(*args, to=to) if to else push.Sent(state="behind")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(push, "send", late)
            patch.setattr(sync, "ATTEMPTS", 2)
            self.synced(clone, where, writer)

    @rule(who=WHO, other=WHO, fetch_only=st.booleans())
    def from_clone_to_clone(self, who: int, other: int, fetch_only: bool) -> None:
        clone, peer = self.turn(who), self.turn(other)
        if clone is not peer:
            self.call(clone, str(peer.path), fetch_only=fetch_only)
            clone.held |= peer.held
            peer.held |= set() if fetch_only else clone.held

    @rule(who=WHO)
    def plain_fetch(self, who: int) -> None:
        """It follows the last remote's ledger, and unites nothing."""
        clone, remote = self.turn(who), self.remotes[-1]
        if remote.tip():
            git(clone.path, "fetch", "-q", NAMES[-1])
            clone.seen[-1] = set(remote.held)

    @rule(where=WHERE, pick=FEW)
    def remote_goes_back(self, where: int, pick: int) -> None:
        remote = self.remotes[where]
        tip, held = remote.past[-1 - pick % len(remote.past)]
        if git(remote.path, "rev-parse", "--verify", "-q", f"{tip}^{{commit}}", ok=False):
            git(remote.path, "update-ref", REF, tip)
            remote.held = set(held)

    @rule(where=WHERE, gc=st.booleans())
    def remote_loses_it(self, where: int, gc: bool) -> None:
        remote = self.remotes[where]
        git(remote.path, "update-ref", "-d", REF)
        remote.held = set()
        if gc:
            git(remote.path, "gc", "-q", "--prune=now")

    @rule(who=WHO, where=WHERE)
    def somebody_forces(self, who: int, where: int) -> None:
        clone, remote = self.turn(who), self.remotes[where]
        git(clone.path, "push", "-q", "--force", NAMES[where], REF)
        remote.held = set(clone.held)
        remote.moved()

    # -- harm and care ------------------------------------------------------------------------------------------------

    @rule(who=WHO, how=st.sampled_from(["delete", "empty", "half", "garbage", "state"]))
    def harm_the_index(self, who: int, how: str) -> None:
        clone = self.turn(who)
        if how == "state":
            for file in clone.state.glob("state*"):
                file.unlink() if file.is_file() else shutil.rmtree(file)
            return
        if how != "delete":  # where others have it open, each that comes waits ten seconds before it does without
            clone.close()
        for name in CACHES[1:] if how != "delete" else CACHES:
            (clone.state / name).unlink(missing_ok=True)
        file = clone.state / CACHES[0]
        if file.exists():
            content = file.read_bytes()
            file.write_bytes({"empty": b"", "half": content[: len(content) // 2], "garbage": b"x" * len(content)}[how])

    @rule(who=WHO)
    def forget_the_journal(self, who: int) -> None:
        (self.turn(who).state / "acknowledged").unlink(missing_ok=True)

    @rule(who=WHO, how=st.sampled_from(["gc", "repack", "maintenance", "both"]))
    def clean(self, who: int, how: str) -> None:
        clone = self.turn(who)
        if how == "gc":
            git(clone.path, "gc", "-q", "--prune=now")
        elif how == "repack":
            git(clone.path, "repack", "-q", "-a", "-d")
        else:
            with clone.handle(2) as ctx:
                maintenance.run(ctx, gc=how == "both")

    @rule(who=WHO, writer=WRITER, back=st.integers(1, 4), word=FEW)
    def somebody_moves_the_ref(self, who: int, writer: int, back: int, word: int) -> None:
        """Back by hand, or away; a writer goes on there; the next process that writes brings all of it back."""
        clone = self.turn(who)
        if not clone.promised():
            return
        line = git(clone.path, "rev-list", "--first-parent", REF).split()
        git(clone.path, "update-ref", *((REF, line[back]) if back < min(4, len(line)) else ("-d", REF)))
        knows = {"note"} if back < min(4, len(line)) else set()
        for number, which in enumerate((writer, 2)):
            record = make("note", {"text": f"word{word} {number}"})
            with clone.handle(which) as ctx:
                try:
                    ctx.ledger.append([record])
                except UsageError:  # one that recovered long ago finds a ledger that has no such type
                    assert which != 2
                    assert not knows
                    continue
            clone.held.add(self.book.write([record]))

    @rule(who=WHO, hours=st.integers(-30, 30))
    def set_the_clock(self, who: int, hours: int) -> None:
        self.turn(who).clock.at += timedelta(hours=hours)

    @rule(who=WHO, writer=st.integers(0, 1))
    def end(self, who: int, writer: int) -> None:
        ctx = self.clones[who].open.pop(writer, None)
        if ctx:
            ctx.ledger.close()

    # -- forks --------------------------------------------------------------------------------------------------------

    @rule(who=WHO, writer=WRITER, pick=st.integers(1, 60), words=st.lists(FEW, min_size=1, max_size=2))
    def fork(self, who: int, writer: int, pick: int, words: list[int]) -> None:
        """A ledger that goes on from an earlier transaction holds what that reached, and takes nothing of this one."""
        clone = self.turn(who)
        with clone.handle(writer) as ctx:
            places = ctx.ledger.number(ctx.ledger.tip or "")
            made = fork.run(ctx, str(1 + pick % places))
            listed = git(clone.path, "ls-tree", "-r", "--name-only", made.ref).split()
            ids = {id_ for id_ in self.book.ids(clone.held) if any(id_[:12] in path for path in listed)}
        blobs = [self.book.contents[oid] for oid in self.book.blobs(clone.held) if any(oid in path for path in listed)]
        clone.forks[made.ref] = {self.book.write([self.book.records[id_] for id_ in ids], blobs)}
        self.go_on(clone, made.ref, words)

    @precondition(lambda self: any(clone.forks for clone in self.clones))
    @rule(who=WHO, pick=FEW, words=st.lists(FEW, min_size=1, max_size=2))
    def go_on_with_a_fork(self, who: int, pick: int, words: list[int]) -> None:
        clone = self.turn(who)
        refs = sorted(clone.forks)
        if refs:
            self.go_on(clone, refs[pick % len(refs)], words)

    def go_on(self, clone: Clone, ref: str, words: list[int]) -> None:
        held, ctx = clone.forks[ref], clone.fresh(ref)
        known = "note" in {one["name"] for one in self.book.of(held, "type").values()}
        records = [make("note", {"text": f"word{word} on {ref}"}) for word in words]
        try:
            ctx.ledger.append(records)
            held.add(self.book.write(records))
        except UsageError:
            assert not known
        look.holds(self.book, ctx, held)
        ctx.ledger.close()

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost(self) -> None:
        for who in sorted(self.touched):
            clone = self.clones[who]
            for which in (0, 2):
                with clone.handle(which) as ctx:
                    look.holds(self.book, ctx, clone.held)
                    look.knows_keys(self.book, ctx, clone.held)
                    look.indexed(ctx)
                    found = look.derived_at(clone, ctx)
                    look.as_folded(self.book, clone.held, found)
            same = [one for one in self.clones if one.number != who and one.tip() == clone.tip()]
            for other in same[:1]:
                with other.handle(0) as ctx:
                    assert look.derived_at(other, ctx) == found
        self.touched.clear()

    def teardown(self) -> None:
        try:
            self.come_to_rest()
            self.all_the_same()
        finally:
            for clone in self.clones:
                clone.close()
            self.folder.cleanup()

    def come_to_rest(self) -> None:
        """Clones that go from remote to remote soon have nothing to send or to take in."""
        before: list[str] = []
        for _ in range(ROUNDS):
            if before == (before := self.tips()):
                return
            for clone in self.clones:
                for where in range(REMOTES):
                    self.synced(clone, where, 2)
        assert self.tips() == before

    def tips(self) -> list[str]:
        return [clone.tip() for clone in self.clones] + [remote.tip() for remote in self.remotes]

    def all_the_same(self) -> None:
        """Every clone, and one that was just made, holds the same, in the same order, and folds it to the same."""
        everything = set.union(*(clone.held for clone in self.clones))
        top = Path(self.folder.name)
        newcomer = clone_of(top / "made", top / "new", 9, self.remotes, set(), FixedClock(NOON))
        self.clones.append(newcomer)
        self.synced(newcomer, 0, 2)
        found = []
        for clone in self.clones:
            assert self.book.ids(clone.held) == self.book.ids(everything)
            with clone.handle(2) as ctx:
                look.holds(self.book, ctx, everything)
                look.indexed(ctx)
                look.sound(ctx)
                found.append(look.derived_at(clone, ctx))
                look.as_folded(self.book, everything, found[-1])
            for ref, held in clone.forks.items():
                ctx = clone.fresh(ref)
                look.holds(self.book, ctx, held)
                assert ctx.ledger.verify().ok
                ctx.ledger.close()
        assert len({clone.tip() for clone in self.clones}) == 1
        assert all(one == found[0] for one in found)

    # -- inside -------------------------------------------------------------------------------------------------------

    def turn(self, who: int) -> Clone:
        self.touched.add(who)
        clone = self.clones[who]
        clone.clock.at += timedelta(seconds=7)
        return clone

    def made(self, clone: Clone, words: list[int], after: int, also: str = "") -> list[Record]:
        """Notes; the first has a parent that the clone holds, each other the one before it."""
        known = sorted(self.book.of(clone.held, "note"))
        out: list[Record] = []
        for word in words:
            parents = [out[-1].id] if out else [known[after % len(known)]] if known and after else []
            out.append(make("note", {"text": f"word{word} {also}"}, parents))
        return out

    def learn(self, clone: Clone, ctx: Context, most: int = 99) -> None:
        """Take into the model what a verb wrote: it may be new records only."""
        census = ctx.ledger.census()
        new = {id_ for id_, type_, _ in census if type_} - self.book.ids(clone.held)
        assert len(new) <= most
        if new:
            known = {str(oid) for oid in self.book.blobs(clone.held)}
            blobs = [ctx.ledger.blob(oid) for oid, type_, _ in census if not type_ and oid not in known]
            clone.held.add(self.book.write((ctx.ledger.get(id_) for id_ in new), blobs))

    def call(self, clone: Clone, remote: str, *, writer: int = 2, fetch_only: bool = False) -> sync.Result:
        with clone.handle(writer) as ctx:
            options = sync.Options(remote=remote, fetch_only=fetch_only)
            return sync.run(ctx, options, wait=lambda _: None, jitter=lambda: 0.0)

    def synced(self, clone: Clone, where: int, writer: int, *, fetch_only: bool = False) -> None:
        """Sync with a remote; the model: both hold what either did, and what had been seen or published there."""
        remote = self.remotes[where]
        there = bool(remote.tip())
        result = self.call(clone, NAMES[where], writer=writer, fetch_only=fetch_only)
        clone.held.update(remote.held, clone.seen[where], *remote.beside.values())
        if fetch_only:
            clone.seen[where] = set(remote.held) if there else clone.seen[where]
        elif result.published:
            remote.beside[clone.number] = set(clone.held)
            clone.seen[where] = set(remote.held) if there else clone.seen[where]
        else:
            remote.held = set(clone.held)
            remote.beside.clear()
            remote.moved()
            clone.seen[where] = set(remote.held)


NAMES = ("origin", "upstream")


def dying(at: str) -> Callable[[str], None]:
    def listener(name: str) -> None:
        if name == at:
            raise Died

    return listener


def once(at: str, act: Callable[[], None]) -> Callable[[str], None]:
    todo = [act]

    def listener(name: str) -> None:
        if name == at and todo:
            todo.pop()()

    return listener


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=60 if SOAK else 4,
    stateful_step_count=40 if SOAK else 12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
