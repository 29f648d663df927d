"""``git factory sync``: this ledger and a remote's become one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from factory_git.app import maintenance, sync
from factory_git.app.context import open_context
from factory_git.cli import output, records


@click.command(short_help="fetch a remote's ledger, unite it with ours, send what it lacks")
@click.argument("remote", required=False, default="")
@click.option("--fetch-only", is_flag=True, help="Bring the remote's records here and send none.")
@click.option("--dry-run", is_flag=True, help="Ask the remote and say what would come and go.")
@click.option("--accept-redactions", is_flag=True, help="Take out here what others redacted, whoever they are.")
@click.option(
    "--allowed-signers",
    "signers",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Whose redactions are followed, as in ssh-keygen(1); default: what Git's configuration says.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: remote, received, sent, rewritten, attempts, published."
)
def command(as_json: bool, **options: Any) -> None:
    """Bring the ledger of REMOTE (a name or a URL; default: origin) and ours together.

    Both sides end up with the records of both; nothing is forced but what was redacted, which goes from both.
    """
    ctx, dry_run = open_context(), options["dry_run"]
    result = sync.run(ctx, sync.Options(**options))
    if as_json:
        records.emit_json(result.as_json())
    else:
        output.emit(_words(result, dry_run=dry_run))
    if result.rewritten:
        kept = "would be" if dry_run else "were"
        output.say(
            f"warning: the ledger of {result.remote} was rewritten: {result.rewritten} transactions that it had once "
            f"{kept} kept and sent to it again"
        )
    if result.published:
        output.say(
            f"warning: the ledger of {result.remote} moved {result.attempts} times while ours was sent, so ours is "
            f"beside it, as {result.published}: the next sync of any clone takes it in"
        )
    records.say_notices(result.notices)
    if not dry_run:
        maintenance.start_if_due(ctx)


def _words(result: sync.Result, *, dry_run: bool) -> str:
    came, went = _count(result.received), _count(result.sent)
    if not result.received and not result.sent:
        return f"{result.remote} and this clone have the same ledger"
    return f"{result.remote}: {came} {'to come' if dry_run else 'received'}, {went} {'to go' if dry_run else 'sent'}"


def _count(number: int) -> str:
    return f"{number} transaction{'s' * (number != 1)}"
