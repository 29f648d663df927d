"""What whole processes take on one ledger, and what the same work takes on plain files."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factory_git.ledger.record import encode
from tests.benchmarks import ledger_child, ledger_plain
from tests.benchmarks.ledger_ground import REF, Filler, Ground, git, objects, packs, size_of

LONG = 10.0  # seconds after which nothing is measured once more
BARE = [sys.executable, "-I", "-S"]
FACTORY = [sys.executable, "-m", "factory_git"]

Figures = dict[str, Any]


def nothing() -> None:
    """There is nothing to prepare."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do with ``git factory``, and with plain files (empty: there is no such thing)."""

    name: str
    ours: Sequence[str]
    plain: Sequence[str] = ()
    prepare: Callable[[], None] = nothing
    ok: tuple[int, ...] = (0,)
    once: bool = False


@dataclass(slots=True)
class Bench:
    """Measures in one repository; ``figures`` are by the task's name: seconds and MB, ours and plain."""

    ground: Ground
    repo: Path
    rounds: int
    new: int  # records that are caught up with, verified, synchronised
    figures: dict[str, Figures] = field(default_factory=dict)

    def measure(self, task: Task) -> None:
        """Do it some times, ours and the plain way in turns; the medians count."""
        ours: list[Figures] = []
        plain: list[Figures] = []
        while len(ours) < (1 if task.once else self.rounds) and sum(one["seconds"] for one in ours + plain) < LONG:
            task.prepare()
            ours.append(child(self.repo, task.ours, ok=task.ok))
            if task.plain:
                plain.append(child(self.ground.plain, task.plain, ok=task.ok))
        self.note(task.name, ours, plain)

    def once(self, name: str, ours: Sequence[str], plain: Sequence[str] = (), *, at: Path | None = None) -> None:
        """Do what can be done once only."""
        done = [child(at or self.repo, ours)]
        self.note(name, done, [child(self.ground.plain, plain)] if plain else [])

    def note(self, name: str, ours: list[Figures], plain: list[Figures]) -> None:
        """Keep the medians."""
        self.figures[name] = _median(ours) | {f"plain_{key}": value for key, value in _median(plain).items()}
        wrong = [one["failed"] for one in ours + plain if "failed" in one]
        self.figures[name] |= {"failed": wrong[0]} if wrong else {}


def _median(found: list[Figures]) -> Figures:
    return {key: statistics.median(one[key] for one in found) for key in ("seconds", "cpu", "mb")} if found else {}


def child(folder: Path, command: Sequence[str], *, ok: tuple[int, ...] = (0,)) -> Figures:
    """Seconds, those of processors, peak memory (MB) of a command; ``failed`` says why, and the rest goes on."""
    call = [*BARE, ledger_child.__file__, str(folder), *command]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    figures: Figures = json.loads(done.stdout)
    if figures["code"] not in ok:
        figures["failed"] = f"{' '.join(command)}: {figures['code']} {' '.join(figures['said'].split())}"
    return figures


def plain(ground: Ground, verb: str, *args: str) -> list[str]:
    """The command that does something with the plain files."""
    return [*BARE, ledger_plain.__file__, verb, str(ground.plain), *args]


def reading(ground: Ground, repo: Path) -> list[Task]:
    """What is asked of a ledger."""
    size = ground.size
    last, first, recent = ground.id(-1), ground.id(0), ground.id(max(0, size - 500))
    half = str(max(1, size // 200))
    local = repo / ".git" / "factory"

    def grep(*words: str) -> list[str]:
        return ["grep", "-rl", *words, str(ground.plain)]

    def forget_state() -> None:
        shutil.rmtree(local / "folds", ignore_errors=True)

    def forget_index() -> None:
        for path in local.glob("index.sqlite*"):
            path.unlink()

    return [
        Task("python -c pass", [sys.executable, "-c", "pass"]),
        Task("show", [*FACTORY, "show", last], ["cat", f"{last}.json"]),
        Task("list --type -n 20", [*FACTORY, "list", "--type", "note", "-n", "20"],
             plain(ground, "list", "note", "20")),
        Task("list --type -r -n 20", [*FACTORY, "list", "--type", "memory", "-r", "-n", "20"],
             plain(ground, "list", "memory", "20")),
        Task("list, all", [*FACTORY, "list"], plain(ground, "list")),
        Task("list --json, all", [*FACTORY, "list", "--json"], plain(ground, "list")),
        Task("log -n 20", [*FACTORY, "log", "-n", "20"], plain(ground, "log", "20")),
        Task("tree --json up, deep", [*FACTORY, "tree", "--json", last], plain(ground, "up", last)),
        Task("tree up, of 500", [*FACTORY, "tree", ground.id(min(500, size - 1))],
             plain(ground, "up", ground.id(min(500, size - 1)))),
        Task("tree down, wide: all", [*FACTORY, "tree", "--down", first], plain(ground, "down", first)),
        Task("tree down, of 500", [*FACTORY, "tree", "--down", recent], plain(ground, "down", recent)),
        Task("index rebuild", [*FACTORY, "list", "-n", "1"], prepare=forget_index),
        Task("search, first time", [*FACTORY, "search", "key0"], grep("-w", "key0"), once=True),
        Task("search, rare word", [*FACTORY, "search", "key0"], grep("-w", "key0")),
        Task("search, frequent word", [*FACTORY, "search", "word7"], grep("-w", "word7"), ok=(0, 1)),
        Task("search, phrase", [*FACTORY, "search", '"word7 word8"'], grep("-w", "word7 word8"), ok=(0, 1)),
        Task("search, prefix", [*FACTORY, "search", "word12*"], grep("-w", "word12[0-9]*"), ok=(0, 1)),
        Task("state, first time", [*FACTORY, "state"], plain(ground, "state"), prepare=forget_state),
        Task("state", [*FACTORY, "state"], plain(ground, "state")),
        Task("state --at, half way", [*FACTORY, "state", "--at", half], plain(ground, "state", str(size // 2))),
        Task("verify --full", [*FACTORY, "verify", "--full"], plain(ground, "verify")),
    ]  # fmt: skip


def run(ground: Ground, rounds: int, new: int) -> dict[str, Figures]:
    """All of it on one ledger: seconds and MB by task, and ``disk``; ``new`` records come from another clone."""
    with ground.copy("here") as here, ground.copy("there") as there:
        bench = Bench(ground, here, rounds, new)
        for task in reading(ground, here):
            bench.measure(task)
        clones(bench, there)
    bench.figures["disk"] = care(bench)
    return bench.figures


def clones(bench: Bench, there: Path) -> None:
    """Records come from another clone, by way of a remote that got the whole ledger from this one."""
    ground, here = bench.ground, bench.repo
    remote, fresh, files = (ground.work / f"{name}-{ground.size}" for name in ("remote", "fresh", "files"))
    git("init", "-q", "--bare", str(remote), cwd=here)
    for repo in (here, there):
        git("remote", "add", "origin", remote.as_uri(), cwd=repo)
    bench.once("sync, send all", [*FACTORY, "sync"])
    _clone(bench, remote, fresh, files)
    ours, theirs = ground.filler(here, apart=10**8), ground.filler(there)
    bench.once("sync, nothing new", [*FACTORY, "sync"])
    child(there, [*FACTORY, "sync"])
    made = theirs.fill(bench.new)
    bench.once("sync, send new", [*FACTORY, "sync"], at=there)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=here)  # the index knows nothing of it
    bench.once("show, new caught up", [*FACTORY, "show", made[-1]])
    bench.once("search, new caught up", [*FACTORY, "search", "key0"])
    bench.once("verify, new", [*FACTORY, "verify"], plain(ground, "verify"))
    theirs.fill(bench.new)
    child(there, [*FACTORY, "sync"])
    bench.once("sync, receive new", [*FACTORY, "sync"])
    theirs.fill(bench.new)
    ours.fill(bench.new)
    child(there, [*FACTORY, "sync"])
    bench.once("sync, new both ways", [*FACTORY, "sync"])
    _sync_files(bench, files, theirs)
    for path in (remote, fresh, files):
        shutil.rmtree(path)
    for filler in (ours, theirs):
        filler.ledger.close()


def _clone(bench: Bench, remote: Path, fresh: Path, files: Path) -> None:
    git("init", "-q", str(fresh), cwd=bench.repo)
    fetch = ["git", "fetch", "-q", remote.as_uri(), f"{REF}:{REF}"]
    bench.once("clone of the ref", fetch, ["cp", "-r", ".", str(files)], at=fresh)
    bench.once(
        "first list -n 20 after it", [*FACTORY, "list", "-n", "20"], plain(bench.ground, "list", "", "20"), at=fresh
    )


def _sync_files(bench: Bench, files: Path, filler: Filler) -> None:
    """The same number of new records, brought from one folder of plain files to another."""
    new = [(one.id, encode(one)) for one in filler.make(bench.new)]
    ledger_plain.write(str(files), new, durable=False)
    taken = child(files, plain(bench.ground, "sync", str(files)))
    for name in ("sync, send new", "sync, receive new", "sync, new both ways"):
        bench.figures[name] |= {f"plain_{key}": taken[key] for key in ("seconds", "cpu", "mb")}
    for name, _ in new:
        (bench.ground.plain / f"{name}.json").unlink()


def care(bench: Bench) -> Figures:
    """Bytes on disk as written, after maintenance, after gc; what both take."""
    ground = bench.ground
    with ground.copy("care") as repo:
        out = {"own": ground.built["bytes"], "as_written": objects(repo), "packs": packs(repo)}
        bench.once("maintenance", [*FACTORY, "maintenance"], at=repo)
        out |= {"maintained": objects(repo), "packs_maintained": packs(repo)}
        bench.once("git gc", ["git", "gc", "-q"], at=repo)
        out |= {"after_gc": objects(repo), "index": size_of(repo / ".git" / "factory")}
    out["plain"] = sum(entry.stat().st_blocks * 512 for entry in os.scandir(ground.plain))
    return out
