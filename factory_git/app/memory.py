"""``memory``: what people and agents want to know later, by what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from factory_git.app.context import Context
from factory_git.app.folds import Fold
from factory_git.core.errors import NotFound
from factory_git.core.ids import RecordId
from factory_git.ledger.projection import Query
from factory_git.ledger.record import make
from factory_git.memory.entry import REPOSITORY, Memory, check_scope, check_text, title
from factory_git.memory.fold import Remembered, take

TYPE = "memory"
FIRST = 100  # hits of a search that are looked at first; some of them may be forgotten ones
FOLD = Fold(
    name="memory",
    types=(TYPE,),
    take=take,
    modules=("factory_git.memory.fold", "factory_git.memory.entry"),
    checked=True,
)


def add(
    ctx: Context, text: str, *, scope: str = REPOSITORY, tags: Sequence[str] = (), why: str = "", replace: str = ""
) -> RecordId:
    """Remember ``text``; ``replace`` (an id or its beginning) makes it the next revision of another memory.

    The same text about the same thing is one memory, however often it is added; what was forgotten or revised since
    stands again when it is added again.
    """
    replaced = [_one(ctx, replace).id] if replace else []
    said = payload(check_scope(scope), check_text(text), replaces=replaced, tags=sorted(set(tags)), why=why)
    return write(ctx, said, replaced, f"remember: {said['title']}")


def listing(ctx: Context, *, scope: str = "", tag: str = "") -> list[Memory]:
    """What is remembered now, oldest first; of one scope, with one tag."""
    return remembered(ctx).all(scope=check_scope(scope) if scope else "", tag=tag)


def near(ctx: Context, scopes: Iterable[str]) -> tuple[Memory, ...]:
    """What is remembered now about any of these scopes, which is what an agent may be told."""
    standing = remembered(ctx)
    return tuple(one for scope in scopes for one in standing.all(scope=scope))


def search(
    ctx: Context,
    words: str,
    *,
    scope: str = "",
    tag: str = "",
    like: str | None = None,
    limit: int = 20,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Memory]:
    """Memories that stand and have these words, or are ``like`` a text, or both; the best first."""
    standing, scope = remembered(ctx), check_scope(scope) if scope else ""
    if like is not None:
        from factory_git.app.like import ranked  # noqa: PLC0415 (who looks for words pays for no embedders)

        only = {one.id for one in standing.all(scope=scope, tag=tag)} if scope or tag else set(standing.ids())
        hits = ranked(ctx, like, Query(type=TYPE, limit=limit), words=words, only=only, tell=tell)
        return [one for hit in hits if (one := standing.get(hit.row.id)) is not None]
    return _with_words(ctx, words, limit, lambda one: scope in ("", one.scope) and (not tag or tag in one.tags))


def forget(ctx: Context, id_or_prefix: str, *, why: str = "") -> Memory:
    """Let a memory stand no more. Its text stays in the ledger's history."""
    one = _one(ctx, id_or_prefix)
    said = payload(one.scope, "", replaces=[one.id], why=why) | {"state": "forgotten", "title": "forgotten"}
    write(ctx, said, [one.id], f"forget {one.id[:10]}")
    return one


def payload(scope: str, text: str, **more: Any) -> dict[str, Any]:
    """The payload of a memory that is kept; what is empty of ``more`` is left out."""
    said = {"scope": scope, "kind": "entry", "state": "kept", "text": text, "title": title(text)}
    return said | {name: value for name, value in more.items() if value}


def write(
    ctx: Context, said: dict[str, Any], parents: Sequence[RecordId], subject: str, blobs: Sequence[bytes] = ()
) -> RecordId:
    """Store a memory. What was said before and taken back since is new when it is said again, and comes after that."""
    record = make(TYPE, said, parents)
    standing = remembered(ctx)
    while later := standing.replacers(record.id):
        record = make(TYPE, said, later)
    return ctx.ledger.append([record], stream=f"memory/{said['scope']}", subject=subject, blobs=blobs)[0]


def remembered(ctx: Context) -> Remembered:
    """What is remembered now."""
    return Remembered(ctx.folds.now(FOLD))


def _one(ctx: Context, id_or_prefix: str) -> Memory:
    id_ = ctx.ledger.resolve(id_or_prefix)
    found = remembered(ctx).get(id_)
    if found is None:
        hint = "what stands: git factory memory list"
        raise NotFound(f"{id_[:12]} is no memory that stands", code="memory/not-found", hint=hint)
    return found


def _with_words(ctx: Context, words: str, limit: int, wanted: Callable[[Memory], bool]) -> list[Memory]:
    """The best that stand. More hits are looked at until there are enough, or no more."""
    standing, most = remembered(ctx), max(FIRST, limit)
    while True:
        hits = ctx.ledger.search(words, Query(type=TYPE, limit=most))
        found = [one for hit in hits if (one := standing.get(hit.row.id)) is not None and wanted(one)]
        if len(found) >= limit or len(hits) < most:
            return found[:limit]
        most *= 8
