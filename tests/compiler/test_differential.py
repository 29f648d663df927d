"""What a rule lets through now and did not before is found by running both versions, and may be prohibited."""

from __future__ import annotations

import sys

import pytest

from factory_git.compiler.differential import compare, forbidden
from tests.compiler.support import farmer, farmer_text, spec_of

RAIL = "safety.guardrails.no_harvest_from_phi_locked_blocks"
GATE = "workflows.pipelines.contract_allocation.steps.phi_gate"
WINDOW = "day < s.date + days(s.phi_days)"

CHANGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "window a day shorter": (WINDOW, "day < s.date + days(s.phi_days - 1)", {RAIL: "weakened", GATE: "weakened"}),
    "window a day longer": (WINDOW, "day <= s.date + days(s.phi_days)", {RAIL: "strengthened", GATE: "strengthened"}),
    "window open at its start": ("day >= s.date", "day > s.date", {RAIL: "weakened", GATE: "weakened"}),
    "window moved": ("day >= s.date && day <", "day > s.date && day <=", {RAIL: "incomparable", GATE: "incomparable"}),
    "gate always open": ("!phi_locked(it.block_id, run.date)", "true", {GATE: "weakened"}),
    "guardrail of half": ("&& SurplusLot.all(l, !phi", "&& SurplusLot.all(l, true || !phi", {RAIL: "weakened"}),
    "oversold by one": ("<= f.qty", "<= f.qty + 1", {"safety.guardrails.never_oversell_a_block": "weakened"}),
    "said in another way": (WINDOW, "s.date + days(s.phi_days) > day", {}),
    "a field more": ("name: text, email", "name: text, fax: text?, email", {}),
    "nothing": ("terms:", "terms:", {}),
}


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES.values(), ids=CHANGES)
def test_weaker_and_stronger_are_told_apart_by_running_both(old: str, new: str, expected: dict[str, str]) -> None:
    text = farmer_text()
    assert old in text
    found = compare(farmer(), spec_of(text.replace(old, new, 1)))
    assert {c.path: c.effect for c in found} == expected
    assert all(c.example for c in found)


def test_the_smallest_example_is_readable() -> None:
    (change,) = (c for c in compare(farmer(), spec_of(farmer_text().replace(WINDOW, "day < s.date"))) if c.path == RAIL)
    assert "run.date = 2026-01-" in change.example
    assert "spray_event (block_id" in change.example


PROHIBITED = {
    "window a day shorter": (WINDOW, "day < s.date + days(s.phi_days - 1)"),
    "gate always open": ("!phi_locked(it.block_id, run.date)", "true"),
    "guardrail says nothing": ("Allocation.all(a, !phi_locked(a.block_id, run.date)) && SurplusLot", "SurplusLot"),
}


@pytest.mark.parametrize(("old", "new"), PROHIBITED.values(), ids=PROHIBITED)
def test_what_the_identity_of_the_base_prohibits_is_named_with_place_and_example(old: str, new: str) -> None:
    problems = forbidden(farmer(), spec_of(farmer_text().replace(old, new, 1)))
    assert problems
    assert all("Weaken PHI is prohibited" in p.message and p.place and p.hint for p in problems)


def test_a_stronger_rule_and_a_change_elsewhere_are_not_prohibited() -> None:
    for old, new in ((WINDOW, "day <= s.date + days(s.phi_days)"), ("<= f.qty", "<= f.qty + 1")):
        assert forbidden(farmer(), spec_of(farmer_text().replace(old, new, 1))) == ()


def test_the_identity_of_the_change_itself_does_not_count() -> None:
    text = farmer_text()
    tamer = text.replace("forbid: [guardrail_removed, guardrail_weakened, gate_removed]", "forbid: [source_removed]")
    assert tamer != text
    assert forbidden(farmer(), spec_of(tamer.replace(WINDOW, "day < s.date + days(s.phi_days - 1)")))


def test_it_is_the_same_each_time_and_leaves_nothing_behind() -> None:
    new = spec_of(farmer_text().replace(WINDOW, "day < s.date + days(s.phi_days - 1)"))
    before = set(sys.modules)
    assert compare(farmer(), new) == compare(farmer(), new)
    assert not {m for m in set(sys.modules) - before if "differential" in m}
