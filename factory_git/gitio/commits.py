"""Commits built in memory: read a tree, lay files over it, write the commit, pin it. No checkout is touched."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType

from factory_git.core.errors import Conflict, IntegrityError, NotFound, RepositoryError
from factory_git.core.ids import Oid
from factory_git.gitio import refs
from factory_git.gitio.child import GitFailed, git, run

NO_OID = Oid("0" * 40)
ATTEMPTS = 3  # how often objects are written again that a concurrent `git gc --prune=now` took before they were pinned
_IDENT = re.compile(r"(?P<name>.*) <(?P<email>[^>]*)> (?P<time>\d+) (?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)")
FALLBACK_NAME, FALLBACK_EMAIL = "git-factory", "git-factory@localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of a tree: its Git mode (0o100644 …) and the id of its blob."""

    mode: int
    oid: Oid


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A path that differs between two trees. ``status``: created, modified, deleted, renamed (then with ``source``)."""

    status: str
    path: str
    mode: int
    oid: Oid
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Author and committer as Git would write them. ``fallback`` says that the user has none configured."""

    author: pygit2.Signature
    committer: pygit2.Signature
    fallback: bool = False


class Code:
    """The code plane of one repository, by its common Git directory."""

    def __init__(self, common_dir: Path) -> None:
        self.common_dir = common_dir

    @cached_property
    def _repo(self) -> pygit2.Repository:
        return pygit2.Repository(str(self.common_dir))

    def commit_of(self, name: str) -> Oid | None:
        """The commit that a ref (full name) or an id names, peeled; None when there is none."""
        try:
            named = self._repo.references[name] if name.startswith("refs/") else self._repo[name]
            found = named.peel(pygit2.Commit)
        except (KeyError, ValueError, pygit2.InvalidSpecError):
            return None
        return Oid(str(found.id))

    def read(self, oid: str) -> bytes:
        """The bytes of a blob. Raises :class:`NotFound`."""
        try:
            found = self._repo[oid]
        except (KeyError, ValueError) as error:
            raise NotFound(f"the repository has no object {oid}") from error
        assert isinstance(found, pygit2.Blob)
        return found.data

    def file(self, commit: str, path: str) -> bytes | None:
        """The content of a file in a commit; None when it is not there or not a file."""
        try:
            found = self._repo[commit].peel(pygit2.Tree)[path]
        except KeyError:
            return None
        return found.data if isinstance(found, pygit2.Blob) else None

    def tree_of(self, commit: str) -> Oid:
        """The tree of a commit."""
        return Oid(str(self._repo[commit].peel(pygit2.Tree).id))

    def files(self, commit: str, under: str = "") -> dict[str, Entry]:
        """Every file (link, submodule) of a commit or tree below the folder ``under``, by its path from the top."""
        top = self._repo[commit].peel(pygit2.Tree)
        found: pygit2.Object = top
        if under:
            try:
                found = top[under]
            except KeyError:
                return {}
            if not isinstance(found, pygit2.Tree):
                return {}
        out: dict[str, Entry] = {}
        stack: list[tuple[str, pygit2.Object]] = [(f"{under}/" if under else "", found)]
        while stack:
            prefix, folder = stack.pop()
            assert isinstance(folder, pygit2.Tree)
            for item in folder:
                if item.type == ObjectType.TREE:
                    stack.append((f"{prefix}{item.name}/", item))
                else:
                    out[f"{prefix}{item.name}"] = Entry(mode=int(item.filemode), oid=Oid(str(item.id)))
        return dict(sorted(out.items()))

    def blob(self, data: bytes) -> Oid:
        """Write a blob and return its id."""
        return Oid(str(self._repo.create_blob(data)))

    def overlay(self, base: str, changes: Mapping[str, Entry | bytes | None]) -> Oid:
        """The tree of ``base`` (commit or tree) with files put in (None removes; bytes keep an executable bit)."""
        index = pygit2.Index()
        index.read_tree(self._repo[base].peel(pygit2.Tree))
        for path, value in changes.items():
            if value is None and path in index:
                index.remove(path)
        for path, value in changes.items():
            if isinstance(value, bytes):
                mode = index[path].mode if path in index else FileMode.BLOB
                if mode not in (FileMode.BLOB, FileMode.BLOB_EXECUTABLE):
                    mode = FileMode.BLOB
                index.add(pygit2.IndexEntry(path, self._repo.create_blob(value), mode))
            elif value is not None:
                index.add(pygit2.IndexEntry(path, pygit2.Oid(hex=value.oid), FileMode(value.mode)))
        return Oid(str(index.write_tree(self._repo)))

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        """What differs between two commits or trees, renames found, in path order."""
        out = git("diff-tree", "-r", "-z", "-M", "--no-ext-diff", old, new, cwd=self.common_dir).split(b"\0")
        found = []
        fields = iter(out)
        for head in fields:
            if not head:
                continue
            _, mode, _, oid, status = head.decode().split()
            path = next(fields).decode(errors="surrogateescape")
            source = ""
            if status[0] in "RC":
                source, path = path, next(fields).decode(errors="surrogateescape")
            found.append(Change(status=_STATUS[status[0]], path=path, mode=int(mode, 8), oid=Oid(oid), source=source))
        return tuple(sorted(found, key=lambda change: change.path))

    def take(self, folder: Path, start: str, index_file: Path) -> Oid:
        """The tree of a folder's files as they are now, ignored ones left out; ``start`` is what it was made from.

        The folder's own ``.git`` has no say: index and objects are this repository's.
        """
        env = {"GIT_DIR": str(self.common_dir), "GIT_WORK_TREE": str(folder), "GIT_INDEX_FILE": str(index_file)}
        quiet = ("-c", "core.fsmonitor=false", "-c", "core.autocrlf=false", "-c", "core.bare=false")
        git("read-tree", start, cwd=folder, env=env)
        git(*quiet, "add", "-A", "--", ".", cwd=folder, env=env)
        return Oid(git("write-tree", cwd=folder, env=env).decode().strip())

    def commit(self, tree: str, parents: Sequence[str], message: str, identity: Identity) -> Oid:
        """Write a commit that no ref names yet."""
        return Oid(
            str(
                self._repo.create_commit(
                    None,
                    identity.author,
                    identity.committer,
                    message,
                    pygit2.Oid(hex=tree),
                    [pygit2.Oid(hex=p) for p in parents],
                )
            )
        )

    def parents(self, commit: str) -> tuple[Oid, ...]:
        """The parents of a commit, in order."""
        return tuple(Oid(str(one)) for one in self._repo[commit].peel(pygit2.Commit).parent_ids)

    def message(self, commit: str) -> str:
        """The message of a commit."""
        return self._repo[commit].peel(pygit2.Commit).message

    def pin(self, ref: str, commit: str) -> None:
        """Point ``ref`` at ``commit``, from whatever it pointed at (a repeated attempt), by compare-and-swap.

        The lock of a process that was killed while it did this is waited for, then taken over.
        """
        old = self.commit_of(ref) or NO_OID
        if old == commit:
            return
        try:
            move(self.common_dir, ref, old, Oid(commit), "factory: pin")
        except Conflict as error:
            if error.code != "git/ref-locked":
                raise
            refs.free(self.common_dir / f"{ref}.lock")
            move(self.common_dir, ref, old, Oid(commit), "factory: pin")

    def unpin(self, ref: str) -> None:
        """Delete a ref that pinned something; there may be none."""
        git("update-ref", "-d", ref, cwd=self.common_dir, ok=(0, 1))

    def hold(self, ref: str, write: Callable[[], Oid], base: str) -> Oid:
        """The commit that ``write`` makes, pinned with all that is in it and not in ``base``.

        Written again when a concurrent ``git gc --prune=now`` took an object of it before the pin held it.
        """
        for _ in range(ATTEMPTS):
            with contextlib.suppress(RepositoryError, KeyError, pygit2.GitError):
                commit = write()
                self.pin(ref, commit)
                git("rev-list", "--objects", commit, f"^{base}", cwd=self.common_dir)
                return commit
        raise IntegrityError("objects vanish as they are written", hint="is `git gc --prune=now` looping?")

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether ``new`` has ``old`` in its history, or is it."""
        return old == new or self._repo.descendant_of(pygit2.Oid(hex=new), pygit2.Oid(hex=old))

    def merge(self, base: str, ours: str, theirs: str) -> tuple[Oid | None, tuple[str, ...]]:
        """Merge two commits' trees over ``base`` in memory: the tree, or None and the paths that conflict."""
        ancestor, left, right = (self._repo[c].peel(pygit2.Tree) for c in (base, ours, theirs))
        index = self._repo.merge_trees(ancestor, left, right)
        if index.conflicts is not None:
            paths = {side.path for conflict in index.conflicts for side in conflict if side is not None}
            return None, tuple(sorted(paths))
        return Oid(str(index.write_tree(self._repo))), ()


_STATUS = {"A": "created", "C": "created", "M": "modified", "T": "modified", "D": "deleted", "R": "renamed"}


def identity(common_dir: Path) -> Identity:
    """Who Git says the user is (``GIT_AUTHOR_*``, configuration); ``git-factory`` where Git knows nobody."""
    author, committer = _ident(common_dir, "GIT_AUTHOR_IDENT"), _ident(common_dir, "GIT_COMMITTER_IDENT")
    if author is not None and committer is not None:
        return Identity(author=author, committer=committer)
    nobody = pygit2.Signature(FALLBACK_NAME, FALLBACK_EMAIL)
    return Identity(author=author or nobody, committer=committer or nobody, fallback=True)


def head_branch(git_dir: Path) -> str | None:
    """The branch that ``HEAD`` of this worktree is on (full name, born or not); None when it is detached."""
    done = run(["symbolic-ref", "-q", "HEAD"], cwd=git_dir, env={"GIT_DIR": str(git_dir)}, ok=(0, 1))
    return done.stdout.decode().strip() or None


def _ident(common_dir: Path, name: str) -> pygit2.Signature | None:
    done = run(["var", name], cwd=common_dir, ok=(0, 128))
    match = _IDENT.fullmatch(done.stdout.decode(errors="replace").strip())
    if done.returncode or match is None:
        return None
    offset = int(match["hours"]) * 60 + int(match["minutes"])
    return pygit2.Signature(
        match["name"], match["email"], int(match["time"]), offset if match["sign"] == "+" else -offset, "utf-8"
    )


def move(common_dir: Path, ref: str, old: Oid, new: Oid, reason: str) -> None:
    """Compare-and-swap of one ref, with a reflog entry. Raises :class:`Conflict` when it is no longer at ``old``."""
    try:
        git("update-ref", "--create-reflog", "-m", reason, ref, new, old, cwd=common_dir)
    except GitFailed as error:
        if "but expected" in error.stderr or "reference already exists" in error.stderr:
            raise Conflict(f"{ref} moved meanwhile", code="git/ref-moved", hint="run it again") from error
        if ".lock" in error.stderr:
            raise Conflict(f"{ref} is locked: {error.stderr.strip()}", code="git/ref-locked") from error
        raise RepositoryError(f"{ref} could not be moved: {error.stderr.strip()}", code="git/ref-refused") from error
