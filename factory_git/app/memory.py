"""``memory``: what people and agents want to know later, by what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime
from typing import Any

from factory_git.app.context import Context
from factory_git.app.folds import Fold
from factory_git.app.list import moment
from factory_git.app.search import check_words
from factory_git.core.clock import Clock
from factory_git.core.errors import NotFound
from factory_git.core.ids import RecordId
from factory_git.ledger.projection import Query, unmarked
from factory_git.ledger.record import make
from factory_git.memory import snippet
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
    ctx: Context, text: str, *, scope: str = "", tags: Sequence[str] = (), why: str = "", replace: str = ""
) -> RecordId:
    """Remember ``text``, of the repository where no scope is said.

    ``replace`` (an id or its beginning) makes it the next revision of another memory, whose scope and tags it keeps
    where it has none of its own.

    The same text about the same thing is one memory, however often it is added; what was forgotten or revised since
    stands again when it is added again.
    """
    before = _one(ctx, replace) if replace else None
    where = check_scope(scope) if scope else before.scope if before else REPOSITORY
    marks = sorted(set(tags or (before.tags if before else ())))
    replaced = [before.id] if before else []
    said = payload(where, check_text(text), replaces=replaced, tags=marks, why=why)
    return write(ctx, said, replaced, f"remember: {said['title']}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What ``list`` and ``search`` ask alike; times as written by the user."""

    scope: str = ""
    tag: str = ""
    actor: str = ""
    since: str | None = None
    until: str | None = None

    def asked(self, clock: Clock) -> Wanted:
        """Ready to be asked. Raises :class:`UsageError` for what is no scope or no time."""
        return Wanted(
            scope=check_scope(self.scope) if self.scope else "",
            tag=self.tag,
            actor=self.actor.casefold(),
            since=moment(self.since, clock),
            until=moment(self.until, clock),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filters, checked."""

    scope: str
    tag: str
    actor: str
    since: datetime | None
    until: datetime | None

    def of(self, standing: Remembered) -> list[Memory]:
        """Those of the memories that stand, in the order of the ledger."""
        return [one for one in standing.all(scope=self.scope, tag=self.tag) if self.covers(one)]

    def covers(self, one: Memory) -> bool:
        """Whether a memory is wanted."""
        return (
            self.scope in ("", one.scope)
            and (not self.tag or self.tag in one.tags)
            and self.actor in one.actor.casefold()
            and (self.since is None or one.when >= self.since)
            and (self.until is None or one.when < self.until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A memory that was found, and where its words are: marked as in :class:`factory_git.ledger.projection.Found`."""

    memory: Memory
    snippet: str

    def as_json(self) -> dict[str, Any]:
        """The declared fields of ``--json``; the snippet without marks."""
        return self.memory.as_json() | {"snippet": unmarked(self.snippet)}


def listing(ctx: Context, filters: Filters | None = None) -> list[Memory]:
    """What is remembered now, oldest first; of each summary it is said whether it is out of date."""
    standing = remembered(ctx)
    found = (filters or Filters()).asked(ctx.clock).of(standing)
    return [changed(one, outdated=True) if _outdated(ctx, standing, one) else one for one in found]


def near(ctx: Context, scopes: Iterable[str]) -> tuple[Memory, ...]:
    """What is remembered now about any of these scopes, which is what an agent may be told.

    A summary that is out of date is not: it would tell what was forgotten.
    """
    found = (one for scope in scopes for one in listing(ctx, Filters(scope=scope)))
    return tuple(one for one in found if not one.outdated)


def search(
    ctx: Context,
    words: str,
    filters: Filters | None = None,
    *,
    like: str | None = None,
    limit: int = 20,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Hit]:
    """Memories that stand and have these words, or are ``like`` a text, or both; the best first.

    Raises :class:`UsageError` where there is nothing to look for.
    """
    wanted, standing = (filters or Filters()).asked(ctx.clock), remembered(ctx)
    if like is None:
        check_words(words)
        found = _with_words(ctx, standing, words, limit, wanted)
    else:
        from factory_git.app.like import ranked  # noqa: PLC0415 (who looks for words pays for no embedders)

        only = set(standing.ids()) if filters in (None, Filters()) else {one.id for one in wanted.of(standing)}
        hits = ranked(ctx, like, Query(type=TYPE, limit=limit), words=words, only=only, tell=tell)
        found = [one for hit in hits if (one := standing.get(hit.row.id)) is not None]
    return [Hit(memory=one, snippet=snippet.around(one.text, f"{words} {like or ''}")) for one in found]


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


def _outdated(ctx: Context, standing: Remembered, one: Memory) -> bool:
    """Whether a summary says what stands no more, be it that it took it over from the summary before it."""
    left = list(one.of)
    while left:
        id_ = left.pop()
        if standing.get(id_) is None:
            before = ctx.ledger.row(id_) and ctx.ledger.get(id_).payload
            if not before or before.get("kind") != "summary" or not before.get("of"):
                return True
            left += [RecordId(other) for other in before["of"]]
    return False


def _with_words(ctx: Context, standing: Remembered, words: str, limit: int, wanted: Wanted) -> list[Memory]:
    """The best that stand. More hits are looked at until there are enough, or no more."""
    most = max(FIRST, limit)
    while True:
        query = Query(type=TYPE, since=wanted.since, until=wanted.until, limit=most)
        hits = ctx.ledger.search(words, query)
        found = [one for hit in hits if (one := standing.get(hit.row.id)) is not None and wanted.covers(one)]
        if len(found) >= limit or len(hits) < most:
            return found[:limit]
        most *= 8
