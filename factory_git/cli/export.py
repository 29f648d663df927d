"""``git factory export``: the knowledge store, or the whole ledger, as one file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import click

from factory_git.app import knowledge
from factory_git.app.context import open_context
from factory_git.cli import knowledge_words as words
from factory_git.cli import output, records

DECLARED = "form, file, bytes, sha256, transactions, changes, contents, known"


@click.command(short_help="the knowledge store, or the whole ledger, as one file")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--bundle", is_flag=True, help="A Git bundle of the whole ledger, all history and all record types.")
@words.AT
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@words.DRY
@words.json_option(DECLARED)
def command(*, file: Path, bundle: bool, at: str, force: bool, dry_run: bool, as_json: bool) -> None:
    """Write a snapshot of the knowledge store to FILE (- is standard output).

    The same changes give the same bytes, everywhere.
    """
    if as_json and str(file) == "-":
        raise click.UsageError("standard output is for one of them: the file, or --json")
    if bundle and at:
        raise click.UsageError("--at is for snapshots: a bundle is the whole history")
    if str(file) == "-":
        with tempfile.TemporaryDirectory() as folder:  # what is written is looked at again; a pipe cannot be
            spool = Path(folder, "export")
            moved = knowledge.export(open_context(), spool, bundle=bundle, at=at, dry=dry_run)
            if not dry_run:
                with spool.open("rb") as data:
                    shutil.copyfileobj(data, sys.stdout.buffer)
    else:
        moved = knowledge.export(open_context(), file, bundle=bundle, at=at, force=force, dry=dry_run)
    if as_json:
        records.emit_json(moved.as_json())
    else:
        what = f"{moved.transactions} transactions" if bundle else f"{moved.changes} changes"
        would = "would be written: " if dry_run else ""
        output.say(f"{would}{file}: {what}, {moved.bytes} bytes, sha256 {moved.sha256}")
