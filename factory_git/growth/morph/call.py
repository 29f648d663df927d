"""One operation of a morph: its name, what it is about, its arguments; and how it finds the nodes it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from factory_git.core.errors import Problem, SpecError
from factory_git.core.ids import SpecPath, slug
from factory_git.spec import names
from factory_git.spec.graph import Graph, GraphNode

LISTS: Mapping[str, str] = {
    "desire": "desires",
    "beneficiary": "identity.beneficiaries",
    "envelope item": "identity.safety_envelope",
    "prohibited change": "identity.prohibited_changes",
    "plate": "growth.plates",
    "organ": "growth.organs",
    "morph rule": "growth.morph_rules",
    "approver": "growth.approvers",
    "source": "evidence_policy.sources",
    "tier": "evidence_policy.trust_tiers",
    "term": "terms",
    "entity": "data_contracts.entities",
    "pipeline": "workflows.pipelines",
    "panel": "interface.panels",
    "action": "interface.actions",
    "role": "interface.roles",
    "guardrail": "safety.guardrails",
    "disclaimer": "safety.disclaimers",
    "preference": "personalization.preferences",
    "heuristic": "personalization.heuristics",
    "device": "deployment.devices",
    "schedule": "deployment.schedules",
    "egress": "deployment.egress",
    "scenario": "acceptance",
    "done command": "done",
    "variant": "app.variants",
}
"""Kind of node → the address of the list it stands in. Fields and steps stand in lists of their owners."""
OWNED: Mapping[str, tuple[str, str]] = {"field": ("entity", "fields"), "step": ("pipeline", "steps")}
"""Kind of node → the kind of its owner, and the owner's list."""
POSITION = ("in", "after", "before")  # arguments that say where, and are no part of what is said there


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation as written: ``{insert_gate: cold_chain_gate, after: yield_forecast}``."""

    op: str
    subject: Any
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """The subject as text."""
        if not isinstance(self.subject, str | int) or not str(self.subject).strip():
            raise refused(f"{self.op} needs the name of what it is about", f"{{{self.op}: NAME}}")
        return str(self.subject)

    def text(self, key: str, default: str | None = None) -> str:
        """An argument that is a text. Raises :class:`SpecError` when it is missing."""
        value = self.args.get(key, default)
        if value is None or not isinstance(value, str | int):
            raise refused(f"{self.op} {self.subject}: {key}: is missing", f"{{{self.op}: {self.subject}, {key}: …}}")
        return str(value)

    @property
    def attributes(self) -> dict[str, Any]:
        """The arguments that say what, not where."""
        return {key: value for key, value in self.args.items() if key not in POSITION}


def refused(message: str, hint: str = "") -> SpecError:
    """An operation that cannot be carried out."""
    problem = Problem(code="morph/operation", message=message, hint=hint)
    return SpecError(message, [problem], code="morph/operation", hint=hint)


def listed(graph: Graph, kind: str, call: Call) -> SpecPath:
    """The address of the list that a new node of a kind goes to; its owner is the argument ``in``."""
    if kind not in OWNED:
        return SpecPath(LISTS[kind])
    owner, key = OWNED[kind]
    return names.join(find(graph, owner, call.args.get("in"), call).path, key)


def find(graph: Graph, kind: str, said: Any, call: Call) -> GraphNode:
    """The node of a kind that is meant: by address, id or name; where there is just one and nothing is said, that one.

    A field may be said with its entity (``Contract.sku``), a step with its pipeline. Raises :class:`SpecError` with the
    nearest known name, or with those that could be meant.
    """
    known = [node for node in graph.nodes.values() if node.kind == kind]
    within = call.args.get("in") if kind in OWNED and said is call.subject else None
    if within is not None:
        owner = find(graph, OWNED[kind][0], within, call).path
        known = [node for node in known if node.path.startswith(f"{owner}.")]
    if said is None:
        found = known
    else:
        found = [node for node in known if node.path == said] or [n for n in known if _named(n, str(said), graph)]
    if len(found) == 1:
        return found[0]
    if not found:
        options = names.suggest(str(said), [one.name for one in known]) if said is not None else ""
        raise refused(f"{call.op}: the spec has no {kind} {said!r}" if said is not None
                      else f"{call.op}: the spec has no {kind}", options)  # fmt: skip
    several = ", ".join(one.path for one in found[:6])
    what = f"there are {len(found)} of kind {kind}" + (f" called {said!r}" if said is not None else "")
    raise refused(f"{call.op}: {what}", f"say which by its address: {several}")


def _named(node: GraphNode, said: str, graph: Graph) -> bool:
    """Whether a node is called so: by name or id, with its owner's before it or not."""
    own = (node.name, node.path.rpartition(".")[2])
    if said in own or slug(said) == own[1]:
        return True
    owner, dot, last = said.rpartition(".")
    if not dot or (last not in own and slug(last) != own[1]):
        return False
    above = graph.nodes.get(SpecPath(node.path.rpartition(".")[0].rpartition(".")[0]))
    return above is not None and (above.name == owner or above.path.rpartition(".")[2] == slug(owner))
