"""The operations of morphs, by name: what each does to a spec, at which level, and which rows of mutations it makes.

One literal table. The names are those that people use for growth: ``add_source``, ``insert_gate``, ``allocate``,
``add_surface``. A further operation is a function beside this and a line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from factory_git.growth.morph import flow, generic, rules
from factory_git.growth.morph.nodes import Edits, add, change, layer, move, remove, rename

GOAL, POLICY, MECHANISM = "goal", "policy", "mechanism"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One kind of operation. ``rows`` are the kinds of mutation that it can make, ``means`` is for people."""

    name: str
    means: str
    level: str
    edits: Edits
    rows: tuple[str, ...]


def _op(name: str, level: str, edits: Edits, rows: str, means: str) -> Operation:
    return Operation(name=name, means=means, level=level, edits=edits, rows=tuple(rows.split()))


_FIELD_ROWS = (
    "field-typed field-untyped attribute-declared attribute-dropped field-type-widened field-type-narrowed "
    "field-type-changed field-became-required field-became-optional constraint-tightened constraint-loosened "
    "unit-changed default-changed key-changed ref-target-changed unique-added unique-removed pii-flag-set "
    "pii-class-raised pii-flag-cleared pii-class-lowered enum-reordered enum-value-added enum-value-removed "
    "enum-value-renamed key-declared key-dropped"
)

OPERATIONS: Mapping[str, Operation] = {
    one.name: one
    for one in (
        # who the application is
        _op("set_purpose", GOAL, layer("identity", "purpose"), "purpose-changed", "what the application is for"),
        _op("add_beneficiary", GOAL, add("beneficiary"), "beneficiary-added", "somebody more that it is for"),
        _op("remove_beneficiary", GOAL, remove("beneficiary"), "beneficiary-removed", "somebody it is for no more"),
        _op("rename_beneficiary", GOAL, rename("beneficiary"),
            "beneficiary-reworded", "other words for somebody it is for"),
        _op("add_envelope", GOAL, add("envelope item"), "safety-envelope-added", "an item of the safety envelope"),
        _op("remove_envelope", GOAL, remove("envelope item"), "safety-envelope-removed", "an item of it goes"),
        _op("rename_envelope", GOAL, rename("envelope item"),
            "safety-envelope-reworded", "other words for an item of the envelope"),
        _op("set_envelope", GOAL, change("envelope item"),
            "safety-envelope-unbound safety-envelope-bound",
            "other words for an item (name), or what proves it (holds)"),
        _op("bind_envelope", GOAL, rules.bind_envelope, "safety-envelope-bound", "which guardrail proves an item"),
        _op("prohibit", GOAL, add("prohibited change"), "prohibited-change-added", "a change that nobody may make"),
        _op("unprohibit", GOAL, remove("prohibited change"), "prohibited-change-removed", "take a prohibition away"),
        _op("rename_prohibition", GOAL, rename("prohibited change"),
            "prohibited-change-reworded", "other words for a prohibition"),
        _op("set_prohibition", GOAL, change("prohibited change"),
            "prohibited-change-widened prohibited-change-narrowed", "what a prohibition forbids, and where"),
        # where it may grow
        _op("add_plate", POLICY, add("plate"), "plate-added", "a place where the application may grow"),
        _op("remove_plate", POLICY, remove("plate"), "plate-removed", "a place of growth goes"),
        _op("set_plate", POLICY, change("plate"), "plate-widened plate-narrowed", "what may grow there"),
        _op("add_organ", POLICY, add("organ"), "organ-added", "a part of the application with a purpose of its own"),
        _op("remove_organ", POLICY, remove("organ"), "organ-removed", "an organ goes"),
        _op("set_organ", POLICY, change("organ"), "organ-changed", "what an organ holds, and what for"),
        _op("add_morph_rule", POLICY, add("morph rule"), "morph-rule-added", "what a morph may do when"),
        _op("remove_morph_rule", POLICY, remove("morph rule"), "morph-rule-removed", "a rule of morphs goes"),
        _op("set_morph_rule", POLICY, change("morph rule"),
            "morph-rule-widened morph-rule-narrowed morph-rule-changed", "when it holds, what it allows and requires"),
        _op("add_approver", POLICY, add("approver"), "approver-added approvers-closed", "who may approve"),
        _op("remove_approver", POLICY, remove("approver"), "approver-removed approvers-opened", "an approver goes"),
        _op("set_approver", POLICY, change("approver"), "approver-widened approver-narrowed approver-replaced",
            "what somebody may approve, and up to which risk"),
        _op("set_signatures", POLICY, layer("growth", "signatures"), "signatures-required signatures-optional",
            "whether approvals are signed"),
        # what it knows from where
        _op("add_source", MECHANISM, add("source"), "source-added source-added-untiered", "a source of evidence"),
        _op("remove_source", POLICY, remove("source"), "source-removed source-removed-fed", "a source goes"),
        _op("set_source", POLICY, change("source"),
            "source-relocated source-feeds-changed source-tier-lowered source-tier-raised attribute-declared "
            "attribute-dropped evidence-cadence-faster evidence-cadence-slower",
            "tier, path, url, kind or what a source feeds"),
        _op("rename_source", MECHANISM, rename("source"), "", "another name of a source"),
        _op("set_minimum_tier", POLICY, layer("evidence_policy", "minimum_tier"),
            "minimum-tier-lowered minimum-tier-raised", "the lowest tier that counts"),
        _op("add_tier", POLICY, add("tier"), "tier-added", "a tier of trust"),
        _op("remove_tier", POLICY, remove("tier"), "tier-removed", "a tier goes"),
        _op("rename_tier", POLICY, rename("tier"), "tier-renamed", "another name of a tier"),
        _op("move_tier", POLICY, move("tier"), "tiers-reordered", "a tier's place among the others"),
        _op("set_cadence", POLICY, rules.cadence,
            "evidence-cadence-faster evidence-cadence-slower deploy-cadence-faster deploy-cadence-slower",
            "how often (of: deployment or evidence)"),
        # what it is made of
        _op("add_term", MECHANISM, add("term"), "term-added", "a named expression"),
        _op("remove_term", MECHANISM, remove("term"), "term-removed", "a term goes"),
        _op("set_term", POLICY, change("term"), "term-changed", "what a term says"),
        _op("rename_term", MECHANISM, rename("term"), "", "another name of a term"),
        _op("add_entity", MECHANISM, add("entity"), "entity-added pii-entity-added", "a kind of row"),
        _op("remove_entity", MECHANISM, remove("entity"), "entity-removed", "a kind of row goes"),
        _op("rename_entity", MECHANISM, rename("entity"), "entity-renamed", "another name, same rows"),
        _op("set_entity", MECHANISM, change("entity"),
            "entity-made-set entity-made-cleared note-changed stability-lowered stability-raised",
            "whether pipelines make it (made)"),
        _op("add_field", MECHANISM, flow.add_field,
            "field-added-optional field-added-default field-added-required pii-field-added", "a field of an entity"),
        _op("remove_field", MECHANISM, remove("field"), "field-removed", "a field goes"),
        _op("rename_field", MECHANISM, rename("field"), "field-renamed", "another name, same values"),
        _op("set_field", MECHANISM, change("field"), _FIELD_ROWS, "type, min, max, unit, default, unique, pii"),
        _op("add_enum_value", MECHANISM, flow.enum_value, "enum-value-added", "a further word of an enum"),
        _op("remove_enum_value", MECHANISM, flow.enum_value, "enum-value-removed", "a word of an enum goes"),
        _op("rename_enum_value", MECHANISM, flow.enum_value, "enum-value-renamed", "another word in its place"),
        # what it does
        _op("add_pipeline", MECHANISM, add("pipeline"), "pipeline-added", "a pipeline"),
        _op("remove_pipeline", MECHANISM, remove("pipeline"), "pipeline-removed", "a pipeline goes"),
        _op("rename_pipeline", MECHANISM, rename("pipeline"), "", "another name of a pipeline"),
        _op("set_trigger", MECHANISM, flow.trigger, "trigger-changed trigger-args-changed", "when a pipeline runs"),
        _op("insert_step", MECHANISM, add("step"),
            "step-inserted gate-inserted",
            "a step (each, group, join … or a name only)"),
        _op("remove_step", MECHANISM, remove("step"), "step-removed gate-removed", "a step or gate goes"),
        _op("rename_step", MECHANISM, rename("step"), "step-renamed", "another name of a step"),
        _op("move_step", MECHANISM, move("step"), "step-reordered gate-moved-earlier gate-moved-later",
            "a step's place among the others"),
        _op("bind_step", MECHANISM, flow.bind_step, "step-bound gate-bound", "the skill of a step that is a name"),
        _op("unbind_step", MECHANISM, flow.unbind_step, "step-unbound", "a step is only a name again"),
        _op("swap_step", MECHANISM, flow.swap_step, "step-swapped step-signature-changed", "another skill of a step"),
        _op("set_step", MECHANISM, change("step"),
            "step-param-changed gate-loosened gate-alert-added gate-alert-dropped step-signature-changed "
            "gate-incomparable gate-reworded gate-tightened allocation-order-changed",
            "a step's own parameters"),
        _op("allocate", POLICY, flow.allocate, "allocation-order-changed", "who is served first (first, or order)"),
        _op("insert_gate", POLICY, flow.insert_gate, "gate-inserted", "rows that fail a condition are taken out"),
        _op("tighten_gate", POLICY, flow.tighten_gate, "gate-tightened", "a condition more of a gate"),
        # what people see and do
        _op("add_surface", MECHANISM, add("panel"), "panel-added", "a panel"),
        _op("remove_surface", MECHANISM, remove("panel"), "panel-removed", "a panel goes"),
        _op("rename_surface", MECHANISM, rename("panel"), "panel-renamed", "another name of a panel"),
        _op("move_surface", MECHANISM, move("panel"), "panel-order-changed", "a panel's place among the others"),
        _op("set_surface", MECHANISM, change("panel"),
            "panel-shows-more panel-shows-less panel-filter-changed",
            "columns, order, where, first, roles of a panel"),
        _op("show", MECHANISM, flow.show, "panel-shows-more", "rows of an entity on a panel"),
        _op("hide", MECHANISM, flow.hide, "panel-shows-less", "rows of an entity off a panel"),
        _op("add_action", MECHANISM, add("action"), "action-added", "what a person can do on a row"),
        _op("remove_action", MECHANISM, remove("action"), "action-removed", "an action goes"),
        _op("rename_action", MECHANISM, rename("action"), "action-renamed", "another name of an action"),
        _op("add_role", POLICY, add("role"), "", "a role"),
        _op("remove_role", POLICY, remove("role"), "", "a role goes"),
        _op("rename_role", POLICY, rename("role"), "role-renamed", "another name of a role"),
        _op("set_role", POLICY, change("role"), "role-permission-widened role-permission-narrowed",
            "which personal data a role sees"),
        _op("set_action", POLICY, change("action"),
            "role-permission-widened role-permission-narrowed action-condition-changed",
            "who may do it (roles), when, and what it makes"),
        # what must hold
        _op("add_guardrail", POLICY, add("guardrail"), "guardrail-added", "what must hold after every run"),
        _op("remove_guardrail", POLICY, remove("guardrail"), "guardrail-removed", "a guardrail goes"),
        _op("rename_guardrail", POLICY, rename("guardrail"), "guardrail-renamed", "another name of a guardrail"),
        _op("strengthen_guardrail", POLICY, rules.strengthen, "guardrail-strengthened guardrail-formalised",
            "a condition more of a guardrail"),
        _op("set_guardrail", POLICY, change("guardrail"),
            "guardrail-weakened guardrail-incomparable guardrail-reworded guardrail-informalised "
            "on-break-relaxed on-break-hardened guardrail-formalised guardrail-strengthened",
            "what a guardrail says (always), and on_break"),
        _op("add_disclaimer", POLICY, add("disclaimer"), "disclaimer-added", "a text that every page shows"),
        _op("remove_disclaimer", POLICY, remove("disclaimer"), "disclaimer-removed", "a disclaimer goes"),
        _op("rename_disclaimer", POLICY, rename("disclaimer"),
            "disclaimer-reworded", "other words of a disclaimer"),
        _op("add_preference", POLICY, add("preference"), "preference-added", "a preference"),
        _op("remove_preference", POLICY, remove("preference"), "preference-removed", "a preference goes"),
        _op("rename_preference", POLICY, rename("preference"), "preference-changed", "other words of it"),
        _op("add_heuristic", POLICY, add("heuristic"), "heuristic-added", "a rule of thumb"),
        _op("remove_heuristic", POLICY, remove("heuristic"), "heuristic-removed", "a rule of thumb goes"),
        # where it runs
        _op("add_device", MECHANISM, add("device"), "device-added", "a device it runs on"),
        _op("remove_device", MECHANISM, remove("device"), "device-removed", "a device goes"),
        _op("set_retention", POLICY, rules.retention,
            "retention-declared retention-shortened retention-lengthened retention-dropped",
            "how long rows of an entity are kept (keep)"),
        _op("set_metrics", POLICY, layer("deployment", "metrics"), "metrics-changed", "off, table or file"),
        _op("add_schedule", MECHANISM, add("schedule"), "schedule-added", "when a pipeline is run"),
        _op("remove_schedule", MECHANISM, remove("schedule"), "schedule-removed", "a schedule goes"),
        _op("set_schedule", MECHANISM, change("schedule"), "schedule-changed", "when it runs"),
        _op("open_egress", POLICY, add("egress"), "egress-opened", "a place that data may go to"),
        _op("close_egress", POLICY, remove("egress"), "egress-closed", "a place that data may go to no more"),
        # what shows that it is so
        _op("add_test", MECHANISM, add("scenario"), "acceptance-added", "an acceptance scenario"),
        _op("remove_test", POLICY, remove("scenario"), "acceptance-removed", "a scenario goes"),
        _op("set_test", POLICY, change("scenario"),
            "acceptance-clause-dropped acceptance-clause-added acceptance-fewer-runs acceptance-more-runs "
            "sample-data-changed acceptance-changed holdout-cleared holdout-set last-proof-removed",
            "given, when, then, forall of a scenario"),
        _op("add_done", MECHANISM, add("done command"), "done-command-added", "a command that must exit 0"),
        _op("remove_done", POLICY, remove("done command"), "done-command-removed", "a command of done goes"),
        _op("set_done", POLICY, change("done command"), "done-command-changed", "what the command is"),
        # who it is now
        _op("set_version", MECHANISM, layer("app", "version"), "version-changed", "the application's version"),
        _op("set_title", MECHANISM, layer("app", "title"), "title-changed", "the application's title"),
        _op("set_stage", POLICY, layer("app", "stage"), "stage-advanced stage-reverted", "seed, juvenile or mature"),
        _op("add_variant", MECHANISM, add("variant"), "variant-added", "a variant of the application"),
        _op("remove_variant", MECHANISM, remove("variant"), "variant-removed", "a variant goes"),
        # what is wanted of it: kept by `desire` and `apply`
        _op("add_desire", MECHANISM, add("desire"), "", "a desire"),
        _op("set_desire", MECHANISM, change("desire"), "", "what became of a desire"),
        # anything else, by address
        _op("add_node", MECHANISM, generic.add_node, "", "a node of the list at an address"),
        _op("remove_node", MECHANISM, generic.remove_node, "", "the node at an address goes"),
        _op("rename_node", MECHANISM, generic.rename_node, "", "another name of the node at an address"),
        _op("move_node", MECHANISM, generic.move_node, "", "the place of the node at an address among its siblings"),
        _op("set_node", MECHANISM, generic.set_node, "", "an attribute (key, to) of the node at an address"),
    )
}  # fmt: skip

NOT_BY_MACHINE: Mapping[str, str] = {
    "id-reused": "a removed id is reserved and may not come back: the spec refuses it",
    "format-upgraded": "there is one format so far",
}
"""Rows of mutations that no operation makes, and why."""

_SHORT = {"beneficiary": "beneficiary", "envelope item": "envelope", "plate": "plate", "organ": "organ",
          "morph rule": "morph_rule", "approver": "approver", "source": "source", "tier": "tier", "term": "term",
          "entity": "entity", "field": "field", "pipeline": "pipeline", "step": "step", "panel": "surface",
          "action": "action", "role": "role", "guardrail": "guardrail", "disclaimer": "disclaimer",
          "preference": "preference", "heuristic": "heuristic", "device": "device", "schedule": "schedule",
          "scenario": "test", "done command": "done", "variant": "variant", "desire": "desire"}  # fmt: skip


def _by_kind(verb: str, **others: str) -> Mapping[str, str]:
    """Kind of node → the operation of that verb, where there is one."""
    known = {kind: f"{verb}_{word}" for kind, word in _SHORT.items()} | {
        k.replace("_", " "): v for k, v in others.items()
    }
    return {kind: name for kind, name in known.items() if name in OPERATIONS}


ADDED = _by_kind("add", step="insert_step", prohibited_change="prohibit", egress="open_egress")
REMOVED = _by_kind("remove", prohibited_change="unprohibit", egress="close_egress")
RENAMED = _by_kind("rename", prohibited_change="rename_prohibition")
MOVED = _by_kind("move")
CHANGED = _by_kind("set", prohibited_change="set_prohibition")
