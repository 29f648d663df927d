"""What is proven is what the last run of this very spec measured."""

from __future__ import annotations

from pathlib import Path

import factory_git
from factory_git.app import spec_status
from factory_git.core.ids import SpecPath
from factory_git.spec.ladder import Rung
from tests.spec.helpers import FARMER

SCENARIO = "acceptance.no_harvest_from_phi_locked_blocks"
GATE = SpecPath("workflows.pipelines.contract_allocation.steps.phi_gate")
BASE = "0" * 40


def record(repo: Path, digest: str, *outcomes: str) -> None:
    """A run of the farmer spec and what its acceptance tests showed."""
    ledger = factory_git.open(repo)
    run = ledger.put(
        "run",
        {
            "agent": "compiler", "base": BASE, "branch": "refs/heads/main", "drift": "refuse", "holdout": False,
            "iterations": 1, "promote": True, "sources": {}, "spec": "farmer", "spec_digest": digest,
            "started": f"2026-06-09T00:00:00Z {' '.join(outcomes)}", "timeout": "60", "title": "farmer",
        },
    )  # fmt: skip
    tests = [
        {"test": f"t{n}", "outcome": outcome, "assertions": 1, "seconds": 0, "scenario": SCENARIO}
        for n, outcome in enumerate(outcomes)
    ]
    outcome = "passed" if set(outcomes) == {"passed"} else "failed"
    ledger.put(
        "validate",
        {
            "commit": BASE, "iteration": 1, "outcome": outcome, "phase": "validate", "run": run, "seconds": 0,
            "spec": "farmer", "step": 1, "suite": "acceptance", "tests": tests, "title": "tests",
        },
        [run],
    )  # fmt: skip


def rung(repo: Path) -> Rung:
    (status,) = spec_status.run(start=repo)
    return status.growth.rungs[GATE]


def test_a_scenario_that_passed_on_this_spec_proves_what_it_covers(repo: Path) -> None:
    (repo / "factory.yaml").write_bytes(FARMER.read_bytes())
    (status,) = spec_status.run(start=repo)
    assert rung(repo) is Rung.BOUND
    record(repo, "f" * 64, "passed")
    assert rung(repo) is Rung.BOUND, "another version of the spec proves nothing here"
    record(repo, status.digest, "passed", "passed")
    assert rung(repo) is Rung.PROVEN
    record(repo, status.digest, "passed", "failed")
    assert rung(repo) is Rung.BOUND, "the last result counts"


def test_a_change_of_the_spec_takes_the_proof_away_and_a_comment_does_not(repo: Path) -> None:
    file = repo / "factory.yaml"
    file.write_bytes(FARMER.read_bytes())
    (status,) = spec_status.run(start=repo)
    record(repo, status.digest, "passed")
    file.write_text("# a comment\n" + FARMER.read_text())
    assert rung(repo) is Rung.PROVEN
    file.write_text(FARMER.read_text().replace("max: 120", "max: 121"))
    assert rung(repo) is Rung.BOUND
