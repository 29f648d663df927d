"""Where the repository and its index are, without asking Git: for questions that a cache may answer at once.

Only the plain case is recognised (a ``.git`` of one's own, no variable or setting that moves things); in every other
the answer is None, and the caller asks Git.
"""

from __future__ import annotations

import os

from factory_git.core.value import value

TYPE_CHECKING = False
if TYPE_CHECKING:
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


@value
class Plain:
    """A plain repository: ``top`` has the worktree and its ``.git``; ``prefix`` is the caller's place in it."""

    top: str
    prefix: str

    @property
    def worktree(self) -> str:
        """The top of the worktree."""
        return self.top

    @property
    def git_dir(self) -> str:
        """The worktree's own Git directory."""
        return f"{self.top}/.git"

    @property
    def common_dir(self) -> str:
        """The Git directory of all worktrees."""
        return f"{self.top}/.git"

    def location(self) -> Location:
        """The same for those who want paths."""
        from pathlib import Path  # noqa: PLC0415 (costs more than most answers)

        from factory_git.gitio.locate import Location  # noqa: PLC0415

        git_dir = Path(self.git_dir)
        return Location(git_dir=git_dir, common_dir=git_dir, worktree=Path(self.top), prefix=self.prefix)


def plain_location() -> Plain | None:
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
    return Plain(top=top, prefix="" if here == top else f"{os.path.relpath(here, top)}/")


def index_file(git_dir: str | os.PathLike[str]) -> str:
    """The index that the caller's Git uses: ``GIT_INDEX_FILE`` (a ``git commit -a`` sets it) or the worktree's own."""
    named = os.environ.get("GIT_INDEX_FILE")
    return os.path.abspath(named) if named else f"{os.fspath(git_dir)}/index"  # noqa: PTH100


def index_stamp(git_dir: str | os.PathLike[str]) -> str:
    """A text that changes when the index does: its checksum trailer, or its stat data where checksums are off.

    ``index.skipHash`` (Git 2.40) writes zeros there.
    """
    try:
        with open(index_file(git_dir), "rb") as file:  # noqa: PTH123
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
