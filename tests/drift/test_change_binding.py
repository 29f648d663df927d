"""A change does not loosen what it is judged by: tags, `gf: calls` and the spec itself count as the base has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Git
from tests.drift.test_brought import save, write
from tests.drift.test_command import factory

SPEC = """\
factory: 1
app: {id: farm, title: Farm}
code: {default: bound, language: python, paths: [src]}
workflows:
  pipelines:
    - name: Allocate
      steps:
        - {name: Load}
        - {name: PHI gate}
"""
CODE = """\
# gf: workflows.pipelines.allocate
def allocate(world):
    load(world)
    phi_gate(world)


# gf: workflows.pipelines.allocate.steps.load
def load(world):
    world.rows = [1]


# gf: workflows.pipelines.allocate.steps.phi_gate
def phi_gate(world):
    world.rows = []
"""
DROPPED = CODE.replace("    phi_gate(world)\n", "")


@pytest.fixture
def farm(repo: Path, git: Git) -> Path:
    """A repository with one bound pipeline that does what its spec says, committed."""
    write(repo, "factory.yaml", SPEC)
    write(repo, "src/alloc.py", CODE)
    save(git, repo)
    return repo


def check(farm: Path, git: Git, *more: str) -> tuple[int, str]:
    """What the gate says of all that lies on disk: staged, and once it is committed."""
    git("add", "-A", cwd=farm)
    staged = factory(farm, "check", *more)
    git("commit", "-q", "-m", "change", cwd=farm)
    later = factory(farm, "check", "--base", "HEAD~1", *more)
    assert (staged.returncode, staged.stdout) == (later.returncode, later.stdout)
    return staged.returncode, staged.stdout


def test_a_change_that_takes_the_tags_away_is_judged_by_those_of_its_base(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", "\n".join(line for line in DROPPED.splitlines() if "# gf:" not in line) + "\n")
    code, out = check(farm, git)
    assert code == 1
    assert "GF202 step phi_gate is never called" in out


def test_tags_that_go_with_nothing_wrong_are_no_finding(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", "\n".join(line for line in CODE.splitlines() if "# gf:" not in line) + "\n")
    assert check(farm, git) == (0, "")


def test_calls_that_the_change_says_there_are_do_not_count(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", f"# gf: calls phi_gate\n{DROPPED}")
    code, out = check(farm, git)
    assert code == 1
    assert "GF202 step phi_gate is never called" in out


def test_who_reviewed_the_calls_lets_them_count(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", f"# gf: calls phi_gate\n{DROPPED}")
    assert check(farm, git, "--own") == (0, "")


def test_calls_of_the_base_count(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", f"# gf: calls phi_gate\n{DROPPED}")
    save(git, farm)
    write(farm, "src/alloc.py", f"# gf: calls phi_gate\n{DROPPED}".replace("[1]", "[2]"))
    assert check(farm, git) == (0, "")


def test_calls_that_are_said_of_what_was_found_before_are_no_finding(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", DROPPED)
    save(git, farm)
    write(farm, "src/alloc.py", f"# gf: calls phi_gate\n{DROPPED}")
    assert check(farm, git) == (0, "")


def test_a_node_that_is_tied_elsewhere_leaves_no_code_unsaid(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", DROPPED.replace("# gf: workflows.pipelines.allocate\n", ""))
    decoy = CODE.partition("\n\n\n")[0].replace("def allocate", "def allocate_all")
    write(farm, "src/decoy.py", f"from alloc import load, phi_gate\n\n\n{decoy}\n")
    _, out = check(farm, git)
    words = "workflows.pipelines.allocate is tied to src/decoy.py by this change: nothing checks allocate any more"
    assert f"GF402 warning: {words}" in out


def test_a_node_that_the_spec_gives_up_is_told_once_where_its_code_stays(farm: Path, git: Git) -> None:
    write(farm, "factory.yaml", SPEC.partition("workflows:")[0])
    write(farm, "src/alloc.py", "\n".join(line for line in DROPPED.splitlines() if "# gf:" not in line) + "\n")
    code, out = check(farm, git)
    assert code == 0
    assert out.count("is removed from the spec by this change") == 1


def test_a_declaration_that_moves_with_its_tag_is_no_finding(farm: Path, git: Git) -> None:
    head, _, gate = CODE.rpartition("\n\n\n")
    write(farm, "src/alloc.py", f"from gates import phi_gate\n\n\n{head}\n")
    write(farm, "src/gates.py", gate)
    assert check(farm, git) == (0, "")


def test_the_spec_may_not_go_while_its_code_stays(farm: Path, git: Git) -> None:
    git("mv", "factory.yaml", "factory.yaml.old", cwd=farm)
    code, out = check(farm, git)
    assert code == 1
    assert "factory.yaml: GF402 the spec is removed by this change" in out


def test_who_reviewed_it_may_take_the_spec_away(farm: Path, git: Git) -> None:
    (farm / "factory.yaml").unlink()
    assert check(farm, git, "--own")[0] == 0


def test_the_spec_may_go_with_its_code(farm: Path, git: Git) -> None:
    (farm / "factory.yaml").unlink()
    (farm / "src/alloc.py").unlink()
    assert check(farm, git)[0] == 0


def test_the_hook_says_it_again_when_it_is_asked_again(farm: Path, git: Git) -> None:
    write(farm, "src/alloc.py", f"# gf: calls phi_gate\n{DROPPED}")
    git("add", "-A", cwd=farm)
    assert [factory(farm, "check", "--hook").returncode for _ in range(2)] == [1, 1]


def test_a_path_that_names_nothing_is_refused(farm: Path) -> None:
    done = factory(farm, "check", "src/aloc.py")
    assert done.returncode == 2
    assert "there is no src/aloc.py in the index" in done.stderr
    assert "--worktree" in done.stderr


def test_a_path_that_the_change_deletes_is_known(farm: Path, git: Git) -> None:
    git("rm", "-q", "src/alloc.py", cwd=farm)
    assert factory(farm, "check", "src/alloc.py").returncode == 0
