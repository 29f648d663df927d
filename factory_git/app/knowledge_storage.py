"""The knowledge store's storage in Git: change records and contents in transactions of the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence

from factory_git.app.context import Context
from factory_git.app.folds import Fold, Folds
from factory_git.app.point import Point, find
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed
from factory_git.knowledge.change import TYPE, Stamp
from factory_git.knowledge.fold import take
from factory_git.ledger.cells import Cells
from factory_git.ledger.projection import Query
from factory_git.ledger.record import Entry, Record
from factory_git.ledger.store import Ledger
from factory_git.ledger.types import UPGRADE, NewerVersion


def _take(cells: Cells, entries: Sequence[Entry]) -> None:
    take(cells, [one.record for one in entries])


KNOWLEDGE = Fold(
    name="knowledge",
    types=(TYPE,),
    take=_take,
    modules=tuple(
        f"factory_git.{name}"
        for name in (
            "app.knowledge_storage", "knowledge.fold", "knowledge.packed", "knowledge.tags", "knowledge.steps",
            "knowledge.change", "knowledge.model", "ledger.order",
        )
    ),
)  # fmt: skip


class GitStorage:
    """One ledger as a :class:`factory_git.knowledge.storage.Storage`. ``at`` is a point of it."""

    def __init__(self, ctx: Context, ledger: Ledger | None = None) -> None:
        self._ctx = ctx
        self._ledger = ledger or ctx.ledger
        own = ledger is not None
        self._folds = Folds(ctx.location, ctx.repo, self._ledger, ctx.settings.text("ref")) if own else ctx.folds

    def cells(self) -> Cells:
        found = self._folds.now(KNOWLEDGE)
        self._refuse_newer()
        return found

    def record(self, id: RecordId) -> Record:  # noqa: A002
        return self._ledger.known(id)

    def reached(self, at: str) -> Sequence[Record]:
        point = self._point(at)
        found = point.reader.entries(Query(type=TYPE, upto=point.upto))
        self._refuse_newer()
        return [one.record for one in found]

    def append(self, records: Sequence[Record], blobs: Sequence[bytes], *, key: str, stream: str, subject: str) -> None:
        self._ledger.append(records, blobs=blobs, key=key, stream=stream, subject=subject)

    def content(self, oid: Oid) -> bytes:
        return self._ledger.blob(oid)

    def contents(self, oids: Sequence[Oid]) -> Iterator[bytes]:
        return self._ledger.blobs(oids)

    def redacted(self) -> Collection[str]:
        return self._ledger.redacted.keys()

    def containing(self, words: str) -> set[Oid]:
        found = self._ledger.search(words, self._ledger.query(type=TYPE))
        return {one.content for one in found if one.content is not None}

    def stamp(self) -> Stamp:
        at = self._ctx.clock.now().isoformat(timespec="microseconds")
        return Stamp(at=at, by=str(self._ctx.config.author), token=secrets.token_hex(8))

    def _refuse_newer(self) -> None:
        """What can be read is answered, and the ledger's notices name what is damaged; a later version is no damage."""
        if self._ledger.met_newer:
            raise NewerVersion("there are changes that only a newer program can read", hint=UPGRADE)

    def _point(self, at: str) -> Point:
        """A point of the ledger as ``state --at`` knows it, or a name that Git knows for one of its transactions."""
        try:
            return find(self._ctx, at)
        except (NotFound, UsageError):
            oid = _commit(self._ctx, at)
            if not oid:
                raise
        tip = self._ledger.tip
        if tip is None or not self._ctx.repo.is_ancestor(oid, tip):
            hint = "transactions: git factory log"
            raise NotFound(f"{at} is no transaction of the ledger", code="knowledge/no-transaction", hint=hint)
        return find(self._ctx, oid)


def _commit(ctx: Context, name: str) -> Oid:
    """The commit that Git knows by that name; empty: none."""
    try:
        found = ask(ctx.location, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except GitFailed:
        return Oid("")
    return Oid(found.decode().strip())
