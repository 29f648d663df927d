"""Paths as the user types them, made paths from the top of the repository."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from factory_git.core.errors import UsageError
from factory_git.gitio.locate import Location


def from_top(location: Location, path: str) -> str:
    """``path``, relative to where the user stands, from the top of the repository; the top itself is ``""``.

    Raises :class:`UsageError` for what lies outside.
    """
    if Path(path).is_absolute() and location.worktree is not None:
        parent, name = os.path.split(path.rstrip("/"))
        inside = posixpath.join(os.path.relpath(os.path.realpath(parent), os.path.realpath(location.worktree)), name)
    else:
        inside = posixpath.join(location.prefix, path)
    inside = posixpath.normpath(inside)
    if inside == ".." or inside.startswith(("../", "/")):
        raise UsageError(f"{path} is outside the repository", code="usage/path")
    return "" if inside == "." else inside
