"""``hooks``: the gate as a Git hook, for people who do not use a hook framework.

A hook that is already there keeps its work: it is set aside under another name and runs first. Removing the gate puts
it back as it was.
"""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.core.errors import Conflict, UsageError
from factory_git.core.resources import folder
from factory_git.gitio.hookpath import HooksFolder, hooks_folder
from factory_git.gitio.locate import Location

# A merge that needs no hand makes its commit without asking pre-commit.
NAMES = ("pre-commit", "pre-merge-commit")
MARK = "# git-factory gate, written by `git factory hooks install`"
ASIDE = ".before-factory"

SCRIPT = """\
#!/bin/sh
{mark}; take it out with `git factory hooks uninstall`.
python={python}
home={home}
gate={gate}

# What was here before runs first, and its refusal stands.
before=${{0%/*}}/{name}{aside}
if [ -x "$before" ]; then
    "$before" "$@" || exit $?
fi

# The gate fails closed: a check that cannot run is no check that passed.
if [ ! -x "$python" ] || [ ! -r "$gate" ] || [ ! -d "$home/factory_git" ]; then
    echo "error: git-factory is not where it was when its hook was installed: $python" >&2
    echo "hint: install it again and run 'git factory hooks install', or take the hook out: rm '$0'" >&2
    exit 1
fi
. "$gate"
"""


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


def install(location: Location, *, shared: bool = False, dry_run: bool = False) -> tuple[Change, ...]:
    """Install the gate; what changed (nothing where it is installed already).

    Raises :class:`UsageError` when the hooks folder is shared with other repositories and ``shared`` is not set, or in
    a bare repository, and :class:`Conflict` when an earlier hook cannot be set aside because its place is taken.
    """
    if location.worktree is None:
        raise UsageError(
            "a bare repository makes no commits: these hooks would never run",
            code="hooks/bare",
            hint="check what it was sent: git factory check --rev BRANCH",
        )
    found = hooks_folder(location)
    _refuse_shared(found, shared)
    changes: list[Change] = []
    for name in NAMES:
        state = _state(found.path, name)
        if state.state == "installed":
            continue
        aside = found.path / f"{name}{ASIDE}"
        if state.state == "other":
            if _exists(aside):
                raise Conflict(
                    f"{state.path} would be set aside as {aside.name}, but that is there already",
                    code="hooks/aside-taken",
                    hint=f"look at both, remove or rename {aside}",
                )
            changes.append(Change(action="set aside", path=state.path, other=aside))
        changes.append(Change(action="write", path=state.path))
    if not dry_run:
        _apply(changes)
    return tuple(changes)


def uninstall(location: Location, *, dry_run: bool = False) -> tuple[Change, ...]:
    """Take the gate out and put back what was there; other hooks are left alone."""
    found = hooks_folder(location)
    changes: list[Change] = []
    for name in NAMES:
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


def script(name: str) -> str:
    """The text of the hook ``name``, with the interpreter and the place of this installation."""
    return SCRIPT.format(
        mark=MARK,
        python=shlex.quote(str(_interpreter())),
        home=shlex.quote(str(Path(__file__).resolve().parents[2])),
        gate=shlex.quote(str(folder("hooks") / "pre-commit")),
        name=name,
        aside=ASIDE,
    )


def _interpreter() -> Path:
    # Not resolved: a virtual environment's python is a link, and only by its own name does it find its packages.
    return Path(sys.executable).absolute()


def _state(where: Path, name: str) -> HookState:
    path = where / name
    chained = _exists(where / f"{name}{ASIDE}")
    if not _exists(path):
        return HookState(name=name, path=path, state="none", chained=chained)
    try:
        text = path.read_text(errors="replace")
    except OSError:
        text = ""
    if MARK not in text:
        return HookState(name=name, path=path, state="other", chained=chained)
    if text == script(name) and os.access(path, os.X_OK):
        return HookState(name=name, path=path, state="installed", chained=chained)
    return HookState(name=name, path=path, state="outdated" if _works(text, path) else "broken", chained=chained)


def _works(text: str, path: Path) -> bool:
    """Whether a hook of another installation still finds what it needs."""
    values = dict(line.split("=", 1) for line in text.splitlines() if line.startswith(("python=", "home=", "gate=")))
    places = [Path(shlex.split(value)[0]) for value in values.values() if value]
    return len(places) == 3 and all(place.exists() for place in places) and os.access(path, os.X_OK)


def _refuse_shared(found: HooksFolder, shared: bool) -> None:
    if found.shared and not shared:
        raise UsageError(
            f"core.hooksPath is set for all repositories ({found.scope}): {found.path}",
            code="hooks/shared",
            hint="--shared installs there (it passes in milliseconds where no spec is); for this repository only: "
            "git config core.hooksPath .git/hooks",
        )


def _apply(changes: list[Change]) -> None:
    for change in changes:
        if change.action == "set aside":
            assert change.other is not None
            change.path.rename(change.other)
        elif change.action == "put back":
            assert change.other is not None
            change.path.replace(change.other)
        elif change.action == "remove":
            change.path.unlink()
        elif change.action == "write":
            _write(change.path)


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(script(path.name))
        fresh.chmod(0o755)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()
