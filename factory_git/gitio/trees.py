"""The files that a check looks at, read by Git itself: the index, a commit, or the working tree.

The index is what Git says it is, ``GIT_INDEX_FILE`` of a running ``git commit`` included. Contents come from one
``git cat-file --batch``, however many files are asked for.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from factory_git.core.errors import IntegrityError, UsageError
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed
from factory_git.gitio.index_read import parse
from factory_git.gitio.locate import Location

FILE, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A path of a tree: mode and blob as Git has them. ``merged`` is False where a conflict is open."""

    mode: str
    oid: str
    merged: bool = True


INDEX, WORKTREE = "index", "worktree"
ANY = re.compile("")


class Tree(Protocol):
    """A set of files with their Git ids. ``origin`` is ``index``, ``worktree``, a commit's id, or empty: no commit."""

    location: Location
    origin: str

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Path (from the top, forward slashes) → entry."""

    def paths(self) -> Iterable[str]:
        """Every path, sorted."""

    def read(self, path: str) -> bytes:
        """The content of a file as Git stores it."""

    def load(self, paths: Iterable[str]) -> None:
        """Read many files at once, so that ``read`` has them."""


class BlobTree:
    """Files whose contents are blobs of the repository."""

    def __init__(self, location: Location, entries: Mapping[str, Entry], origin: str = "") -> None:
        self.location = location
        self.entries = entries
        self.origin = origin
        self._blobs: dict[str, bytes] = {}

    def paths(self) -> Iterable[str]:
        return sorted(self.entries)

    def load(self, paths: Iterable[str]) -> None:
        wanted = {self.entries[p].oid for p in paths if p in self.entries and self.entries[p].mode != SUBMODULE}
        missing = sorted(wanted - self._blobs.keys())
        if missing:
            self._blobs |= read_blobs(self.location, missing)

    def read(self, path: str) -> bytes:
        self.load([path])
        entry = self.entries[path]
        if entry.oid not in self._blobs:
            raise IntegrityError(f"{path}: its content ({entry.oid}) is not in the repository", code="git/missing-blob")
        return self._blobs[entry.oid]


class WorkTree:
    """The files on disk, tracked or not (ignored ones left out), with the ids that ``git add`` would give them."""

    origin = WORKTREE

    def __init__(
        self, location: Location, entries: Mapping[str, Entry], top: Path, typed: Mapping[str, bytes] | None = None
    ) -> None:
        self.location = location
        self._top = top
        self.entries = entries
        self.typed = typed or {}  # contents that an editor has, in place of those on disk

    def paths(self) -> Iterable[str]:
        return sorted(self.entries)

    def load(self, paths: Iterable[str]) -> None:
        """Nothing to do: the files are at hand."""

    def read(self, path: str) -> bytes:
        if path in self.typed:
            return self.typed[path]
        file = self._top / path
        if self.entries[path].mode == LINK:
            return os.fsencode(file.readlink())
        data = file.read_bytes()
        if b"\r\n" in data and blob_id(data, self.location.object_format) != self.entries[path].oid:
            data = data.replace(b"\r\n", b"\n")  # as Git would store it (core.autocrlf, text=auto)
        return data


def index(location: Location, *, only: re.Pattern[str] = ANY) -> BlobTree:
    """What ``git commit`` would record; of it, the paths in which ``only`` is found."""
    if location.worktree is None:
        raise UsageError("a bare repository has no index", code="usage/bare", hint="name a commit: --rev HEAD")
    found = listing(location, [":(top)"])
    return BlobTree(location, {path: _entry(what) for path, what in found.items() if only.search(path)}, INDEX)


def listing(location: Location, pathspecs: Sequence[str]) -> dict[str, str]:
    """Path → ``mode oid stage`` of the index entries that match, as :func:`index_read.entries` gives them."""
    return parse(ask(location, "ls-files", "--stage", "-z", "--full-name", "--", *pathspecs))


def commit(location: Location, revision: str, *, only: re.Pattern[str] = ANY) -> BlobTree:
    """The files of a commit in whose paths ``only`` is found. Raises :class:`UsageError` for an unknown revision."""
    try:
        oid = ask(location, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
    except GitFailed as error:
        raise UsageError(f"no commit {revision!r} here", code="usage/revision", hint="git log --oneline") from error
    name_of_commit = oid.decode().strip()
    out = ask(location, "ls-tree", "-r", "-z", "--full-tree", name_of_commit)
    found = {}
    for line in os.fsdecode(out).split("\0"):
        what, _, path = line.partition("\t")
        if path and only.search(path):
            mode, _, name = what.split(" ")
            found[path] = Entry(mode=mode, oid=name)
    return BlobTree(location, found, name_of_commit)


def worktree(location: Location, typed: Mapping[str, bytes] | None = None, *, only: re.Pattern[str] = ANY) -> WorkTree:
    """The files on disk in whose paths ``only`` is found; ``typed`` are contents that stand for those of some, as an
    editor has them.

    Raises :class:`UsageError` in a bare repository.
    """
    top = location.worktree
    if top is None:
        raise UsageError("a bare repository has no working tree", code="usage/bare", hint="name a commit: --rev HEAD")
    out = ask(location, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name", "--", ":(top)")
    names = sorted({name for name in os.fsdecode(out).split("\0") if name and only.search(name)})
    modes = {name: mode for name in names if (mode := _mode_on_disk(top / name))}
    files = [name for name, mode in modes.items() if mode in (FILE, EXECUTABLE)]
    oids = _hash_files(location, top, files)
    for name, mode in modes.items():
        if mode == LINK:
            oids[name] = blob_id(os.fsencode((top / name).readlink()), location.object_format)
    ids = {name: blob_id(data, location.object_format) for name, data in (typed or {}).items() if name in files}
    held = {name: typed[name] for name, oid in ids.items() if typed and oid != oids.get(name)}
    oids |= ids
    return WorkTree(location, {n: Entry(mode=m, oid=oids.get(n, "")) for n, m in modes.items()}, top, held)


def read_blobs(location: Location, oids: Iterable[str]) -> dict[str, bytes]:
    """Object id → content, of those that are there and are blobs; one child."""
    wanted = list(oids)
    if not wanted:
        return {}
    out = ask(location, "cat-file", "--batch", stdin="\n".join(wanted).encode() + b"\n")
    found: dict[str, bytes] = {}
    at = 0
    for oid in wanted:
        end = out.index(b"\n", at)
        words = out[at:end].split(b" ")
        at = end + 1
        if len(words) == 3:
            size = int(words[2])
            if words[1] == b"blob":
                found[oid] = out[at : at + size]
            at += size + 1
    return found


def blob_id(data: bytes, object_format: str) -> str:
    """The id of a blob in a repository of that object format."""
    return hashlib.new(object_format, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _entry(what: str) -> Entry:
    mode, oid, stage = what.partition("+")[0].split(" ")
    return Entry(mode=mode, oid=oid, merged=stage == "0")


def _mode_on_disk(file: Path) -> str:
    try:
        mode = file.lstat().st_mode
    except OSError:
        return ""
    if file.is_symlink():
        return LINK
    if file.is_dir():
        return SUBMODULE
    if not stat.S_ISREG(mode):
        return ""  # a pipe or a device is nothing that Git keeps, and reading it may never end
    return EXECUTABLE if mode & 0o100 else FILE


def _hash_files(location: Location, top: Path, names: list[str]) -> dict[str, str]:
    plain = [name for name in names if "\n" not in name and not name.startswith('"')]
    stdin = os.fsencode("\n".join(plain)) + b"\n" if plain else b""
    out = ask(location, "hash-object", "--stdin-paths", stdin=stdin)
    oids = dict(zip(plain, out.decode().split(), strict=True))
    for name in set(names) - set(plain):
        oids[name] = blob_id((top / name).read_bytes(), location.object_format)
    return oids
