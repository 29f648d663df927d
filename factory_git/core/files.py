"""Writing files whole or not at all, one or several."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from factory_git.core.points import reached


def write(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``: see :func:`writing`."""
    with writing(path) as file:
        file.write(content)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, and to read again, that is at ``path`` in the end: a reader sees the old bytes or the new, also
    after a crash. The mode is kept.

    A link is followed: what it points at is replaced. Folders on the way are made. Raises ``OSError``; then nothing
    has changed.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        fd, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        error.filename = str(path)
        raise
    fresh = Path(name)
    try:
        with os.fdopen(fd, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        reached("file:written")
        fresh.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        if isinstance(error, OSError) and error.filename in (None, name):
            error.filename = str(path)  # a failed write names no file, and the temporary one says little
        raise


def create(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make these new files below ``folder``, and the folders they need: all of them, or none.

    Raises ``FileExistsError`` when one is there, ``OSError`` when one cannot be written; what was made is removed.
    """
    made: list[Path] = []
    try:
        for name, content in files.items():
            target = folder / name
            missing = [one for one in (target.parent, *target.parent.parents) if not one.exists()]
            for one in reversed(missing):
                one.mkdir(exist_ok=True)
                made.append(one)
            try:
                with target.open("xb") as file:  # x: somebody may have been faster
                    made.append(target)
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                error.filename = str(target)  # a failed write names no file
                raise
    except BaseException:
        for one in reversed(made):
            with contextlib.suppress(OSError):  # a folder into which somebody else put something stays
                one.rmdir() if one.is_dir() else one.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
