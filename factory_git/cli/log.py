"""``git factory log``: what happened, newest first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import click

from factory_git.app import log
from factory_git.app.context import open_context
from factory_git.cli import output, records

MOST = 8  # records shown of one transaction


@click.command(short_help="what happened, newest first")
@click.option("-n", "--limit", type=click.IntRange(min=0), help="Show at most this many transactions.")
@click.option("--stream", help="Only this stream, such as runs/1a2b3c4d5e.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: tx, subject, stream, actor, when, records.")
def command(limit: int | None, stream: str | None, as_json: bool) -> None:
    """Show the ledger's transactions, newest first, with the records each one brought.

    \b
    git factory log -n 5
    git factory log --json | jq '.[0].records'
    """
    ctx = open_context()
    entries = log.run(ctx, log.Options(limit=limit, stream=stream))
    if as_json:
        records.emit_json_array(entry.as_json() for entry in entries)
    elif (first := next(entries, None)) is not None:
        output.page(line for entry in itertools.chain([first], entries) for line in lines(entry))
    else:
        output.say("the ledger is empty" if stream is None else f"nothing on stream {stream}")
    records.say_notices(ctx.ledger.notices)


def lines(entry: log.Logged) -> Iterator[str]:
    """A transaction for people: a line, and one for each record."""
    tx = entry.tx
    who = tx.actor.partition(" <")[0]
    yield f"{records.short(tx.oid)}  {records.moment(tx.when)}  {who}  {output.style(tx.subject, bold=True)}"
    for row in entry.records[:MOST]:
        yield "  ".join(word for word in (f"    {records.short(row.id)}", row.type, row.title) if word)
    if len(entry.records) > MOST:
        yield f"    … and {len(entry.records) - MOST} more"
