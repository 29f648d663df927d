"""Who makes which rows, and what becomes of rows whose maker is called otherwise, is gone, or is another now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory_git.compiler.migrate import pairs
from factory_git.compiler.migrate.draft import Draft
from factory_git.compiler.schema import Schema, quoted, text_literal

Facts = Mapping[str, Any]


class Rows:
    """The makers of two schemas. ``known``: the old one says what its pipelines make."""

    def __init__(self, old: Schema, new: Schema, entities: Mapping[str, str], *, known: bool) -> None:
        self.old: Mapping[str, Facts] = old["entities"]
        self.new: Mapping[str, Facts] = new["entities"]
        self.before: Mapping[str, Facts] = old.get("pipelines", {}) if known else {}
        self.after: Mapping[str, Facts] = new.get("pipelines", {}) if known else {}
        self.entities = entities
        self.known = known
        self.pipelines = pairs.paired(self.before, self.after, known=True)

    def around(self, id_: str) -> set[str] | None:
        """The entity and all that refer to it, directly or not; None where rows among them cannot be made again."""
        found, todo = {id_}, [id_]
        while todo:
            target = todo.pop()
            for other, entity in self.new.items():
                if other in found or not any(f.get("ref") == target for f in entity["fields"]):
                    continue
                if not entity.get("made"):
                    return None
                found.add(other)
                todo.append(other)
        return {one for one in found if one in self.entities}

    def made_now(self, id_: str) -> bool:
        """Whether rows that were stored are ones that pipelines make, from now on."""
        old, new = self.old[self.entities[id_]], self.new[id_]
        return self.known and bool(new.get("made")) and not (old.get("made") or old.get("acted"))

    def _stored_now(self, id_: str) -> bool:
        old, new = self.old[self.entities[id_]], self.new[id_]
        return self.known and bool(old.get("made") or old.get("acted")) and not (new.get("made") or new.get("acted"))

    def follow(self, draft: Draft, remade: set[str]) -> None:
        """Add the steps that change whose rows are whose. They come after all tables are the new ones."""
        still = [id_ for id_ in self.entities if id_ not in remade]
        renamed = {before: after for after, before in self.pipelines.items() if before != after}
        gone = set(self.before) - set(self.pipelines.values())
        for id_ in still:
            table = self.new[id_]["table"]
            for before, after in sorted(renamed.items()):
                if self._makes(before, id_):
                    _rename(draft, table, f"run:{before}", f"run:{after}")
            if self._stored_now(id_):
                _adopt(draft, self.new[id_])
                continue
            lost = sorted(one for one in gone if self._makes(one, id_))
            if lost and self._nobody_needs(id_):
                _take(draft, self.new[id_], [f"run:{one}" for one in lost])

    def _makes(self, pipeline: str, id_: str) -> bool:
        return self.entities[id_] in self.before[pipeline].get("makes", ())

    def _nobody_needs(self, id_: str) -> bool:
        """Whether nothing that stays refers to the rows: what refers to them is made by what is gone, too."""
        around = self.around(id_)
        made = {one for pipeline in self.after.values() for one in pipeline.get("makes", ())}
        return around is not None and made.isdisjoint(around - {id_})


def _rename(draft: Draft, table: str, before: str, after: str) -> None:
    def update(a: str, b: str) -> str:
        return f'UPDATE {quoted(table)} SET "_made_by" = {text_literal(b)} WHERE "_made_by" = {text_literal(a)};\n'

    draft.step(f"follow {table} {after.partition(':')[2]}", update(before, after), update(after, before), "A")


def _adopt(draft: Draft, entity: Facts) -> None:
    """Rows that were made and are stored from now on: no run takes them away any more."""
    name, archive = quoted(entity["table"]), quoted(draft.archive(f"{entity['table']}:made_by"))
    key = next((f["id"] for f in entity["fields"] if f.get("key")), "_row")
    up = (
        f'CREATE TABLE {archive} AS SELECT {quoted(key)}, "_made_by" FROM {name} WHERE "_made_by" <> \'load\';\n'
        f"UPDATE {name} SET \"_made_by\" = 'load';\n"
    )
    down = (
        f'UPDATE {name} AS t SET "_made_by" = a."_made_by" FROM {archive} AS a '
        f"WHERE a.{quoted(key)} = t.{quoted(key)};\nDROP TABLE {archive};\n"
    )
    draft.step(f"keep {entity['table']}", up, down, "A")


def _take(draft: Draft, entity: Facts, makers: list[str]) -> None:
    """Rows of pipelines that are gone: no run replaces them any more."""
    name, archive = quoted(entity["table"]), quoted(draft.archive(f"{entity['table']}:runs"))
    fields = [f["id"] for f in entity["fields"]] + (["_made_at"] if "retain" in entity else [])
    listed = ", ".join(quoted(column) for column in ("_row", *fields, "_made_by"))
    whose = f'"_made_by" IN ({", ".join(text_literal(one) for one in makers)})'
    up = f"CREATE TABLE {archive} AS SELECT {listed} FROM {name} WHERE {whose};\nDELETE FROM {name} WHERE {whose};\n"
    # A number may have been given anew since: such a row comes back under a number of its own.
    free = f'CASE WHEN "_row" IN (SELECT "_row" FROM {name}) THEN NULL ELSE "_row" END'
    back = f"INSERT INTO {name} ({listed})\nSELECT {listed.replace(quoted('_row'), free, 1)} FROM {archive}"
    down = f"{back};\nDROP TABLE {archive};\n"
    draft.step(f"archive {entity['table']}", up, down, "B")
