"""``git factory simulate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from factory_git.app import simulate
from factory_git.app.context import open_context
from factory_git.app.revisions import HEAD, commit_of
from factory_git.app.simulate import Options, Result
from factory_git.app.simulate_cases import Asked
from factory_git.app.simulate_morph import is_morph
from factory_git.cli import output
from factory_git.cli.paths import from_top
from factory_git.cli.records import say_notices, short
from factory_git.core.errors import UsageError
from factory_git.gitio.locate import Location
from factory_git.growth.simulation import Simulated
from factory_git.growth.simulation_words import lines, summary


@click.command("simulate")
@click.argument("words", nargs=-1, metavar="[BASE[..[.]HEAD] | BASE HEAD | MORPH] [SPEC]...")
@click.option("--morph", default="", metavar="FILE|ID", help="A planned change instead of two versions.")
@click.option(
    "--data", type=click.Path(path_type=Path), help="A database, or a folder of CSV files, to run on a copy of."
)
@click.option("--worlds", type=int, default=40, show_default=True, help="Generated worlds to run on.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed gives other worlds.")
@click.option("--pipeline", "pipelines", multiple=True, metavar="ID", help="Run this pipeline only.")
@click.option("--arg", "args", multiple=True, metavar="NAME=VALUE", help="What the pipelines are given on real data.")
@click.option(
    "--pictures", type=click.Path(path_type=Path, file_okay=False), help="Write the panels' pictures here, too."
)
@click.option("--no-pictures", is_flag=True, help="Make no pictures of panels.")
@click.option("--no-record", is_flag=True, help="Leave no record in the ledger.")
@click.option("--timeout", type=float, default=300.0, show_default=True, help="Seconds for each version to run.")
@click.option("--json", "as_json", is_flag=True, help="Every difference as JSON, and nothing else, on standard output.")
def command(
    *,
    words: tuple[str, ...],
    morph: str,
    data: Path | None,
    worlds: int,
    seed: int,
    pipelines: tuple[str, ...],
    args: tuple[str, ...],
    pictures: Path | None,
    no_pictures: bool,
    no_record: bool,
    timeout: float,
    as_json: bool,
) -> int:
    """Run two versions on the same data and tell, row by row, what comes out differently.

    Compares what `git factory diff` compares: without arguments, HEAD with the working tree. MORPH is a planned change:
    its file, or the id of its record. Both versions run on a copy of the application's own data (its database, else its
    folder data/) and on generated worlds; the copy is migrated for the newer one. Nothing that is there is changed. The
    result is recorded in the ledger. Exits 1 where the newer version cannot take the data or fails on it.
    """
    ctx = open_context()
    if len(words) == 1 and not morph and not _is_commit(ctx.location, words[0]) and is_morph(ctx, words[0]):
        morph, words = words[0], ()
    options = Options(
        **_sides(ctx.location, words),
        morph=morph,
        data=data,
        asked=Asked(pipelines=pipelines, args=_given(args), worlds=worlds, seed=seed, timeout=timeout),
        pictures=not no_pictures,
        record=not no_record,
    )
    results = simulate.run(ctx, options)
    if pictures is not None:
        _write(pictures, results)
    if as_json:
        output.emit_json([each.as_json() for each in results])
    else:
        for each in results:
            _show(each)
        if not results:
            output.say("no change of meaning: there is nothing to simulate")
        say_notices(ctx.ledger.notices if not no_record else ())
    return simulate.exit_code(results)


def _sides(location: Location, words: Sequence[str]) -> dict[str, Any]:
    """What the words name: revisions as Git writes them, then specs (ids, files, folders)."""
    ends: list[str] = []
    specs: list[str] = []
    parted = False
    for word in words:
        left, dots, right = word.partition("..")
        path = location.worktree is not None and (Path(word).exists() or word.endswith(".yaml"))
        if dots and not path:
            parted = right.startswith(".")
            ends += [left or HEAD, right.lstrip(".") or HEAD]
        elif not path and not specs and _is_commit(location, word):
            ends.append(word)
        else:
            specs.append(from_top(location, word) if path else word)
    if len(ends) > 2:
        raise UsageError("two versions are simulated", code="usage/revisions", hint="git factory simulate A B")
    found = dict(zip(("base", "head"), ends, strict=False))
    return {**found, "parted": parted, "specs": tuple(specs)}


def _is_commit(location: Location, word: str) -> bool:
    try:
        commit_of(location, word)
    except UsageError:
        return False
    return True


def _given(args: Sequence[str]) -> dict[str, str]:
    given = {}
    for one in args:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UsageError(f"{one!r} is not NAME=VALUE", code="simulate/arg", hint="--arg date=2026-06-09")
        given[name] = value
    return given


def _write(folder: Path, results: Sequence[Result]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in results:
        for one in each.pictures:
            for when, content in (("before", one.before), ("after", one.after)):
                if content:
                    (folder / f"{each.app}-{one.panel}-{when}.png").write_bytes(content)


def _show(each: Result) -> None:
    output.emit(output.style(f"{each.app} {' → '.join(each.versions)}", bold=True) + f"  {' → '.join(each.labels)}")
    if each.data is not None:
        _part(each.data, f"on the data ({each.source})", "case")
    if each.worlds is not None:
        _part(each.worlds, f"on generated worlds (seed {each.seed})", "world", smallest=True)
    if each.panels:
        output.emit(f"panels that look different: {', '.join(each.panels)}")
    for one in each.pictures:
        output.emit(f"  {one.panel}: {len(one.before)} and {len(one.after)} bytes of picture")
    for note in each.notes:
        output.say(f"note: {note}")
    if each.record:
        output.emit(f"simulation {short(each.record)}")


def _part(one: Simulated, where: str, what: str, *, smallest: bool = False) -> None:
    """One kind of cases: summary and rows; ``smallest``: only those of the first case that differs."""
    said = summary(one)
    count = _count(one.cases, what)
    output.emit(f"{where}: {f'{one.differing} of {count} differ' if said else f'nothing differs in {count}'}")
    if one.unfit:
        output.emit(f"  {one.unfit} of them do not fit the older version: nothing was compared there")
    for line in said:
        output.emit(f"  {line}")
    if smallest and one.first:
        output.emit(f"  the first that differs: {one.first}")
    for line in lines(one, only=one.first if smallest else ""):
        output.emit(f"  {line}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
