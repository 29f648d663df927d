"""Move a branch that may be checked out: the checkout first, refusing rather than overwriting, then the ref by CAS.

The order is Git's own (``merge --ff-only``). Each step can be done again: a kill between them leaves a checkout that a
second call finds already updated.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from factory_git.core.errors import Conflict, Negative
from factory_git.core.ids import Oid
from factory_git.gitio.child import GitFailed, git
from factory_git.gitio.commits import move
from factory_git.gitio.worktrees import Checkout, checkouts

IN_PROGRESS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG")
SHOWN = 20


def promote(
    common_dir: Path, branch: str, old: Oid, new: Oid, *, reason: str, checkpoint: Callable[[str], None]
) -> list[Path]:
    """Move ``branch`` (full name) from ``old`` to ``new`` and update the checkouts that stand on it; returns those.

    Raises :class:`Negative` (``run/dirty``, with the paths) when a checkout has local changes in the way, and
    :class:`Conflict` when the branch is no longer at ``old`` or a checkout is busy. Then nothing was changed.
    """
    here = [c for c in checkouts(common_dir) if c.branch == branch and c.path.is_dir()]
    for checkout in here:
        refuse_overlap(checkout, old, new)
    done: list[Checkout] = []
    try:
        for checkout in here:
            checkpoint("promote:checkout")
            _update(checkout.path, old, new)
            done.append(checkout)
        checkpoint("promote:ref")
        move(common_dir, branch, old, new, reason)
    except (Conflict, Negative):
        for checkout in done:
            _update(checkout.path, new, old)
        raise
    return [checkout.path for checkout in here]


def refuse_overlap(checkout: Checkout, old: Oid, new: Oid) -> None:
    """Refuse when local changes of a checkout touch what differs between two commits. Disjoint ones are no matter."""
    busy = _busy(checkout.path)
    if busy:
        raise Negative(
            f"{checkout.path}: {busy} is in progress", code="run/busy-checkout", hint="finish or abort it, run again"
        )
    changing = set(_changed(checkout.path, old, new))
    local = _local(checkout.path, new, changing)
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


def _local(worktree: Path, new: Oid, changing: set[str]) -> set[str]:
    """Paths with local changes, staged or not, untracked ones (ignored too) included; what already equals ``new`` is no
    change: that is a promotion which was interrupted before it moved the branch."""
    out = git(
        "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching",
        cwd=worktree,
    )  # fmt: skip
    found = {entry[3:] for entry in _paths(out)}
    found = {path.rstrip("/") for path in found}
    suspects = sorted(path for path in found & changing)
    if suspects:
        same = _equal_to(worktree, new, suspects)
        found -= same
    return found


def _equal_to(worktree: Path, commit: Oid, paths: list[str]) -> set[str]:
    differing = set(_paths(git("diff-index", "-z", "--name-only", "--no-renames", commit, "--", *paths, cwd=worktree)))
    staged = set(_paths(git("ls-files", "-z", "--cached", "--", *paths, cwd=worktree)))
    return {path for path in paths if path not in differing and (path in staged or not (worktree / path).exists())}


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
        raise Negative(f"{worktree} cannot be updated: {error.stderr.strip()}", code="run/dirty") from error


def _paths(out: bytes) -> list[str]:
    return [os.fsdecode(name) for name in out.split(b"\0") if name]
