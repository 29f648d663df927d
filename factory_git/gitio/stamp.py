"""Where the repository and its index are, without asking Git: for questions that a cache may answer at once.

Only the plain case is recognised (a ``.git`` of one's own, no variable or setting that moves things); in every other
the answer is None, and the caller asks Git.
"""

from __future__ import annotations

import os
from pathlib import Path

from factory_git.gitio.locate import Location

_TRAILER = 20
_MOVED = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
)


def plain_location() -> Location | None:
    """The repository around the current folder when it is a plain one that the caller owns, else None."""
    if any(name in os.environ for name in _MOVED) or not hasattr(os, "geteuid"):
        return None
    try:
        here = os.getcwd()  # noqa: PTH109 (this runs before anything else of a question; each import counts)
        top = here
        while not os.path.exists(f"{top}/.git"):  # noqa: PTH110
            above = os.path.dirname(top)  # noqa: PTH120
            if above == top or os.path.exists(f"{top}/HEAD"):  # noqa: PTH110 (a bare repository, or inside of .git)
                return None
            top = above
        git_dir = f"{top}/.git"
        stat = os.stat(git_dir)  # noqa: PTH116
        with open(f"{git_dir}/config", "rb") as file:  # noqa: PTH123 (fails for a linked worktree: its .git is a file)
            config = file.read().lower()
    except OSError:
        return None
    # Git itself refuses the repositories of others (safe.directory), and reads what these settings point to.
    if stat.st_uid != os.geteuid() or any(word in config for word in (b"worktree", b"objectformat", b"bare = true")):
        return None
    prefix = os.path.relpath(here, top)
    return Location(
        git_dir=Path(git_dir),
        common_dir=Path(git_dir),
        worktree=Path(top),
        prefix="" if prefix == "." else f"{prefix}/",
    )


def index_file(git_dir: Path) -> Path:
    """The index that the caller's Git uses: ``GIT_INDEX_FILE`` (a ``git commit -a`` sets it) or the worktree's own."""
    named = os.environ.get("GIT_INDEX_FILE")
    return Path(named).absolute() if named else git_dir / "index"


def index_stamp(git_dir: Path) -> str:
    """A text that changes when the index does: its checksum trailer, or its stat data where checksums are off.

    ``index.skipHash`` (Git 2.40) writes zeros there.
    """
    path = index_file(git_dir)
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            size = file.tell()
            file.seek(max(0, size - _TRAILER))
            trailer = file.read()
            if trailer.strip(b"\0"):
                return trailer.hex()
            stat = os.fstat(file.fileno())
            return f"{size}.{stat.st_mtime_ns}.{stat.st_ino}"
    except FileNotFoundError:
        return "none"
