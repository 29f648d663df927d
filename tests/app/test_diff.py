"""`git factory diff` in process: what is compared with what, what is told, and the verdict."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from factory_git.app import diff
from factory_git.app.diff import Options, Result, exit_code
from factory_git.core.errors import NotFound, SpecError, UsageError
from factory_git.core.resources import folder
from factory_git.gitio.locate import locate
from tests.app.test_revisions import SHOP, put
from tests.conftest import Git

FARMER = (folder("templates") / "farmer" / "factory.yaml").read_text()
WEAKER = FARMER.replace("run.date)) &&", "run.date) || a.qty < 5) &&")
PANEL = FARMER.replace("    - {name: Brief,", "    - {name: Buyers, shows: [Contract]}\n    - {name: Brief,")


@pytest.fixture
def farm(repo: Path, git: Git) -> Path:
    """The farmer template, committed."""
    put(repo, "factory.yaml", FARMER)
    git("add", ".", cwd=repo)
    git("commit", "-qm", "farm", cwd=repo)
    return repo


def run(repo: Path, **options: object) -> list[Result]:
    return diff.run(locate(repo), Options(**options))  # type: ignore[arg-type]


def ids(results: list[Result]) -> list[str]:
    return [one.id for each in results for one in each.diff.mutations]


def test_nothing_changed(farm: Path) -> None:
    (one,) = run(farm)
    assert (one.state, one.reworded, one.diff.base) == ("unchanged", False, one.diff.head)
    assert exit_code([one]) == 0


def test_comments_and_order_mean_nothing(farm: Path) -> None:
    put(farm, "factory.yaml", f"# A farm.\n{FARMER}".replace('["Farmer", "Buyers"]', "[Buyers, Farmer]"))
    (one,) = run(farm)
    assert (one.state, one.reworded) == ("unchanged", True)


def test_a_weakened_guardrail_is_forbidden(farm: Path) -> None:
    put(farm, "factory.yaml", WEAKER)
    results = run(farm)
    (found,) = results[0].diff.mutations
    assert (found.id, found.risk) == ("guardrail-weakened", "forbidden")
    assert found.example
    assert found.new_place is not None
    assert FARMER.splitlines()[found.new_place.line - 1].lstrip().startswith('- name: "No harvest')
    assert exit_code(results) == 4


def test_what_is_compared_with_what(farm: Path, git: Git) -> None:
    put(farm, "factory.yaml", PANEL)
    git("add", ".", cwd=farm)
    assert ids(run(farm, head="index")) == ["panel-added"]
    put(farm, "factory.yaml", FARMER)
    assert ids(run(farm)) == []
    assert ids(run(farm, base="index")) == ["panel-removed"]
    git("commit", "-qm", "panel", cwd=farm)
    assert ids(run(farm, base="HEAD~1", head="HEAD")) == ["panel-added"]
    assert ids(run(farm, base="HEAD", head="HEAD~1")) == ["panel-removed"]


def test_where_both_parted(farm: Path, git: Git) -> None:
    git("checkout", "-qb", "side", cwd=farm)
    put(farm, "factory.yaml", PANEL)
    git("commit", "-qam", "panel", cwd=farm)
    git("checkout", "-q", "main", cwd=farm)
    put(farm, "factory.yaml", FARMER.replace('cadence: "nightly"', "cadence: weekly"))
    git("commit", "-qam", "cadence", cwd=farm)
    assert sorted(ids(run(farm, base="main", head="side"))) == ["deploy-cadence-faster", "panel-added"]
    (one,) = run(farm, base="main", head="side", parted=True)
    assert ids([one]) == ["panel-added"]
    assert one.old is not None
    assert "where main and side part" in one.old.label


def test_a_version_that_was_not_raised_is_told(farm: Path) -> None:
    put(farm, "factory.yaml", PANEL)
    (one,) = run(farm)
    (problem,) = one.problems
    assert "must be at least 1.1.0" in problem.message
    assert problem.place is not None
    assert problem.place.line == 2
    assert exit_code([one]) == 1
    put(farm, "factory.yaml", PANEL.replace("version: 1.0.0", "version: 1.1.0"))
    (one,) = run(farm)
    assert one.problems == ()
    assert exit_code([one]) == 0


def test_what_looks_like_a_rename_is_asked_about(farm: Path) -> None:
    put(farm, "factory.yaml", FARMER.replace("cultivar: text?", "breed: text?"))
    (one,) = run(farm)
    assert sorted(ids([one])) == ["field-added-optional", "field-removed"]
    assert [(p.severity, "is it renamed?" in p.message) for p in one.problems[1:]] == [("warning", True)]
    declared = FARMER.replace("cultivar: text?", "breed: {type: text?, was: cultivar}")
    put(farm, "factory.yaml", declared.replace("1.0.0", "2.0.0"))
    (one,) = run(farm)
    assert ids([one]) == ["field-renamed", "version-changed"]
    assert one.problems == ()


def test_what_needs_approval_is_a_negative_verdict(farm: Path) -> None:
    put(farm, "factory.yaml", FARMER.replace('devices: ["web", "mobile"]', "devices: [web]").replace("1.0.0", "2.0.0"))
    assert exit_code(run(farm)) == 1


def test_a_new_spec_begins_a_lineage(farm: Path) -> None:
    put(farm, "shop/factory.yaml", SHOP)
    new = next(one for one in run(farm) if one.state == "new")
    assert (new.diff.app["id"], new.diff.app["to"], new.diff.mutations) == ("shop", "1.0.0", ())
    assert exit_code([new]) == 0
    put(farm, "shop/factory.yaml", "factory: [")
    with pytest.raises(SpecError):
        run(farm)


def test_a_spec_does_not_go(farm: Path) -> None:
    (farm / "factory.yaml").unlink()
    (one,) = run(farm)
    assert (one.state, one.told().risk, exit_code([one])) == ("removed", "forbidden", 4)


@pytest.mark.parametrize("side", ["HEAD", "the working tree"])
def test_the_side_that_is_not_valid_is_named(farm: Path, git: Git, side: str) -> None:
    put(farm, "factory.yaml", FARMER.replace("phi_locked(it.block_id, run.date)", "nobody(it.block_id)"))
    if side == "HEAD":
        git("commit", "-qam", "broken", cwd=farm)
        put(farm, "factory.yaml", FARMER)
    with pytest.raises(SpecError, match=f"factory.yaml:78:.*the spec in {side}"):
        run(farm)


def test_specs_are_narrowed_by_file_folder_and_id(farm: Path) -> None:
    put(farm, "apps/shop/factory.yaml", SHOP)
    for word in ("shop", "apps/shop/factory.yaml", "apps/shop", "apps"):
        assert [one.diff.app["id"] for one in run(farm, specs=(word,))] == ["shop"], word
    assert [one.diff.app["id"] for one in run(farm, specs=("farmer",))] == ["farmer"]
    assert len(run(farm, specs=("",))) == len(run(farm)) == 2
    with pytest.raises(NotFound, match="neither side has a spec 'sop'") as caught:
        run(farm, specs=("shop", "sop"))
    assert "shop" in caught.value.hint


def test_a_bare_repository_has_revisions(farm: Path, git: Git, tmp_path: Path) -> None:
    put(farm, "factory.yaml", PANEL)
    git("commit", "-qam", "panel", cwd=farm)
    git("clone", "-q", "--bare", str(farm), str(tmp_path / "bare.git"), cwd=tmp_path)
    bare = tmp_path / "bare.git"
    assert ids(run(bare, base="main~1", head="main")) == ["panel-added"]
    assert ids(run(bare, base="main~1", head="main", parted=True)) == ["panel-added"]
    with pytest.raises(UsageError, match="bare") as caught:
        run(bare)
    assert "two revisions" in caught.value.hint


def test_a_linked_worktree_is_compared_with_its_own_head(farm: Path, git: Git, tmp_path: Path) -> None:
    git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"), cwd=farm)
    put(tmp_path / "other", "factory.yaml", PANEL)
    assert ids(run(tmp_path / "other")) == ["panel-added"]
    assert ids(run(farm)) == []


def test_a_shallow_clone_is_told_the_way_out(farm: Path, git: Git, tmp_path: Path) -> None:
    git("checkout", "-qb", "side", cwd=farm)
    put(farm, "factory.yaml", PANEL)
    git("commit", "-qam", "panel", cwd=farm)
    git("checkout", "-q", "main", cwd=farm)
    git("commit", "-q", "--allow-empty", "-m", "more", cwd=farm)
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{farm}", str(clone), cwd=tmp_path)
    assert ids(run(clone, base="origin/main", head="origin/side")) == ["panel-added"]
    with pytest.raises(UsageError, match="no commit in common") as caught:
        run(clone, base="origin/main", head="origin/side", parted=True)
    assert "--unshallow" in caught.value.hint


def test_a_first_commit_is_compared_with_nothing(tmp_path: Path, git: Git) -> None:
    git("init", "-q", ".", cwd=tmp_path)
    assert run(tmp_path) == []
    put(tmp_path, "factory.yaml", FARMER)
    assert [one.state for one in run(tmp_path)] == ["new"]


def test_a_moved_folder_is_no_change(farm: Path, git: Git) -> None:
    (farm / "app").mkdir()
    git("mv", "factory.yaml", "app/factory.yaml", cwd=farm)
    (one,) = run(farm)
    assert one.state == "unchanged"
    assert one.old is not None
    assert one.new is not None
    assert (one.old.root, one.new.root) == ("", "app")


def test_only_the_specs_that_differ_are_compared(farm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("compared")

    monkeypatch.setattr(diff, "compare", fail)
    assert [one.state for one in run(farm)] == ["unchanged"]
    shutil.rmtree(farm / ".git")
