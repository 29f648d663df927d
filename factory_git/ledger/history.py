"""Reading a ledger's history: its transactions, in graph order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

from factory_git.core.errors import UsageError
from factory_git.core.ids import Oid
from factory_git.gitio.repository import Repository
from factory_git.ledger import fold, transaction
from factory_git.ledger.projection import Projection, Query, Row, TxRow


class History:
    """The transactions on one ref; they are counted from 1. Threads may share it."""

    def __init__(self, repo: Repository, projection: Projection, ref: str) -> None:
        self._repo = repo
        self._index = projection
        self._ref = ref
        self._threads = threading.RLock()

    @property
    def tip(self) -> Oid | None:
        """The newest transaction (a commit), or None for an empty ledger."""
        return self._repo.ref(self._ref)

    def journal(self, limit: int | None = None, stream: str | None = None) -> list[tuple[TxRow, list[Row]]]:
        """Transactions, newest first, each with its records."""
        return list(self.each_transaction(limit, stream))

    def each_transaction(
        self, limit: int | None = None, stream: str | None = None
    ) -> Iterator[tuple[TxRow, list[Row]]]:
        """Like :meth:`journal`, read as they are asked for."""
        with self._threads:
            self._refresh()
            return self._index.journal(limit, stream)

    def since(self, cursor: str, tip: Oid) -> list[tuple[TxRow, list[Row]]]:
        """The transactions that ``tip`` reaches and the transaction ``cursor`` (empty: none) does not, oldest first.

        A cursor is the tip of a ledger that was read: it stays good when other ledgers are united with this one.
        """
        with self._threads:
            self._refresh()
            return self._index.transactions(self._repo.reached(tip, Oid(cursor) if cursor else None))

    def span(self, after: int, upto: int) -> list[tuple[TxRow, list[Row]]]:
        """The transactions after the ``after``-th in graph order up to the ``upto``-th, each with its records."""
        with self._threads:
            self._refresh()
            return self._index.span(after, upto)

    def once_held(self, oid: Oid) -> bool:
        """Whether a commit that the ledger does not hold is a transaction of it as it was: they begin alike.

        So it is with what a rewrite or a ref that was moved back has left behind, until ``git gc`` takes it.
        """
        tip = self.tip
        if tip is None or not self._repo.has(oid) or self._repo.read(oid)[0] != "commit":
            return False
        return transaction.read(self._repo.commit(oid)).format > 0 and self._repo.meet(tip, oid)

    def at(self, n: int) -> TxRow | None:
        """The ``n``-th transaction in graph order, counted from 1."""
        with self._threads:
            self._refresh()
            return self._index.at(n)

    def number(self, prefix: str) -> int:
        """The place in graph order of the transaction whose id begins so; 0: there is none.

        Raises :class:`UsageError` where several do.
        """
        with self._threads:
            self._refresh()
            found = self._index.numbers(prefix)
        if len(found) > 1:
            some = ", ".join(oid[: len(prefix) + 4] for _, oid in found)
            raise UsageError(f"{prefix} is ambiguous: {some}", code="record/ambiguous", hint="give more characters")
        return found[0][0] if found else 0

    def until(self, when: datetime) -> int:
        """The place of the last transaction in graph order that is not later than ``when``; 0: there is none."""
        with self._threads:
            self._refresh()
            return self._index.until(when)

    def tally(self, query: Query) -> tuple[int, dict[str, int]]:
        """How many transactions (of a stream, between two places) there are, and how many records of each type."""
        with self._threads:
            self._refresh()
            return self._index.tally(query)

    def goes_on(self, oid: Oid, n: int) -> bool:
        """Whether the order still begins with the ``n`` transactions that ended in ``oid``; costs what is new.

        It does when ``oid`` lies on the first-parent line of the tip: a tip's order goes on from every one there.
        """
        at = self.tip
        while at is not None and at != oid and self.number(at) > n:
            parents = fold.parents_of(self._repo, self._repo.commit(at))
            at = parents[0] if parents else None
        return at == oid and self.number(oid) == n

    def _refresh(self) -> None:
        self._index.refresh(lambda: self.tip)
