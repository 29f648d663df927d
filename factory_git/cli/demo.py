"""``git factory demo``."""

from __future__ import annotations

from pathlib import Path

import click

from factory_git.app import check, demo
from factory_git.app.run_result import Result
from factory_git.cli import output
from factory_git.cli.check_words import summary as check_summary
from factory_git.cli.run import Watch, summary
from factory_git.ledger.tree import Tree


@click.command("demo")
@click.argument("what", nargs=-1, metavar="[farmer|immigration] [FOLDER]")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON, without the story.")
def command(*, what: tuple[str, ...], dry_run: bool, as_json: bool) -> int:
    """Make a repository to play with, and run everything on it.

    A fresh repository in FOLDER (default: ./farmer-demo) gets a spec, hooks, a run that compiles, proves and promotes
    it; its data is loaded, its pipeline run, and it is left there for you.
    """
    kind, folder = _what(what)
    folder = demo.prepare(kind, folder)
    if dry_run:
        output.emit(f"would make a repository in {folder}, with the {kind} application compiled and run in it")
        return 0
    if as_json:
        results = [one for one in demo.steps(kind, folder, Watch(quiet=True)) if isinstance(one, Result)]
        output.emit_json({"folder": str(folder), "run": results[0].as_json(), "next": demo.next_commands(kind, folder)})
        return 0
    watch = Watch(quiet=False)
    for event in demo.steps(kind, folder, watch):
        watch.close()
        _tell(event)
    output.emit(f"\nIt is all in {folder}. Three things to try next:")
    for line in demo.next_commands(kind, folder):
        output.emit(f"  {line}")
    return 0


def _what(words: tuple[str, ...]) -> tuple[str, Path]:
    """Kind and folder; with one word, it is the kind if it is one, else the folder."""
    if len(words) > 2:
        raise click.UsageError(f"too many arguments: {' '.join(words[2:])}")
    kind = words[0] if words and (words[0] in demo.KINDS or len(words) == 2) else "farmer"
    rest = words[1:] if words and words[0] == kind else words
    return kind, Path(rest[0]) if rest else Path(f"{kind}-demo")


def _tell(event: demo.Event) -> None:
    if isinstance(event, demo.Said):
        if event.kind == "$":
            output.emit("\n" + output.style(f"+ {event.text}", bold=True))
        else:
            output.emit(f"{'# ' if event.kind == '#' else ''}{event.text}")
    elif isinstance(event, Result):
        for one in event.specs:
            for line in summary(one):
                output.emit(line)
    elif isinstance(event, Tree):
        for drawn in event.lines(None):
            output.emit(drawn.text())
    elif isinstance(event, check.Result):
        output.emit(check_summary(event))
