"""GF204: a gate does not dominate the steps after it.

## What it does

Follows every way through the function of a pipeline: branches, loops, `try` and its handlers, `switch` and `match`,
short circuits, early returns, `break` out of loops, what is deferred, callbacks, helper functions. A step that the
gate guards must not be reached on any way that has not passed the gate. Guarded are the steps that use rows which the
gate judges (if none does, all steps behind it).

A way that leaves before the gate is fine, since it reaches no step. So is a gate in both arms of an `if`, or in the
turn of the loop that the step is in, or at the very beginning of the step's own function; a gate in a loop covers
nothing behind the loop, which may not turn at all. What becomes of the gate's answer is not looked at.

## Why

A gate that is only sometimes passed is no gate. This is how it goes wrong: somebody puts it behind a setting, inside
a `try` whose handler goes on, or moves a step one line up.

## Example

```python
def contract_allocation(world, urgent):  # gf: workflows.pipelines.contract_allocation
    if not urgent:
        phi_gate(world)
    allocate(world)
```

```text
src/farm.py:3: GF204 gate phi_gate is conditional; it must dominate the steps after it
```

## Fix

Call the gate before the branch, the loop or the `try`, on every way to the steps after it. If the condition is meant,
it belongs into the gate's own `keep` in the spec.
"""

from __future__ import annotations

from factory_git.drift.kinds.moves import hoist
from factory_git.drift.kinds.pipelines import flows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Step
    from factory_git.drift.hit import Hit
    from factory_git.drift.kinds.pipelines import Flowed
    from factory_git.drift.kinds.states import Event, Way
    from factory_git.drift.world import World

CODE = "GF204"


def check(world: World) -> Iterator[Hit]:
    """Gates that a way to a step behind them goes round."""
    for flowed in flows(world):
        steps = flowed.pipeline.steps
        for place, gate in enumerate(steps):
            mark = flowed.of(gate.path)
            if gate.kind != "gate" or mark not in flowed.reached or mark in flowed.told:
                continue  # without a function, or never called: that has been said
            guarded = [one for one in steps if gate.path in one.after] or list(steps[place + 1 :])
            open_ = [(step, event) for step in guarded for event in _open(flowed, mark, step)]
            open_.sort(key=lambda one: one[1].line)
            if open_:
                yield _hit(world, flowed, gate, mark, open_)


def _open(flowed: Flowed, gate: int, step: Step) -> list[Event]:
    """The first call of a step that can be reached without passing the gate."""
    mark = flowed.of(step.path)
    if mark < 0 or mark in flowed.told:
        return []
    found = [event for event in flowed.of_mark(mark) if not event.must >> gate & 1][:1]
    return found if found and not flowed.begins_with(step, gate) else []


def _hit(world: World, flowed: Flowed, gate: Step, mark: int, open_: list[tuple[Step, Event]]) -> Hit:
    calls = flowed.of_mark(mark)
    way = next((event.lost[mark] for _, event in open_ if mark in event.lost), None)
    step, event = open_[0]
    how = _how(way, step) if calls else "is called where control does not get to"
    detail = [f"{way.file}:{way.line}: the way round: {way.text}"] if way is not None and way.text else []
    detail += [f"{one.file}:{one.at}: step {each.id} is called, the gate not passed" for each, one in open_]
    marks = {mark, *(flowed.of(each.path) for each, _ in open_)}
    return world.hit(
        CODE, flowed.target, f"gate {gate.id} {how}; it must dominate the steps after it",
        node=gate.path, line=calls[0].line if calls else event.line, confidence=flowed.confidence(*marks),
        detail=tuple(detail), hint=f"call {gate.id} on every way to {step.id} (line {event.line}), before it",
        fixes=hoist(world, flowed, calls[0], event) if len(calls) == 1 else (),
    )  # fmt: skip


_WORDS = (
    ("loop", "is in a loop that may not turn"),
    ("`try`", "is in a `try` that may fail before it"),
    ("handler", "is passed by where a handler goes on"),
    ("`break`", "is passed by where `break` leaves"),
    ("`continue`", "is passed by where `continue` leaves"),
    ("`return`", "is passed by where `return` leaves"),
    ("deferred", "is deferred until the function ends"),
    ("awaited", "is not awaited"),
    ("function that", "is in a function that may never be called"),
    ("nothing waits", "is started and not waited for"),
)


def _how(way: Way | None, step: Step) -> str:
    if way is None:
        return f"is called after step {step.id}"
    return next((words for mark, words in _WORDS if mark in way.text), "is conditional")
