"""``git factory replay``: a run folded again, and compared."""

from __future__ import annotations

import click

from factory_git.app import replay
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="fold a run again and compare it with what was recorded")
@click.argument("run")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: run, same, steps, at, wrong, outcome, digest, state."
)
def command(run: str, *, as_json: bool) -> int:
    """Fold the records of RUN (its id or the beginning of it) again, step by step; nothing is executed.

    Every step must be the one that is decided after those before it, and the verdict the one that they add up to; else
    exit 1, with the step.
    """
    result = replay.run(open_context(), run)
    found = result.replayed
    if as_json:
        records.emit_json(result.as_json())
    elif found.wrong:
        output.emit(f"{f'step {found.at}' if found.at else 'the end'}: {found.wrong}")
    else:
        steps = f"{found.steps} step{'s' * (found.steps != 1)}"
        outcome = found.state.verdict_payload.get("outcome", "open")
        output.emit(f"run {records.short(found.state.run)}  {outcome}  {steps}, the same  {result.digest}")
    records.say_notices(result.notices)
    return 1 if found.wrong else 0
