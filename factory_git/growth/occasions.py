"""When a guardrail is asked: after every pipeline whose run has the arguments it reads, after every action if none.

A guardrail that reads an argument is not asked where there is none; so to read one more, or to take it from a pipeline,
weakens a guardrail without a word of it being other. Pure.
"""

from __future__ import annotations

from factory_git.core.ids import SpecPath
from factory_git.growth.differ import Pair
from factory_git.spec.expr.typed import run_arguments
from factory_git.spec.graph import Graph


def asked(graph: Graph, rail: SpecPath) -> frozenset[SpecPath]:
    """The pipelines and actions after which the guardrail at ``rail`` is asked; none for prose."""
    tree = graph.analysis.guardrails.get(rail)
    if tree is None:
        return frozenset()
    wanted = run_arguments(tree)
    after = [p.path for p in graph.spec.pipelines if wanted <= p.args.keys()]
    return frozenset(after if wanted else [*after, *(a.path for a in graph.spec.actions)])


def lost(both: Pair, rail: SpecPath) -> list[SpecPath]:
    """The pipelines and actions, by their newer addresses, after which the guardrail is asked no more."""
    before = {both.now.get(path) for path in asked(both.old, both.then[rail])}
    return sorted(path for path in before - asked(both.new, rail) if path is not None)
