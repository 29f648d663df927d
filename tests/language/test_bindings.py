"""Code of one's own: bound where the spec says it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.compiler.support import application

PLAN = """
factory: 1
app: {id: plan}
identity: {purpose: Machines run}
code:
  workflows.pipelines.plan.steps.predict: {at: src/predict.py::predict, mode: bound}
data_contracts:
  entities: [{name: Risk, made: true, fields: {id: text key}}]
workflows:
  pipelines:
    - {name: Plan, steps: [{name: Predict, make: Risk}]}
acceptance: [Later]
"""


def test_a_step_bound_to_a_file_that_is_not_there_gets_a_stub(tmp_path: Path) -> None:
    with application(PLAN, tmp_path) as app:
        assert (tmp_path / "src" / "predict.py").exists()
        with pytest.raises(app.module("kit").NotBound):
            app.run(app.module("model").World(), "plan")


TWO = PLAN.replace(
    "code:",
    "code:\n  workflows.pipelines.more.steps.guess: {at: src/predict.py::guess, mode: bound}",
).replace("acceptance: [Later]", "    - {name: More, steps: [{name: Guess, make: Risk}]}\nacceptance: [Later]")


def test_steps_of_two_pipelines_may_share_a_file_and_its_stub_is_typed(tmp_path: Path) -> None:
    with application(TWO, tmp_path):
        text = (tmp_path / "src" / "predict.py").read_text()
    assert "def predict(world: World, run: PlanArgs) -> None:" in text
    assert "def guess(world: World, run: MoreArgs) -> None:" in text
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases", "src", "plan"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    for check in (["check"], ["format", "--check"]):
        line = [sys.executable, "-m", "ruff", *check, "--isolated", "src"]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
