"""``git factory list``: records, filtered."""

from __future__ import annotations

from typing import Any

import click

from factory_git.app import list as list_
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.ledger.projection import Row


@click.command(short_help="records, filtered")
@records.filters
@click.option("--parent", help="Only records that name this one as a parent.")
@click.option("--text", help="Only records with this in one of their texts, in any case.")
@click.option("-n", "--limit", type=click.IntRange(min=0), help="At most this many.")
@click.option("-r", "--newest-first", is_flag=True, help="Turn the order round.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id, type, v, parents, payload, stream, actor, …")
def command(as_json: bool, **options: Any) -> int:
    """List records in the order of the graph: parents before children, then by id.

    \b
    git factory list --type verdict -r -n 10
    git factory list --run 1a2b3c4d --json
    """
    result = list_.run(open_context(), list_.Options(payloads=as_json, **options))
    if as_json:
        records.emit_json_array(entry.as_json() for entry in result.entries)
    else:
        output.page(_line(row) for row in result.rows)
    records.say_notices(result.notices)
    return 1 if result.newer else 0


def _line(row: Row) -> str:
    return "  ".join(word for word in (records.short(row.id), row.type, records.moment(row.tx.when), row.title) if word)
