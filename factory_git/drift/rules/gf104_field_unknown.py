"""GF104: a field is unknown to the spec.

## What it does

Looks for fields of a bound type that its entity does not have. Only what holds data of a row counts: no constants,
class variables, methods, properties, relations' other ends, injected or transient fields, nothing inherited, no
`created_at` and `updated_at`, no surrogate `id` where the spec's entity has no key. Private fields count where the
type has no others.

It is a warning. Where the name is a slip of the pen away from a missing field's it is an error, and the only finding
for the two: `field blok_id is unknown; the spec has block_id`.

## Why

Code that keeps what no spec knows grows apart from it: nobody checks, shows or protects that field.

## Example

```yaml
entities:
  - {name: Block, fields: {id: text key, crop: text}}
```

```go
type Block struct {
    ID   string
    Crop string
    Size int
}
```

```text
farm/block.go:4: GF104 warning: field size of Block is unknown to the spec [data_contracts.entities.block]
```

## Fix

Add the field to the spec, or take it out of the code. For a slip of the pen `--unsafe-fixes` renames the declaration;
what uses it is yours to change.
"""

from __future__ import annotations

from factory_git.core.value import replace
from factory_git.drift.kinds import names
from factory_git.drift.kinds.entities import repairs
from factory_git.drift.kinds.entities.members import line_of
from factory_git.drift.kinds.entities.sides import sides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

CODE = "GF104"


def check(world: World) -> Iterator[Hit]:
    """Fields of bound types that their entities do not have."""
    for side in sides(world):
        for field, member in side.renamed:
            name = member.wire or member.name
            yield world.hit(
                CODE,
                side.target,
                f"field {name} of {side.entity.name} is unknown; the spec has {field.name}",
                node=field.path,
                line=0 if member.path != side.target.file else line_of(world.code, member),
                about=names.snake(name),
                hint=f"rename it to {field.name}, or the spec's to {names.snake(name)} (with was: {field.name})",
                fixes=repairs.rename(world, side, field, member),
            )
        for member in side.unknown:
            name = names.snake(member.wire or member.name)
            hit = world.hit(
                CODE,
                side.target,
                f"field {name} of {side.entity.name} is unknown to the spec",
                line=line_of(world.code, member),
                about=name,
                severity="warning",
                hint=f"add it below {side.entity.path}.fields in the spec, or take it out of the code",
            )
            yield replace(hit, group=f"field {side.entity.name}")
