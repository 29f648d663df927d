"""The library: the ledger of a repository for scripts and programs, without a command line.

>>> import factory_git
>>> ledger = factory_git.open(".")                                      # doctest: +SKIP
>>> ledger.register("note", {"type": "object", "required": ["text"]})   # doctest: +SKIP
>>> first = ledger.put("note", {"text": "hello"})                       # doctest: +SKIP
>>> second = ledger.put("note", {"text": "again"}, parents=[first])     # doctest: +SKIP
>>> [entry.record.payload["text"] for entry in ledger.list(type="note")]  # doctest: +SKIP
['hello', 'again']

``factory_git.open(".").knowledge`` is the knowledge store: see :mod:`factory_git.knowledge.repository`.
"""

from __future__ import annotations

import functools
from pathlib import Path

from factory_git.app.context import Context, open_context
from factory_git.app.knowledge_storage import GitStorage
from factory_git.core.clock import Clock
from factory_git.core.ids import RecordId, blob_oid
from factory_git.knowledge.artifacts import New
from factory_git.knowledge.model import (
    Artifact,
    Clash,
    Collection,
    Content,
    External,
    Link,
    Package,
    Revision,
    Run,
    Use,
)
from factory_git.knowledge.query import Query
from factory_git.knowledge.repository import Imported, Knowledge
from factory_git.ledger.record import Entry, Record, make
from factory_git.ledger.store import Ledger
from factory_git.ledger.tree import Tree
from factory_git.ledger.verify import Report

__all__ = [
    "Artifact",
    "Clash",
    "Collection",
    "Content",
    "Entry",
    "External",
    "Imported",
    "Knowledge",
    "Ledger",
    "Link",
    "New",
    "Package",
    "Query",
    "Record",
    "RecordId",
    "Report",
    "Revision",
    "Run",
    "Store",
    "Tree",
    "Use",
    "blob_oid",
    "make",
    "open",
]


class Store(Ledger):
    """The ledger of a repository, and what is kept on it."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(*ctx.ledger_parts())
        self._ctx = ctx

    @functools.cached_property
    def knowledge(self) -> Knowledge:
        """Collections, artifacts, links, runs and contexts."""
        return Knowledge(GitStorage(self._ctx, self))


def open(path: Path | str = ".", *, clock: Clock | None = None) -> Store:  # noqa: A001 (factory_git.open reads well)
    """The ledger of the repository at or above ``path``; made at the first append.

    Raises :class:`RepositoryError` when there is no usable repository.
    """
    return Store(open_context(path, clock=clock))
