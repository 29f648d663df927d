"""Bound the number of packs: many small packs of ours become one, with deltas, by Git itself.

Only packs that this ledger wrote are touched; the user's own are left as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from factory_git.core.points import reached
from factory_git.gitio import pack
from factory_git.gitio.child import git

MANY = 256  # packs of ours before the small ones are joined
LARGE = 16 << 20  # bytes of a pack that no append joins with others: whoever appends waits for it, a second at most


def small_ones(folder: Path, names: Sequence[str], *, below: int | None = None) -> list[str]:
    """The packs to join so that the sizes that stay form a geometric series (each at least twice all smaller ones).

    Only packs ``below`` a size in bytes, where one is given.
    """
    found = ((path.stat().st_size, name) for name in names if (path := folder / f"{name}.pack").exists())
    sizes = sorted((size, name) for size, name in found if below is None or size < below)
    chosen, total = 0, 0
    for position, (size, _) in enumerate(sizes):
        if size < 2 * total or position < 2:
            chosen = position + 1
        total += size
    return [name for _, name in sizes[:chosen]] if chosen > 1 else []


def join(folder: Path, names: Sequence[str], store: Path, *, fsync: bool, window: int = 10) -> str:
    """Write one pack with every object of ``names``, and leave those as they are; returns the new pack's name.

    It is there whole or not at all. ``window``: how many objects Git compares each one with. Git makes its temporary
    files where objects are stored, and leaves them there when the disk is full or it is killed: so it is given
    ``store``, a folder for it alone that is emptied before and after.
    """
    settings = ["-c", f"core.fsync={'pack,pack-metadata' if fsync else 'none'}", "-c", "pack.threads=1"]
    # By their ids: told the packs (--stdin-packs), Git walks all of history to learn the names of a few files.
    listed = "".join(f"{oid}\n" for oid in sorted({oid for name in names for oid in pack.members(folder, name)}))
    shutil.rmtree(store, ignore_errors=True)
    try:
        (store / "pack").mkdir(parents=True)
        made = git(
            *settings, "pack-objects", "-q", f"--window={window}", "--delta-base-offset", str(store / "pack/pack"),
            cwd=folder.parent.parent, stdin=listed.encode(),
            env={"GIT_OBJECT_DIRECTORY": str(store), "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(folder.parent)},
        )  # fmt: skip
        new = f"pack-{made.decode().split()[-1]}"
        for path in sorted((store / "pack").glob(f"{new}.*"), key=lambda path: path.suffix == ".idx"):
            path.replace(folder / path.name)  # the index last: with it the pack counts
        if fsync:
            pack.flush(folder)
        reached("join:packed")
        return new
    finally:
        shutil.rmtree(store, ignore_errors=True)


def remove(folder: Path, names: Sequence[str]) -> None:
    """Remove packs whose objects another one has."""
    for name in names:
        for suffix in (".idx", ".pack", ".rev", ".bitmap"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)
            reached("join:unlinked")


def _quoted(path: Path) -> str:
    """One folder of a list that is separated by colons."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def own(folder: Path, names: Sequence[str]) -> list[str]:
    """Those of ``names`` that still exist, whole, and are nobody's in-flight transaction."""
    return [n for n in names if pack.whole(folder, n) and not (folder / f"{n}.keep").exists()]
