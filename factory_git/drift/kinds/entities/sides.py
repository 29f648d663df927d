"""An entity and its declaration side by side: which field is which. Worked out once for all rules. Lean."""

from __future__ import annotations

from factory_git.core.value import value
from factory_git.drift.kinds import names
from factory_git.drift.kinds.entities.agreement import disagreement, points_back
from factory_git.drift.kinds.entities.members import Fields, Member, fields_of
from factory_git.drift.world import CONVENTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from factory_git.drift.contract import Entity, Field
    from factory_git.drift.world import Target, World


@value
class Side:
    """``pairs`` are fields with their members; ``missing`` those without. ``renamed`` are members whose name is a slip
    of the pen away from a missing field's, ``elsewhere`` those that have its name here and declare another for outside;
    ``unknown`` are members that the spec does not know."""

    entity: Entity
    target: Target
    fields: Fields
    pairs: tuple[tuple[Field, Member], ...]
    missing: tuple[Field, ...]
    renamed: tuple[tuple[Field, Member], ...]
    elsewhere: tuple[tuple[Field, Member], ...]
    unknown: tuple[Member, ...]


def sides(world: World) -> tuple[Side, ...]:
    """Every entity that is bound to a declaration with fields to be seen."""
    return _known(world)[0]


def strangers(world: World) -> tuple[Side, ...]:
    """Declarations that have an entity's name and not one of its fields, with nothing but the name to tie them."""
    return _known(world)[1]


def _known(world: World) -> tuple[tuple[Side, ...], tuple[Side, ...]]:
    if "entities" not in world.memory:
        found = list(_sides(world))
        apart = [one for one in found if one.target.how == CONVENTION and one.fields.members and not one.pairs]
        world.memory["entities"] = tuple([one for one in found if one not in apart]), tuple(apart)
    known: tuple[tuple[Side, ...], tuple[Side, ...]] = world.memory["entities"]
    return known


def _sides(world: World) -> Iterator[Side]:
    for entity in world.contract.entities:
        target = world.bound.get(entity.path)
        if target is None or target.file in world.compiled:
            continue
        found = fields_of(world.code, target.file, target.index)
        side = _side(world, entity, target, found) if found is not None else None
        if side is not None and (side.pairs or not side.fields.open):  # else nothing of the entity is to be seen
            yield side


def _side(world: World, entity: Entity, target: Target, fields: Fields) -> Side:
    pairs = _tied(world, entity, fields)
    taken = {_place(one) for _, one in pairs}
    todo = [field for field in entity.fields if all(field is not tied for tied, _ in pairs)]
    for test in (_same, _refers, _read):
        for field in tuple(todo):
            found = next((one for one in fields.members if _place(one) not in taken and test(field, one)), None)
            if found is not None:
                pairs.append((field, found))
                taken.add(_place(found))
                todo.remove(field)
    todo = [field for field in todo if not any(names.same(name, field.name) for name in fields.given)]
    elsewhere = [
        (field, one) for field in todo for one in fields.members if one.wire and names.same(one.name, field.name)
    ]
    off = {_place(one) for _, one in elsewhere}
    spare = [
        one
        for one in _data(fields, entity)
        if _place(one) not in taken | off
        and not any(_reference(field, one) for field in entity.fields)
        and not points_back(world, fields.language, one)
    ]
    renamed = _renamed(world, fields, [f for f in todo if f not in [field for field, _ in elsewhere]], spare)
    slips = {_place(one) for _, one in renamed}
    said = [field.path for field, _ in (*renamed, *elsewhere)]
    return Side(
        entity=entity,
        target=target,
        fields=fields,
        pairs=tuple(pairs),
        missing=tuple([field for field in todo if field.path not in said]),
        renamed=tuple(renamed),
        elsewhere=tuple(elsewhere),
        unknown=tuple([one for one in spare if _place(one) not in slips and not one.inherited]),
    )


def _place(member: Member) -> tuple[str, int]:
    return member.path, member.index


def _tied(world: World, entity: Entity, fields: Fields) -> list[tuple[Field, Member]]:
    """Fields that a tag or the spec ties to a member: its name does not matter."""
    places = {_place(one): one for one in fields.members}
    out = []
    for field in entity.fields:
        target = world.bound.get(field.path)
        found = places.get((target.file, target.index)) if target is not None else None
        if found is not None:
            out.append((field, found))
    return out


def _same(field: Field, member: Member) -> bool:
    if member.accessor:
        return False
    if member.wire:
        return names.same(member.wire, field.name)
    return any(names.same(one, field.name) for one in (member.name, *member.also))


def _refers(field: Field, member: Member) -> bool:
    return not member.accessor and _reference(field, member)


def _reference(field: Field, member: Member) -> bool:
    if field.type.name != "ref" and not (field.type.name == "list" and "ref" in field.type.of):
        return False
    return any(
        names.refers(one, field.name) for one in ((member.wire,) if member.wire else (member.name, *member.also))
    )


def _read(field: Field, member: Member) -> bool:
    return member.accessor and any(names.same(one, field.name) for one in (member.wire or member.name, *member.also))


def _data(fields: Fields, entity: Entity) -> list[Member]:
    """The members that hold data of a row. Private ones count where all are private: they are what there is.

    A surrogate key counts as bookkeeping where the spec's entity has none.
    """
    some = [one for one in fields.members if one.data]
    shown = [one for one in some if not one.hidden]
    keyed = any(one.key for one in entity.fields)
    return [
        one for one in shown or some if keyed or names.snake(one.wire or one.name) not in ("id", "pk", "uuid", "key")
    ]


def _renamed(world: World, fields: Fields, missing: list[Field], spare: list[Member]) -> list[tuple[Field, Member]]:
    out: list[tuple[Field, Member]] = []
    for field in missing:
        free = [one for one in spare if all(one is not taken for _, taken in out)]
        name = names.near(field.name, [one.wire or one.name for one in free])
        found = next((one for one in free if name and (one.wire or one.name) == name), None)
        if found is not None and disagreement(world, fields.language, field, found) is None:
            out.append((field, found))
    return out
