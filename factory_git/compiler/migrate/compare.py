"""From one stored schema to the next: which migrations lead there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from factory_git.compiler.migrate import columns, pairs, tables
from factory_git.compiler.migrate.checks import where
from factory_git.compiler.migrate.draft import Draft, Gap
from factory_git.compiler.migrate.rows import Rows
from factory_git.compiler.migrate.tables import Rebuild
from factory_git.compiler.python.runtime.retaining import length
from factory_git.compiler.schema import Schema, create_entity, quoted
from factory_git.core.ids import slug
from factory_git.spec import names
from factory_git.spec.model import Entity, Spec

Facts = Mapping[str, Any]


def drafts(spec: Spec, old: Schema, new: Schema, number: int) -> list[Draft]:
    """The migrations that a change of the schema needs, from ``number`` on: none, one, or one more that deletes."""
    comparison = _Comparison(spec, old, new, Draft(number=number))
    comparison.run()
    found = [comparison.draft] if comparison.draft.up else []
    last = Draft(number=number + len(found))
    comparison.expire(last)
    return found + ([last] if last.up else [])


class _Comparison:
    """Two schemas and the draft that leads from one to the other."""

    def __init__(self, spec: Spec, old: Schema, new: Schema, draft: Draft) -> None:
        self.spec = spec
        self.draft = draft
        self.known = old.get("format", 1) >= 2
        self.old: Mapping[str, Facts] = old["entities"]
        self.new: Mapping[str, Facts] = new["entities"]
        self.pairs = pairs.paired(self.old, self.new, known=self.known)
        self.rows = Rows(old, new, self.pairs, known=self.known)
        self.remade: set[str] = set()

    def run(self) -> None:
        rebuilt = {id_: self._rebuild(id_) for id_ in self.pairs}
        self._decide(rebuilt)
        self._gone()
        self._rename()
        for id_ in self.new:
            if id_ not in self.pairs:
                self._add(id_)
            elif id_ in self.remade:
                self._remake(id_)
            else:
                self._change(rebuilt[id_])
        self.rows.follow(self.draft, self.remade)

    # What is remade: made rows that a change does not fit, and what refers to them.

    def _decide(self, rebuilt: Mapping[str, Rebuild]) -> None:
        for id_, one in rebuilt.items():
            awkward = one.new.get("made") and one.old.get("made") and any(c.gap or c.klass == "C" for c in one.columns)
            if awkward or self.rows.made_now(id_):
                around = self.rows.around(id_)
                self.remade |= around or set()

    def _remake(self, id_: str) -> None:
        new, table = self.new[id_], self.new[id_]["table"]
        a, b = quoted(table), quoted(self.draft.archive(table))
        up = f"ALTER TABLE {a} RENAME TO {b};\n{create_entity(new)}"
        self.draft.step(f"remake {table}", up, f"DROP TABLE {a};\nALTER TABLE {b} RENAME TO {a};\n", "B")

    # Whole entities.

    def _gone(self) -> None:
        for id_, entity in self.old.items():
            if id_ in self.pairs.values():
                continue
            a, b = quoted(entity["table"]), quoted(self.draft.archive(entity["table"]))
            up, down = f"ALTER TABLE {a} RENAME TO {b};\n", f"ALTER TABLE {b} RENAME TO {a};\n"
            self.draft.step(f"remove {entity['table']}", up, down, "B")

    def _rename(self) -> None:
        # No new name is an old one that stands elsewhere: a spec that says `was` has no node of that name.
        for after, before in self.pairs.items():
            a, b = self.old[before]["table"], self.new[after]["table"]
            if a == b:
                continue
            one, other = quoted(a), quoted(b)
            up, down = f"ALTER TABLE {one} RENAME TO {other};\n", f"ALTER TABLE {other} RENAME TO {one};\n"
            self.draft.step(f"rename {a} {b}", up, down, "A")

    def _add(self, id_: str) -> None:
        entity = self.new[id_]
        table, draft = entity["table"], self.draft
        draft.step(f"add {id_}", create_entity(entity), f"DROP TABLE {quoted(table)};\n", "A")
        back = {before: after for after, before in self.pairs.items()}
        source = "" if entity.get("made") else pairs.origin(entity, self.new, self.old, self.pairs)
        if source:
            at = self.old[source]
            what = f"which rows {entity['name']} gets from {at['name']}, of which it was split off"
            values = ", ".join(quoted(f["id"]) for f in entity["fields"])
            text = f"INSERT INTO {quoted(table)} ({values}, \"_made_by\")\nSELECT {tables.hole(what)}, 'load'\n"
            held = self.new[back[source]]["table"] if source in back else at["table"]
            draft.step(f"split {id_}", f"{text}FROM {quoted(held)} AS t;\n", _note(f"{id_} is dropped"), "H")
            draft.gaps.append(Gap(path=self._node(id_).path, what=what))

    def _merged(self, id_: str) -> str:
        """The entity that is gone and lives on in this one."""
        back = {before: after for after, before in self.pairs.items()}
        for gone, entity in self.old.items():
            if gone not in back and not entity.get("made") and pairs.origin(entity, self.old, self.new, back) == id_:
                return gone
        return ""

    # What stands in both.

    def _rebuild(self, id_: str) -> Rebuild:
        node, old, new = self._node(id_), self.old[self.pairs[id_]], self.new[id_]
        return Rebuild(
            label=node.name,
            old=old,
            new=new,
            columns=list(self._columns(id_, node, old, new)),
            paths={f.id: f.path for f in node.fields},
            entity_path=node.path,
        )

    def _columns(self, id_: str, node: Entity, old: Facts, new: Facts) -> Iterator[columns.Column]:
        before, after = ({f["id"]: f for f in facts["fields"]} for facts in (old, new))
        same = pairs.paired(before, after, known=self.known)
        merged = self._merged(id_)
        for one, facts in after.items():
            label = f"{node.name}.{facts['name']}"
            if one in same:
                yield columns.changed(self._field(id_, node, before[same[one]], facts))
                continue
            column = columns.added(label, facts)
            if merged and one in {f["id"] for f in self.old[merged]["fields"]}:
                column.open(f"how {label} ({facts['type']}) is had from {self.old[merged]['name']}, which is gone")
            yield column
        yield from (columns.removed(facts) for one, facts in before.items() if one not in same.values())

    def _field(self, id_: str, node: Entity, old: Facts, new: Facts) -> columns.Change:
        personal = {f.id for f in node.fields if f.pii}
        fields = {f.id: f for f in node.fields}
        personal |= {slug(f.was) for f in node.fields if f.pii and f.was}
        reserved = set(self.spec.reserved)
        path = fields[new["id"]].path

        def apart(one: str, other: str) -> bool:
            return not reserved.isdisjoint((names.join(path, one), names.join(path, other)))

        before = self.old[self.pairs[id_]]
        return columns.Change(
            label=f"{node.name}.{old['name']}",
            old=old,
            new=new,
            at=where(f"{before['name']}.{old['name']}", before, old["id"], frozenset(personal)),
            same_target=self._same_target(old, new),
            rekeyed=self._rekeyed(new),
            apart=apart,
        )

    def _same_target(self, old: Facts, new: Facts) -> bool:
        before, after = _target(old, self.old), new.get("ref")
        return before is None or after is None or self.pairs.get(after) == before

    def _rekeyed(self, field: Facts) -> str:
        """In words that the rows a reference leads to are called by another key now; empty where they are not."""
        now = self.new.get(field.get("ref", ""))
        then = self.old.get(self.pairs.get(field.get("ref", ""), ""))
        if now is None or then is None:
            return ""
        keys = [next((f for f in facts["fields"] if f.get("key")), None) for facts in (then, now)]
        before, after = keys
        if before is None or after is None:
            return ""
        fields = ({f["id"]: f for f in facts["fields"]} for facts in (then, now))
        if pairs.paired(*fields, known=self.known).get(after["id"]) == before["id"]:
            return ""
        return f"rows of {now['name']} are called by {after['name']} now, and were by {before['name']}"

    def _change(self, one: Rebuild) -> None:
        draft = self.draft
        for column in one.columns:
            draft.check(column.queries)
            draft.raise_to(column.klass if one.needed or column.queries else "")
        if one.needed:
            tables.rebuild(one, draft)
        elif any(c.queries for c in one.columns):
            note = _note(f"{one.table}: its rows were checked, nothing of the table changes")
            draft.step(f"check {one.table}", note, note, "C")

    def _node(self, id_: str) -> Entity:
        return next(e for e in self.spec.entities if e.id == id_)

    # What is deleted.

    def expire(self, draft: Draft) -> None:
        """Rows past a term that is new or shorter; a schema of an older format never was without terms."""
        said = []
        for id_, before in self.pairs.items():
            old, new = self.old[before].get("retain"), self.new[id_].get("retain")
            if not self.known or not new or (old and length(new) >= length(old)) or id_ in self.remade:
                continue
            table, name = self.new[id_]["table"], self.new[id_]["name"]
            said.append(f"{name} older than {new}")
            up = f"DELETE FROM {quoted(table)} WHERE \"_made_at\" < gf_cut('{new}');\n"
            draft.step(f"retain {table} {new}", up, _note(f"{name}: what was deleted stays deleted"), "X")
        draft.confirm = f"delete {', '.join(said)}" if said else ""


def _target(field: Facts, entities: Mapping[str, Facts]) -> str | None:
    """The entity a reference leads to; a schema of an older format has it in the type only."""
    if "ref" in field:
        return str(field["ref"])
    type_ = field["type"].removeprefix("list ")
    name = type_.removeprefix("ref ") if type_.startswith("ref ") else None
    return next((id_ for id_, e in entities.items() if name is not None and name in (e["name"], id_)), None)


def _note(text: str) -> str:
    return f"-- {text}\n"
