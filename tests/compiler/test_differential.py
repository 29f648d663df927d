"""What a rule lets through now and did not before is found by running both versions on small worlds."""

from __future__ import annotations

import sys

import pytest

from factory_git.compiler.differential import Differential, Outcome
from factory_git.compiler.rules import Rules
from factory_git.compiler.samples import weight, worlds
from factory_git.core.ids import SpecPath
from factory_git.growth.differ import pair
from factory_git.spec.graph import build
from tests.compiler.support import farmer_text, spec_of

RAIL = "safety.guardrails.no_harvest_from_phi_locked_blocks"
GATE = "workflows.pipelines.contract_allocation.steps.phi_gate"
WINDOW = "day < s.date + days(s.phi_days)"


def differential(old: str, new: str) -> Differential:
    both = pair(build(spec_of(old)), build(spec_of(new)))
    sides = [Rules(graph.spec, graph.analysis) for graph in (both.old, both.new)]
    return Differential(sides[0], sides[1], both.then)


def found(old: str, new: str) -> dict[SpecPath, Outcome]:
    both = differential(old, new)
    out = {path: both.ask(path) for path in both.new.paths}
    return {path: one for path, one in out.items() if one is not None}


def effects(old: str, new: str) -> dict[SpecPath, str]:
    words = {(True, True): "both", (True, False): "looser", (False, True): "tighter"}
    told = {path: words.get((bool(one.looser), bool(one.tighter))) for path, one in found(old, new).items()}
    return {path: word for path, word in told.items() if word}


CHANGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "window a day shorter": (WINDOW, "day < s.date + days(s.phi_days - 1)", {RAIL: "looser", GATE: "looser"}),
    "window a day longer": (WINDOW, "day <= s.date + days(s.phi_days)", {RAIL: "tighter", GATE: "tighter"}),
    "window open at its start": ("day >= s.date", "day > s.date", {RAIL: "looser", GATE: "looser"}),
    "window moved": ("day >= s.date && day <", "day > s.date && day <=", {RAIL: "both", GATE: "both"}),
    "gate always open": ("!phi_locked(it.block_id, run.date)", "true", {GATE: "looser"}),
    "guardrail of half": ("&& SurplusLot.all(l, !phi", "&& SurplusLot.all(l, true || !phi", {RAIL: "looser"}),
    "oversold by one": ("<= f.qty", "<= f.qty + 1", {"safety.guardrails.never_oversell_a_block": "looser"}),
    "said in another way": (WINDOW, "s.date + days(s.phi_days) > day", {}),
    "a field more": ("name: text, email", "name: text, fax: text?, email", {}),
    "nothing": ("terms:", "terms:", {}),
}


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES.values(), ids=CHANGES)
def test_weaker_and_stronger_are_told_apart_by_running_both(old: str, new: str, expected: dict[str, str]) -> None:
    text = farmer_text()
    assert old in text
    assert effects(text, text.replace(old, new, 1)) == expected


def test_a_renamed_entity_with_renamed_fields_is_still_compared() -> None:
    text = farmer_text()
    renamed = (
        text.replace("SprayEvent.exists", "Treatment.exists")
        .replace('- name: "SprayEvent"', "- name: Treatment\n      was: spray_event")
        .replace("SprayEvent: ", "Treatment: ")
        .replace("s.phi_days", "s.wait")
        .replace("phi_days: {type: int, min: 0, max: 120}", "wait: {type: int, min: 0, max: 120, was: phi_days}")
        .replace("product, date, phi_days]", "product, date, wait]")
    )
    assert effects(text, renamed) == {}
    assert all(one.compared for one in found(text, renamed).values())
    shorter = renamed.replace("days(s.wait)", "days(s.wait - 1)")
    assert effects(text, shorter) == {RAIL: "looser", GATE: "looser"}


def test_the_counterexample_is_the_smallest() -> None:
    text = farmer_text()
    outcome = found(text, text.replace(WINDOW, "day < s.date"))[SpecPath(RAIL)]
    assert outcome.looser is not None
    sample, shape = outcome.looser.sample, outcome.looser.shape
    assert {entity.rpartition(".")[2]: len(rows) for entity, rows in sample.rows.items() if rows} in (
        {"spray_event": 1, "allocation": 1},
        {"spray_event": 1, "surplus_lot": 1},
    )
    assert weight(sample, shape) == (2, 1, 1), "phi_days is 1; every other value is the simplest there is"


def test_worlds_hold_what_the_rule_reads_and_nothing_else() -> None:
    outcome = found(farmer_text(), farmer_text().replace("<= f.qty", "<= f.qty + 1"))
    rail = outcome[SpecPath("safety.guardrails.never_oversell_a_block")]
    assert rail.looser is not None
    names = {path.rpartition(".")[2]: set(k.slots) for path, k in rail.looser.shape.entities.items()}
    assert names.keys() == {"forecast", "allocation", "surplus_lot"}
    assert {field.rpartition(".")[2] for fields in names.values() for field in fields} == {"block_id", "qty"}


def test_worlds_are_the_same_each_time_and_nothing_stays_loaded() -> None:
    before = set(sys.modules)
    new = farmer_text().replace(WINDOW, "day < s.date + days(s.phi_days - 1)")
    one, other = found(farmer_text(), new), found(farmer_text(), new)
    assert one == other
    assert not {name for name in set(sys.modules) - before if not name.startswith("factory_git.")}
    assert one[SpecPath(RAIL)].looser is not None
    shape = one[SpecPath(RAIL)].looser.shape  # type: ignore[union-attr]
    assert list(worlds(shape, 50)) == list(worlds(shape, 50))
