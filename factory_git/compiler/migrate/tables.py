"""The SQL that rebuilds a table: what it loses goes to an archive, and comes back from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from factory_git.compiler.migrate.columns import Column
from factory_git.compiler.migrate.draft import Draft, Gap
from factory_git.compiler.schema import create, quoted, sql_type, text_literal

Facts = Mapping[str, Any]
_AFTER = ":new"  # of a column in an archive: what a person's way up made of the value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """A table with its old and new facts; ``label`` is the entity's name, ``paths`` the address of each new field."""

    label: str
    old: Facts
    new: Facts
    columns: Sequence[Column]
    paths: Mapping[str, str]
    entity_path: str

    @property
    def table(self) -> str:
        return str(self.new["table"])

    @property
    def needed(self) -> bool:
        """Whether anything of the table itself changes."""
        return (
            create("", self.old["fields"], timed="retain" in self.old)
            != create("", self.new["fields"], timed="retain" in self.new)
            or any(c.ways or c.gap or c.old is None or c.new is None for c in self.columns)
            or any(c.old and c.new and c.old["id"] != c.new["id"] for c in self.columns)
        )


def rebuild(one: Rebuild, draft: Draft) -> None:
    """Add the steps that make the old table the new one, and back."""
    archive = _Archive(one, quoted(draft.archive(one.table)))
    up = archive.make() + _copy(one.table, one.old, one.new, _ups(one)) + archive.note()
    down = _copy(one.table, one.new, one.old, archive.downs()) + archive.drop()
    klass = "B" if any(c.new is None for c in one.columns) else "A"
    draft.step(_word(one.table, one.columns), up, down, klass)
    for column in one.columns:
        if column.gap and column.new:
            path = one.paths.get(column.new["id"], one.entity_path)
            draft.gaps.append(Gap(path=path, what=column.gap))
            draft.gaps += [Gap(path=path, what=_back(one, column), down=True)] if column.old else []


def _word(table: str, columns: Sequence[Column]) -> str:
    added = [c.new["id"] for c in columns if c.new and not c.old]
    gone = [c.old["id"] for c in columns if c.old and not c.new]
    other = [c.new["id"] for c in columns if c.new and c.old and c.klass]
    word = "change" if other or bool(added) == bool(gone) else "add" if added else "remove"
    return " ".join([word, table, *added, *gone, *other])


def hole(what: str) -> str:
    """A value that only a person can say, as a line of SQL."""
    said = " ".join(what.split())
    return f"-- HOLE: {said}\n       gf_hole({text_literal(said)})"


def _ups(one: Rebuild) -> dict[str, str]:
    return {c.new["id"]: hole(c.gap) if c.gap else c.up("t") for c in one.columns if c.new}


def _back(one: Rebuild, column: Column) -> str:
    assert column.old is not None
    old = column.old
    return f"how {one.label}.{old['name']} ({old['type']}) is had back where the row was changed since"


class _Archive:
    """The table that keeps what a rebuild takes away, one row for each row there was.

    Rows are found again by their key. Where there is none, by their number and all that did not change: numbers are
    given anew when data is loaded again.
    """

    def __init__(self, one: Rebuild, name: str) -> None:
        self.one = one
        self.name = name
        self.kept = [c for c in one.columns if c.old and (c.new is None or c.blurs or c.gap)]
        self.timed = "retain" in one.old and "retain" not in one.new
        plain = [c for c in one.columns if c.plain and c.old and c.new]
        key = [c for c in plain if c.old and c.new and c.old.get("key") and c.new.get("key")]
        self.by_key = bool(key)
        self.match = key or plain

    @property
    def there(self) -> bool:
        return bool(self.kept or self.timed)

    def make(self) -> str:
        if not self.there:
            return ""
        lines = ['    "_row" INTEGER PRIMARY KEY']
        names = ['"_row"']
        for column in (*self.match, *(c for c in self.kept if c not in self.match)):
            assert column.old is not None
            unique = " UNIQUE" if self.by_key and column in self.match else ""
            lines.append(f"    {quoted(column.old['id'])} {sql_type(column.old['kind'])}{unique}")
            names.append(quoted(column.old["id"]))
        lines += [f"    {_after(c)} {sql_type(c.new['kind'])}" for c in self.kept if c.gap and c.new]
        if self.timed:
            lines.append('    "_made_at" TEXT')
            names.append('"_made_at"')
        body, listed = ",\n".join(lines), ", ".join(names)
        return (
            f"CREATE TABLE {self.name} (\n{body}\n);\n"
            f"INSERT INTO {self.name} ({listed})\nSELECT {listed} FROM {quoted(self.one.table)};\n"
        )

    def note(self) -> str:
        """Remember what a person's way up made of each value: the old one comes back where that still stands."""
        made = [c for c in self.kept if c.gap and c.new]
        if not made:
            return ""
        sets = ",\n    ".join(f"{_after(c)} = t.{quoted(c.new['id'])}" for c in made if c.new)
        return f"UPDATE {self.name} AS a SET\n    {sets}\nFROM {quoted(self.one.table)} AS t WHERE {self._on()};\n"

    def drop(self) -> str:
        return f"DROP TABLE {self.name};\n" if self.there else ""

    def downs(self) -> dict[str, str]:
        """How each old column is had from the new table and the archive."""
        values = {c.old["id"]: self._down(c) for c in self.one.columns if c.old}
        if self.timed:
            values["_made_at"] = f"COALESCE({self._of('_made_at')}, gf_now())"
        return values

    def _down(self, column: Column) -> str:
        assert column.old is not None
        if column not in self.kept:
            return column.down("t")
        same, other = "", ""
        if column.new is None:
            other = self._nothing(column.old)
        elif column.gap:
            same = f" AND a.{_after(column)} IS t.{quoted(column.new['id'])}"
            other = hole(_back(self.one, column))
        else:
            same = f" AND {column.up('a')} IS t.{quoted(column.new['id'])}"
            other = column.down("t")
        there = f"EXISTS (SELECT 1 FROM {self.name} AS a WHERE {self._on()}{same})"
        return f"CASE WHEN {there}\n       THEN {self._of(column.old['id'])}\n       ELSE {other} END"

    def _nothing(self, old: Facts) -> str:
        """What a row made since has in a column that was gone."""
        if old.get("optional") or "default" in old:
            return str(old.get("default", "NULL"))
        said = f"a row made since has no {self.one.label}.{old['name']}"
        return f"gf_stop({text_literal(said)})"

    def _of(self, column: str) -> str:
        return f"(SELECT a.{quoted(column)} FROM {self.name} AS a WHERE {self._on()})"

    def _on(self) -> str:
        is_ = "=" if self.by_key else "IS"
        same = [f"a.{quoted(c.old['id'])} {is_} t.{quoted(c.new['id'])}" for c in self.match if c.old and c.new]
        return " AND ".join(same if self.by_key else ['a."_row" = t."_row"', *same])


def _after(column: Column) -> str:
    assert column.old is not None
    return quoted(f"{column.old['id']}{_AFTER}")


def _copy(table: str, source: Facts, target: Facts, values: Mapping[str, str]) -> str:
    """Rebuild a table with the fields of ``target``, its rows computed from those of ``source``."""
    new, timed, was_timed = quoted(f"_new_{table}"), "retain" in target, "retain" in source
    columns = ['"_row"', *(quoted(f["id"]) for f in target["fields"]), '"_made_by"']
    select = ['t."_row"', *(values[f["id"]] for f in target["fields"]), 't."_made_by"']
    rows = f"{quoted(table)} AS t"
    if timed:
        columns.append('"_made_at"')
        select.append('t."_made_at"' if was_timed else values.get("_made_at", 'COALESCE(r."at", gf_now())'))
        rows += "" if was_timed or "_made_at" in values else _LAST
    listed = ",\n       ".join(select)
    return (
        guard(table, source)
        + create(f"_new_{table}", target["fields"], timed=timed)
        + f'INSERT INTO {new} ({", ".join(columns)})\nSELECT {listed}\nFROM {rows} ORDER BY t."_row";\n'
        + f"DROP TABLE {quoted(table)};\nALTER TABLE {new} RENAME TO {quoted(table)};\n"
    )


_LAST = """
LEFT JOIN (SELECT "name", max("at") AS "at" FROM "_gf_run" WHERE "outcome" = 'done' GROUP BY "name") AS r
ON r."name" = t."_made_by\""""
"""When what made a row last ran: a row is no older than that."""


def guard(table: str, source: Facts) -> str:
    """Stop where somebody gave the table a column of their own: it would be lost."""
    known = ["_row", *(f["id"] for f in source["fields"]), "_made_by", *(["_made_at"] if "retain" in source else [])]
    listed = ", ".join(text_literal(name) for name in known)
    said = f"'{table}.' || name || ' is no column of the application''s: it would be lost; take it out first'"
    return f"SELECT gf_stop({said})\nFROM pragma_table_info({text_literal(table)}) WHERE name NOT IN ({listed});\n"
