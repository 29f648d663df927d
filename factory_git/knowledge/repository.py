"""The knowledge store: one contract over any storage, in memory or in Git.

>>> knowledge = factory_git.open(".").knowledge                                  # doctest: +SKIP
>>> knowledge.collections.add("notes")                                           # doctest: +SKIP
>>> plan = knowledge.artifacts.add("notes", "plan", b"sow in March")             # doctest: +SKIP
>>> knowledge.artifacts.update(plan, b"sow in April", metadata={"by": "Ada"})    # doctest: +SKIP
>>> [one.name for one in knowledge.find(Query(where={"by": "Ada"}))]             # doctest: +SKIP
['plan']
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

from factory_git.core.errors import InvalidInput, Problem
from factory_git.core.ids import Oid
from factory_git.knowledge import query, snapshot
from factory_git.knowledge.artifacts import Artifacts
from factory_git.knowledge.change import Change, Stamp
from factory_git.knowledge.collections import Collections
from factory_git.knowledge.contexts import Contexts
from factory_git.knowledge.desk import Desk, Plan
from factory_git.knowledge.fold import State
from factory_git.knowledge.links import Links
from factory_git.knowledge.model import Artifact, Clash
from factory_git.knowledge.query import Query
from factory_git.knowledge.runs import Runs
from factory_git.knowledge.snapshot import Snapshot
from factory_git.knowledge.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import brought: changes and contents that were not there, and how many changes were."""

    changes: int
    contents: int
    known: int


class Knowledge:
    """Collections, artifacts, links, runs and contexts of one storage, and questions about them all.

    ``dry``: everything is checked, nothing is kept.
    """

    def __init__(self, storage: Storage, *, dry: bool = False) -> None:
        self._desk = Desk(storage, dry=dry)
        self.collections = Collections(self._desk)
        self.artifacts = Artifacts(self._desk)
        self.links = Links(self._desk)
        self.runs = Runs(self._desk)
        self.contexts = Contexts(self._desk)

    def find(self, wanted: Query, *, at: str = "") -> list[Artifact]:
        """The artifacts for which a query holds now, or held at an old transaction; by collection, name, id."""
        return query.answer(self._desk.state(at), wanted, self._desk.storage.containing)

    def changes(self, *, at: str = "") -> list[Change]:
        """Every change record, those of what was deleted too; parents first."""
        state = self._desk.state(at)
        return [state.change(id_) for id_ in state.in_order()]

    def clashes(self) -> list[Clash]:
        """What was changed apart in two clones and needs a decision."""
        return self._desk.state().clashes()

    def export(self, *, at: str = "") -> bytes:
        """A snapshot: the same changes give the same bytes. See :mod:`factory_git.knowledge.snapshot`."""
        out = io.BytesIO()
        self.export_to(out, io.BytesIO(), at=at)
        return out.getvalue()

    def export_to(self, out: IO[bytes], spool: IO[bytes], *, at: str = "") -> int:
        """Write a snapshot to ``out``, one thing after the other; ``spool`` is room for what comes later in it.

        Returns the number of changes.
        """
        state = self._desk.state(at)
        records = (state.change(id_).record for id_ in state.in_order())
        return snapshot.write(out, spool, records, self._desk.storage.contents, self._desk.storage.redacted())

    def import_(self, data: bytes) -> Imported:
        """Bring in a snapshot. What is there already stays as it is: importing twice changes nothing.

        Raises :class:`IntegrityError` for one that was tampered with, and :class:`InvalidInput` that lists what would
        clash with what is here; nothing is written then.
        """
        found = snapshot.decode(data)

        def decide(state: State, _: Stamp) -> Plan:
            new = [one for one in found.changes if not state.has(one.id)]
            if new and not state.empty:
                _refuse_clashes(state, found)
            named = {one.oid for change in new for one in snapshot.contents_of(change)}
            blobs = [found.contents[oid] for oid in sorted(named) if oid in found.contents]
            return Plan(changes=new, blobs=blobs, subject=f"import {len(new)} changes")

        new = self._desk.change(decide)
        contents: set[Oid] = {one.oid for change in new for one in snapshot.contents_of(change)}
        return Imported(changes=len(new), contents=len(contents), known=len(found.changes) - len(new))


def _refuse_clashes(state: State, found: Snapshot) -> None:
    expected = {clash.ids for one in (state, State(found.changes)) for clash in one.clashes()}
    problems = [
        Problem(code=f"knowledge/clash-{clash.kind}", message=clash.message)
        for clash in state.clashes_with(found.changes)
        if clash.ids not in expected
    ]
    if problems:
        hint = "rename or delete what clashes here, and import again"
        raise InvalidInput("the snapshot clashes with what is here", problems, code="knowledge/clash", hint=hint)
