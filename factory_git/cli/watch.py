"""``git factory watch``: the journal as it grows."""

from __future__ import annotations

import sys

import click

from factory_git.app import watch
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.cli.log import lines


@click.command(short_help="what happens, as it happens")
@click.option(
    "--since", default="", metavar="CURSOR|N|TIME", help="Only what is newer than the cursor of an earlier call."
)
@click.option("--stream", default="", help="Only this stream, such as runs/1a2b3c4d5e.")
@click.option("--once", is_flag=True, help="Print what there is and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line: cursor, transactions.")
def command(since: str, stream: str, once: bool, as_json: bool) -> int:
    """Print transactions, oldest first, and go on with each new one until interrupted.

    The cursor of a batch stays good after sync and gc. Who stops in the middle of a batch and goes on from the cursor
    before it gets the batch again: nothing is left out. Where history was rewritten after a cursor was given, that is
    said, and what came since is told again.
    """
    try:
        for batch in watch.run(open_context(), watch.Options(since=since, stream=stream, once=once)):
            _tell(batch, as_json=as_json)
    except KeyboardInterrupt:  # how a feed is ended: nothing to complain of
        return 130
    return 0


def _tell(batch: watch.Batch, *, as_json: bool) -> None:
    if batch.notice:
        output.say(f"note: {batch.notice}")
    if as_json:
        records.emit_json({"cursor": batch.cursor, "transactions": [one.as_json() for one in batch.entries]})
    else:
        for one in batch.entries:
            for line in lines(one):
                output.emit(line)
        output.say(f"cursor {batch.cursor}")
    sys.stdout.flush()
