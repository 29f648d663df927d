"""GF203: steps are called in another order than the spec's.

## What it does

Takes two steps of which the later one uses rows that the earlier one makes, changes or removes, and reports where the
function of the pipeline calls the later one although no way has led to the earlier one yet, and does so afterwards.
Steps that touch no row of each other may be called in any order; a step that does not say what it reads and writes may
depend on every other one. What a gate must stand before is GF204's.

## Why

A step that runs before the one it depends on works on rows that are not there yet, or not what they will be. Nothing
fails: the numbers are those of yesterday.

## Example

```python
def invoicing(world):  # gf: workflows.pipelines.invoicing
    write_invoices(world)
    allocate(world)  # in the spec before write_invoices, which bills what was allocated
```

## Fix

Call them in the order of the spec; or, if the new order is what is meant, change the spec. Where the order does not
matter, say what the steps read and write (`reads:`, `writes:`).
"""

from __future__ import annotations

from factory_git.drift.kinds.moves import swap
from factory_git.drift.kinds.pipelines import flows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Step
    from factory_git.drift.hit import Hit
    from factory_git.drift.kinds.pipelines import Flowed
    from factory_git.drift.kinds.states import Event
    from factory_git.drift.world import World

CODE = "GF203"


def check(world: World) -> Iterator[Hit]:
    """Steps called before one that they depend on."""
    for flowed in flows(world):
        for step in flowed.pipeline.steps:
            before = [one for one in flowed.pipeline.steps if one.path in step.after and one.kind != "gate"]
            found = [(one, *pair) for one in before for pair in [swapped(flowed, one, step)] if pair]
            if found:
                yield _hit(world, flowed, step, found)


def swapped(flowed: Flowed, first: Step, second: Step) -> tuple[Event, Event] | None:
    """A call of ``second`` that stands before every call of ``first``, and one of ``first`` after it."""
    one, two = flowed.of(first.path), flowed.of(second.path)
    if one < 0 or two < 0 or one in flowed.told or two in flowed.told:
        return None
    early = [event for event in flowed.of_mark(two) if event.first and not event.may >> one & 1]
    late = [event for event in flowed.of_mark(one) if event.first and event.may >> two & 1]
    return (early[0], late[0]) if early and late else None


def _hit(world: World, flowed: Flowed, step: Step, found: list[tuple[Step, Event, Event]]) -> Hit:
    first, early, late = found[-1]
    silent = _silent(first) or _silent(step)
    uses = "" if silent else ", whose rows it uses"
    message = f"step {step.id} is called before step {first.id} (line {late.line}){uses}; the spec has {first.id} first"
    detail = tuple(f"{event.file}:{event.at}: step {one.id} is called here, after {step.id}" for one, _, event in found)
    confidence = flowed.confidence(early.mark, late.mark)
    hint = f"call {first.id} before {step.id}, or change their order in the spec"
    if silent:
        hint += "; where the order does not matter, say what they touch: reads: and writes: in the spec"
    return world.hit(
        CODE, flowed.target, message, node=step.path, line=early.line, detail=detail, confidence=confidence, hint=hint,
        fixes=swap(world, flowed, late, early),
    )  # fmt: skip


def _silent(step: Step) -> bool:
    """Whether a step says nothing of the rows that it touches: then it may depend on every other one."""
    return step.kind == "hole" and not step.reads and not step.writes
