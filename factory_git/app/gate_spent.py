"""Approvals that are used up though the base never got the commit they were given for: it was squashed, or rebased.

Such a merge leaves no trace but what it did: the branch has had what was approved, and went back. So an approval is
spent where its node has been another one on the branch (each commit of it, not what they merged) since the approval was
given. Dates are the commits' own; what was merged with its commits is known without them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from factory_git.app.gate_base import Base
from factory_git.app.revisions import sides
from factory_git.core.errors import SpecError
from factory_git.core.ids import SpecPath
from factory_git.gitio import proposal
from factory_git.growth.mutation import Mutation
from factory_git.spec.graph import Graph, build


@dataclass(frozen=True)
class Past:
    """What the specs of the base were."""

    base: Base
    _known: dict[str, dict[str, Graph]] = field(default_factory=dict)

    def returned(self, app: str, one: Mutation, when: int) -> bool:
        """Whether the node of a mutation has been another one on the base since ``when``, in seconds."""
        now = self._graphs(self.base.commit).get(app)
        if now is None:
            return False
        files = {place.file for node in now.nodes.values() if (place := node.place) is not None}
        later = proposal.since(self.base.location, self.base.commit, when, sorted(files))
        before = [graph for commit in later if (graph := self._graphs(commit).get(app)) is not None]
        return any(_state(graph, one) != _state(now, one) for graph in before)

    def _graphs(self, commit: str) -> dict[str, Graph]:
        if commit not in self._known:
            try:
                found = [one.spec for one in sides(self.base.location, commit)]
            except SpecError:  # two specs in one folder: there was nothing to approve
                found = []
            self._known[commit] = {spec.id: build(spec) for spec in found if spec is not None}
        return self._known[commit]


def _state(graph: Graph, one: Mutation) -> list[Any]:
    """What a version says of a mutation's node, under both of its names; the application's version is no part of it."""
    nodes = [graph.nodes.get(SpecPath(path)) for path in (one.path, one.was) if path]
    return [node and (node.kind, node.name, {k: v for k, v in node.value.items() if k != "version"}) for node in nodes]
