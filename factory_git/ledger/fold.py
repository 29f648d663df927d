"""Reading history: transactions in graph order, from commits. Every projection is a fold over this.

Order: parents before children, the first parent's side first. It depends on the graph only, so it is the same in every
clone, and a tip whose first-parent line holds an older tip only appends to the older one's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from factory_git.core.ids import Oid
from factory_git.gitio import objects
from factory_git.gitio.objects import FILE, TREE, Commit, Entries, TreeEntry
from factory_git.gitio.repository import Repository
from factory_git.ledger import layout, transaction
from factory_git.ledger.layout import Stored
from factory_git.ledger.transaction import Transaction

EMPTY = objects.tree([]).oid
Differing = Callable[[Oid | None, Oid | None], tuple[Entries, Entries]]
"""What only the one tree has, and what only the other one has; None is an empty tree."""
Change: TypeAlias = tuple[str, Oid | None, Oid | None]
"""A file that differs: its path, its id before, its id after."""


def commits(repo: Repository, tip: Oid, seen: Callable[[Oid], bool]) -> Iterator[Commit]:
    """Commits reachable from ``tip`` that are not ``seen``, in order. Iterative: history may be long and deep."""
    if seen(tip):
        return
    emitted: set[Oid] = set()
    stack = [(repo.commit(tip), 0)]
    while stack:
        commit, position = stack.pop()
        if commit.oid in emitted:
            continue
        parents = parents_of(repo, commit)
        while position < len(parents) and (parents[position] in emitted or seen(parents[position])):
            position += 1
        if position < len(parents):
            stack.append((commit, position + 1))
            stack.append((repo.commit(parents[position]), 0))
            continue
        emitted.add(commit.oid)
        yield commit


def parents_of(repo: Repository, commit: Commit) -> tuple[Oid, ...]:
    """The parents that this clone has: a shallow one cuts them off at its boundary."""
    return () if commit.oid in repo.boundary else commit.parents


def transactions(repo: Repository, tip: Oid, seen: Callable[[Oid], bool]) -> Iterator[Transaction]:
    """Transactions not ``seen`` yet, in order, with the files each added."""
    for commit in commits(repo, tip, seen):
        yield with_files(transaction.read(commit), changed(repo, commit))


def changed(repo: Repository, commit: Commit) -> Iterator[Change]:
    """The files in which a commit differs from its first parent."""
    parents = parents_of(repo, commit)
    before = repo.commit(parents[0]).tree if parents else None
    return changes(repo.differing, before, commit.tree)


def added(repo: Repository, commit: Commit) -> Iterator[tuple[str, Oid | None, Oid]]:
    """The files that a commit brought beside its first parent: path, id there before, id."""
    for path, old, new in changed(repo, commit):
        if new is not None:
            yield path, old, new


def with_files(made: Transaction, files: Iterable[Change]) -> Transaction:
    """``made`` with the files of its tree sorted into records, blobs, strangers and losses."""
    records, blobs, strange, gone = [], [], [], []
    for path, old, new in files:
        if old is not None:
            gone.append(Stored(path, old))
        if new is None:
            continue
        if layout.place(path, new):
            records.append(Stored(path, new))
        elif layout.is_content(path, new):
            blobs.append(Stored(path, new))
        else:
            strange.append(Stored(path, new))
    return replace(made, records=tuple(records), blobs=tuple(blobs), strange=tuple(strange), gone=tuple(gone))


def changes(differing: Differing, old: Oid | None, new: Oid | None) -> Iterator[Change]:
    """Files that differ between two trees. Equal folders are not opened.

    ``differing`` gives what only the one tree and what only the other one has (:meth:`Repository.differing`). What lies
    deeper than anything of a ledger can is given as if it were a file, and so is an empty folder: what a tree of them
    costs is seen by who counts. A link, a submodule or a program (which may name what nobody has) has its mode in its
    path, where no record can be.
    """
    stack: list[tuple[str, Oid | None, Oid | None]] = [("", old, new)]
    while stack:
        prefix, before, after = stack.pop()
        if before == after:
            continue
        left, right = ({_name(entry): entry for entry in some} for some in differing(before, after))
        for name in sorted(left.keys() | right.keys()):
            one, two = left.get(name), right.get(name)
            path = f"{prefix}{name}"
            files = [entry.oid if entry and not _opened(entry) else None for entry in (one, two)]
            deeper = [entry.oid if entry and _opened(entry) else None for entry in (one, two)]
            if files != [None, None]:
                yield path, files[0], files[1]
            if deeper == [None, None]:
                continue
            if prefix.count("/") < layout.DEEPEST:
                stack.append((path + "/", deeper[0], deeper[1]))
            else:
                yield path, deeper[0], deeper[1]


def _name(entry: TreeEntry) -> str:
    return entry.name if entry.mode in (FILE, TREE) else f"{entry.name} (mode {entry.mode})"


def _opened(entry: TreeEntry) -> bool:
    return entry.is_tree and entry.oid != EMPTY
