"""How types relate: what may stand where, what compares with what, what arithmetic gives."""

from __future__ import annotations

from collections.abc import Mapping

from factory_git.spec.model import Entity
from factory_git.spec.types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    INT,
    JSON,
    NULL,
    TEXT,
    Enum,
    ListOf,
    Optional,
    Ref,
    Row,
    Type,
)

Entities = Mapping[str, Entity]

NUMBERS = (INT, DECIMAL)
MOMENTS = (DATE, DATETIME)
ORDERED = (INT, DECIMAL, TEXT, DATE, DATETIME, DURATION)


def sure(kind: Type) -> Type:
    """The type without its null."""
    return sure(kind.of) if isinstance(kind, Optional) else kind


def is_any(kind: Type) -> bool:
    """Whether a type says nothing, so that the run decides (``any``, ``json``)."""
    return sure(kind) in (ANY, JSON)


def may_be_null(kind: Type) -> bool:
    """Whether a value of the type can be null."""
    return isinstance(kind, Optional) or kind == NULL


def key_type(kind: Type, entities: Entities) -> Type:
    """What a reference is when it is compared or stored: the type of the key it leads to, however far."""
    for _ in range(len(entities) + 1):
        if not isinstance(kind, Ref):
            return kind
        entity = entities.get(kind.entity)
        if entity is None or entity.key is None:
            return ANY
        kind = entity.key.type
    return ANY


def plain(kind: Type, entities: Entities) -> Type:
    """The type as arithmetic sees it: no null, references as keys, enum words as text."""
    kind = key_type(sure(kind), entities)
    return TEXT if isinstance(kind, Enum) else kind


def fits(found: Type, wanted: Type, entities: Entities) -> bool:
    """Whether a value of type ``found`` may stand where ``wanted`` is expected (an int where a decimal is)."""
    if is_any(wanted):
        return True
    if isinstance(wanted, Optional):
        return found == NULL or fits(sure(found), wanted.of, entities)
    if may_be_null(found):
        return False
    if is_any(found) or found == wanted or (found == INT and wanted == DECIMAL):
        return True
    if isinstance(found, ListOf) and isinstance(wanted, ListOf):
        return is_any(found.item) or ((found.item != INT or wanted.item != DECIMAL) and _item(found, wanted, entities))
    if isinstance(found, Enum):
        return set(found.values) <= set(wanted.values) if isinstance(wanted, Enum) else fits(TEXT, wanted, entities)
    if isinstance(found, Ref):
        key = key_type(found, entities)
        return not isinstance(wanted, Ref) and key != found and fits(key, wanted, entities)
    if isinstance(wanted, Ref):
        return not isinstance(found, Row) and fits(found, key_type(wanted, entities), entities)
    return False


def _item(found: ListOf, wanted: ListOf, entities: Entities) -> bool:
    return fits(found.item, wanted.item, entities)


def comparable(left: Type, right: Type, entities: Entities) -> bool:
    """Whether ``==`` between the two can ever be true. Two references must lead to the same entity."""
    if NULL in (left, right) or is_any(left) or is_any(right):
        return True
    left, right = sure(left), sure(right)
    if isinstance(left, Ref) and isinstance(right, Ref):
        return left.entity == right.entity
    if isinstance(left, Row) or isinstance(right, Row):
        return left == right
    if isinstance(left, Enum) and isinstance(right, Enum):
        return not set(left.values).isdisjoint(right.values)
    if isinstance(left, ListOf) and isinstance(right, ListOf):
        return comparable(left.item, right.item, entities)
    left, right = plain(left, entities), plain(right, entities)
    return left == right or ANY in (left, right) or (left in NUMBERS and right in NUMBERS)


def common(left: Type, right: Type, entities: Entities) -> Type | None:
    """The type of a choice between the two, or None where they have nothing in common."""
    if left == right or is_any(left):
        return left
    if NULL in (left, right):
        other = right if left == NULL else left
        return other if is_any(other) else Optional(sure(other))
    if isinstance(left, Optional) or isinstance(right, Optional):
        inner = common(sure(left), sure(right), entities)
        return None if inner is None else inner if is_any(inner) else Optional(inner)
    if is_any(right):
        return right
    if left in NUMBERS and right in NUMBERS:
        return DECIMAL
    if isinstance(left, Enum) and isinstance(right, Enum):
        return Enum(tuple(dict.fromkeys((*left.values, *right.values))))
    if isinstance(left, ListOf) and isinstance(right, ListOf):
        inner = common(left.item, right.item, entities)
        # The ints of a list do not become decimals by standing beside a list of decimals.
        mixed = inner is not None and sure(inner) == DECIMAL and INT in (sure(left.item), sure(right.item))
        return None if inner is None or mixed else ListOf(inner)
    if Row in (type(left), type(right)) or ListOf in (type(left), type(right)):
        return None
    bare = plain(left, entities)
    return bare if bare == plain(right, entities) else None


def arithmetic(op: str, left: Type, right: Type, entities: Entities) -> Type | None:
    """The type of ``left op right`` for ``+ - * / %``, or None where there is none. Neither may be null."""
    if is_any(left) or is_any(right):
        return ANY
    if isinstance(left, ListOf) and isinstance(right, ListOf):
        return common(left, right, entities) if op == "+" else None
    left, right = plain(left, entities), plain(right, entities)
    if left in NUMBERS and right in NUMBERS:
        return DECIMAL if op == "/" or DECIMAL in (left, right) else INT
    return _OTHER.get((left, op, right))


_OTHER: Mapping[tuple[Type, str, Type], Type] = {
    (TEXT, "+", TEXT): TEXT,
    (DURATION, "+", DURATION): DURATION,
    (DURATION, "-", DURATION): DURATION,
    (DURATION, "*", INT): DURATION,
    (INT, "*", DURATION): DURATION,
    (DURATION, "/", DURATION): DECIMAL,
    **{(moment, "+", DURATION): moment for moment in MOMENTS},
    **{(DURATION, "+", moment): moment for moment in MOMENTS},
    **{(moment, "-", DURATION): moment for moment in MOMENTS},
    **{(moment, "-", moment): DURATION for moment in MOMENTS},
}


def ordered(left: Type, right: Type, entities: Entities) -> bool:
    """Whether ``<`` makes sense between the two; enum words have no order."""
    if is_any(left) or is_any(right):
        return True
    if isinstance(left, Enum) or isinstance(right, Enum):
        return False
    left, right = plain(left, entities), plain(right, entities)
    return (left in NUMBERS and right in NUMBERS) or (left == right and left in ORDERED)


def truth(kind: Type) -> bool:
    """Whether a value can stand in a condition."""
    return kind in (BOOL, ANY)
