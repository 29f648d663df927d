"""The command line of the application: load, run, show, act, serve, check, migrate."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sqlite3
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, Self

from . import acting, kit, upkeep, view
from .storage import Store

Run = Callable[[str, Any, Mapping[str, Any]], Sequence[kit.Broken]]
Judge = Callable[[Any, object], list[kit.Broken]]
Serve = Callable[[view.App, Callable[[], "Data"], argparse.Namespace], None]


class Data:
    """The store together with what may be done to it; also what the web pages ask."""

    def __init__(self, store: Store[Any], run: Run, judge: Judge) -> None:
        self.store = store
        self._run = run
        self._judge = judge

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def world(self) -> Any:
        """Every row."""
        return self.store.world()

    def history(self) -> list[tuple[Any, ...]]:
        """The runs, oldest first."""
        return self.store.history()

    def run(self, pipeline: str, args: Mapping[str, Any]) -> Mapping[str, int]:
        """Run a pipeline; rows made per entity."""
        texts = {name: view.text(value) for name, value in args.items()}

        def work(world: Any) -> Sequence[kit.Broken]:
            return self._run(pipeline, world, args)

        return self.store.remake(f"run:{pipeline}", texts, work).made

    def seen(self, panel: str) -> None:
        """Count that a panel was looked at, where the application counts."""
        self.store.seen(panel)

    def act(self, action: acting.Action, on: Any, act: acting.Act) -> None:
        """Carry out an action, judge what it did by the guardrails, store it."""

        def work(world: Any) -> Sequence[kit.Broken]:
            action.do(world, on, act)
            return kit.enforce(self._judge(world, act))

        said = {"actor": act.actor, "role": act.role, "day": act.day.isoformat()}
        self.store.change(f"act:{action.id}", said, work)


class Console:
    """One application on the command line. ``name`` is what it is started with."""

    def __init__(
        self, name: str, app: view.App, opened: Callable[[Path], Data], serve: Serve
    ) -> None:
        self.name = name
        self.app = app
        self.opened = opened
        self.serve = serve

    def main(self, arguments: Sequence[str] | None = None) -> int:
        """Do what the arguments say; the exit code."""
        options = self._parser().parse_args(arguments)
        try:
            options.do(options)
        except kit.GuardrailBroken as error:
            for broken in error.broken:
                print(f"error: {broken}", file=sys.stderr)
            print("nothing was stored", file=sys.stderr)
            return 1
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (kit.AppError, sqlite3.Error, OSError, OverflowError) as error:
            return self._tell(str(error))
        except KeyboardInterrupt:
            return 130
        return 0

    @staticmethod
    def _tell(message: str) -> int:
        for line in message.split("\n"):
            print(f"error: {line}", file=sys.stderr)
        return 1

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog=self.name, description=self.app.title)
        parser.add_argument("--version", action="version", version=self.app.version)
        parser.add_argument(
            "--db",
            type=Path,
            default=Path(f"{self.name.split()[-1]}.db"),
            help="the database file (default: %(default)s)",
        )
        verbs = parser.add_subparsers(required=True, metavar="VERB")
        self._add_data_verbs(verbs)
        self._add_run(verbs)
        self._add_show(verbs)
        if self.app.actions:
            self._add_act(verbs)
        server = verbs.add_parser("serve", help="serve the web pages")
        server.add_argument("--port", type=int, default=8000)
        server.add_argument("--host", default="127.0.0.1")
        self._add_who(server)
        server.set_defaults(do=self._serve)
        return parser

    def _add_data_verbs(self, verbs: Any) -> None:
        load = verbs.add_parser("load", help="load a folder of CSV files")
        load.add_argument("folder", type=Path, metavar="DIR")
        load.set_defaults(do=self._load)
        check = verbs.add_parser("check", help="check the schema, the rows, the rules")
        check.set_defaults(do=self._check)
        upkeep.add(verbs, lambda path: self.opened(path).store)

    def _add_run(self, verbs: Any) -> None:
        run = verbs.add_parser("run", help="run a pipeline")
        if not self.app.pipelines:
            run.set_defaults(do=lambda _: _stop("there is no pipeline"))
            return
        names = run.add_subparsers(required=True, metavar="PIPELINE")
        for pipeline in self.app.pipelines:
            one = names.add_parser(pipeline.id, help=pipeline.title)
            _add_arguments(one, pipeline.args)
            one.set_defaults(do=self._run, pipeline=pipeline)

    def _add_show(self, verbs: Any) -> None:
        show = verbs.add_parser(
            "show", help="show an entity, a panel, or how many rows"
        )
        show.add_argument("what", nargs="?", default="", metavar="ENTITY|PANEL")
        show.add_argument("--json", action="store_true")
        show.add_argument("--role", default="", help=self._roles())
        show.set_defaults(do=self._show)

    def _add_act(self, verbs: Any) -> None:
        act = verbs.add_parser("act", help="do something on a row")
        names = act.add_subparsers(required=True, metavar="ACTION")
        for action in self.app.actions:
            one = names.add_parser(action.id, help=action.title)
            if action.on:
                one.add_argument("key", metavar="KEY", help=f"which {action.on}")
            _add_arguments(one, action.args)
            self._add_who(one)
            one.set_defaults(do=self._act, action=action)

    def _add_who(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--role", default="", help=self._roles())
        parser.add_argument("--actor", default="", help="who acts")

    def _roles(self) -> str:
        roles = ", ".join(r.id for r in self.app.roles)
        return f"one of {roles}" if roles else "this application has no roles"

    # Verbs.

    def _load(self, options: argparse.Namespace) -> None:
        with self._open(options) as data:
            loaded = data.store.load(options.folder)
        for entity, count in loaded.rows.items():
            print(f"{entity:<24} {count:>7}")
        if loaded.dropped:
            print(
                f"{loaded.dropped} rows of earlier runs no longer fit and were dropped",
                file=sys.stderr,
            )

    def _run(self, options: argparse.Namespace) -> None:
        wanted = options.pipeline.args
        args = acting.read_all(wanted, _given(options, wanted), _flag)
        with self._open(options) as data:
            made = data.run(options.pipeline.id, args)
        for entity, count in made.items():
            print(f"{entity:<24} {count:>7}")

    def _show(self, options: argparse.Namespace) -> None:
        panel = self.app.panel(options.what)
        with self._open(options) as data:
            world = data.world()
            if panel is not None and panel.open_to(self._role(options)):
                data.seen(panel.id)
        if not options.what:
            counts = {
                e.name: len(getattr(world, e.attribute)) for e in self.app.entities
            }
            if options.json:
                print(json.dumps(counts, indent=1, ensure_ascii=False))
            else:
                for name, count in counts.items():
                    print(f"{name:<24} {count:>7}")
            return
        role = self._role(options)
        found = self._sections(options.what, world, role)
        if options.json:
            rows = {
                entity.name: [view.shown(entity, row, role) for row in listed]
                for entity, _, listed in found
            }
            print(json.dumps(rows, indent=1, ensure_ascii=False))
            return
        parts = [
            f"{entity.many} ({len(listed)})\n"
            + table(
                [c.field for c in columns],
                [view.told(self.app, world, columns, row, role) for row in listed],
            )
            for entity, columns, listed in found
        ]
        print("\n\n".join(parts))

    def _sections(
        self, what: str, world: Any, role: view.Role
    ) -> list[tuple[view.Entity, tuple[view.Column, ...], list[Any]]]:
        panel = self.app.panel(what)
        if panel is not None:
            if not panel.open_to(role):
                raise acting.Refused(f"{panel.title} is not open to this role")
            return [
                (e, s.shown_of(e), s.rows(world))
                for s in panel.sections
                if (e := self.app.entity(s.entity)) is not None
            ]
        entity = self.app.entity(what)
        if entity is None:
            known = [p.id for p in self.app.panels] + [
                e.name for e in self.app.entities
            ]
            raise kit.Missing(f"there is no {what!r} (has: {', '.join(known)})")
        return [(entity, entity.columns, getattr(world, entity.attribute))]

    def _act(self, options: argparse.Namespace) -> None:
        action: acting.Action = options.action
        role = self._role(options)
        who = acting.Act(actor=options.actor, role=role.id, day=dt.date.today())
        act = acting.make_act(action, who, _given(options, action.args))
        with self._open(options) as data:
            data.act(action, self._key(data, action, options), act)
        print(f"{action.title}: done")

    def _key(
        self, data: Data, action: acting.Action, options: argparse.Namespace
    ) -> Any:
        if not action.on:
            return None
        entity = self.app.entity(action.on)
        rows = getattr(data.world(), action.on)
        for row in rows:
            if entity and str(getattr(row, entity.key)) == options.key:
                return getattr(row, entity.key)
        raise kit.Missing(f"there is no {action.on} of that key")

    def _serve(self, options: argparse.Namespace) -> None:
        self._open(options).store.close()
        self.serve(self.app, lambda: self.opened(options.db), options)

    def _check(self, options: argparse.Namespace) -> None:
        with self._existing(options) as data:
            pending = data.store.check()
        if pending:
            raise kit.AppError(f"to be applied: {', '.join(pending)}; run: migrate")
        print("the tables are up to date, the rows fit, references hold")

    def _role(self, options: argparse.Namespace) -> view.Role:
        if not options.role and self.app.roles:
            return view.Role(id="", title="nobody")
        return self.app.role(options.role)

    def _open(self, options: argparse.Namespace) -> Data:
        """The data; a new database gets its tables, an old one must be up to date."""
        new = not options.db.exists()
        data = self.opened(options.db)
        try:
            if new:
                data.store.migrate()
            elif pending := data.store.pending():
                names = ", ".join(pending)
                raise kit.AppError(
                    f"{options.db} is not up to date ({names}): {self.name} migrate"
                )
        except BaseException:
            data.store.close()
            raise
        return data

    def _existing(self, options: argparse.Namespace) -> Data:
        if not options.db.exists():
            raise kit.AppError(f"{options.db}: there is no such file")
        return self.opened(options.db)


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as text in columns; numbers stand to the right."""
    cells = [[_cell(row[c]) for c in columns] for row in rows]
    numeric = [all(_is_number(row[c]) for row in rows) and bool(rows) for c in columns]
    widths = [
        max([_width(c), *(_width(line[n]) for line in cells)])
        for n, c in enumerate(columns)
    ]
    lines = [list(columns), *cells]
    return "\n".join(
        "  ".join(
            _padded(text, width, right=right)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    """The columns of a terminal that a text takes: wide letters two, marks none."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _cell(", ".join(value)) if value else "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= 48 else f"{text[:47]}…"


def _is_number(value: Any) -> bool:
    if value is None:
        return True
    return str(value).lstrip("-").replace(".", "", 1).isdigit()


def _add_arguments(parser: argparse.ArgumentParser, args: Sequence[acting.Arg]) -> None:
    for arg in args:
        parser.add_argument(
            _flag(arg),
            dest=f"arg_{arg.attribute}",
            required=not arg.optional and arg.kind != "bool",
            metavar=arg.kind.upper(),
            help=arg.title,
        )


def _flag(arg: acting.Arg) -> str:
    return f"--{arg.name.replace('_', '-')}"


def _given(options: argparse.Namespace, args: Sequence[acting.Arg]) -> dict[str, str]:
    return {arg.name: getattr(options, f"arg_{arg.attribute}") or "" for arg in args}


def _stop(message: str) -> NoReturn:
    raise kit.AppError(message)
