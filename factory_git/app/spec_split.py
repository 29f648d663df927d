"""``spec split`` and ``spec join``: from one file to a folder and back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from factory_git.app.specs import SpecFiles, one
from factory_git.core import files
from factory_git.core.errors import Conflict, IntegrityError, UsageError
from factory_git.spec import graph
from factory_git.spec.load import load
from factory_git.spec.model import Source
from factory_git.spec.split import FOLDER, join, split

SINGLE = "factory.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was (or would be) written and removed, relative to ``folder``."""

    folder: Path
    written: tuple[str, ...]
    removed: tuple[str, ...]
    digest: str


def run_split(
    path: str | Path | None = None, *, entities: bool = False, dry_run: bool = False, start: Path | None = None
) -> Moved:
    """Split the one-file spec at ``path`` into ``spec/``.

    Raises :class:`UsageError` when it is split already, :class:`Conflict` when a file is in the way.
    """
    found = one(path, start)
    if found.split or len(found.files) != 1:
        raise UsageError(
            f"{found.shown(found.files[0])} is split already", code="spec/split", hint="git factory spec join"
        )
    old = found.top / found.files[0]
    made = split(old.read_bytes(), found.shown(found.files[0]), entities=entities)
    taken = [name for name in made if (found.folder / name).exists()]
    if (found.folder / FOLDER / "app.yaml").exists() or taken:
        where = found.shown(f"{found.root}/{taken[0] if taken else FOLDER}".lstrip("/"))
        raise Conflict(f"{where} is in the way", code="spec/in-the-way", hint="move it, then split again")
    return _move(found, made, [old.name], dry_run=dry_run)


def run_join(path: str | Path | None = None, *, dry_run: bool = False, start: Path | None = None) -> Moved:
    """Join the files of the split spec at ``path`` into ``factory.yaml``."""
    found = one(path, start)
    if not found.split:
        raise UsageError(
            f"{found.shown(found.files[0])} is one file already", code="spec/split", hint="git factory spec split"
        )
    target = found.folder / SINGLE
    if target.exists():
        raise Conflict(f"{target} is in the way", code="spec/in-the-way", hint="move it, then join again")
    parts = {_below(found, name): (found.top / name).read_bytes() for name in found.files}
    made = {SINGLE: join({name.removeprefix(f"{FOLDER}/"): content for name, content in parts.items()})}
    return _move(found, made, list(parts), dry_run=dry_run)


def _below(found: SpecFiles, name: str) -> str:
    return name.removeprefix(f"{found.root}/") if found.root else name


def _move(found: SpecFiles, made: dict[str, bytes], old: list[str], *, dry_run: bool) -> Moved:
    """Write the new files, then remove the old: first making sure that both say the same."""
    before = graph.build(found.load()).digest
    after = graph.build(load([Source(path=name, content=content) for name, content in made.items()])).digest
    if before != after:
        message = "the files would not say the same afterwards; nothing was written"
        raise IntegrityError(message, code="spec/split", hint="git factory spec fmt first; and please report this")
    if not dry_run:
        files.create(found.folder, made)
        for name in old:
            (found.folder / name).unlink()
        for folder in sorted({(found.folder / name).parent for name in old}, reverse=True):
            if folder != found.folder:
                with contextlib.suppress(OSError):  # what else lies in it stays
                    folder.rmdir()
                    folder.parent.rmdir() if folder.parent != found.folder else None
    return Moved(folder=found.folder, written=tuple(made), removed=tuple(old), digest=after)
