"""Files of the working tree: which content they have as Git counts, and writing them in one piece."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from factory_git.gitio.ask import ask
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import blob_id


def ids(location: Location, paths: Iterable[str]) -> dict[str, str]:
    """Path → the blob id that ``git add`` would give the file on disk; empty where there is no regular file.

    A file behind a symbolic link to a folder counts as none: it is not in the repository.
    """
    top = _top(location)
    wanted = sorted(set(paths))
    there = [path for path in wanted if _regular(top, path)]
    named = [path for path in there if "\n" not in path and not path.startswith('"')]
    found = dict.fromkeys(wanted, "")
    if named:
        out = ask(location, "hash-object", "--stdin-paths", stdin=os.fsencode("\n".join(named)) + b"\n")
        found |= dict(zip(named, out.decode().split(), strict=True))
    for path in set(there) - set(named):
        found[path] = blob_id((top / path).read_bytes(), location.object_format)
    return found


def write(location: Location, path: str, content: bytes) -> None:
    """Write a file of the working tree, all of it or nothing; line ends stay those that the file has on disk."""
    file = _top(location) / path
    mode = 0o666 & ~_umask()
    if file.exists():
        before = file.read_bytes()
        mode = file.stat().st_mode & 0o777
        if b"\r\n" in before and b"\r\n" not in content:
            content = content.replace(b"\n", b"\r\n")
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name[:100]}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove(location: Location, path: str) -> None:
    """Remove a file of the working tree."""
    (_top(location) / path).unlink(missing_ok=True)


def occupied(location: Location, path: str) -> bool:
    """Whether something is at a path, of whatever kind, or something that is no folder is on the way to it."""
    top = _top(location)
    return os.path.lexists(top / path) or any(
        os.path.lexists(one) and (one.is_symlink() or not one.is_dir()) for one in _above(top, path)
    )


def _regular(top: Path, path: str) -> bool:
    file = top / path
    return file.is_file() and not file.is_symlink() and not any(one.is_symlink() for one in _above(top, path))


def _above(top: Path, path: str) -> list[Path]:
    return [top / one for one in list(Path(path).parents)[:-1]]


def _top(location: Location) -> Path:
    assert location.worktree is not None
    return location.worktree


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
