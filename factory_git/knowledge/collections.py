"""Collections: added, listed, deleted."""

from __future__ import annotations

from factory_git.core.errors import Conflict, InvalidInput, NotFound, Problem
from factory_git.core.ids import RecordId
from factory_git.knowledge.change import Change, Stamp, create, follow
from factory_git.knowledge.desk import Desk, Plan, base_of, check_name, find, is_id
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Collection, Metadata
from factory_git.knowledge.removal import artifact_removal


class Collections:
    """The collections of a store."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, name: str, *, metadata: Metadata | None = None, why: str = "") -> RecordId:
        """A new, empty collection. Raises :class:`Conflict` when there is one of that name."""
        check_name(name, "collection")

        def decide(state: State, stamp: Stamp) -> Plan:
            if state.named(Collection, name):
                raise Conflict(f"there is a collection {name!r}", code="knowledge/name-taken")
            data = {"name": name, "metadata": metadata or {}}
            made = create("collection.add", data, stamp, title=f"collection {name}", why=why)
            return Plan(changes=[made], stream=f"collection/{made.id}", subject=f"add collection {name}")

        return self._desk.change(decide)[0].id

    def list(self, *, at: str = "") -> list[Collection]:
        """All of them, by name."""
        return sorted(self._desk.state(at).all(Collection), key=lambda one: (one.name, one.id))

    def get(self, ref: str, *, at: str = "") -> Collection:
        """One, by name or id."""
        return collection_of(self._desk.state(at), ref)

    def delete(self, ref: str, *, cascade: bool = False, why: str = "") -> Collection:
        """Delete one that is empty; with ``cascade``, what is in it too. Raises :class:`InvalidInput` with what is."""
        seen = self.get(ref)

        def decide(state: State, stamp: Stamp) -> Plan:
            one = find(state, Collection, seen.id)
            inside = state.touching(one.id, Artifact)
            if inside and not cascade:
                raise _full(one, inside)
            changes: list[Change] = []
            for artifact in inside:  # a link between two of them goes once
                gone = {change.subject for change in changes}
                some = artifact_removal(state, artifact, stamp, cascade=True, why=why)
                changes += [change for change in some if change.subject not in gone]
            base = base_of(one, seen.heads)
            changes.append(follow("collection.delete", one.id, base, {}, stamp, title=f"delete {one.name}", why=why))
            return Plan(changes=changes, stream=f"collection/{one.id}", subject=f"delete collection {one.name}")

        self._desk.change(decide)
        return seen


def collection_of(state: State, ref: str) -> Collection:
    """The collection of that name or id. Raises :class:`NotFound`, :class:`Conflict` when two have the name."""
    found = state.named(Collection, ref)
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(one.id[:10] for one in found)
        raise Conflict(f"{len(found)} collections are called {ref!r}", code="knowledge/two-names", hint=f"say: {ids}")
    if is_id(ref):
        return find(state, Collection, ref)
    hint = f"git factory collection add {ref}"
    raise NotFound(f"no collection {ref!r}", code="knowledge/not-found", hint=hint)


def _full(one: Collection, inside: list[Artifact]) -> InvalidInput:
    problems = [
        Problem(code="knowledge/in-use", message=f"artifact {artifact.name!r} ({artifact.id[:10]}) is in it")
        for artifact in inside
    ]
    hint = "delete them first, or all of it: --cascade"
    return InvalidInput(f"collection {one.name!r} is not empty", problems, code="knowledge/in-use", hint=hint)
