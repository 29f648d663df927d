"""Move a branch that may be checked out: the checkout first, refusing rather than overwriting, then the ref by CAS.

The order is Git's own (``merge --ff-only``). What fails is taken back: a full disk leaves the old files and the
old branch. Each step can be done again: a kill between or within them leaves files that a second call finds already
updated.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable
from pathlib import Path

from factory_git.core.errors import Conflict, Negative
from factory_git.core.ids import Oid
from factory_git.core.points import reached
from factory_git.gitio.child import GitFailed, git
from factory_git.gitio.commits import move
from factory_git.gitio.worktrees import Checkout, checkouts

IN_PROGRESS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG")
SHOWN = 20
SLACK = 256 * 1024  # bytes, for what Git itself writes on the way (index, reflog, locks) and what blocks round up to


def promote(common_dir: Path, branch: str, old: Oid, new: Oid, *, reason: str) -> list[Path]:
    """Move ``branch`` (full name) from ``old`` to ``new`` and update the checkouts that stand on it; returns those.

    Raises :class:`Negative` (``run/dirty``, with the paths) when a checkout has local changes in the way,
    :class:`Conflict` when the branch is no longer at ``old`` or a checkout is busy, ``OSError`` when the disk has no
    room for the files. Then nothing was changed.
    """
    here = [c for c in checkouts(common_dir) if c.branch == branch and c.path.is_dir()]
    there = {checkout.path: refuse_overlap(checkout, old, new) for checkout in here}
    for checkout in here:
        _refuse_full(checkout.path, old, new)
    begun: list[Path] = []
    try:
        for checkout in here:
            reached("promote:checkout")
            begun.append(checkout.path)
            _stage(checkout.path, there[checkout.path])
            _update(checkout.path, old, new)
        reached("promote:ref")
        move(common_dir, branch, old, new, reason)
    except (Exception, KeyboardInterrupt):
        for path in begun:
            with contextlib.suppress(GitFailed, OSError, Conflict):  # what stays half done, the next call recognises
                _put_back(path, old, new)
        raise
    return begun


def refuse_overlap(checkout: Checkout, old: Oid, new: Oid) -> list[str]:
    """Refuse when local changes of a checkout touch what differs between two commits. Disjoint ones are no matter.

    Returns the paths that already are what ``new`` has, from a promotion that was interrupted.
    """
    busy = _busy(checkout.path)
    if busy:
        raise Negative(
            f"{checkout.path}: {busy} is in progress", code="run/busy-checkout", hint="finish or abort it, run again"
        )
    changing = set(_changed(checkout.path, old, new))
    local = _local(checkout.path)
    there = _equal_to(checkout.path, old, new, sorted(local & changing))
    local -= there
    overlap = sorted(path for path in changing if path in local or _blocked(path, local))
    if overlap:
        shown = "".join(f"\n  {path}" for path in overlap[:SHOWN])
        more = f"\n  … and {len(overlap) - SHOWN} more" if len(overlap) > SHOWN else ""
        raise Negative(
            f"{checkout.path} has local changes that promotion would overwrite:{shown}{more}",
            code="run/dirty",
            hint="commit, stash or move them away, then: git factory run --resume",
            details={"paths": overlap},
        )
    return sorted(there)


def _blocked(path: str, local: Iterable[str]) -> bool:
    """Whether a local file stands where a folder must come, or a local folder where a file must come."""
    return any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in local)


def _busy(worktree: Path) -> str:
    out = os.fsdecode(git("rev-parse", *(w for n in IN_PROGRESS for w in ("--git-path", n)), cwd=worktree))
    for name, place in zip(IN_PROGRESS, out.splitlines(), strict=True):
        if (worktree / place).exists():
            return name.replace("_HEAD", "").replace("_", " ").lower()
    return ""


def _changed(worktree: Path, old: Oid, new: Oid) -> list[str]:
    return _paths(git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new, cwd=worktree))


def _local(worktree: Path) -> set[str]:
    """Paths with local changes, staged or not, untracked ones (ignored too) included."""
    out = git(
        "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching",
        cwd=worktree,
    )  # fmt: skip
    return {entry[3:].rstrip("/") for entry in _paths(out)}


def _equal_to(worktree: Path, old: Oid, new: Oid, paths: list[str]) -> set[str]:
    """Which of these paths lie on disk as ``new`` has them, with nothing else staged.

    By content, not by what the index knows of it: a death while files were written leaves the index behind.
    """
    if not paths:
        return set()
    wanted = _entries(worktree, new, paths)
    staged = _staged_apart(worktree, old, paths) & _staged_apart(worktree, new, paths)
    return {path for path in paths if path not in staged and _on_disk(worktree, path) == wanted.get(path)}


def _staged_apart(worktree: Path, commit: Oid, paths: list[str]) -> set[str]:
    return set(_paths(git("diff-index", "--cached", "-z", "--name-only", "--no-renames", commit, "--", *paths,
                          cwd=worktree)))  # fmt: skip


def _entries(worktree: Path, commit: Oid, paths: list[str]) -> dict[str, tuple[str, str]]:
    """Mode and id of files of a commit."""
    out = {}
    for line in _paths(git("--literal-pathspecs", "ls-tree", "-r", "-z", commit, "--", *paths, cwd=worktree)):
        head, _, path = line.partition("\t")
        mode, _, oid = head.split(" ")
        out[path] = mode, oid
    return out


def _on_disk(worktree: Path, path: str) -> tuple[str, str] | None:
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


def _refuse_full(worktree: Path, old: Oid, new: Oid) -> None:
    """Refuse before the first file is written when the disk has no room for them."""
    changing = _changed(worktree, old, new)
    if not changing:
        return
    oids = "".join(f"{oid}\n" for mode, oid in _entries(worktree, new, changing).values() if mode != "160000")
    sizes = git("cat-file", "--batch-check=%(objectsize)", cwd=worktree, stdin=oids.encode())
    needed = sum(int(size) for size in sizes.split() if size.isdigit()) + SLACK
    if _free(worktree) < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(worktree))


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _stage(worktree: Path, paths: list[str]) -> None:
    """Tell the index of files that an interrupted promotion wrote, so that Git takes them for what they are."""
    if paths:
        stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
        git("update-index", "--add", "--remove", "-z", "--stdin", cwd=worktree, stdin=stdin)


def _put_back(worktree: Path, old: Oid, new: Oid) -> None:
    """Take back :func:`_update`, also one that stopped half way: none of these paths had local changes."""
    git("read-tree", "-m", "-i", new, old, cwd=worktree)  # the index only: what lies on disk may be half of anything
    changed = _changed(worktree, old, new)
    before = _entries(worktree, old, changed)
    for path in changed:
        if path not in before:
            _erase(worktree, worktree / path)
    stdin = b"".join(os.fsencode(path) + b"\0" for path in before)
    git("checkout-index", "-f", "-q", "-u", "-z", "--stdin", cwd=worktree, stdin=stdin)


def _erase(worktree: Path, place: Path) -> None:
    """Remove a file, and the folders that it leaves empty."""
    with contextlib.suppress(OSError):
        place.unlink()
        for folder in place.relative_to(worktree).parents[:-1]:
            (worktree / folder).rmdir()


def _update(worktree: Path, old: Oid, new: Oid) -> None:
    """``git read-tree -m -u``: index and files from ``old`` to ``new``, local changes elsewhere kept."""
    try:
        git("update-index", "-q", "--refresh", cwd=worktree, ok=(0, 1, 128))
        git("read-tree", "-m", "-u", old, new, cwd=worktree)
    except GitFailed as error:
        if "index.lock" in error.stderr:
            raise Conflict(
                f"{worktree}: another Git process is at work", code="run/checkout-busy", hint="run it again"
            ) from error
        if os.strerror(errno.ENOSPC) in error.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(worktree)) from error
        raise Negative(f"{worktree} cannot be updated: {error.stderr.strip()}", code="run/dirty") from error


def _paths(out: bytes) -> list[str]:
    return [os.fsdecode(name) for name in out.split(b"\0") if name]
