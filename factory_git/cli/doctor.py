"""``git factory doctor``: what is wrong here, and put right what can be."""

from __future__ import annotations

import click

from factory_git.app.context import open_context
from factory_git.app.doctor.run import Looked, run
from factory_git.cli import output, records


@click.command(short_help="what is wrong with this repository and its ledger, and put it right")
@click.option("--fix", is_flag=True, help="Put right what can be; nothing that a fix does loses a record.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a check: check, ok, troubles.")
def command(fix: bool, as_json: bool) -> int:
    """Look at Git, the file system, the clock, locks, packs, the index, remotes, hooks, settings and specs.

    Exits 1 where an error stands that was not put right; warnings do not count.
    """
    ctx = open_context()
    seen = []
    for looked in run(ctx, fix=fix):
        seen.append(looked)
        if not as_json:
            _tell(looked)
    if as_json:
        records.emit_json_array(one.as_json() for one in seen)
    elif not any(one.troubles for one in seen):
        output.say(f"{len(seen)} checks, all well")
    return 1 if any(one.failed for one in seen) else 0


def _tell(looked: Looked) -> None:
    if not looked.troubles:
        output.emit(f"{_word('ok', 'green')} {looked.name}: {looked.says}")
    for one, done in zip(looked.troubles, looked.fixed, strict=True):
        colour = "green" if done else "red" if one.severity == "error" else "yellow"
        output.emit(f"{_word('fixed' if done else one.severity, colour)} {looked.name}: {one.message}")
        if done or one.hint:
            output.emit(f"         {done or one.hint}")


def _word(word: str, colour: str) -> str:
    return output.style(f"{word:8}", fg=colour)
