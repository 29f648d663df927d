"""The stored schema of an application: what its tables hold, as plain data for the lock, and as SQL.

Every table has ``_row`` (the order rows were made in) and ``_made_by`` (the run, the action or the load) besides its
fields, and ``_made_at`` where the spec says how long rows are kept; ids of the spec never start with an underscore, so
nothing can clash. ``format`` says which facts a schema has: one without it is older, and knows less (:data:`FORMAT`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from factory_git.compiler.python import names
from factory_git.compiler.python.pytypes import default, resolve
from factory_git.compiler.python.runtime.retaining import readable
from factory_git.compiler.python.runtime.rows import to_sql
from factory_git.core.ids import slug
from factory_git.spec import skills
from factory_git.spec.model import Entity, Field, Pipeline, Spec
from factory_git.spec.types import Enum, ListOf, Ref, Scalar, Type

Schema = Mapping[str, Any]
INTEGERS = ("int", "bool")
FORMAT = 2
"""Since 2: ``was``, ``unique``, ``unit``, ``values``, ``ref``, ``acted``, ``retain``, ``pipelines``."""


def schema_of(spec: Spec) -> dict[str, Any]:
    """The schema as plain data: entities by id, each with its table and its fields in order."""
    by_action = {e.id for a in spec.actions if a.make and (e := spec.entity(a.make))}
    return {
        "format": FORMAT,
        "entities": {e.id: _entity(spec, e, e.id in by_action) for e in spec.entities},
        "pipelines": {p.id: _pipeline(spec, p) for p in spec.pipelines},
    }


def _pipeline(spec: Spec, pipeline: Pipeline) -> dict[str, Any]:
    made = {e.id for step in pipeline.steps for name in skills.made(step) if (e := spec.entity(name))}
    return {"makes": sorted(made)} | ({"was": slug(pipeline.was)} if pipeline.was else {})


def _entity(spec: Spec, entity: Entity, by_action: bool) -> dict[str, Any]:
    """``made`` are the rows that only pipelines make, ``acted`` those that actions make, too."""
    data: dict[str, Any] = {
        "name": entity.name,
        "table": names.table(entity),
        "fields": [_field(spec, f) for f in entity.fields],
    }
    if entity.was:
        data["was"] = slug(entity.was)
    if entity.made:
        data["acted" if by_action else "made"] = True
    term = retained(spec, entity)
    return data | ({"retain": term} if term else {})


def retained(spec: Spec, entity: Entity) -> str:
    """How long rows of an entity are kept (``90d``); empty where the spec says nothing that can be read."""
    found = spec.raw.get("deployment", {}).get("retention", {})
    for name, term in found.items() if isinstance(found, Mapping) else ():
        if slug(str(name)) == entity.id or str(name) == entity.name:
            return readable(str(term))
    return ""


def _field(spec: Spec, field: Field) -> dict[str, Any]:
    data: dict[str, Any] = {"id": field.id, "name": field.name, "kind": kind(spec, field.type), "type": str(field.type)}
    if field.was:
        data["was"] = slug(field.was)
    if field.key:
        data["key"] = True
    if field.unique and not field.key:
        data["unique"] = True
    if field.unit:
        data["unit"] = field.unit
    inner = field.type.item if isinstance(field.type, ListOf) else field.type
    if isinstance(inner, Enum):
        data["values"] = list(inner.values)
    if isinstance(inner, Ref) and (target := spec.entity(inner.entity)):
        data["ref"] = target.id
    if field.optional or not (field.typed or field.key):
        data["optional"] = True
    if field.minimum is not None:
        data["min"] = field.minimum
    if field.maximum is not None:
        data["max"] = field.maximum
    if field.has_default and field.default is not None:
        data["default"] = sql_literal(to_sql(data["kind"], default(field, spec)))
    return data


def kind(spec: Spec, type_: Type) -> str:
    """How values of a type are stored: a scalar's name, or ``list of`` one. References are stored as their key."""
    type_ = resolve(spec, type_)
    if isinstance(type_, ListOf):
        return f"list of {kind(spec, type_.item)}"
    if isinstance(type_, Enum):
        return "text"
    assert isinstance(type_, Scalar)
    return type_.name


def sql_type(kind_: str) -> str:
    """The SQL type of a kind."""
    return "INTEGER" if kind_ in INTEGERS else "TEXT"


def sql_literal(value: Any) -> str:
    """A value of :func:`to_sql` as an SQL literal."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else text_literal(value)


def text_literal(text: str) -> str:
    """A text as an SQL literal. A NUL, which would end the statement for SQLite, is spelled by code."""
    parts = ["'" + part.replace("'", "''") + "'" for part in text.split("\0")]
    return " || char(0) || ".join(parts)


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


def create(table: str, fields: Sequence[Mapping[str, Any]], *, timed: bool = False) -> str:
    """``CREATE TABLE`` for these fields; ``timed`` tables remember when each row was made."""
    lines = ['    "_row" INTEGER PRIMARY KEY']
    for field in fields:
        words = [f"    {quoted(field['id'])} {sql_type(field['kind'])}"]
        words += [] if field.get("optional") else ["NOT NULL"]
        words += ["UNIQUE"] if field.get("key") or field.get("unique") else []
        lines.append(" ".join(words))
    lines.append('    "_made_by" TEXT NOT NULL')
    lines += ['    "_made_at" TEXT NOT NULL'] if timed else []
    return f"CREATE TABLE {quoted(table)} (\n" + ",\n".join(lines) + "\n);\n"


def create_entity(entity: Mapping[str, Any]) -> str:
    """``CREATE TABLE`` for an entity."""
    return create(entity["table"], entity["fields"], timed="retain" in entity)


def check(schema: Schema) -> str:
    """Queries that give a row for each table or column that is not there."""
    out = ["-- Each query names what is missing; a sound database gives no row.\n"]
    for entity in schema["entities"].values():
        columns = [f["id"] for f in entity["fields"]] + ["_row", "_made_by"]
        columns += ["_made_at"] if "retain" in entity else []
        wanted = " UNION ALL ".join(f"SELECT {text_literal(c)} AS c" for c in columns)
        table = text_literal(entity["table"])
        out.append(
            f"SELECT {table} || '.' || c FROM ({wanted})\n"
            f"WHERE c NOT IN (SELECT name FROM pragma_table_info({table}));\n"
        )
    return "".join(out)
