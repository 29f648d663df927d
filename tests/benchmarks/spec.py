"""How long reading, loading, checking and formatting of specs takes as they grow: prints a table.

    python tests/benchmarks/spec.py [NODES…]

A node is an entity, field, step, panel, guardrail or scenario. The last column is microseconds a node for loading and
building the graph: it should stay level.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from factory_git.core import yaml
from factory_git.spec import graph
from factory_git.spec.check import check
from factory_git.spec.format import formatted
from factory_git.spec.load import load
from factory_git.spec.model import Source

FIELDS = 6
PER_GROUP = 2 * (1 + FIELDS) + 4  # two entities with fields, a step, a panel, a guardrail, a scenario


def text(nodes: int) -> str:
    """A valid spec of about that many nodes."""
    groups = max(1, nodes // PER_GROUP)
    fields = "".join(f"\n        f{n}: {{type: decimal, min: 0}}" for n in range(FIELDS - 1))
    kinds, steps, panels, rules, proofs = [], [], [], [], []
    for n in range(groups):
        kinds.append(f"    - name: In{n}\n      fields:\n        id: text key{fields}")
        kinds.append(f"    - name: Out{n}\n      made: true\n      fields:\n        id: ref In{n}{fields}")
        assigned = ", ".join([f"f{k}: it.f{k} * 2" for k in range(FIELDS - 1)])
        steps.append(f"        - {{name: Step {n}, each: In{n}, make: Out{n}, set: {{id: it.id, {assigned}}}}}")
        panels.append(f"    - {{name: Panel {n}, shows: [Out{n}]}}")
        rules.append(f"    - {{name: Rule {n}, always: 'Out{n}.all(o, o.f0 >= 0)'}}")
        covers = f"covers: [safety.guardrails.rule_{n}]"
        proofs.append(f"  - {{name: Proof {n}, {covers}, when: {{run: p}}, then: ['size(Out{n}) == 0']}}")
    return "\n".join(
        [
            "factory: 1\napp: {id: big}\ndata_contracts:\n  entities:", *kinds,
            "workflows:\n  pipelines:\n    - name: P\n      steps:", *steps,
            "interface:\n  panels:", *panels, "safety:\n  guardrails:", *rules, "acceptance:", *proofs, "",
        ]
    )  # fmt: skip


def main(sizes: list[int]) -> None:
    """Print the table."""
    heads = ("nodes", "KB", "yaml", "load", "graph", "edges", "check", "fmt", "µs/node")
    sys.stdout.write("".join(f"{h:>9}" for h in heads) + "\n")
    for size in sizes:
        content = text(size).encode()
        times: list[float] = []
        _timed(times, yaml.parse, content, "f")
        spec = _timed(times, load, [Source(path="f", content=content)])
        whole = _timed(times, graph.build, spec)
        _timed(times, getattr, whole, "edges")
        _timed(times, check, spec)
        _timed(times, formatted, content, "f")
        each = (times[1] + times[2]) / len(whole.nodes) * 1e6
        shown = "".join(f"{t * 1000:>7.1f}ms" for t in times)
        sys.stdout.write(f"{len(whole.nodes):>9}{len(content) / 1024:>9.0f}{shown}{each:>9.1f}\n")


def _timed(times: list[float], work: Callable[..., Any], *args: Any) -> Any:
    start = time.perf_counter()
    result = work(*args)
    times.append(time.perf_counter() - start)
    return result


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [10, 100, 1_000, 10_000])
