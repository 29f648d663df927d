"""Cells: what a fold has made of records, kept as JSON values by table and key, and found again by tags. Pure.

A fold that is written over cells does not know whether they lie in memory or in a file. So it is one and the same fold
that makes a state from the start and that goes on with one that was kept (:mod:`factory_git.index.cells`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol


class Cells(Protocol):
    """Tables of cells. A value is plain JSON (no Decimal) and is replaced, never changed in place."""

    def get(self, table: str, key: str) -> Any:
        """The value of a cell; None where there is none."""

    def has(self, table: str, key: str) -> bool:
        """Whether there is such a cell."""

    def put(self, table: str, key: str, value: Any, tags: Iterable[str] = ()) -> None:
        """Give a cell a value and tags, in the place of what it had."""

    def drop(self, table: str, key: str) -> None:
        """Let a cell be no more."""

    def keys(self, table: str, prefix: str = "") -> list[str]:
        """The keys that begin so, sorted."""

    def all(self, table: str) -> Iterator[tuple[str, Any]]:
        """Every cell of a table, by key."""

    def tagged(self, table: str, tag: str) -> Iterator[tuple[str, Any]]:
        """The cells that have a tag, in no order that means anything.

        Who must be sure looks at the value: a tag may be kept as a short digest.
        """

    def marked(self, table: str, tag: str) -> list[str]:
        """Their keys only, sorted."""

    def whole(self) -> AbstractContextManager[None]:
        """All that is put inside, or nothing when it raises."""

    def trial(self) -> AbstractContextManager[Cells]:
        """The same cells; what is put into them is forgotten at the end of the context."""


def check_key(key: object) -> None:
    """Raise :class:`TypeError` for what is no text: a record may say anything where an id should stand."""
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is no key")


class MemoryCells:
    """Cells that are gone with the process. Threads may share them."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, tuple[Any, frozenset[str]]]] = {}
        self._tags: dict[tuple[str, str], set[str]] = {}
        self._before: list[tuple[str, str, tuple[Any, frozenset[str]] | None]] | None = None
        self._threads = threading.RLock()

    def get(self, table: str, key: str) -> Any:
        check_key(key)
        with self._threads:
            found = self._tables.get(table, {}).get(key)
            return None if found is None else found[0]

    def has(self, table: str, key: str) -> bool:
        return key in self._tables.get(table, {})

    def put(self, table: str, key: str, value: Any, tags: Iterable[str] = ()) -> None:
        marked = frozenset(tags)
        with self._threads:
            self.drop(table, key)
            self._tables.setdefault(table, {})[key] = (value, marked)
            for tag in marked:
                self._tags.setdefault((table, tag), set()).add(key)

    def drop(self, table: str, key: str) -> None:
        check_key(key)
        with self._threads:
            before = self._tables.get(table, {}).pop(key, None)
            if self._before is not None:
                self._before.append((table, key, before))
            for tag in before[1] if before else ():
                self._tags[(table, tag)].discard(key)

    def keys(self, table: str, prefix: str = "") -> list[str]:
        with self._threads:
            return sorted(key for key in self._tables.get(table, {}) if key.startswith(prefix))

    def all(self, table: str) -> Iterator[tuple[str, Any]]:
        with self._threads:
            cells = self._tables.get(table, {})
            return iter([(key, cells[key][0]) for key in sorted(cells)])

    def tagged(self, table: str, tag: str) -> Iterator[tuple[str, Any]]:
        with self._threads:
            cells = self._tables.get(table, {})
            return iter([(key, cells[key][0]) for key in sorted(self._tags.get((table, tag), ()))])

    def marked(self, table: str, tag: str) -> list[str]:
        with self._threads:
            return sorted(self._tags.get((table, tag), ()))

    @contextmanager
    def whole(self) -> Iterator[None]:
        with self._threads:
            self._before = []
            try:
                yield
            except BaseException:
                changed, self._before = self._before, None
                for table, key, before in reversed(changed):
                    if before is None:
                        self.drop(table, key)
                    else:
                        self.put(table, key, *before)
                raise
            finally:
                self._before = None

    @contextmanager
    def trial(self) -> Iterator[MemoryCells]:
        other = MemoryCells()
        with self._threads:
            other._tables = {table: dict(cells) for table, cells in self._tables.items()}
            other._tags = {tag: set(keys) for tag, keys in self._tags.items()}
        yield other
