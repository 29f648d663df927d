"""``store.py`` of the application: its tables, and the function that opens its database."""

from __future__ import annotations

from pathlib import PurePosixPath

from factory_git.compiler.python import names, source
from factory_git.compiler.schema import kind, retained
from factory_git.core.ids import slug
from factory_git.spec.model import Entity, Field, Spec
from factory_git.spec.types import ListOf, Ref

_OPEN = '''
def open_store(path: Path | str) -> storage.Store[World]:
    """The database in this file; it is made where it does not exist."""
    return storage.Store(path, TABLES, World, MIGRATIONS{meter})
'''


def emit(spec: Spec) -> str:
    """The source of ``store.py``."""
    tables = ", ".join(_table(spec, e) for e in spec.entities)
    constants = [
        'MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"',
        f"TABLES: tuple[rows.Table, ...] = ({tables}{',' if len(spec.entities) == 1 else ''})",
    ]
    own = {"rows": "rows", "storage": "storage", "World": "model.World"}
    meter = _meter(spec)
    own |= {"metering": "metering"} if meter else {}
    own |= {names.class_name(e): f"model.{names.class_name(e)}" for e in spec.entities}
    return source.module(
        f"Where the rows of {spec.title} are kept", ["\n".join(constants), _OPEN.format(meter=meter)], own
    )


def counted(spec: Spec) -> tuple[str, ...]:
    """The nodes that ``store.py`` reads because the application counts what it does; none where it does not."""
    return ("app.version", "deployment.metrics") if _meter(spec) else ()


def _meter(spec: Spec) -> str:
    """The argument that makes the application count what it does; empty where its spec does not ask for it."""
    where = spec.raw.get("deployment", {}).get("metrics", "off")
    version = source.quote(spec.version)
    if where == "table":
        return f", metering.TableMeter({version})"
    return f", metering.FileMeter({version}, metering.beside(path))" if where == "file" else ""


def _table(spec: Spec, entity: Entity) -> str:
    arguments = [
        f"name={source.quote(names.table(entity))}",
        f"entity={source.quote(entity.name)}",
        f"attribute={source.quote(names.attribute(entity))}",
        f"row={names.class_name(entity)}",
    ]
    if entity.key:
        arguments.append(f"key={source.quote(names.field_name(entity.key))}")
    if entity.made:
        arguments.append("made=True")
    if term := retained(spec, entity):
        arguments.append(f"retain={source.quote(term)}")
    files = _files(spec, entity)
    if files:
        arguments.append(f"files={source.literal(files)}")
    columns = ", ".join(_column(spec, f) for f in entity.fields)
    arguments.append(f"columns=({columns}{',' if len(entity.fields) == 1 else ''})")
    return f"rows.Table({', '.join(arguments)})"


def _column(spec: Spec, field: Field) -> str:
    arguments = [
        f"name={source.quote(names.column(field))}",
        f"field={source.quote(field.name)}",
        f"attribute={source.quote(names.field_name(field))}",
        f"kind={source.quote(kind(spec, field.type))}",
    ]
    arguments += ["optional=True"] if field.optional or not (field.typed or field.key) else []
    arguments += ["has_default=True"] if field.has_default else []
    arguments += [f"pii={source.quote(field.pii)}"] if field.pii else []
    inner = field.type.item if isinstance(field.type, ListOf) else field.type
    target = spec.entity(inner.entity) if isinstance(inner, Ref) else None
    arguments += [f"ref={source.quote(names.attribute(target))}"] if target else []
    return f"rows.Column({', '.join(arguments)})"


def _files(spec: Spec, entity: Entity) -> tuple[str, ...]:
    """The names (without ``.csv``) of the sources that feed an entity, besides the entity's own."""
    found: list[str] = []
    for item in spec.raw.get("evidence_policy", {}).get("sources", ()):
        path = PurePosixPath(str(item.get("path", "")))
        if item.get("feeds") and slug(str(item["feeds"])) == entity.id and path.suffix == ".csv":
            found.append(path.stem.lower())
    return tuple(n for n in dict.fromkeys(found) if n not in (names.table(entity), entity.name.lower()))
