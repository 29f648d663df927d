"""Bound the number of packs: many small packs of ours become one, with deltas, by Git itself.

Only packs that this ledger wrote are touched; the user's own are left as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from factory_git.core.points import reached
from factory_git.gitio.child import git

MANY = 256  # packs of ours before the small ones are joined


def small_ones(folder: Path, names: Sequence[str]) -> list[str]:
    """The packs to join so that the sizes that stay form a geometric series (each at least twice all smaller ones)."""
    sizes = sorted((path.stat().st_size, name) for name in names if (path := folder / f"{name}.pack").exists())
    chosen, total = 0, 0
    for position, (size, _) in enumerate(sizes):
        if size < 2 * total or position < 2:
            chosen = position + 1
        total += size
    return [name for _, name in sizes[:chosen]] if chosen > 1 else []


def join(folder: Path, names: Sequence[str], *, fsync: bool) -> str:
    """Write one pack with every object of ``names``, then remove those; returns the new pack's name.

    Killed half way, either the old packs are all there or both they and the new one are.
    """
    settings = ["-c", f"core.fsync={'pack,pack-metadata' if fsync else 'none'}", "-c", "pack.threads=1"]
    listed = "".join(f"{name}.pack\n" for name in names).encode()
    made = git(
        *settings, "pack-objects", "-q", "--stdin-packs", "--delta-base-offset", str(folder / "pack"),
        cwd=folder.parent.parent, stdin=listed,
    )  # fmt: skip
    new = f"pack-{made.decode().split()[-1]}"
    reached("join:packed")
    for name in names:
        if name != new:
            for suffix in (".idx", ".pack", ".rev", ".bitmap"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
                reached("join:unlinked")
    return new


def own(folder: Path, names: Sequence[str]) -> list[str]:
    """Those of ``names`` that still exist and are nobody's in-flight transaction."""
    return [n for n in names if (folder / f"{n}.pack").exists() and not (folder / f"{n}.keep").exists()]
