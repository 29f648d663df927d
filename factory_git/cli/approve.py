"""``git factory approve``."""

from __future__ import annotations

import click

from factory_git.app import approve
from factory_git.app.approve import Approved, Result
from factory_git.cli import output
from factory_git.core.errors import UsageError
from factory_git.gitio.locate import locate
from factory_git.growth.approval import Item


@click.command("approve")
@click.argument("fingerprints", nargs=-1, metavar="[FINGERPRINT]...")
@click.option("--why", default="", metavar="TEXT", help="Why this is fine; it is kept with the approval.")
@click.option(
    "--base", default="", metavar="REV", help="The branch that the change is for. Default: the remote's head."
)
@click.option("--head", default="HEAD", show_default=True, metavar="REV", help="The last commit of the change.")
@click.option(
    "--sign/--no-sign", default=None, help="Sign the record, as `git commit -S` would. Default: where asked for."
)
@click.option("--list", "listing", is_flag=True, help="Show what the change needs, what it has and who may approve.")
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object.")
def command(
    *,
    fingerprints: tuple[str, ...],
    why: str,
    base: str,
    head: str,
    sign: bool | None,
    listing: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Allow mutations of a change, by the fingerprints that `git factory diff --gate` prints.

    Writes a record to the ledger, bound to the mutation, its values and the application: where one of them changes, the
    approval is void; a rebase leaves it standing. The base branch says who may approve what (`growth.approvers`), and
    whether only signed approvals count (`growth.signatures`). FINGERPRINT may be cut to six digits or more.
    """
    if listing == bool(fingerprints):
        raise UsageError("name fingerprints, or --list", hint="git factory approve --list; git factory approve -h")
    options = approve.Options(fingerprints=fingerprints, why=why, base=base, head=head, sign=sign, dry_run=dry_run)
    result = approve.listing(locate(), options) if listing else approve.run(locate(), options)
    for note in result.notes:
        output.say(f"note: {note}")
    if as_json:
        output.emit_json(result.as_json())
    elif listing:
        _list(result)
    else:
        _tell(result, dry_run=dry_run)
    return 0


def _list(result: Result) -> None:
    for one in result.open:
        output.emit(_line(one))
        for each in one.counted:
            output.emit(f"  approved by {each.email}: {each.why} ({each.source})")
        for refused in one.refused:
            given = refused.given
            output.emit(f"  not counted: {given.source} of {given.email}: {refused.why}")
        output.emit(f"  {one.missing() or 'has all it needs'}")
    if not result.open:
        output.say(f"nothing here needs approval, compared with {result.base}")


def _tell(result: Result, *, dry_run: bool) -> None:
    for one in result.done:
        output.emit(f"{_word(one, result, dry_run=dry_run)} {_line(one.after)}{_record(one)}")
    for left in result.open:
        output.say(f"open: {_line(left)}: {left.missing()}")
    if not result.open:
        output.say("nothing is open any more")
    if any(one.record and one.state == "approved" for one in result.done):
        output.say("send it to the others: git factory sync")


def _word(one: Approved, result: Result, *, dry_run: bool) -> str:
    if one.state == "automatic":
        return "needs nobody:"
    if one.state == "already":
        return "was approved:"
    signed = " and sign" if result.signed else ""
    return f"would approve{signed}:" if dry_run else f"approved{signed.replace('sign', 'signed')}:"


def _record(one: Approved) -> str:
    return f" · record {one.record[:12]}" if one.record else ""


def _line(one: Item) -> str:
    return f"{one.mutation.fingerprint} {one.mutation.id} {one.mutation.path} ({one.mutation.risk}) of {one.app}"
