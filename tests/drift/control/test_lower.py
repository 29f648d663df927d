"""Every call that the code map knows stands in the flow of its function, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.core.value import content
from factory_git.drift.kinds.callgraph import CallGraph
from factory_git.drift.kinds.control.flow import Do, Flow
from factory_git.drift.kinds.control.lower import Lower
from factory_git.drift.kinds.control.registry import MODULES, language
from tests.drift.memory_tree import code_of

GOLDEN = Path(__file__).parents[2] / "codemap" / "golden"
CHAINED = ("then", "catch", "finally")  # of promises: what they are given stands in the flow, in order


def calls(flow: object) -> Iterator[int]:
    if isinstance(flow, Do):
        yield flow.call
    elif isinstance(flow, Flow | tuple):
        for one in content(flow) if isinstance(flow, Flow) else flow:
            yield from calls(one)


@pytest.mark.parametrize("name", MODULES)
def test_every_call_stands_in_the_flow_once(name: str) -> None:
    (file,) = [one for one in GOLDEN.iterdir() if one.stem == name and one.suffix != ".txt"]
    code = code_of({file.name: file.read_bytes()})
    facts, how = code.facts(file.name), language(name)
    assert facts is not None
    assert how is not None
    graph = CallGraph(code)
    lower = Lower(graph.source(file.name), facts, how, frozenset())
    seen = 0
    for index, symbol in enumerate(facts.symbols):
        if symbol.kind not in ("function", "method", "constructor"):
            continue
        places = [facts.calls[place] for place in graph.calls((file.name, index))]
        own = [one for one in places if one.start >= symbol.start and one.name not in CHAINED]
        found = Counter(facts.calls[place] for place in calls(lower(graph.node((file.name, index)))))
        assert {one: found[one] for one in own if one.kind != "decorator"} == dict.fromkeys(
            [one for one in own if one.kind != "decorator"], 1
        ), symbol.id
        seen += len(own)
    assert seen >= 3
