"""``git factory verify``: check the records of the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from factory_git.app import verify
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="check the records of the ledger")
@click.option("--full", is_flag=True, help="Check all of it, whatever was found sound before.")
@click.option("--require-signed", is_flag=True, help="Every transaction must have a good signature.")
@click.option(
    "--allowed-signers",
    "signers",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Whose keys are good, as in ssh-keygen(1); default: what Git's configuration says.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: ok, records, blobs, transactions, redacted, …")
def command(full: bool, require_signed: bool, signers: Path | None, as_json: bool) -> int:
    """Read and hash records: bytes, form, schema, parents, paths; nothing removed, nothing forgotten.

    What was found sound is remembered in this clone, and the next call looks at what came since. Exits 1 when something
    is wrong, and names it.
    """
    asked = require_signed or signers is not None
    result = verify.run(open_context(), verify.Options(full=full, require_signed=asked, signers=signers))
    report = result.report
    if as_json:
        records.emit_json(result.as_json())
        return 0 if report.ok else 1
    for problem in report.problems:
        output.emit(f"{problem.code}: {problem.message}")
    counts = f"{report.records} records, {report.blobs} contents, {report.transactions} transactions"
    counts += f", {report.redacted} redacted" if report.redacted else ""
    new = f" since {result.since[:12]}, sound before" if result.since else ""
    output.say(f"{counts}{new}: {'all well' if report.ok else f'{len(report.problems)} problems'}")
    return 0 if report.ok else 1
