"""The local journal of acknowledged tips: what this clone promised to keep, and which packs it wrote.

One line an append, ``<tip> <pack>``; ``-`` stands for none. It is advice for recovery and repacking, never truth:
losing it loses no record.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from factory_git.core.ids import Oid, is_oid
from factory_git.gitio import pack

NAME = "acknowledged"
LINE = 88  # bytes of a line with both


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What the journal holds, oldest first."""

    tips: tuple[Oid, ...]
    packs: tuple[str, ...]


def acknowledge(folder: Path, tip: Oid, pack_name: str) -> int:
    """Add a line; returns the number of lines the file has by its size. Raises ``OSError`` where there is no room."""
    fd = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        # A line on its own even after a torn one: a write that died in the middle must not swallow this one.
        size = os.lseek(fd, 0, os.SEEK_END)
        head = "\n" if size % LINE else ""
        line = f"{head}{tip} {pack_name}".ljust(LINE - 1).encode() + b"\n"
        while line:  # where there is no room for all of it the rest says why; a torn line is skipped by whoever reads
            line = line[os.write(fd, line) :]
        return size // LINE + 1
    finally:
        os.close(fd)


def read(folder: Path) -> Promises:
    """The journal; what cannot be read as a line is skipped."""
    try:
        lines = (folder / NAME).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return Promises(tips=(), packs=())
    pairs = [words for line in lines if len(words := line.split()) == 2]
    return Promises(
        tips=tuple(Oid(tip) for tip, _ in pairs if is_oid(tip)),
        packs=tuple(dict.fromkeys(name for _, name in pairs if name.startswith("pack-"))),
    )


def replace(folder: Path, tips: Iterable[Oid], packs: Iterable[str]) -> None:
    """Write the journal anew."""
    lines = [f"{tip} -" for tip in tips] + [f"- {name}" for name in packs]
    pack.place(folder / NAME, "".join(line.ljust(LINE - 1) + "\n" for line in lines).encode(), fsync=False, mode=0o644)
