"""The verbs that keep the data in order: ``migrate`` and ``retain``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from . import kit
from .storage import Store

Open = Callable[[Path], Store[Any]]


def add(verbs: Any, opened: Open) -> None:
    """Add the verbs to the command line; ``opened`` opens a database."""
    migrate = verbs.add_parser("migrate", help="bring the tables up to date")
    which = migrate.add_mutually_exclusive_group()
    which.add_argument(
        "--to", type=_count, default=0, metavar="N", help="up or down to migration N"
    )
    which.add_argument(
        "--down", type=_count, default=0, metavar="N", help="take back the last N"
    )
    which.add_argument("--check", action="store_true", help="only say what is due")
    which.add_argument(
        "--status", action="store_true", help="what is applied, what not"
    )
    migrate.add_argument(
        "--dry-run", action="store_true", help="try it on a copy, change nothing"
    )
    migrate.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="TEXT",
        help="let a migration delete for good: the words that it asks for",
    )
    migrate.set_defaults(do=lambda options: _migrate(options, opened))
    retain = verbs.add_parser("retain", help="delete the rows that are past their term")
    retain.add_argument("--dry-run", action="store_true", help="only say how many")
    retain.set_defaults(do=lambda options: _retain(options, opened))


def _migrate(options: argparse.Namespace, opened: Open) -> None:
    if options.status:
        with opened(_existing(options)) as store:
            _say(_status(store))
        return
    if options.check:
        with opened(_existing(options)) as store:
            _tell(store.check(), "to be applied")
        return
    if options.dry_run:
        _rehearse(options, opened)
        return
    with opened(options.db) as store:
        _tell(*_move(store, options))


def _move(store: Store[Any], options: argparse.Namespace) -> tuple[Iterable[str], str]:
    """Do what is asked; the names and what became of them."""
    count = options.down
    if options.to:
        status = store.status()
        if options.to > len(status):
            raise kit.AppError(f"there is no migration {options.to}")
        count = sum(applied and m.number > options.to for m, applied in status)
    if count:
        return store.down(count), "taken back"
    names = store.migrate(to=options.to, confirmed=options.confirm)
    return names, "applied"


def _rehearse(options: argparse.Namespace, opened: Open) -> None:
    """Do it on a copy, and say which tables would hold more or fewer rows."""
    if not options.db.exists():
        with opened(Path(":memory:")) as store:
            _tell(_move(store, options)[0], "would be applied")
        return
    with opened(options.db) as store, store.rehearsal() as copy:
        before = copy.counts()
        names, what = _move(copy, options)
        after = copy.counts()
    _tell(names, f"would be {what}")
    for table in sorted({**before, **after}):
        if before.get(table, 0) != after.get(table, 0):
            print(f"{table}: {before.get(table, 0)} → {after.get(table, 0)} rows")


def _status(store: Store[Any]) -> Iterable[str]:
    for migration, applied in store.status():
        yield f"{'applied' if applied else 'due':<8} {migration.name}"
        if not applied:
            yield from (f"         to be written: {hole}" for hole in migration.holes)
        if not applied and migration.confirm:
            yield f'         asks for --confirm "{migration.confirm}"'


def _retain(options: argparse.Namespace, opened: Open) -> None:
    with opened(_existing(options)) as store:
        if pending := store.pending():
            raise kit.AppError(f"to be applied: {', '.join(pending)}; run: migrate")
        if options.dry_run:
            with store.rehearsal() as copy:
                _gone(copy.retain(), "would be deleted")
        else:
            _gone(store.retain(), "deleted")


def _gone(counts: Mapping[str, int], what: str) -> None:
    _say([f"{entity:<24} {count:>7} {what}" for entity, count in counts.items()])
    if not counts:
        print("no entity has a term")


def _existing(options: argparse.Namespace) -> Path:
    path: Path = options.db
    if not path.exists():
        raise kit.AppError(f"{path}: there is no such file")
    return path


def _tell(names: Iterable[str], what: str) -> None:
    _say([f"{what}: {name}" for name in names] or ["up to date"])


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
