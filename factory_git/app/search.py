"""``search``: full text over records and the large contents they name: prompts, transcripts, diffs; or by meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from factory_git.app.context import Context
from factory_git.app.list import Filters
from factory_git.core.errors import UsageError
from factory_git.index.search import expression
from factory_git.ledger.projection import Found, unmarked


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Filters):
    """What to look for, and where: words, what is ``like`` a text, or what is like it among what has the words."""

    words: str = ""
    like: str | None = None
    limit: int | None = 20


def run(ctx: Context, options: Options, *, tell: Callable[[str], None] = lambda _: None) -> list[Found]:
    """The best first; ``tell`` hears what is left out.

    Raises :class:`UsageError` where there is nothing to look for, and what :func:`factory_git.app.like.ranked` does.
    """
    if options.words or options.like is None:
        check_words(options.words)
    filters = options.asked(ctx.clock)
    words, text = filters.pop("words"), filters.pop("like")
    query = ctx.ledger.query(**filters)
    if text is not None:
        from factory_git.app import like  # noqa: PLC0415 (who looks for words pays for no embedders)

        return like.ranked(ctx, text, query, words=words, tell=tell)
    return ctx.ledger.search(words, query)


def check_words(words: str) -> None:
    """Raise :class:`UsageError` where there is nothing to look for."""
    if not expression(words):
        hint = 'words, "a phrase", begin*; -without only beside one that must be there'
        raise UsageError("nothing to look for", code="search/no-words", hint=hint)


def as_json(found: Found) -> dict[str, Any]:
    """The declared fields of ``--json``; the snippet without marks."""
    return {
        "id": found.row.id,
        "type": found.row.type,
        "title": found.row.title,
        "stream": found.row.tx.stream,
        "when": found.row.tx.when.isoformat(),
        "content": found.content,
        "snippet": unmarked(found.snippet),
    }
