"""GF301: a guardrail has no function.

## What it does

Reports each guardrail of a bound spec that no function of the code is tied to: by `code:` in the spec, by a `gf:` tag,
or by its name. A guardrail that is only words (no `always:`) gives a warning: nobody can compute it from the spec.

## Why

What must always hold is looked at by nobody. In a compiled application the compiler writes this function; in bound
code somebody has to.

## Example

```yaml
code: {default: bound, language: typescript, paths: [src]}
safety:
  guardrails:
    - {name: No early harvest, always: "Harvest.all(it, it.day >= it.block_id.free_on)"}
```

```text
factory.yaml:4: GF301 guardrail no_early_harvest has no function
```

## Fix

Write a function that fails when the guardrail is broken and tag it (`// gf: safety.guardrails.no_early_harvest`), or
name the one there is under `code:`. What is meant for readers only belongs under `disclaimers:`.
"""

from __future__ import annotations

from factory_git.core.value import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

CODE = "GF301"


def check(world: World) -> Iterator[Hit]:
    """Guardrails without a function."""
    for guardrail in world.contract.guardrails:
        if world.wants(guardrail.path, guardrail.mode):
            hint = f"write it, or put `gf: {guardrail.path}` in a comment on the function that checks it"
            hit = world.missing(CODE, guardrail.path, f"guardrail {guardrail.id} has no function", hint=hint)
            yield hit if guardrail.executable else replace(hit, severity="warning")
