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

STORE = "joining"  # Git's own place while it makes a pack, in the folder of local state
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

    Killed half way, either the old packs are all there or both they and the new one are. Call it while holding the
    ledger's lock.
    """
    new = _packed(folder, names, fsync=fsync)
    reached("join:packed")
    for name in names:
        if name != new:
            for suffix in (".idx", ".pack", ".rev", ".bitmap"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
                reached("join:unlinked")
    return new


def _packed(folder: Path, names: Sequence[str], *, fsync: bool) -> str:
    """Write the pack; it is there whole or not at all.

    Git makes its temporary files where objects are stored, and leaves them there when the disk is full or it is
    killed: so it is given a store of its own, that can be emptied without taking anything of somebody else's.
    """
    store = folder.parent.parent / "factory" / STORE
    settings = ["-c", f"core.fsync={'pack,pack-metadata' if fsync else 'none'}", "-c", "pack.threads=1"]
    listed = "".join(f"{name}.pack\n" for name in names).encode()
    shutil.rmtree(store, ignore_errors=True)
    try:
        (store / "pack").mkdir(parents=True)
        made = git(
            *settings, "pack-objects", "-q", "--stdin-packs", "--delta-base-offset", str(store / "pack/pack"),
            cwd=folder.parent.parent, stdin=listed,
            env={"GIT_OBJECT_DIRECTORY": str(store), "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(folder.parent)},
        )  # fmt: skip
        new = f"pack-{made.decode().split()[-1]}"
        for path in sorted((store / "pack").glob(f"{new}.*"), key=lambda path: path.suffix == ".idx"):
            path.replace(folder / path.name)  # the index last: with it the pack counts
        if fsync:
            pack.flush(folder)
        return new
    finally:
        shutil.rmtree(store, ignore_errors=True)


def _quoted(path: Path) -> str:
    """One folder of a list that is separated by colons."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def own(folder: Path, names: Sequence[str]) -> list[str]:
    """Those of ``names`` that still exist and are nobody's in-flight transaction."""
    return [n for n in names if (folder / f"{n}.pack").exists() and not (folder / f"{n}.keep").exists()]
