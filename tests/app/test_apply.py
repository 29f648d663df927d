"""A morph applied: spec and code on the branch together or not at all, and a record either way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory_git.app import apply
from factory_git.app.apply_job import APPLIED, EDITED, FAILED, WOULD
from factory_git.app.apply_job import Options as ApplyOptions
from factory_git.app.check import Options as CheckOptions
from factory_git.app.check import run as check
from factory_git.app.context import open_context
from factory_git.app.run import run
from factory_git.app.run_session import Options
from factory_git.core import points
from factory_git.core.errors import Conflict, Forbidden, Negative
from factory_git.engine.phases import validate
from factory_git.executors.acceptance import Proven, TestResult
from factory_git.spec.load import load
from factory_git.spec.model import Source
from factory_git.spec.split import split
from tests.app.farm import ALLOCATE, WISH, Farm, Git, quick
from tests.app.test_plan import COLD, GATE, morph
from tests.engine.fakes import Seen

FIRST = '[-(delivery_day == "tue"), priority, -price_floor]'


@pytest.fixture
def real(tmp_path: Path, git: Git) -> Farm:
    return Farm(tmp_path / "farm", git)


@pytest.fixture
def farm(real: Farm, monkeypatch: pytest.MonkeyPatch) -> Farm:
    return quick(real, monkeypatch)


def planned(farm: Farm, text: str = WISH) -> str:
    farm.desire(text)
    return farm.plan().record


def failing(place: Path, package: str, tests: list[str], *, timeout: float) -> Proven:
    del place, package, timeout
    results = tuple(TestResult(test=test, outcome="failed", assertions=1, seconds=0) for test in tests)
    return Proven(results=results, problem="", completed=None, seconds=0.0)


def test_from_a_desire_to_code_on_the_branch(real: Farm) -> None:
    before = real.git("rev-parse", "HEAD")
    comment = "# the one that must not go\n"
    real.edit("identity:\n", f"{comment}identity:\n")
    real.commit("a comment")
    result = real.apply(planned(real))
    assert (result.outcome, result.exit_code) == (APPLIED, 0), result
    assert result.ran is not None
    assert result.ran.passed == result.ran.tests == 5
    assert real.git("rev-parse", "main") == result.commit
    assert real.git("status", "--porcelain") == "", "the checkout went along, the desire in it"
    text = real.spec.read_text()
    assert FIRST in text
    assert comment in text
    assert real.git("rev-list", "--count", f"{before}..main") == "4", "the comment, the wish, the edit, the code"
    assert real.git("for-each-ref", "refs/factory/applications") == ""
    assert check(open_context(real.path).location, CheckOptions(everything=True)).findings == ()


def test_the_desire_says_what_it_became(farm: Farm) -> None:
    result = farm.apply(planned(farm))
    (entry,) = load([Source(path="factory.yaml", content=farm.spec.read_bytes())]).raw["desires"]
    assert (entry["status"], entry["became"]) == ("done", [ALLOCATE])
    assert result.became == (ALLOCATE,)


def test_the_application_leads_back_to_morph_and_desire(farm: Farm) -> None:
    morph_id = planned(farm)
    result = farm.apply(morph_id)
    (record,) = farm.records("application")
    assert record.id == result.record
    assert morph_id in record.parents
    assert {"desire", "morph", "promotion", "verdict", "run"} <= set(farm.ancestors(record.id))
    assert record.payload["commit"] == farm.git("rev-parse", "main")
    assert record.payload["tests"] == {"passed": 5, "failed": 0}
    promotion = next(one for one in farm.records("promotion"))
    assert promotion.payload["branch"] == "refs/heads/main"
    assert promotion.payload["commit"] == record.payload["commit"]


def test_a_run_finds_nothing_left_to_do(farm: Farm) -> None:
    farm.apply(planned(farm))

    ctx = open_context(farm.path)
    assert run(ctx, Options(), Seen()).specs[0].outcome == "nothing to do"
    ctx.ledger.close()


def test_tests_that_fail_leave_everything_as_it_was(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    morph_id = planned(farm)
    before = farm.state()
    monkeypatch.setattr(validate, "prove", failing)
    result = farm.apply(morph_id)
    assert (result.outcome, result.exit_code) == (FAILED, 1)
    assert farm.state() == before
    (record,) = farm.records("application")
    assert (record.payload["outcome"], record.payload["tests"]["failed"]) == ("failed", 5)
    assert farm.git("worktree", "list").count("\n") == 0
    monkeypatch.undo()
    quick(farm, monkeypatch)
    assert farm.apply(morph_id).outcome == APPLIED, "and it can be applied later"


def test_a_real_test_that_the_morph_breaks_refuses_it(real: Farm) -> None:
    real.desire("show shortfalls on brief")
    file = morph(real, "{set_step: yield_forecast, in: contract_allocation, where: it.plant_count > 90}")
    before = real.state()
    result = real.apply(file)
    assert result.outcome == FAILED
    assert result.ran is not None
    assert result.ran.failures
    assert real.state() == before


def test_a_stale_morph_is_refused_with_what_moved(farm: Farm) -> None:
    morph_id = planned(farm)
    farm.edit("    - {name: Brief, shows: [Forecast]}", "    - {name: Brief, shows: [Forecast, Alert]}")
    farm.commit("somebody else's")
    before = farm.state()
    with pytest.raises(Conflict) as error:
        farm.apply(morph_id)
    assert (error.value.code, error.value.exit_code) == ("morph/stale", 5)
    assert [one["path"] for one in error.value.details["moved"]] == ["interface.panels.brief"]
    assert "panel-shows-more interface.panels.brief" in error.value.message
    assert farm.state() == before
    again = farm.plan(morph_id)
    assert farm.apply(again.record).outcome == APPLIED


def test_further_desires_make_no_plan_stale(farm: Farm) -> None:
    morph_id = planned(farm)
    farm.desire(COLD)
    assert farm.apply(morph_id).outcome == APPLIED
    assert "cold chain" in farm.spec.read_text(), "they are taken along"
    assert farm.git("status", "--porcelain") == ""


def test_a_morph_on_an_unknown_base_is_refused(farm: Farm) -> None:
    with pytest.raises(Conflict, match="not known here"):
        farm.apply(morph(farm, GATE, base="'0123456789ab'"))


def test_a_morph_is_applied_once(farm: Farm) -> None:
    morph_id = planned(farm)
    farm.apply(morph_id)
    with pytest.raises(Conflict) as error:
        farm.apply(morph_id)
    assert error.value.code == "morph/applied"


@pytest.mark.parametrize("ops", ["{remove_step: phi_gate}", "{remove_guardrail: Never oversell a block}",
                                 "{set_purpose: Sell used cars}"])  # fmt: skip
def test_what_identity_forbids_is_not_applied(farm: Farm, ops: str) -> None:
    before = farm.state()
    with pytest.raises(Forbidden) as error:
        farm.apply(morph(farm, ops))
    assert error.value.exit_code == 4
    assert farm.state() == before
    assert farm.records("application") == []


def test_changes_of_the_spec_that_are_not_committed_are_refused(farm: Farm) -> None:
    farm.edit("    - {name: Brief, shows: [Forecast]}", "    - {name: Brief, shows: [Forecast, Alert]}")
    morph_id = planned(farm)
    before = farm.state()
    with pytest.raises(Negative) as error:
        farm.apply(morph_id)
    assert (error.value.code, error.value.details["paths"]) == ("apply/dirty", ["factory.yaml"])
    assert farm.state() == before


def test_a_desire_that_stands_in_the_index_is_refused(farm: Farm) -> None:
    morph_id = planned(farm)
    farm.git("add", "factory.yaml")
    before = farm.state()
    with pytest.raises(Negative) as error:
        farm.apply(morph_id)
    assert error.value.code == "apply/dirty"
    assert farm.state() == before
    assert farm.records("run") == [], "before anything was run"


def test_local_changes_in_the_way_of_the_code_are_kept(farm: Farm) -> None:
    farm.apply(planned(farm))
    pipeline = farm.path / "farmer" / "pipelines" / "contract_allocation.py"
    mine = pipeline.read_text() + "# mine\n"
    pipeline.write_text(mine)
    file = morph(farm, GATE)
    before = farm.git("rev-parse", "main")
    with pytest.raises(Negative) as error:
        farm.apply(file)
    assert error.value.code == "run/dirty"
    assert (pipeline.read_text(), farm.git("rev-parse", "main")) == (mine, before)
    assert farm.records("application")[-1].payload["outcome"] == "failed"


def test_a_desire_on_disk_comes_back_when_the_branch_cannot_move(farm: Farm) -> None:
    farm.apply(planned(farm))
    (farm.path / "farmer" / "pipelines" / "contract_allocation.py").write_text("# mine\n")
    farm.desire("block forecasts with qty below 1")
    text = farm.spec.read_text()
    with pytest.raises(Negative):
        farm.apply(farm.plan().record)
    assert farm.spec.read_text() == text


def test_other_local_changes_are_no_matter(farm: Farm) -> None:
    (farm.path / "notes.txt").write_text("mine\n")
    assert farm.apply(planned(farm)).outcome == APPLIED
    assert (farm.path / "notes.txt").read_text() == "mine\n"


def test_without_a_run_the_files_are_edited_and_nothing_is_committed(farm: Farm) -> None:
    head = farm.git("rev-parse", "HEAD")
    result = farm.apply(planned(farm), run=False)
    assert (result.outcome, farm.git("rev-parse", "HEAD")) == (EDITED, head)
    assert FIRST in farm.spec.read_text()
    assert farm.git("status", "--porcelain") == "M factory.yaml"
    assert farm.records("application")[0].payload["commit"] is None


def test_a_dry_run_writes_nothing(farm: Farm) -> None:
    morph_id = planned(farm)
    before, ledger = farm.state(), farm.git("rev-parse", "refs/factory/ledger")
    result = farm.apply(morph_id, dry_run=True)
    assert (result.outcome, result.files) == (WOULD, ("factory.yaml",))
    assert (farm.state(), farm.git("rev-parse", "refs/factory/ledger")) == (before, ledger)


def test_a_morph_written_by_hand_is_recorded_and_enters_its_desire(farm: Farm) -> None:
    result = farm.apply(morph(farm, GATE, desire=COLD, why="two returned crates in May"))
    assert result.outcome == APPLIED
    (entry,) = load([Source(path="factory.yaml", content=farm.spec.read_bytes())]).raw["desires"]
    assert (entry["goal"], entry["status"]) == (COLD, "done")
    assert entry["became"] == ["workflows.pipelines.contract_allocation.steps.cold_chain_gate"]
    assert [one.payload["desire"] for one in farm.records("morph")] == [COLD]
    assert "two returned crates in May" in farm.git("log", "-2", "--format=%b")


def test_a_file_that_plan_wrote_is_the_recorded_morph(farm: Farm) -> None:
    farm.desire(WISH)
    file = farm.path.parent / "morph.yaml"
    morph_id = farm.plan(write=str(file)).record
    assert farm.apply(str(file)).morph == morph_id
    assert len(farm.records("morph")) == 1


def test_what_was_left_open_leaves_the_desire_open(farm: Farm) -> None:
    farm.desire(f"show shortfalls on brief, {COLD}")
    farm.apply(farm.plan(partly=True).record)
    (entry,) = load([Source(path="factory.yaml", content=farm.spec.read_bytes())]).raw["desires"]
    assert (entry["status"], entry["became"]) == ("open", ["interface.panels.brief"])


def test_a_renamed_field_takes_its_data_along(farm: Farm) -> None:
    farm.apply(planned(farm))
    result = farm.apply(morph(farm, "{rename_field: Block.cultivar, to: variety}"))
    assert result.outcome == APPLIED, result.reason
    assert "variety: {was: cultivar, type: text?}" in farm.spec.read_text()


def test_a_branch_that_moves_meanwhile_is_no_loss(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    morph_id = planned(farm)
    tree = farm.git("rev-parse", "HEAD^{tree}")

    def moves(place: Path, package: str, tests: list[str], *, timeout: float) -> Proven:
        other = farm.git("commit-tree", tree, "-p", "main", "-m", "somebody else's")
        farm.git("update-ref", "refs/heads/main", other)
        results = tuple(TestResult(test=test, outcome="passed", assertions=1, seconds=0) for test in tests)
        return Proven(results=results, problem="", completed=None, seconds=0.0)

    monkeypatch.setattr(validate, "prove", moves)
    text = farm.spec.read_text()
    with pytest.raises(Conflict) as error:
        farm.apply(morph_id)
    assert error.value.code == "git/ref-moved"
    assert farm.git("log", "-1", "--format=%s", "main") == "somebody else's"
    assert farm.spec.read_text() == text
    quick(farm, monkeypatch)
    assert farm.apply(morph_id).outcome == APPLIED


def test_a_file_of_the_spec_that_is_needed_no_more_goes(farm: Farm) -> None:
    for path, content in split(farm.spec.read_bytes(), "factory.yaml").items():
        (farm.path / path).parent.mkdir(exist_ok=True)
        (farm.path / path).write_bytes(content)
    farm.spec.unlink()
    preferences = farm.path / "spec" / "personalization.yaml"
    assert preferences.is_file()
    farm.commit("in parts")
    farm.desire(WISH)
    both = "{remove_preference: RFC style notes}, {remove_preference: No jira links}"
    assert farm.apply(morph(farm, both)).outcome == APPLIED
    assert not preferences.exists()
    assert farm.git("status", "--porcelain") == ""
    assert "spec/personalization.yaml" not in farm.git("ls-files")
    assert (farm.path / "spec" / "desires.yaml").is_file(), "what was wished for meanwhile came along"


class Killed(BaseException):
    """The process died where it was told to."""


def kill(farm: Farm, morph_id: str, point: str) -> None:
    """Apply, and die at a named point without a word: what handlers would put back, stays."""

    def checkpoint(name: str) -> None:
        if name == point:
            os._exit(9)

    child = os.fork()
    if not child:
        with points.listening(checkpoint):
            apply.run(open_context(farm.path), ApplyOptions(morph=morph_id), Seen())
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9:
        raise Killed


@pytest.mark.parametrize("point", ["apply:laid", "promote:ref"])
def test_killed_before_the_branch_moved_it_comes_to_nothing_and_can_be_done_again(farm: Farm, point: str) -> None:
    morph_id = planned(farm)
    head = farm.git("rev-parse", "main")
    with pytest.raises(Killed):
        kill(farm, morph_id, point)
    assert farm.git("rev-parse", "main") == head
    assert farm.apply(morph_id).outcome == APPLIED
    assert farm.git("status", "--porcelain") == ""
    assert farm.git("for-each-ref", "refs/factory/applications") == ""
    assert "reserve tuesday contracts first" in farm.spec.read_text()


def test_killed_after_the_branch_moved_it_is_recorded_by_the_next(farm: Farm) -> None:
    morph_id = planned(farm)
    with pytest.raises(Killed):
        kill(farm, morph_id, "apply:promoted")
    assert farm.records("application") == []
    with pytest.raises(Conflict) as error:
        farm.apply(morph_id)
    assert error.value.code == "morph/applied"
    (record,) = farm.records("application")
    assert (record.payload["outcome"], record.payload["commit"]) == ("applied", farm.git("rev-parse", "main"))
    (promotion,) = farm.records("promotion")
    assert promotion.payload["branch"] == "refs/heads/main"


def test_two_applications_at_once_are_one_too_many(farm: Farm) -> None:
    morph_id = planned(farm)

    def second(name: str) -> None:
        if name == "implement:begin":
            with pytest.raises(Conflict) as error:
                farm.apply(morph_id)
            assert error.value.code == "run/busy"

    ctx = open_context(farm.path)
    with points.listening(second):
        assert apply.run(ctx, ApplyOptions(morph=morph_id), Seen()).outcome == APPLIED
    ctx.ledger.close()
