"""The canonical graph: what changes its digest and what does not, and the relations between nodes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory_git.core.errors import NotFound
from factory_git.core.ids import SpecPath
from factory_git.spec import graph
from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.spec.helpers import FARMER, MINIMAL, source, spec
from tests.spec.strategies import specs, written

PIPELINE = "workflows.pipelines.contract_allocation"
ENTITIES = "data_contracts.entities"


def digest(text: str) -> str:
    return graph.build(spec(text)).digest


def farmer(before: str = "", after: str = "") -> graph.Graph:
    text = FARMER.read_text()
    assert before in text
    return graph.build(load([Source(path="factory.yaml", content=text.replace(before, after).encode())]))


def test_every_named_thing_is_a_node() -> None:
    nodes = farmer().nodes
    for path in (
        "", "app", "identity.purpose", "identity.safety_envelope.phi_respected", "growth.plates.interface_panels",
        "evidence_policy.sources.contracts", "evidence_policy.trust_tiers.low", "terms.phi_locked",
        f"{ENTITIES}.contract.fields.sku", f"{PIPELINE}.steps.phi_gate", "interface.panels.triage",
        "safety.guardrails.never_oversell_a_block", "personalization.preferences.no_jira_links", "deployment.cadence",
        "deployment.retention.alert", "acceptance.guardrails_hold_for_any_farm",
    ):  # fmt: skip
        assert SpecPath(path) in nodes, path


def test_relations_of_the_farmer_spec() -> None:
    edges = {(e.kind, e.source, e.target) for e in farmer().edges}
    gate = f"{PIPELINE}.steps.phi_gate"
    guardrail = "safety.guardrails.no_harvest_from_phi_locked_blocks"
    for edge in (
        ("contains", PIPELINE, gate),
        ("contains", "", "workflows"),
        ("reads", gate, f"{ENTITIES}.forecast"),
        ("reads", gate, "terms.phi_locked"),
        ("reads", "terms.phi_locked", f"{ENTITIES}.spray_event.fields.phi_days"),
        ("reads", f"{PIPELINE}.steps.packlists", f"{ENTITIES}.allocation.fields.contract_id"),
        ("writes", gate, f"{ENTITIES}.alert"),
        ("writes", f"{PIPELINE}.steps.allocate_to_contracts", f"{ENTITIES}.shortfall"),
        ("writes", f"{PIPELINE}.steps.yield_forecast", f"{ENTITIES}.forecast.fields.qty"),
        ("guards", gate, f"{ENTITIES}.forecast"),
        ("guards", guardrail, f"{ENTITIES}.surplus_lot"),
        ("guards", guardrail, "identity.safety_envelope.phi_respected"),
        ("feeds", "evidence_policy.sources.contracts", f"{ENTITIES}.contract"),
        ("shows", "interface.panels.triage", f"{ENTITIES}.shortfall"),
        ("covers", "acceptance.no_harvest_from_phi_locked_blocks", gate),
    ):
        assert edge in edges, edge
    assert ("reads", gate, f"{ENTITIES}.alert") not in edges
    assert ("reads", guardrail, f"{ENTITIES}.surplus_lot.fields.price") not in edges


def test_an_expression_that_does_not_type_still_tells_what_it_reads() -> None:
    edges = {(e.kind, e.source, e.target) for e in farmer("s.phi_days)", "s.nothing)").edges}
    assert ("reads", "terms.phi_locked", f"{ENTITIES}.spray_event.fields.block_id") in edges


A = """
data_contracts:
  entities:
    - {name: Lot, fields: {id: text key, qty: {type: decimal, min: 0}}}
    - Sale
workflows: {pipelines: [{name: P, steps: [one, two]}]}
interface: {panels: [{name: X, shows: [Lot], first: true}, Y], roles: [{name: clerk}]}
safety: {guardrails: [{name: G, always: "Lot.all(l, l.qty >= 0)"}]}
acceptance: [{name: T, covers: [safety.guardrails.g, data_contracts.entities.lot]}]
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("qty: {type: decimal, min: 0}", "qty: {min: 0, type: decimal}"),
        ("id: text key", "id: 'text  key'"),
        ("- Sale", "- {name: Sale, made: false, fields: []}"),
        ("    - Sale\n", '    # a comment\n    - "Sale"\n'),
        ('always: "Lot.all(l, l.qty >= 0)"', "on_break: abort, always: 'Lot.all(l,   l.qty >= 0) '"),
        ("shows: [Lot]", "shows: lot"),
        ("[safety.guardrails.g, data_contracts.entities.lot]", "[data_contracts.entities.lot, safety.guardrails.g]"),
        ("workflows: {pipelines: [{name: P, steps: [one, two]}]}", "workflows: [{name: P, steps: [{name: one}, two]}]"),
        ("- Sale", "- {name: Sale, was: Deal}"),
        ("- Sale", "- {name: Sale, x-note: anything}"),
    ],
)  # fmt: skip
def test_how_a_thing_is_written_does_not_change_the_digest(before: str, after: str) -> None:
    assert before in A
    assert digest(A) == digest(A.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("min: 0}", "min: 1}"),
        ("text key", "int key"),
        ("steps: [one, two]", "steps: [two, one]"),
        ("steps: [one, two]", "steps: [one]"),
        ("{name: X, shows: [Lot], first: true}, Y]", "Y, {name: X, shows: [Lot], first: true}]"),
        ("l.qty >= 0", "l.qty > 0"),
        ("- Sale", "- Deal"),
        ("name: G,", "name: G, on_break: alert,"),
        ("[{name: clerk}]", "[{name: clerk, note: x}]"),
    ],
)
def test_what_is_said_changes_the_digest(before: str, after: str) -> None:
    assert before in A
    assert digest(A) != digest(A.replace(before, after))


def test_order_of_entities_and_layers_means_nothing() -> None:
    one = "data_contracts: [A, B]\nsafety: [G, H]\n"
    assert digest(one) == digest("safety: [H, G]\ndata_contracts: [B, A]\n")


def test_a_space_within_a_literal_means_something() -> None:
    text = 'terms: {t: {is: \'"a  b" == "c"\'}}'
    assert digest(text) != digest(text.replace("a  b", "a b"))


def test_a_change_changes_the_digest_of_the_node_and_all_above_it_only() -> None:
    before, after = farmer(), farmer('keep: "!phi_locked', 'keep: "phi_locked')
    changed = {p for p in before.nodes if before.nodes[p].digest != after.nodes[p].digest}
    assert changed == {"", "workflows", PIPELINE, f"{PIPELINE}.steps.phi_gate"}
    assert {p for p in changed if before.nodes[p].own != after.nodes[p].own} == {f"{PIPELINE}.steps.phi_gate"}


def test_digests_of_lists_and_unknown_paths() -> None:
    whole = farmer()
    assert graph.node_digest(whole, ENTITIES) == graph.node_digest(whole.spec, ENTITIES)
    assert graph.node_digest(whole, ENTITIES) != graph.node_digest(farmer("x_km: decimal", "x_km: int"), ENTITIES)
    with pytest.raises(NotFound) as caught:
        graph.node_digest(whole, "terms.phi_loked")
    assert caught.value.hint == "did you mean 'terms.phi_locked'?"
    assert caught.value.exit_code == 3


def test_digests_are_the_same_on_every_machine() -> None:
    # Written down once: a change here changes what every lock file and approval refers to.
    assert farmer().digest[:16] == FARMER_DIGEST
    assert graph.build(load([source(MINIMAL)])).digest[:16] == MINIMAL_DIGEST


FARMER_DIGEST = "649d11caa6b7b712"
MINIMAL_DIGEST = "b48eac1145d43e7d"


@settings(max_examples=60, deadline=None)
@given(specs(), st.data())
def test_one_spec_written_twice_has_one_digest(data: dict[str, Any], draw: st.DataObject) -> None:
    texts = [draw.draw(written(data)) for _ in range(2)]
    one, other = (graph.build(load([Source(path="f", content=t.encode())])) for t in texts)
    assert {p: n.own for p, n in one.nodes.items()} == {p: n.own for p, n in other.nodes.items()}
    assert one.digest == other.digest


@settings(max_examples=30, deadline=None)
@given(specs())
def test_every_node_but_the_root_is_contained_once(data: dict[str, Any]) -> None:
    text = "\n".join(f"{k}: {_flow(v)}" for k, v in data.items())
    whole = graph.build(load([Source(path="f", content=text.encode())]))
    children = [e.target for e in whole.edges if e.kind == "contains"]
    assert sorted(children) == sorted(p for p in whole.nodes if p)
    assert {n.path for n in whole.below("")} == set(whole.nodes)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value).lower() if isinstance(value, bool | int) else "'" + str(value).replace("'", "''") + "'"
