"""Each bound pipeline run over once: what its function calls, in which order, and what surely stands before what.

Several rules share it. Pipelines of compiled files are not here: these equal the compiler's own bytes. Lean: it is on
the hook's path.
"""

from __future__ import annotations

import sys

from factory_git.core.value import value
from factory_git.drift.kinds.callgraph import CallGraph
from factory_git.drift.kinds.calls import Calls, entry
from factory_git.drift.kinds.dominance import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Guardrail, Pipeline, Step
    from factory_git.drift.kinds.states import Event, State, Way
    from factory_git.drift.world import Target, World

DEEP = 12_000
"""A chain of five hundred ``elif`` is run over by as many calls within calls."""


@value
class Flowed:
    """A pipeline and what a run over its function found.

    ``marks`` are the steps and guardrails with a declaration; an event's mark is a place in it. ``reached`` are the
    marks that any call leads to, ``told`` those that ``gf: calls`` names, in its order; ``named`` are functions that
    are named without being called (mark → file, line). ``dead`` are marks that the function calls only where no way
    leads (mark → line): behind a ``return``, in an ``if False``. ``clean`` is the bit of each guardrail's mark that
    says that nothing it reads was written since it was called.
    """

    pipeline: Pipeline
    target: Target
    index: int
    marks: tuple[Step | Guardrail, ...]
    events: tuple[Event, ...]
    exits: tuple[tuple[State, Way], ...]
    reached: frozenset[int]
    told: tuple[int, ...]
    named: dict[int, tuple[str, int]]
    clean: dict[int, int]
    calls: Calls
    dead: dict[int, int]

    def of(self, node: str) -> int:
        """The mark of a node, -1 when it has no declaration."""
        return next((place for place, one in enumerate(self.marks) if one.path == node), -1)

    def of_mark(self, mark: int) -> list[Event]:
        """The calls of a mark, in the order they are met."""
        return [one for one in self.events if one.mark == mark]

    def begins_with(self, step: Step, mark: int) -> bool:
        """Whether the first thing that a step's own function calls, on every way, is a mark."""
        at = next((one for one, marks in self.calls.marks.items() if self.of(step.path) in marks), None)
        first = self.calls.first(at) if at is not None and at[1] >= 0 else ()
        return mark in first

    def confidence(self, *marks: int) -> str:
        """``low`` where ``gf: calls`` stands on the pipeline, or one of the calls is known by its name only."""
        weak = any(one.weak for one in self.events if one.mark in marks)
        return "low" if weak or self.target.calls else "high"


def flows(world: World) -> Iterator[Flowed]:
    """The bound pipelines of a world, each run over once."""
    if "flows" not in world.memory:
        world.memory["flows"] = tuple(_flows(world))
    yield from world.memory["flows"]


def _flows(world: World) -> Iterator[Flowed]:
    found: dict[tuple[str, int], tuple[int, ...]]
    graph = CallGraph(world.code)
    for pipeline in world.contract.pipelines:
        target = world.bound.get(pipeline.path)
        if target is None or target.file in world.compiled or world.code.facts(target.file) is None:
            continue
        nodes: tuple[Step | Guardrail, ...] = (*pipeline.steps, *world.contract.guardrails)
        marks = tuple(one for one in nodes if one.path in world.bound and not _same(world, one.path, target))
        found = {}
        for place, one in enumerate(marks):
            at = world.bound[one.path]
            found[at.file, at.index] = (*found.get((at.file, at.index), ()), place)
        index = entry(graph, (target.file, target.index), (pipeline.id, pipeline.name))
        yield _run(world, pipeline, marks, Calls(graph, found, (target.file, index)), index)


def _same(world: World, node: str, target: Target) -> bool:
    """Whether a node is tied to the pipeline's own function: then there is no call to look for."""
    at = world.bound[node]
    return (at.file, at.index) == (target.file, target.index)


def _run(world: World, pipeline: Pipeline, marks: tuple[Step | Guardrail, ...], calls: Calls, index: int) -> Flowed:
    target = world.bound[pipeline.path]
    count, clean = len(marks), {}
    takes = [0] * count
    guards = {one.path for one in world.contract.guardrails}
    gives = [1 << place for place in range(count)]
    begin = 0
    for place, one in enumerate(marks):
        if one.path in guards:
            clean[place] = bit = count + place
            gives[place] |= 1 << bit
            begin |= 1 << bit
            for other, step in enumerate(marks):
                if step.path not in guards and set(one.reads) & set(_writes(step)):
                    takes[other] |= 1 << bit
    run = Run(calls, gives, takes, begin)
    if marks:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEP))
        try:
            run.over(target.file, index)
        finally:
            sys.setrecursionlimit(limit)
    seen = {one.mark for one in run.events}
    dead = {mark: line for mark, line in _written(calls, target.file, index) if mark not in seen}
    reached = calls.reach((target.file, index)) | seen
    told = tuple(_told(calls, target, index, marks))
    return Flowed(
        pipeline=pipeline, target=target, index=index, marks=marks, events=tuple(run.events),
        exits=tuple((state, way) for state, way in run.exits if state is not None and way is not None),
        reached=frozenset(reached), told=told, dead=dead,
        named={mark: (file, line) for mark, file, line in reversed(run.named)}, clean=clean, calls=calls,
    )  # fmt: skip


def _written(calls: Calls, path: str, index: int) -> Iterator[tuple[int, int]]:
    """The marks that calls in a function's own text lead to, with the line, whether a way leads there or not."""
    for place in calls.graph.calls((path, index)):
        for mark in calls.meaning(path, index, place).marks:
            yield mark, calls.place(path, place)[0]


def _writes(step: Step | Guardrail) -> tuple[str, ...]:
    return getattr(step, "writes", ())


def _told(calls: Calls, target: Target, index: int, marks: tuple[Step | Guardrail, ...]) -> Iterator[int]:
    """The marks that ``gf: calls`` names: by path, id or function, or through a function that calls them."""
    for name in target.calls:
        word = name.replace("::", ".").removesuffix("()")
        direct = [
            place for place, one in enumerate(marks) if word in (one.path, one.id) or one.path.endswith(f".{word}")
        ]
        direct = direct or list(calls.words.get(word.rpartition(".")[2], ()))
        if not direct:
            named = calls.graph.meant(target.file, index, word)
            direct = sorted(Calls(calls.graph, calls.marks, named).reach(named)) if named is not None else []
        yield from direct
