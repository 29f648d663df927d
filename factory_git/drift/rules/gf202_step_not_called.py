"""GF202: a step is never called by its pipeline.

## What it does

Looks for a call of each bound step in the function that its pipeline is tied to: directly, through functions of the
same tree, methods, other names (`from gates import phi_gate as pg`), decorators, and functions that are handed to what
runs them (`.then(phi_gate)`). A call that no way leads to (behind a `return`, in an `if False`) is none. How surely
and in which order it is called is not this rule's.

## Why

A step that nobody calls does not happen, however well it is written. If it is a gate, everything behind it is open.

## Example

```python
def contract_allocation(world):  # gf: workflows.pipelines.contract_allocation
    allocate(world)  # step phi_gate is never called
```

## Fix

Call it where the spec has it. A call that no parser sees (a list of functions that is run in a loop, a container, a
framework) is named on the pipeline: `gf: calls phi_gate, allocate`; what rests on that is a warning.
"""

from __future__ import annotations

from factory_git.drift.kinds.pipelines import flows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Step
    from factory_git.drift.hit import Hit
    from factory_git.drift.kinds.pipelines import Flowed
    from factory_git.drift.world import World

CODE = "GF202"


def check(world: World) -> Iterator[Hit]:
    """Bound steps that no call in their pipeline leads to."""
    for flowed in flows(world):
        for step in flowed.pipeline.steps:
            mark = flowed.of(step.path)
            if mark >= 0 and (mark not in flowed.reached or mark in flowed.dead) and mark not in flowed.told:
                yield _hit(world, flowed, step, mark)


def _hit(world: World, flowed: Flowed, step: Step, mark: int) -> Hit:
    what = "gate" if step.kind == "gate" else "step"
    at = world.bound[step.path]
    symbol = world.symbol(at)
    function = f"{symbol.id} ({at.file}:{symbol.line})" if symbol else at.file
    message = f"{what} {step.id} is never called by pipeline {flowed.pipeline.id}"
    tag = f"`gf: calls {step.id}` on the pipeline says that something else calls it"
    if mark not in flowed.named:
        weak = flowed.target.calls or at.how == "convention" or flowed.calls.cut
        confidence = "low" if weak else "high"
        hint = f"call {function} where the spec has it; {tag}"
        detail: tuple[str, ...] = ()
        if mark in flowed.dead:
            detail = (f"{flowed.target.file}:{flowed.dead[mark]}: no way leads to this call",)
        return world.hit(CODE, flowed.target, message, node=step.path, confidence=confidence, hint=hint, detail=detail)
    file, line = flowed.named[mark]
    return world.hit(
        CODE, flowed.target, message, node=step.path, confidence="low", hint=f"if it is run as a value, {tag}",
        detail=(f"{file}:{line}: {symbol.id if symbol else step.id} is named here, and not called",),
    )  # fmt: skip
