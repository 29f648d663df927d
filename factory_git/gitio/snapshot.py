"""What a tree holds: paths and blob ids of the index, of the worktree's changes and of any commit; blobs in batches.

Questions of the map and the commit hook come here from cold processes: no ``subprocess``, no ``pathlib``.
"""

from __future__ import annotations

import os
import stat

try:
    from _sha1 import sha1  # type: ignore[import-not-found]  # `hashlib` opens a library of 3 MB for it
except ImportError:
    from hashlib import sha1

from factory_git.gitio.index_read import Child

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import NoReturn, Self

    Folder = str | os.PathLike[str]

LINK, MODULE = 0o120000, 0o160000
_INDEX_DIFF = ("diff-index", "--cached", "-z", "--no-abbrev", "--no-renames")
_CHANGED = ("diff-files", "-z", "--name-status", "--no-renames")
_OURS_FIRST = {b"0": 0, b"2": 1, b"3": 2, b"1": 3}


def staged(cwd: Folder, endings: tuple[bytes, ...] = (b"",)) -> list[tuple[str, str, int]]:
    """Path, blob id and mode of the entries of the index whose path ends in one of ``endings``, in any case of letters.

    Of an unmerged path, our side is taken, or the only one there is.
    """
    out = _answer(cwd, "ls-files", "-s", "-z", "--full-name")
    best: dict[bytes, tuple[int, bytes, bytes]] = {}
    for line in out.split(b"\0"):
        if line.lower().endswith(endings) and line:
            head, _, path = line.partition(b"\t")
            mode, oid, stage = head.split(b" ")
            rank = _OURS_FIRST[stage]
            if rank == 0 or path not in best or rank < best[path][0]:
                best[path] = (rank, oid, mode)
    return [(os.fsdecode(path), oid.decode(), int(mode, 8)) for path, (_, oid, mode) in best.items()]


def committed(cwd: Folder, tree: str, endings: tuple[bytes, ...] = (b"",)) -> list[tuple[str, str, int]]:
    """Path, blob id and mode of the entries below a tree or commit whose path ends in one of ``endings``."""
    out = _answer(cwd, "ls-tree", "-r", "-z", "--full-tree", tree)
    rows = []
    for line in out.split(b"\0"):
        if line.lower().endswith(endings) and line:
            head, _, path = line.partition(b"\t")
            mode, _, oid = head.split(b" ")
            rows.append((os.fsdecode(path), oid.decode(), int(mode, 8)))
    return rows


def differing(
    cwd: Folder, base: str, tree: str, endings: tuple[bytes, ...] = (b"",)
) -> list[tuple[str, str, int]] | None:
    """Path, blob id and mode of what differs in ``tree`` (empty: the index) from the tree ``base``; no id: it is gone.

    None when Git cannot say (it has no such tree any more) or a file of the index is unmerged.
    """
    asked = ("diff-tree", "-r", "-z", "--no-renames", base, tree) if tree else (*_INDEX_DIFF, base)
    code, out = _start(cwd, *asked).result()
    parts = out.split(b"\0")
    rows = []
    for head, path in zip(parts[::2], parts[1::2], strict=False):
        _, mode, _, oid, status = head.split(b" ")
        if status == b"U":
            return None
        if path.lower().endswith(endings):
            rows.append((os.fsdecode(path), "" if status == b"D" else oid.decode(), int(mode, 8)))
    return rows if code == 0 else None


def head_tree(cwd: Folder) -> str:
    """The tree id of ``HEAD``; empty before the first commit."""
    code, out = _start(cwd, "rev-parse", "--verify", "--quiet", "HEAD^{tree}").result()
    return out.decode().strip() if code == 0 else ""


def tree_of(cwd: Folder, rev: str) -> str:
    """The tree id of a revision. Raises ``NotFound`` when there is no such revision."""
    args = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{tree}}")
    code, out = _start(cwd, *args).result()
    if code:
        from factory_git.core.errors import NotFound  # noqa: PLC0415 (only where the answer is no)

        raise NotFound(
            f"there is no revision {rev!r}", code="git/no-revision", hint="name a branch, a tag or a commit id"
        )
    return out.decode().strip()


class Changes:
    """What differs between the worktree and the index; Git looks for it from the moment this is made."""

    def __init__(self, cwd: Folder) -> None:
        self._cwd = cwd
        # Two children at once: each spends its time on the file system.
        self._others = _start(cwd, "ls-files", "-o", "-z", "--exclude-standard", "--full-name")
        self._own = _start(cwd, *_CHANGED)

    def result(self) -> tuple[list[str], list[str]]:
        """The paths whose files differ (untracked, not ignored ones among them), and those that are gone."""
        code, out = self._own.result()
        untracked = self._others.result()[1]
        changed: list[str] = []
        gone: list[str] = []
        parts = (out if code == 0 else _answer(self._cwd, *_CHANGED)).split(b"\0")
        for status, path in zip(parts[::2], parts[1::2], strict=False):
            (gone if status == b"D" else changed).append(os.fsdecode(path))
        changed += [os.fsdecode(p) for p in untracked.split(b"\0") if p and not p.endswith(b"/")]
        return changed, gone


def id_of_file(path: str) -> str:
    """The blob id that the content of a file has; empty for what is no file of its own (a link, a folder, gone)."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return ""
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
    except OSError:
        return ""
    name: str = sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return name


def _start(cwd: Folder, *args: str) -> Child:
    """A Git child that sees what the caller's Git sees."""
    try:
        return Child("-C", os.fspath(cwd), *args)
    except FileNotFoundError as error:
        _no_git(error)


def _answer(cwd: Folder, *args: str) -> bytes:
    """What Git answers. Raises ``GitFailed`` with Git's own words when it does not."""
    code, out = _start(cwd, *args).result()
    if code == 0:
        return out
    from factory_git.gitio.child import git  # noqa: PLC0415 (asked again, by the one that listens to what it complains of)

    return git(*args, cwd=os.fspath(cwd), inherit=True)


def _no_git(error: FileNotFoundError) -> NoReturn:
    from factory_git.core.errors import RepositoryError  # noqa: PLC0415 (only where the answer is no)

    raise RepositoryError("git is not installed or not on PATH", code="git/missing", hint="install Git") from error


class Blobs:
    """A reader of many blobs: one ``git cat-file --batch`` for all of them. Close it, or use it in ``with``."""

    def __init__(self, cwd: Folder) -> None:
        asked, asking = os.pipe()
        answers, answering = os.pipe()
        try:
            self._pid = os.posix_spawnp(
                "git",
                ["git", "-C", os.fspath(cwd), "cat-file", "--batch"],
                # A partial clone may have to fetch what is asked for: nobody is there to give it a password.
                os.environ | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, asked, 0),
                    (os.POSIX_SPAWN_DUP2, answering, 1),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
            )
        except BaseException as error:
            os.close(asking)
            os.close(answers)
            if isinstance(error, FileNotFoundError):
                _no_git(error)
            raise
        finally:
            os.close(asked)
            os.close(answering)
        self._asking, self._answers = os.fdopen(asking, "wb"), os.fdopen(answers, "rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        self._asking.close()
        self._answers.close()
        os.waitpid(self._pid, 0)

    def read(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Id and content of each blob, in order; None for one that is not there (a partial clone, a damaged store)."""
        wanted = list(oids)
        # Portions that fit into a pipe whole: neither side can wait for the other.
        for start in range(0, len(wanted), 200):
            yield from self._portion(wanted[start : start + 200])

    def _portion(self, oids: list[str]) -> Iterator[tuple[str, bytes | None]]:
        answers = self._answers
        self._asking.write("".join([f"{oid}\n" for oid in oids]).encode())
        self._asking.flush()
        for oid in oids:
            header = answers.readline().split()
            if len(header) < 3:
                if not header:
                    from factory_git.core.errors import RepositoryError  # noqa: PLC0415 (only where there is no answer)

                    raise RepositoryError("git cat-file ended before it had answered", code="git/failed")
                yield oid, None
                continue
            size = int(header[2])
            data = answers.read(size)
            answers.read(1)
            yield oid, data if header[1] == b"blob" else None


def files_with_word(cwd: Folder, word: str, *, tree: str = "", staged: bool = False) -> list[str]:
    """The text files of a tree, the index or the worktree (untracked ones too) in which ``word`` stands alone."""
    where = [tree] if tree else ["--cached"] if staged else ["--untracked"]
    args = ["grep", "-l", "-z", "-w", "-F", "-I", "--full-name", "-e", word, *where, "--"]
    from factory_git.gitio.child import run  # noqa: PLC0415 (no cold question)

    done = run(args, cwd=os.fspath(cwd), inherit=True, ok=(0, 1))
    paths = [os.fsdecode(p) for p in done.stdout.split(b"\0") if p]
    return [p.removeprefix(f"{tree}:") for p in paths] if tree else paths
