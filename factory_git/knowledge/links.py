"""Relationships between artifacts."""

from __future__ import annotations

from factory_git.core.errors import Conflict
from factory_git.core.ids import RecordId
from factory_git.knowledge.artifacts import artifact_of
from factory_git.knowledge.change import Stamp, create
from factory_git.knowledge.desk import Desk, Plan, base_of, check_name, find
from factory_git.knowledge.fold import State
from factory_git.knowledge.model import Artifact, Link, Metadata
from factory_git.knowledge.removal import link_removal


class Links:
    """The relationships of a store."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, source: str, target: str, type: str, *, metadata: Metadata | None = None, why: str = "") -> RecordId:  # noqa: A002
        """Relate two artifacts that are there. Raises :class:`NotFound` for an end, :class:`Conflict` for a second."""
        check_name(type, "link type")

        def decide(state: State, stamp: Stamp) -> Plan:
            ends = [artifact_of(state, source), artifact_of(state, target)]
            ids = [one.id for one in ends]
            for one in state.touching(ids[0], Link):
                if [one.source, one.target, one.type] == [*ids, type]:
                    raise Conflict(f"there is this link: {one.id[:10]}", code="knowledge/linked")
            words = f"{ends[0].name} {type} {ends[1].name}"
            data = {"source": ids[0], "target": ids[1], "type": type, "metadata": metadata or {}}
            made = create("link.add", data, stamp, title=words, refs=ids, why=why)
            return Plan(changes=[made], stream=f"link/{made.id}", subject=f"link {words}")

        return self._desk.change(decide)[0].id

    def neighbours(self, of: str, *, type: str = "", at: str = "") -> list[Artifact]:  # noqa: A002
        """The artifacts that one is related to, in either direction, by name."""
        state = self._desk.state(at)
        centre = artifact_of(state, of).id
        ids = {id_ for one in self.list(of=centre, type=type, at=at) for id_ in (one.source, one.target)} - {centre}
        found = (state.thing(id_) for id_ in ids)
        return sorted((one for one in found if isinstance(one, Artifact)), key=lambda one: (one.name, one.id))

    def get(self, ref: str, *, at: str = "") -> Link:
        """One, by its id."""
        return find(self._desk.state(at), Link, ref)

    def delete(self, ref: str, *, why: str = "") -> Link:
        """Let it be no more."""
        seen = self.get(ref)

        def decide(state: State, stamp: Stamp) -> Plan:
            one = find(state, Link, seen.id)
            base_of(one, seen.heads)
            return Plan(changes=[link_removal(one, stamp, why)], stream=f"link/{one.id}", subject=f"unlink {one.type}")

        self._desk.change(decide)
        return seen

    def list(self, *, of: str = "", source: str = "", target: str = "", type: str = "", at: str = "") -> list[Link]:  # noqa: A002
        """Relationships, by type and ends; ``of`` an artifact at either end."""
        state = self._desk.state(at)
        ends = {name: artifact_of(state, ref).id if ref else RecordId("") for name, ref in _refs(of, source, target)}
        near = next((id_ for id_ in ends.values() if id_), None)
        found = [
            one
            for one in (state.touching(near, Link) if near else state.all(Link))
            if ends["of"] in ("", one.source, one.target)
            and ends["source"] in ("", one.source)
            and ends["target"] in ("", one.target)
            and type in ("", one.type)
        ]
        return sorted(found, key=lambda one: (one.type, one.source, one.target, one.id))


def _refs(of: str, source: str, target: str) -> tuple[tuple[str, str], ...]:
    return (("of", of), ("source", source), ("target", target))
