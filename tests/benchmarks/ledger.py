"""What the ledger costs at several sizes, beside plain JSON files in a folder, as Markdown tables.

    python -m tests.benchmarks.ledger [--sizes 10,10000,100000] [--keep FOLDER] [--json FILE]

Records have 0.65 KB; one in a hundred is a memory. Ledgers are built by appending (a hundred records a transaction,
without fsync) and never changed after that: everything is measured on copies, with fsync. ``--keep`` keeps them for the
next time. "New" are a thousand records. "Flat" is against the smallest size, sizes taking turns. Times are whole
processes, medians of ``--rounds``; what takes long or changes the ledger is done once. Processors' seconds tell what a
neighbour on the machine took away. Peak memory is that of the largest process, files it maps into memory included.
Plain files are what ``ledger_plain.py`` says; a ratio below one means that the ledger is the faster.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from factory_git.gitio.repack import MANY
from tests.benchmarks import ledger_appends, ledger_work
from tests.benchmarks.ledger_ground import ground, settle

Figures = dict[str, Any]
SINGLES, BATCHES, TOGETHER = 3 * MANY, 80, 320  # appends measured: of one (packs are joined thrice), of 100, by several
NEW = 1_000  # records that are caught up with, verified, synchronised


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = _parser().parse_args(arguments)
    sizes = sorted(int(size) for size in options.sizes.split(","))
    writers = [int(count) for count in options.writers.split(",")]
    with _folders(options.keep) as (keep, work):
        settle(keep)
        figures = measure(keep, work, sizes, writers, options)
    print("\n".join(tables(figures)))
    return 1 if any("failed" in one for work in figures["work"].values() for one in work.values()) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,10000,100000", help="records, comma-separated")
    parser.add_argument("--writers", default="1,2,8,32", help="numbers of processes that append at once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a twentieth of everything, one round: does it run?")
    parser.add_argument("--pace", type=float, default=0, help="seconds between transactions, as their dates say")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where ledgers are kept and found again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser


@contextmanager
def _folders(keep: Path | None) -> Iterator[tuple[Path, Path]]:
    """Where ledgers are kept, and a working folder on the same disk."""
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=keep) as work:
        yield (keep.absolute() if keep else Path(work)), Path(work).absolute()


def measure(keep: Path, work: Path, sizes: list[int], writers: list[int], options: argparse.Namespace) -> Figures:
    """Every figure, by table."""
    share, rounds = (20, 1) if options.quick else (1, options.rounds)
    grounds = []
    for size in sizes:
        _say(f"building {size:,}")
        grounds.append(ground(keep, work, size, options.pace))
    out: Figures = {
        "machine": f"{platform.platform()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "built": {one.size: one.built for one in grounds},
        "work": {},
    }
    _say("appends")
    out["by 1"] = ledger_appends.in_turns(grounds, 1, SINGLES // share)
    out["by 100"] = ledger_appends.in_turns(grounds, 100, BATCHES // share)
    _keep(out, options.json)
    _say("processes that append at once")
    small = [one for one in grounds if one.size <= 10_000] or grounds[:1]
    out["together"] = ledger_appends.together(small[-1], writers, TOGETHER // share)
    out["together_size"] = small[-1].size
    for one in grounds:
        _say(f"work at {one.size:,}")
        out["work"][one.size] = ledger_work.run(one, rounds, NEW // share)
        _keep(out, options.json)
    return out


def _keep(figures: Figures, path: Path | None) -> None:
    """What was measured so far; a long run may be ended."""
    if path:
        path.write_text(json.dumps(figures, indent=1) + "\n")


def tables(figures: Figures) -> Iterator[str]:
    """All figures as Markdown."""
    yield figures["machine"]
    for name in ("by 1", "by 100"):
        yield from _appends(name, figures[name])
    yield from _disk(figures)
    for size, work in figures["work"].items():
        yield from _work(size, work)
    yield from _growth(figures["work"])
    yield from _together(figures["together_size"], figures["together"])


def _appends(name: str, found: dict[int, Figures]) -> Iterator[str]:
    head = ["records", "records/s", "flat", "median ms", "flat", "longest ms", "plain records/s", "ratio",
            "bytes/record"]  # fmt: skip
    yield from _table(f"Appends {name}", head, ([
        f"{size:,}", f"{one['per_second']:,.0f}", f"{one['flat_total']:.2f}", f"{one['median_ms']:.2f}",
        f"{one['flat_median']:.2f}", f"{one['longest_ms']:.0f}", f"{one['plain_per_second']:,.0f}",
        f"{one['plain_ratio']:.2f}", f"{one['bytes_a_record']:.0f}",
    ] for size, one in found.items()))  # fmt: skip


def _disk(figures: Figures) -> Iterator[str]:
    head = ["records", "own MB", "as written (packs)", "maintained (packs)", "after gc", "index", "plain files",
            "own bytes a record", "maintained", "ratio", "built by 100: records/s"]  # fmt: skip
    rows = []
    for size, work in figures["work"].items():
        disk = work["disk"]
        own, kept = disk["own"] / size, disk["maintained"] / size
        rows.append([
            f"{size:,}", _mb(disk["own"]), f"{_mb(disk['as_written'])} ({disk['packs']})",
            f"{_mb(disk['maintained'])} ({disk['packs_maintained']})", _mb(disk["after_gc"]), _mb(disk["index"]),
            _mb(disk["plain"]), f"{own:.0f}", f"{kept:.0f}", f"{kept / own:.2f}",
            f"{size / figures['built'][size]['seconds']:,.0f}",
        ])  # fmt: skip
    yield from _table("On disk, MB", head, rows)


def _work(size: int, work: Figures) -> Iterator[str]:
    head = ["work", "s", "cpu s", "MB", "plain s", "cpu s", "plain MB", "ratio"]
    rows = []
    for name, one in work.items():
        if name != "disk":
            plain = one.get("plain_seconds")
            beside = [""] * 4
            if plain:
                beside = [f"{plain:.3f}", f"{one['plain_cpu']:.3f}", f"{one['plain_mb']:.0f}"]
                beside.append(f"{one['seconds'] / plain:.2f}")
            wrong = f" **failed**: {one['failed']}" if "failed" in one else ""
            rows.append([name + wrong, f"{one['seconds']:.3f}", f"{one['cpu']:.3f}", f"{one['mb']:.0f}", *beside])
    yield from _table(f"Whole processes at {size:,} records", head, rows)


def _growth(work: dict[int, Figures]) -> Iterator[str]:
    """Seconds and MB by size, and what the largest takes by the smallest."""
    sizes = list(work)
    rows = []
    for name in (one for one in work[sizes[0]] if one != "disk"):
        found = [work[size][name] for size in sizes]
        times = [f"{one['seconds']:.3f} s, {one['mb']:.0f} MB" for one in found]
        rows.append([name, *times, f"{found[-1]['seconds'] / found[0]['seconds']:.1f}"])
    yield from _table("Growth", ["work", *(f"{size:,}" for size in sizes), "times"], rows)


def _together(size: int, found: dict[int, Figures]) -> Iterator[str]:
    head = ["processes", "records", "records/s", "beside one", "first ms", "median ms", "longest ms", "retries",
            "naps at the lock", "failed", "lost"]  # fmt: skip
    yield from _table(f"Processes that append one by one at once, {size:,} records", head, ([
        str(count), str(one["records"]), f"{one['per_second']:.0f}", f"{one['beside_one']:.2f}",
        f"{one['first_ms']:.0f}", f"{one['median_ms']:.1f}", f"{one['longest_ms']:.0f}", str(one["retries"]),
        str(one["lock_waits"]), str(one["failed"]), str(one["lost"]),
    ] for count, one in found.items()))  # fmt: skip


def _table(title: str, head: Sequence[str], rows: Iterator[list[str]] | list[list[str]]) -> Iterator[str]:
    yield f"\n### {title}\n"
    yield f"| {' | '.join(head)} |"
    yield f"|---{'|--:' * (len(head) - 1)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f}" if size < 1e8 else f"{size / 1e6:,.0f}"


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
