"""What the rules of understanding take, and what they leave open: nothing is guessed."""

from __future__ import annotations

from functools import lru_cache

import pytest

from factory_git.growth.desire.desire import Desire, Understanding
from factory_git.growth.desire.read import understand
from factory_git.growth.desire.words import FILLER, clauses, phrase, said, stem
from factory_git.growth.morph.carry import carry_out
from factory_git.spec.graph import Graph, build
from tests.growth import cases

STEPS = "workflows.pipelines.contract_allocation.steps"


@lru_cache(maxsize=8)
def graph(name: str = "farmer") -> Graph:
    return build(cases.spec(cases.base(name)))


def read(text: str, name: str = "farmer", **more: object) -> Understanding:
    return understand(Desire(text=text, **more), graph(name))  # type: ignore[arg-type]


def first(group: str) -> dict[str, object]:
    return {"allocate": "allocate_to_contracts", "in": "contract_allocation", "first": group}


# words → the operations that they become
DONE = [
    ("reserve tuesday contracts first", [first('delivery_day == "tue"')]),
    ("Please serve Friday's contracts first.", [first('delivery_day == "fri"')]),
    ("tuesday and friday contracts first", [first('(delivery_day == "tue" || delivery_day == "fri")')]),
    ("highest price_floor first", [{"allocate": "allocate_to_contracts", "in": "contract_allocation",
                                    "order": ["-price_floor", "priority"]}]),
    ("serve markets first", [{"move_step": "surplus_allocator", "in": "contract_allocation",
                              "before": "allocate_to_contracts"}]),
    ("show shortfalls on brief", [{"show": "Shortfall", "on": "brief"}]),
    ("hide alerts", [{"hide": "Alert", "on": "triage"}]),
    ("hide invoices from the composer", [{"remove_surface": "composer"}]),
    ("show contracts", [{"add_surface": "Contracts", "shows": ["Contract"]}]),
    ("block forecasts with qty below 1", [{"insert_gate": "Forecast qty gate", "in": "contract_allocation",
                                           "after": "yield_forecast", "gate": "Forecast", "keep": "it.qty >= 1"}]),
    ("never an allocation qty above 100", [{"add_guardrail": "Allocation qty at most 100",
                                            "always": "Allocation.all(x, x.qty <= 100)", "on_break": "abort"}]),
    ("contract price_floor is always at least two", [{"add_guardrail": "Contract price floor at least 2",
     "always": "Contract.all(x, x.price_floor >= 2)", "on_break": "abort"}]),
    ("alert on shortfalls", [{"insert_step": "Alert on shortfall", "in": "contract_allocation",
     "after": "allocate_to_contracts", "each": "Shortfall", "make": "Alert",
     "set": {"subject": "it.contract_id", "reason": '"shortfall"'}}]),
    ("deploy weekly", [{"set_cadence": "weekly", "of": "deployment"}]),
    ("check sources every hour", [{"set_cadence": "hourly", "of": "evidence"}]),
    ("add source weather service high", [{"add_source": "weather service", "tier": "high"}]),
    ("add source weather service", [{"add_source": "weather service"}]),
    ("add a field lot to forecast", [{"add_field": "lot", "in": "forecast", "type": "text?"}]),
    ("add device tablet", [{"add_device": "tablet"}]),
    ("remove the brief panel", [{"remove_surface": "interface.panels.brief"}]),
    ("rename cultivar to variety",
     [{"rename_field": "data_contracts.entities.block.fields.cultivar", "to": "variety"}]),
    ("show shortfalls on brief and deploy weekly", [{"show": "Shortfall", "on": "brief"},
                                                    {"set_cadence": "weekly", "of": "deployment"}]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "ops"), DONE, ids=[text for text, _ in DONE])
def test_words_become_operations_that_can_be_carried_out(text: str, ops: list[dict[str, object]]) -> None:
    found = read(text)
    assert found.open == ()
    assert [dict(op) for op in found.ops] == ops
    carry_out(graph().spec, found.ops)


HELD = [
    ("phi compliant", f"{STEPS}.phi_gate"),
    ("comply with PHI", "safety.guardrails.no_harvest_from_phi_locked_blocks"),
    ("respect phi", "identity.safety_envelope.phi_respected"),
    ("Never oversell a block", "safety.guardrails.never_oversell_a_block"),
    ("packlists and invoices", f"{STEPS}.packlists"),
    ("generate invoices", "data_contracts.entities.invoice"),
    ("show alerts on triage", "interface.panels.triage"),
    ("on web and mobile", "deployment.devices.web"),
    ("deploy nightly", "deployment.cadence"),
    ("nightly", "deployment.cadence"),
    ("every day", "evidence_policy.cadence"),
    ("add source gov data", "evidence_policy.sources.gov_data"),
    ("reserve contracts first", f"{STEPS}.allocate_to_contracts"),
]


@pytest.mark.parametrize(("text", "node"), HELD, ids=[text for text, _ in HELD])
def test_what_the_spec_says_already_is_said_with_its_node(text: str, node: str) -> None:
    found = read(text)
    assert found.open == ()
    assert found.ops == ()
    assert all(part.holds for part in found.parts)
    assert node in {path for part in found.parts for path in part.nodes}


OPEN = [
    ("never ship greens that broke the cold chain", ["never", "ship greens", "broke", "cold chain"]),
    ("never ship invoices", ["never", "ship", "invoices"]),  # an output is named, and is not what is meant
    ("reserve saffron contracts first", ["reserve", "saffron", "contracts", "first"]),
    ("contracts", ["contracts"]),
    ("never a qty above 100", ["never", "qty", "above 100"]),  # several entities have one
    ("never allocation qty above 100 tons", ["never", "allocation", "qty", "above 100 tons"]),
    ("weekly", ["weekly"]),  # of what?
    ("alert on shortfalls above 10", ["alert", "shortfalls", "above 10"]),
    ("show the moon", ["show", "moon"]),
    ("remove it", ["remove"]),
    ("rename block", ["rename", "block"]),
    ("do not show alerts", None),
    ("phi compliant unless it rains", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), OPEN, ids=[text for text, _ in OPEN])
def test_what_is_not_clear_stays_open_with_a_reason_and_a_way_out(text: str, words: list[str] | None) -> None:
    found = read(text)
    assert found.open
    assert words is None or [one.words for one in found.open] == words
    assert all(one.why and one.close for one in found.open)


@pytest.mark.parametrize(
    "text", ["do not show shortfalls on brief", "never deploy weekly", "reserve all but tuesday contracts first"]
)
def test_what_turns_a_meaning_round_is_never_dropped(text: str) -> None:
    found = read(text)
    assert found.open
    assert found.parts == (), "what is left would mean the opposite"


def test_a_name_that_nothing_executes_is_told_apart() -> None:
    (part,) = read("phi compliant", "minimal").parts
    assert not part.holds
    assert part.unproven


def test_what_was_asked_for_by_name_is_taken_at_its_word() -> None:
    found = read("less waste", outputs=("Packlist", "Waste report"), trusted_sources=("gov data", "weather"),
                 cadence="weekly", preferences=("Short pages",))  # fmt: skip
    assert [one.words for one in found.open] == ["less waste"]
    assert [dict(op) for op in found.ops] == [
        {"add_entity": "WasteReport", "made": True},
        {"add_source": "weather"},
        {"add_preference": "Short pages"},
        {"set_cadence": "weekly", "of": "deployment"},
    ]
    assert {part.role for part in found.parts} == {"output", "source", "preference", "cadence"}
    assert [one.words for one in read("x", cadence="often").open] == ["x", "often"]


def test_roles_of_an_action() -> None:
    found = read("only lawyers and paralegals may hand over", "immigration")
    (op,) = found.ops
    assert op == {"set_action": "hand_over", "roles": ["lawyer", "paralegal"]}
    assert found.open == ()


def test_the_goal_is_what_plays_no_other_role() -> None:
    assert read("show shortfalls on brief, phi compliant, packlists").goal == "show shortfalls on brief"
    assert read("phi compliant").goal == "phi compliant"


@pytest.mark.parametrize(
    "text", ["", " ,;. ", "()", "ünïcode ≥ 3", "a" * 2000, "x, " * 400, "first first first", "> 3", "and and and"]
)
def test_any_text_is_read(text: str) -> None:
    for name in ("farmer", "minimal", "immigration"):
        found = read(text, name)
        used = " ".join([*(part.words for part in found.parts), *(one.words for one in found.open)])
        for clause in clauses(text):
            assert all(token.text in used for token in clause.tokens if token.stem not in FILLER), "no word is lost"


def test_stems_and_names() -> None:
    assert [stem(word) for word in ("Blocks", "deliveries", "boxes", "glass", "Friday's", "its")] == [
        "block", "delivery", "box", "glass", "friday", "its",
    ]  # fmt: skip
    assert phrase("SprayEvent") == phrase("spray_events") == ("spray", "event")


def test_words_are_quoted_as_they_stand() -> None:
    text = "Show the shortfalls, please, on the Brief"
    (clause, *_) = clauses(text)
    assert said(text, clause.tokens) == "Show the shortfalls"
    found = read("show the shortfalls on the brief")
    assert found.parts[0].words == "show the shortfalls on the brief"
