"""``search``: full text over records and the large contents they name: prompts, transcripts, diffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.app.list import moment
from factory_git.core.errors import UsageError
from factory_git.ledger.projection import Found

OPEN, CLOSE = "\x02", "\x03"  # around what matched, in a snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to look for, and where: filters as those of ``list``."""

    words: str
    type: str | None = None
    stream: str | None = None
    run: str | None = None
    actor: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int | None = 20


def run(ctx: Context, options: Options) -> list[Found]:
    """The best first. Raises :class:`UsageError` where there is nothing to look for."""
    if not any(letter.isalnum() for letter in options.words):
        raise UsageError("nothing to look for", code="search/no-words", hint='words, "a phrase", begin*, -without')
    query = ctx.ledger.query(
        type=options.type, stream=options.stream, run=options.run, actor=options.actor,
        since=moment(options.since, ctx.clock), until=moment(options.until, ctx.clock), limit=options.limit,
    )  # fmt: skip
    return ctx.ledger.search(options.words, query)


def as_json(found: Found) -> dict[str, Any]:
    """The declared fields of ``--json``; the snippet without marks."""
    return {
        "id": found.row.id,
        "type": found.row.type,
        "title": found.row.title,
        "stream": found.row.tx.stream,
        "when": found.row.tx.when.isoformat(),
        "content": found.content,
        "snippet": found.snippet.replace(OPEN, "").replace(CLOSE, ""),
    }
