"""A place where one application runs: its releases, each with code and database, and which of them is the current one.

::

    TARGET/run.py                       runs what is current: python run.py show triage
    TARGET/current                      → releases/0002-1.1.0-1f0c2a9b (a link; a file with the name where none can be)
    TARGET/data/app.db                  → ../current/app.db
    TARGET/releases/0002-1.1.0-…/       the code of a version, its database app.db, release.json

Code and database lie side by side, so that one step, the switch of ``current``, brings both: before it the old version
runs on the old data, after it the new one on the new data, and there is no moment between. The database of a release
that was current is the backup of the next one's; nothing here is ever deleted but what a killed process left half made.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.core import files
from factory_git.core.clock import Clock
from factory_git.core.errors import Conflict, InvalidInput, UsageError
from factory_git.executors.application import Application
from factory_git.gitio import lock

FORMAT = 1
STATE, RELEASE, PENDING, DATABASE, CURRENT = "target.json", "release.json", "unrecorded", "app.db", "current"
LOCK, OWNER = "lock", "lock.owner"
_HALF = "."  # names that begin so are half made
RUN = '''\
"""Runs what is deployed here: python run.py show, python run.py serve …"""

import json
import runpy
import sys
from pathlib import Path

sys.dont_write_bytecode = True
here = Path(__file__).resolve().parent
pointer = here / "current"
release = pointer.resolve() if pointer.is_dir() else here / "releases" / pointer.read_text().strip()
package = json.loads((release / "release.json").read_text())["package"]
sys.path.insert(0, str(release))
if not any(word == "--db" or word.startswith("--db=") for word in sys.argv):
    sys.argv[1:1] = ["--db", str(release / "app.db")]
runpy.run_module(package, run_name="__main__", alter_sys=True)
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version that was brought here. ``facts`` are those of its deployment: what its record says, and its parents."""

    folder: Path
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def database(self) -> Path:
        """Its database."""
        return self.folder / DATABASE

    @property
    def record(self) -> str:
        """The id of its deployment's record."""
        return str(self.facts["record"])

    @property
    def payload(self) -> Mapping[str, Any]:
        """What the record says."""
        payload: Mapping[str, Any] = self.facts["payload"]
        return payload

    @property
    def application(self) -> Application:
        """Its code."""
        return Application(root=self.folder, package=str(self.facts["package"]), label=f"release {self.name}")

    @property
    def files(self) -> tuple[str, ...]:
        """The application's own files in it; what it writes there while it runs is not among them."""
        return tuple(str(name) for name in self.facts["files"])

    @property
    def pending(self) -> bool:
        """Whether its record is still to be written into the ledger."""
        return (self.folder / PENDING).exists()

    @property
    def words(self) -> str:
        """How messages call it."""
        return f"{self.payload['app']} {self.payload['version']} ({str(self.payload['commit'])[:12]})"


@dataclass(frozen=True, slots=True)
class Target:
    """A target's folder, which need not be there yet."""

    folder: Path

    @property
    def releases(self) -> Path:
        """Where the releases are."""
        return self.folder / "releases"

    @property
    def state(self) -> Mapping[str, Any]:
        """Which application and which variant of it lives here; empty before the first deployment.

        Raises :class:`InvalidInput` for a folder that something else is in, or that a newer program made.
        """
        try:
            state = json.loads((self.folder / STATE).read_bytes())
        except FileNotFoundError:
            if self.folder.exists() and (not self.folder.is_dir() or any(self._strange())):
                message = f"{self.folder} is no deployment target, and it is not empty"
                raise UsageError(message, code="deploy/not-a-target", hint="name another folder: --to FOLDER") from None
            return {}
        except ValueError as error:
            raise InvalidInput(f"{self.folder / STATE} cannot be read: {error}", code="deploy/target") from error
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise InvalidInput(f"{self.folder / STATE} is not of format {FORMAT}", code="deploy/target")
        return state

    def _strange(self) -> Iterator[str]:
        return (path.name for path in self.folder.iterdir() if path.name not in (LOCK, OWNER))

    def current(self) -> Release | None:
        """What runs here; None before the first deployment."""
        pointer = self.folder / CURRENT
        if pointer.is_symlink():
            return self.release(pointer.readlink().name)
        return self.release(pointer.read_text().strip()) if pointer.is_file() else None

    def release(self, name: str) -> Release:
        """A release by its folder's name. Raises :class:`InvalidInput` for one that is damaged."""
        place = self.releases / name
        try:
            return Release(folder=place, facts=json.loads((place / RELEASE).read_bytes()))
        except (OSError, ValueError) as error:
            raise InvalidInput(f"{place} cannot be read: {error}", code="deploy/release") from error

    def all(self) -> list[Release]:
        """Every whole release, oldest first."""
        names = sorted(p.name for p in self.releases.iterdir()) if self.releases.is_dir() else []
        return [self.release(name) for name in names if not name.startswith(_HALF)]

    def number(self) -> int:
        """The number of the next release."""
        failed = [p.name for p in (self.folder / "failed").glob("[0-9]*")]
        names = [*failed, *(release.name for release in self.all())]
        return max((int(name.partition("-")[0]) for name in names), default=0) + 1

    # Changes. The caller holds the lock.

    def prepare(self, app: str, variant: str) -> None:
        """Make the folder one of ``app``; every part of it may be there already."""
        self.releases.mkdir(parents=True, exist_ok=True)
        state = {"format": FORMAT, "app": app, "variant": variant}
        files.write(self.folder / STATE, json.dumps(state, indent=1).encode() + b"\n")
        if not (self.folder / "run.py").is_file() or (self.folder / "run.py").read_text() != RUN:
            files.write(self.folder / "run.py", RUN.encode())

    def stage(self, name: str, contents: Mapping[str, bytes]) -> Path:
        """A new folder, not yet a release, with these files."""
        place = self.releases / f"{_HALF}{name}"
        shutil.rmtree(place, ignore_errors=True)
        for path, content in contents.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
        return place

    def name(self, staged: Path, facts: Mapping[str, Any]) -> Release:
        """Make a staged folder a release, its record still to be written."""
        files.write(staged / RELEASE, json.dumps(facts, indent=1, sort_keys=True, default=str).encode() + b"\n")
        (staged / PENDING).touch()
        _flush(staged)
        place = staged.with_name(staged.name.removeprefix(_HALF))
        staged.rename(place)
        _sync(self.releases)
        return self.release(place.name)

    def switch(self, release: Release) -> None:
        """Make a release the current one, at once or not at all."""
        pointer, fresh = self.folder / CURRENT, self.folder / f"{_HALF}{CURRENT}"
        with suppress(FileNotFoundError):
            fresh.unlink()
        try:
            fresh.symlink_to(f"releases/{release.name}")
        except (OSError, NotImplementedError):
            files.write(pointer, f"{release.name}\n".encode())
        else:
            fresh.replace(pointer)
        _sync(self.folder)
        self._data()

    def _data(self) -> None:
        """The fixed address of the database, where links can be made."""
        place = self.folder / "data" / DATABASE
        if (self.folder / CURRENT).is_symlink() and not place.is_symlink():
            place.parent.mkdir(exist_ok=True)
            with suppress(OSError):
                place.symlink_to(f"../{CURRENT}/{DATABASE}")

    def set_aside(self, release: Release) -> Path:
        """Take a release that failed after the switch out of the row; nothing of it is deleted."""
        place = self.folder / "failed" / release.name
        place.parent.mkdir(exist_ok=True)
        release.folder.rename(place)
        return place

    def recorded(self, release: Release) -> None:
        """The release's record is in the ledger."""
        (release.folder / PENDING).unlink(missing_ok=True)

    def sweep(self) -> list[str]:
        """Remove what killed processes left half made: folders that never became a release. Their names."""
        here = self.current()
        left = [p for p in self.folder.glob(f"{_HALF}*") if p.name != f"{_HALF}{CURRENT}"]
        left += list(self.releases.glob(f"{_HALF}*")) if self.releases.is_dir() else []
        # Named and never switched to: nobody was told of it, and its database is a copy.
        last = self.all()[-1:] if self.releases.is_dir() else []
        left += [one.folder for one in last if one.pending and (here is None or one.name != here.name)]
        for place in left:
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        return sorted(place.name for place in left)


@contextmanager
def claimed(folder: Path, clock: Clock) -> Iterator[None]:
    """Hold a target. Raises :class:`Conflict` (``deploy/busy``) that names who does; death frees it."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            held = stack.enter_context(lock.owned(folder / LOCK, folder / OWNER, clock))
        except Conflict as error:
            hint = "wait for it; what a killed one left is put right by the next"
            message = f"another deployment to {folder} is at work: {error.details['owner']}"
            raise Conflict(message, code="deploy/busy", hint=hint) from error
        if not held:
            message = f"the file system of {folder} has no locks: two deployments at once could not be told apart"
            raise UsageError(message, code="deploy/no-locks", hint="put the target on a local disk")
        yield


def release_name(number: int, version: str, digest: str) -> str:
    """The folder's name of a release: it sorts by number and says what it is."""
    return f"{number:04}-{re.sub(r'[^A-Za-z0-9.+-]', '_', version)}-{digest[:8]}"


def _flush(folder: Path) -> None:
    """Every file of a folder to disk, so that a name never stands for content that a power cut takes."""
    for place in [folder, *folder.rglob("*")]:
        _sync(place)


def _sync(place: Path) -> None:
    with suppress(OSError):  # some systems open no folders
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
