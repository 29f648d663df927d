"""The process that drives a compiled application: started by path, ``python -P``, never imported by the program.

Orders come on standard input: ``root`` (its folder), ``package``, and ``tasks``; each task names what to ``do`` and is
answered by one line of JSON on an inherited descriptor. A task that the application refuses is answered with its words
and ends nothing; what breaks ends the process. Values are told as texts that are equal where the values are.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

Answer = dict[str, Any]
ASKED = 2000  # rows of one entity that are each asked whether they alone break a guardrail
SHOWN = 5  # rows of one entity that are named


class Driver:
    """One application, imported from its folder."""

    def __init__(self, root: str, package: str) -> None:
        sys.path.insert(0, root)
        self.package = package
        self.kit, self.store = self.module("kit"), self.module("store")

    def module(self, name: str) -> Any:
        """A module of the application by its name below the package."""
        return importlib.import_module(f"{self.package}.{name}")

    def answer(self, task: Mapping[str, Any]) -> Answer:
        """Do one task; what the application refuses is an answer, too."""
        work: Callable[..., Answer] = getattr(self, f"do_{task['do']}")
        try:
            return work(**{name: value for name, value in task.items() if name != "do"})
        except self.kit.AppError as error:
            return {"refused": str(error)}

    @contextlib.contextmanager
    def open(self, db: str, *, durable: bool = True) -> Iterator[Any]:
        """The database of that file; one that is thrown away need not outlive a power cut."""
        with self.store.open_store(Path(db)) as store:
            if not durable:
                store.connection.execute("PRAGMA synchronous = OFF")
            yield store

    def do_copy(self, source: str, target: str) -> Answer:
        """A file as it is, for the next task to work on."""
        shutil.copyfile(source, target)
        return {}

    def do_migrate(self, db: str, durable: bool = True) -> Answer:
        """Apply what is pending; whoever asks has had what deletes confirmed, or works on a copy."""
        with self.open(db, durable=durable) as store:
            status = getattr(store, "status", None)
            if status is None:  # an application of an earlier compiler
                return {"applied": list(store.migrate())}
            texts = {migration.confirm for migration, done in status() if not done and migration.confirm}
            return {"applied": list(store.migrate(confirmed=texts))}

    def do_down(self, db: str, count: int, durable: bool = True) -> Answer:
        with self.open(db, durable=durable) as store:
            return {"taken": list(store.down(count))}

    def do_check(self, db: str) -> Answer:
        """Schema, rows and references; the guardrails on what is stored, for the arguments of each last run."""
        with self.open(db) as store:
            pending = list(store.check())
            world, history = store.world(), store.history()
        return {"pending": pending, "broken": list(self._broken(world, history)), "runs": len(history)}

    def do_load(self, db: str, folder: str, durable: bool = True) -> Answer:
        with self.open(db, durable=durable) as store:
            store.migrate()
            loaded = store.load(Path(folder))
        return {"rows": dict(loaded.rows)}

    def do_put(self, db: str, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Answer:
        """A new database with these rows, by entity and field, each value as a database holds it."""
        read = self.module("rows").from_sql
        with self.open(db, durable=False) as store:
            store.migrate()

            def work(world: Any) -> tuple[()]:
                for table in store.tables:
                    for row in rows.get(table.entity, ()):
                        given = {c.attribute: read(c.kind, row[c.field]) for c in table.columns if c.field in row}
                        getattr(world, table.attribute).append(table.row(**given))
                return ()

            store.change("load", {}, work)
        return {}

    def do_run(self, db: str, pipeline: str, args: Mapping[str, str], gates: Mapping[str, str]) -> Answer:
        """Run a pipeline and say how it ended, which guardrails broke, and what each step took out of which list.

        ``gates`` are the steps (their functions, with the entity) that are told of where they let everything pass, too.
        """
        app, acting = self.module("interface").APP, self.module("acting")
        found = next((p for p in app.pipelines if p.id == pipeline), None)
        if found is None:
            return {"refused": f"there is no pipeline {pipeline}"}
        values = acting.read_all(found.args, {a.name: args.get(a.name, "") for a in found.args}, lambda arg: arg.name)
        stopped: list[list[Any]] = []
        with self.open(db, durable=False) as store, self._watched(pipeline, gates, stopped):
            data = self.module("__main__").console.Data(store, self.module("pipelines").run, None)
            try:
                made = dict(data.run(pipeline, values))
                broken = json.loads(store.history()[-1][-1])
                return {"outcome": "done", "made": made, "broken": broken, "stopped": stopped}
            except self.kit.GuardrailBroken as error:
                broken = [b.path for b in error.broken]
                return {"outcome": "aborted", "made": {}, "broken": broken, "stopped": stopped, "why": str(error)}
            except self.kit.AppError as error:
                return {"outcome": "failed", "made": {}, "broken": [], "stopped": stopped, "why": str(error)}

    @contextlib.contextmanager
    def _watched(self, pipeline: str, gates: Mapping[str, str], stopped: list[list[Any]]) -> Iterator[None]:
        """While a pipeline runs, count what its steps take out of the lists of the world: step, list, before, gone."""
        module = self.module(f"pipelines.{pipeline}")
        steps = {name: value for name, value in vars(module).items() if _is_step(name, value)}

        def counted(name: str, step: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
            def call(world: Any, run: Any) -> None:
                before = {t.attribute: len(getattr(world, t.attribute)) for t in self.store.TABLES}
                step(world, run)
                for table in self.store.TABLES:
                    gone = before[table.attribute] - len(getattr(world, table.attribute))
                    if gone > 0 or gates.get(name) == table.entity:
                        stopped.append([name, table.entity, before[table.attribute], gone])

            return call

        for name, step in steps.items():
            setattr(module, name, counted(name, step))
        try:
            yield
        finally:
            for name, step in steps.items():
                setattr(module, name, step)

    def do_rows(self, db: str) -> Answer:
        """Every row of every entity, in the application's own order."""
        with self.open(db) as store:
            world = store.world()
        return {
            "entities": [
                {
                    "entity": table.entity,
                    "fields": [c.field for c in table.columns],
                    "rows": [
                        [told(getattr(row, c.attribute)) for c in table.columns]
                        for row in getattr(world, table.attribute)
                    ],
                }
                for table in self.store.TABLES
            ]
        }

    def do_history(self, db: str) -> Answer:
        """The arguments of the runs there were, newest first: pipeline and texts by name."""
        with self.open(db) as store:
            history = store.history()
        runs = [(row[2], json.loads(row[3])) for row in reversed(history)]
        return {"runs": [[name.removeprefix("run:"), args] for name, args in runs if name.startswith("run:")]}

    def do_panels(self, db: str, today: str) -> Answer:
        """Every panel as a page with its style inside, seen by somebody who may see no personal data."""
        pages, frame, cells = self.module("web.pages"), self.module("web.frame"), self.module("web.cells")
        app, view = self.module("interface").APP, self.module("view")
        style = self.module("web.routes").STYLE.read_text(encoding="utf-8")
        with self.open(db) as store:
            world, history = store.world(), store.history()
        nobody = view.Role(id="", title="")
        last = frame.LastRun.of(app, history)
        lens = cells.Lens(app=app, world=world, role=nobody, today=dt.date.fromisoformat(today), secret=b"")
        found = {}
        for panel in app.panels:
            visit = frame.Visit(lens=lens, here=panel.id, last=last)
            html = str(pages.panel_page(visit, panel, {}))
            main = html[html.find("<main") : html.find("</main>")]
            whole = html.replace('<link rel="stylesheet" href="/style.css">', f"<style>{style}</style>")
            found[panel.id] = {"title": panel.title, "main": main, "html": whole}
        return {"panels": found}

    def _broken(self, world: Any, history: Sequence[Sequence[Any]]) -> Iterator[Answer]:
        """The guardrails that stored rows break: with no run's arguments, and with those of each pipeline's last."""
        rules, acting = self.module("guardrails"), self.module("acting")
        asked: list[Any] = [SimpleNamespace()]
        last = {row[2].removeprefix("run:"): json.loads(row[3]) for row in history if row[4] == "done"}
        for pipeline in self.module("interface").APP.pipelines:
            if pipeline.id in last:
                with contextlib.suppress(self.kit.AppError):
                    given = {a.name: last[pipeline.id].get(a.name, "") for a in pipeline.args}
                    values = acting.read_all(pipeline.args, given, lambda arg: arg.name)
                    asked.append(SimpleNamespace(**{a.attribute: values[a.name] for a in pipeline.args}))
        seen: set[str] = set()
        for run in asked:
            for broken in rules.check(world, run):
                if broken.on_break == "abort" and broken.path not in seen:
                    seen.add(broken.path)
                    yield {"words": str(broken), "rows": list(self._culprits(world, run, broken.path))}

    def _culprits(self, world: Any, run: object, path: str) -> Iterator[str]:
        """The rows that break a guardrail by themselves, at most a few; an entity whose rows do it together."""
        check, app = self.module("guardrails").check, self.module("interface").APP
        shown, nobody = self.module("view").shown, self.module("view").Role(id="", title="")
        lists = {table.attribute: getattr(world, table.attribute) for table in self.store.TABLES}

        def breaks(attribute: str, rows: list[Any]) -> bool:
            try:
                return any(b.path == path for b in check(type(world)(**{**lists, attribute: rows}), run))
            except self.kit.AppError:
                return False

        for table in self.store.TABLES:
            rows = lists[table.attribute]
            if not rows or breaks(table.attribute, []):
                continue
            alone = [row for row in rows[:ASKED] if breaks(table.attribute, [row])]
            entity = app.entity(table.attribute)
            for row in alone[:SHOWN]:
                values = shown(entity, row, nobody).items()
                yield f"{table.entity}: {', '.join(f'{name} {value}' for name, value in values if value is not None)}"
            if len(alone) > SHOWN:
                yield f"{table.entity}: … {len(alone) - SHOWN} more"
            if not alone:
                yield f"{table.entity}: its {len(rows)} rows together"


def _is_step(name: str, value: object) -> bool:
    """Whether a name of a pipeline's module is a step: a function, its own or one that it took from bound code."""
    known = name in ("run", "dataclass", "field", "replace") or name.startswith("_")
    return isinstance(value, FunctionType) and not known


def told(value: Any) -> Any:
    """A value as JSON; equal values are equal texts, whatever digits they were written with."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in ("-0", "") else text
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [told(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): told(item) for name, item in sorted(value.items())}
    return str(value)


def main() -> int:
    """Do the tasks that standard input names."""
    orders = json.loads(sys.stdin.read())
    with os.fdopen(orders["answers"], "w", encoding="utf-8") as answers:
        driver = Driver(orders["root"], orders["package"])
        for task in orders["tasks"]:
            answers.write(json.dumps(driver.answer(task), ensure_ascii=False) + "\n")
            answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
