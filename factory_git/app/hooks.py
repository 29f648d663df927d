"""``hooks``: the gate as a Git hook, for people who do not use a hook framework.

A hook that is already there keeps its work: it is set aside under another name and runs first. Removing the gate puts
it back as it was.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.app.hook_scripts import ASIDE, HOOKS, MARK, cannot_be_chained, line_for, script, works
from factory_git.core.errors import Conflict, UsageError
from factory_git.gitio.hookpath import HooksFolder, hooks_folder, is_ignored
from factory_git.gitio.locate import Location

NAMES = tuple(HOOKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookState:
    """One hook: ``state`` is ``none``, ``other`` (somebody else's), ``installed``, ``outdated`` or ``broken``.

    ``chained`` says whether an earlier hook waits beside it and runs first.
    """

    name: str
    path: Path
    state: str
    chained: bool = False

    def as_json(self) -> dict[str, Any]:
        """The state as a JSON object."""
        return {"name": self.name, "path": str(self.path), "state": self.state, "chained": self.chained}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of installing or removing.

    ``action`` is ``write``, ``set aside``, ``put back``, ``remove`` or ``keep``.
    """

    action: str
    path: Path
    other: Path | None = None

    def __str__(self) -> str:
        return f"{self.action} {self.path}" + (f" → {self.other.name}" if self.other else "")

    def as_json(self) -> dict[str, Any]:
        """The step as a JSON object."""
        return {"action": self.action, "path": str(self.path)} | ({"to": str(self.other)} if self.other else {})


def status(location: Location) -> tuple[HookState, ...]:
    """The state of each hook of the gate."""
    where = hooks_folder(location).path
    return tuple(_state(where, name) for name in NAMES)


def install(
    location: Location, names: Collection[str] = NAMES, *, shared: bool = False, dry_run: bool = False
) -> tuple[Change, ...]:
    """Install the hooks of these names; what changed (nothing where all are installed already).

    Raises :class:`UsageError` when the hooks folder is shared with other repositories and ``shared`` is not set, or in
    a bare repository, and :class:`Conflict` when an earlier hook cannot be set aside: its place is taken, or it would
    not work there. Then nothing was changed.
    """
    if location.worktree is None:
        raise UsageError(
            "a bare repository makes no commits: these hooks would never run",
            code="hooks/bare",
            hint="check what it was sent: git factory check --rev BRANCH",
        )
    found = hooks_folder(location)
    _refuse_folder(found, shared)
    changes: list[Change] = []
    for name in _chosen(names):
        state = _state(found.path, name)
        if state.state == "installed":
            continue
        if state.state == "other":
            changes.append(Change(action="set aside", path=state.path, other=_place_aside(state.path, name)))
        changes.append(Change(action="write", path=state.path))
    if not dry_run:
        _apply(changes)
    return tuple(changes)


def uninstall(location: Location, names: Collection[str] = NAMES, *, dry_run: bool = False) -> tuple[Change, ...]:
    """Take the hooks of these names out and put back what was there; other hooks are left alone."""
    found = hooks_folder(location)
    changes: list[Change] = []
    for name in _chosen(names):
        state = _state(found.path, name)
        aside = found.path / f"{name}{ASIDE}"
        if state.state in ("installed", "outdated", "broken"):
            action = Change(action="put back", path=aside, other=state.path) if _exists(aside) else None
            changes.append(action or Change(action="remove", path=state.path))
        elif _exists(aside):
            changes.append(Change(action="keep", path=aside))
    if not dry_run:
        _apply(changes)
    return tuple(changes)


def caution(location: Location) -> str:
    """What to mind where the hooks were installed; empty where there is nothing."""
    path = hooks_folder(location).path
    if location.worktree is None or path.is_relative_to(location.common_dir):
        return ""
    if not path.is_relative_to(location.worktree) or is_ignored(location, path):
        return ""
    return f"note: {path} lies in the working tree; these hooks name places of this machine: do not commit them"


def _chosen(names: Collection[str]) -> list[str]:
    unknown = [name for name in names if name not in HOOKS]
    if unknown:
        raise UsageError(f"there is no hook {unknown[0]!r} here", code="hooks/name", hint="one of " + ", ".join(NAMES))
    return [name for name in NAMES if name in names]


def _place_aside(path: Path, name: str) -> Path:
    aside = path.with_name(f"{name}{ASIDE}")
    if _exists(aside):
        raise Conflict(
            f"{path} would be set aside as {aside.name}, but that is there already",
            code="hooks/aside-taken",
            hint=f"look at both, remove or rename {aside}",
        )
    why = cannot_be_chained(_text(path))
    if why:
        raise Conflict(
            f"{path} cannot be set aside: {why}",
            code="hooks/not-chainable",
            hint=f"write this line into your own {name} hook: {line_for(name)}; the other hooks: name them",
        )
    return aside


def _state(where: Path, name: str) -> HookState:
    path = where / name
    chained = _exists(where / f"{name}{ASIDE}")
    if not _exists(path):
        return HookState(name=name, path=path, state="none", chained=chained)
    text = _text(path)
    if MARK not in text:
        return HookState(name=name, path=path, state="other", chained=chained)
    if text == script(name) and os.access(path, os.X_OK):
        return HookState(name=name, path=path, state="installed", chained=chained)
    return HookState(name=name, path=path, state="outdated" if works(text, path) else "broken", chained=chained)


def _refuse_folder(found: HooksFolder, shared: bool) -> None:
    if found.path.exists() and not found.path.is_dir():
        raise UsageError(
            f"hooks are switched off: core.hooksPath is {found.path}",
            code="hooks/off",
            hint="git config --unset core.hooksPath; or for this repository only: git config core.hooksPath .git/hooks",
        )
    if found.shared and not shared:
        raise UsageError(
            f"core.hooksPath is set for all repositories ({found.scope}): {found.path}",
            code="hooks/shared",
            hint="--shared installs there (it passes in milliseconds where no spec is); for this repository only: "
            "git config core.hooksPath .git/hooks",
        )


def _apply(changes: list[Change]) -> None:
    """Make these changes. Where there is no room for one of them, none is made: a hook set aside would never run."""
    fresh = {change.path: _beside(change.path) for change in changes if change.action == "write"}
    moved: list[tuple[Path, Path]] = []
    try:
        for path, place in fresh.items():
            _write(place, path)
        for change in changes:
            _make(change, fresh, moved)
    except OSError:
        for old, new in reversed(moved):
            with contextlib.suppress(OSError):
                new.replace(old)
        raise
    finally:
        for place in fresh.values():
            place.unlink(missing_ok=True)


def _make(change: Change, fresh: Mapping[Path, Path], moved: list[tuple[Path, Path]]) -> None:
    if change.other is not None:
        change.path.replace(change.other)
        moved.append((change.path, change.other))
    elif change.action == "remove":
        change.path.unlink()
    elif change.action == "write":
        fresh[change.path].replace(change.path)


def _write(place: Path, path: Path) -> None:
    """The hook of ``path``, at ``place``."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.write_text(script(path.name))
        place.chmod(0o755)
    except OSError as error:
        error.filename = str(path)  # a failed write names no file, and the temporary one says little
        raise


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()
