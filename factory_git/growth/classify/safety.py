"""What must always hold, what happens when it does not, and what people are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from factory_git.growth.classify.common import named, unclassified
from factory_git.growth.differ import ADDED, REMOVED, RENAMED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Scene, mutation

disclaimer = named("disclaimer-added", "disclaimer-removed", "disclaimer-reworded")

_WHOLE: Mapping[str, str] = {ADDED: "guardrail-added", REMOVED: "guardrail-removed", RENAMED: "guardrail-renamed"}
GUARDRAIL: Mapping[str, str] = {
    "weakened": "guardrail-weakened",
    "strengthened": "guardrail-strengthened",
    "incomparable": "guardrail-incomparable",
    "same": "guardrail-reworded",
    "unknown": "guardrail-unproven",
}
"""The row for each effect on a guardrail."""


def guardrail(change: Change, scene: Scene) -> Iterator[Mutation]:
    """A guardrail: judged by what it lets through, not by its text."""
    if change.op in _WHOLE:
        yield mutation(_WHOLE[change.op], change)
    elif change.attribute == "on_break":
        id_ = "on-break-relaxed" if change.new == "alert" else "on-break-hardened"
        # The graph leaves out what is so when nothing is said.
        yield mutation(id_, change, before=change.old or "abort", after=change.new or "abort")
    elif change.attribute != "always":
        yield unclassified(change)
    elif change.old is None or change.new is None:
        yield mutation("guardrail-formalised" if change.old is None else "guardrail-informalised", change)
    else:
        effect = scene.effects.of(change.path)
        found = mutation(GUARDRAIL[effect.effect], change)
        yield replace(found, example=effect.example, reasons=(effect.why,) if effect.why else ())
