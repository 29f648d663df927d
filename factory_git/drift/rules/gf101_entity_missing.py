"""GF101: an entity has no type.

## What it does

Looks, for each entity of a bound spec, for the type that carries it: a class, interface, struct, record or type of
its name in the folders of the spec, one that a `gf:` tag stands on, or one that `code:` names. A type that has
nothing of the entity but the name is a warning, and so are several of the name with nothing to tell which: until one
is tied, nothing is compared.

## Why

An entity without a type is passed about as loose maps: nothing checks its fields, and none of the rules about them
can look at it.

## Example

```yaml
code: {default: bound, language: go, paths: [internal/farm]}
data_contracts:
  entities:
    - {name: Block, fields: {id: text key}}
```

```text
factory.yaml:4: GF101 entity Block has no type in internal/farm [data_contracts.entities.block]
```

## Fix

Write the type. Where it has another name, bind it: `code: internal/farm/plot.go::Plot` on the entity, or `gf:
data_contracts.entities.block` in a comment above the type. Code that nobody is to look at is bound with `mode: free`.
"""

from __future__ import annotations

from factory_git.core.value import replace
from factory_git.drift.kinds import names
from factory_git.drift.kinds.entities.members import HOLDERS
from factory_git.drift.kinds.entities.sides import strangers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Entity
    from factory_git.drift.hit import Hit
    from factory_git.drift.world import World

CODE = "GF101"


def check(world: World) -> Iterator[Hit]:
    """Entities that should have a type and have none."""
    where = ", ".join(folder or "the repository" for folder in world.contract.folders) or "the repository"
    missing = [one for one in world.contract.entities if world.wants(one.path, one.mode)]
    types = _types(world) if missing else {}
    for side in strangers(world):
        symbol = world.code.symbol(side.target.file, side.target.index)
        message = f"{symbol.kind} {symbol.id} has the name of entity {side.entity.name} and none of its fields"
        hint = f"put `gf: {side.entity.path}` above the type that carries it, or above this one if it does"
        yield world.hit(CODE, side.target, message, hint=hint)
    for entity in missing:
        several = [place for name, places in types.items() if names.same(name, entity.name) for place in places]
        if several:
            yield _several(world, entity, several)
            continue
        hint = f"write it, or bind what carries it: code: FILE::Name on the entity, or `gf: {entity.path}` above it"
        near = _near(entity, types)
        if near:
            hint = f"did you mean {near}? Then put `gf: {entity.path}` above it; else write the type"
        yield world.missing(CODE, entity.path, f"entity {entity.name} has no type in {where}", hint=hint)


def _several(world: World, entity: Entity, places: list[str]) -> Hit:
    """A warning: the name alone does not say which, and nothing about the entity is compared until somebody does."""
    shown = f"{', '.join(places[:-1])} or {places[-1]}" if len(places) > 1 else places[0]
    message = f"entity {entity.name} is bound to no type: it may be {shown}"
    hit = world.missing(CODE, entity.path, message, hint=f"put `gf: {entity.path}` above the one that carries it")
    return replace(hit, severity="warning")


def _types(world: World) -> dict[str, list[str]]:
    """The types of the spec's code by name, as ``file::Name``."""
    out: dict[str, list[str]] = {}
    for path in world.files():
        facts = world.code.facts(path)
        for one in facts.symbols if facts is not None else ():
            if one.kind in HOLDERS and one.kind != "trait" and (one.exported or one.parent < 0):
                out.setdefault(one.name, []).append(f"{path}::{one.id}")
    return out


def _near(entity: Entity, types: dict[str, list[str]]) -> str:
    """The type that nearly has the entity's name: a slip of the pen away, or with a word more (``BlockDto``)."""
    wanted = names.snake(entity.name)
    longer = (
        one for one in types if names.snake(one).startswith(f"{wanted}_") or names.snake(one).endswith(f"_{wanted}")
    )
    found = names.near(entity.name, types) or next(longer, "")
    return types[found][0] if found else ""
