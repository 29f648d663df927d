"""Runs of specs whose code somebody writes: nothing is compiled; rules and the spec's own tests judge."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.app.run import Options, run
from factory_git.app.run_result import Result, SpecResult
from tests.codemap.repos import write
from tests.conftest import Git
from tests.engine.fakes import Seen

SPEC = """\
factory: 1
app: {id: farm}
code:
  default: bound
  language: python
  paths: [src]
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, count: int}}
workflows:
  pipelines:
    - {name: Plan, steps: [Count]}
acceptance:
  - {name: It counts, covers: [workflows.pipelines.plan], test: tests/test_plan.py::test_counts}
"""
CODE = """\
# gf: data_contracts.entities.item
class Item:
    id: str
    count: int


def count(items):
    return sum(one.count for one in items)


def plan(items):
    return count(items)
"""
TEST = """\
import sys
sys.path.insert(0, "src")

def test_counts():
    from farm import Item, plan
    one = Item()
    one.count = 2
    assert plan([one, one]) == 4
"""


@pytest.fixture
def farm(repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(repo, {"factory.yaml": SPEC, "src/farm.py": CODE, "tests/test_plan.py": TEST})
    save(repo, git)
    monkeypatch.chdir(repo)
    return repo


def save(repo: Path, git: Git) -> None:
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", "work", cwd=repo)


def ran(**options: object) -> SpecResult:
    result: Result = run(open_context(), Options(**options), Seen())  # type: ignore[arg-type]
    (one,) = result.specs
    return one


def test_code_that_passes_rules_and_tests_converges_and_nothing_is_written(farm: Path, git: Git) -> None:
    before = git("rev-parse", "HEAD", cwd=farm)
    done = ran()
    assert (done.outcome, done.tests, done.passed, done.holes) == ("converged", 1, 1, ())
    assert git("rev-parse", "HEAD", cwd=farm) == before
    assert not (farm / ".factory").exists()
    again = ran()
    assert (again.outcome, again.reason) == (
        "nothing to do",
        "neither spec nor code changed since the last run proved it",
    )


def test_a_test_that_fails_is_no_success(farm: Path, git: Git) -> None:
    write(farm, {"src/farm.py": CODE.replace("one.count for", "1 for")})
    save(farm, git)
    done = ran()
    assert (done.outcome, done.tests, done.passed) == ("not converged", 1, 0)
    assert done.failures[0].startswith("tests/test_plan.py::test_counts: failed")


def test_what_the_rules_find_is_no_success_though_every_test_passes(farm: Path, git: Git) -> None:
    write(farm, {"src/farm.py": CODE.replace("    count: int\n", "")})
    save(farm, git)
    done = ran()
    assert (done.outcome, done.tests, done.passed) == ("not converged", 1, 1)
    assert "GF102" in done.failures[0]
    assert "git factory check" in done.hint


def test_nodes_without_code_are_holes(farm: Path, git: Git) -> None:
    write(farm, {"src/farm.py": CODE.replace("def plan(", "def planning(")})
    save(farm, git)
    preview = ran(dry_run=True)
    assert (preview.outcome, preview.holes) == ("would run", ("workflows.pipelines.plan",))
    done = ran()
    assert (done.outcome, done.holes) == ("not converged", ("workflows.pipelines.plan",))


def test_a_spec_with_nothing_to_run_is_unproven(farm: Path, git: Git) -> None:
    text = SPEC.partition("acceptance:")[0] + "acceptance:\n  - {name: It counts}\n"
    write(farm, {"factory.yaml": text})
    save(farm, git)
    done = ran()
    assert done.outcome == "unproven"
    assert "test:" in done.hint


def test_a_done_command_has_its_say(farm: Path, git: Git) -> None:
    write(farm, {"factory.yaml": SPEC + "done: ['git grep -q plan -- src']\n"})
    save(farm, git)
    assert ran().outcome == "converged"


def test_an_agent_fills_the_holes_and_its_own_suppressions_and_tests_do_not_count(farm: Path, git: Git) -> None:
    write(farm, {"src/farm.py": CODE.partition("def plan(")[0]})
    save(farm, git)
    agent = farm.parent / "agent.py"
    good = CODE.partition("def plan(")[2]
    agent.write_text(
        "import pathlib\n"
        "file = pathlib.Path('src/farm.py')\n"
        f"file.write_text(file.read_text() + {'def plan(' + good!r})\n"
        "pathlib.Path('tests/test_plan.py').write_text('def test_counts(): assert True')\n"
    )
    done = ran(agent=f"command: {sys.executable} {agent}", max_iterations=1)
    assert (done.outcome, done.promoted, done.holes) == ("converged", True, ())
    assert git("diff", "--name-only", "HEAD~1", "HEAD", cwd=farm).split() == ["src/farm.py"]
    message = git("log", "-1", "--format=%B", cwd=farm)
    assert message.startswith("farm: bound code\n")
    assert "compiled" not in message


def test_an_agent_cannot_wave_the_rules_aside(farm: Path, git: Git) -> None:
    write(farm, {"src/farm.py": CODE.replace("    count: int\n", "")})
    save(farm, git)
    agent = farm.parent / "agent.py"
    agent.write_text(
        "import pathlib\n"
        "file = pathlib.Path('src/farm.py')\n"
        "file.write_text('# gf: ignore[GF102] it is right\\n' + file.read_text())\n"
    )
    done = ran(agent=f"command: {sys.executable} {agent}", max_iterations=2)
    assert done.outcome == "not converged"
    assert "GF102" in done.failures[0]


def test_what_was_compiled_once_is_removed_when_the_spec_is_bound(farm: Path, git: Git) -> None:
    compiled = SPEC.replace("default: bound", "default: compiled").replace("  paths: [src]\n", "  package: yard\n")
    write(farm, {"factory.yaml": compiled})
    save(farm, git)
    first = ran()
    assert first.outcome == "converged", first
    assert (farm / ".factory/lock.json").exists()
    assert (farm / "yard/model.py").exists()
    write(farm, {"factory.yaml": SPEC})
    save(farm, git)
    done = ran(drift="reconverge")
    assert done.outcome == "converged"
    assert not (farm / ".factory/lock.json").exists()
    assert not (farm / "yard/model.py").exists()
