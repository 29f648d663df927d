"""``search``: full text over records and the large contents they name: prompts, transcripts, diffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.app.list import Filters
from factory_git.core.errors import UsageError
from factory_git.ledger.projection import Found

OPEN, CLOSE = "\x02", "\x03"  # around what matched, in a snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Filters):
    """What to look for, and where."""

    words: str
    limit: int | None = 20


def run(ctx: Context, options: Options) -> list[Found]:
    """The best first. Raises :class:`UsageError` where there is nothing to look for."""
    if not any(letter.isalnum() for letter in options.words):
        raise UsageError("nothing to look for", code="search/no-words", hint='words, "a phrase", begin*, -without')
    filters = options.asked(ctx.clock)
    words = filters.pop("words")
    return ctx.ledger.search(words, ctx.ledger.query(**filters))


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
