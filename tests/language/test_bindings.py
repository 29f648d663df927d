"""Code of one's own: bound where the spec says it stands."""

from __future__ import annotations

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


@pytest.mark.xfail(strict=True, reason="no stub is written where code: binds a step to a file that is not there")
def test_a_step_bound_to_a_file_that_is_not_there_gets_a_stub(tmp_path: Path) -> None:
    with application(PLAN, tmp_path) as app:
        assert (tmp_path / "src" / "predict.py").exists()
        with pytest.raises(app.module("kit").NotBound):
            app.run(app.module("model").World(), "plan")
