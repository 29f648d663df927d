"""Migrations from one stored schema to the next: written only where the change is safe, refused with the way out else.

Fields and entities that go are kept in ``_archive_<number>_…`` and come back on the way down. Values that a change of
type would lose stop the migration. Entities that only pipelines make are derived data: where a change of theirs is
not safe the old table is archived and the next run makes the rows anew. What SQL cannot say (bounds, words of an
enumeration, references) is checked by the application on every stored row before the migration is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from factory_git.compiler import convert
from factory_git.compiler.lock import Lock
from factory_git.compiler.schema import Schema, check, create, quoted
from factory_git.core.errors import Problem, SpecError
from factory_git.core.ids import blob_oid, slug
from factory_git.spec.model import Entity, Spec

FOLDER = "migrations"
PARTS = ("up", "down", "check")


@dataclass(slots=True)
class _Change:
    """One migration while it is put together. ``down`` holds the steps in the order of ``up``; it is run backwards."""

    number: int
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def step(self, word: str, up: str, down: str) -> None:
        self.words.append(word)
        self.up.append(up)
        self.down.insert(0, down)

    def archive(self, name: str) -> str:
        return f"_archive_{self.number:04}_{name}"


def migrations(spec: Spec, schema: Schema, previous: Mapping[str, bytes], lock: Lock | None) -> dict[str, bytes]:
    """Every migration file of the application: those that exist, unchanged, and the next one where one is needed.

    SpecError where an existing file is missing or edited, or where a change is not safe.
    """
    if lock is None or lock.schema is None:
        return _init(schema)
    kept = _kept(previous, lock)
    change = _Change(number=len(kept) // len(PARTS) + 1)
    _compare(spec, lock.schema["entities"], schema["entities"], change)
    if change.problems:
        raise SpecError(change.problems[0].message, change.problems, code="migrate/unsafe")
    if not change.up:
        return kept
    name = f"{FOLDER}/{change.number:04}_{_name(change.words)}"
    head = f"-- {', '.join(change.words[:6])}{' …' if len(change.words) > 6 else ''}\n"
    up = head + "\n".join(change.up)
    return kept | {
        f"{name}/up.sql": up.encode(),
        f"{name}/down.sql": (head + "\n".join(change.down)).encode(),
        f"{name}/check.sql": check(schema).encode(),
    }


def _init(schema: Schema) -> dict[str, bytes]:
    entities = list(schema["entities"].values())
    up = "\n".join(create(e["table"], e["fields"]) for e in entities) or "-- no entity yet\n"
    down = "".join(f"DROP TABLE {quoted(e['table'])};\n" for e in reversed(entities)) or "-- no entity yet\n"
    texts = {"up": up, "down": down, "check": check(schema)}
    return {f"{FOLDER}/0001_init/{part}.sql": texts[part].encode() for part in PARTS}


def _kept(previous: Mapping[str, bytes], lock: Lock) -> dict[str, bytes]:
    kept: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path, entry in sorted(lock.files.items()):
        if not path.startswith(f"{FOLDER}/"):
            continue
        content = previous.get(path)
        if content is None or blob_oid(content) != entry.get("oid"):
            what = "is missing" if content is None else "was edited"
            hint = f"restore it (git checkout HEAD -- {path}): databases may already have it applied"
            problems.append(Problem(code="migrate/edited", message=f"the migration {path} {what}", hint=hint))
        else:
            kept[path] = content
    if problems:
        raise SpecError(problems[0].message, problems, code="migrate/edited", hint=problems[0].hint)
    return kept


def _name(words: list[str]) -> str:
    name = slug(words[0])[:40].strip("_")
    return name if len(words) == 1 else f"{name}_and_more"


def _compare(spec: Spec, old: Mapping[str, Any], new: Mapping[str, Any], change: _Change) -> None:
    was = {e.id: slug(e.was) for e in spec.entities if e.was and slug(e.was) in old and slug(e.was) not in new}
    renamed = set(was.values())
    for id_, entity in old.items():
        if id_ not in new and id_ not in renamed:
            _archive(entity, change)
    for id_, entity in new.items():
        node = next(e for e in spec.entities if e.id == id_)
        before = old.get(was.get(id_, id_))
        if before is None:
            table = entity["table"]
            change.step(f"add {id_}", create(table, entity["fields"]), f"DROP TABLE {quoted(table)};\n")
            continue
        if id_ in was:
            a, b = quoted(before["table"]), quoted(entity["table"])
            change.step(
                f"rename {was[id_]} {id_}", f"ALTER TABLE {a} RENAME TO {b};\n", f"ALTER TABLE {b} RENAME TO {a};\n"
            )
        _compare_fields(node, before, entity, change)


def _archive(entity: Mapping[str, Any], change: _Change) -> None:
    table = entity["table"]
    a, b = quoted(table), quoted(change.archive(table))
    change.step(f"remove {table}", f"ALTER TABLE {a} RENAME TO {b};\n", f"ALTER TABLE {b} RENAME TO {a};\n")


@dataclass(frozen=True, slots=True)
class _Column:
    """How a column of the new table is had from the old one and, on the way down, the other way round."""

    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    up: str = ""
    down: str = ""


def _compare_fields(node: Entity, old: Mapping[str, Any], new: Mapping[str, Any], change: _Change) -> None:
    problems: list[Problem] = []
    columns = _columns(node, old["fields"], new["fields"], problems)
    same_tables = create("", old["fields"]) == create("", new["fields"]) and not any(
        c.old and c.new and (c.old["id"] != c.new["id"] or c.up != quoted(c.old["id"])) for c in columns
    )
    if problems and new.get("made"):
        _remake(new, change)
    elif problems:
        change.problems += problems
    elif not same_tables:
        _rebuild(columns, old, new, change)
    elif any(c.old and c.new and _tighter(c.old, c.new) for c in columns):
        note = f"-- {new['table']}: no change of the table; every stored row is checked against the new bounds\n"
        change.step(f"check {new['table']}", note, note)


def _columns(node: Entity, old: list[Any], new: list[Any], problems: list[Problem]) -> list[_Column]:
    before = {f["id"]: f for f in old}
    was = {f.id: slug(f.was) for f in node.fields if f.was and slug(f.was) in before}
    columns: list[_Column] = []
    used: set[str] = set()
    for after in new:
        source = before.get(was.get(after["id"], after["id"]))
        used |= {source["id"]} if source else set()
        columns.append(_column(node, source, after, problems))
    return columns + [_Column(f, None) for f in old if f["id"] not in used]


def _column(node: Entity, old: Mapping[str, Any] | None, new: Mapping[str, Any], problems: list[Problem]) -> _Column:
    name = f"{node.name}.{new['name']}"
    if old is None:
        if not new.get("optional") and "default" not in new:
            hint = f"give it a default ({{type: {new['type']}, default: …}}) or make it optional ({new['type']}?)"
            problems.append(_problem(node, new, "required", f"{name} is new, required and has no default", hint))
        return _Column(None, new, up=new.get("default", "NULL"))
    if bool(old.get("key")) != bool(new.get("key")):
        hint = "add a new entity with the key you want and move the rows with a pipeline"
        problems.append(_problem(node, new, "key", f"{name}: the key of a stored entity may not change", hint))
    up, down = quoted(old["id"]), quoted(new["id"])
    if old["kind"] != new["kind"]:
        ways = convert.ways(old["kind"], new["kind"], up)
        if ways is None:
            hint = f"add a field of type {new['type']} beside it, or keep {old['type']}"
            message = f"{name}: a change from {old['type']} to {new['type']} may lose what is stored"
            problems.append(_problem(node, new, "type", message, hint))
            return _Column(old, new)
        up, down = ways[0], ways[1].replace(up, down)
    if old.get("optional") and not new.get("optional") and "default" in new:
        up = f"COALESCE({up}, {new['default']})"
    return _Column(old, new, up, down)


def _problem(node: Entity, new: Mapping[str, Any], code: str, message: str, hint: str) -> Problem:
    at = next(f for f in node.fields if f.id == new["id"])
    return Problem(code=f"migrate/{code}", message=message, place=at.place, path=at.path, hint=hint)


def _tighter(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether stored values that were fine may not be any more."""
    if old["type"] != new["type"]:
        before, after = old["type"].split(), new["type"].split()
        return not (before[:1] == after[:1] == ["enum"] and set(before) <= set(after)) and after != ["text"]
    return _less(old.get("min"), new.get("min")) or _less(new.get("max"), old.get("max"), missing_is_more=True)


def _less(a: str | None, b: str | None, *, missing_is_more: bool = False) -> bool:
    if missing_is_more:
        return a is not None and (b is None or _number(a) < _number(b))
    return b is not None and (a is None or _number(a) < _number(b))


def _number(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _remake(new: Mapping[str, Any], change: _Change) -> None:
    a, b = quoted(new["table"]), quoted(change.archive(new["table"]))
    change.step(
        f"remake {new['table']}",
        f"ALTER TABLE {a} RENAME TO {b};\n{create(new['table'], new['fields'])}",
        f"DROP TABLE {a};\nALTER TABLE {b} RENAME TO {a};\n",
    )


def _rebuild(columns: list[_Column], old: Mapping[str, Any], new: Mapping[str, Any], change: _Change) -> None:
    table, archived = new["table"], [c for c in columns if c.old and (not c.new or _blurs(c))]
    archive = quoted(change.archive(table))
    up = ""
    if archived:
        kept = ", ".join(['"_row"', *(quoted(c.old["id"]) for c in archived if c.old)])
        up += f"CREATE TABLE {archive} AS SELECT {kept} FROM {quoted(table)};\n"
    up += _copy(table, new["fields"], {c.new["id"]: c.up for c in columns if c.new})
    back = {c.old["id"]: c.down for c in columns if c.old and c.new}
    for column in archived:
        assert column.old is not None
        name = quoted(column.old["id"])
        kept = f'(SELECT a.{name} FROM {archive} AS a WHERE a."_row" = t."_row"'
        if column.new is None:
            back[column.old["id"]] = f"{kept})"
        else:
            same = column.up.replace(name, f"a.{name}")
            back[column.old["id"]] = f"COALESCE({kept} AND {same} IS t.{quoted(column.new['id'])}), {column.down})"
    down = _copy(table, old["fields"], back)
    if archived:
        down += f"DROP TABLE {archive};\n"
    change.step(_word(table, columns), up, down)


def _blurs(column: _Column) -> bool:
    """Whether two old values may become one new value: then the old ones are kept, and come back where unchanged."""
    return bool(column.old and column.new and column.old["kind"] == "any" and column.up != quoted(column.old["id"]))


def _word(table: str, columns: list[_Column]) -> str:
    added = [c.new["id"] for c in columns if c.new and not c.old]
    gone = [c.old["id"] for c in columns if c.old and not c.new]
    word = "add" if added and not gone else "remove" if gone and not added else "change"
    return " ".join([word, table, *(added or gone)])


def _copy(table: str, fields: list[Any], values: Mapping[str, str]) -> str:
    """Rebuild a table with these fields, its rows computed from the old ones."""
    new = quoted(f"_new_{table}")
    columns = ", ".join(['"_row"', *(quoted(f["id"]) for f in fields), '"_made_by"'])
    select = ",\n       ".join(['"_row"', *(values[f["id"]] for f in fields), '"_made_by"'])
    return (
        create(f"_new_{table}", fields)
        + f'INSERT INTO {new} ({columns})\nSELECT {select}\nFROM {quoted(table)} AS t ORDER BY "_row";\n'
        + f"DROP TABLE {quoted(table)};\nALTER TABLE {new} RENAME TO {quoted(table)};\n"
    )
