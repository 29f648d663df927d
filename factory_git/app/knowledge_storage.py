"""The knowledge store's storage in Git: change records and contents in transactions of the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from factory_git.app.context import Context
from factory_git.core.errors import NotFound
from factory_git.core.ids import Oid
from factory_git.gitio.ask import ask
from factory_git.gitio.child import GitFailed
from factory_git.knowledge.change import TYPE, Stamp
from factory_git.ledger.record import Entry, Record
from factory_git.ledger.store import Ledger
from factory_git.ledger.types import UPGRADE, NewerVersion


class GitStorage:
    """One ledger as a :class:`factory_git.knowledge.storage.Storage`. ``at`` is a commit of it, or a record's id."""

    def __init__(self, ctx: Context, ledger: Ledger | None = None) -> None:
        self._ctx = ctx
        self._ledger = ledger or ctx.ledger

    def since(self, cursor: str) -> tuple[Sequence[Record], str]:
        tip = self._ledger.tip
        if tip is None or tip == cursor:
            return (), cursor
        if not cursor:
            return [one.record for one in self._all()], tip
        rows = (row for _, some in self._ledger.since(cursor, tip) for row in some if row.type == TYPE)
        return [self._ledger.get(row.id) for row in rows], tip

    def reached(self, at: str) -> Sequence[Record]:
        there = {tx.oid for tx, _ in self._ledger.since("", self._transaction(at))}
        return [one.record for one in self._all() if one.tx in there]

    def append(self, records: Sequence[Record], blobs: Sequence[bytes], *, key: str, stream: str, subject: str) -> None:
        self._ledger.append(records, blobs=blobs, key=key, stream=stream, subject=subject)

    def content(self, oid: Oid) -> bytes:
        return self._ledger.blob(oid)

    def containing(self, words: str) -> set[Oid]:
        found = self._ledger.search(words, self._ledger.query(type=TYPE))
        return {one.content for one in found if one.content is not None}

    def stamp(self) -> Stamp:
        at = self._ctx.clock.now().isoformat(timespec="microseconds")
        return Stamp(at=at, by=str(self._ctx.config.author), token=secrets.token_hex(8))

    def _all(self) -> list[Entry]:
        """Every change that can be read; the ledger's notices name those that are damaged."""
        found = self._ledger.list(type=TYPE)
        if self._ledger.met_newer:
            raise NewerVersion("there are changes that only a newer program can read", hint=UPGRADE)
        return found

    def _transaction(self, at: str) -> Oid:
        try:
            found = ask(self._ctx.location, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{at}^{{commit}}")
            oid = Oid(found.decode().strip())
        except GitFailed:
            oid = self._ledger.entry(at).tx
        tip = self._ledger.tip
        if tip is None or not self._ctx.repo.is_ancestor(oid, tip):
            hint = "transactions: git factory log"
            raise NotFound(f"{at} is no transaction of the ledger", code="knowledge/no-transaction", hint=hint)
        return oid
