"""``git factory verify``: check every record of the ledger."""

from __future__ import annotations

import click

from factory_git.app import verify
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="check every record of the ledger")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: ok, records, blobs, transactions, problems.")
def command(as_json: bool) -> int:
    """Read and hash every record: bytes, form, schema, parents, paths; nothing removed, nothing forgotten.

    Exits 1 when something is wrong, and names it.
    """
    report = verify.run(open_context())
    if as_json:
        records.emit_json(report.as_json())
        return 0 if report.ok else 1
    for problem in report.problems:
        output.emit(f"{problem.code}: {problem.message}")
    counts = f"{report.records} records, {report.blobs} contents, {report.transactions} transactions"
    output.say(f"{counts}: {'all well' if report.ok else f'{len(report.problems)} problems'}")
    return 0 if report.ok else 1
