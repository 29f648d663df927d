"""Deliberate mutants of the farmer spec: each is stopped, and the test says by what."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_git.app.run_identity import refuse
from factory_git.compiler.compile import compile_spec
from factory_git.core.errors import Forbidden, SpecError
from tests.compiler.support import App, application, farmer_text, spec_of

GATE = """        - name: "PHI gate"
          gate: Forecast
          keep: "!phi_locked(it.block_id, run.date)"
          else: {make: Alert, set: {subject: it.block_id, reason: '"PHI locked"'}}
"""
COVERED = ", workflows.pipelines.contract_allocation.steps.phi_gate]"
_START, _END = '    - name: "No harvest from PHI locked blocks"\n', "    - name: Never oversell"
GUARDRAIL = _START + farmer_text().partition(_START)[2].partition(_END)[0]
INVOICES = '        - name: "Invoices"\n'
WINDOW = "day < s.date + days(s.phi_days)"

# What is edited (each text, what instead), who stops it, and a word of what it says.
MUTANTS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "gate removed": ([(GATE, "")], "compiler", "phi_gate"),
    "gate removed, and the claim that it is covered": ([(GATE, ""), (COVERED, "]")], "guardrail", "No harvest"),
    "gate moved after what it guards": ([(GATE, ""), (INVOICES, GATE + INVOICES)], "compiler", "removes Forecast rows"),
    "gate made void": ([('keep: "!phi_locked(it.block_id, run.date)"', 'keep: "true"')], "guardrail", "No harvest"),
    "lock window halved": ([(WINDOW, "day < s.date + days(s.phi_days / 2)")], "compiler", "int"),
    "lock window shorter": ([(WINDOW, "day < s.date + days(s.phi_days - 3)")], "example", "phi_locked_blocks"),
    "lock window longer": ([(WINDOW, "day < s.date + days(s.phi_days + 5)")], "example", "once_the_lock_ends"),
    "lock window open at its start": (
        [("day >= s.date &&", "day > s.date + days(4) &&")],
        "example",
        "phi_locked_blocks",
    ),
    "lock window a day shorter": ([(WINDOW, "day < s.date + days(s.phi_days - 1)")], "identity", "Weaken PHI"),
    "lock window open on its first day": ([("day >= s.date", "day > s.date")], "identity", "Weaken PHI"),
    "field removed": ([(", phi_days: {type: int, min: 0, max: 120}", "")], "compiler", "phi_days"),
    "wrong type": ([("phi_days: {type: int, min: 0, max: 120}", "phi_days: text")], "compiler", "phi_days"),
    "missing assignment": (
        [("qty: qty, price: demand.price_floor", "price: demand.price_floor")],
        "compiler",
        "Allocation.qty",
    ),
    "priority reversed": (
        [("order: [priority, -price_floor]", "order: [-priority, -price_floor]")],
        "example",
        "tuesday",
    ),
    "guardrail dropped": ([(GUARDRAIL, "")], "compiler", "no_harvest_from_phi_locked_blocks"),
    "take the whole supply twice": (
        [("need: it.qty_per_week,", "need: it.qty_per_week, have: it.qty * 2,")],
        "guardrail",
        "oversell",
    ),
    "surplus sold below the price": (
        [("price: demand.price}", "price: demand.price + supply}")],
        "compiler",
        "Forecast",
    ),
}


def mutated(edits: list[tuple[str, str]]) -> str:
    text = farmer_text()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def failures(app: App) -> Iterator[tuple[str, str]]:
    """The acceptance tests that fail: name and error, guardrails told apart from examples."""
    path = app.root / "tests/test_acceptance.py"
    spec = importlib.util.spec_from_file_location("acceptance_of_a_mutant", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, test in vars(module).items():
        if not name.startswith("test_"):
            continue
        try:
            test()
        except app.module("kit").GuardrailBroken as error:
            yield "guardrail", str(error)
        except AssertionError:
            yield "example", name


@pytest.mark.parametrize(("edits", "who", "word"), MUTANTS.values(), ids=MUTANTS)
def test_each_mutant_is_stopped(tmp_path: Path, edits: list[tuple[str, str]], who: str, word: str) -> None:
    text = mutated(edits).replace("runs: 100", "runs: 20")
    if who == "compiler":
        with pytest.raises(SpecError) as caught:
            compile_spec(spec_of(text))
        said = "\n".join(str(p) for p in caught.value.problems)
        assert word in said
        assert all(p.place and p.place.line for p in caught.value.problems)
        return
    if who == "identity":
        with pytest.raises(Forbidden, match=word):
            refuse(spec_of(farmer_text()), spec_of(text))
        return
    with application(text, tmp_path) as app:
        found = list(failures(app))
    assert [f for f in found if f[0] == who and word in f[1]], found


def test_the_spec_itself_is_not_stopped(tmp_path: Path) -> None:
    with application(farmer_text().replace("runs: 100", "runs: 20"), tmp_path) as app:
        assert list(failures(app)) == []
