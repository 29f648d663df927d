"""Edits of the farmer's specification. Each expectation was written from the rules before the program was asked.

The base is mature, so nothing is lowered; its three plates let sources, steps and panels grow, so what is elsewhere, or
of a kind or a risk that they do not allow, weighs one class more (R4).
"""

from __future__ import annotations

import pytest

from tests.growth.cases import base, diff, lines, replaced, told

FARMER = base("farmer")
ENTITIES = "data_contracts.entities"
STEPS = "workflows.pipelines.contract_allocation.steps"

EDITS = {
    "another purpose": (
        'purpose: "Farm planning and evidence aware operations"',
        'purpose: "Selling greens"',
        "purpose-changed identity.purpose forbidden",
    ),
    "a beneficiary goes": (
        'beneficiaries: ["Farmer", "Buyers"]',
        'beneficiaries: ["Farmer"]',
        "beneficiary-removed identity.beneficiaries.buyers breaking",
    ),
    "nothing proves the envelope any more": (
        "{name: PHI respected, holds: safety.guardrails.no_harvest_from_phi_locked_blocks}",
        "PHI respected",
        "safety-envelope-unbound identity.safety_envelope.phi_respected forbidden",
    ),
    "a source with a tier": (
        "    - {name: peer reviewed, tier: high}\n",
        "    - {name: peer reviewed, tier: high}\n    - {name: weather service, tier: high}\n",
        "source-added evidence_policy.sources.weather_service minor",
    ),
    "a source without a tier": (
        "    - {name: peer reviewed, tier: high}\n",
        "    - {name: peer reviewed, tier: high}\n    - the neighbours\n",
        "source-added-untiered evidence_policy.sources.the_neighbours breaking  # above what the plate allows",
    ),
    "a source that feeds an entity goes": (
        "    - {name: contracts, tier: high, kind: csv, path: data/contracts.csv, feeds: Contract}\n",
        "",
        "source-removed-fed evidence_policy.sources.contracts breaking",
    ),
    "blogs are trusted more": (
        "{name: trusted blogs, tier: low}",
        "{name: trusted blogs, tier: medium}",
        "source-tier-raised evidence_policy.sources.trusted_blogs breaking  # no plate allows it",
    ),
    "evidence is looked at less often": (
        'cadence: "daily"',
        'cadence: "weekly"',
        "evidence-cadence-slower evidence_policy.cadence breaking",
    ),
    "an address is personal no more": (
        "email: {type: text?, pii: contact}",
        "email: text?",
        f"pii-flag-cleared {ENTITIES}.buyer.fields.email breaking",
    ),
    "fewer priorities": (
        "priority: {type: int, min: 1, max: 9}",
        "priority: {type: int, min: 1, max: 5}",
        f"constraint-tightened {ENTITIES}.contract.fields.priority breaking",
    ),
    "grams": (
        "qty_per_week: {type: decimal, min: 0, unit: kg}",
        "qty_per_week: {type: decimal, min: 0, unit: g}",
        f"unit-changed {ENTITIES}.contract.fields.qty_per_week breaking",
    ),
    "another delivery day": (
        "enum mon tue wed thu fri",
        "enum mon tue wed thu fri sat",
        f"enum-value-added {ENTITIES}.contract.fields.delivery_day major",
    ),
    "a field that may be empty": (
        "fields: {id: text key, crop: text, cultivar: text?,",
        "fields: {id: text key, crop: text, remark: text?, cultivar: text?,",
        f"field-added-optional {ENTITIES}.block.fields.remark major",
    ),
    "a field by another name": (
        "cultivar: text?,",
        "variety: {type: text?, was: cultivar},",
        f"field-renamed {ENTITIES}.block.fields.variety breaking",
    ),
    "one gate more": (
        '        - name: "PHI gate"\n',
        '        - {name: Worth picking, gate: Forecast, keep: it.qty > 0}\n        - name: "PHI gate"\n',
        f"gate-inserted {STEPS}.worth_picking major  # a plate allows it",
    ),
    "the gate lets big lots through": (
        'keep: "!phi_locked(it.block_id, run.date)"',
        'keep: "!phi_locked(it.block_id, run.date) || it.qty > 100"',
        f"gate-loosened {STEPS}.phi_gate forbidden  # a guardrail relies on it",
    ),
    "a little overselling": (
        "map(l, l.qty)) <= f.qty",
        "map(l, l.qty)) <= f.qty + 10",
        "guardrail-weakened safety.guardrails.never_oversell_a_block forbidden",
    ),
    "overselling only warns": (
        "l.qty)) <= f.qty)\n      on_break: abort",
        "l.qty)) <= f.qty)\n      on_break: alert",
        "on-break-relaxed safety.guardrails.never_oversell_a_block breaking",
    ),
    "the day of spraying counts no more": (
        "day >= s.date &&",
        "day > s.date &&",
        "term-changed terms.phi_locked forbidden  # R2: it weakens a guardrail",
    ),
    "a panel goes": (
        "    - {name: Composer, shows: [Invoice]}\n",
        "",
        "panel-removed interface.panels.composer breaking  # above what the plate allows",
    ),
    "invoices are kept for less long": (
        "Invoice: 10y",
        "Invoice: 5y",
        "retention-shortened deployment.retention.invoice breaking",
    ),
    "dear contracts first": (
        "order: [priority, -price_floor]",
        "order: [-price_floor, priority]",
        f"allocation-order-changed {STEPS}.allocate_to_contracts breaking",
    ),
    "fewer farms are tried": (
        "Market: 2, runs: 100}",
        "Market: 2, runs: 50}",
        "acceptance-fewer-runs acceptance.guardrails_hold_for_any_farm breaking",
    ),
    "panels may change more": (
        "allow: [panel_added, panel_changed], max_risk: minor}",
        "allow: [panel_added, panel_changed], max_risk: major}",
        "plate-widened growth.plates.interface_panels breaking",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_farm(edit: str) -> None:
    old, new, expected = EDITS[edit]
    assert told(diff(FARMER, replaced(FARMER, old, new))) == lines(expected)
