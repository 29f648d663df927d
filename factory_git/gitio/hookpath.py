"""Where Git looks for hooks: ``core.hooksPath``, or ``hooks`` in the common Git directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from factory_git.gitio.child import git, run
from factory_git.gitio.locate import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class HooksFolder:
    """The folder, and the scope of the setting that names it: ``local``, ``global`` …; empty where none is set."""

    path: Path
    scope: str = ""

    @property
    def shared(self) -> bool:
        """Whether other repositories look into the same folder."""
        return self.scope in ("global", "system")


def hooks_folder(location: Location) -> HooksFolder:
    """The folder that Git takes hooks from; it need not exist."""
    # Git reads a relative core.hooksPath from where a hook runs: the top of the working tree, or a bare repository.
    cwd = location.worktree or location.git_dir
    # GIT_DIR is named: the folder alone may not lead to this repository (GIT_DIR set by the caller).
    env = {"GIT_DIR": str(location.git_dir)}
    path = os.fsdecode(git("rev-parse", "--git-path", "hooks", cwd=cwd, env=env)).rstrip("\n")
    setting = run(["config", "--show-scope", "--get", "core.hooksPath"], cwd=cwd, env=env, ok=(0, 1))
    scope = setting.stdout.decode(errors="replace").split("\t")[0] if setting.returncode == 0 else ""
    return HooksFolder(path=Path(os.path.normpath(cwd / path)), scope=scope)


def is_ignored(location: Location, path: Path) -> bool:
    """Whether Git ignores a folder of the working tree."""
    env = {"GIT_DIR": str(location.git_dir), "GIT_WORK_TREE": str(location.worktree)}
    return (
        run(["check-ignore", "--quiet", "--", f"{path}/"], cwd=location.worktree, env=env, ok=(0, 1, 128)).returncode
        == 0
    )
