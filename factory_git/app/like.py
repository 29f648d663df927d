"""Search by meaning: what a model takes to be like a text, joined with what has its words.

Vectors are made when they are first asked for, of those texts only that the filters let through, the newest first, and
at most so many at once. They are kept with what this clone folded, disposable and forgotten with it, and nowhere else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from factory_git.app.context import Context
from factory_git.core import progress
from factory_git.core.errors import UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.embedders.parts import SIZE, parts
from factory_git.embedders.protocol import Embedder
from factory_git.embedders.table import WAYS, embedder
from factory_git.executors.environment import allowed
from factory_git.index.fusion import fused
from factory_git.index.vectors import NAME, Near, Vectors
from factory_git.ledger import snapshots
from factory_git.ledger.projection import Found, Query
from factory_git.memory.summary import COMMON

Tell = Callable[[str], None]
SETTING = "embeddings"
DEPTH = 1_000  # of each ranking
WORDS = 32  # of a text, that are looked for as words
SHOWN = 160  # characters of a text that was found by what it means


def ranked(
    ctx: Context,
    like: str,
    query: Query,
    *,
    words: str = "",
    only: Collection[RecordId] | None = None,
    tell: Tell = lambda _: None,
) -> list[Found]:
    """What is like a text, of the records that match, the best first; of those with ``words``, where there are any.

    Each record once. ``tell`` hears what is left out. Raises :class:`UsageError` where no embedder is
    configured, :class:`EmbedderFailed` where it fails; what it had made by then is kept.
    """
    made_by = _configured(ctx)
    if not like.strip():
        raise UsageError("there is nothing to be like", code="search/no-words", hint="--like TEXT")
    wide = replace(query, limit=DEPTH)
    said = ctx.ledger.search(words or _words(like), wide, some=not words)
    by_words = {one.row.id: one for one in reversed(said) if only is None or one.row.id in only}
    among = only if not words else by_words.keys()
    owners: dict[Oid, RecordId] = {}
    for text, record in ctx.ledger.text_ids(replace(query, limit=None)):
        if among is None or record in among:
            owners.setdefault(text, record)
    near = _nearest(ctx, made_by, like, list(owners), tell)
    order = fused([[one.row.id for one in said if one.row.id in by_words], [owners[one.id] for one in near]])
    by_meaning = {owners[one.id]: one for one in reversed(near)}
    found = (by_words.get(id_) or _found(ctx, id_, by_meaning[id_]) for id_ in order)
    return list(islice((one for one in found if one is not None), query.limit))


def _configured(ctx: Context) -> Embedder:
    said = ctx.settings.text(SETTING)
    if not said:
        hint = f"git config factory.{SETTING} with {WAYS}; without --like words are looked for"
        raise UsageError("no embedder is configured", code="embeddings/none", hint=hint)
    return embedder(said, env=allowed(ctx.settings.words("agentEnv")), environ=os.environ)


def _nearest(ctx: Context, made_by: Embedder, like: str, ids: Sequence[Oid], tell: Tell) -> list[Near]:
    target = made_by.embed([like.strip()[:SIZE]])[0]
    store = Vectors(snapshots.folder(ctx.location, ctx.settings.text("ref")) / NAME, made_by.name)
    try:
        if store.width() not in (0, len(target)):
            store.clear()
            tell("note: the model is another one now: its vectors are made again")
        _catch_up(ctx, store, made_by, ids, tell)
        return store.nearest(target, ids, DEPTH)
    finally:
        store.close()


def _catch_up(ctx: Context, store: Vectors, made_by: Embedder, ids: Sequence[Oid], tell: Tell) -> None:
    missing = store.missing(ids)
    now = missing[: made_by.most]
    try:
        _make(ctx, store, made_by, now)
    finally:
        progress.over()
    if len(now) < len(missing):
        left = len(missing) - len(now)
        tell(f"note: {left:,} older texts have no vectors yet; the same command goes on with them")


def _make(ctx: Context, store: Vectors, made_by: Embedder, ids: Sequence[Oid]) -> None:
    done = 0
    for texts in _batches(ctx, ids, made_by.batch):
        said = [part for _, pieces in texts for part in pieces]
        vectors = iter(made_by.embed(said) if said else [])
        store.keep([(id_, list(islice(vectors, len(pieces)))) for id_, pieces in texts])
        done += len(texts)
        progress.tell("making vectors of texts", done)


def _batches(ctx: Context, ids: Sequence[Oid], size: int) -> Iterator[list[tuple[Oid, list[str]]]]:
    """Texts in parts, as many texts together as have about so many parts."""
    batch: list[tuple[Oid, list[str]]] = []
    for start in range(0, len(ids), size):
        some = ids[start : start + size]
        texts = ctx.ledger.texts(some)
        for id_ in some:
            batch.append((id_, parts(texts.get(id_, ""))))
            if sum(len(pieces) for _, pieces in batch) >= size:
                yield batch
                batch = []
    if batch:
        yield batch


def _found(ctx: Context, id_: RecordId, near: Near) -> Found | None:
    row = ctx.ledger.row(id_)
    pieces = parts(ctx.ledger.texts([near.id]).get(near.id, ""))
    if row is None or near.part >= len(pieces):
        return None
    snippet = " ".join(pieces[near.part][: 2 * SHOWN].split())
    shown = snippet if len(snippet) <= SHOWN else snippet[: SHOWN - 1] + "…"
    return Found(row=row, snippet=shown, content=None if near.id == Oid(id_) else near.id)


def _words(text: str) -> str:
    """The words of a text that are worth looking for."""
    found = dict.fromkeys(word for word in re.findall(r"\w+", text.casefold()) if word not in COMMON)
    return " ".join(islice(found, WORDS))
