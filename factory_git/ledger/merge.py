"""Two ledgers become one: a merge commit that is a pure function of its parents, so that both clones make the same."""

from __future__ import annotations

from dataclasses import replace

from factory_git.core.ids import Oid
from factory_git.gitio import objects
from factory_git.gitio.fetch import UNION
from factory_git.gitio.objects import Object, Person, TreeEntry
from factory_git.gitio.repository import Repository
from factory_git.ledger import layout
from factory_git.ledger.record import FORMAT

MESSAGE = f"{UNION}\n\nFactory-Format: {FORMAT}\n"
NOBODY = "git-factory"


def unite(repo: Repository, one: Oid, other: Oid) -> tuple[Oid, list[Object]] | None:
    """The commit that holds both, and what must be written for it; None when ``one`` holds ``other`` already."""
    if repo.is_ancestor(other, one):
        return None
    if repo.is_ancestor(one, other):
        return other, []
    first, second = (repo.commit(oid) for oid in sorted((one, other)))
    made: list[Object] = []
    root = union(repo.tree, first.tree, second.tree, made)
    when = max(first.author.when, second.author.when)
    who = replace(Person(name=NOBODY, email="", when=when))
    commit = objects.commit(tree=root, parents=(first.oid, second.oid), author=who, committer=who, message=MESSAGE)
    return commit.oid, [*made, commit]


def union(trees: layout.Trees, left: Oid, right: Oid, made: list[Object]) -> Oid:
    """The tree with everything of both; new trees are added to ``made``. Order of the arguments does not matter.

    Paths name what they hold, so two honest ledgers never differ at one path; where a hostile one does, the file that
    its name vouches for wins, then a folder, which has files in it, then the smaller id.
    """
    return _union(trees, left, right, made, 0)


def _union(trees: layout.Trees, left: Oid, right: Oid, made: list[Object], depth: int) -> Oid:
    if left == right:
        return left
    entries = {entry.name: entry for entry in trees(left)}
    for theirs in trees(right):
        ours = entries.get(theirs.name)
        if ours is None or ours == theirs:
            entries[theirs.name] = theirs
        elif ours.is_tree and theirs.is_tree and depth < layout.DEEPEST:
            entries[theirs.name] = theirs._replace(oid=_union(trees, ours.oid, theirs.oid, made, depth + 1))
        else:
            entries[theirs.name] = min(ours, theirs, key=_rank)
    item = objects.tree(entries.values())
    if item.oid not in (left, right):
        made.append(item)
    return item.oid


def _rank(entry: TreeEntry) -> tuple[bool, bool, str, str]:
    return not _vouched(entry), not entry.is_tree, entry.oid, entry.mode


def _vouched(entry: TreeEntry) -> bool:
    """Whether the name says the id of the file, as that of a record or a content does."""
    match = layout.FILE_NAME.fullmatch(entry.name)
    return not entry.is_tree and match is not None and entry.oid.startswith(match[1] or match[2])
