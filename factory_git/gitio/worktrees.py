"""The factory's own working folders below ``<common>/factory/worktrees``: made, emptied and removed here only."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from factory_git.core.errors import RepositoryError
from factory_git.core.ids import Oid
from factory_git.gitio.child import GitFailed, git
from factory_git.gitio.lock import exclusive

ATTEMPTS = 3  # at `git worktree add`

# The user's hooks, line ends and monitors have no business in a folder whose bytes are measured.
PLAIN = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.fsmonitor=false",
    "-c", "core.sparseCheckout=false", "-c", "gc.auto=0", "-c", "advice.detachedHead=false",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A worktree of the repository and the branch it stands on (full ref name, or empty)."""

    path: Path
    branch: str
    busy: str = ""  # rebase, merge, … in progress


def folder(common_dir: Path, name: str) -> Path:
    """Where the working folder of that name lies."""
    return common_dir / "factory" / "worktrees" / name


def add(common_dir: Path, name: str, commit: str) -> Path:
    """A linked worktree of ``commit``, detached; what stood there under the same name is replaced."""
    path = folder(common_dir, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    # `git worktree add` reads the notes of all others and fails on one that is being written (Git 2.39: "failed to read
    # worktrees/x/commondir"). Ours are added one at a time; somebody else's may still come between, hence the retries.
    with exclusive(common_dir / "factory" / "worktrees.lock"):
        for attempt in range(ATTEMPTS):
            remove(common_dir, path)
            try:
                git(*PLAIN, "worktree", "add", "--quiet", "--detach", str(path), commit, cwd=common_dir)
                break
            except GitFailed:
                if attempt == ATTEMPTS - 1:
                    raise
                git("worktree", "prune", cwd=common_dir, ok=(0, 128))
    return path


def reset(path: Path, commit: str) -> None:
    """Make a worktree of :func:`add` exactly ``commit``: nothing changed, nothing left over."""
    git(*PLAIN, "checkout", "--quiet", "--force", "--detach", commit, cwd=path)
    git(*PLAIN, "clean", "-ffdxq", cwd=path)


def put(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a worktree, over whatever checkout filters made of them."""
    for name, content in files.items():
        place = path / name
        if place.is_symlink() or not place.is_file() or place.read_bytes() != content:
            place.unlink(missing_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def remove(common_dir: Path, path: Path) -> None:
    """Remove a working folder of the factory and Git's note of it; no error when it is not there."""
    if path.parent != folder(common_dir, "x").parent:
        raise RepositoryError(f"{path} is not a working folder of the factory")
    _erase(path)
    for note in (common_dir / "worktrees").glob(f"{path.name}*/gitdir"):
        with contextlib.suppress(OSError):
            if note.read_text().strip() == str(path / ".git"):
                shutil.rmtree(note.parent, ignore_errors=True)


def leftovers(common_dir: Path, prefix: str) -> list[Path]:
    """Working folders whose name begins with ``prefix``, in order."""
    place = folder(common_dir, "x").parent
    return sorted(p for p in place.glob(f"{prefix}*")) if place.is_dir() else []


def repair(common_dir: Path, prefix: str) -> list[str]:
    """Remove what killed runs left under names that begin with ``prefix``; the caller holds the lock of their owner.

    Nothing of value lies there: candidates are commits and pinned. Git's notes of folders that are gone are pruned.
    """
    gone = []
    for path in leftovers(common_dir, prefix):
        remove(common_dir, path)
        gone.append(path.name)
    for note in orphans(common_dir, prefix):
        shutil.rmtree(note, ignore_errors=True)
        gone.append(note.name)
    return gone


def orphans(common_dir: Path, prefix: str) -> list[Path]:
    """Git's notes of working folders of ours whose name begins so and that are gone; never those of a user's own."""
    out = []
    for file in sorted((common_dir / "worktrees").glob("*/gitdir")):
        try:
            place = Path(file.read_text().strip()).parent
        except (OSError, UnicodeDecodeError):
            continue
        if place.parent == folder(common_dir, "x").parent and place.name.startswith(prefix) and not place.exists():
            out.append(file.parent)
    return out


def checkouts(common_dir: Path) -> list[Checkout]:
    """The worktrees of the repository, the main one first; bare entries are left out."""
    found: list[Checkout] = []
    text = os.fsdecode(git("worktree", "list", "--porcelain", cwd=common_dir))
    for block in text.split("\n\n"):
        values = dict(line.partition(" ")[::2] for line in block.splitlines())
        if values.get("worktree") and "bare" not in values:
            found.append(Checkout(path=Path(values["worktree"]), branch=values.get("branch", "")))
    return found


def workspace(common_dir: Path, name: str, commit: str, *, sealed: bool) -> Path:
    """A folder for an agent: a small repository of its own whose HEAD is ``commit``, with no other ref and no remote.

    Whatever the agent does there with Git (commits, branches, hooks, configuration) stays there. Objects are borrowed
    from the repository, unless ``sealed``: then only what ``commit`` reaches is copied, and nothing else can be read.
    """
    path = folder(common_dir, name)
    remove(common_dir, path)
    path.mkdir(parents=True)
    git("init", "--quiet", "--template=", ".", cwd=path)
    if sealed:
        pack = git("pack-objects", "--revs", "--stdout", "-q", cwd=common_dir, stdin=f"{commit}\n".encode())
        git("index-pack", "--stdin", cwd=path, stdin=pack)
    else:
        info = path / ".git" / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "alternates").write_text(f"{common_dir / 'objects'}\n")
    git(*PLAIN, "checkout", "--quiet", "--detach", commit, cwd=path)
    return path


def own_state(common_dir: Path) -> dict[str, bytes]:
    """The parts of the repository that decide what Git runs: configuration, hooks, attributes, by relative path."""
    places: Iterable[Path] = (
        common_dir / "config",
        common_dir / "config.worktree",
        common_dir / "info" / "attributes",
        common_dir / "info" / "grafts",
        common_dir / "objects" / "info" / "alternates",
        *sorted((common_dir / "hooks").glob("*")),
    )
    out = {}
    for place in places:
        with contextlib.suppress(OSError):
            out[str(place.relative_to(common_dir))] = b"%o " % (place.stat().st_mode & 0o111) + place.read_bytes()
    return out


def restore_state(common_dir: Path, before: Mapping[str, bytes]) -> list[str]:
    """Put :func:`own_state` back and return the paths that had been changed."""
    now = own_state(common_dir)
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    for name in changed:
        place = common_dir / name
        with contextlib.suppress(OSError):
            place.unlink()
        if name in before:
            mode, _, content = before[name].partition(b" ")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(0o644 | int(mode, 8))
    return changed


def branches(common_dir: Path) -> dict[str, Oid]:
    """Every branch and tag and where it points."""
    out = git("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags", cwd=common_dir)
    pairs = (line.split(" ", 1) for line in os.fsdecode(out).splitlines())
    return {name: Oid(oid) for oid, name in pairs}


def _erase(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
        return
    for _ in range(3):  # something that is just dying may still write
        if not path.exists():
            return
        for place in path.rglob("*"):
            if place.is_dir() and not place.is_symlink() and not os.access(place, os.W_OK | os.X_OK):
                with contextlib.suppress(OSError):
                    place.chmod(0o700)
        shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        raise RepositoryError(f"{path} cannot be removed", hint="look at its permissions, remove it, run again")
