"""GF102: a field is missing.

## What it does

Compares the fields of each entity with those of the type it is bound to. Names compare after snake-casing (`blockId`,
`BlockID`, `m_block_id` are `block_id`); a name that the field declares for outside wins: Go's `json` tag,
`@JsonProperty`, `#[serde(rename = …)]`, an alias of pydantic, `#[SerializedName]`. A reference may carry `_id` or not
(`block: Block` is `block_id: ref Block`). Inherited and embedded fields count, so do those that zod, drizzle and
mongoose declare by calls, and so do properties and getters. Of several missing fields each is a finding of its own.

Where fields may come from that nobody sees — a base that is not in the tree, an unknown class decorator, a metaclass,
`__getattr__`, `Object.assign(this, …)` — confidence is low, so it is a warning; a type that shows no field of the
entity at all (an Eloquent model) is left alone.

## Why

What the spec promises to keep has no place in the code. It is lost on the way in, silently.

## Example

```yaml
entities:
  - {name: Block, fields: {id: text key, crop: text}}
```

```python
@dataclass
class Block:
    id: str
```

```text
farm/block.py:1: GF102 field crop of Block is missing [data_contracts.entities.block.fields.crop]
```

## Fix

Add the field (`--unsafe-fixes` writes it, with the type the spec gives it), or take it out of the spec.
"""

from __future__ import annotations

from factory_git.drift.kinds.entities import repairs
from factory_git.drift.kinds.entities.agreement import wording
from factory_git.drift.kinds.entities.members import line_of
from factory_git.drift.kinds.entities.sides import sides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Field
    from factory_git.drift.hit import Hit
    from factory_git.drift.kinds.entities.sides import Side
    from factory_git.drift.world import World

CODE = "GF102"


def check(world: World) -> Iterator[Hit]:
    """Fields of bound entities that their types do not have."""
    for side in sides(world):
        for field, member in side.elsewhere:
            message = (
                f"field {field.name} of {side.entity.name} is missing: {member.name} goes by {member.wire} outside"
            )
            hint = f"declare it as {field.name}, or name the field {member.wire} in the spec"
            line = 0 if member.inherited else line_of(world.code, member)
            fixes = repairs.rename(world, side, field, member)
            yield world.hit(CODE, side.target, message, node=field.path, line=line, hint=hint, fixes=fixes)
        for field in side.missing:
            yield _missing(world, side, field)


def _missing(world: World, side: Side, field: Field) -> Hit:
    wanted = wording(world.contract, field)
    spare = [one.wire or one.name for one in side.unknown]
    hint = f"add it ({wanted}), or take {field.path} out of the spec"
    if len(spare) == 1:
        hint = f"is {spare[0]} meant, which the spec does not know? Else add it ({wanted})"
    return world.hit(
        CODE,
        side.target,
        f"field {field.name} of {side.entity.name} is missing",
        node=field.path,
        confidence="low" if side.fields.open else "high",
        hint=hint,
        detail=(f"there may be fields that cannot be seen: {side.fields.open}",) if side.fields.open else (),
        fixes=repairs.add(world, side, field),
    )
