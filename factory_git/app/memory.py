"""``memory``: what people and agents want to know later, by what it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from factory_git.app.context import Context
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.ledger.record import make
from factory_git.memory.entry import REPOSITORY, Memory, check_scope, check_text, title
from factory_git.memory.fold import current, replacers
from factory_git.memory.summary import summarize as by_rule

TYPE = "memory"
RULES = "rules"


def add(
    ctx: Context, text: str, *, scope: str = REPOSITORY, tags: Sequence[str] = (), why: str = "", replace: str = ""
) -> RecordId:
    """Remember ``text``; ``replace`` (an id or its beginning) makes it the next revision of another memory.

    The same text about the same thing is one memory, however often it is added; what was forgotten or revised since
    stands again when it is added again.
    """
    replaced = [_one(ctx, replace).id] if replace else []
    payload = _payload(check_scope(scope), check_text(text), replaces=replaced, tags=sorted(set(tags)), why=why)
    return _write(ctx, payload, replaced, f"remember: {payload['title']}")


def listing(ctx: Context, *, scope: str = "", tag: str = "") -> list[Memory]:
    """What is remembered now, oldest first; of one scope, with one tag."""
    wanted = check_scope(scope) if scope else ""
    found = current(ctx.ledger.valid(TYPE))
    return [one for one in found if wanted in ("", one.scope) and (not tag or tag in one.tags)]


def search(
    ctx: Context,
    words: str,
    *,
    scope: str = "",
    like: str | None = None,
    limit: int = 20,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Memory]:
    """Memories that stand and have these words, or are ``like`` a text, or both; the best first."""
    standing = {one.id: one for one in listing(ctx, scope=scope)}
    query = ctx.ledger.query(type=TYPE)
    if like is None:
        found = ctx.ledger.search(words, query)
    else:
        from factory_git.app.like import ranked  # noqa: PLC0415 (who looks for words pays for no embedders)

        found = ranked(ctx, like, query, words=words, only=standing.keys(), tell=tell)
    return [standing[one.row.id] for one in found if one.row.id in standing][:limit]


def summarize(ctx: Context, scope: str) -> RecordId:
    """Sum up a scope by rule; the new summary replaces the one before it. What it sums up stays as it is."""
    found = listing(ctx, scope=scope)
    entries = [one for one in found if one.kind == "entry"]
    if len(entries) < 2:
        raise UsageError(f"{scope} has {len(entries)} memories: nothing to sum up", code="memory/too-few")
    before = [one.id for one in found if one.kind == "summary"]
    payload = _payload(check_scope(scope), by_rule(entries), replaces=before, of=[one.id for one in entries], by=RULES)
    payload |= {"kind": "summary"}
    return _write(ctx, payload, [*before, *payload["of"]], f"sum up {len(entries)} memories of {scope}")


def forget(ctx: Context, id_or_prefix: str, *, why: str = "") -> Memory:
    """Let a memory stand no more. Its text stays in the ledger's history."""
    one = _one(ctx, id_or_prefix)
    payload = _payload(one.scope, "", replaces=[one.id], why=why) | {"state": "forgotten", "title": "forgotten"}
    _write(ctx, payload, [one.id], f"forget {one.id[:10]}")
    return one


def _one(ctx: Context, id_or_prefix: str) -> Memory:
    id_ = ctx.ledger.resolve(id_or_prefix)
    found = next((one for one in listing(ctx) if one.id == id_), None)
    if found is None:
        hint = "what stands: git factory memory list"
        raise NotFound(f"{id_[:12]} is no memory that stands", code="memory/not-found", hint=hint)
    return found


def _payload(scope: str, text: str, **more: Any) -> dict[str, Any]:
    payload = {"scope": scope, "kind": "entry", "state": "kept", "text": text, "title": title(text)}
    return payload | {name: value for name, value in more.items() if value}


def _write(ctx: Context, payload: dict[str, Any], parents: Sequence[RecordId], subject: str) -> RecordId:
    record = make(TYPE, payload, parents)
    replacing = replacers(ctx.ledger.valid(TYPE))
    while record.id in replacing:  # said before and taken back since: said again it is new, and comes after that
        record = make(TYPE, payload, replacing[record.id])
    return ctx.ledger.append([record], stream=f"memory/{payload['scope']}", subject=subject)[0]
