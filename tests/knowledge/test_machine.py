"""Random lives of a store against a plain model, in memory and in Git; several openers, dry runs, snapshots."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from factory_git.core.errors import Conflict, InvalidInput, NotFound
from factory_git.knowledge.query import Query
from tests.knowledge.conftest import Place, in_git, in_memory

SOAK = bool(os.environ.get("FACTORY_SOAK"))
NAMES = st.sampled_from(["a", "b", "ä", "Plan B"])
WHO = st.integers(0, 1)
BYTES = st.binary(max_size=8)


class Lives(RuleBasedStateMachine):
    """Two openers of one store beside dictionaries: name → id, id → contents, pairs → link."""

    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.place = self.make()
        self.place.open().collections.add("notes")
        self.openers = [self.place.open(), self.place.open()]
        self.names: dict[str, str] = {}
        self.contents: dict[str, list[bytes]] = {}
        self.links: dict[tuple[str, str], str] = {}
        self.marks: list[tuple[str, set[str]]] = []
        for name in ("a", "b"):  # so that relationships are soon met
            self.add(0, name, b"")
        self.link(1, "a", "b")

    def make(self) -> Place:
        return in_memory()

    @rule(who=WHO, name=NAMES, content=BYTES)
    def add(self, who: int, name: str, content: bytes) -> None:
        try:
            id_ = self.openers[who].artifacts.add("notes", name, content)
        except Conflict:
            assert name in self.names
            return
        assert name not in self.names
        self.names[name] = id_
        self.contents[id_] = [content]

    @rule(who=WHO, name=NAMES, content=BYTES)
    def update(self, who: int, name: str, content: bytes) -> None:
        if self.there(name, lambda: self.openers[who].artifacts.update(f"notes/{name}", content)):
            self.contents[self.names[name]].append(content)

    @rule(who=WHO, name=NAMES, new=NAMES)
    def rename(self, who: int, name: str, new: str) -> None:
        if new in self.names and new != name and name in self.names:
            try:
                self.openers[who].artifacts.rename(f"notes/{name}", new)
            except Conflict:
                return
            raise AssertionError("two artifacts of one name")
        if self.there(name, lambda: self.openers[who].artifacts.rename(f"notes/{name}", new)):
            self.names[new] = self.names.pop(name)

    @rule(who=WHO, name=NAMES, cascade=st.booleans())
    def delete(self, who: int, name: str, cascade: bool) -> None:
        id_ = self.names.get(name, "")
        held = [pair for pair in self.links if id_ in pair]
        try:
            self.openers[who].artifacts.delete(f"notes/{name}", cascade=cascade)
        except NotFound:
            assert not id_
        except InvalidInput as refused:
            listed = len(refused.problems)
            assert not cascade
            assert held
            assert listed == len(held)
        else:
            assert cascade or not held
            self.links = {pair: link for pair, link in self.links.items() if id_ not in pair}
            del self.names[name]

    @rule(who=WHO, one=NAMES, two=NAMES)
    def link(self, who: int, one: str, two: str) -> None:
        pair = (self.names.get(one, ""), self.names.get(two, ""))
        try:
            id_ = self.openers[who].links.add(f"notes/{one}", f"notes/{two}", "cites")
        except NotFound:
            assert "" in pair
        except Conflict:
            assert pair in self.links
        else:
            assert "" not in pair
            assert pair not in self.links
            self.links[pair] = id_

    @precondition(lambda self: self.links)
    @rule(who=WHO, data=st.data())
    def unlink(self, who: int, data: Any) -> None:
        pair = data.draw(st.sampled_from(sorted(self.links)))
        self.openers[who].links.delete(self.links.pop(pair))

    @rule()
    def remember(self) -> None:
        self.marks.append((self.place.now(), set(self.names)))

    @precondition(lambda self: self.marks)
    @rule(who=WHO, data=st.data())
    def look_back(self, who: int, data: Any) -> None:
        at, names = data.draw(st.sampled_from(self.marks))
        assert {one.name for one in self.openers[who].find(Query(), at=at)} == names

    @rule(who=WHO)
    def reopen(self, who: int) -> None:
        self.openers[who] = self.place.open()

    @rule()
    def carry_over(self) -> None:
        data = self.openers[0].export()
        there = in_memory()
        there.open().import_(data)
        assert there.open().export() == data

    @invariant()
    def as_the_model_says(self) -> None:
        for store in self.openers:
            assert {one.name: one.id for one in store.find(Query())} == self.names
            assert {(one.source, one.target): one.id for one in store.links.list()} == self.links
            assert store.clashes() == []
        for name, id_ in self.names.items():
            assert self.openers[0].artifacts.content(f"notes/{name}") == self.contents[id_][-1]
            made = [one for one in self.openers[1].artifacts.history(id_) if one.kind != "artifact.rename"]
            assert [one.new.size for one in made] == [len(content) for content in self.contents[id_]]

    def there(self, name: str, act: Any) -> bool:
        try:
            act()
        except NotFound:
            assert name not in self.names
            return False
        assert name in self.names
        return True


class LivesInGit(Lives):
    """The same, with records on a ref."""

    def make(self) -> Place:
        self.folder = tempfile.TemporaryDirectory()
        return in_git(Path(self.folder.name) / "store")

    def teardown(self) -> None:
        self.folder.cleanup()


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=500 if SOAK else 40, stateful_step_count=30, deadline=None)
TestLivesInGit = LivesInGit.TestCase
TestLivesInGit.settings = settings(
    max_examples=60 if SOAK else 5, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
