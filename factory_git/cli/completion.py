"""``git factory completion SHELL``: the completion script of a shell."""

from __future__ import annotations

from pathlib import Path

import click

SCRIPTS = {"bash": "git-factory.bash", "zsh": "_git-factory", "fish": "git-factory.fish"}


@click.command(short_help="print the completion script of a shell")
@click.argument("shell", type=click.Choice(list(SCRIPTS)))
def command(shell: str) -> None:
    """Print the completion script of SHELL.

    bash and zsh load it with `source <(git factory completion SHELL)`, fish with
    `git factory completion fish | source`.
    Packages that install into a system prefix find the scripts in their usual places already.
    """
    click.echo((Path(__file__).parent / "completions" / SCRIPTS[shell]).read_text(), nl=False)
