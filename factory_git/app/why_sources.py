"""Where ``why`` looks things up: the files as they are now, and the ledger's records of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from factory_git.app.context import Context
from factory_git.compiler import lock
from factory_git.core.errors import FactoryError, NotFound, UsageError
from factory_git.drift.judged import below
from factory_git.gitio import trees
from factory_git.ledger.record import Entry
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec

FETCH = "git fetch REMOTE refs/factory/ledger:refs/factory/ledger"


class Files:
    """The files that belong to the answer: on disk, or of a commit."""

    def __init__(self, ctx: Context, revision: str | None) -> None:
        self._location = ctx.location
        self._top = ctx.location.worktree if revision is None else None
        self._tree = trees.index(ctx.location) if self._top else trees.commit(ctx.location, revision or "HEAD")

    def read(self, path: str) -> bytes:
        if self._top is not None:
            return (self._top / path).read_bytes()
        if path not in self._tree.entries:
            raise FileNotFoundError(path)
        return self._tree.read(path)

    def text(self, path: str) -> list[str]:
        """The lines of the file that is asked for."""
        try:
            lines = self.read(path).decode(errors="replace").split("\n")
            return lines[:-1] if lines[-1] == "" else lines
        except IsADirectoryError as error:
            raise UsageError(f"{path} is a folder", code="why/folder", hint="name a file in it") from error
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFound(f"there is no file {path}", code="why/no-file", hint=self._moved(path)) from error

    def spec(self, path: str, notes: list[str]) -> tuple[Spec | None, Mapping[str, Any]]:
        """The spec that ``path`` lies under, nearest first, and its lock's content."""
        try:
            found = [(root, files) for root, files in find(self._tree.paths()) if below(path, root)]
            if not found:
                return None, {}
            root, files = max(found, key=lambda one: len(one[0]))
            locked = self._lock(root)
            return load([Source(path=one, content=self.read(one)) for one in files], root=root), locked
        except (FactoryError, OSError) as error:
            notes.append(f"the spec cannot be read, so its places are not told: {error}")
            return None, {}

    def tied(self, spec: Spec, path: str, line: int, notes: list[str]) -> tuple[tuple[str, str], ...]:
        """The nodes that a line's declaration is tied to, and how; of a spec whose code is bound."""
        from factory_git.app.judge_bound import nodes_at  # noqa: PLC0415 (the map and its parsers: for these specs only)

        try:
            return nodes_at(trees.worktree(self._location) if self._top else self._tree, spec, path, line)
        except (FactoryError, OSError) as error:
            notes.append(f"the code map cannot be read, so only tags are told: {error}")
            return ()

    def _lock(self, root: str) -> Mapping[str, Any]:
        try:
            return lock.read(self.read(f"{root}/{lock.PATH}" if root else lock.PATH)).data
        except (FactoryError, OSError):
            return {}

    def _moved(self, path: str) -> str:
        name = path.rpartition("/")[2]
        same = [one for one in self._tree.paths() if one.rpartition("/")[2] == name]
        return f"there is {same[0]}" if same else ""


def tests(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The outcomes that a ``validate`` record tells, as far as they are ones.

    There is one such record a step, and holding each against its schema would be most of an answer's time.
    """
    found = payload.get("tests")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


class Records:
    """What the ledger has of one run."""

    def __init__(self, ctx: Context, run_id: str, notes: list[str]) -> None:
        self.id = run_id
        self.run: Entry | None = None
        self._entries: Sequence[Entry] = ()
        self._ledger = ctx.ledger
        if not run_id:
            return
        try:
            self.run = ctx.ledger.entry(run_id)
            self._entries = ctx.ledger.valid(run=run_id)
        except NotFound:
            notes.append(f"the run's records are not in this repository; get them: {FETCH}")
        except FactoryError as error:
            notes.append(f"the run's records cannot be read: {error}")

    def last(self, type_: str) -> Entry | None:
        """The run's last record of a type; ``list`` is in graph order, so the last one is the latest."""
        return next((one for one in reversed(self._entries) if one.record.type == type_), None)

    def results(self, spec: str) -> dict[str, tuple[str, Entry]]:
        """Test → its last recorded outcome, over all runs of the same spec: a later run tests older lines, too."""
        found: dict[str, tuple[str, Entry]] = {}
        try:
            entries = self._ledger.list(type="validate")
        except FactoryError:
            return found
        for entry in sorted(entries, key=lambda one: one.when):
            if entry.record.payload.get("spec", spec) != spec:
                continue
            for result in tests(entry.record.payload):
                name = str(result.get("test", ""))
                found[name] = (str(result.get("outcome", "")), entry)
        return found
