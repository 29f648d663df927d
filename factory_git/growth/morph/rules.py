"""Operations on what must hold: guardrails, the safety envelope, tiers, retention, cadence."""

from __future__ import annotations

from factory_git.core.ids import SpecPath
from factory_git.growth.morph.call import Call, find, refused
from factory_git.growth.morph.flow import both, item
from factory_git.growth.morph.nodes import attribute
from factory_git.spec.edit import Op, Set
from factory_git.spec.graph import Graph

CADENCES = {"deployment": "deployment", "evidence": "evidence_policy"}


def strengthen(call: Call, graph: Graph) -> list[Op]:
    """``{strengthen_guardrail: NAME, also: CONDITION}``; one that is only words gets it as what must hold."""
    path = find(graph, "guardrail", call.about, call).path
    held, new = item(graph, path).get("always"), call.text("also")
    return [Set(path, "always", both(str(held), new) if held else new)]


def bind_envelope(call: Call, graph: Graph) -> list[Op]:
    """``{bind_envelope: ITEM, holds: GUARDRAIL}``: what proves an item of the safety envelope."""
    path = find(graph, "envelope item", call.about, call).path
    held = item(graph, path).get("holds") or []
    proof = find(graph, "guardrail", call.text("holds"), call).path
    known = [str(one) for one in (held if isinstance(held, list) else [held])]
    if proof in known:
        raise refused(f"bind_envelope: {path} holds by {proof} already")
    return [Set(path, "holds", [*known, proof])]


def cadence(call: Call, graph: Graph) -> list[Op]:  # noqa: ARG001 (the shape of an operation)
    """``{set_cadence: nightly, of: deployment}`` or ``of: evidence``."""
    of = call.text("of")
    if of not in CADENCES:
        raise refused(f"set_cadence: {of!r} has no cadence", "of: deployment, or of: evidence")
    return [attribute(SpecPath(CADENCES[of]), "cadence", call.subject)]


def retention(call: Call, graph: Graph) -> list[Op]:
    """``{set_retention: ENTITY, keep: 90d}``; null takes it away."""
    entity = find(graph, "entity", call.about, call).name
    return [attribute(SpecPath("deployment"), ("retention", entity), call.args.get("keep"))]
