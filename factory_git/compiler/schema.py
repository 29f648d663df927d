"""The stored schema of an application: what its tables hold, as plain data for the lock, and as SQL.

Every table has ``_row`` (the order rows were made in) and ``_made_by`` (the run, the action or the load) besides its
fields; ids of the spec never start with an underscore, so nothing can clash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from factory_git.compiler.python import names
from factory_git.compiler.python.pytypes import default, resolve
from factory_git.compiler.python.runtime.rows import to_sql
from factory_git.spec.model import Entity, Field, Spec
from factory_git.spec.types import Enum, ListOf, Scalar, Type

Schema = Mapping[str, Any]
INTEGERS = ("int", "bool")


def schema_of(spec: Spec) -> dict[str, Any]:
    """The schema as plain data: entities by id, each with its table and its fields in order."""
    by_action = {e.id for a in spec.actions if a.make and (e := spec.entity(a.make))}
    return {"entities": {e.id: _entity(spec, e, e.id in by_action) for e in spec.entities}}


def _entity(spec: Spec, entity: Entity, by_action: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": entity.name,
        "table": names.table(entity),
        "fields": [_field(spec, f) for f in entity.fields],
    }
    if entity.made and not by_action:
        data["made"] = True
    return data


def _field(spec: Spec, field: Field) -> dict[str, Any]:
    data: dict[str, Any] = {"id": field.id, "name": field.name, "kind": kind(spec, field.type), "type": str(field.type)}
    if field.key:
        data["key"] = True
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


def create(table: str, fields: Sequence[Mapping[str, Any]]) -> str:
    """``CREATE TABLE`` for these fields."""
    lines = ['    "_row" INTEGER PRIMARY KEY']
    for field in fields:
        words = [f"    {quoted(field['id'])} {sql_type(field['kind'])}"]
        words += [] if field.get("optional") else ["NOT NULL"]
        words += ["UNIQUE"] if field.get("key") else []
        lines.append(" ".join(words))
    lines.append('    "_made_by" TEXT NOT NULL')
    return f"CREATE TABLE {quoted(table)} (\n" + ",\n".join(lines) + "\n);\n"


def check(schema: Schema) -> str:
    """Queries that give a row for each table or column that is not there."""
    out = ["-- Each query names what is missing; a sound database gives no row.\n"]
    for entity in schema["entities"].values():
        columns = [f["id"] for f in entity["fields"]] + ["_row", "_made_by"]
        wanted = " UNION ALL ".join(f"SELECT {text_literal(c)} AS c" for c in columns)
        table = text_literal(entity["table"])
        out.append(
            f"SELECT {table} || '.' || c FROM ({wanted})\n"
            f"WHERE c NOT IN (SELECT name FROM pragma_table_info({table}));\n"
        )
    return "".join(out)
