"""The rules of understanding, in the order they are tried. A further rule is a function beside this and a line here."""

from __future__ import annotations

from factory_git.growth.desire.rule import Rule
from factory_git.growth.desire.rules import cadence, changes, comply, limits, notify, order, outputs, roles, surfaces

RULES: tuple[Rule, ...] = (
    comply.named,  # a clause that is a guardrail's name is that, whatever its words could mean one by one
    changes.renamed,
    changes.removed,
    surfaces.show,
    surfaces.hide,
    changes.added,
    order.first,
    limits.guard,
    limits.gate,
    notify.notify,
    roles.only,
    cadence.cadence,
    comply.compliant,
    outputs.outputs,
    outputs.devices,
)
