"""``git factory import``: what ``export`` wrote, brought in."""

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
from factory_git.cli.export import DECLARED


@click.command(short_help="bring in a snapshot or a bundle")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@words.DRY
@words.json_option(DECLARED)
def command(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring in what `git factory export` wrote (- reads standard input).

    What is here already stays as it is; twice changes nothing.

    A snapshot that was tampered with, or whose names clash with those here, is refused, and nothing is written.
    """
    if str(file) == "-":
        with tempfile.NamedTemporaryFile() as spool:  # Git reads bundles from files
            shutil.copyfileobj(sys.stdin.buffer, spool)
            spool.flush()
            moved = knowledge.import_(open_context(), Path(spool.name), dry=dry_run)
    else:
        moved = knowledge.import_(open_context(), file, dry=dry_run)
    if as_json:
        records.emit_json(moved.as_json())
        return
    what = f"{moved.transactions} transactions" if moved.form == "bundle" else f"{moved.changes} changes"
    known = f", {moved.known} known already" if moved.known else ""
    output.say(f"{what} {'would come' if dry_run else 'came'} from {file}{known}")
