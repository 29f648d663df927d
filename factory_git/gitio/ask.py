"""Ask Git about one located repository, whatever the environment's paths are relative to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from factory_git.gitio.child import git
from factory_git.gitio.locate import Location


def ask(location: Location, *args: str, stdin: bytes | None = None, also: Mapping[str, str] | None = None) -> bytes:
    """The standard output of ``git ARGS`` at the top of the repository, with the caller's index.

    ``GIT_INDEX_FILE`` (a temporary one in ``git commit -a`` and ``git commit -- path``) stays; Git reads it from the
    top of the working tree when it is relative. ``also`` is put into its environment. Raises :class:`GitFailed`.
    """
    top = location.worktree or location.git_dir
    env = {"GIT_DIR": str(location.git_dir)}
    if location.worktree is not None:
        env["GIT_WORK_TREE"] = str(location.worktree)
    if index_file := os.environ.get("GIT_INDEX_FILE"):
        env["GIT_INDEX_FILE"] = str(top / Path(index_file))
    return git(*args, cwd=top, stdin=stdin, env={**env, **(also or {})})
