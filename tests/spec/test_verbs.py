"""``git factory spec``: what a user sees, in and outside of a repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from factory_git.app import spec_split, specs
from factory_git.cli.main import run
from factory_git.core.errors import NotFound
from tests.conftest import Git
from tests.spec.helpers import FARMER, MINIMAL

BAD = "factory: 1\napp: {id: shop}\nsaftey: [x]\n"
GOOD = "factory: 1\napp: {id: shop}\nsafety: [never]\n"


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Spec = Callable[..., Done]


@pytest.fixture
def spec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Spec:
    """Run ``git factory spec ARGS`` in a folder."""

    def call(*args: str, cwd: Path) -> Done:
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            code = run(["spec", *args])
        out = capsys.readouterr()
        return Done(code, out.out, out.err)

    return call


@pytest.fixture
def farm(repo: Path) -> Path:
    (repo / "factory.yaml").write_bytes(FARMER.read_bytes())
    return repo


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and ".git" not in p.parts)


def test_lint_says_nothing_on_stdout_when_all_is_well(spec: Spec, farm: Path) -> None:
    done = spec("lint", cwd=farm)
    assert done == Done(0, "", "1 spec: 0 errors, 0 warnings\n")


def test_lint_lists_problems_with_place_path_and_hint(spec: Spec, repo: Path) -> None:
    (repo / "factory.yaml").write_text(BAD)
    done = spec("lint", cwd=repo)
    assert done.code == 2
    assert done.out == "factory.yaml:3:1: error: unknown key 'saftey'\n  hint: did you mean 'safety'?\n"
    assert done.err == "1 spec: 1 error, 0 warnings\n"


def test_lint_as_json_prints_json_only(spec: Spec, repo: Path) -> None:
    (repo / "factory.yaml").write_text(BAD)
    done = spec("lint", "--json", cwd=repo)
    assert (done.code, done.err) == (2, "")
    assert done.json["ok"] is False
    assert done.json["problems"] == [
        {
            "code": "spec/unknown-key", "severity": "error", "message": "unknown key 'saftey'",
            "file": "factory.yaml", "line": 3, "column": 1, "hint": "did you mean 'safety'?",
        }
    ]  # fmt: skip
    (repo / "factory.yaml").write_text(GOOD)
    done = spec("lint", "--json", cwd=repo)
    assert done.code == 0
    assert [(s["id"], len(s["digest"])) for s in done.json["specs"]] == [("shop", 64)]


def test_warnings_do_not_fail(spec: Spec, repo: Path) -> None:
    (repo / "factory.yaml").write_bytes(MINIMAL.read_bytes())
    done = spec("lint", cwd=repo)
    assert done.code == 0
    assert "warning: nothing proves this spec" in done.out


def test_lint_reads_expressions_too(spec: Spec, farm: Path) -> None:
    (farm / "factory.yaml").write_text(FARMER.read_text().replace("s.phi_days)", "s.phi_dayz)"))
    done = spec("lint", cwd=farm)
    assert done.code == 2
    assert done.out.startswith("factory.yaml:34:95: error: SprayEvent has no field 'phi_dayz'")


def test_paths_are_relative_to_where_the_user_stands(spec: Spec, repo: Path) -> None:
    (repo / "apps" / "shop").mkdir(parents=True)
    (repo / "apps" / "shop" / "factory.yaml").write_text(BAD)
    assert spec("lint", cwd=repo / "apps").out.startswith("shop/factory.yaml:3:1:")
    assert spec("lint", "shop", cwd=repo / "apps").out.startswith("shop/factory.yaml:3:1:")


def test_verbs_work_outside_a_repository(spec: Spec, tmp_path: Path) -> None:
    file = tmp_path / "any name.yaml"
    file.write_text(GOOD)
    assert spec("lint", str(file), cwd=tmp_path).code == 0
    assert spec("status", str(file), cwd=tmp_path).code == 0
    assert spec("fmt", "--check", str(file), cwd=tmp_path).code == 0
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.factory.yaml").write_text(BAD)
    assert spec("lint", cwd=tmp_path).out.startswith("sub/x.factory.yaml:3:1:")


def test_what_git_ignores_is_no_spec(spec: Spec, repo: Path) -> None:
    (repo / ".gitignore").write_text("build/\n")
    (repo / "build").mkdir()
    (repo / "build" / "factory.yaml").write_text(BAD)
    done = spec("lint", cwd=repo)
    assert done.code == 3
    assert "there is no spec in" in done.err
    assert "hint: start one: git factory init" in done.err


def test_a_file_whose_name_is_no_text_can_be_told_of(spec: Spec, repo: Path) -> None:
    try:
        (repo / os.fsdecode(b"\xff.factory.yaml")).write_text(BAD)
    except OSError:
        pytest.skip("this file system takes text only")
    done = spec("lint", cwd=repo)
    assert (done.code, done.out.split(":")[0]) == (2, "\\xff.factory.yaml")


def test_git_work_tree_says_where_specs_are(
    spec: Spec, farm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(farm / ".git"))
        patch.setenv("GIT_WORK_TREE", str(farm))
        assert spec("lint", cwd=tmp_path).err == "1 spec: 0 errors, 0 warnings\n"


def test_a_path_that_is_missing_is_named(spec: Spec, repo: Path) -> None:
    done = spec("lint", "nope.yaml", cwd=repo)
    assert (done.code, done.err.splitlines()[0]) == (3, "error: there is no nope.yaml")


def test_several_specs_are_held_against_each_other(spec: Spec, repo: Path) -> None:
    for name, needs in (("a", "b"), ("b", "a")):
        (repo / name).mkdir()
        (repo / name / "factory.yaml").write_text(f"app: {{id: {name}}}\ndepends_on: {needs}\n")
    done = spec("lint", cwd=repo)
    assert done.code == 2
    assert "specs depend on each other: a → b → a" in done.out
    (repo / "b" / "factory.yaml").write_text("app: {id: b}\n")
    assert spec("lint", cwd=repo).code == 0
    assert spec("lint", "a", cwd=repo).code == 0


def test_two_specs_in_one_folder_are_an_error(spec: Spec, repo: Path) -> None:
    (repo / "factory.yaml").write_text(GOOD)
    (repo / "b.factory.yaml").write_text(GOOD)
    done = spec("lint", cwd=repo)
    assert done.code == 2
    assert "two specs in one folder" in done.out


def test_status_counts_rungs_and_lists_holes(spec: Spec, repo: Path) -> None:
    (repo / "factory.yaml").write_bytes(MINIMAL.read_bytes())
    done = spec("status", cwd=repo)
    assert done.code == 0
    assert "7 steps unbound, 4 entities untyped" in done.out
    assert "factory.yaml:28:41  workflows.pipelines.contract_allocation.steps.allocate_to_contracts" in done.out
    (found,) = spec("status", "--json", cwd=repo).json
    assert found["layers"]["workflows"] == {"named": 7, "typed": 1, "bound": 0, "proven": 0}
    assert found["summary"][0] == "7 steps unbound"


def test_status_of_an_invalid_spec_is_an_error_with_places(spec: Spec, repo: Path) -> None:
    (repo / "factory.yaml").write_text(BAD)
    done = spec("status", cwd=repo)
    assert (done.code, done.out) == (2, "")
    assert "factory.yaml:3:1: error: unknown key 'saftey'" in done.err


def test_show_gives_the_outline_and_single_nodes(spec: Spec, farm: Path) -> None:
    assert "  terms\n    phi_locked  args:" in spec("show", cwd=farm).out
    one = spec("show", "terms.phi_locked", cwd=farm).out
    assert "← reads workflows.pipelines.contract_allocation.steps.phi_gate" in one
    done = spec("show", "terms.phi_loked", cwd=farm)
    assert (done.code, done.err) == (
        3,
        "error: the spec has no node 'terms.phi_loked'\nhint: did you mean 'terms.phi_locked'?\n",
    )
    nodes = spec("show", "--json", cwd=farm).json["nodes"]
    assert len(nodes) == 127
    assert spec("show", "factory.yaml", "--json", cwd=farm).json["digest"] == nodes[0]["digest"]


def test_fmt_writes_checks_and_shows_a_diff(spec: Spec, repo: Path) -> None:
    file = repo / "factory.yaml"
    file.write_text("app:   \n    id: shop\n")
    file.chmod(0o600)
    assert spec("fmt", "--check", cwd=repo).code == 1
    assert spec("fmt", "--dry-run", cwd=repo) == Done(
        0, "factory.yaml\n", "1 file would be formatted, 0 left as they are\n"
    )
    assert spec("fmt", "--check", "-z", cwd=repo).out == "factory.yaml\0"
    diff = spec("fmt", "--diff", cwd=repo).out
    assert diff.startswith("--- a/factory.yaml\n+++ b/factory.yaml\n")
    assert "-    id: shop\n" in diff
    assert file.read_text() == "app:   \n    id: shop\n"
    assert spec("fmt", cwd=repo) == Done(0, "factory.yaml\n", "1 file formatted, 0 left as they are\n")
    assert file.read_text() == "factory: 1\napp:\n  id: shop\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert spec("fmt", "--check", "--json", cwd=repo).json == {"files": 1, "changed": [], "written": False}


def test_fmt_writes_nothing_when_one_file_is_broken(spec: Spec, repo: Path) -> None:
    (repo / "a").mkdir()
    (repo / "a" / "factory.yaml").write_text("app:   x\n")
    (repo / "factory.yaml").write_text("app: [\n")
    done = spec("fmt", cwd=repo)
    assert done.code == 2
    assert (repo / "a" / "factory.yaml").read_text() == "app:   x\n"


@pytest.mark.parametrize("entities", [[], ["--entities"]])
def test_split_and_join_leave_only_their_own_files(spec: Spec, farm: Path, entities: list[str]) -> None:
    before = spec("show", "--json", cwd=farm).json["digest"]
    dry = spec("split", "--dry-run", *entities, cwd=farm)
    assert (dry.code, files(farm)) == (0, ["README", "factory.yaml"])
    assert "would write spec/app.yaml" in dry.out
    assert spec("split", *entities, cwd=farm).code == 0
    assert "spec/terms.yaml" in files(farm)
    assert ("spec/data_contracts/contract.yaml" in files(farm)) == bool(entities)
    assert "factory.yaml" not in files(farm)
    assert spec("lint", cwd=farm).code == 0
    assert spec("show", "--json", cwd=farm).json["digest"] == before
    assert spec("lint", "spec/terms.yaml", cwd=farm).err == "1 spec: 0 errors, 0 warnings\n"
    done = spec("join", "--json", cwd=farm)
    assert done.json["digest"] == before
    assert files(farm) == ["README", "factory.yaml"]
    if not entities:
        assert (farm / "factory.yaml").read_bytes() == FARMER.read_bytes()


def test_split_and_join_refuse_what_is_in_the_way(spec: Spec, farm: Path) -> None:
    (farm / "spec").mkdir()
    (farm / "spec" / "terms.yaml").write_text("mine\n")
    done = spec("split", cwd=farm)
    assert (done.code, "spec/terms.yaml is in the way" in done.err) == (5, True)
    assert files(farm) == ["README", "factory.yaml", "spec/terms.yaml"]
    assert spec("join", cwd=farm).code == 2
    (farm / "spec" / "terms.yaml").unlink()
    spec("split", cwd=farm)
    assert spec("split", cwd=farm).code == 2


def test_a_split_that_would_say_something_else_is_not_made(
    spec: Spec, farm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spec_split, "split", lambda *_, **__: {"spec/app.yaml": b"app: {id: farmer}\n"})
    done = spec("split", cwd=farm)
    assert (done.code, "nothing was written" in done.err) == (1, True)
    assert files(farm) == ["README", "factory.yaml"]


def test_other_files_in_the_folder_stay(spec: Spec, farm: Path) -> None:
    spec("split", cwd=farm)
    (farm / "spec" / "notes.md").write_text("mine\n")
    spec("join", cwd=farm)
    assert files(farm) == ["README", "factory.yaml", "spec/notes.md"]


def test_several_specs_need_a_name_where_one_is_meant(spec: Spec, repo: Path) -> None:
    for name in ("a", "b"):
        (repo / name).mkdir()
        (repo / name / "factory.yaml").write_text(f"app: {{id: {name}}}\n")
    done = spec("split", cwd=repo)
    assert (done.code, "there are 2 specs: a/factory.yaml, b/factory.yaml" in done.err) == (3, True)
    assert spec("split", "a", cwd=repo).code == 0


def test_the_schema_is_printed(spec: Spec, tmp_path: Path) -> None:
    assert spec("schema", cwd=tmp_path).json["title"] == "git-factory spec"


def test_lint_loads_neither_pygit2_nor_jsonschema(farm: Path) -> None:
    code = "import sys; from factory_git.cli.main import run; run(['spec', 'lint']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=farm, capture_output=True, text=True, check=True)
    assert "yaml" in done.stdout.split()
    assert not {"pygit2", "jsonschema", "sqlite3", "tree_sitter"} & set(done.stdout.split())


def test_linked_worktrees_have_their_own_specs(farm: Path, git: Git, tmp_path: Path) -> None:
    git("worktree", "add", "-q", str(tmp_path / "other"), cwd=farm)
    with pytest.raises(NotFound):
        specs.select(start=tmp_path / "other")
    assert [s.files for s in specs.select(start=farm)] == [("factory.yaml",)]


def test_a_spec_that_cannot_be_written_stays_whole(spec: Spec, farm: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    (farm / "factory.yaml").write_text("app:   x\n")
    farm.chmod(0o500)
    try:
        done = spec("fmt", cwd=farm)
    finally:
        farm.chmod(0o700)
    assert done.code == 1
    assert (farm / "factory.yaml").read_text() == "app:   x\n"


def test_lint_holds_a_spec_against_its_version_at_a_revision(spec: Spec, farm: Path, git: Git) -> None:
    git("add", ".", cwd=farm)
    git("commit", "-q", "-m", "spec", cwd=farm)
    text = FARMER.read_text()
    (farm / "factory.yaml").write_text(
        text.replace("product: text", "agent: text").replace("block_id, product", "block_id, agent")
    )
    assert spec("lint", cwd=farm).code == 0
    done = spec("lint", "--base", "HEAD", cwd=farm)
    assert done.code == 2
    assert "field 'agent' is new and 'product', which was like it, is gone: is it renamed?" in done.out
    (farm / "factory.yaml").write_text(
        text.replace("product: text", "agent: {type: text, was: product}").replace(
            "block_id, product", "block_id, agent"
        )
    )
    assert spec("lint", "--base", "HEAD", cwd=farm).code == 0
    done = spec("lint", "--base", "nope", cwd=farm)
    assert (done.code, done.err.splitlines()[0]) == (2, "error: no commit 'nope' here")
