"""The growth ladder, warnings, and the order of several specs."""

from __future__ import annotations

import pytest

from factory_git.core.errors import SpecError
from factory_git.core.ids import SpecPath
from factory_git.spec import graph, ladder
from factory_git.spec.advice import advise
from factory_git.spec.ladder import Growth, Rung
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec
from factory_git.spec.order import order
from tests.spec.helpers import FARMER, MINIMAL, source, spec

GUARDRAIL = SpecPath("safety.guardrails.no_harvest_from_phi_locked_blocks")
GATE = SpecPath("workflows.pipelines.contract_allocation.steps.phi_gate")


def stand(text: str, results: dict[SpecPath, bool] | None = None) -> Growth:
    return ladder.growth(graph.build(spec(text)), results)


def test_the_minimal_spec_reports_its_seven_steps() -> None:
    found = ladder.growth(graph.build(load([source(MINIMAL)])))
    assert found.words()[0] == "7 steps unbound"
    assert found.layers()["workflows"] == {"named": 7, "typed": 1, "bound": 0, "proven": 0}
    assert len([p for p in found.holes() if ".steps." in p]) == 7


def test_the_farmer_spec_has_no_holes_and_nothing_is_proven_without_results() -> None:
    whole = graph.build(load([source(FARMER)]))
    found = ladder.growth(whole)
    assert found.holes() == []
    assert Rung.PROVEN not in found.rungs.values()


def test_what_passed_scenarios_cover_is_proven_until_one_fails() -> None:
    whole = graph.build(load([source(FARMER)]))
    scenario = SpecPath("acceptance.no_harvest_from_phi_locked_blocks")
    rungs = ladder.growth(whole, {scenario: True}).rungs
    assert {p for p, r in rungs.items() if r is Rung.PROVEN} == {scenario, GUARDRAIL, GATE}
    rungs = ladder.growth(whole, {scenario: False}).rungs
    assert Rung.PROVEN not in rungs.values()


def test_a_failed_scenario_takes_away_what_another_proves() -> None:
    text = "safety: [{name: G, always: 'true'}]\nacceptance:\n" + "".join(
        f"  - {{name: {name}, then: ['true'], covers: [safety.guardrails.g]}}\n" for name in "AB"
    )
    one, other = SpecPath("acceptance.a"), SpecPath("acceptance.b")
    assert stand(text, {one: True}).rungs[SpecPath("safety.guardrails.g")] is Rung.PROVEN
    assert stand(text, {one: True, other: False}).rungs[SpecPath("safety.guardrails.g")] is Rung.BOUND


@pytest.mark.parametrize(
    ("text", "path", "rung"),
    [
        ("data_contracts: [A]", "data_contracts.entities.a", Rung.NAMED),
        ("data_contracts: [{name: A, fields: [x]}]", "data_contracts.entities.a", Rung.NAMED),
        ("data_contracts: [{name: A, fields: {x: text}}]", "data_contracts.entities.a", Rung.BOUND),
        ("data_contracts: [{name: A, made: true, fields: {x: text}}]", "data_contracts.entities.a", Rung.TYPED),
        ("data_contracts: [{name: A, fields: {x: text, y: }}]", "data_contracts.entities.a.fields.y", Rung.NAMED),
        ("workflows: [P]", "workflows.pipelines.p", Rung.NAMED),
        ("workflows: [{name: P, steps: [S]}]", "workflows.pipelines.p.steps.s", Rung.NAMED),
        ("workflows: [{name: P, steps: [{name: S, make: A}]}]\ndata_contracts: [A]",
         "workflows.pipelines.p.steps.s", Rung.TYPED),
        ("workflows: [{name: P, steps: [{name: S, code: src/s.py}]}]", "workflows.pipelines.p.steps.s", Rung.BOUND),
        ("workflows: [{name: P, steps: [{name: S, code: src/s.py}]}]", "workflows.pipelines.p", Rung.BOUND),
        ("safety: [never]", "safety.guardrails.never", Rung.NAMED),
        ("safety: [{name: never, always: 'true'}]", "safety.guardrails.never", Rung.BOUND),
        ("interface: [home]", "interface.panels.home", Rung.NAMED),
        ("interface: [{name: home, shows: A}]\ndata_contracts: [A]", "interface.panels.home", Rung.BOUND),
        ("acceptance: [it works]", "acceptance.it_works", Rung.NAMED),
        ("acceptance: [{name: it works, test: make test}]", "acceptance.it_works", Rung.BOUND),
    ],
)  # fmt: skip
def test_where_a_node_stands(text: str, path: str, rung: Rung) -> None:
    assert stand(text).rungs[SpecPath(path)] is rung


def codes(text: str) -> list[str]:
    return [p.code for p in advise(graph.build(spec(text)))]


def test_warnings_say_what_is_most_likely_not_meant() -> None:
    assert codes("workflows: [{name: P}]") == ["spec/no-steps"]
    assert codes("workflows: [{name: P, steps: [S]}]") == ["spec/no-proof"]
    assert codes("growth: [{at: interface.panles}]\ninterface: [home]") == ["spec/empty-plate"]
    assert codes("growth: [{at: 'interface.**'}]\ninterface: [home]") == []
    rule = "safety: [{name: G, always: 'true'}]\nacceptance: [{name: A, then: ['true'], covers: [%s]}]"
    assert codes(rule % "") == ["spec/unproven"]
    assert codes(rule % "safety.guardrails.g") == []
    assert advise(graph.build(load([source(FARMER)]))) == []


def small(id_: str, *needs: str) -> Spec:
    text = f"app: {{id: {id_}}}\ndepends_on: [{', '.join(needs)}]\n"
    return load([Source(path=f"{id_}/factory.yaml", content=text.encode())], root=id_)


def ids(*found: Spec) -> list[str]:
    return [s.id for s in order(found)]


def test_dependencies_come_first_and_ties_are_alphabetical() -> None:
    assert ids(small("c"), small("b"), small("a", "c")) == ["b", "c", "a"]
    assert ids(small("d", "b", "c"), small("b", "a"), small("c", "a"), small("a")) == ["a", "b", "c", "d"]
    assert ids(*(small(name) for name in "dacbfe")) == list("abcdef")
    assert ids() == []


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([small("a", "b"), small("b", "c"), small("c", "a")], "specs depend on each other: a → b → c → a"),
        ([small("a", "a")], "specs depend on each other: a → a"),
        ([small("x", "b"), small("b", "c"), small("c", "b")], "specs depend on each other: b → c → b"),
        ([small("shop", "stok"), small("stock")], "shop depends on 'stok', which is no spec here"),
        ([small("a"), small("a")], "two specs have the id 'a'; the first is at a/factory.yaml:1:1"),
    ],
)
def test_an_order_that_cannot_be_is_named(found: list[Spec], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        order(found)
    assert caught.value.message == message
    assert caught.value.problems[0].place is not None


def test_a_missing_dependency_suggests_the_nearest() -> None:
    with pytest.raises(SpecError) as caught:
        order([small("shop", "stok"), small("stock")])
    assert caught.value.hint == "did you mean 'stock'?"
