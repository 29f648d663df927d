"""``merge-driver``: what Git calls to merge a file of a spec, by nodes instead of by lines.

Whatever is not a spec's matter is merged by lines, as Git would have done without this driver, and that is said.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from factory_git.gitio.child import run
from factory_git.spec.edit.merge import Merge, Unmergeable, merge

MARKER = 7
_MOST = 127  # `git merge-file` exits with the number of conflicts, this at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``content`` is the merged file; ``clean``: nobody needs to look at it; ``said`` is for standard error."""

    content: bytes
    clean: bool
    said: tuple[str, ...] = ()


def execute(base: Path, ours: Path, theirs: Path, path: str, *, size: int = MARKER) -> Result:
    """Merge three files that Git wrote; ``path`` is the one they are versions of. The result is written to ``ours``."""
    done = merged(base.read_bytes(), ours.read_bytes(), theirs.read_bytes(), path, size=size)
    ours.write_bytes(done.content)
    return done


def merged(base: bytes, ours: bytes, theirs: bytes, path: str, *, size: int = MARKER) -> Result:
    """The merge of three versions of the file at ``path``."""
    try:
        return _told(path, merge(path, base, ours, theirs, by_lines, size=size))
    except Unmergeable as reason:
        content, clean = by_lines(base, ours, theirs, size)
        words = "merged by lines" if clean else "merged by lines, with conflicts"
        return Result(content=content, clean=clean, said=(f"{path}: {reason}; {words}",))


def by_lines(base: bytes, ours: bytes, theirs: bytes, size: int = MARKER) -> tuple[bytes, bool]:
    """The merge by lines, as Git does it, and whether there were no conflicts."""
    with tempfile.TemporaryDirectory(prefix="git-factory-") as folder:
        names = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for name, content in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(content)
        argv = ["merge-file", "-p", "-q", f"--marker-size={size}"]
        for label in names:
            argv += ["-L", label.name]
        done = run([*argv, *map(str, names)], cwd=folder, ok=range(_MOST + 1))
        return done.stdout, done.returncode == 0


def _told(path: str, done: Merge) -> Result:
    said = [f"{path}: note: {note}" for note in done.notes]
    said += [f"{path}: conflict: {clash.path}: {clash.what}" for clash in done.clashes]
    said += [f"{path}: the merged spec does not hold: {problem}" for problem in done.broken]
    if done.broken:
        said.append("hint: both sides hold alone; the file has all of both: mend it, then git add it")
    elif done.clashes:
        said.append("hint: each place is between markers in the file, ours first; choose or order, then git add it")
    return Result(content=done.content, clean=done.clean, said=tuple(said))
