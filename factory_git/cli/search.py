"""``git factory search``: full text over everything that was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from factory_git.app import search
from factory_git.app.context import open_context
from factory_git.cli import output, records
from factory_git.ledger.projection import Found


@click.command(short_help="full text over records, prompts and transcripts")
@click.argument("words", nargs=-1)
@click.option("--like", metavar="TEXT", help="What is like TEXT, by factory.embeddings; WORDS must occur, where given.")
@records.filters
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most this many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: id, type, title, stream, when, content, snippet.")
def command(words: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Find records by their words, the best first; also by those of the large contents that they name.

    All WORDS must occur; '"a phrase"' as it stands, begin* as a beginning, and, after --, -word not at all. Case and
    accents do not matter. Exits 1 when nothing is found.

    --like ranks by meaning and by words together.
    """
    ctx = open_context()
    found = search.run(ctx, search.Options(words=" ".join(words), **options), tell=output.say)
    if as_json:
        records.emit_json_array(search.as_json(one) for one in found)
    else:
        output.page(line for one in found for line in _lines(one))
    records.say_notices(ctx.ledger.notices)
    return 0 if found else 1


def _lines(found: Found) -> Iterator[str]:
    row = found.row
    yield "  ".join(word for word in (records.short(row.id), row.type, records.moment(row.tx.when), row.title) if word)
    where = f"in {found.content[:10]}: " if found.content else ""
    yield f"    {where}{records.marked(found.snippet)}"
