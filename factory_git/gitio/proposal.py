"""The commits of a change: who made them, whether they change anything, and what their trailers say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed
from factory_git.gitio.locate import Location

# Fields end in NUL, the one character that nothing in a commit can hold.
_PEOPLE = "%H%x00%T%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%ct"
_FIELDS = 10
_TRAILER = "%x00%(trailers:key={key},valueonly,unfold,separator=%x02)"
_CO_AUTHOR = "Co-authored-by"
_EMAIL = re.compile(r"<([^<>]+)>")
_MERGES = 50  # merges that are made again to see whether somebody added to them; the rest count as work


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One commit. ``values`` are those of the trailer that was asked for, ``others`` the emails of co-authors.

    ``empty``: it changes nothing by itself, as a commit that only approves does, or a merge as Git makes it. ``when``:
    the second it was committed in.
    """

    oid: str
    author: tuple[str, str]  # name, email
    committer: tuple[str, str]
    values: tuple[str, ...]
    others: tuple[str, ...]
    empty: bool
    when: int


def commits(location: Location, base: str, head: str, key: str) -> tuple[Made, ...]:
    """The commits that ``head`` has and ``base`` has not, newest first, with the values of their trailer ``key``."""
    form = _PEOPLE + _TRAILER.format(key=key) + _TRAILER.format(key=_CO_AUTHOR)
    asked = ("log", "-z", "--encoding=UTF-8", f"--format={form}", f"{base}..{head}", "--")
    fields = ask(location, "-c", "log.showSignature=false", *asked).decode(errors="replace").split("\0")[:-1]
    rows = [fields[start : start + _FIELDS] for start in range(0, len(fields), _FIELDS)]
    trees = _trees(location, {parent for row in rows for parent in row[2].split()})
    made, left = [], _MERGES
    for oid, tree, parents, *people, values, others in rows:
        above = parents.split()
        left -= len(above) > 1
        empty = _is_empty(location, tree, above, trees) if left >= 0 or len(above) < 2 else False
        said = tuple(value.strip() for value in values.split("\x02") if value.strip())
        name, email, by, at, when = people
        also = tuple(_EMAIL.findall(others))
        made.append(
            Made(
                oid=oid, author=(name, email), committer=(by, at), values=said, others=also, empty=empty, when=int(when)
            )
        )  # fmt: skip
    return tuple(made)


def since(location: Location, tip: str, when: int, paths: Sequence[str]) -> tuple[str, ...]:
    """The commits of a branch itself, newest first, that were made after ``when`` and touch one of ``paths``."""
    asked = (
        "log",
        "--first-parent",
        f"--since=@{when + 1}",
        "--format=%H",
        tip,
        "--",
        *(f":(top,literal){p}" for p in paths),
    )
    return tuple(ask(location, "-c", "log.showSignature=false", *asked).decode().split())


def is_ancestor(location: Location, old: str, new: str) -> bool:
    """Whether ``old`` is in the history of ``new``; False where it is not in this repository."""
    try:
        ask(location, "merge-base", "--is-ancestor", old, new)
    except GitFailed:
        return False
    return True


def _trees(location: Location, oids: set[str]) -> Mapping[str, str]:
    """Commit → its tree, of those that are here (a shallow clone lacks some)."""
    wanted = sorted(oids)
    if not wanted:
        return {}
    stdin = "".join(f"{oid}^{{tree}}\n" for oid in wanted).encode()
    out = ask(location, "cat-file", "--batch-check=%(objectname)", stdin=stdin).decode().splitlines()
    return {oid: line for oid, line in zip(wanted, out, strict=True) if " " not in line}


def _is_empty(location: Location, tree: str, parents: Sequence[str], trees: Mapping[str, str]) -> bool:
    if len(parents) == 1:
        return trees.get(parents[0]) == tree
    if len(parents) != 2:
        return False
    try:  # Git 2.38; an older one cannot tell, and the merge counts as its author's work
        merged = ask(location, "merge-tree", "--write-tree", *parents).decode().split("\n")[0]
    except GitFailed:
        return False
    return merged == tree
