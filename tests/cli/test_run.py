"""``git factory run`` as a process: data on standard output, talk on standard error, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.fakes import Git

SPEC = """\
factory: 1
app: {id: tiny, title: Tiny}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, qty: int}}
    - {name: Total, made: true, fields: {id: text, qty: int}}
workflows:
  pipelines:
    - name: Double
      steps:
        - {name: Doubling, each: Item, make: Total, set: {id: it.id, qty: it.qty * 2}}
acceptance:
  - name: Twice as many
    given: {Item: [[id, qty], [a, 2]]}
    when: {run: double}
    then: ["Total.exists(t, t.qty == 4)"]
"""


def factory(cwd: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "factory_git", *args],
        cwd=cwd,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tiny(repo: Path, git: Git) -> Path:
    (repo / "factory.yaml").write_text(SPEC)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "spec", cwd=repo)
    return repo


def test_a_spec_becomes_code_in_one_command_and_then_there_is_nothing_to_do(tiny: Path, git: Git) -> None:
    done = factory(tiny, "run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tiny: converged\n")
    assert "1 of 1 tests passed" in done.stdout
    assert [line.split()[1] for line in done.stderr.splitlines()] == [
        "plan", "implement", "validate", "done", "integrate", "promote",
    ]  # fmt: skip
    assert "\r" not in done.stderr
    again = factory(tiny, "run", "--json")
    assert (again.returncode, again.stderr) == (0, "")
    assert json.loads(again.stdout)["specs"][0]["outcome"] == "nothing to do"
    verdict = factory(tiny, "list", "--type", "verdict").stdout
    assert "converged" in verdict


def test_json_is_all_there_is_on_standard_output_whatever_the_verdict(tiny: Path, git: Git) -> None:
    (tiny / "factory.yaml").write_text(SPEC.replace("t.qty == 4", "t.qty == 5"))
    git("commit", "-qam", "wrong", cwd=tiny)
    done = factory(tiny, "run", "--json")
    assert done.returncode == 1
    value = json.loads(done.stdout)
    assert (value["exit"], value["specs"][0]["outcome"]) == (1, "not converged")
    assert set(value["specs"][0]) >= {"spec", "outcome", "tests", "assertions", "commit", "ids", "seconds", "failures"}
    assert done.stderr == ""
    assert factory(tiny, "verify").returncode == 0


def test_errors_have_a_hint_and_an_exit_code(tiny: Path) -> None:
    done = factory(tiny, "run", "--max-iterations", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert factory(tiny, "run", "nothing-of-that-name").returncode == 3
    assert factory(tiny, "run", "--agent", "gpt").returncode == 2
    (tiny / "factory.yaml").write_text(SPEC + "# changed\n")
    done = factory(tiny, "run", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert json.loads(done.stderr)["error"]["code"] == "run/spec-not-committed"


def test_a_spec_that_does_not_compile_is_an_input_error_with_its_place(tiny: Path, git: Git) -> None:
    (tiny / "factory.yaml").write_text(SPEC.replace("it.qty * 2", "it.qtty * 2"))
    git("commit", "-qam", "typo", cwd=tiny)
    done = factory(tiny, "run")
    assert done.returncode == 2
    assert "factory.yaml:11" in done.stderr
    assert "qtty" in done.stderr
