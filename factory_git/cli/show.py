"""``git factory show``: one record."""

from __future__ import annotations

from collections.abc import Iterator

import click

from factory_git.app import show
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.ledger.record import Entry


@click.command(short_help="one record")
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id, type, v, parents, payload, stream, actor, …")
@click.option("--payload", is_flag=True, help="Print the payload only, as JSON.")
def command(id_: str, as_json: bool, payload: bool) -> None:
    """Show the record whose id is ID or begins with it (four characters or more).

    The full id of a large content (a transcript, a diff) prints that content.
    """
    result = show.run(open_context(), id_)
    if result.entry is None:
        click.echo(result.content, nl=False)
    elif payload:
        records.emit_json(result.entry.record.payload)
    elif as_json:
        records.emit_json(result.entry.as_json())
    else:
        output.page(_lines(result.entry))
    records.say_notices(result.notices)


def _lines(entry: Entry) -> Iterator[str]:
    record = entry.record
    yield f"{output.style(f'{record.type} {record.id}', fg='yellow')}"
    yield f"when:    {records.moment(entry.when)}"
    yield f"actor:   {entry.actor}"
    if entry.stream:
        yield f"stream:  {entry.stream}"
    yield f"tx:      {entry.tx}  {entry.subject}"
    for parent in record.parents:
        yield f"parent:  {parent}"
    yield ""
    yield from records.pretty(record.payload)
