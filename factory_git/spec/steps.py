"""What a step may say, derived from the shapes of the skills (:mod:`factory_git.spec.skills`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory_git.spec.shapes import BOOL, ENTITY, EXPRESSION, TEXT, Choice, Many, MapOf, Record, Shape
from factory_git.spec.skills import SKILLS, Kind, Param

ASSIGN = MapOf(EXPRESSION, keys="name")

_SHAPES: Mapping[Kind, Shape] = {
    Kind.ENTITY: ENTITY,
    Kind.MAKE: ENTITY,
    Kind.EXPR: EXPRESSION,
    Kind.SET: ASSIGN,
    Kind.FIELDS: Many(TEXT),
    Kind.PATHS: Many(EXPRESSION),
    Kind.ORDER: Many(EXPRESSION),
    Kind.VALUES: Many(EXPRESSION),
    Kind.WITH: ASSIGN,
    Kind.WORD: TEXT,
    Kind.FLAG: BOOL,
    Kind.ENTITIES: Many(ENTITY),
}


def choice(common: Mapping[str, Shape]) -> Choice:
    """The shape of a step: the keys in ``common``, and those of the one skill it names.

    A step without a skill is a hole; it may say what it ``reads`` and ``writes``, or what it will ``make``.
    """
    hole: dict[str, Shape] = {"reads": Many(ENTITY), "writes": Many(ENTITY), "make": ENTITY, "set": ASSIGN}
    records = {name: _record(common, shape.params) for name, shape in SKILLS.items()}
    return Choice(records, default=Record({**common, **hole}), what="skill")


def _record(common: Mapping[str, Shape], params: tuple[Param, ...]) -> Record:
    tree: dict[str, Any] = {}
    for param in params:
        at = tree
        *parents, last = param.name.split(".")
        for segment in parents:
            at = at.setdefault(segment, {})
        at.setdefault(last, {})[""] = param
    made = _keys(tree)
    return Record({**common, **made.keys}, required=made.required)


def _keys(tree: Mapping[str, Any]) -> Record:
    """The record of one level of a skill's parameters."""
    keys: dict[str, Shape] = {}
    required: list[str] = []
    for segment, below in tree.items():
        if not segment:
            continue
        name = segment.removesuffix("[]")
        param: Param = below[""]
        if param.required:
            required.append(name)
        if param.kind is not Kind.GROUP:
            keys[name] = _SHAPES[param.kind]
            continue
        record = _keys(below)
        if segment.endswith("[]"):
            # A plain text is short for the one word of the item (`items: [Passport, Photo]`).
            word = next((k for k in record.required if record.keys[k] is TEXT), "")
            keys[name] = Many(
                Record(record.keys, required=record.required, short=word if len(record.required) == 1 else "")
            )
        else:
            keys[name] = Record(record.keys, required=record.required)
    return Record(keys, required=tuple(required))
