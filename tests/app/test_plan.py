"""A plan: a morph at the right level, tried on the spec; what is open or forbidden is not planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.core.errors import Forbidden, NotFound, SpecError, UsageError
from factory_git.growth.compare import compare
from factory_git.growth.morph.morph import read, write
from factory_git.spec.graph import build
from factory_git.spec.load import load
from factory_git.spec.model import Source, Spec
from tests.app.farm import ALLOCATE, WISH, Farm, Git

COLD = "never ship greens that broke the cold chain"
GATE = (
    "{insert_gate: Cold chain gate, in: contract_allocation, after: yield_forecast, gate: Forecast, keep: it.qty > 0}"
)


@pytest.fixture
def real(tmp_path: Path, git: Git) -> Farm:
    return Farm(tmp_path / "farm", git)


def digest(farm: Farm) -> str:
    return build(spec(farm)).digest


def spec(farm: Farm) -> Spec:
    return load([Source(path="factory.yaml", content=farm.spec.read_bytes())])


def morph(farm: Farm, ops: str, **more: str) -> str:
    """A morph's file, beside the repository."""
    file = farm.path.parent / "wish.yaml"
    file.write_text("".join(f"{key}: {value}\n" for key, value in more.items()) + f"ops: [{ops}]\n")
    return str(file)


def test_a_desire_becomes_a_morph_with_its_mutations(real: Farm) -> None:
    wish = real.desire(WISH, why="they come earliest")
    before = digest(real)
    result = real.plan()
    assert result.plan is not None
    whole = result.plan.morph
    assert [dict(op) for op in whole.ops] == [
        {"allocate": "allocate_to_contracts", "in": "contract_allocation", "first": 'delivery_day == "tue"'},
        {"set_version": "1.1.0"},
    ]
    assert (whole.level, whole.base, whole.why) == ("policy", before, "they come earliest")
    told = [(one.id, one.path) for one in result.plan.diff.mutations if one.risk != "none"]
    assert told == [("allocation-order-changed", ALLOCATE)]
    assert "simulation" in result.plan.requires
    assert result.plan.approvals >= 1
    (record,) = real.records("morph")
    assert record.parents == (wish.record,)
    assert record.payload["head"] == result.plan.diff.head
    assert digest(real) == before, "a plan edits nothing"


def test_the_spec_before_and_after_lie_beside_the_record(real: Farm) -> None:
    real.desire(WISH)
    real.plan()
    payload = real.records("morph")[0].payload
    ctx = open_context(real.path)
    old, new = (ctx.ledger.blob(payload[key]["factory.yaml"]) for key in ("sources", "result"))
    ctx.ledger.close()
    assert old == real.spec.read_bytes()
    assert b'order: [-(delivery_day == "tue"), priority, -price_floor]' in new
    assert build(load([Source(path="factory.yaml", content=new)])).digest == payload["head"]


def test_what_is_open_is_not_planned_and_says_what_would_close_it(real: Farm) -> None:
    real.desire(COLD)
    result = real.plan()
    assert (result.plan, result.exit_code) == (None, 1)
    assert [one.words for one in result.open] == ["never", "ship greens", "broke", "cold chain"]
    assert all(one.close for one in result.open)
    assert real.records("morph") == []
    assert real.plan(partly=True).plan is None, "there is nothing in it that is understood"


def test_partly_plans_what_is_understood_and_records_the_rest(real: Farm) -> None:
    real.desire(f"show shortfalls on brief, {COLD}")
    assert real.plan().plan is None
    result = real.plan(partly=True)
    assert result.plan is not None
    assert [next(iter(op)) for op in result.plan.morph.ops] == ["show", "set_version"]
    assert "cold chain" in real.records("morph")[0].payload["open"]


def test_what_only_has_a_name_is_open(tmp_path: Path, git: Git) -> None:
    minimal = Farm(tmp_path / "minimal", git, "minimal")
    minimal.desire("phi compliant")
    result = minimal.plan()
    assert result.plan is None
    assert "nothing executes it" in result.open[0].why


def test_what_holds_already_is_a_morph_that_changes_nothing(real: Farm) -> None:
    real.desire("phi compliant, packlists")
    result = real.plan()
    assert result.plan is not None
    assert (result.plan.morph.ops, result.plan.diff.mutations) == ((), ())


@pytest.mark.parametrize(
    ("text", "row"),
    [("remove the PHI gate", "gate-removed"), ("remove the guardrail never oversell a block", "guardrail-removed")],
)
def test_what_identity_forbids_is_not_planned(real: Farm, text: str, row: str) -> None:
    real.desire(text)
    with pytest.raises(Forbidden) as error:
        real.plan()
    assert error.value.exit_code == 4
    assert row in error.value.message
    assert real.records("morph") == []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("show shortfalls on brief", "mechanism"),
        ("block forecasts with qty below 1", "policy"),
        ("add source weather service high tier", "mechanism"),
        ("deploy hourly", "policy"),
    ],
)
def test_the_level_is_that_of_what_changes(real: Farm, text: str, level: str) -> None:
    real.desire(text)
    result = real.plan()
    assert result.plan is not None
    assert result.plan.morph.level == level


def test_a_desire_is_named_by_record_by_entry_or_not_at_all(real: Farm) -> None:
    first, second = real.desire("show shortfalls on brief"), real.desire("deploy weekly")
    assert real.plan(first.record[:8], dry_run=True).desire == first.record
    assert real.plan(first.node, dry_run=True).desire == first.record
    assert real.plan(first.node.rpartition(".")[2], dry_run=True).desire == first.record
    assert real.plan(dry_run=True).desire == second.record, "the newest"
    real.plan()
    assert real.plan(dry_run=True).desire == first.record, "the newest that has no plan"
    real.plan()
    with pytest.raises(NotFound):
        real.plan()
    with pytest.raises(NotFound):
        real.plan("nothing_of_that_name")


def test_a_desire_that_is_settled_waits_for_no_plan(real: Farm) -> None:
    real.desire("show shortfalls on brief")
    real.edit("status: open", "status: declined")
    with pytest.raises(NotFound):
        real.plan()


def test_a_desire_written_by_hand_is_planned_too(real: Farm) -> None:
    real.edit("identity:\n", "desires:\n  - show shortfalls on brief\n\nidentity:\n")
    result = real.plan("show_shortfalls_on_brief")
    assert result.plan is not None
    assert result.plan.morph.desire == "show shortfalls on brief"


def test_a_desire_is_read_anew_on_the_spec_as_it_is(real: Farm) -> None:
    real.desire(COLD)
    real.edit("    - name: Never oversell a block\n", "    - Never ship greens that broke the cold chain\n"
                                                     "    - name: Never oversell a block\n")  # fmt: skip
    result = real.plan()
    (gap,) = result.open
    assert "nothing executes it" in gap.why, "the words are a guardrail's name now"


def test_a_file_is_written_and_read_back(real: Farm) -> None:
    real.desire(WISH)
    file = real.path.parent / "morph.yaml"
    result = real.plan(write=str(file))
    assert result.plan is not None
    again = read(file.read_bytes(), str(file))
    assert again.ops == result.plan.morph.ops
    assert result.plan.morph.base.startswith(again.base)
    assert read(write(again).encode(), "x") == again
    file.write_text("mine\n")
    with pytest.raises(UsageError):
        real.plan(result.record, write=str(file))
    assert file.read_text() == "mine\n"


def test_a_morph_written_by_hand_gets_level_base_and_version(real: Farm) -> None:
    result = real.plan(morph(real, GATE, desire=COLD, why="two returned crates in May"))
    assert result.plan is not None
    whole = result.plan.morph
    assert (whole.level, whole.base, whole.desire) == ("policy", digest(real), COLD)
    assert dict(whole.ops[-1]) == {"set_version": "1.1.0"}
    assert [one.id for one in result.plan.diff.mutations if one.risk != "none"] == ["gate-inserted"]


def test_a_level_lower_than_it_is_is_refused(real: Farm) -> None:
    with pytest.raises(SpecError) as error:
        real.plan(morph(real, GATE, level="mechanism"))
    assert error.value.code == "morph/level"


@pytest.mark.parametrize(
    ("ops", "said"),
    [
        ("{insert_gaet: x}", "did you mean 'insert_gate'?"),
        ("{insert_gate: x, in: contract_allocation}", "after: or before:"),
        ("{show: Nothing, on: brief}", "no entity 'Nothing'"),
        ("{remove_entity: Block}", "operation 1 (remove_entity Block)"),
        ("{allocate: phi_gate, first: 'true'}", "allocates nothing"),
        ("{set_field: sku, type: int}", "there are"),
        ("{add_source: gov data}", "is there already"),
        ("{allocate: allocate_to_contracts, first: colour == 1}", "not valid"),
    ],
)
def test_what_cannot_be_carried_out_says_why(real: Farm, ops: str, said: str) -> None:
    with pytest.raises(SpecError) as error:
        real.plan(morph(real, ops))
    assert said in f"{error.value.message} {error.value.hint}"


NO_MORPHS = (
    "- a list", "ops: nothing", "opps: []", "ops: []\nlevel: high", "ops: [1]", "ops: [{}]", "ops: []\nbase: x",
    "ops: []\ndesire: [a]", "ops: []\nops: []",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_MORPHS)
def test_a_file_that_is_no_morph_is_refused_with_its_place(real: Farm, text: str) -> None:
    file = real.path.parent / "bad.yaml"
    file.write_text(text)
    with pytest.raises(SpecError) as error:
        real.plan(str(file))
    assert str(file) in str(error.value.problems[0].place)


def test_what_was_edited_by_hand_is_a_morph_on_what_is_committed(real: Farm) -> None:
    real.edit("    - {name: Brief, shows: [Forecast]}", "    - {name: Brief, shows: [Forecast, Alert]}")
    real.edit("    - name: Market\n", "    - Lot\n    - name: Market\n")
    edited = spec(real)
    result = real.plan(edits=True)
    assert result.plan is not None
    assert [next(iter(op)) for op in result.plan.morph.ops] == ["add_entity", "set_surface", "set_version"]
    real.git("checkout", "-q", "factory.yaml")
    assert result.plan.morph.base == digest(real)
    assert real.records("morph")[0].id == result.record
    left = [one for one in compare(edited, result.plan.carried.spec).mutations if one.id != "version-changed"]
    assert left == []
    with pytest.raises(UsageError):
        real.plan(edits=True)
