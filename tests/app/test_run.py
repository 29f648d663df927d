"""A run, from the spec to the promoted commit, as its records and the branch tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from factory_git.core.errors import Conflict, NotFound, RepositoryError, UsageError
from factory_git.engine.phases import validate
from tests.engine.fakes import BOUND_FILE, GOOD, HOLE, SPEC, WRITE_GOOD, Git, Shop, make_shop
from tests.engine.test_kill import proves


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return make_shop(tmp_path / "shop", git, monkeypatch)


@pytest.fixture
def real(shop: Shop) -> Shop:
    """A shop whose hole somebody has written."""
    shop.commit({BOUND_FILE: GOOD}, "the hole")
    return shop


@pytest.fixture
def filled(real: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The same, without the second that pytest takes to say what it must."""
    monkeypatch.setattr(validate, "prove", proves)
    return real


def test_a_spec_becomes_code_on_the_branch(real: Shop) -> None:
    before = real.git("rev-parse", "main")
    result = real.run()
    one = result.specs[0]
    assert (result.exit_code, one.outcome, one.promoted) == (0, "converged", True), one
    assert (one.passed, one.tests, one.assertions) == (1, 1, 2)
    assert real.git("rev-parse", "main") == one.commit
    assert real.git("rev-parse", "main^") == before
    assert real.git("status", "--porcelain") == "", "the checkout went along"
    assert (real.path / "shop" / "model.py").is_file()
    assert real.clean()


def test_the_commit_leads_back_to_the_run(filled: Shop) -> None:
    one = filled.run().specs[0]
    message = filled.git("log", "-1", "--format=%(trailers:only,unfold)")
    assert f"Factory-Run: {one.ids['run']}" in message
    assert "Factory-Spec: shop" in message
    assert "Factory-Phase: implement" in message
    assert filled.git("log", "-1", "--format=%an") == "A U Thor"
    assert filled.git("rev-parse", f"refs/factory/candidates/{one.ids['run']}/1") == one.commit


def test_the_records_are_one_line_of_descent_from_sequence_to_verdict(filled: Shop) -> None:
    filled.run()
    records = {record.id: record for record in filled.records()}
    at = next(record for record in records.values() if record.type == "verdict")
    line = [at.type]
    while at.parents:
        (parent,) = at.parents
        at = records[parent]
        line.append(at.type)
    assert line[::-1] == [
        "sequence", "run", "plan", "implement", "candidate", "validate", "done", "phase", "promotion", "verdict",
    ]  # fmt: skip


def test_unchanged_spec_and_code_are_left_alone(filled: Shop) -> None:
    filled.run()
    ledger, main = filled.git("rev-parse", "refs/factory/ledger"), filled.git("rev-parse", "main")
    result = filled.run()
    assert (result.exit_code, result.specs[0].outcome) == (0, "nothing to do")
    assert filled.git("rev-parse", "refs/factory/ledger") == ledger
    assert filled.git("rev-parse", "main") == main


def test_a_changed_spec_is_run_again(filled: Shop) -> None:
    filled.run()
    filled.commit({"factory.yaml": SPEC.replace("title: Shop", "title: Store")})
    assert filled.run().specs[0].outcome == "converged"
    assert "Store" in filled.show("shop/model.py")


def test_changed_bound_code_is_never_already_converged(real: Shop) -> None:
    real.run()
    real.commit({BOUND_FILE: "def run():\n    return 41\n"})
    result = real.run()
    assert (result.exit_code, result.specs[0].outcome) == (1, "not converged")
    assert "41 == 42" in "\n".join(result.specs[0].failures)


def test_compiled_code_changed_by_hand_is_refused_or_compiled_again(filled: Shop) -> None:
    filled.run()
    filled.commit({"shop/model.py": "TITLE = 'mine'\n"})
    refused = filled.run().specs[0]
    assert refused.outcome == "refused"
    assert "shop/model.py: edited by hand" in refused.reason
    assert "mine" in filled.show("shop/model.py")
    assert filled.run(drift="reconverge").specs[0].outcome == "converged"
    assert "mine" not in filled.show("shop/model.py")


def test_the_setting_decides_about_drift(filled: Shop) -> None:
    filled.run()
    filled.commit({"shop/model.py": "TITLE = 'mine'\n"})
    filled.git("config", "factory.drift", "reconverge")
    assert filled.run().specs[0].outcome == "converged"


def test_a_file_that_stands_in_the_way_is_not_taken_for_compiled(filled: Shop) -> None:
    filled.commit({"tests/test_acceptance.py": "# my own\n"})
    one = filled.run().specs[0]
    assert one.outcome == "refused"
    assert "was not written by the factory" in one.reason


def test_a_hole_fails_loudly_and_is_listed(shop: Shop) -> None:
    one = shop.run().specs[0]
    assert (one.outcome, one.holes, one.iterations) == ("not converged", (HOLE,), 1)
    assert HOLE in one.failures[0]
    assert "--agent" in one.hint
    assert shop.git("log", "--format=%s") == "the spec", "nothing was promoted"


def test_a_spec_without_acceptance_converges_nowhere(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make_shop(tmp_path / "shop", git, monkeypatch, SPEC.split("acceptance:")[0])
    one = shop.run().specs[0]
    assert one.outcome == "unproven"
    assert "nothing proves this" in one.reason


def test_without_promotion_the_branch_stays(filled: Shop) -> None:
    before = filled.git("rev-parse", "main")
    one = filled.run(promote=False).specs[0]
    assert (one.outcome, one.promoted) == ("converged", False)
    assert filled.git("rev-parse", "main") == before
    assert filled.git("cat-file", "-t", one.commit) == "commit"


@pytest.mark.parametrize("options", [{"max_iterations": 0}, {"max_iterations": -1}, {"timeout": 0}, {"budget": 0}])
def test_senseless_options_are_refused_before_any_write(filled: Shop, options: dict[str, Any]) -> None:
    refs = filled.git("for-each-ref")
    with pytest.raises(UsageError):
        filled.run(**options)
    assert filled.git("for-each-ref") == refs


def test_what_is_not_committed_is_said(filled: Shop) -> None:
    (filled.path / "factory.yaml").write_text(SPEC + "# more\n")
    with pytest.raises(UsageError, match="not committed") as caught:
        filled.run()
    assert "git add factory.yaml" in caught.value.hint


def test_a_branch_without_a_commit_or_a_spec_is_told_apart(tmp_path: Path, git: Git, shop: Shop) -> None:
    bare = Shop(tmp_path / "new", git)
    bare.path.mkdir()
    bare.git("init", "-q")
    with pytest.raises(RepositoryError, match="no commit yet"):
        bare.run()
    bare.commit({"README": "x"})
    with pytest.raises(NotFound, match="no spec"):
        bare.run()


def test_dry_run_writes_nothing_and_says_what_would_be(filled: Shop) -> None:
    refs = filled.git("for-each-ref")
    one = filled.run(dry_run=True).specs[0]
    assert one.outcome == "would run"
    assert "shop/model.py" in one.plan["created"]
    assert filled.git("for-each-ref") == refs


def test_a_second_run_of_the_same_spec_is_refused_by_name(filled: Shop) -> None:
    told: list[Conflict] = []

    def second(name: str) -> None:
        if name == "implement:begin":
            with pytest.raises(Conflict, match="another run of shop is at work: process") as caught:
                Shop(filled.path, filled._git).run()
            told.append(caught.value)

    assert filled.run(second).specs[0].outcome == "converged"
    assert [error.code for error in told] == ["run/busy"]


def test_a_bare_repository_works_with_a_branch(filled: Shop, git: Git, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", str(filled.path), str(tmp_path / "bare.git"), cwd=tmp_path)
    bare = Shop(tmp_path / "bare.git", git)
    with pytest.raises(UsageError, match="bare"):
        bare.run()
    one = bare.run(onto="main").specs[0]
    assert (one.outcome, bare.git("rev-parse", "main")) == ("converged", one.commit)


def test_local_changes_elsewhere_are_kept_and_in_the_way_refused(filled: Shop) -> None:
    (filled.path / "notes.txt").write_text("mine\n")
    (filled.path / "shop" / "model.py").write_text("mine too\n")
    blocked = filled.run()
    assert (blocked.exit_code, blocked.specs[0].outcome) == (1, "blocked")
    assert "shop/model.py" in blocked.specs[0].reason
    assert "notes.txt" not in blocked.specs[0].reason
    assert (filled.path / "shop" / "model.py").read_text() == "mine too\n"
    (filled.path / "shop" / "model.py").unlink()
    resumed = filled.run(resume=True).specs[0]
    assert (resumed.outcome, resumed.promoted) == ("converged", True)
    assert [phase for _, phase, _ in filled.seen.steps] == ["promote"], "nothing was done twice"
    assert (filled.path / "notes.txt").read_text() == "mine\n"


def test_a_branch_that_moved_meanwhile_is_integrated_and_proven_again(filled: Shop) -> None:
    def somebody(name: str) -> None:
        if name == "validate:begin" and not (filled.path / "other.txt").exists():
            filled.commit({"other.txt": "theirs\n"})

    one = filled.run(somebody).specs[0]
    assert (one.outcome, one.promoted) == ("converged", True)
    phases = [phase for _, phase, _ in filled.seen.steps]
    assert phases == ["plan", "implement", "validate", "done", "integrate", "validate", "done", "promote"]
    assert filled.show("other.txt") == "theirs\n"
    assert filled.git("rev-list", "--count", "--merges", "main") == "0"


def test_a_branch_that_moves_between_reading_and_writing_is_decided_again(filled: Shop) -> None:
    def somebody(name: str) -> None:
        if name == "promote:ref" and not (filled.path / "other.txt").exists():
            filled.git("worktree", "add", "-q", "--force", "--detach", str(filled.path.parent / "w"), "HEAD")
            new = filled.git("commit-tree", "-m", "theirs", "-p", "main", "main^{tree}")
            filled.git("update-ref", "refs/heads/main", new)
            (filled.path / "other.txt").write_text("x")

    one = filled.run(somebody).specs[0]
    assert (one.outcome, one.promoted) == ("converged", True)
    assert ("shop", "promote", "moved") in filled.seen.steps
    assert "theirs" in filled.git("log", "--format=%s", "main")


def test_another_spec_on_the_moved_branch_is_planned_again(filled: Shop) -> None:
    def somebody(name: str) -> None:
        if name == "done:begin" and "Store" not in filled.show("factory.yaml"):
            filled.commit({"factory.yaml": SPEC.replace("title: Shop", "title: Store")})

    one = filled.run(somebody).specs[0]
    assert (one.outcome, one.iterations) == ("converged", 2)
    assert "Store" in filled.show("shop/model.py")


def test_a_merge_that_brings_a_compiled_file_changed_by_hand_is_not_promoted(filled: Shop) -> None:
    filled.run()
    filled.commit({"factory.yaml": SPEC.replace("title: Shop", "title: Store")})

    def somebody(name: str) -> None:
        if name == "done:begin" and "by hand" not in filled.show("tests/test_acceptance.py"):
            text = filled.show("tests/test_acceptance.py")
            filled.commit({"tests/test_acceptance.py": text + "# changed by hand\n"})

    one = filled.run(somebody).specs[0]
    assert ("shop", "integrate", "replan") in filled.seen.steps
    assert (one.outcome, one.promoted) == ("refused", False)


def test_an_exception_in_a_phase_is_a_recorded_error(filled: Shop) -> None:
    def broken(name: str) -> None:
        if name == "validate:checkout":
            raise ZeroDivisionError("boom")

    one = filled.run(broken).specs[0]
    assert (one.outcome, one.reason) == ("error", "ZeroDivisionError: boom")
    (phase,) = filled.records("phase")
    assert (phase.payload["phase"], phase.payload["outcome"], phase.payload["code"]) == (
        "validate",
        "error",
        "internal",
    )


def test_agents_write_what_the_compiler_cannot(shop: Shop) -> None:
    one = shop.run(agent=shop.agent(WRITE_GOOD)).specs[0]
    assert (one.outcome, one.promoted, one.iterations, one.holes) == ("converged", True, 1, ()), one
    assert "Bound code by command: " in shop.git("log", "-1", "--format=%b")
    assert shop.show(BOUND_FILE) == GOOD
