"""The library: the ledger of a repository for scripts and programs, without a command line.

>>> import factory_git
>>> ledger = factory_git.open(".")                                      # doctest: +SKIP
>>> ledger.register("note", {"type": "object", "required": ["text"]})   # doctest: +SKIP
>>> first = ledger.put("note", {"text": "hello"})                       # doctest: +SKIP
>>> second = ledger.put("note", {"text": "again"}, parents=[first])     # doctest: +SKIP
>>> [entry.record.payload["text"] for entry in ledger.list(type="note")]  # doctest: +SKIP
['hello', 'again']
"""

from __future__ import annotations

from pathlib import Path

from factory_git.app.context import open_context
from factory_git.core.clock import Clock
from factory_git.core.ids import RecordId, blob_oid
from factory_git.ledger.record import Entry, Record, make
from factory_git.ledger.store import Ledger
from factory_git.ledger.tree import Tree
from factory_git.ledger.verify import Report

__all__ = ["Entry", "Ledger", "Record", "RecordId", "Report", "Tree", "blob_oid", "make", "open"]


def open(path: Path | str = ".", *, clock: Clock | None = None) -> Ledger:  # noqa: A001 (factory_git.open reads well)
    """The ledger of the repository at or above ``path``; made at the first append.

    Raises :class:`RepositoryError` when there is no usable repository.
    """
    return open_context(path, clock=clock).ledger
