"""What the ledger costs, as a table: appends per second at three sizes, bytes on disk, whole-process times of reading.

    python tests/benchmarks/ledger.py [--records 100000] [--rounds 3] [--no-fsync]

Records have 0.65 KB. "Flat" is the time of an append over that at ten records; sizes take turns and medians are shown,
so that a neighbour on the machine does not decide.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import factory_git
from factory_git.api import Ledger, Record, RecordId, make
from factory_git.ledger.projection import Query

SINGLE, BATCH = 300, 40  # appends measured: of one record, of a hundred
WORDS = [f"word{n}" for n in range(500)]


def note(random_: random.Random, n: int, parents: list[RecordId]) -> Record:
    """A record of about 0.65 KB."""
    text = " ".join(random_.choices(WORDS, k=70))
    return make("note", {"title": f"note {n}", "n": n, "text": text}, parents)


class Filler:
    """Makes records, each with one of the last hundred as its parent."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.count, self.random = ledger, 0, random.Random(1)
        self.last: list[RecordId] = []

    def records(self, count: int) -> list[Record]:
        """The next ``count`` records."""
        made = []
        for _ in range(count):
            parents = [self.random.choice(self.last)] if self.last else []
            made.append(note(self.random, self.count, parents))
            self.last = [*self.last[-99:], made[-1].id]
            self.count += 1
        return made

    def fill(self, total: int) -> None:
        """Append in transactions of a hundred until there are ``total``."""
        while self.count < total:
            self.ledger.append(self.records(min(100, total - self.count)))

    def append(self, size: int) -> float:
        """Seconds for one append of ``size`` records."""
        batch = self.records(size)
        start = time.perf_counter()
        self.ledger.append(batch)
        return time.perf_counter() - start


def on_disk(repo: Path) -> float:
    """Megabytes of the object store."""
    return sum(path.stat().st_size for path in (repo / ".git/objects").rglob("*") if path.is_file()) / 1e6


def process(repo: Path, *args: str, rounds: int) -> float:
    """Seconds a whole ``git factory ARGS`` takes, the median."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "factory_git", *args], cwd=repo, stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def appends(fillers: list[Filler]) -> None:
    """The table of appends: ledgers of several sizes take turns, so that a neighbour on the machine slows all alike."""
    sizes = [filler.count for filler in fillers]
    one, many = ([statistics.median(t) for t in turns(fillers, *what)] for what in ((1, SINGLE), (100, BATCH)))
    print(f"{'records':>9} {'ms/append of 1':>15} {'records/s':>10} {'ms/append of 100':>17} {'records/s':>10}")
    for size, single, batch in zip(sizes, one, many, strict=True):
        flat = f"flat: {single / one[0]:.2f} {batch / many[0]:.2f}"
        print(f"{size:>9} {single * 1e3:>15.2f} {1 / single:>10.0f} {batch * 1e3:>17.2f} {100 / batch:>10.0f}   {flat}")


def turns(fillers: list[Filler], size: int, times: int) -> list[list[float]]:
    """The times of each ledger's appends, one ledger after the other, ``times`` rounds."""
    rounds = [[filler.append(size) for filler in fillers] for _ in range(times)]
    return [[taken[position] for taken in rounds] for position in range(len(fillers))]


def reading(repo: Path, ids: list[RecordId], rounds: int) -> None:
    """The table of whole processes."""
    verbs = {
        "python -c pass": [],
        "show ID": ["show", ids[-1]],
        "show PREFIX": ["show", ids[-1][:12]],
        "list --type note -n 20": ["list", "--type", "note", "-n", "20"],
        "list --type note -r -n 20": ["list", "--type", "note", "-r", "-n", "20"],
        "list --text word7 -n 20": ["list", "--text", "word7", "-n", "20"],
        "list --type note (all)": ["list", "--type", "note"],
        "log -n 20": ["log", "-n", "20"],
        "tree (up)": ["tree", ids[-1]],
        "tree --down": ["tree", "--down", ids[0]],
    }
    for name, args in verbs.items():
        if args:
            taken = process(repo, *args, rounds=rounds)
        else:
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", "pass"], check=True)
            taken = time.perf_counter() - start
        print(f"{name:<28} {taken * 1e3:>9.0f} ms")
    for name, args in {"index rebuilt: show ID": ["show", ids[-1]], "verify": ["verify"]}.items():
        for path in (repo / ".git/factory").glob("index.sqlite*"):
            path.unlink()
        print(f"{name:<28} {process(repo, *args, rounds=1) * 1e3:>9.0f} ms")


def main() -> None:
    """Run everything once in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-fsync", action="store_true")
    options = parser.parse_args()
    for who in ("AUTHOR", "COMMITTER"):
        os.environ.setdefault(f"GIT_{who}_NAME", "bench")
        os.environ.setdefault(f"GIT_{who}_EMAIL", "bench@example.com")
    with tempfile.TemporaryDirectory() as folder:
        fillers = [
            opened(Path(folder, str(size)), size, fsync=not options.no_fsync)
            for size in (10, options.records // 10, options.records)
        ]
        appends(fillers)
        repo, ledger = Path(folder, str(options.records)), fillers[-1].ledger
        print(f"{fillers[-1].count} records, {len(list((repo / '.git/objects/pack').glob('*.pack')))} packs")
        ids = [row.id for row in ledger.rows(Query(type="note"))]
        ledger.close()
        reading(repo, ids, options.rounds)
        before = on_disk(repo)
        subprocess.run(["git", "gc", "-q"], cwd=repo, check=True)
        print(f"on disk: {before:.0f} MB, after git gc {on_disk(repo):.0f} MB")


def opened(repo: Path, size: int, *, fsync: bool) -> Filler:
    """A new repository whose ledger holds ``size`` records."""
    subprocess.run(["git", "init", "-q", repo], check=True)
    subprocess.run(["git", "config", "factory.fsync", str(fsync).lower()], cwd=repo, check=True)
    ledger = factory_git.open(repo)
    ledger.register("note", {"type": "object", "required": ["text"]})
    filler = Filler(ledger)
    filler.fill(size)
    return filler


if __name__ == "__main__":
    main()
