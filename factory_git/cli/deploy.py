"""``git factory deploy``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from factory_git.app import deploy
from factory_git.app.context import open_context
from factory_git.app.deploy import Options, Result
from factory_git.app.deployment_move import nobody
from factory_git.cli import output
from factory_git.cli.records import say_notices, short


@click.command("deploy")
@click.argument("specs", nargs=-1, metavar="[SPEC]")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Where it runs (default: where it did).")
@click.option(
    "--database", type=click.Path(path_type=Path), help="A database to begin with; the first deployment copies it."
)
@click.option(
    "--variant", default="main", show_default=True, help="A variant that the spec names: it has its own target."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--confirm", default="", metavar="TEXT", help="Confirm what cannot be taken back: APP-VERSION.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON, and nothing else, on standard output.")
def command(
    *,
    specs: tuple[str, ...],
    to: Path | None,
    database: Path | None,
    variant: str,
    dry_run: bool,
    confirm: str,
    as_json: bool,
) -> int:
    """Bring the promoted version to where it runs, its data migrated, or leave everything as it was.

    What is at HEAD must be what its spec says, and promoted. The migration is rehearsed on a copy of the data, up and
    back; then the data is taken up in the new release and one link is switched. Killed at any moment, the old version
    runs on, and the next deployment puts things right. `python FOLDER/run.py` runs what is deployed.
    """
    ctx = open_context()
    options = Options(
        specs=specs,
        to=to,
        database=database,
        variant=variant,
        dry_run=dry_run,
        confirm=confirm,
        ask=ask if sys.stdin.isatty() and not as_json else nobody,
    )
    result = deploy.run(ctx, options)
    if as_json:
        output.emit_json(result.as_json())
        return 0
    for note in result.notes:
        output.say(f"note: {note}")
    _show(result)
    say_notices(ctx.ledger.notices)
    return 0


def ask(text: str, why: str) -> str:
    """Have a person type ``text``, on a terminal."""
    output.say(why)
    return str(click.prompt(f"type {text} to go on", default="", show_default=False, err=True))


def _show(one: Result) -> None:
    variant = "" if one.variant == "main" else f" ({one.variant})"
    way = f"{one.previous} → {one.version}" if one.previous and one.state != "unchanged" else one.version
    output.emit(output.style(f"{one.app} {way}{variant}: {one.state}", fg="green", bold=True))
    place = relative(one.target)
    output.emit(f"  at {place}" + (f", release {one.release}" if one.release else ""))
    for mutation in one.mutations[:20]:
        output.emit(f"  {mutation.risk:<9} {mutation.id}  {mutation.path}")
    if len(one.mutations) > 20:
        output.emit(f"  … {len(one.mutations) - 20} more mutations")
    word = "to be applied" if one.state.startswith("would") else "applied"
    if one.migrations:
        output.emit(f"  migrations {word}: {', '.join(one.migrations)}")
    if one.irreversible:
        output.emit(f"  cannot be taken back: {', '.join(one.irreversible)}")
    if one.state == "deployed":
        way_back = "the way back was rehearsed; " if one.rehearsed else "the way back was not rehearsed; "
        output.emit(f"  {way_back if one.previous else ''}{one.proven} acceptance tests passed")
        if one.backup:
            output.emit(f"  the database before: {place}/{one.backup}")
        output.emit(f"  deployment {short(one.record)}")
        output.say(f"run it: python {place}/run.py show")


def relative(path: Path) -> str:
    """``path`` from here, or in full where that is shorter."""
    return min(os.path.relpath(path), str(path), key=len)
