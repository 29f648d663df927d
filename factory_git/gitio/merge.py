"""Move a branch that may be checked out: the checkout first, refusing rather than overwriting, then the ref by CAS.

The order is Git's own (``merge --ff-only``). What fails is taken back: a full disk leaves the old files and the
old branch. What a kill leaves half done the next call undoes first: see :mod:`factory_git.gitio.switch`.
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
from factory_git.gitio import refs
from factory_git.gitio.child import GitFailed, git
from factory_git.gitio.commits import move
from factory_git.gitio.lock import exclusive
from factory_git.gitio.switch import Switch, changed, directory, entries, left, on_disk, split
from factory_git.gitio.worktrees import Checkout, checkouts

IN_PROGRESS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG")
SHOWN = 20
SLACK = 256 * 1024  # bytes, for what Git itself writes on the way (index, reflog, locks) and what blocks round up to


def promote(common_dir: Path, branch: str, old: Oid, new: Oid, *, reason: str) -> list[Path]:
    """Move ``branch`` (full name) from ``old`` to ``new`` and update the checkouts that stand on it; returns those.

    Raises :class:`Negative` (``run/dirty``, with the paths) when a checkout has local changes in the way,
    :class:`Conflict` when the branch is no longer at ``old`` or a checkout is busy, ``OSError`` when the disk has no
    room for the files. Then nothing was changed. What a killed promotion left half done is undone first.
    """
    with exclusive(common_dir / "factory" / "promote.lock"):
        here = [c for c in checkouts(common_dir) if c.branch == branch and c.path.is_dir()]
        for checkout in here:
            _recover(common_dir, checkout)
        there = {checkout.path: refuse_overlap(checkout, old, new) for checkout in here}
        for checkout in here:
            _refuse_full(checkout.path, old, new)
        begun: list[Switch] = []
        try:
            for checkout in here:
                reached("promote:checkout")
                one = Switch(worktree=checkout.path, git_dir=directory(checkout.path), old=old, new=new)
                one.begin()
                begun.append(one)
                one.forward(there[checkout.path])
            reached("promote:ref")
            _move(common_dir, branch, (old, new), reason, begun)
        except (Exception, KeyboardInterrupt):
            # A Git that was killed after it had moved the branch: what is left, the next call clears away.
            for one in begun if _at(common_dir, branch) != new else ():
                with contextlib.suppress(GitFailed, OSError, Conflict):  # what stays half done, the next call undoes
                    one.back()
            raise
        for one in begun:
            one.end()
        return [one.worktree for one in begun]


def settle(common_dir: Path, branch: str) -> None:
    """Clear away what a promotion left that died after it had moved the branch; no error when there is nothing.

    Raises :class:`Conflict` while another process holds a lock of Git's.
    """
    with exclusive(common_dir / "factory" / "promote.lock"):
        for checkout in checkouts(common_dir):
            if checkout.branch == branch and checkout.path.is_dir():
                _recover(common_dir, checkout)


def _recover(common_dir: Path, checkout: Checkout) -> None:
    """Undo what a promotion left that died. The caller holds the lock, so it is dead."""
    one = left(checkout.path)
    if one is None:
        return
    _free_refs(common_dir, checkout.branch, [one])
    try:
        one.recover(_at(common_dir, checkout.branch))
    except FileExistsError as error:
        raise Conflict(
            f"{checkout.path}: another Git process is at work", code="run/checkout-busy", hint="run it again"
        ) from error


def _move(common_dir: Path, branch: str, step: tuple[Oid, Oid], reason: str, begun: list[Switch]) -> None:
    try:
        move(common_dir, branch, *step, reason)
    except Conflict as error:
        if error.code != "git/ref-locked":
            raise
        _free_refs(common_dir, branch, begun)
        move(common_dir, branch, *step, reason)


def _free_refs(common_dir: Path, branch: str, begun: list[Switch]) -> None:
    """Wait for the locks of the branch, and of ``HEAD`` where it is on it; take over those that nobody holds."""
    for lock in (common_dir / f"{branch}.lock", *(one.git_dir / "HEAD.lock" for one in begun)):
        refs.free(lock)


def _at(common_dir: Path, branch: str) -> Oid | None:
    out = git("rev-parse", "--verify", "--quiet", branch, cwd=common_dir, ok=(0, 1)).decode().strip()
    return Oid(out) if out else None


def refuse_overlap(checkout: Checkout, old: Oid, new: Oid) -> list[str]:
    """Refuse when local changes of a checkout touch what differs between two commits. Disjoint ones are no matter.

    Returns the paths that already are what ``new`` has, from a promotion that was interrupted.
    """
    busy = _busy(checkout.path)
    if busy:
        raise Negative(
            f"{checkout.path}: {busy} is in progress", code="run/busy-checkout", hint="finish or abort it, run again"
        )
    changing = set(changed(checkout.path, old, new))
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


def _local(worktree: Path) -> set[str]:
    """Paths with local changes, staged or not, untracked ones (ignored too) included."""
    out = git(
        "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching",
        cwd=worktree,
    )  # fmt: skip
    return {entry[3:].rstrip("/") for entry in split(out)}


def _equal_to(worktree: Path, old: Oid, new: Oid, paths: list[str]) -> set[str]:
    """Which of these paths lie on disk as ``new`` has them, with nothing else staged.

    By content, not by what the index knows of it: a death while files were written leaves the index behind.
    """
    if not paths:
        return set()
    wanted = entries(worktree, new, paths)
    staged = _staged_apart(worktree, old, paths) & _staged_apart(worktree, new, paths)
    return {path for path in paths if path not in staged and on_disk(worktree, path) == wanted.get(path)}


def _staged_apart(worktree: Path, commit: Oid, paths: list[str]) -> set[str]:
    return set(split(git("diff-index", "--cached", "-z", "--name-only", "--no-renames", commit, "--", *paths,
                          cwd=worktree)))  # fmt: skip


def _refuse_full(worktree: Path, old: Oid, new: Oid) -> None:
    """Refuse before the first file is written when the disk has no room for them."""
    changing = changed(worktree, old, new)
    if not changing:
        return
    oids = "".join(f"{oid}\n" for mode, oid in entries(worktree, new, changing).values() if mode != "160000")
    sizes = git("cat-file", "--batch-check=%(objectsize)", cwd=worktree, stdin=oids.encode())
    needed = sum(int(size) for size in sizes.split() if size.isdigit()) + SLACK
    if _free(worktree) < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(worktree))


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
