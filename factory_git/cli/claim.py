"""``git factory claim``: who works on what."""

from __future__ import annotations

import json

import click

from factory_git.app import claim
from factory_git.app.claim_fold import Claim
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.core.errors import UsageError
from factory_git.ledger.record import one_line


@click.command(short_help="who works on which paths, told to other clones")
@click.argument("paths", nargs=-1)
@click.option("--for", "task", default="", metavar="TASK", help="What it is for.")
@click.option("--ttl", default="4h", show_default=True, help="When it ends by itself: 30m, 4h, 2d; at most 90d.")
@click.option("--release", is_flag=True, help="End your claim for the task; as JSON: task, released.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id, task, owner, paths, until, against.")
def command(paths: tuple[str, ...], *, task: str, ttl: str, release: bool, as_json: bool) -> None:
    """Claim PATHS (files, folders) for a task, or, without any, list the claims that stand (those for TASK, if given).

    A claim locks nothing. It is a record: other clones see it after `git factory sync`, and another one on the same
    paths is refused with exit 5. Where two clones claimed apart, the earlier in the ledger's order counts; both are
    told.
    """
    ctx = open_context()
    if release:
        if paths or not task:
            raise UsageError(
                "--release ends your whole claim for a task", hint="git factory claim --release --for TASK"
            )
        ended = claim.release(ctx, task=task)
        records.say_notices(ctx.ledger.notices)
        if as_json:
            records.emit_json({"task": task, "released": ended})
        else:
            output.say(f"released: {' '.join(map(_shown, ended))}")
        return
    standing = [] if paths else [one for one in claim.listing(ctx) if task in ("", one.task)]
    found = [claim.take(ctx, paths, task=task, ttl=ttl)] if paths else standing
    records.say_notices(ctx.ledger.notices)
    if as_json:
        records.emit_json_array(one.as_json() for one in found)
        return
    for one in found:
        _tell(one)
    if not found:
        output.say(f"nothing is claimed{f' for {task}' if task else ''}")


def _tell(one: Claim) -> None:
    late = f"  (does not count: {', '.join(id_[:10] for id_ in one.against)} came first)" if one.against else ""
    until, paths = records.moment(one.until), " ".join(map(_shown, one.paths))
    output.emit(f"{records.short(one.id)}  {one_line(one.task)}  {one_line(one.owner)}  until {until}  {paths}{late}")


def _shown(path: str) -> str:
    """A path on one line, quoted where it could be taken for two or does something to a terminal."""
    return path if path.isprintable() and " " not in path else json.dumps(path, ensure_ascii=False)
