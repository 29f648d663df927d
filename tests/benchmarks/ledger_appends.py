"""Appends: ledgers of several sizes in turn, so that a neighbour on the machine slows all alike; and many processes.

As a program, one of many processes that append: ``python -m tests.benchmarks.ledger_appends REPO WHICH COUNT``.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import factory_git
from factory_git.api import Ledger, RecordId
from factory_git.app.context import open_context
from factory_git.core import points
from factory_git.core.errors import FactoryError
from factory_git.gitio import lock
from factory_git.ledger.projection import Query
from factory_git.ledger.record import encode
from tests.benchmarks import ledger_plain
from tests.benchmarks.ledger_ground import Filler, Ground, objects, record

Figures = dict[str, Any]


@dataclasses.dataclass(slots=True)
class Turn:
    """One ledger and one size of transactions: seconds of each append, and of the same to plain files."""

    ground: Ground
    filler: Filler
    batch: int
    repo: Path
    bytes: int = 0
    ours: list[float] = dataclasses.field(default_factory=list)
    plain: list[float] = dataclasses.field(default_factory=list)

    def take(self) -> None:
        """Append once, every fourth time to plain files, too, which are removed again."""
        made = self.filler.make(self.batch)
        self.ours.append(self.filler.append(made))
        if len(self.ours) % 4 != 1:
            return
        files = [(one.id, encode(one)) for one in made]
        start = time.perf_counter()
        ledger_plain.write(str(self.ground.plain), files)
        self.plain.append(time.perf_counter() - start)
        for name, _ in files:
            (self.ground.plain / f"{name}.json").unlink()

    def tidy(self) -> None:
        """Maintain the ledger, and note how many bytes its objects have more than when it was maintained before."""
        self.filler.ledger.maintain()
        self.bytes = objects(self.repo) - self.bytes

    def figures(self) -> Figures:
        """Records a second over all appends (packs are joined in some); the median and the longest append; bytes."""
        ours, plain = statistics.fmean(self.ours), statistics.fmean(self.plain)
        return {
            "per_second": self.batch / ours,
            "median_ms": statistics.median(self.ours) * 1e3,
            "longest_ms": max(self.ours) * 1e3,
            "plain_per_second": self.batch / plain,
            "plain_ratio": ours / plain,
            "bytes_a_record": self.bytes / len(self.ours) / self.batch,
        }


def in_turns(grounds: Sequence[Ground], batch: int, times: int) -> dict[int, Figures]:
    """``times`` appends of ``batch`` records to a copy of each ledger; ``flat`` is by the smallest one's."""
    with ExitStack() as stack:
        turns = []
        for ground in grounds:
            repo = stack.enter_context(ground.copy(f"by{batch}"))
            turns.append(Turn(ground, ground.filler(repo), batch, repo))
        for turn in turns:
            turn.filler.append(turn.filler.make(1))  # opens it
            turn.tidy()  # or one has its packs joined while it is measured, and another has not
        for _ in range(times):
            for turn in turns:
                turn.take()
        for turn in turns:
            turn.tidy()
        out = {turn.ground.size: turn.figures() for turn in turns}
        for turn in turns:
            turn.filler.ledger.close()
    first = next(iter(out.values()))
    for one in out.values():
        one["flat_median"] = one["median_ms"] / first["median_ms"]
        one["flat_total"] = first["per_second"] / one["per_second"]
    return out


def together(ground: Ground, writers: Sequence[int], total: int) -> dict[int, Figures]:
    """``total`` records appended one by one by so many processes at once, each number on a copy of its own."""
    out = {}
    for count in writers:
        with ground.copy("together") as repo:
            out[count] = _together(ground, repo, count, max(1, total // count))
    first = next(iter(out.values()))
    for one in out.values():
        one["beside_one"] = one["per_second"] / first["per_second"]
    return out


def _together(ground: Ground, repo: Path, count: int, each: int) -> Figures:
    call = [sys.executable, "-m", "tests.benchmarks.ledger_appends", str(repo)]
    root, pipe = Path(__file__).parents[2], subprocess.PIPE
    children = [
        subprocess.Popen([*call, str(n), str(each)], cwd=root, stdin=pipe, stdout=pipe, text=True) for n in range(count)
    ]
    for one in children:
        assert one.stdout
        assert one.stdout.readline() == "ready\n"
    start = time.perf_counter()
    for one in children:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [json.loads(one.communicate()[0]) for one in children]
    seconds = time.perf_counter() - start
    ids = {id_ for one in said for id_ in one["ids"]}
    ledger = factory_git.open(repo)
    there = {row.id for row in ledger.rows(Query())}
    ledger.close()
    first = [one["seconds"][0] for one in said]
    taken = sorted(second for one in said for second in one["seconds"][1:]) or first
    return {
        "records": len(ids),
        "per_second": len(ids) / seconds,
        "first_ms": statistics.median(first) * 1e3,
        "median_ms": statistics.median(taken) * 1e3,
        "longest_ms": max(*first, *taken) * 1e3,
        "retries": sum(one["reads"] for one in said) - count * each,
        "lock_waits": sum(one["waits"] for one in said),
        "failed": sum(one["failed"] for one in said),
        "lost": len(ids - there) + count * each - len(ids) - sum(one["failed"] for one in said),
    }


def writer(repo: Path, which: int, count: int) -> Figures:
    """Append ``count`` records one by one: ids, seconds of each, reads of the tip, naps before the lock was free."""
    waits = reads = failed = 0
    seconds: list[float] = []
    ids: list[RecordId] = []

    def wait(nap: float) -> None:
        nonlocal waits
        waits += 1
        lock.sleep(nap)

    def reached(point: str) -> None:
        nonlocal reads
        reads += point == "append:tip-read"

    repository, index, settings = open_context(repo).ledger_parts()
    ledger = Ledger(repository, index, dataclasses.replace(settings, wait=wait))
    ledger.rows(Query(limit=1))
    print("ready", flush=True)
    sys.stdin.readline()
    with points.listening(reached):
        for n in range(count):
            start = time.perf_counter()
            try:
                ids += ledger.append([record(10**9 + which * 10**6 + n, [])])
            except FactoryError as error:
                failed += 1
                print(error, file=sys.stderr)
            seconds.append(time.perf_counter() - start)
    ledger.close()
    return {"ids": ids, "seconds": seconds, "reads": reads, "waits": waits, "failed": failed}


if __name__ == "__main__":
    print(json.dumps(writer(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
