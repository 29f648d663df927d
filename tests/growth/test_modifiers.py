"""What raises and lowers a risk says so, and asks for its tests and its version (risks alone: rows/modifiers.md)."""

from __future__ import annotations

import pytest

from factory_git.growth.compare import compare
from factory_git.growth.mutation import Mutation
from tests.growth.cases import base, replaced, spec

WINDOW = "day < s.date + days(s.phi_days)"
SHOP = base("shop")


def only(text: str, *edits: tuple[str, str]) -> Mutation:
    edited = text
    for old, new in edits:
        edited = replaced(edited, old, new)
    (one,) = compare(spec(text), spec(edited)).mutations
    return one


def test_r2_names_who_reads_it_and_asks_for_their_tests_and_version() -> None:
    one = only(SHOP, ("i.best_before >= day)", "i.best_before > day)"))
    assert one.reasons == ("R2: workflows.pipelines.selling.steps.fresh_only reads it and is strengthened",)
    assert (one.risk, one.version) == ("major", "minor")
    assert set(one.tests) == {"g", "a", "s"}
    assert one.example == (
        "sellable of item a and day 2026-01-05, with an item a with best_before 2026-01-05: true before, false now"
    )


def test_r2_leaves_out_a_change_that_no_rule_reads() -> None:
    one = only(base("farmer"), ("a.contract_id == contract_id).map", "a.contract_id != contract_id).map"))
    assert not [reason for reason in one.reasons if reason.startswith("R2")]
    assert one.example == ("reserved of contract_id a, with an allocation with qty 1 for contract a: 1 before, 0 now")


def test_r2_blames_a_field_only_where_the_rule_says_the_same_as_before() -> None:
    bound, rule = ("stock: {type: int, min: 0", "stock: {type: int, min: 1"), ("s.qty <= s.item.stock", "s.qty <= 2")
    edited = replaced(replaced(SHOP, *bound), *rule)
    found = {one.path.rpartition(".")[2]: one for one in compare(spec(SHOP), spec(edited)).mutations}
    assert found["never_oversell"].risk == "forbidden"
    assert (found["stock"].risk, found["stock"].reasons) == ("major", ())


def test_what_identity_prohibits_is_named_for_the_rule_that_a_term_weakens() -> None:
    one = only(base("farmer"), (WINDOW, "day < s.date + days(s.phi_days - 1)"))
    assert one.risk == "forbidden"
    assert one.version == "root"
    assert one.reasons == (
        (
            "R2: safety.guardrails.no_harvest_from_phi_locked_blocks reads it and is weakened; "
            "identity prohibits it: Weaken PHI"
        ),
        (
            "R2: workflows.pipelines.contract_allocation.steps.phi_gate reads it and is weakened; "
            "safety.guardrails.no_harvest_from_phi_locked_blocks relies on it"
        ),
    )


def test_taking_the_rule_that_judges_out_in_the_same_change_does_not_help() -> None:
    text = base("farmer")
    tamer = replaced(text, "forbid: [guardrail_removed, guardrail_weakened, gate_removed]", "forbid: [source_removed]")
    found = compare(spec(text), spec(replaced(tamer, WINDOW, "day < s.date")))
    told = {one.id: one for one in found.mutations}
    assert "identity prohibits it: Weaken PHI" in told["term-changed"].reasons[0]
    assert told["prohibited-change-narrowed"].risk == "forbidden"


def test_r4_says_why_and_a_plate_asks_for_its_proofs() -> None:
    text = base("farmer")
    step = '        - name: "Yield forecast"\n'
    gate = "        - {name: Grown only, gate: Block, keep: it.plant_count > 0}\n"
    inside = only(text, (step, gate + step))
    assert (inside.id, inside.risk, inside.reasons) == ("gate-inserted", "major", ())
    assert set(inside.tests) == {"a", "g", "s"}
    above = only(text, ("{name: Brief, shows: [Forecast]}", "{name: Brief, shows: [Forecast, Buyer]}"))
    assert (above.risk, above.reasons) == ("breaking", ("it shows buyer.email: personal data",))  # high enough already
    raised = only(text, ("    - {name: Brief, shows: [Forecast]}\n", ""))
    assert (raised.id, raised.risk) == ("panel-removed", "breaking")
    assert raised.reasons == ("R4: above the minor that its growth plate allows",)


def test_without_plates_nothing_is_outside_of_them() -> None:
    text = "factory: 1\napp: {id: a, stage: mature}\npersonalization: [Short words]\n"
    one = only(text, ("[Short words]", "[Short words, No jokes]"))
    assert (one.risk, one.reasons) == ("minor", ())


@pytest.mark.parametrize(
    ("app", "risk", "reason"),
    [
        ("{id: a, stage: seed, version: 2.0.0}", "minor", "R6: the application is a seed"),
        ("{id: a, stage: juvenile}", "minor", "R6: the application is a juvenile"),
        ("{id: a, stage: mature, version: 0.3.0}", "major", ""),
        ("{id: a, version: 0.3.0}", "minor", "R6: the application is of version 0.3.0"),
        ("{id: a, version: 1.3.0}", "major", ""),
    ],
)
def test_r6_asks_the_stage_and_without_one_the_version(app: str, risk: str, reason: str) -> None:
    one = only(f"factory: 1\napp: {app}\ninterface: [Till, Shelf]\n", ("[Till, Shelf]", "[Till]"))
    assert (one.risk, one.reasons) == (risk, (reason,) if reason else ())


def test_r6_judges_by_the_stage_of_the_base() -> None:
    old = "factory: 1\napp: {id: a, stage: mature}\ninterface: [Till, Shelf]\n"
    new = "factory: 1\napp: {id: a, stage: seed}\ninterface: [Till]\n"
    found = {one.id: one.risk for one in compare(spec(old), spec(new)).mutations}
    assert found["panel-removed"] == "major"


DRAFT = """\
factory: 1
app: {id: a, stage: mature}
data_contracts:
  - {name: Item, stability: draft, fields: {id: text key, size: int?, owner: {type: text?, pii: identity}}}
safety:
  - {name: Some item, stability: draft, always: size(Item) > 0}
"""


def test_r7_lowers_what_is_below_a_draft_but_never_safety_or_personal_data() -> None:
    assert only(DRAFT, ("size: int?", "size: int")).risk == "minor"
    assert only(DRAFT, ("size: int?", "size: int")).reasons == ("R7: data_contracts.entities.item is a draft",)
    assert only(DRAFT, ("type: text?", "type: text")).risk == "major"
    assert only(DRAFT, ("> 0", "> 1")).risk == "major"


def test_an_organ_is_named_and_a_morph_rule_asks_for_its_proofs() -> None:
    growth = """\
growth:
  organs: [{name: Front, at: [interface]}]
  morph_rules:
    - {name: Pages only come, when: interface.panels, allow: [panel_added], require: [acceptance]}
    - {name: Prose, when: somebody asks twice, allow: [panel_added]}
"""
    text = f"factory: 1\napp: {{id: a, stage: mature}}\n{growth}interface: [Till, Shelf]\n"
    gone = only(text, ("[Till, Shelf]", "[Till]"))
    assert gone.risk == "breaking"
    assert gone.reasons == ("the morph rule Pages only come does not allow it", "part of Front")
    assert set(gone.tests) == {"u", "a"}
    come = only(text, ("[Till, Shelf]", "[Till, Shelf, Door]"))
    assert (come.risk, come.reasons) == ("minor", ("part of Front",))


def test_the_worst_stands_first_and_is_the_risk_of_the_whole() -> None:
    text = base("farmer")
    edited = replaced(replaced(text, WINDOW, "day < s.date"), '"Farmer", "Buyers"', '"Farmer", "Buyers", "Bees"')
    found = compare(spec(text), spec(edited))
    assert [one.risk for one in found.mutations] == ["forbidden", "breaking"]
    assert found.risk == "forbidden"
