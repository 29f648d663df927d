"""GF103: a field has another type than the spec says.

## What it does

Compares the type of each field with the one the spec gives it, by a table for each language, through aliases, new
types, wrappers (`Mapped[…]`, `Annotated[…]`, `Box<…>`) and the tree's own types. Only what is sure is told: a type
that cannot be seen, or that can hold anything, is no finding.

|spec|Python|TypeScript|Java|PHP|Go|Rust|
|---|---|---|---|---|---|---|
|text|`str`|`string`|`String`|`string`|`string`|`String`, `&str`|
|int|`int`|`number`, `bigint`|`int`, `long`, …|`int`|`int`, `int64`, …|`i64`, `u32`, …|
|decimal|`Decimal`|`number`, `Decimal`|`BigDecimal`|`string`, `float`, `BigDecimal`|`decimal.Decimal`|`Decimal`|
|bool|`bool`|`boolean`|`boolean`|`bool`|`bool`|`bool`|
|date|`date`|`Date`, `string`, `Dayjs`|`LocalDate`|`DateTimeImmutable`|`time.Time`, `civil.Date`|`NaiveDate`, `Date`|
|datetime|`datetime`|`Date`, `string`|`Instant`, …|`DateTimeImmutable`|`time.Time`|`DateTime<Utc>`|

- A float where the spec says decimal is a finding in Python, Java, Go and Rust: sums of money in floats drift.
  TypeScript has only `number`; PHP has no decimal, and both text and float pass for one. Text passes for a decimal in
  TypeScript where a decorator says so (`@Column('decimal')`).
- A reference (`ref Block`) is the entity's own type, or what its key is; a UUID always passes.
- An enumeration is text, a union of literals, or an enumeration of the language. Where its words can be seen they are
  compared, by value or by name: a word too few or too many is a finding.
- Absence: `text?` wants `str | None`, `?string`, `Option<String>`, `name?: string`; `text` wants none of them. Java's
  objects, Go's text and slices, fields with `omitempty` and with an empty default may be either. A key may be absent:
  many databases give it.

## Why

The row that the spec allows is refused by the code, or the code lets through what the spec forbids.

## Example

```yaml
entities:
  - {name: Lot, fields: {id: text key, price: decimal}}
```

```python
@dataclass
class Lot:
    id: str
    price: float
```

```text
farm/lot.py:4: GF103 field price of Lot is float; the spec says decimal [data_contracts.entities.lot.fields.price]
```

## Fix

Change the type (`--unsafe-fixes` does; imports are yours to add), or the spec.
"""

from __future__ import annotations

from factory_git.drift.kinds.entities import repairs
from factory_git.drift.kinds.entities.agreement import disagreement
from factory_git.drift.kinds.entities.members import line_of
from factory_git.drift.kinds.entities.sides import sides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

CODE = "GF103"


def check(world: World) -> Iterator[Hit]:
    """Fields of bound entities whose type in the code is another."""
    for side in sides(world):
        for field, member in side.pairs:
            found = disagreement(world, side.fields.language, field, member)
            if found is None:
                continue
            away = member.path != side.target.file
            yield world.hit(
                CODE,
                side.target,
                f"field {field.name} of {side.entity.name} is {found.found}; the spec says {found.wanted}",
                node=field.path,
                line=0 if away else line_of(world.code, member),
                hint=found.hint or f"change the type, or {field.path} in the spec",
                detail=(f"it stands at {member.path}:{line_of(world.code, member)}",) if away else (),
                fixes=repairs.retype(world, side, field, member),
            )
