"""``git factory rollback``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from factory_git.app import rollback
from factory_git.app.context import open_context
from factory_git.app.deployment_losses import Losses
from factory_git.app.deployment_move import nobody
from factory_git.app.rollback import Options, Result
from factory_git.cli import output
from factory_git.cli.deploy import ask, relative
from factory_git.cli.records import say_notices, short

SHOWN = 10  # paths of the commit that are listed


@click.command("rollback")
@click.argument("lineage")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="The target (default: where it was deployed)."
)
@click.option("--app", default="", metavar="ID", help="The application, where several are deployed from here.")
@click.option("--variant", default="main", show_default=True, help="The variant that is brought back.")
@click.option("--data-only", is_flag=True, help="Bring code and data at the target back, and leave the branch alone.")
@click.option("--dry-run", is_flag=True, help="Say what would be lost and what comes back, and do nothing.")
@click.option("--confirm", default="", metavar="TEXT", help="Confirm what stays gone: APP-VERSION.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON, and nothing else, on standard output.")
def command(
    *,
    lineage: str,
    to: Path | None,
    app: str,
    variant: str,
    data_only: bool,
    dry_run: bool,
    confirm: str,
    as_json: bool,
) -> int:
    """Bring spec, code and data back to an earlier deployment: LINEAGE, its id or its version.

    The data is migrated down, on a copy first: what was archived comes back, rows written since stay where the earlier
    schema has a place for them; what is lost is said before it is done, and stays in the release that is left. A new
    commit brings the spec and the code on the branch back; history is not rewritten.
    """
    ctx = open_context()
    options = Options(
        lineage=lineage,
        app=app,
        to=to,
        variant=variant,
        data_only=data_only,
        dry_run=dry_run,
        confirm=confirm,
        ask=ask if sys.stdin.isatty() and not as_json else nobody,
        tell=(lambda _: None) if as_json else _tell,
    )
    result = rollback.run(ctx, options)
    if as_json:
        output.emit_json(result.as_json())
        return 0
    for note in result.notes:
        output.say(f"note: {note}")
    if dry_run:
        _tell(result.losses)
    _show(result)
    say_notices(ctx.ledger.notices)
    return 0


def _tell(said: Losses) -> None:
    for line in said.lost:
        output.say(f"lost: {line}")
    for line in said.restored:
        output.say(f"back: {line}")
    if not said.lost:
        output.say("nothing is lost")


def _show(one: Result) -> None:
    state = one.state.replace("_", " ")
    output.emit(output.style(f"{one.app} {one.previous} → {one.version}: {state}", fg="green", bold=True))
    place = relative(one.target)
    output.emit(f"  at {place}" + (f", release {one.release}" if one.release else ""))
    if one.migrations:
        word = "to be taken back" if one.state.startswith("would") else "taken back"
        output.emit(f"  migrations {word}: {', '.join(one.migrations)}")
    if one.revert:
        branch = one.branch.removeprefix("refs/heads/")
        would = "would get" if one.state.startswith("would") else "has"
        output.emit(f"  {branch} {would} a commit with spec and code of {one.version}: {one.revert[:12]}")
        for path in one.paths[:SHOWN]:
            output.emit(f"    {path}")
        if len(one.paths) > SHOWN:
            output.emit(f"    … {len(one.paths) - SHOWN} more")
    if one.backup:
        output.emit(f"  the database before: {place}/{one.backup}")
    if one.record:
        output.emit(f"  deployment {short(one.record)}")
