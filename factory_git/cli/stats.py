"""``git factory stats``: how large the ledger is, and how it grows."""

from __future__ import annotations

from collections.abc import Iterator

import click

from factory_git.app import stats
from factory_git.app.context import open_context
from factory_git.cli import output, records

_WEEKS = 12


@click.command(short_help="records, bytes and growth, by type and week")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: records, bytes, disk, types, contents, weeks.")
def command(as_json: bool) -> None:
    """Show the records of each type: how many, their own bytes, what Git's store takes for them; and each week's."""
    ctx = open_context()
    found = stats.run(ctx)
    if as_json:
        records.emit_json(found.as_json())
    elif not found.records:
        output.say("the ledger is empty")
    else:
        output.page(_lines(found))
    records.say_notices(ctx.ledger.notices)


def _lines(found: stats.Stats) -> Iterator[str]:
    yield f"{'type':<16} {'records':>9} {'bytes':>13} {'in the store':>13}"
    for one in (*found.kinds, *([found.contents] if found.contents.records else [])):
        yield f"{one.type or '(contents)':<16} {one.records:>9,} {one.bytes:>13,} {one.stored:>13,}"
    total = found.bytes + found.contents.bytes
    yield f"{'all':<16} {found.records:>9,} {total:>13,} {found.disk:>13,}  with commits and trees"
    yield ""
    if len(found.weeks) > _WEEKS:
        yield f"… {len(found.weeks) - _WEEKS} earlier weeks"
    for week in found.weeks[-_WEEKS:]:
        most = sorted(week.records.items(), key=lambda pair: (-pair[1], pair[0]))
        types = ", ".join(f"{number:,} {type_}" for type_, number in most[:5])
        yield f"{week.name:<16} {sum(week.records.values()):>9,} {week.bytes:>13,}  {types}"
