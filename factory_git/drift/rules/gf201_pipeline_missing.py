"""GF201: a pipeline, or one of its steps, has no function.

## What it does

Reports each pipeline of a bound spec that no function of the code is tied to; and, of a pipeline that has one, each
step that has none. A function is tied to a node by `code:` in the spec, by a `gf:` tag on it, or by its name
(`contract_allocation`, `contractAllocation`, `ContractAllocation`).

## Why

What the spec says is to happen happens nowhere, or somewhere that nobody can find: no other rule can judge it, and a
reader of the spec cannot get to the code.

## Example

```yaml
code: {default: bound, language: go, paths: [internal/farm]}
workflows:
  pipelines:
    - name: Contract allocation
      steps: [PHI gate, Allocate]
```

```go
func contractAllocation(w *World) error {
        allocate(w) // step phi_gate has no function
        return nil
}
```

## Fix

Write the function, tag the one that does it (`// gf: workflows.pipelines.contract_allocation`), or name its place
under `code:` in the spec. What the code is not meant to do any more is removed from the spec.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

CODE = "GF201"


def check(world: World) -> Iterator[Hit]:
    """Pipelines, and steps of pipelines that are there, without a function."""
    for pipeline in world.contract.pipelines:
        if world.wants(pipeline.path, pipeline.mode):
            yield world.missing(
                CODE, pipeline.path, f"pipeline {pipeline.id} has no function", hint=_hint(pipeline.path)
            )
        elif pipeline.path in world.bound:
            for step in pipeline.steps:
                if world.wants(step.path, step.mode):
                    message = f"step {step.id} of pipeline {pipeline.id} has no function"
                    yield world.missing(CODE, step.path, message, hint=_hint(step.path))


def _hint(path: str) -> str:
    return f"write it, or put `gf: {path}` in a comment on the function that does it"
