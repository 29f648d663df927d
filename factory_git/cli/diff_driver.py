"""``git factory diff-driver``: called by Git."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from factory_git.cli import output


@click.command("diff-driver")
@click.argument("words", nargs=-1, metavar="PATH OLD HEX MODE NEW HEX MODE")
@click.option(
    "--text", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Print FILE by nodes."
)
def command(*, words: tuple[str, ...], file: Path | None) -> int:
    """Show a change of a spec's file: its mutations, then the lines that changed. Git calls this.

    The arguments are those of an external diff program (see GIT_EXTERNAL_DIFF in git(1)). With --text it prints one
    file as lines that a diff shows nodes of: Git calls that for `git log -p`. `git factory hooks install` sets both up.
    """
    if file is not None:
        from factory_git.app.diff_text import text  # noqa: PLC0415 (for every version that `git log -p` shows)

        click.echo(text(file), nl=False)
        return 0
    from factory_git.app import diff_driver  # noqa: PLC0415 (the comparison, which the text needs nothing of)

    if len(words) < 7:
        output.emit(f"unmerged {words[0]}" if words else "nothing to show")
        return 0
    colour = output.colour(sys.stdout) or ("GIT_PAGER_IN_USE" in os.environ and "NO_COLOR" not in os.environ)
    now = words[7] if len(words) > 7 else ""
    click.echo(diff_driver.run(words[0], Path(words[1]), Path(words[4]), now=now, colour=colour), nl=False, color=True)
    return 0
