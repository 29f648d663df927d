"""``git factory redact``: take records and contents out of history, and leave a note of it."""

from __future__ import annotations

import click

from factory_git.app import redact
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="take records out of history, with a note of what and why")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; it stands in the note, for everybody to read.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken out, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: note, targets, ledgers, contents, children, …")
def command(ids: tuple[str, ...], reason: str, dry_run: bool, as_json: bool) -> None:
    """Take records (an id or its beginning) and contents (a whole id) out of the ledger's history, for good.

    Every transaction since the first that has one is made again without it, so their ids change; all other records keep
    theirs. A note says what was taken out, by whom, when and why; `sync` brings it to other clones.
    """
    result = redact.run(open_context(), ids, reason, dry_run=dry_run)
    if as_json:
        records.emit_json(result.as_json())
    else:
        _say(result)
    records.say_notices(result.notices)


def _say(result: redact.Result) -> None:
    for ref, taken in result.taken.items():
        names = ", ".join(str(one) for one in taken.targets)
        words = "would be taken out of" if result.dry_run else "taken out of"
        output.emit(f"{words} {ref}: {names} ({taken.again} transactions made again)")
        if not result.dry_run:
            output.emit(f"note: {taken.note}")
    for oid in result.contents:
        output.say(f"stays: the content {oid}, which is named there; name it as well to take it out")
    for id_ in result.children:
        output.say(f"stays: the record {id_[:12]}, which came of it; look whether it says the same")
    for ref in result.refs:
        output.say(f"stays: all of it, below {ref}, which reaches the old history")
    for ref in result.logs:
        output.say(f"stays: all of it, in the reflog of {ref}, until: git reflog expire --expire=now {ref}")
    if not result.dry_run:
        output.say("stays: the old objects in this repository, until: git gc --prune=now")
        output.say("stays: what remotes and other clones have, until each has done: git factory sync")
