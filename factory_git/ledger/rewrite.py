"""History without some of its files: a function of the commits and of what is taken out, so that every clone that takes
the same things out of the same history makes the same objects.

A commit that has none of them, and none in its past, stays as it is. Any other is made again with the same author,
dates and message, its parents made again; without its signature, which would be false. Of one that brought something
that is taken out, only the trailers stay of the message: its subject is often the beginning of what it brought. Taking
out A and then B gives what taking out both at once gives: nothing of what was before is told in what is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from factory_git.core.errors import UsageError
from factory_git.core.ids import Oid
from factory_git.gitio import objects
from factory_git.gitio.objects import Commit, Object, TreeEntry
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, merge

MANY = 4000  # objects that are held before they are written
SUBJECT = b"redacted"
_MADE_ANEW = {b"tree", b"parent", b"gpgsig", b"gpgsig-sha256", b"mergetag"}

Keep = Callable[[Sequence[Object]], object]


class _Node(NamedTuple):
    """A commit that was made again: its tree and parents, the way to the commits that stayed, and which these are."""

    tree: Oid
    parents: tuple[Oid, ...]
    depth: int
    stayed: frozenset[Oid]


@dataclass(slots=True, kw_only=True)
class Rewrite:
    """Takes the objects ``targets`` out of the paths ``places``, wherever a commit has them there.

    ``keep`` stores what is made, some at a time. ``commits`` says what became of each commit that was looked at.
    """

    repo: Repository
    targets: frozenset[Oid]
    places: Iterable[str]
    keep: Keep
    commits: dict[Oid, Oid] = field(default_factory=dict)
    _wanted: dict[str, Any] = field(default_factory=dict)
    _trees: dict[tuple[Oid, int], Oid | None] = field(default_factory=dict)
    _nodes: dict[Oid, _Node] = field(default_factory=dict)
    _made: list[Object] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay the places out as the tree that leads to them."""
        for path in self.places:
            below = self._wanted
            for name in path.split("/"):
                below = below.setdefault(name, {})

    @property
    def again(self) -> int:
        """How many commits became others."""
        return sum(old != new for old, new in self.commits.items())

    def holds(self, tree: Oid) -> bool:
        """Whether a tree has something that is to be taken out."""
        return self._tree(tree) != tree

    def run(self, tip: Oid, stays: Callable[[Oid], bool]) -> Oid:
        """What ``tip`` becomes. Commits that stay, for sure, with all of their past are not looked at.

        Raises :class:`UsageError` where a shallow clone does not have what would have to be made again.
        """
        known = self.commits
        for commit in fold.commits(self.repo, tip, lambda oid: oid in known or stays(oid)):
            known[commit.oid] = self._commit(commit)
            if len(self._made) >= MANY:
                self.flush()
        return known.get(tip, tip)

    def flush(self) -> None:
        """Store what was made and is not stored yet."""
        if self._made:
            self.keep(self._made)
            self._made = []

    def _commit(self, commit: Commit) -> Oid:
        tree = self._tree(commit.tree)
        mapped = tuple(self.commits.get(parent, parent) for parent in commit.parents)
        if tree == commit.tree and mapped == commit.parents:
            return commit.oid
        if commit.oid in self.repo.boundary:
            raise UsageError(
                f"this shallow clone does not have what came before {commit.oid[:12]}, where it lies, too",
                code="redact/shallow",
                hint="git fetch --unshallow",
            )
        parents = tuple(dict.fromkeys(mapped))
        if commit.message == merge.MESSAGE and len(commit.parents) <= 2:
            # Two ledgers that were one but for what is taken out need no commit that unites them.
            parents = tuple(sorted(parents))
            one = next((p for p in parents if self._tree_of(p) == tree and self._reaches(p, parents)), None)
            if one is not None:
                return one
        data = self.repo.read(commit.oid)[1]
        if commit.message != merge.MESSAGE and self._brings(commit):
            data = _silent(data)
        item = _made_again(data, tree, parents)
        self._made.append(item)
        self._note(item.oid, tree, parents)
        return item.oid

    def _brings(self, commit: Commit) -> bool:
        before = self.repo.commit(commit.parents[0]).tree if commit.parents else None
        return self._comes(commit.tree, before, self._wanted)

    def _comes(self, tree: Oid, before: Oid | None, wanted: dict[str, Any]) -> bool:
        """Whether a tree has a target where the one before had it not."""
        if tree == before:
            return False
        old = {entry.name: entry for entry in self.repo.tree(before) if entry.name in wanted} if before else {}
        for entry in self.repo.tree(tree):
            if entry.name not in wanted or entry == old.get(entry.name):
                continue
            was = old.get(entry.name)
            inner = was.oid if was is not None and was.is_tree else None
            if self._comes(entry.oid, inner, wanted[entry.name]) if entry.is_tree else entry.oid in self.targets:
                return True
        return False

    def _note(self, oid: Oid, tree: Oid, parents: tuple[Oid, ...]) -> None:
        above = [self._nodes[one] for one in parents if one in self._nodes]
        stayed = frozenset(one for one in parents if one not in self._nodes).union(*(one.stayed for one in above))
        depth = 1 + max((one.depth for one in above), default=0)
        self._nodes[oid] = _Node(tree, parents, depth, stayed)

    def _tree_of(self, oid: Oid) -> Oid:
        node = self._nodes.get(oid)
        return node.tree if node else self.repo.commit(oid).tree

    def _reaches(self, tip: Oid, all_: Iterable[Oid]) -> bool:
        return all(one == tip or self._is_ancestor(one, tip) for one in all_)

    def _is_ancestor(self, old: Oid, new: Oid) -> bool:
        """Whether ``new`` reaches ``old`` in what is made, which need not be stored yet."""
        node = self._nodes.get(new)
        stayed = node.stayed if node else {new}
        if any(self.repo.is_ancestor(old, one) for one in stayed):
            return True
        if old not in self._nodes:
            return False
        least, seen, stack = self._nodes[old].depth, {new}, [new]
        while stack:
            at = self._nodes.get(stack.pop())
            if at is None or at.depth <= least:
                continue
            if old in at.parents:
                return True
            fresh = [one for one in at.parents if one not in seen]
            seen.update(fresh)
            stack += fresh
        return False

    def _tree(self, root: Oid) -> Oid:
        made = self._without(root, self._wanted)
        if made is None:
            item = objects.tree([])
            self._made.append(item)
            return item.oid
        return made

    def _without(self, tree: Oid, wanted: dict[str, Any]) -> Oid | None:
        """The tree without the targets at the places below it; None when nothing is left of it."""
        key = (tree, id(wanted))
        if key not in self._trees:
            self._trees[key] = self._filtered(tree, wanted)
        return self._trees[key]

    def _filtered(self, tree: Oid, wanted: dict[str, Any]) -> Oid | None:
        entries = self.repo.tree(tree)
        out: list[TreeEntry] = []
        for entry in entries:
            below = wanted.get(entry.name)
            if below is None:
                out.append(entry)
            elif entry.is_tree:
                inner = self._without(entry.oid, below)
                if inner is not None:
                    out.append(entry._replace(oid=inner))
            elif entry.oid not in self.targets:
                out.append(entry)
        if tuple(out) == entries:
            return tree
        if not out:
            return None
        item = objects.tree(out)
        self._made.append(item)
        return item.oid


def _silent(data: bytes) -> bytes:
    """The commit of these bytes with nothing in its message but the trailers of a ledger."""
    head, blank, body = data.partition(b"\n\n")
    last = body.rstrip(b"\n").rpartition(b"\n\n")[2]
    trailers = [line for line in last.split(b"\n") if line.startswith(b"Factory-")]
    return head + blank + SUBJECT + b"\n" + (b"\n" + b"\n".join(trailers) + b"\n" if trailers else b"")


def _made_again(data: bytes, tree: Oid, parents: Sequence[Oid]) -> Object:
    """The commit of these bytes with another tree and other parents, and without its signatures."""
    head, blank, body = data.partition(b"\n\n")
    kept, goes = [], False
    for line in head.split(b"\n"):
        if not line.startswith(b" "):
            goes = line.partition(b" ")[0] in _MADE_ANEW
        if not goes:
            kept.append(line)
    first = [f"tree {tree}".encode(), *(f"parent {parent}".encode() for parent in parents)]
    return objects.build("commit", b"\n".join([*first, *kept]) + blank + body)
