"""``git factory branches``: the forks of the ledger."""

from __future__ import annotations

import click

from factory_git.app import fork
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="forks of the ledger: where they left it, and how far they went")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: name, ref, tip, left, number, held, ahead.")
def command(*, as_json: bool) -> None:
    """List the forks that `git factory fork` made: the transaction each left the ledger at, and how many it added."""
    ctx = open_context()
    found = fork.branches(ctx)
    if as_json:
        records.emit_json_array(one.as_json() for one in found)
    for one in found if not as_json else []:
        left = f"left at {one.number} ({records.short(one.left)})" if one.left else "has nothing of this ledger"
        output.emit(f"{records.short(one.tip)}  {one.name}  {left}  {one.ahead} of its own")
    records.say_notices(ctx.ledger.notices)
