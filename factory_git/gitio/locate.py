"""Find the repository the way Git does: ``GIT_DIR``, ``git -C``, linked worktrees, bare repositories."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from factory_git.core.errors import RepositoryError
from factory_git.gitio.child import GitFailed, git, run

_REV_PARSE = (
    "rev-parse",
    "--path-format=absolute",
    "--git-dir",
    "--git-common-dir",
    "--is-bare-repository",
    "--show-object-format",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a repository is. ``worktree`` is None for a bare one; ``prefix`` is the caller's place below the worktree.

    ``git_dir`` belongs to the worktree, ``common_dir`` to all worktrees of the repository.
    """

    git_dir: Path
    common_dir: Path
    worktree: Path | None
    prefix: str
    object_format: str = "sha1"

    @property
    def factory_dir(self) -> Path:
        """The folder of local, disposable state (index, journal, locks, worktrees)."""
        return self.common_dir / "factory"


def locate(start: Path | str | None = None) -> Location:
    """The repository that Git finds from ``start`` (default: the current folder, ``GIT_DIR`` honoured).

    Raises :class:`RepositoryError` (exit 128) when there is none, or when Git refuses it.
    """
    # An explicit folder means that folder: the environment's GIT_DIR speaks of the caller's.
    inherit = start is None
    try:
        # One child where there is a working tree; bare repositories and callers inside `.git` cost a second one.
        done = run([*_REV_PARSE, "--show-toplevel", "--show-prefix"], cwd=start, inherit=inherit, ok=(0, 128))
        out = done.stdout if done.returncode == 0 else git(*_REV_PARSE, cwd=start, inherit=inherit)
        git_dir, common_dir, bare, object_format, *inside = os.fsdecode(out).split("\n")[:-1]
        worktree, prefix = None, ""
        if done.returncode == 0:
            worktree, prefix = Path(inside[0]), inside[1]
        elif bare == "false" and Path(git_dir).name == ".git":
            worktree = Path(git_dir).parent  # called from inside .git itself
    except GitFailed as error:
        where = Path(start or ".").absolute()
        words = error.stderr.strip().removeprefix("fatal: ")
        if "not a git repository" in words:
            raise RepositoryError(
                f"{where} is not in a Git repository",
                code="repository/none",
                hint="run `git init` here, or name one: git -C PATH factory …",
            ) from error
        raise RepositoryError(f"{where}: {words}", code="repository/unusable") from error
    return Location(
        git_dir=Path(git_dir),
        common_dir=Path(common_dir),
        worktree=worktree,
        prefix=prefix,
        object_format=object_format,
    )
