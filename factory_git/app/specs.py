"""Where specs are: in the working tree, or at the paths a user names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from factory_git.core.errors import NotFound, RepositoryError
from factory_git.gitio.child import GitFailed, git
from factory_git.gitio.locate import locate
from factory_git.spec.load import ENTITY_FOLDER, find, load
from factory_git.spec.model import Source, Spec

NONE_HINT = "start one: git factory init; or name the file"
_SKIPPED = ("node_modules", "__pycache__")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFiles:
    """One spec on disk. ``root`` and ``files`` are relative to ``top``: the working tree, or the folder named."""

    top: Path
    root: str
    files: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The folder that holds the spec."""
        return self.top / self.root

    @property
    def split(self) -> bool:
        """Whether the spec is a folder ``spec/``."""
        return any(f.endswith("spec/app.yaml") for f in self.files)

    def shown(self, file: str) -> str:
        """How messages name a file: relative to the current folder, or in full where that is shorter."""
        whole = str(self.top / file)
        relative = os.path.relpath(whole)
        name = whole if relative.startswith("..") and len(whole) < len(relative) else relative
        return os.fsencode(name).decode(errors="backslashreplace")  # a name need not be text; a message must

    def sources(self) -> list[Source]:
        """The files with their contents, named as messages name them."""
        return [
            Source(path=self.shown(f).replace(os.sep, "/"), content=(self.top / f).read_bytes()) for f in self.files
        ]

    def load(self) -> Spec:
        """The spec. Raises :class:`SpecError`."""
        return load(self.sources(), root=self.root)


def select(paths: Sequence[str | Path] = (), start: Path | None = None) -> list[SpecFiles]:
    """The specs at ``paths`` (files or folders), or those of the whole working tree around ``start``; by root.

    Outside a repository, those below the folder. Raises :class:`NotFound` when a path, or any spec at all, is missing.
    """
    here = (start or Path.cwd()).absolute()
    if not paths:
        top = _worktree(start) or here  # without a start, GIT_DIR and GIT_WORK_TREE count
        found = [SpecFiles(top=top, root=root, files=tuple(files)) for root, files in find(_listed(top, top))]
        if not found:
            raise NotFound(f"there is no spec in {top}", code="spec/none", hint=NONE_HINT)
        return found
    chosen: dict[tuple[Path, str, tuple[str, ...]], SpecFiles] = {}
    for path in paths:
        for one in _at(here / path, path):
            chosen[one.top, one.root, one.files] = one
    return [chosen[key] for key in sorted(chosen)]


def one(path: str | Path | None = None, start: Path | None = None) -> SpecFiles:
    """The one spec at ``path`` or around ``start``. Raises :class:`NotFound` when there is none or a choice."""
    found = select([path] if path else (), start)
    if len(found) > 1:
        names = ", ".join(f.shown(f.files[0]) for f in found[:6])
        raise NotFound(f"there are {len(found)} specs: {names}", code="spec/several", hint="name one of them")
    return found[0]


def _at(path: Path, said: str | Path) -> Iterator[SpecFiles]:
    if not path.exists():
        raise NotFound(f"there is no {said}", code="spec/none", hint=NONE_HINT)
    path = Path(os.path.normpath(path))
    folder = path if path.is_dir() else path.parent
    top = _worktree(folder) or folder
    if path.is_file():
        whole = _whole(path)
        if whole is not None:
            path = whole
        else:
            yield _single(top, path)
            return
    listed = _listed(top, path)
    if path.name == "spec" and (path / "app.yaml").is_file():
        listed = [f for f in listed if (top / f).is_relative_to(path)]
    found = find(listed)
    if not found:
        raise NotFound(f"there is no spec in {said}", code="spec/none", hint=NONE_HINT)
    for root, files in found:
        yield SpecFiles(top=top, root=root, files=tuple(files))


def _whole(file: Path) -> Path | None:
    """The folder of a split spec that ``file`` is a part of, if it is."""
    folder = file.parent.parent if file.parent.name == ENTITY_FOLDER else file.parent
    return folder if folder.name == "spec" and (folder / "app.yaml").is_file() else None


def _single(top: Path, file: Path) -> SpecFiles:
    if not file.is_relative_to(top):
        top = file.parent
    relative = file.relative_to(top).as_posix()
    return SpecFiles(top=top, root=relative.rpartition("/")[0], files=(relative,))


def _worktree(folder: Path | None) -> Path | None:
    try:
        return locate(folder).worktree
    except RepositoryError:
        return None


def _listed(top: Path, folder: Path) -> list[str]:
    """Every file below ``folder``, relative to ``top``: tracked or not, ignored ones left out; hidden ones too."""
    try:
        out = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name", "--", ".", cwd=folder)
        listed = sorted({name for name in os.fsdecode(out).split("\0") if name})
        return [name for name in listed if name.endswith(".yaml") and (top / name).is_file()]
    except GitFailed:
        return sorted(_walked(top, folder))


def _walked(top: Path, folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED)
        for name in files:
            if name.endswith(".yaml"):
                yield (Path(place) / name).relative_to(top).as_posix()
