"""GF302: a guardrail is not called after the steps that write what it reads.

## What it does

Takes each bound guardrail and each bound pipeline with a step that writes rows which the guardrail reads (through
terms as well). On every way from the last such step to a normal end of the pipeline's function, the guardrail's
function must be called: directly, or through a helper such as `check_all()`. A way that raises needs no call.

## Why

A guardrail that is called before the rows are written, or only on one of the ways out, has looked at other rows than
those that stay.

## Example

```python
def contract_allocation(world):  # gf: workflows.pipelines.contract_allocation
    no_locked_harvest(world)  # too early: allocate writes what it reads
    allocate(world)
```

## Fix

Call it after the last step that writes, before the function returns. If a framework does (a decorator, a signal, a
transaction's hook), say so on the pipeline: `gf: calls no_locked_harvest`.
"""

from __future__ import annotations

from factory_git.drift.kinds.pipelines import flows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Guardrail, Step
    from factory_git.drift.hit import Hit
    from factory_git.drift.kinds.pipelines import Flowed
    from factory_git.drift.world import World

CODE = "GF302"


def check(world: World) -> Iterator[Hit]:
    """Guardrails that a pipeline ends without having called."""
    for flowed in flows(world):
        for guardrail in world.contract.guardrails:
            mark = flowed.of(guardrail.path)
            steps = [one for one in flowed.pipeline.steps if _writes(flowed, one, guardrail)]
            if mark < 0 or not steps or mark in flowed.told:
                continue
            if mark not in flowed.reached:
                yield _never(world, flowed, guardrail, mark, steps)
            else:
                yield from _unchecked(world, flowed, guardrail, mark, steps)


def _writes(flowed: Flowed, step: Step, guardrail: Guardrail) -> bool:
    """Whether a step writes what a guardrail reads; one that is never called (GF202) writes nothing."""
    mark = flowed.of(step.path)
    called = mark < 0 or mark in flowed.reached or mark in flowed.told
    return called and bool(set(step.writes) & set(guardrail.reads))


def _never(world: World, flowed: Flowed, guardrail: Guardrail, mark: int, steps: list[Step]) -> Hit:
    at = world.bound[guardrail.path]
    message = f"guardrail {guardrail.id} is never called by pipeline {flowed.pipeline.id}, {_whose(steps, guardrail)}"
    detail: tuple[str, ...] = ()
    if mark in flowed.named:
        file, line = flowed.named[mark]
        detail = (f"{file}:{line}: it is named here, and not called",)
    weak = at.how == "convention" or flowed.target.calls or detail or flowed.calls.cut
    hint = f"call it after {steps[-1].id}; `gf: calls {guardrail.id}` on the pipeline says that something else calls it"
    return world.hit(
        CODE, flowed.target, message, node=guardrail.path, confidence="low" if weak else "high", hint=hint,
        detail=detail,
    )  # fmt: skip


def _unchecked(world: World, flowed: Flowed, guardrail: Guardrail, mark: int, steps: list[Step]) -> Iterator[Hit]:
    bit = flowed.clean[mark]
    ends = [(state, way) for state, way in flowed.exits if not state.must >> bit & 1]
    calls = flowed.of_mark(mark)
    if not ends:
        return
    state, end = ends[0]
    lost = state.lost.get(bit)
    detail = [f"{lost.file}:{lost.line}: {lost.text or 'the rows are written here'}"] if lost is not None else []
    if end.line:
        detail.append(f"{end.file}:{end.line}: {end.text}")
    message = f"guardrail {guardrail.id} is not called on every way after pipeline {flowed.pipeline.id} writes"
    yield world.hit(
        CODE, flowed.target, f"{message} what it reads", node=guardrail.path, line=calls[-1].line if calls else 0,
        confidence=flowed.confidence(mark), detail=tuple(detail),
        hint=f"call it after {steps[-1].id}, on every way to the function's end",
    )  # fmt: skip


def _whose(steps: list[Step], guardrail: Guardrail) -> str:
    written = sorted({path for step in steps for path in step.writes if path in guardrail.reads})
    names = ", ".join(path.rpartition(".")[2] for path in written)
    return f"whose step {steps[-1].id} writes {names}, which it reads"
