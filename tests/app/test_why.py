"""`git factory why`: from a line to its commit, run, spec nodes, tests and promotion, and plainly what is not known."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import why
from factory_git.app.context import open_context
from factory_git.app.run import Options, run
from factory_git.core.errors import NotFound, UsageError
from factory_git.engine.workshop import Report
from tests.conftest import Git
from tests.drift.conftest import SPEC

ACCEPTANCE = """\
acceptance:
  - name: Labels are made
    covers: [workflows.pipelines.labels.steps.make_labels]
    test: "true"
"""
MODEL = "shop/model.py"
PIPELINE = "shop/pipelines/labels.py"


class Quiet:
    """Nobody watches."""

    def began(self, spec: str, phase: str, iteration: int) -> None:
        """Nothing."""

    def ended(self, spec: str, phase: str, iteration: int, report: Report, seconds: float) -> None:
        """Nothing."""


@pytest.fixture
def app(repo: Path, git: Git) -> Path:
    """A repository whose application a run compiled, proved and promoted."""
    (repo / "factory.yaml").write_text(SPEC + ACCEPTANCE)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "the spec", cwd=repo)
    result = run(open_context(repo), Options(), Quiet())
    assert result.exit_code == 0, result
    return repo


def ask(repo: Path, file: str, line: int | None = None) -> why.Why:
    return why.run(open_context(repo), file, line)


def line_of(repo: Path, file: str, text: str) -> int:
    return next(n for n, line in enumerate((repo / file).read_text().splitlines(), 1) if text in line)


def test_a_compiled_line_leads_to_everything_that_made_it(app: Path, git: Git) -> None:
    line = line_of(app, PIPELINE, "def make_labels") + 1
    found = ask(app, PIPELINE, line)
    assert found.from_factory
    assert found.commit is not None
    assert git("rev-parse", "HEAD", cwd=app).startswith(found.commit.oid[:12])
    assert found.run is not None
    assert found.run.record.payload["spec"] == "shop"
    assert found.phase == "implement"
    (node,) = found.nodes
    assert node.path == "workflows.pipelines.labels.steps.make_labels"
    assert node.place is not None
    assert "Make labels" in SPEC.splitlines()[node.place.line - 1]
    (test,) = found.tests
    assert (test.outcome, test.direct) == ("passed", True)
    assert found.promotion is not None
    assert found.promotion.actor.startswith("A U Thor")
    assert found.notes == ()


def test_it_works_after_the_file_was_moved(app: Path, git: Git) -> None:
    line = line_of(app, MODEL, "class Item")
    before = ask(app, MODEL, line)
    git("mv", "shop", "store", cwd=app)
    assert ask(app, "store/model.py", line).run_id == before.run_id, "staged"
    git("commit", "-q", "-m", "moved", cwd=app)
    after = ask(app, "store/model.py", line)
    assert after.run_id == before.run_id
    assert after.origin is not None
    assert after.origin.file == MODEL
    assert after.nodes == before.nodes


def test_a_line_moved_into_another_file_keeps_its_origin(app: Path, git: Git) -> None:
    text = (app / MODEL).read_text()
    block = text[text.index("class Item") :]
    (app / MODEL).write_text(text[: text.index("class Item")])
    (app / "own.py").write_text("# mine\n" + block)
    git("add", ".", cwd=app)
    git("commit", "-q", "-m", "by hand", cwd=app)
    found = ask(app, "own.py", line_of(app, "own.py", "class Item") + 1)
    assert found.from_factory
    assert found.origin is not None
    assert found.origin.file == MODEL


def test_code_that_an_agent_wrote_leads_to_its_node_its_prompt_and_its_words(repo: Path, git: Git) -> None:
    (repo / "factory.yaml").write_text(
        "factory: 1\napp: {id: shop}\n"
        "data_contracts: {entities: [{name: Item, fields: {id: text key}}]}\n"
        "workflows: {pipelines: [{name: Labels, steps: [Print them]}]}\n"
        'acceptance: [{name: Labels are printed, given: {Item: [[id], [a]]}, when: {run: labels}, then: ["true"]}]\n'
    )
    agent = repo.parent / "agent.py"
    agent.write_text(
        "import pathlib, sys\n"
        "place = pathlib.Path(sys.argv[1], 'shop/bound/labels_print_them.py')\n"
        "place.write_text('def run(world, run):\\n    return None\\n')\n"
        "print('it is done')\n"
    )
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "the spec", cwd=repo)
    name = f"command: {sys.executable} {agent} {{worktree}}"
    assert run(open_context(repo), Options(agent=name), Quiet()).exit_code == 0
    git("mv", "shop/bound/labels_print_them.py", "shop/bound/moved.py", cwd=repo)
    git("commit", "-q", "-m", "moved", cwd=repo)
    ctx = open_context(repo)
    found = why.run(ctx, "shop/bound/moved.py", 2)
    assert [(node.path, node.by) for node in found.nodes] == [("workflows.pipelines.labels.steps.print_them", "lock")]
    assert found.written is not None
    assert found.written.record.payload["agent"] == name
    assert b"print_them" in ctx.ledger.blob(found.written.record.payload["prompt"])
    assert b"it is done" in ctx.ledger.blob(found.written.record.payload["transcript"])
    assert why.run(ctx, "shop/model.py", 20).written is None


def test_a_person_s_line_is_said_not_to_come_from_the_factory(app: Path, git: Git) -> None:
    (app / "own.py").write_text("x = 1\n")
    git("add", ".", cwd=app)
    git("commit", "-q", "-m", "mine", cwd=app)
    found = ask(app, "own.py", 1)
    assert not found.from_factory
    assert "did not come from the factory" in found.notes[0]


def test_a_line_of_the_spec_is_told_as_the_node_it_is(app: Path) -> None:
    found = ask(app, "factory.yaml", line_of(app, "factory.yaml", "Make labels"))
    assert found.nodes[0].path.startswith("workflows.pipelines.labels.steps.make_labels")
    assert "the spec itself" in found.notes[0]
    assert found.tests


def test_a_person_s_line_in_compiled_code_says_so(app: Path, git: Git) -> None:
    with (app / MODEL).open("a") as file:
        file.write("EDITED = True\n")
    found = ask(app, MODEL, line_of(app, MODEL, "EDITED"))
    assert "not committed yet" in found.notes[0]
    git("commit", "-q", "-a", "-m", "by hand", cwd=app)
    found = ask(app, MODEL, line_of(app, MODEL, "EDITED"))
    assert not found.from_factory
    assert "git factory check" in found.notes[0]


def test_a_whole_file_tells_of_the_run_and_counts_the_commits(app: Path, git: Git) -> None:
    with (app / MODEL).open("a") as file:
        file.write("EDITED = True\n")
    git("commit", "-q", "-a", "-m", "by hand", cwd=app)
    found = ask(app, MODEL)
    assert found.from_factory
    assert min(count for _, count in found.others) == 1
    assert len(found.others) == 2
    assert any(node.by == "head" for node in found.nodes)


def test_records_that_are_not_here_are_said_to_be_missing(app: Path, git: Git, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git("clone", "-q", str(app), str(clone), cwd=tmp_path)
    found = ask(clone, MODEL, line_of(clone, MODEL, "class Item"))
    assert found.from_factory
    assert found.run is None
    assert "git fetch" in found.notes[0]
    git("fetch", "-q", "origin", "refs/factory/ledger:refs/factory/ledger", cwd=clone)
    assert ask(clone, MODEL, line_of(clone, MODEL, "class Item")).run is not None


def test_a_bare_repository_answers_for_its_head(app: Path, git: Git, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git("clone", "-q", "--mirror", str(app), str(bare), cwd=tmp_path)
    found = ask(bare, MODEL, line_of(app, MODEL, "class Item"))
    assert found.run is not None
    assert found.nodes[0].place is not None


def test_what_is_not_there_is_named(app: Path) -> None:
    with pytest.raises(NotFound, match=r"has \d+ lines"):
        ask(app, MODEL, 100_000)
    with pytest.raises(NotFound, match=r"no file shop/modle\.py"):
        ask(app, "shop/modle.py", 1)
    with pytest.raises(UsageError, match="folder"):
        ask(app, "shop", 1)
    (app / "fresh.py").write_text("x = 1\n")
    with pytest.raises(NotFound, match="no commit has this file"):
        ask(app, "fresh.py", 1)


def test_file_and_line_are_told_apart() -> None:
    nothing = lambda name: False  # noqa: E731
    assert why.split("a/b.py:12", nothing) == ("a/b.py", 12)
    assert why.split("a/b.py", nothing) == ("a/b.py", None)
    assert why.split("odd:7", lambda name: name == "odd:7") == ("odd:7", None)
    for bad in ("a.py:0", "a.py:x", "a.py:"):
        with pytest.raises(UsageError):
            why.split(bad, nothing)


def test_the_command_line_from_a_subfolder(app: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "factory_git", "why", *args]
        return subprocess.run(line, cwd=app / "shop", capture_output=True, text=True, check=False)

    line = line_of(app, MODEL, "class Item")
    done = call(f"model.py:{line}")
    assert done.returncode == 0, done.stderr
    assert "data_contracts.entities.item  factory.yaml:5" in done.stdout
    value = json.loads(call(f"model.py:{line}", "--json").stdout)
    assert value["from_factory"] is True
    assert value["nodes"][0]["spec"] == {"file": "factory.yaml", "line": 5}
    assert call("model.py:99999").returncode == 3
    assert call("../../outside.py:1").returncode == 2
