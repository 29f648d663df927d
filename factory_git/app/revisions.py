"""The specs of a tree, whole: at a revision, in the index, or on disk; and which of two trees are one and the same.

Files are read from Git's objects in one batch; a spec is parsed when it is first asked for. A path is always one from
the top of the repository, in messages too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from factory_git.core.errors import Place, Problem, SpecError, UsageError
from factory_git.gitio import renames, trees
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import INDEX, WORKTREE
from factory_git.spec.check import check
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

HEAD = "HEAD"
SHORT = 12
# What `spec.load.find` may take for a part of a spec; of a tree of many files, only these are read.
_SPECS = r"(^|/)([^/]*\.)?factory\.yaml$|(^|/)spec/([^/]+/)?[^/]+\.yaml$"
_LABELS = {INDEX: "the index", WORKTREE: "the working tree"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One spec in one tree.

    ``files`` are its sources by path, ``root`` the folder that holds it, ``label`` what the tree is called in messages,
    ``commit`` its commit (None: the index or the disk). ``unread`` says of files why they cannot be read as a spec.
    """

    root: str
    files: Mapping[str, bytes]
    label: str
    commit: str | None = None
    unread: tuple[Problem, ...] = ()

    @cached_property
    def _loaded(self) -> Spec | SpecError:
        if self.unread:
            return SpecError(str(self.unread[0]), self.unread, code=self.unread[0].code)
        try:
            return load([Source(path=path, content=data) for path, data in self.files.items()], root=self.root)
        except SpecError as error:
            return error

    @property
    def spec(self) -> Spec | None:
        """The spec; None where the files hold none that loads (:meth:`checked` says why)."""
        return self._loaded if isinstance(self._loaded, Spec) else None

    @property
    def name(self) -> str:
        """How a person calls the spec: its id, else its root, else its file."""
        spec = self.spec
        return spec.id if spec is not None else self.root or next(iter(self.files), "")

    def checked(self) -> Spec:
        """The spec, free of errors. Raises :class:`SpecError` that names the side, with every problem and its place."""
        if isinstance(self._loaded, SpecError):
            raise self._invalid(self._loaded.problems, self._loaded.code)
        problems = [one for one in check(self._loaded) if one.severity == "error"]
        if problems:
            raise self._invalid(problems, problems[0].code)
        return self._loaded

    def _invalid(self, problems: Sequence[Problem], code: str) -> SpecError:
        count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
        at = problems[0].place if problems else None
        where = at or self.root or "the spec"
        hint = "both versions must be valid to be compared: mend it, or name another revision"
        return SpecError(f"{where}: the spec in {self.label} is not valid: {count}", problems, code=code, hint=hint)


def sides(location: Location, revision: str, *, label: str = "", also: Collection[str] = ()) -> list[Side]:
    """Every spec of a tree, by root. ``revision`` is ``index``, ``worktree`` or anything that names a commit.

    ``also`` are files that are specs whatever they are called, where the tree has them. ``HEAD`` before the first
    commit holds none. Raises :class:`UsageError` for an unknown revision, :class:`SpecError` for two specs in a folder.
    """
    tree = _tree(location, revision, re.compile("|".join([_SPECS, *(f"^{re.escape(path)}$" for path in also if path)])))
    if tree is None:
        return []
    commit = tree.origin if tree.origin not in (INDEX, WORKTREE) else None
    called = label or _LABELS.get(revision, revision)
    if commit and called == commit:
        called = commit[:SHORT]
    elif commit and not called.startswith(commit[:SHORT]):
        called = f"{called} ({commit[:SHORT]})"
    found = _found(tree, called, also)
    tree.load([path for _, files in found for path in files])
    return [_side(tree, root, files, called, commit) for root, files in found]


def pairs(old: Sequence[Side], new: Sequence[Side]) -> list[tuple[Side | None, Side | None]]:
    """Which spec of one tree is which of the other, sorted by root; None stands where it is gone, or new.

    The same folder and id is the same spec, then the same id elsewhere (a folder that was renamed), then the same
    folder (an id that was changed).
    """
    left, right = list(old), list(new)
    found: list[tuple[Side | None, Side | None]] = []
    for same in (_untouched, _same_place, _same_id, _same_root):
        for after in list(right):
            before = next((one for one in left if same(one, after)), None)
            if before is not None:
                found.append((before, after))
                left.remove(before)
                right.remove(after)
    found += [(None, after) for after in right]
    found += [(before, None) for before in left]
    return sorted(found, key=_order)


def commit_of(location: Location, revision: str) -> str | None:
    """The commit of a revision; None for ``HEAD`` before the first one. Raises :class:`UsageError` for others."""
    if revision == HEAD and renames.head(location) is None:
        return None
    return renames.commit_id(location, revision)


def _tree(location: Location, revision: str, only: re.Pattern[str]) -> trees.Tree | None:
    if revision == INDEX:
        return trees.index(location, only=only)
    if revision == WORKTREE:
        return trees.worktree(location, only=only)
    try:
        return trees.commit(location, revision, only=only)
    except UsageError:
        if commit_of(location, revision) is None:
            return None
        raise


def _found(tree: trees.Tree, label: str, also: Collection[str]) -> list[tuple[str, list[str]]]:
    try:
        found = find(tree.paths())
    except SpecError as error:
        raise SpecError(f"{error.message}, in {label}", error.problems, code=error.code, hint=error.hint) from error
    known = {path for _, files in found for path in files}
    found += [(path.rpartition("/")[0], [path]) for path in sorted(also) if path in tree.entries and path not in known]
    return sorted(found)


def _side(tree: trees.Tree, root: str, files: Sequence[str], label: str, commit: str | None) -> Side:
    unread = tuple(_unread(tree, files))
    contents = {} if unread else {path: tree.read(path) for path in files}
    return Side(root=root, files=contents, label=label, commit=commit, unread=unread)


def _unread(tree: trees.Tree, files: Sequence[str]) -> Iterator[Problem]:
    for path in files:
        entry = tree.entries[path]
        if not entry.merged:
            hint = "resolve it, then git add"
            yield Problem(code="spec/conflict", message="open merge conflict", place=Place(file=path), hint=hint)
        elif entry.mode not in (trees.FILE, trees.EXECUTABLE):
            yield Problem(code="spec/not-a-file", message="not a regular file", place=Place(file=path))


def _untouched(old: Side, new: Side) -> bool:
    return old.root == new.root and old.files == new.files


def _same_place(old: Side, new: Side) -> bool:
    return old.root == new.root and _same_id(old, new)


def _same_id(old: Side, new: Side) -> bool:
    return old.spec is not None and new.spec is not None and old.spec.id == new.spec.id


def _same_root(old: Side, new: Side) -> bool:
    return old.root == new.root


def _order(pair: tuple[Side | None, Side | None]) -> tuple[str, str]:
    side = pair[1] or pair[0]
    assert side is not None
    return side.root, next(iter(side.files), "")
