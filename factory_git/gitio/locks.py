"""Lock files that a Git which was killed left behind: every Git after it refuses to write what they lock."""

from __future__ import annotations

from pathlib import Path

from factory_git.gitio import refs
from factory_git.gitio.locate import Location

OLD = 600.0  # seconds: Git holds these for as long as it writes one file
_SHARED = (
    "packed-refs.lock",
    "config.lock",
    "shallow.lock",
    "objects/info/commit-graph.lock",
    "objects/info/commit-graphs/commit-graph-chain.lock",
    "objects/maintenance.lock",
)
# While an editor is open for a commit's message, Git holds these and has no file open: only a person can tell.
_ATTENDED = ("index.lock", "HEAD.lock")


def stale(location: Location, *, now: float) -> list[Path]:
    """The lock files that are old and that no process has open."""
    places = [location.common_dir / name for name in _SHARED]
    factory = location.common_dir / "refs"
    places += sorted([*(factory / "factory").rglob("*.lock"), *(factory / "factory-remotes").rglob("*.lock")])
    return [one for one in places if _is_old(one, now) and not refs.holder(one)]


def since(location: Location, moment: float) -> list[Path]:
    """The lock files that were made after a moment, but for that of the index: the file system's own time stamp."""
    top = location.common_dir
    places = [*top.glob("*.lock"), *(top / "refs").rglob("*.lock"), *(top / "objects").glob("**/*.lock")]
    return sorted(one for one in places if one.name != "index.lock" and _written(one) >= moment)


def attended(location: Location, *, now: float) -> list[Path]:
    """Old lock files of the working tree, which somebody may be in the middle of something with."""
    return [one for name in _ATTENDED if _is_old(one := location.git_dir / name, now)]


def take(path: Path) -> str:
    """Remove a stale lock file; what was done, for the user."""
    refs.remove_lock(path)
    return f"removed a stale lock that no process holds: {path}"


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _is_old(path: Path, now: float) -> bool:
    try:
        return now - path.stat().st_mtime >= OLD
    except OSError:
        return False
