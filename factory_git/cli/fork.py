"""``git factory fork``: go on from an earlier transaction, beside the ledger."""

from __future__ import annotations

import click

from factory_git.app import fork
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="go on from an earlier transaction, beside the ledger")
@click.argument("at", metavar="N|TIME|ID")
@click.option("--name", default="", help="What to call it.  [default: at-N]")
@click.option("--dry-run", is_flag=True, help="Say where it would begin, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: name, ref, tip, left, number, held, ahead.")
def command(at: str, *, name: str, dry_run: bool, as_json: bool) -> None:
    """Make a fork of the ledger that holds what its N-th transaction reaches: in one clone's ledger, all up to that.

    A fork is a ledger of its own, for every command: `git -c factory.ref=refs/factory/forks/NAME factory …`. The ledger
    knows nothing of it; `git factory branches` lists forks, and `git update-ref -d REF` gives one up.
    """
    ctx = open_context()
    made = fork.run(ctx, at, name=name, dry_run=dry_run)
    if as_json:
        records.emit_json(made.as_json())
        return
    output.emit(made.ref)
    if made.held != made.number:
        output.say(f"note: that transaction came from another clone and reaches {made.held} of {made.number} before it")
    words = "would go on" if dry_run else "goes on"
    output.say(f"{words} from transaction {made.number}; use it: git -c factory.ref={made.ref} factory …")
    records.say_notices(ctx.ledger.notices)
