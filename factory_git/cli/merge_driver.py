"""``git factory merge-driver``: called by Git."""

from __future__ import annotations

from pathlib import Path

import click

from factory_git.app import merge_driver
from factory_git.cli import output

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("merge-driver")
@click.argument("base", type=_FILE)
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@click.argument("path")
@click.argument("size", type=click.IntRange(1, 1000), default=merge_driver.MARKER)
def command(*, base: Path, ours: Path, theirs: Path, path: str, size: int) -> int:
    """Merge three versions of a spec's file by nodes; the result is written to OURS. Git calls this.

    PATH is the file's place in the repository, SIZE the length of conflict markers. Exits 1 when a person has to
    decide: then each such place stands between markers, labelled with its address. `git factory hooks install`
    sets this up as a merge driver.
    """
    done = merge_driver.execute(base, ours, theirs, path, size=size)
    for line in done.said:
        output.say(line)
    return 0 if done.clean else 1
