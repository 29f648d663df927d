"""Operations of morphs: every row of the table is made by one, or is listed with the reason why none can."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import pytest

from factory_git.core import canonical
from factory_git.core.errors import SpecError
from factory_git.growth.compare import compare
from factory_git.growth.morph.carry import carry_out, level_of, normal, read
from factory_git.growth.morph.derive import derive
from factory_git.growth.morph.ops import NOT_BY_MACHINE, OPERATIONS
from factory_git.growth.table import ROWS
from factory_git.spec.graph import build
from factory_git.spec.model import Spec
from factory_git.spec.renames import undeclared
from tests.growth import cases

SOAK = bool(os.environ.get("FACTORY_SOAK"))


@lru_cache(maxsize=64)
def spec(text: str) -> Spec:
    return cases.spec(text)


def edits() -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """Every edit of the cases and its way back, where the edit declares what it renames: name, old, new, rows."""
    for case in cases.every():
        for way, old, new, expected in (("", case.base, case.edited, case.expected),
                                        (" (back)", case.edited, case.base, case.back)):  # fmt: skip
            if expected:
                yield f"{case}{way}", old, new, frozenset(cases.ids(expected))


def chosen() -> list[tuple[str, str, str, frozenset[str]]]:
    """Enough of them that every row is among what they make; all of them in the long form."""
    out, seen = [], set(NOT_BY_MACHINE)
    for one in edits():
        if SOAK or not one[3] <= seen:
            seen |= one[3]
            out.append(one)
    return out


CHOSEN = chosen()


@pytest.mark.parametrize(("old", "new"), [one[1:3] for one in CHOSEN], ids=[one[0] for one in CHOSEN])
def test_what_somebody_did_by_hand_a_morph_does_too(old: str, new: str) -> None:
    before, after = spec(old), cases.spec(new)
    if undeclared(build(before), build(after)):
        pytest.skip("what it renames is not declared: only its author knows which it was")
    ops = derive(before, after)
    if any(node in after.places for node in before.reserved):
        return
    made = carry_out(before, [normal(op) for op in ops]).spec
    assert compare(made, after).mutations == ()
    for op in ops if len(ops) == 1 else ():
        rows = {one.id for one in compare(before, made).mutations}
        assert rows <= set(read(op)[1].rows) or not read(op)[1].rows, "the operation says which rows it makes"


def test_every_row_is_made_by_an_operation_or_listed_with_the_reason() -> None:
    reached = {row for one in edits() for row in one[3]}
    assert ROWS.keys() - reached <= NOT_BY_MACHINE.keys(), "the round trip above shows the others"
    assert NOT_BY_MACHINE.keys() <= ROWS.keys()
    assert all(NOT_BY_MACHINE.values())


def test_operations_name_rows_that_are_there() -> None:
    named = {row for one in OPERATIONS.values() for row in one.rows}
    assert named <= ROWS.keys()
    assert not named & NOT_BY_MACHINE.keys()


GATE = {"gate": "Forecast", "keep": "it.qty > 1"}
ALERT = {"make": "Alert", "set": {"subject": "it.id", "reason": '"x"'}}
EXAMPLES: tuple[tuple[str, Sequence[Mapping[str, Any]], Mapping[str, Any], str], ...] = (
    ("farmer", (), {"set_purpose": "Sell cars"}, "purpose-changed"),
    ("farmer", (), {"rename_envelope": "No legal advice", "to": "No advice"}, "safety-envelope-reworded"),
    ("farmer", (), {"bind_envelope": "No medical claims", "holds": "Never oversell a block"}, "safety-envelope-bound"),
    ("farmer", ({"add_organ": "Sales"},), {"set_organ": "Sales", "purpose": "sell"}, "organ-changed"),
    ("farmer", (), {"set_signatures": "required"}, "signatures-required"),
    ("farmer", ({"set_signatures": "required"},), {"set_signatures": None}, "signatures-optional"),
    ("farmer", (), {"set_source": "contracts", "path": "data/other.csv"}, "source-relocated"),
    ("farmer", (), {"set_minimum_tier": "medium"}, "minimum-tier-raised"),
    ("farmer", ({"set_minimum_tier": "high"},), {"set_minimum_tier": "low"}, "minimum-tier-lowered"),
    ("farmer", (), {"set_cadence": "weekly", "of": "evidence"}, "evidence-cadence-slower"),
    ("farmer", (), {"set_cadence": "hourly", "of": "evidence"}, "evidence-cadence-faster"),
    ("farmer", (), {"set_cadence": "weekly", "of": "deployment"}, "deploy-cadence-slower"),
    ("farmer", (), {"set_cadence": "hourly", "of": "deployment"}, "deploy-cadence-faster"),
    ("farmer", (), {"rename_field": "Block.cultivar", "to": "variety"}, "field-renamed"),
    ("farmer", (), {"add_enum_value": "delivery_day", "value": "sat"}, "enum-value-added"),
    ("farmer", (), {"remove_enum_value": "delivery_day", "value": "wed"}, "enum-value-removed"),
    ("farmer", (), {"rename_enum_value": "delivery_day", "value": "wed", "to": "midweek"}, "enum-value-renamed"),
    ("farmer", (), {"set_trigger": "contract_allocation", "cron": "0 5 * * *"}, "trigger-changed"),
    ("minimal", (), {"set_trigger": "contract_allocation", "args": {"date": "date"}}, "trigger-args-changed"),
    ("farmer", (), {"rename_step": "Route plan", "to": "Route"}, "step-renamed"),
    ("farmer", (), {"unbind_step": "Route plan"}, "step-unbound"),
    ("farmer", ({"unbind_step": "Invoices"},),
     {"bind_step": "Invoices", "each": "Packlist", "make": "Invoice",
      "set": {"contract_id": "it.contract_id", "buyer": "it.contract_id.buyer", "amount": "it.amount"}}, "step-bound"),
    ("farmer", ({"insert_step": "Check gate", "after": "yield_forecast"},),
     {"bind_step": "Check gate", **GATE}, "gate-bound"),
    ("farmer", (), {"swap_step": "Invoices", "group": "Packlist", "by": ["contract_id"], "make": "Invoice",
                    "set": {"contract_id": "key.contract_id", "buyer": "key.contract_id.buyer",
                            "amount": "sum(rows.map(r, r.amount))"}}, "step-swapped"),
    ("farmer", (), {"set_step": "Yield forecast", "where": "it.plant_count > 0"}, "step-param-changed"),
    ("farmer", (), {"set_step": "PHI gate", "else": None}, "gate-alert-dropped"),
    ("farmer", (), {"allocate": "Allocate to contracts", "first": 'delivery_day == "tue"'}, "allocation-order-changed"),
    ("farmer", (), {"allocate": "Allocate to contracts", "order": ["-price_floor"]}, "allocation-order-changed"),
    ("farmer", (), {"insert_gate": "small_lots", "after": "yield_forecast", **GATE}, "gate-inserted"),
    ("farmer", (), {"tighten_gate": "PHI gate", "also": "it.qty > 1"}, "gate-tightened"),
    ("farmer", (), {"rename_surface": "Brief", "to": "Outlook"}, "panel-renamed"),
    ("farmer", (), {"move_surface": "Composer", "before": "Brief"}, "panel-order-changed"),
    ("farmer", (), {"show": "Shortfall", "on": "Brief"}, "panel-shows-more"),
    ("farmer", (), {"hide": "Shortfall", "on": "Triage"}, "panel-shows-less"),
    ("immigration", (), {"rename_role": "Front desk", "to": "Reception"}, "role-renamed"),
    ("farmer", (), {"rename_guardrail": "Never oversell a block", "to": "No block is oversold"}, "guardrail-renamed"),
    ("farmer", (), {"rename_tier": "low", "to": "poor"}, "tier-renamed"),
    ("farmer", (), {"strengthen_guardrail": "Never oversell a block", "also": "Allocation.all(a, a.qty < 100)"},
     "guardrail-strengthened"),
    ("minimal", (), {"strengthen_guardrail": "Never oversell a block", "also": "Block.all(b, b.crop == b.crop)"},
     "guardrail-formalised"),
    ("farmer", (), {"set_retention": "Shortfall", "keep": "30d"}, "retention-declared"),
    ("farmer", (), {"set_retention": "Alert", "keep": None}, "retention-dropped"),
    ("farmer", (), {"set_retention": "Alert", "keep": "30d"}, "retention-shortened"),
    ("farmer", (), {"set_retention": "Alert", "keep": "120d"}, "retention-lengthened"),
    ("farmer", (), {"set_metrics": "table"}, "metrics-changed"),
    ("farmer", (), {"set_test": "Guardrails hold for any farm", "forall": {"Block": 4, "runs": 10}},
     "acceptance-fewer-runs"),
    ("farmer", (), {"set_test": "Guardrails hold for any farm", "forall": {"Block": 4, "SprayEvent": 6, "Contract": 4,
                    "Buyer": 2, "Market": 2, "runs": 900}}, "acceptance-more-runs"),
    ("farmer", (), {"set_version": "1.1.0"}, "version-changed"),
    ("farmer", (), {"set_title": "Farm"}, "title-changed"),
    ("minimal", (), {"set_stage": "mature"}, "stage-advanced"),
    ("farmer", (), {"set_stage": "juvenile"}, "stage-reverted"),
)  # fmt: skip


@pytest.mark.parametrize(("base", "given", "op", "row"), EXAMPLES, ids=[f"{next(iter(e[2]))} {e[3]}" for e in EXAMPLES])
def test_an_operation_makes_the_row_it_names(
    base: str, given: Sequence[Mapping[str, Any]], op: Mapping[str, Any], row: str
) -> None:
    start = spec(cases.base(base))
    before = carry_out(start, given).spec if given else start
    after = carry_out(before, [op]).spec
    assert row in {one.id for one in compare(before, after).mutations}
    assert row in OPERATIONS[next(iter(op))].rows


def test_the_order_of_keys_does_not_tell_which_operation_it_is() -> None:
    op = {"insert_step": "X", "in": "p", "allocate": {"supply": "A", "order": ["x"]}, "set": {"b": "1", "a": "2"}}
    stored = canonical.loads(canonical.dumps(op))
    assert read(stored)[0].op == "insert_step"
    assert normal(stored) == normal(op)
    assert next(iter(normal(stored))) == "insert_step"


@pytest.mark.parametrize(
    "op", [{}, {"nothing": 1}, {"add_source": "a", "add_tier": "b"}, {"add_source": ["a"]}, {"show": {}}]
)
def test_what_is_no_operation_is_refused(op: Mapping[str, Any]) -> None:
    with pytest.raises(SpecError):
        carry_out(spec(cases.base("farmer")), [op])


def test_a_rename_and_what_refers_to_it_may_be_two_operations() -> None:
    start = spec(cases.base("farmer"))
    rename = {"rename_entity": "Delivery", "to": "Stop"}
    follow = {"set_step": "route_plan", "make": "Stop"}
    panel = {"set_surface": "checklist", "shows": ["Packlist", "Stop"]}
    proof = {"set_test": "invoices_generated_for_reserved_buyers", "then": ["Stop.exists(d, d.seq == 1)"]}
    with pytest.raises(SpecError, match="Delivery"):
        carry_out(start, [rename, follow])
    made = carry_out(start, [rename, follow, panel, proof]).spec
    assert "entity-renamed" in {one.id for one in compare(start, made).mutations}


def test_comments_stay() -> None:
    text = cases.base("farmer").replace("interface:\n", "# what people see\ninterface:\n")
    made = carry_out(spec(text), [{"show": "Shortfall", "on": "Brief"}, {"add_surface": "Alerts", "shows": ["Alert"]}])
    (content,) = made.files.values()
    assert b"# what people see\ninterface:\n" in content
    gone = set(text.splitlines()) - set(content.decode().splitlines())
    assert gone == {"    - {name: Brief, shows: [Forecast]}"}


def test_the_level_is_the_highest() -> None:
    assert level_of([{"add_source": "x"}]) == "mechanism"
    assert level_of([{"add_source": "x"}, {"insert_gate": "y"}]) == "policy"
    assert level_of([{"insert_gate": "y"}, {"set_purpose": "z"}]) == "goal"
    assert level_of([]) == "mechanism"
