"""``git factory tree``: where a record came from, or what came of it."""

from __future__ import annotations

import click

from factory_git.app import tree
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.ledger.tree import DEEP


@click.command(short_help="where a record came from, or what came of it")
@click.argument("id_", metavar="ID")
@click.option("--direction", type=click.Choice(["up", "down"]), default="up", help="Ancestors (up) or descendants.")
@click.option("--down", is_flag=True, help="Short for --direction down.")
@click.option(
    "--depth", type=click.IntRange(min=0), default=DEEP, show_default=True, help="Levels to draw; 0 draws all."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: root, direction, nodes (id, type, title, below, …).")
def command(id_: str, direction: str, down: bool, depth: int, as_json: bool) -> None:
    """Draw the ancestors of the record ID, or its descendants.

    A record that several others share is drawn once; elsewhere it is named with "(above)".
    """
    result = tree.run(open_context(), id_, "down" if down else direction)
    if as_json:
        records.emit_json(result.tree.as_json())
    else:
        output.page(line.text() for line in result.tree.lines(depth or None))
    records.say_notices(result.notices)
