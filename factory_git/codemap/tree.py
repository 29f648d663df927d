"""One tree as the queries see it: paths, blobs and facts, from the cache, with the worktree's changes on top."""

from __future__ import annotations

from factory_git.codemap import pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from factory_git.codemap.store import Store

    Rows = tuple[Any, ...]


KEPT = 4096
MANY = 200


class Tree:
    """The files of a tree that the map reads. ``changes`` (path → blob number, None: gone) lie over the stored tree."""

    def __init__(self, store: Store, number: int, changes: Mapping[str, int | None] | None = None) -> None:
        self.store = store
        self.number = number
        self.changes = changes or {}
        self._blobs: dict[str, int | None] = {}
        self._asked = 0  # look-ups so far
        self._back: dict[int, list[str]] = {}
        self._places: dict[tuple[str, str], list[tuple[str, int]]] = {}
        self._over: dict[int, list[str]] = {}
        for path, blob in self.changes.items():
            if blob is not None:
                self._over.setdefault(blob, []).append(path)
        self.memory: dict[str, Any] = {}  # what the rules for imports work out once for the whole tree
        self._kept: dict[int, Rows] = {}

    def blob(self, path: str) -> int | None:
        """The number of the blob at ``path``, None when the tree has no such file (or the map no language for it)."""
        if self._asked >= MANY:
            return self._blobs.get(path)
        if path in self.changes:
            return self.changes[path]
        if path not in self._blobs:
            self._asked += 1
            if self._asked >= MANY:
                self._all()
                return self._blobs.get(path)
            row = self.store.db.execute(
                "SELECT blob FROM file WHERE tree = ? AND path = ?", (self.number, path)
            ).fetchone()
            self._blobs[path] = row[0] if row else None
        return self._blobs[path]

    def has(self, path: str) -> bool:
        """Whether the tree has a file of a known language at ``path``."""
        return self.blob(path) is not None

    def paths(self, blobs: Iterable[int]) -> list[tuple[str, int]]:
        """Path and blob of every file with one of these contents, by path."""
        wanted = list(blobs)
        self._asked += len(wanted)
        if self._asked >= MANY:
            if not self._back:
                self._all()
            return sorted([(path, blob) for blob in wanted for path in self._back.get(blob, ())])
        out = []
        for blob in wanted:
            out += [(path, blob) for path in self._over.get(blob, ())]
            rows = self.store.db.execute("SELECT path FROM file WHERE tree = ? AND blob = ?", (self.number, blob))
            out += [(path, blob) for (path,) in rows if path not in self.changes]
        return sorted(out)

    def _all(self) -> None:
        """Read the whole tree: whoever has asked so much asks more, and all at once costs less."""
        self._blobs = dict(self.under(""))
        self._asked = MANY
        for path, blob in self._blobs.items():
            if blob is not None:
                self._back.setdefault(blob, []).append(path)

    def under(self, folder: str) -> Iterator[tuple[str, int]]:
        """Path and blob of every file below ``folder`` (empty: all), by path."""
        low, high = (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")
        rows = self.store.db.execute(
            "SELECT path, blob FROM file WHERE tree = ? AND path >= ? AND path < ? ORDER BY path",
            (self.number, low, high),
        )
        if not self.changes:
            yield from rows
            return
        merged = {path: blob for path, blob in rows if path not in self.changes}
        merged |= {p: b for p, b in self.changes.items() if b is not None and low <= p < high}
        yield from sorted(merged.items())

    def directly_in(self, folder: str) -> list[tuple[str, int]]:
        """Path and blob of every file in ``folder`` itself."""
        cut = len(folder) + 1 if folder else 0
        return [(path, blob) for path, blob in self.under(folder) if "/" not in path[cut:]]

    def has_folder(self, folder: str) -> bool:
        """Whether the tree has a file of a known language somewhere below ``folder``."""
        return next(self.under(folder), None) is not None

    def defining(self, name: str) -> list[tuple[str, int]]:
        """The files that define ``name`` (its last segment)."""
        return self._where("d", name)

    def calling(self, name: str) -> list[tuple[str, int]]:
        """The files that call something named ``name``."""
        return self._where("c", name)

    def importing(self, key: str) -> list[tuple[str, int]]:
        """The files in whose imports ``key`` occurs as a part of a module's name or as an imported name."""
        return self._where("i", key)

    def packaged(self, name: str) -> list[tuple[str, int]]:
        """The files of a package, or of a kind of configuration."""
        return self._where("p", name)

    def tagged(self) -> list[tuple[str, int]]:
        """The files that have a ``gf:`` tag."""
        return self.paths(self.store.where("t", ""))

    def _where(self, role: str, name: str) -> list[tuple[str, int]]:
        found = self._places.get((role, name))
        if found is None:
            found = self._places[role, name] = self.paths(self.store.where(role, name))
        return found

    def text(self, path: str) -> str:
        """The text of a configuration; empty when there is none at ``path``."""
        blob = self.blob(path)
        return str(self.rows(blob)[1]) if blob is not None else ""

    def rows(self, blob: int) -> Rows:
        """The rows of a blob. Raises ``KeyError`` for a number that the cache does not have."""
        rows = self._kept.get(blob)
        if rows is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()  # a question that reads thousands of files reads each once
            for _, data in self.store.facts([blob]):
                rows = self._kept[blob] = pack.load(data)
                return rows
            raise KeyError(blob)
        return rows
