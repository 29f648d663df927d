"""``git factory remote``: which remotes have a ledger, and how a plain fetch follows it."""

from __future__ import annotations

import click

from factory_git.app import remote
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.group(short_help="what remotes have of the ledger, and how git fetch follows it", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: name, refspec, follows, tip, behind, ahead.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Show each remote: whether a plain `git fetch` brings its ledger, and how far it was from ours when last seen."""
    if context.invoked_subcommand is not None:
        return
    found = remote.show(open_context())
    if as_json:
        records.emit_json_array(one.as_json() for one in found)
        return
    for one in found:
        seen = f"{one.behind} to come, {one.ahead} to go" if one.tip else "its ledger was never seen here"
        output.emit(f"{one.name}\t{'followed by git fetch' if one.follows else 'not followed'}\t{seen}")
    if not found:
        output.say("this repository has no remote")


@command.command(short_help="let a plain git fetch bring a remote's ledger, too")
@click.argument("name", default="origin")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
def setup(name: str, dry_run: bool) -> None:
    """Add the refspec by which `git fetch NAME` brings the remote's ledger to a place of its own.

    `git factory sync --fetch-only` unites it with ours. A clone that follows from the start:
    git clone -c remote.origin.fetch=REFSPEC URL, with the refspec that is printed here.
    """
    known = remote.setup(open_context(), name, dry_run=dry_run)
    if known.follows:
        output.say(f"{name} is followed already")
    output.emit(known.refspec)
