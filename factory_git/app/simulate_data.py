"""What both versions are run on: the application's real data, copied, and small worlds drawn from its types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.compiler.python import names
from factory_git.compiler.python.runtime.rows import to_sql
from factory_git.compiler.schema import kind
from factory_git.core.errors import FactoryError, NotFound, UsageError
from factory_git.executors import database
from factory_git.growth.simulation import Table
from factory_git.growth.worlds import FIRST_DAY, World, worlds
from factory_git.spec.model import Pipeline, Spec
from factory_git.spec.types import Optional, Scalar, Type

DAYS = 7  # a week: what depends on the day of the week is met once
RECENT = 7  # how many of the application's own last runs are repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Where real data is: ``database`` (a file) or ``folder`` (of CSV files); ``name`` is what messages call it."""

    path: Path
    database: bool
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What is run on one copy of the data: pipelines with their arguments as texts. ``label`` says it in words."""

    label: str
    runs: tuple[tuple[str, Mapping[str, str]], ...]
    today: str


def real(top: Path | None, spec: Spec, asked: Path | None, deployed: Path | None) -> Data | None:
    """The application's data: what was asked for, what is ``deployed``, its database, or its folder ``data``.

    One without a row is none; None: there is none. Raises :class:`NotFound` where what was asked for is not there.
    """
    if asked is not None:
        if not asked.exists():
            raise NotFound(f"there is no {asked}", code="simulate/no-data", hint="--data takes a database or a folder")
        return Data(path=asked.absolute(), database=asked.is_file(), name=str(asked))
    if deployed is not None and _filled(deployed):
        return Data(path=deployed, database=True, name="the deployed database")
    root = top / spec.root if top is not None else None
    if root is not None and _filled(root / f"{spec.package}.db"):
        return Data(path=root / f"{spec.package}.db", database=True, name=f"{spec.package}.db")
    if root is not None and any((root / "data").glob("*.csv")):
        return Data(path=root / "data", database=False, name="data")
    return None


def _filled(file: Path) -> bool:
    """Whether a file is a database with rows in it."""
    try:
        return file.is_file() and any(columns.get("_row") for columns in database.counts(file).values())
    except FactoryError:
        return True  # what cannot be read is told when it is copied


def pipelines(old: Spec, new: Spec, asked: Sequence[str]) -> tuple[list[Pipeline], list[str]]:
    """The pipelines to run: those that both have, in the newer version's order; and what is left out, in words.

    Raises :class:`NotFound` for one that neither has.
    """
    for word in asked:
        if old.pipeline(word) is None and new.pipeline(word) is None:
            known = ", ".join(p.id for p in new.pipelines) or "none"
            raise NotFound(f"there is no pipeline {word!r}", code="simulate/pipeline", hint=f"there are: {known}")
    both = [p for p in new.pipelines if old.pipeline(p.id) is not None and (not asked or p.id in asked)]
    notes = [f"{p.id} is new: it is not run" for p in new.pipelines if old.pipeline(p.id) is None]
    notes += [f"{p.id} is gone: it is not run" for p in old.pipelines if new.pipeline(p.id) is None]
    return both, notes


def rounds(
    runs: Sequence[Pipeline], given: Mapping[str, str], history: Sequence[tuple[str, Mapping[str, str]]], newest: str
) -> tuple[list[Round], list[str]]:
    """Which arguments the pipelines are run with, and notes that say where they are from.

    What was given counts; else the application's own last runs; else a week from the ``newest`` date in the data. A
    pipeline that asks for something else is left out with a note.
    """
    _refuse_unknown(runs, given)
    found: dict[str, list[dict[str, str]]] = {}
    notes: list[str] = []
    for pipeline in runs:
        args, note = _arguments(pipeline, given, history, newest)
        notes += [note] if note else []
        if args:
            found[names.module(pipeline)] = args
    most = max((len(args) for args in found.values()), default=0)
    out = []
    for number in range(most):
        these = tuple((id_, args[number % len(args)]) for id_, args in found.items())
        words = dict.fromkeys(f"{n} {v}" for _, args in these for n, v in args.items())
        out.append(Round(label=", ".join(words) or "as it is", runs=these, today=_today(these, newest)))
    return out or [Round(label="as it is", runs=(), today=_today((), newest))], list(dict.fromkeys(notes))


def _refuse_unknown(runs: Sequence[Pipeline], given: Mapping[str, str]) -> None:
    known = {name for pipeline in runs for name in pipeline.args}
    for name in given:
        if name not in known:
            words = ", ".join(sorted(known)) or "none"
            raise UsageError(f"no pipeline asks for {name!r}", code="simulate/arg", hint=f"arguments: {words}")


def _arguments(
    pipeline: Pipeline, given: Mapping[str, str], history: Sequence[tuple[str, Mapping[str, str]]], newest: str
) -> tuple[list[dict[str, str]], str]:
    wanted = dict(pipeline.args)
    said = {name: given[name] for name in wanted if name in given}
    if len(said) == len(wanted):
        return [said], ""
    past = [dict(args) | said for name, args in history if name == names.module(pipeline) and set(args) == set(wanted)]
    unique = list({repr(sorted(args.items())): args for args in past}.values())[:RECENT]
    if unique:
        return unique, f"{pipeline.id}: as it was last run ({_count(len(unique), 'time')}); others: --arg NAME=VALUE"
    missing = [name for name in wanted if name not in said]
    asked = [name for name in missing if not _derived(wanted[name])]
    if asked or not (newest or all(_optional(wanted[name]) for name in missing)):
        what = " ".join(f"--arg {name}=…" for name in (asked or missing))
        return [], f"{pipeline.id} is not run on the data: say {what}"
    days = _week(newest) if any(str(_plain(wanted[n])) == "date" for n in missing) else [""]
    args = [said | {n: day if str(_plain(wanted[n])) == "date" else "" for n in missing} for day in days]
    where = f"{days[0]} to {days[-1]}, a week from the newest date in the data" if days[0] else "nothing given"
    return args, f"{pipeline.id}: {where}; others: --arg NAME=VALUE"


def _derived(type_: Type) -> bool:
    return _optional(type_) or str(_plain(type_)) == "date"


def _optional(type_: Type) -> bool:
    return isinstance(type_, Optional) or (isinstance(type_, Scalar) and type_.name == "bool")


def _plain(type_: Type) -> Type:
    return type_.of if isinstance(type_, Optional) else type_


def _week(first: str) -> list[str]:
    day = dt.date.fromisoformat(first[:10])
    return [(day + dt.timedelta(days=n)).isoformat() for n in range(DAYS)]


def _today(runs: Sequence[tuple[str, Mapping[str, str]]], newest: str) -> str:
    """The day that pages are seen on: that of the runs, else the newest of the data."""
    for _, args in runs:
        for value in args.values():
            try:
                return dt.date.fromisoformat(value).isoformat()
            except ValueError:
                continue
    return newest[:10] or FIRST_DAY.isoformat()


def newest_date(spec: Spec, tables: Mapping[str, Table]) -> str:
    """The newest date or moment among the stored rows, as text; empty where there is none."""
    found: list[str] = []
    for entity in spec.entities:
        table = tables.get(entity.name)
        days = [f.name for f in entity.fields if str(_plain(f.type)) in ("date", "datetime")]
        if table is not None and not entity.made:
            places = [n for n, name in enumerate(table.fields) if name in days]
            found += [row[n] for row in table.rows for n in places if row[n]]
    return max(found, default="")


def drawn(old: Spec, new: Spec, count: int, seed: int) -> Iterator[tuple[World, Round]]:
    """So many generated worlds with the runs to do on each; the same for the same seed, small ones first."""
    both, _ = pipelines(old, new, ())
    for number, world in enumerate(worlds(old, new, count, seed)):
        runs = tuple((names.module(p), {n: _text(world.args[p.id][n]) for n in p.args}) for p in both)
        yield world, Round(label=f"world {number + 1}", runs=runs, today=FIRST_DAY.isoformat())


def stored(spec: Spec, world: World) -> dict[str, list[dict[str, Any]]]:
    """The rows of a world by entity and field, as a database holds them."""
    return {
        entity.name: [
            {f.name: to_sql(kind(spec, f.type), row[f.name]) for f in entity.fields}
            for row in world.rows.get(entity.id, ())
        ]
        for entity in spec.entities
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
