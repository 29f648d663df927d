"""Ledgers and folders of plain files to measure, built by appending and kept for the next time."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import factory_git
from factory_git.api import Ledger, Record, RecordId, make
from factory_git.ledger.record import encode
from tests.benchmarks import ledger_plain

RECIPE = 1  # of the records below: what was kept of another is built anew
WORDS = [f"word{n}" for n in range(500)]
BATCH = 100  # records a transaction
MEMORY = 100  # one record in so many is a memory, which `state` folds
REF = "refs/factory/ledger"
ENV = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "bench"), ("EMAIL", "bench@example.com"))
    },
}


# What the measured processes load: compiled once before, wherever else nothing is written beside the source.
LOADED = "import jsonschema, factory_git.api, " + ", ".join(
    f"factory_git.cli.{verb}"
    for verb in ("list", "log", "maintenance", "search", "show", "state", "sync", "tree", "verify")
)


def settle(keep: Path) -> None:
    """Give this process and its children a world of their own: an identity, no user's settings, compiled modules."""
    os.environ |= ENV | {"PYTHONPYCACHEPREFIX": str(keep / "pycache")}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-c", LOADED], check=True)


def record(n: int, parents: list[RecordId]) -> Record:
    """The ``n``-th record: 0.65 KB, always the same; ``key<n/10>`` is a word that ten records have."""
    text = " ".join([*random.Random(n).choices(WORDS, k=69), f"key{n // 10}"])
    if n % MEMORY == MEMORY - 1:
        scope = f"task:t{n // MEMORY % 50}"
        payload = {"title": f"memory {n}", "scope": scope, "kind": "entry", "state": "kept", "text": text}
        return make("memory", payload, parents)
    return make("note", {"title": f"note {n}", "n": n, "text": text}, parents)


@dataclass(slots=True)
class Pace:
    """The machine's clock, or one on which the ``n``-th transaction is ``pace`` seconds after the one before."""

    pace: float
    transactions: int = 0

    def now(self) -> datetime:
        if not self.pace:
            return datetime.fromtimestamp(time.time(), tz=UTC)
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.pace * self.transactions)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(slots=True)
class Filler:
    """Appends records to a ledger, each with one of the last hundred as its parent."""

    ledger: Ledger
    clock: Pace
    last: list[RecordId] = field(default_factory=list)
    count: int = 0

    def make(self, count: int) -> list[Record]:
        """The next ``count`` records."""
        made = []
        for _ in range(count):
            parents = [self.last[random.Random(-self.count).randrange(len(self.last))]] if self.last else []
            made.append(record(self.count, parents))
            self.last = [*self.last[-99:], made[-1].id]
            self.count += 1
        return made

    def append(self, made: list[Record]) -> float:
        """Seconds for one transaction of these records."""
        self.clock.transactions += 1
        start = time.perf_counter()
        self.ledger.append(made)
        return time.perf_counter() - start

    def fill(self, count: int) -> list[RecordId]:
        """Append ``count`` records, a hundred a transaction."""
        made: list[RecordId] = []
        while len(made) < count:
            some = self.make(min(BATCH, count - len(made)))
            self.append(some)
            made += [one.id for one in some]
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A ledger of ``size`` records in ``folder/repo``, and the same records in ``folder/plain``; not to be changed."""

    size: int
    folder: Path
    work: Path
    pace: float
    built: dict[str, Any]

    @property
    def plain(self) -> Path:
        """The folder of plain files."""
        return self.folder / "plain"

    def id(self, n: int) -> RecordId:
        """The id of the ``n``-th record, counted from the end where negative."""
        with (self.folder / "ids").open("rb") as file:
            file.seek(41 * (n % self.size))
            return RecordId(file.read(40).decode())

    @contextmanager
    def copy(self, name: str) -> Iterator[Path]:
        """A repository of its own with this ledger and its index; packs are the same files, which nothing changes."""
        target = self.work / f"{name}-{self.size}"
        copy(self.folder / "repo", target)
        os.sync()  # or the first append pays for the copy
        try:
            yield target
        finally:
            shutil.rmtree(target)

    def filler(self, repo: Path, *, apart: int = 0) -> Filler:
        """What goes on in a copy of this ledger; ``apart`` makes other records than another one's."""
        clock = Pace(self.pace, self.size // BATCH)
        last = [self.id(n) for n in range(max(0, self.size - 100), self.size)]
        return Filler(factory_git.open(repo, clock=clock), clock, last, self.size + apart)


def copy(source: Path, target: Path) -> None:
    """Copy a repository; the files of its object store are linked."""

    def one(path: str, to: str) -> str:
        (os.link if "/.git/objects/" in path else shutil.copy2)(path, to)
        return to

    shutil.copytree(source, target, copy_function=one)


def ground(keep: Path, work: Path, size: int, pace: float) -> Ground:
    """What is kept of that size, built where it is not there: on top of the largest smaller one that is."""
    folder = keep / f"{size}-{pace:g}-{RECIPE}"
    if not (folder / "built.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _build(folder, size, pace, _below(keep, size, pace))
    git("config", "factory.fsync", "true", cwd=folder / "repo")
    # Another version of the program makes another index: that is no part of what is measured.
    call = [sys.executable, "-m", "factory_git", "list", "-n", "1"]
    subprocess.run(call, cwd=folder / "repo", check=True, stdout=subprocess.DEVNULL)
    built = json.loads((folder / "built.json").read_bytes())
    return Ground(size=size, folder=folder, work=work, pace=pace, built=built)


def _below(keep: Path, size: int, pace: float) -> Ground | None:
    found = sorted(int(path.parent.name.partition("-")[0]) for path in keep.glob(f"*-{pace:g}-{RECIPE}/built.json"))
    smaller = [one for one in found if one < size and one % BATCH == 0]
    return ground(keep, keep, smaller[-1], pace) if smaller else None


def _build(folder: Path, size: int, pace: float, below: Ground | None) -> None:
    repo, plain = folder / "repo", folder / "plain"
    if below:
        copy(below.folder / "repo", repo)
        shutil.copytree(below.plain, plain, copy_function=os.link)
        shutil.copy(below.folder / "ids", folder)
    else:
        plain.mkdir(parents=True)
        git("init", "-q", str(repo), cwd=folder)
    for name, value in (("factory.fsync", "false"), ("factory.maintenance", "false"), ("gc.auto", "0")):
        git("config", name, value, cwd=repo)
    filler = below.filler(repo) if below else _first(repo, pace)
    built = below.built if below else {"seconds": 0.0, "bytes": 0}
    taken, own = _fill(folder, filler, size)
    filler.ledger.close()
    (folder / "built.json").write_text(json.dumps({"seconds": built["seconds"] + taken, "bytes": built["bytes"] + own}))


def _first(repo: Path, pace: float) -> Filler:
    clock = Pace(pace)
    filler = Filler(factory_git.open(repo, clock=clock), clock)
    filler.ledger.register("note", {"type": "object", "required": ["text"]})
    return filler


def _fill(folder: Path, filler: Filler, size: int) -> tuple[float, int]:
    """Append, write plain files and ids; seconds of appending, and the records' own bytes."""
    taken, own = 0.0, 0
    with (folder / "ids").open("a") as ids:
        while filler.count < size:
            made = filler.make(min(BATCH, size - filler.count))
            taken += filler.append(made)
            files = [(one.id, encode(one)) for one in made]
            ledger_plain.write(str(folder / "plain"), files, durable=False)
            own += sum(len(data) for _, data in files)
            ids.writelines(f"{one.id}\n" for one in made)
    return taken, own


def git(*args: str, cwd: Path) -> str:
    """Git in ``cwd``."""
    return subprocess.run(["git", *args], cwd=cwd, check=True, capture_output=True, text=True).stdout


def objects(repo: Path) -> int:
    """Bytes of the object store."""
    return size_of(repo / ".git" / "objects")


def packs(repo: Path) -> int:
    """How many packs there are."""
    return len(list((repo / ".git" / "objects" / "pack").glob("*.pack")))


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
