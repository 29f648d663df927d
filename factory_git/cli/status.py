"""``git factory status``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from factory_git.app import status
from factory_git.app.context import open_context
from factory_git.app.status import STATES, Standing, Status
from factory_git.cli import output
from factory_git.cli.records import SHORT, say_notices, short

COLOURS = {"backlog": "yellow", "in progress": "cyan", "review": "magenta", "done": "green"}


@click.command("status")
@click.argument("spec", default="", metavar="[SPEC]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on standard output.")
def command(spec: str, as_json: bool) -> int:
    """Show where growth stands: what is wanted, planned, simulated, applied and deployed, with the next command.

    Words of a desire that nobody understood yet are listed with it. How far the spec itself has grown is one line here;
    git factory spec status has the rest.
    """
    ctx = open_context()
    found = status.run(ctx, spec)
    if as_json:
        output.emit_json([one.as_json() for one in found])
        return 0
    say_notices(ctx.ledger.notices)
    output.page(line for number, one in enumerate(found) for line in (*([""] if number else []), *_lines(one)))
    return 0


def _lines(one: Status) -> Iterator[str]:
    yield output.style(f"{one.app} {one.version}", bold=True) + (f"  {one.title}" if one.title != one.app else "")
    yield f"  {one.ladder} (git factory spec status)"
    for state in STATES:
        standings = [each for each in one.standings if each.item.state == state]
        if standings:
            yield output.style(f"{state} ({len(standings)})", fg=COLOURS[state])
        for each in standings:
            yield from _standing(each)
    if not one.standings:
        yield '  nothing is wanted yet: git factory desire "…"'


def _standing(one: Standing) -> Iterator[str]:
    item = one.item
    name = short(item.id) if item.id != item.node else item.node
    plan = f" · morph {item.morph[:SHORT]} {item.risk}" if item.morph and item.morph != item.id else ""
    needs = f" · {item.approved} of {item.approvals} approvals" if item.approvals and item.state != "done" else ""
    yield f"  {name} {item.title}"
    yield f"    {one.note}{plan}{needs}" + (f": {item.reason}" if item.reason else "")
    if item.open:
        yield f"    open: {', '.join(item.open)}"
    if one.next:
        yield f"    next: {one.next}"
