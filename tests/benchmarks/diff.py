"""How long a diff of two specifications takes as they grow, and how much memory: prints a table.

    python -m tests.benchmarks.diff [NODES…]

The second specification has a field more in every tenth entity, another bound in every tenth, another order of its
steps, and one panel less. ``differ`` says what differs, ``compare`` what it means; nothing is run here, because no rule
changed nor what one reads. Times are of the processor. µs/node is of graph and compare: it should stay level. Peak is
of all of it, in megabytes, as Python allocates. Below: the search for a counterexample to a guardrail of the farm.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import TypeVar

from factory_git.core.resources import folder
from factory_git.growth.compare import compare
from factory_git.growth.differ import differ, pair
from factory_git.spec import graph
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec
from tests.benchmarks.spec import text

T = TypeVar("T")
HEADS = ("nodes", "changes", "load", "graph", "pair", "differ", "compare", "µs/node", "peak MB")
FARMER = folder("templates") / "farmer" / "factory.yaml"
# An edit of the farm that weakens a guardrail, one that strengthens it, one that only says it otherwise.
SEARCHES = (
    ("weakened", "day >= s.date &&", "day > s.date &&"),
    ("weakened", "map(l, l.qty)) <= f.qty", "map(l, l.qty)) <= f.qty + 10"),
    ("strengthened", "map(l, l.qty)) <= f.qty", "map(l, l.qty)) < f.qty"),
    ("reworded", "map(l, l.qty)) <= f.qty", "map(l, l.qty)) <= f.qty * 1"),
)


def changed(content: str) -> str:
    """The second specification."""
    out = []
    for number, line in enumerate(content.splitlines()):
        if "id: text key" in line and number % 10 == 0:
            out += [line, "        more: text?"]
        elif "f1: {type: decimal, min: 0}" in line and number % 20 < 10:
            out.append(line.replace("min: 0", "min: 1"))
        else:
            out.append(line)
    steps = [n for n, line in enumerate(out) if line.lstrip().startswith("- {name: Step")]
    panels = [n for n, line in enumerate(out) if line.lstrip().startswith("- {name: Panel")]
    for first, second in zip(steps[::2], steps[1::2], strict=False):
        out[first], out[second] = out[second], out[first]
    if len(panels) > 1:
        out.pop(panels[-1])
    return "\n".join(out) + "\n"


def main(sizes: Sequence[int]) -> None:
    """Print both tables."""
    sys.stdout.write("".join(f"{head:>10}" for head in HEADS) + "\n")
    for size in sizes:
        old, new = (Source(path="f", content=one.encode()) for one in (text(size), changed(text(size))))
        row(old, new)
    sys.stdout.write(f"\n{'edit of the farm':<52}{'is':>14}{'seconds':>10}\n")
    for what, before, after in SEARCHES:
        searched(what, before, after)


def row(first: Source, second: Source) -> None:
    """One size."""
    seconds: list[float] = []
    old = timed(seconds, lambda: load([first]))
    new = load([second])
    graphs = timed(seconds, lambda: (graph.build(old), graph.build(new)))
    both = timed(seconds, lambda: pair(*graphs))
    changes = timed(seconds, lambda: differ(both))
    timed(seconds, lambda: compare(old, new))
    each = (seconds[1] + seconds[4]) / len(graphs[0].nodes) * 1e6
    shown = "".join(f"{one * 1000:>8.1f}ms" for one in seconds)
    sys.stdout.write(f"{len(graphs[0].nodes):>10}{len(changes):>10}{shown}{each:>10.1f}{peak(first, second):>10.1f}\n")


def peak(first: Source, second: Source) -> float:
    """The memory that loading and comparing takes, in megabytes."""
    tracemalloc.start()
    compare(load([first]), load([second]))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def searched(what: str, before: str, after: str) -> None:
    """One search, from two loaded specifications to the answer."""
    content = FARMER.read_text()
    old, new = _farm(content), _farm(content.replace(before, after))
    seconds: list[float] = []
    found = timed(seconds, lambda: compare(old, new))
    ids = {one.id.rpartition("-")[2] for one in found.mutations} | {r for one in found.mutations for r in one.reasons}
    said = what if any(what in one for one in ids) else f"not {what}"
    sys.stdout.write(f"{before + ' → ' + after:<52.52}{said:>14}{seconds[0]:>10.3f}\n")


def _farm(content: str) -> Spec:
    return load([Source(path="factory.yaml", content=content.encode())])


def timed(seconds: list[float], work: Callable[[], T]) -> T:
    """What ``work`` gives, and how long it took."""
    start = time.process_time()
    result = work()
    seconds.append(time.process_time() - start)
    return result


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [10, 100, 1_000, 10_000])
