"""``git factory claim``: who works on what."""

from __future__ import annotations

import click

from factory_git.app import claim
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.core.errors import UsageError


@click.command(short_help="who works on which paths, told to other clones")
@click.argument("paths", nargs=-1)
@click.option("--for", "task", default="", metavar="TASK", help="What it is for.")
@click.option("--ttl", default="4h", show_default=True, help="When it ends by itself: 30m, 4h, 2d.")
@click.option("--release", is_flag=True, help="End your claim for the task.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id, task, owner, paths, until, against.")
def command(paths: tuple[str, ...], *, task: str, ttl: str, release: bool, as_json: bool) -> None:
    """Claim PATHS (files, folders) for a task, or, without any, list the claims that stand.

    A claim locks nothing. It is a record: other clones see it after `git factory sync`, and another one on the same
    paths is refused with exit 5. Where two clones claimed apart, the earlier in the ledger's order counts; both are
    told.
    """
    ctx = open_context()
    if release:
        if paths or not task:
            raise UsageError(
                "--release ends your whole claim for a task", hint="git factory claim --release --for TASK"
            )
        output.say(f"released: {', '.join(claim.release(ctx, task=task))}")
        return
    found = [claim.take(ctx, paths, task=task, ttl=ttl)] if paths else claim.listing(ctx)
    records.say_notices(ctx.ledger.notices)
    if as_json:
        records.emit_json_array(one.as_json() for one in found)
        return
    for one in found:
        late = f"  (does not count: {', '.join(id_[:10] for id_ in one.against)} came first)" if one.against else ""
        until = records.moment(one.until)
        output.emit(f"{records.short(one.id)}  {one.task}  {one.owner}  until {until}  {' '.join(one.paths)}{late}")
