"""Which transactions have no signature because a redaction made them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from factory_git.core.ids import Oid
from factory_git.gitio.objects import Commit
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, transaction
from factory_git.ledger.redaction import Redaction


def made_again(repo: Repository, tip: Oid, notes: Sequence[Redaction]) -> frozenset[Oid]:
    """The transactions at or after the place where one of ``notes`` took something out, and not after that note.

    Places are known by what transactions name and do not have, by the folders that a note names, and, where nothing is
    left, by a transaction that brings nothing and names nothing.
    """
    marks = _Marks.of(notes)
    passed: dict[Oid, tuple[int, int]] = {}  # a bit a note: its place is in the past, it itself is
    again = set()
    for commit in fold.commits(repo, tip, lambda _: False):
        placed, noted = marks.read(repo, commit)
        for parent in fold.parents_of(repo, commit):
            placed, noted = placed | passed[parent][0], noted | passed[parent][1]
        passed[commit.oid] = placed, noted
        if placed & ~noted:
            again.add(commit.oid)
    return frozenset(again)


@dataclass(slots=True)
class _Folder:
    """Folders that notes name, as the tree that leads to them; a bit a note."""

    notes: int = 0
    inner: dict[str, _Folder] = field(default_factory=dict)

    def add(self, path: str, note: int) -> None:
        at = self
        for name in path.split("/"):
            at = at.inner.setdefault(name, _Folder())
        at.notes |= note


@dataclass(slots=True)
class _Marks:
    notes: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    folders: _Folder = field(default_factory=_Folder)
    contents: int = 0
    known: dict[tuple[Oid, int], int] = field(default_factory=dict)  # the notes whose folders a tree has, by tree

    @classmethod
    def of(cls, notes: Sequence[Redaction]) -> _Marks:
        found = cls()
        for number, note in enumerate(notes):
            bit = 1 << number
            found.notes[note.id] = bit
            for target in note.targets:
                if target.kind == "record":
                    found.records[target.id] = found.records.get(target.id, 0) | bit
                    continue
                found.contents |= bit
                for folder in target.folders:
                    found.folders.add(folder, bit)
        return found

    def read(self, repo: Repository, commit: Commit) -> tuple[int, int]:
        """The notes whose place a transaction is, and those that it brings."""
        claimed = [id_ for _, id_ in transaction.read(commit).claimed]
        placed, noted = 0, 0
        for id_ in claimed:
            placed |= self.records.get(id_, 0)
            noted |= self.notes.get(id_, 0)
        placed |= self._within(repo, commit.tree, self.folders)
        if not claimed and self._brings_nothing(repo, commit):
            placed |= self.contents
        return placed, noted

    def _within(self, repo: Repository, tree: Oid, wanted: _Folder) -> int:
        """The notes of which the tree has a folder. From one transaction to the next, few trees are others."""
        key = tree, id(wanted)
        if key not in self.known:
            found = 0
            for entry in repo.tree(tree):
                inner = wanted.inner.get(entry.name)
                if inner is not None:
                    found |= inner.notes | (
                        self._within(repo, entry.oid, inner) if inner.inner and entry.is_tree else 0
                    )
            self.known[key] = found
        return self.known[key]

    def _brings_nothing(self, repo: Repository, commit: Commit) -> bool:
        parents = fold.parents_of(repo, commit)
        return len(parents) == 1 and repo.commit(parents[0]).tree == commit.tree
