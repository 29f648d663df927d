"""Which acceptance tests speak for a node."""

from __future__ import annotations

from factory_git.drift.cover import covering

PROOFS = {
    "tests/test_a.py::test_gate": {"scenario": "acceptance.gate", "covers": ["workflows.pipelines.p.steps.gate"]},
    "tests/test_a.py::test_all": {"scenario": "acceptance.all", "covers": ["workflows.pipelines.p"]},
    "tests/test_a.py::test_rail": {"scenario": "acceptance.rail", "covers": ["safety.guardrails.g"]},
}
READS = {
    "safety.guardrails.g": ["terms.locked"],
    "terms.locked": ["data_contracts.entities.spray.fields.days"],
    "workflows.pipelines.p.steps.gate": ["terms.locked"],
}


def told_by(node: str) -> list[tuple[str, bool]]:
    return [(one.test.rpartition("_")[2], one.direct) for one in covering([node], PROOFS, READS)]


def test_what_a_scenario_names_and_what_lies_below_it_is_covered() -> None:
    assert told_by("workflows.pipelines.p.steps.gate") == [("all", True), ("gate", True)]
    assert told_by("workflows.pipelines.p.steps.other") == [("all", True)]


def test_what_a_covered_node_reads_is_covered_through_it() -> None:
    assert told_by("terms.locked") == [("all", False), ("gate", False), ("rail", False)]
    assert told_by("data_contracts.entities.spray") == [("all", False), ("gate", False), ("rail", False)]


def test_a_node_nothing_reads_is_not_covered() -> None:
    assert told_by("interface.panels.home") == []
    assert told_by("safety.guardrails.g2") == []


def test_a_cycle_of_reads_ends() -> None:
    loop = {"a": ["b"], "b": ["a"]}
    proofs = {"t": {"scenario": "s", "covers": ["a"]}}
    assert covering(["c"], proofs, loop) == ()


def test_what_a_test_runs_is_covered_by_the_way() -> None:
    proofs = {"t": {"scenario": "acceptance.t", "covers": [], "runs": ["workflows.pipelines.p"]}}
    (cover,) = covering(["workflows.pipelines.p.steps.gate"], proofs, READS)
    assert (cover.via, cover.direct) == ("workflows.pipelines.p", False)
    assert covering(["terms.locked"], proofs, READS)
    assert not covering(["terms.other"], proofs, READS)
