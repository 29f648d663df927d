"""Index and files of a checkout, from one commit to another, so that a death at any moment can be made good.

Git's programs leave a checkout half done when they are killed: files cut off in the middle, and a lock on the index
that nobody takes away. So a note beside the index says what is being done, the index is locked with a link to that
note, by which the lock is known for what it is, and Git works on a copy of the index that is put in place at the end.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from factory_git.core import room
from factory_git.core.errors import Conflict, Negative
from factory_git.core.ids import Oid, is_oid
from factory_git.core.points import reached
from factory_git.gitio import pack
from factory_git.gitio.child import GitFailed, git

NOTE = "factory-switch"  # in the folder of the checkout's Git directory: what is being done, "<old> <new>"
COPY = "factory-index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The step of one checkout from ``old`` to ``new``. Nobody else may switch a checkout of that repository."""

    worktree: Path
    git_dir: Path
    old: Oid
    new: Oid

    def begin(self) -> None:
        """Note what is to be done and lock the index. Raises :class:`Conflict` when another process holds it."""
        pack.place(self._note, f"{self.old} {self.new}\n".encode(), fsync=False, mode=0o644)
        reached("switch:noted")
        try:
            self._lock_index()
        except FileExistsError as error:
            self._note.unlink()
            raise Conflict(
                f"{self.worktree}: another Git process is at work", code="run/checkout-busy", hint="run it again"
            ) from error
        self._copy_index()
        reached("switch:locked")

    def forward(self, there: list[str]) -> None:
        """Write the files (``there`` are some that a person wrote already, alike), then put the index in place."""
        try:
            if there:  # tell the index of them, so that Git takes them for what they are
                self._git("update-index", "--add", "--remove", "-z", "--stdin", stdin=_joined(there))
            self._git("update-index", "-q", "--refresh", ok=(0, 1, 128))
            self._git("read-tree", "-m", "-u", self.old, self.new)
        except GitFailed as error:
            if why := room.in_words(error.stderr):
                raise OSError(why, os.strerror(why), str(self.worktree)) from error
            said = f"{self.worktree} cannot be updated: {error.stderr.strip()}"
            raise Negative(said, code="run/dirty") from error
        reached("switch:files")
        self._put_in_place()

    def back(self) -> None:
        """Undo :meth:`forward`, also one that stopped half way: none of these paths had local changes before."""
        self._undo(changed(self.worktree, self.old, self.new))

    def end(self) -> None:
        """The branch has moved: nothing is left to be made good."""
        self._note.unlink(missing_ok=True)

    def recover(self, at: Oid | None) -> None:
        """Undo what a process left half done that died, where the branch, now ``at``, had not moved yet.

        What a person changed since is left alone.
        """
        if at == self.old:
            self._undo([path for path in changed(self.worktree, self.old, self.new) if self._left(path)])
        else:
            self._unlock()
            self.end()

    # -- inside ------------------------------------------------------------------------------------------------------

    @property
    def _note(self) -> Path:
        return self.git_dir / NOTE

    @property
    def _copy(self) -> Path:
        return self.git_dir / COPY

    @property
    def _lock(self) -> Path:
        return self.git_dir / "index.lock"

    def _git(self, *args: str, stdin: bytes | None = None, ok: tuple[int, ...] = (0,)) -> bytes:
        return git(*args, cwd=self.worktree, stdin=stdin, env={"GIT_INDEX_FILE": str(self._copy)}, ok=ok)

    def _lock_index(self) -> None:
        try:
            os.link(self._note, self._lock)
        except FileExistsError:
            if not self._is_locked():
                raise
        except OSError as error:  # a file system without links
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK):
                raise
            with self._lock.open("xb") as file:
                file.write(self._note.read_bytes())

    def _is_locked(self) -> bool:
        """Whether the lock is a switch's: Git's own begins otherwise, or is empty."""
        with contextlib.suppress(FileNotFoundError):
            return self._lock.read_bytes() == self._note.read_bytes()
        return False

    def _unlock(self) -> None:
        for place in (self._copy, self._copy.with_name(f"{COPY}.lock")):
            place.unlink(missing_ok=True)
        if self._is_locked():
            self._lock.unlink()

    def _copy_index(self) -> None:
        index = self.git_dir / "index"
        self._copy.with_name(f"{COPY}.lock").unlink(missing_ok=True)
        if index.exists():
            shutil.copy2(index, self._copy)  # with its time, by which Git knows what was written too soon before it

    def _put_in_place(self) -> None:
        self._copy.replace(self.git_dir / "index")
        reached("switch:index")
        self._unlock()

    def _undo(self, paths: list[str]) -> None:
        self._lock_index()
        self._copy_index()
        # The index only: what lies on disk may be half of anything.
        self._git("read-tree", "-m", "-i", self.new, self.old)
        before = entries(self.worktree, self.old, paths)
        for path in paths:
            if path not in before:
                _erase(self.worktree, self.worktree / path)
        self._git("checkout-index", "-f", "-q", "-u", "-z", "--stdin", stdin=_joined(list(before)))
        reached("switch:undone")
        self._put_in_place()
        self.end()

    def _left(self, path: str) -> bool:
        """Whether what lies there can be what Git leaves that was killed: nothing, or the beginning of either file."""
        place = self.worktree / path
        if not place.exists() and not place.is_symlink():
            return True
        sides = [commit for commit in (self.old, self.new) if entries(self.worktree, commit, [path])]
        if not place.is_file() or place.is_symlink():
            found = on_disk(self.worktree, path)
            return any(entries(self.worktree, commit, [path])[path] == found for commit in sides)
        begun = place.read_bytes()
        return any(
            git("cat-file", "--filters", f"{commit}:{path}", cwd=self.worktree).startswith(begun) for commit in sides
        )


def left(worktree: Path) -> Switch | None:
    """The switch of a checkout that was begun and did not end; None where there is none."""
    git_dir = directory(worktree)
    pack.sweep(git_dir)
    try:
        old, new = (git_dir / NOTE).read_text().split()
    except (OSError, ValueError):
        return None
    return (
        Switch(worktree=worktree, git_dir=git_dir, old=Oid(old), new=Oid(new)) if is_oid(old) and is_oid(new) else None
    )


def directory(worktree: Path) -> Path:
    """The Git directory of a checkout, which is its own where it is a linked one."""
    return Path(os.fsdecode(git("rev-parse", "--absolute-git-dir", cwd=worktree)).rstrip("\n"))


def changed(worktree: Path, old: Oid, new: Oid) -> list[str]:
    """The paths that differ between two commits."""
    return split(git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new, cwd=worktree))


def entries(worktree: Path, commit: Oid, wanted: list[str]) -> dict[str, tuple[str, str]]:
    """Mode and id of files of a commit."""
    out: dict[str, tuple[str, str]] = {}
    if not wanted:
        return out
    for line in split(git("--literal-pathspecs", "ls-tree", "-r", "-z", commit, "--", *wanted, cwd=worktree)):
        head, _, path = line.partition("\t")
        mode, _, oid = head.split(" ")
        out[path] = mode, oid
    return out


def on_disk(worktree: Path, path: str) -> tuple[str, str] | None:
    """Mode and id that Git would give what lies there; None when nothing does."""
    place = worktree / path
    if place.is_symlink():
        content, mode, args = os.fsencode(place.readlink()), "120000", ["--no-filters"]
    elif place.is_file():
        content, args = place.read_bytes(), ["--path", path]
        mode = "100755" if place.stat().st_mode & 0o100 else "100644"
    else:
        return ("040000", "") if place.exists() else None
    return mode, git("hash-object", "--stdin", *args, cwd=worktree, stdin=content).decode().strip()


def split(out: bytes) -> list[str]:
    """The names in what Git prints with ``-z``."""
    return [os.fsdecode(name) for name in out.split(b"\0") if name]


def _joined(names: list[str]) -> bytes:
    return b"".join(os.fsencode(name) + b"\0" for name in names)


def _erase(worktree: Path, place: Path) -> None:
    """Remove a file, and the folders that it leaves empty."""
    with contextlib.suppress(OSError):
        place.unlink()
        for folder in place.relative_to(worktree).parents[:-1]:
            (worktree / folder).rmdir()
