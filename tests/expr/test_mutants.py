"""Deliberate mistakes in the farmer spec: each is refused before anything runs, at its place, in the spec's words."""

from __future__ import annotations

import pytest

from factory_git.core.errors import Problem, SpecError
from factory_git.spec.check import check
from tests.expr.farm import FARMER, farmer

MUTANTS = {
    "field removed": (
        {", phi_days: {type: int, min: 0, max: 120}}": "}"},
        "SprayEvent has no field 'phi_days' (has: block_id, product, date)",
        "s.phi_days",
        2,
    ),
    "field misspelt": (
        {"days(s.phi_days)": "days(s.phi_dayz)"},
        "SprayEvent has no field 'phi_dayz' (has: block_id, product, date, phi_days); did you mean 'phi_days'?",
        "s.phi_dayz",
        2,
    ),
    "wrong type": (
        {"phi_days: {type: int, min: 0, max: 120}": "phi_days: text"},
        "'days' takes int, found text",
        "s.phi_days)",
        2,
    ),
    "wrong type in an assignment": (
        {"sku: it.sku, qty: it.plant_count * it.kg_per_plant": "sku: it.sku, qty: it.crop"},
        "Forecast.qty expects decimal, found text",
        "qty: it.crop",
        5,
    ),
    "missing assignment": (
        {"sku: supply.sku, qty: qty, price: demand.price_floor": "sku: supply.sku, price: demand.price_floor"},
        "missing assignment: Allocation.qty",
        "make: Allocation\n",
        6,
    ),
    "assignment to an unknown field": (
        {"set: {subject: it.block_id, reason:": "set: {subjekt: it.block_id, reason:"},
        "Alert has no field 'subjekt' (has: subject, reason); did you mean 'subject'?",
        "subjekt: it.block_id",
        0,
    ),
    "unknown enum value": (
        {'Contract.filter(c, c.delivery_day == "tue")': 'Contract.filter(c, c.delivery_day == "teu")'},
        "'c.delivery_day' is never 'teu' (has: mon, tue, wed, thu, fri); did you mean 'tue'?",
        '"teu"',
        0,
    ),
    "unknown term": (
        {'keep: "!phi_locked(': 'keep: "!phi_lock('},
        "unknown function 'phi_lock'",
        "phi_lock(it",
        0,
    ),
    "unknown entity": (
        {"always: Allocation.all(a": "always: Alocation.all(a"},
        "unknown name 'Alocation'",
        "Alocation.all",
        0,
    ),
    "unknown argument of the run": (
        {"phi_locked(it.block_id, run.date)": "phi_locked(it.block_id, run.day)"},
        "run has no field 'day' (has: date)",
        "run.day",
        4,
    ),
    "row where a key is wanted": (
        {"contract_id: demand.id, block_id": "contract_id: demand, block_id"},
        "Allocation.contract_id expects ref Contract, found Contract",
        "contract_id: demand, ",
        13,
    ),
    "reference to another entity": (
        {"buyer: it.contract_id.buyer, amount": "buyer: it.contract_id, amount"},
        "Invoice.buyer expects ref Buyer, found ref Contract",
        "buyer: it.contract_id,",
        7,
    ),
    "sort by an unknown field": (
        {"order: [priority, -price_floor]": "order: [priority, -price_flor]"},
        "unknown name 'price_flor'",
        "price_flor]",
        0,
    ),
    "key that was not grouped by": (
        {"contract_id: key.contract_id": "contract_id: key.block_id"},
        "key has no field 'block_id' (has: contract_id)",
        "key.block_id",
        4,
    ),
    "group by an unknown field": (
        {"by: [contract_id]": "by: [contract]"},
        "Allocation has no field 'contract'",
        "[contract]",
        1,
    ),
    "field of the wrong row": (
        {"x: x_km": "x: x_miles"},
        "unknown name 'x_miles'",
        "x_miles",
        0,
    ),
    "condition that is none": (
        {"match: supply.sku == demand.sku,\n": "match: supply.sku,\n"},
        "'match' expects bool, found text",
        "supply.sku,",
        0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_is_refused_at_the_very_token(name: str) -> None:
    changes, message, mark, further = MUTANTS[name]
    source = FARMER
    for old, new in changes.items():
        source = source.replace(old, new, 1)
    problem = next((p for p in _problems(changes) if p.message.startswith(message)), None)
    assert problem is not None, [p.message for p in _problems(changes)]
    at = source.index(mark) + further
    line = source.count("\n", 0, at) + 1
    column = at - source.rfind("\n", 0, at)
    assert (problem.place and problem.place.line, problem.place and problem.place.column) == (line, column)


def _problems(changes: dict[str, str]) -> list[Problem]:
    """What is wrong with the changed spec; where its examples no longer fit, with the spec without them."""
    try:
        return check(farmer(changes))
    except SpecError:
        whole = FARMER.index("\nacceptance:")
        return check(farmer(changes | {FARMER[whole:]: "\n"}))


def test_the_farmer_spec_itself_is_fine() -> None:
    assert check(farmer()) == []


def _moved_behind(source: str, step: str, after: str) -> dict[str, str]:
    """The change that moves a step of the farmer spec behind another."""
    start = source.index(f'- name: "{step}"')
    end = source.index('        - name: "', start + 1)
    whole = source[start:end]
    later = source.index('        - name: "', source.index(f'- name: "{after}"') + 1)
    middle = source[end:later]
    return {f"{whole}{middle}": f"{middle.removeprefix('        ')}        {whole.rstrip()}\n"}


def test_a_gate_moved_after_what_it_guards_is_refused() -> None:
    problems = check(farmer(_moved_behind(FARMER, "PHI gate", "Allocate to contracts")))
    assert [(p.code, p.message, p.path) for p in problems] == [
        (
            "flow/gate-too-late",
            "gate phi_gate removes Forecast rows after allocate_to_contracts has already used them",
            "workflows.pipelines.contract_allocation.steps.phi_gate",
        )
    ]
    assert problems[0].hint == "move 'phi_gate' before 'allocate_to_contracts'"


def test_a_step_that_reads_what_only_a_later_step_makes_is_refused() -> None:
    problems = check(farmer(_moved_behind(FARMER, "Allocate to contracts", "Packlists")))
    assert [p.message for p in problems] == [
        "step 'packlists' reads Allocation, which only the later step 'allocate_to_contracts' makes"
    ]


def test_rows_of_stored_input_are_not_made() -> None:
    problems = check(farmer({"{name: Alert,      made: true,": "{name: Alert,"}))
    assert [p.message for p in problems] == ["Alert is stored input: step 'phi_gate' may not make its rows"]
