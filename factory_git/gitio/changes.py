"""Which files differ between a commit and the index, or between two commits, by blob."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from factory_git.gitio import caller
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed

if TYPE_CHECKING:
    from factory_git.gitio.locate import Location

_REGULAR = ("100644", "100755")
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A path with its blob before and after; empty where it is absent, a link or a submodule. Renames are two."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit and its parents. Those of a shallow clone's last commits are unknown: ``cut``."""

    oid: str
    parents: tuple[str, ...]
    cut: bool = False


def commit(location: Location, revision: str) -> Commit | None:
    """The commit of a revision; None where there is no such thing."""
    try:
        out = ask(location, "rev-list", "--parents", "--max-count=1", "--end-of-options", revision, "--")
    except GitFailed:
        return None
    oid, *parents = out.decode().split()
    return Commit(oid=oid, parents=tuple(parents), cut=not parents and oid in _shallow(location))


def amended_onto(location: Location) -> str | None:
    """The commit that an amended commit replaces the child of, while Git makes it.

    None where no commit is being amended, or the first one, a merge, or one whose parent is not here.
    """
    if not caller.amends():
        return None
    head = commit(location, "HEAD")
    return head.parents[0] if head and len(head.parents) == 1 else None


def emptily_onto(location: Location) -> str | None:
    """``HEAD``, while Git makes a commit that changes nothing of it (``--allow-empty``); None in every other case."""
    if "GIT_INDEX_FILE" not in os.environ and not caller.git_above("commit"):
        return None
    head = commit(location, "HEAD")
    return head.oid if head and not staged(location, head.oid) else None


def message(location: Location, oid: str) -> bytes:
    """The message of a commit, as it is stored."""
    return ask(location, "cat-file", "commit", oid).partition(b"\n\n")[2]


def empty_tree(location: Location) -> str:
    """The tree that holds nothing: what a first commit changes."""
    return _EMPTY_TREE[location.object_format]


def staged(location: Location, base: str) -> list[Change]:
    """What the index changes of a commit or tree."""
    return _parse(ask(location, "diff-index", "--cached", *_RAW, base, "--"))


def between(location: Location, old: str, new: str) -> list[Change]:
    """What changes from one commit or tree to another."""
    return _parse(ask(location, "diff-tree", "-r", *_RAW, old, new, "--"))


_RAW = ("--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--ignore-submodules=all")


def _parse(out: bytes) -> list[Change]:
    found = []
    fields = iter(os.fsdecode(out).split("\0"))
    for head in fields:
        if head:
            old_mode, new_mode, old, new, _ = head[1:].split(" ")
            path = next(fields)
            found.append(
                Change(path=path, old=old if old_mode in _REGULAR else "", new=new if new_mode in _REGULAR else "")
            )
    return found


def _shallow(location: Location) -> frozenset[str]:
    try:
        return frozenset((location.common_dir / "shallow").read_text().split())
    except OSError:
        return frozenset()
