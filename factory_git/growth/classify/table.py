"""Which classifier reads which kind of node. What no classifier knows is told as ``unclassified``, never left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory_git.growth.classify import (
    acceptance,
    app,
    common,
    data,
    deployment,
    entities,
    evidence,
    flow,
    growth,
    identity,
    interface,
    personal,
    proof,
    safety,
    terms,
)
from factory_git.growth.differ import EDITED, Change
from factory_git.growth.mutation import Mutation
from factory_git.growth.scene import Classifier, Scene

# What every node may say.
COMMON: Mapping[str, Classifier] = {"note": common.note, "stability": common.stability, "code": proof.code}

CLASSIFIERS: Mapping[str, Classifier] = {
    "spec": app.whole,
    "layer": app.layer,
    "variant": common.named("variant-added", "variant-removed", "label-changed"),
    "depends_on": app.depends_on,
    "reserved": app.reserved,
    "desire": app.desire,
    "purpose": identity.purpose,
    "beneficiary": identity.beneficiary,
    "envelope item": identity.envelope,
    "prohibited change": identity.prohibited,
    "plate": growth.plate,
    "organ": growth.organ,
    "morph rule": growth.morph_rule,
    "approver": growth.approver,
    "signatures": growth.signatures,
    "source": evidence.source,
    "tier": evidence.tier,
    "minimum_tier": evidence.minimum_tier,
    "cadence": deployment.any_cadence,
    "entity": entities.entity,
    "field": data.field,
    "term": terms.term,
    "pipeline": flow.pipeline,
    "step": flow.step,
    "panel": interface.panel,
    "action": interface.action,
    "role": interface.role,
    "guardrail": safety.guardrail,
    "disclaimer": safety.disclaimer,
    "scenario": acceptance.scenario,
    "preference": personal.preference,
    "heuristic": personal.heuristic,
    "device": deployment.device,
    "schedule": deployment.schedule,
    "retention": deployment.retention,
    "egress": deployment.egress,
    "metrics": deployment.metrics,
    "done command": proof.done_command,
}


def classify(change: Change, scene: Scene) -> Iterable[Mutation]:
    """What one raw change means."""
    said = COMMON.get(change.attribute) if change.op == EDITED else None
    classifier = said or CLASSIFIERS.get(change.node.kind)
    return classifier(change, scene) if classifier else (common.unclassified(change),)
