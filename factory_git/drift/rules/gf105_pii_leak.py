"""A field that the spec marks as personal data is printed, logged, or given to a client as it is.

## What it does

Follows personal data (``pii:`` of an entity's field) from where it is read of a row to where it is shown: a log, the
terminal, the answer to a request, the message of an error. It is followed through assignments, containers, texts that
are put together, loops and callbacks, and through functions of the repository that are called by a name that leads to
them, three calls deep. The finding tells the way, step by step.

A read is one of a value whose type is the entity's: by its declaration, by its constructor, by the function that gives
it, or because it is an item of a list of such rows. Where a type is not written (``buyer.email`` in JavaScript), the
name ``buyer`` is evidence enough for a warning in the folders that the spec has its code in, not for an error. A row
that is shown whole shows its personal data, where the language prints its fields (dataclass, record, struct,
``Debug``) or a serialiser writes them.

These are no leaks: what went through a redactor, that is a function with a word that begins with ``redact``, ``mask``,
``hash``, ``anonymi``, ``pseudonymi``, ``scrub``, ``encrypt`` (or a digest's name) or with the tag ``gf: redacts``; a
field whose type hides it (``SecretStr``, ``Redacted<T>``); a comparison, a length, a piece of a text; an answer given
by the code of a panel that shows the field to a role that may see it. An answer given elsewhere, while some panel shows
the field, is a warning. So is the message of an error, here or in a function that is called from here: many end in a
log.

Not seen: what is put into an object in one method and read in another, what a database or a queue gives back without a
type, templates, reflection, logging set up elsewhere, files, mail. Followed are at most four thousand functions for one
spec; when these are not enough, a warning says so.

## Why

Logs are copied, kept and read by people and tools that may not see personal data, and nobody finds it there again when
somebody asks to be forgotten.

## Example

```python
def greet(buyer: Buyer) -> None:
    log.info("mail to %s", buyer.email)  # GF105: Buyer.email (contact) is logged raw
```

## Fix

```python
def greet(buyer: Buyer) -> None:
    log.info("mail to %s", redact_email(buyer.email))  # or the row's key: buyer.id
```
"""

from __future__ import annotations

from factory_git.drift.flow.program import MOST, program_of
from factory_git.drift.flow.shown import ERROR, LOG, RESPONSE
from factory_git.drift.hit import Hit
from factory_git.drift.world import CONVENTION, Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Entity, Field
    from factory_git.drift.flow.shown import Reach
    from factory_git.drift.world import World

    Leak = tuple[Field, Reach]

CODE = "GF105"
_SAID = {LOG: "is logged or printed raw by", RESPONSE: "is given to the client raw by", ERROR: "is in"}
_HINT = (
    "wrap it in a redactor (a function named redact…, mask… or hash…, or tagged `gf: redacts`), or show the row's key"
)


def check(world: World) -> Iterator[Hit]:
    """The leaks of one world."""
    fields = {one.path: (entity, one) for entity in world.contract.entities for one in entity.fields if one.pii}
    if not fields:
        return
    order = {path: number for number, path in enumerate(fields)}
    program = program_of(world)
    hows = {row.entity.path: row.how for row in program.rows.all}
    for path, index, (_, reaches, _, _) in program.all():
        leaks: dict[tuple[str, str, int, int, bool], list[Leak]] = {}
        for reach in reaches:
            if len(reach.mark.key) == 1 and reach.mark.key[0] in fields:
                entity, field = fields[reach.mark.key[0]]
                owner = reach.owner if reach.owner >= 0 else index
                if reach.kind != RESPONSE or not _shown(world, field, path, owner):
                    key = (entity.path, reach.sink, reach.line, owner, reach.mark.low)
                    leaks.setdefault(key, []).append((field, reach))
        for (holder, _, _, owner, low), some in leaks.items():
            some.sort(key=lambda leak: order[leak[0].path])
            how = CONVENTION if low else hows[holder]
            entity, _ = fields[some[0][0].path]
            node = some[0][0].path if len(some) == 1 else holder
            yield _hit(world, Target(node=node, how=how, file=path, index=owner), entity, some)
    if program.cut:
        path = min(fields)
        said = f"more than {MOST} functions may pass personal data on; the rest of them was not looked at"
        yield _warned(world, path, said)


def _hit(world: World, at: Target, entity: Entity, some: list[Leak]) -> Hit:
    """What is shown in one place. Where some panel shows the field, another answer may be what feeds that page."""
    _, reach = some[0]
    low = reach.mark.low or reach.kind == ERROR
    low = low or (reach.kind == RESPONSE and all(_clear(world, field.path) for field, _ in some))
    *names, last = [field.name for field, _ in some]
    classes = ", ".join(dict.fromkeys(field.pii for field, _ in some))
    what = f"{entity.name}.{', '.join(names)} and {last} ({classes})" if names else f"{entity.name}.{last} ({classes})"
    verb = _SAID[reach.kind] if len(some) == 1 else _SAID[reach.kind].replace("is ", "are ", 1)
    return world.hit(
        CODE,
        at,
        f"{what} {verb} {reach.sink}",
        line=reach.line,
        about=f"{reach.kind} {reach.sink} {' '.join(field.name for field, _ in some)}",
        confidence="low" if low else "high",
        hint=_HINT,
        detail=tuple(f"{file}:{line}: {text}" for file, line, text in reach.mark.steps),
    )


def _clear(world: World, field: str) -> set[str]:
    """The panels that show a field to a role that may see it."""
    return {panel.path for panel in world.contract.panels if field in panel.clear}


def _shown(world: World, field: Field, path: str, owner: int) -> bool:
    """Whether the code of such a panel shows it."""
    return bool(_clear(world, field.path) & set(_around(world, path, owner)))


def _around(world: World, path: str, index: int) -> Iterator[str]:
    """The nodes that a declaration, or one around it, is the code of."""
    while True:
        yield from world.at.get((path, index), ())
        if index < 0:
            return
        index = world.code.symbol(path, index).parent


def _warned(world: World, node: str, message: str) -> Hit:
    file, line = world.nodes.get(node, ("", 0))
    return Hit(code=CODE, node=node, file=file, line=line, message=message, severity="warning", confidence="low")
