"""What a verdict says that follows from the run's steps alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory_git.engine.decide import Conclude
from factory_git.engine.state import ACCEPTANCE, Outcome, State, Verdict


def facts(state: State, action: Conclude) -> dict[str, Any]:
    """The part of a verdict's payload that anybody can work out again from the records."""
    plan, proof = state.last("plan"), last_proof(state)
    tests = proof.get("tests", ())
    seconds: dict[str, Any] = {}
    for step in state.steps:
        seconds[step.phase] = round(float(seconds.get(step.phase, 0)) + float(step.payload["seconds"]), 4)
    done, promoted = state.last("done"), state.last("promote")
    return {
        "run": state.run,
        "outcome": action.verdict.value,
        "reason": action.reason,
        "iterations": action.iteration,
        "spec_digest": plan.payload["spec_digest"] if plan and "spec_digest" in plan.payload else "",
        "compiler": plan.payload["compiler"] if plan and "compiler" in plan.payload else "",
        "tests": len(tests),
        "passed": sum(test["outcome"] == "passed" for test in tests),
        "assertions": proof.get("assertions", 0),
        "inherited": list(done.payload.get("inherited", ())) if done else [],
        "commit": state.result if action.verdict is Verdict.CONVERGED else None,
        "promoted": promoted is not None and promoted.outcome is Outcome.PROMOTED,
        "seconds": seconds,
    }


def last_proof(state: State) -> Mapping[str, Any]:
    """The payload of the last acceptance run."""
    for step in reversed(state.steps):
        if step.phase == "validate" and step.payload.get("suite") == ACCEPTANCE:
            return step.payload
    return {}
