"""Seconds to load, check and compile specs of 10 to 1,000 nodes: ``python -m tests.benchmarks.compile [--most 1000]``.

A node is an entity, a term, a step, a guardrail, a panel or a scenario; fields are not counted. ``again`` is the
compilation on top of its own result, as a run without changes does it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from factory_git.compiler.compile import compile_spec
from tests.compiler.support import previous, spec_of

T = TypeVar("T")
SIZES = (10, 30, 100, 300, 1000)


def spec_text(nodes: int) -> str:
    """A spec of about so many nodes: groups of six, each with an entity made from the one before it."""
    groups = max(1, nodes // 6)
    entities = ["    - {name: E0, fields: {id: text key, qty: decimal, day: date, note: text?}}"]
    terms, steps, rules, panels, proofs = [], [], [], [], []
    for n in range(1, groups + 1):
        entities.append(f"    - {{name: E{n}, made: true, fields: {{id: text key, qty: decimal, day: date}}}}")
        terms.append(f"  t{n}: {{args: {{d: date}}, is: 'E{n - 1}.exists(x, x.day == d && x.qty > {n})'}}")
        made = f"make: E{n}, set: {{id: it.id, qty: it.qty + {n}, day: it.day}}"
        steps.append(f"        - {{name: s{n}, each: E{n - 1}, where: '!t{n}(it.day) || it.qty > 0', {made}}}")
        rules.append(f"    - {{name: g{n}, always: 'E{n}.all(x, x.qty >= {n})'}}")
        panels.append(f"    - {{name: p{n}, shows: [E{n}]}}")
        given = "given: {E0: [[id, qty, day], [a, 1, 2026-01-01]]}"
        proofs.append(f"  - {{name: a{n}, {given}, when: {{run: all}}, then: ['size(E{n}) == 1']}}")
    return "\n".join(
        [
            "factory: 1",
            "app: {id: big, title: Big}",
            "terms:",
            *terms,
            "data_contracts:",
            "  entities:",
            *entities,
            "workflows:",
            "  pipelines:",
            "    - name: all",
            "      steps:",
            *steps,
            "safety:",
            "  guardrails:",
            *rules,
            "interface:",
            "  panels:",
            *panels,
            "acceptance:",
            *proofs,
            "",
        ]
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """The least seconds of three runs, and the result."""
    best, result = float("inf"), None
    for _ in range(3):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    assert result is not None
    return best, result


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Seconds to compile specs of growing size.")
    parser.add_argument("--most", type=int, default=SIZES[-1])
    options = parser.parse_args(arguments)
    print(f"{'nodes':>6} {'load':>8} {'compile':>8} {'again':>8} {'ms/node':>8} {'files':>6} {'KB':>7}")
    for nodes in (n for n in SIZES if n <= options.most):
        text = spec_text(nodes)
        load, spec = timed(lambda text=text: spec_of(text))  # type: ignore[misc]
        first, made = timed(lambda spec=spec: compile_spec(spec))  # type: ignore[misc]
        before = previous(made)
        again, _ = timed(lambda spec=spec, before=before: compile_spec(spec, before))  # type: ignore[misc]
        size = sum(len(f.content) for f in made.files.values()) / 1024
        each = 1000 * first / nodes
        print(f"{nodes:>6} {load:>8.3f} {first:>8.3f} {again:>8.3f} {each:>8.2f} {len(made.files):>6} {size:>7.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
