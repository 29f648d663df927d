"""What a tree holds: paths and blob ids of the index, of the worktree's changes and of any commit; blobs in batches."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from factory_git.core.errors import NotFound, RepositoryError
from factory_git.gitio.child import GitFailed, environment, git, run

LINK, MODULE = 0o120000, 0o160000
_OURS_FIRST = {b"0": 0, b"2": 1, b"3": 2, b"1": 3}


def staged(cwd: Path, endings: tuple[bytes, ...] = (b"",)) -> list[tuple[str, str, int]]:
    """Path, blob id and mode of the entries of the index whose path ends in one of ``endings``, in any case of letters.

    Of an unmerged path, our side is taken, or the only one there is.
    """
    out = git("ls-files", "-s", "-z", "--full-name", cwd=cwd, inherit=True)
    best: dict[bytes, tuple[int, bytes, bytes]] = {}
    for line in out.split(b"\0"):
        if line.lower().endswith(endings) and line:
            head, _, path = line.partition(b"\t")
            mode, oid, stage = head.split(b" ")
            rank = _OURS_FIRST[stage]
            if rank == 0 or path not in best or rank < best[path][0]:
                best[path] = (rank, oid, mode)
    return [(os.fsdecode(path), oid.decode(), int(mode, 8)) for path, (_, oid, mode) in best.items()]


def committed(cwd: Path, tree: str, endings: tuple[bytes, ...] = (b"",)) -> list[tuple[str, str, int]]:
    """Path, blob id and mode of the entries below a tree or commit whose path ends in one of ``endings``."""
    out = git("ls-tree", "-r", "-z", "--full-tree", tree, cwd=cwd, inherit=True)
    rows = []
    for line in out.split(b"\0"):
        if line.lower().endswith(endings) and line:
            head, _, path = line.partition(b"\t")
            mode, _, oid = head.split(b" ")
            rows.append((os.fsdecode(path), oid.decode(), int(mode, 8)))
    return rows


def tree_of(cwd: Path, rev: str) -> str:
    """The tree id of a revision. Raises :class:`NotFound` when there is no such revision."""
    try:
        out = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{tree}}", cwd=cwd, inherit=True)
    except GitFailed as error:
        raise NotFound(
            f"there is no revision {rev!r}", code="git/no-revision", hint="name a branch, a tag or a commit id"
        ) from error
    return out.decode().strip()


def worktree_changes(cwd: Path) -> tuple[list[str], list[str]]:
    """The paths whose files differ from the index (untracked, not ignored ones among them), and those that are gone."""
    changed: list[str] = []
    gone: list[str] = []
    # Two children at once: each spends its time on the file system.
    others = _start(["ls-files", "-o", "-z", "--exclude-standard", "--full-name"], cwd)
    parts = git("diff-files", "-z", "--name-status", "--no-renames", cwd=cwd, inherit=True).split(b"\0")
    for status, path in zip(parts[::2], parts[1::2], strict=False):
        (gone if status == b"D" else changed).append(os.fsdecode(path))
    changed += [os.fsdecode(p) for p in others.communicate()[0].split(b"\0") if p and not p.endswith(b"/")]
    return changed, gone


def _start(args: list[str], cwd: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["git", *args],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(inherit=True),
    )


class Blobs:
    """A reader of many blobs: one ``git cat-file --batch`` for all of them. Close it, or use it in ``with``."""

    def __init__(self, cwd: Path) -> None:
        try:
            self._child = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(inherit=True),
            )
        except FileNotFoundError as error:
            raise RepositoryError(
                "git is not installed or not on PATH", code="git/missing", hint="install Git"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        self._child.wait()

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Id and content of each blob, in order; None for one that is not there (a partial clone, a damaged store)."""
        wanted = list(oids)
        # Portions that fit into a pipe whole: neither side can wait for the other.
        for start in range(0, len(wanted), 200):
            yield from self._portion(wanted[start : start + 200])

    def _portion(self, oids: list[str]) -> Iterator[tuple[str, bytes | None]]:
        stdin, stdout = self._child.stdin, self._child.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("".join(f"{oid}\n" for oid in oids).encode())
        stdin.flush()
        for oid in oids:
            header = stdout.readline().split()
            if len(header) < 3:
                if not header:
                    raise RepositoryError("git cat-file ended before it had answered", code="git/failed")
                yield oid, None
                continue
            size = int(header[2])
            data = stdout.read(size)
            stdout.read(1)
            yield oid, data if header[1] == b"blob" else None


def files_with_word(cwd: Path, word: str, *, tree: str = "", staged: bool = False) -> list[str]:
    """The text files of a tree, the index or the worktree (untracked ones too) in which ``word`` stands alone."""
    where = [tree] if tree else ["--cached"] if staged else ["--untracked"]
    args = ["grep", "-l", "-z", "-w", "-F", "-I", "--full-name", "-e", word, *where, "--"]
    done = run(args, cwd=cwd, inherit=True, ok=(0, 1))
    paths = [os.fsdecode(p) for p in done.stdout.split(b"\0") if p]
    return [p.removeprefix(f"{tree}:") for p in paths] if tree else paths
