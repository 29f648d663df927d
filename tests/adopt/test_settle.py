"""What the rules say of a draft is taken back: a type, a field, a node; the rest is left."""

from __future__ import annotations

from factory_git.app.adopt_draft import Draft, Entity, Field, Panel, Pipeline, Step
from factory_git.app.adopt_settle import accepted
from factory_git.drift.hit import Hit

BLOCK = "data_contracts.entities.block"
DRAFT = Draft(
    name="farm",
    language="python",
    entities=(
        Entity(
            name="Block",
            at="m.py::Block",
            path="m.py",
            index=0,
            tier=2,
            fields=(Field(name="id", type="int key"), Field(name="kg", type="decimal?")),
        ),
        Entity(
            name="Spray", at="m.py::Spray", path="m.py", index=1, tier=2, fields=(Field(name="on", type="ref Block?"),)
        ),
    ),
    pipelines=(Pipeline(name="Nightly", at="f.py::nightly", steps=(Step(name="weigh", at="f.py::weigh"),)),),
    panels=(Panel(name="Desk", at="v.py::desk", shows=("Block", "Spray")),),
)


def hit(code: str, node: str) -> Hit:
    """A finding about a node."""
    return Hit(code=code, node=node, file="m.py", message="")


def test_a_type_that_does_not_agree_is_taken_back() -> None:
    draft, types, lost = accepted(DRAFT, [hit("GF103", f"{BLOCK}.fields.kg"), hit("GF103", f"{BLOCK}.fields.id")])
    assert draft.entities[0].fields == (Field(name="id", type="any key"), Field(name="kg"))
    assert (types, lost) == (["block.id", "block.kg"], [])


def test_a_field_that_is_not_there_is_dropped() -> None:
    draft, _, _ = accepted(DRAFT, [hit("GF102", f"{BLOCK}.fields.kg")])
    assert [one.name for one in draft.entities[0].fields] == ["id"]


def test_an_entity_that_is_nowhere_goes_with_what_refers_to_it() -> None:
    draft, _, lost = accepted(DRAFT, [hit("GF001", BLOCK)])
    assert [one.name for one in draft.entities] == ["Spray"]
    assert draft.entities[0].fields == (Field(name="on"),)
    assert draft.panels[0].shows == ("Spray",)
    assert lost == ["block (GF001)"]


def test_a_pipeline_whose_flow_is_refused_is_not_drafted() -> None:
    draft, _, lost = accepted(DRAFT, [hit("GF203", "workflows.pipelines.nightly.steps.weigh")])
    assert draft.pipelines == ()
    assert lost == ["nightly (GF203)"]


def test_other_findings_are_left_to_be_frozen() -> None:
    assert accepted(DRAFT, [hit("GF104", BLOCK), hit("GF401", "")])[0] == DRAFT
