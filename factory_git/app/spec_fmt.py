"""``spec fmt``: bring the files of specs into the canonical form."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.app.specs import SpecFiles, select
from factory_git.core import files
from factory_git.core.errors import NotFound
from factory_git.spec.format import formatted


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file whose canonical form differs from what is on disk. ``path`` is as messages name it."""

    path: str
    file: Path
    before: bytes
    after: bytes

    def diff(self) -> Iterator[str]:
        """The change as a unified diff, a line at a time."""
        before = self.before.decode("utf-8-sig").splitlines(keepends=True)
        after = self.after.decode().splitlines(keepends=True)
        for line in difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}"):
            yield line.rstrip("\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """How many files were looked at, and those that were (or would be) changed."""

    files: int
    changes: tuple[Change, ...]


def run(
    paths: Sequence[str | Path] = (), *, write: bool = True, named_only: bool = False, start: Path | None = None
) -> Formatted:
    """Format the specs at ``paths``, or all of the working tree.

    ``named_only``: of the working tree's specs the files that are named, and nothing that is part of no spec.
    Raises :class:`SpecError`, with nothing written, when a file is not valid YAML.
    """
    looked = _named(paths, start) if named_only else [pair for spec in select(paths, start) for pair in _files(spec)]
    changes = []
    for shown, file in looked:
        before = file.read_bytes()
        after = formatted(before, shown)
        if after != before:
            changes.append(Change(path=shown, file=file, before=before, after=after))
    for change in changes if write else ():
        files.write(change.file, change.after)
    return Formatted(files=len(looked), changes=tuple(changes))


def _named(paths: Sequence[str | Path], start: Path | None) -> list[tuple[str, Path]]:
    """The files among ``paths`` that belong to a spec: a hook is given whatever has a name like one."""
    here = start or Path.cwd()
    wanted = {(here / path).resolve() for path in paths}
    try:
        found = select((), start)
    except NotFound:
        return []
    return [(shown, file) for spec in found for shown, file in _files(spec) if file.resolve() in wanted]


def _files(spec: SpecFiles) -> Iterator[tuple[str, Path]]:
    for name in spec.files:
        yield spec.shown(name), spec.top / name
