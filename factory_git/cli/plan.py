"""``git factory plan``."""

from __future__ import annotations

from typing import Any

import click

from factory_git.app import plan
from factory_git.app.context import open_context
from factory_git.app.plan import Options, Result
from factory_git.cli import output
from factory_git.cli.records import say_notices
from factory_git.growth.morph import morph as morphs


@click.command("plan")
@click.argument("what", default="", metavar="[DESIRE|MORPH]")
@click.option("--spec", default="", metavar="SPEC", help="The spec's id, file or folder (default: the only one).")
@click.option("--write", default="", metavar="FILE", help="Write the morph to a file, too.")
@click.option(
    "--edits", is_flag=True, help="Make the morph of what the spec's files have in the working tree since HEAD."
)
@click.option("--partly", is_flag=True, help="Plan what is understood, and leave open what is not.")
@click.option("--dry-run", is_flag=True, help="Plan, and record nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on standard output.")
def command(as_json: bool, **said: Any) -> int:
    """Make a morph of a desire: operations on the spec, tried on it, with their level, mutations and risk.

    DESIRE is a desire's record or its entry in the spec (default: the newest one without a plan). MORPH, a file or a
    record, is planned anew on the spec as it stands. Exit 1: words are open; exit 4: identity forbids it.
    """
    result = plan.run(open_context(), Options(**said))
    if as_json:
        output.emit_json(result.as_json())
        return result.exit_code
    say_notices(result.notices)
    if result.plan is None:
        _open(result)
    else:
        output.write(morphs.write(result.plan.morph, plan.remarks(result.plan)))
        for line in _next(result):
            output.say(line)
    return result.exit_code


def _open(result: Result) -> None:
    output.emit(f"not planned: {result.text}")
    for one in result.open:
        output.emit(f"  {output.style('open', fg='yellow')} {one.words}: {one.why}")
        if one.close:
            output.emit(f"       {one.close}")
    output.say("next: say it otherwise, name an agent (git factory desire --agent), or plan the rest: --partly")


def _next(result: Result) -> list[str]:
    if not result.record:
        return ["nothing was recorded"]
    name = result.record[:10]
    simulate = f"git factory simulate {name}; " if result.plan and "simulation" in result.plan.requires else ""
    return [f"morph {name}", f"next: {simulate}git factory apply {name}"]
