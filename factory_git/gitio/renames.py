"""What differs between a commit and the index, the working tree or another commit, with renames as Git finds them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from factory_git.core.errors import UsageError
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import Entry

MOST = 1000  # files that may be pairs of a rename; beyond it Git looks at those with equal content only
_DIFF = (f"-l{MOST}", "-M", "--raw", "-z", "--no-ext-diff", "--ignore-submodules=none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Paths that differ (both names of a renamed file), and new → old name of renamed files."""

    paths: frozenset[str]
    renamed: Mapping[str, str] = field(default_factory=dict)


def of_index(location: Location, base: str) -> Changed:
    """What the index changes of a commit."""
    return _parse(ask(location, "diff-index", "--cached", *_DIFF, base, "--"))


def of_commit(location: Location, base: str, commit: str) -> Changed:
    """What changes from one commit to another."""
    return _parse(ask(location, "diff-tree", "-r", *_DIFF, base, commit, "--"))


def of_worktree(location: Location, base: str, old: Mapping[str, Entry], new: Mapping[str, Entry]) -> Changed:
    """What the files on disk (``new``) change of a commit (``old``).

    Git sees no renames among files it does not track: those are found by equal content only.
    """
    paths = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    gone = {old[path].oid: path for path in paths if path not in new}
    renamed = {path: gone[new[path].oid] for path in paths if path not in old and new[path].oid in gone}
    renamed |= {n: o for n, o in of_index(location, base).renamed.items() if n in paths and o not in new}
    return Changed(paths=frozenset(paths), renamed=renamed)


def merge_base(location: Location, revision: str, other: str) -> str:
    """The commit that two revisions have in common. Raises :class:`UsageError` when there is none."""
    for one in (revision, other):
        commit_id(location, one)
    try:
        return ask(location, "merge-base", revision, other).decode().split()[0]
    except (GitFailed, IndexError) as error:
        hint = "fetch more history: git fetch --unshallow" if _shallow(location) else "name a commit that is related"
        message = f"{revision} and {other} have no commit in common here"
        raise UsageError(message, code="usage/no-merge-base", hint=hint) from error


def commit_id(location: Location, revision: str) -> str:
    """The id of a commit. Raises :class:`UsageError` when there is no such revision."""
    try:
        out = ask(location, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    except GitFailed as error:
        hint = "git fetch origin BRANCH" if _shallow(location) else "git log --oneline"
        raise UsageError(f"no commit {revision!r} here", code="usage/revision", hint=hint) from error
    return out.decode().strip()


def head(location: Location) -> str | None:
    """The commit ``HEAD`` is at; None before the first one."""
    try:
        return ask(location, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
    except GitFailed:
        return None


def merging(location: Location) -> tuple[str, ...]:
    """The commits that a merge in progress brings in; they will be parents beside ``HEAD``."""
    try:
        return tuple((location.git_dir / "MERGE_HEAD").read_text().split())
    except OSError:
        return ()


def _shallow(location: Location) -> bool:
    return Path(location.common_dir / "shallow").is_file()


def _parse(out: bytes) -> Changed:
    paths: set[str] = set()
    renamed: dict[str, str] = {}
    fields = iter(os.fsdecode(out).split("\0"))
    for about in fields:
        if not about:
            continue
        path = next(fields)
        paths.add(path)
        if about.rpartition(" ")[2].startswith(("R", "C")):
            new = next(fields)
            paths.add(new)
            renamed[new] = path
    return Changed(paths=frozenset(paths), renamed=renamed)
