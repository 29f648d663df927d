"""The one spec that a verb of growth works on: as it stands in the working tree."""

from __future__ import annotations

import os
from pathlib import Path

from factory_git.app.revisions import Side, sides
from factory_git.core.errors import NotFound, UsageError
from factory_git.gitio.locate import Location
from factory_git.gitio.trees import WORKTREE
from factory_git.spec import names
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec


def one(location: Location, wanted: str = "") -> Spec:
    """The spec with that id, file or folder; without a word the only one there is. It is free of errors.

    Its sources are the bytes that lie on disk, by their paths from the top of the repository.

    Raises :class:`NotFound` when there is none or a choice, :class:`SpecError` for one that is not valid.
    """
    if location.worktree is None:
        message = "a bare repository has no working tree, whose spec could be edited"
        raise UsageError(message, code="usage/bare", hint="work in a clone or a worktree: git worktree add")
    also = [_from_top(location, wanted)] if wanted.endswith(".yaml") else []
    found = sides(location, WORKTREE, also=[path for path in also if (location.worktree / path).is_file()])
    chosen = [side for side in found if not wanted or _is(side, wanted, location)]
    if len(chosen) == 1:
        return _on_disk(location.worktree, chosen[0])
    known = [side.name for side in found]
    if not found:
        hint = "start one: git factory init"
        raise NotFound("there is no spec in the working tree", code="spec/none", hint=hint)
    if not chosen:
        raise NotFound(f"there is no spec {wanted!r}", code="spec/none", hint=names.suggest(wanted, known))
    listed = ", ".join(side.name for side in chosen)
    raise NotFound(f"there are {len(chosen)} specs: {listed}", code="spec/several", hint="name one: --spec ID")


def _on_disk(top: Path, side: Side) -> Spec:
    """The spec of the very bytes: Git's form of them may have other line ends, and it is these that are edited."""
    side.checked()
    sources = [Source(path=path, content=(top / path).read_bytes()) for path in side.files]
    return load(sources, root=side.root)


def _is(side: Side, wanted: str, location: Location) -> bool:
    path = _from_top(location, wanted)
    spec = side.spec
    return wanted == (spec.id if spec else "") or path in side.files or (bool(path) and path == side.root)


def _from_top(location: Location, word: str) -> str:
    """A path as the user gave it, from the top of the repository, with forward slashes."""
    joined = os.path.normpath(Path(location.prefix) / word)
    return "" if joined == "." else Path(joined).as_posix()
