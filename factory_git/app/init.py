"""``init``: start a spec in a repository, from a template. Nothing that is there is touched.

Spec files are merged and shown by nodes from then on (:mod:`factory_git.app.drivers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app import drivers, hooks
from factory_git.core import files as write
from factory_git.core.errors import Conflict, RepositoryError, UsageError
from factory_git.core.resources import folder
from factory_git.gitio.child import git
from factory_git.gitio.locate import Location, locate

TEMPLATES = ("minimal", "farmer", "immigration")
SKIPPED = ("__pycache__", ".pyc")
IGNORE = ".gitignore"
IGNORED = b"# what the application leaves behind when it runs\n*.db\n*.db-*\n__pycache__/\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What was (or, in a dry run, would be) made: the files, relative to ``folder``, and the repository if new."""

    folder: Path
    template: str
    files: tuple[str, ...]
    repository: bool
    hooks: tuple[hooks.Change, ...] = ()
    drivers: tuple[drivers.Setting, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return {
            "folder": str(self.folder),
            "template": self.template,
            "files": list(self.files),
            "repository_made": self.repository,
            "hooks": [one.as_json() for one in self.hooks],
            "drivers": [one.as_json() for one in self.drivers],
        }


def run(where: Path, *, template: str = "minimal", with_hooks: bool = False, dry_run: bool = False) -> Started:
    """Write the template's files below ``where``, in a repository that is made when there is none.

    Raises :class:`Conflict` (nothing is written) when a file is in the way, :class:`UsageError` for an unknown
    template or a place where no working tree is.
    """
    where = where.absolute()
    files = dict(contents(template))
    if not (where / IGNORE).exists():  # one that is there is the user's, and no reason to refuse
        files[IGNORE] = IGNORED
    if where.exists() and not where.is_dir():
        raise UsageError(f"{where} is a file", code="init/not-a-folder", hint="name a folder")
    _refuse_taken(where, files)
    location = _repository(where)
    made = location is None
    if not dry_run:
        if made:
            where.mkdir(parents=True, exist_ok=True)
            git("init", "--quiet", cwd=where)
        write.create(where, files)
    changes: tuple[hooks.Change, ...] = ()
    settings: tuple[drivers.Setting, ...] = ()
    if not (dry_run and made):
        location = locate(where) if location is None else location
        settings = drivers.install(location, dry_run=dry_run)
        changes = hooks.install(location, dry_run=dry_run) if with_hooks else ()
    return Started(
        folder=where, template=template, files=tuple(files), repository=made, hooks=changes, drivers=settings
    )


def contents(template: str) -> Mapping[str, bytes]:
    """Path → content of a template's files."""
    if template not in TEMPLATES:
        raise UsageError(f"no template {template!r}", code="init/template", hint=f"there are: {', '.join(TEMPLATES)}")
    top = folder("templates") / template
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file() and not any(part.endswith(SKIPPED) for part in path.parts)
    }


def _refuse_taken(where: Path, files: Mapping[str, bytes]) -> None:
    taken = [name for name in files if _in_the_way(where, name)]
    specs = [one.name for one in where.glob("*.yaml") if one.name.endswith("factory.yaml")] if where.is_dir() else []
    specs += ["spec"] if (where / "spec" / "app.yaml").exists() else []
    taken += [name for name in specs if name not in taken]
    if taken:
        shown = "\n".join(f"  {name}" for name in taken[:20]) + ("\n  …" if len(taken) > 20 else "")
        raise Conflict(
            f"these are in the way in {where}:\n{shown}",
            code="init/in-the-way",
            hint="name another folder: git factory init --template … DIR",
            details={"paths": taken},
        )


def _in_the_way(where: Path, name: str) -> bool:
    path = where / name
    if path.exists() or path.is_symlink():
        return True
    # A file where a folder is needed stands in the way, too; it is named itself.
    return any(parent.exists() and not parent.is_dir() for parent in path.parents if parent.is_relative_to(where))


def _repository(where: Path) -> Location | None:
    """The repository around ``where``; None when there is none."""
    start = where
    while not start.is_dir():
        start = start.parent
    try:
        location = locate(start)
    except RepositoryError as error:
        if error.code == "repository/none":
            return None
        raise
    if location.worktree is None or where.is_relative_to(location.git_dir):
        raise UsageError(
            f"{where} is in a bare repository; a spec needs a working tree",
            code="init/bare",
            hint="git worktree add PATH, then run it there",
        )
    return location
