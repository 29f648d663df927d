"""``git factory maintenance``: keep the ledger fast."""

from __future__ import annotations

import click

from factory_git.app import maintenance
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="join packs, write the commit graph, tidy the index")
@click.option("--auto", is_flag=True, help="Only where it is due.")
@click.option("--gc", is_flag=True, help="Run `git gc` as well, with Git's own grace for what nothing reaches.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: due, packs_before, packs_after, commit_graph, gc.")
def command(auto: bool, gc: bool, as_json: bool) -> None:
    """Do what keeps a large ledger and its forks fast. Nothing is lost when it never runs or is killed.

    `run` and `sync` start it in the background when it is due, unless factory.maintenance is false; never in a hook.
    One at a time: where another one is at work, --auto does nothing, and without it the exit is 5.
    """
    done = maintenance.run(open_context(), auto=auto, gc=gc)
    if as_json:
        records.emit_json(done.as_json())
    elif not done.due:
        output.say(done.why)
    else:
        graph = "; the commit graph is written" if done.commit_graph else ""
        packs = f"{done.packs_before} pack{'s' * (done.packs_before != 1)} of the ledger"
        output.say(f"{packs}, now {done.packs_after}{graph}")
    records.say_notices(done.notices)
