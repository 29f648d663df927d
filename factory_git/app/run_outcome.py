"""The state of a run, turned into what the user is told."""

from __future__ import annotations

from typing import Any

from factory_git.app.run_result import BLOCKED, SpecResult
from factory_git.engine.loop import Ended
from factory_git.engine.state import State, Verdict


def result(ended: Ended, branch: str) -> SpecResult:
    """The result of a run that ended or is blocked."""
    state, verdict = ended.state, ended.state.verdict_payload
    ids = {"run": state.run, **({"verdict": state.verdict} if state.verdict else {})}
    candidate = state.last("implement")
    if candidate is not None:
        ids["candidate"] = candidate.record
    promoted = state.last("promote")
    if promoted is not None:
        ids["promotion"] = promoted.record
    spec = str(state.settings["spec"])
    if ended.blocked is not None:
        return SpecResult(
            spec=spec, outcome=BLOCKED, reason=str(ended.blocked.payload["reason"]), commit=state.result or "",
            hint=str(ended.blocked.payload.get("hint", "")), iterations=state.iteration, branch=branch, ids=ids,
        )  # fmt: skip
    last, plan = state.steps[-1].payload if state.steps else {}, state.last("plan")
    return SpecResult(
        spec=spec,
        outcome=str(verdict["outcome"]),
        reason=str(verdict["reason"]),
        hint=_hint(str(verdict["outcome"]), last, list(verdict.get("holes", ()))),
        iterations=int(verdict.get("iterations", 0)),
        tests=int(verdict.get("tests", 0)),
        passed=int(verdict.get("passed", 0)),
        assertions=int(verdict.get("assertions", 0)),
        commit=str(verdict.get("commit") or ""),
        branch=branch,
        promoted=bool(verdict.get("promoted")),
        holes=tuple(verdict.get("holes", ())),
        compiled=plan is None or bool(plan.payload.get("files", 1)),
        inherited=tuple(verdict.get("inherited", ())),
        failures=tuple(_failures(state)),
        ids=ids,
        seconds={phase: float(value) for phase, value in verdict.get("seconds", {}).items()},
    )


def _failures(state: State) -> list[str]:
    """What failed in the last iteration, a line each."""
    if not state.steps:
        return []
    payload = state.steps[-1].payload
    out = [finding.split("\n")[0] for finding in payload.get("findings", ())]
    out += [f"{test['test']}: {test['outcome']}: {_gist(test.get('message', ''))}" for test in _failed(payload)]
    out += [
        f"$ {command['command']}: exit {command['exit']}"
        for command in payload.get("commands", ())
        if command["outcome"] == "failed"
    ]
    return out


def _failed(payload: Any) -> list[Any]:
    return [test for test in payload.get("tests", ()) if test["outcome"] != "passed"]


def _reached(holes: list[str], payload: Any) -> bool:
    """Whether a test failed because it came to a hole."""
    return any(hole in test.get("message", "") for test in _failed(payload) for hole in holes)


def _gist(message: str) -> str:
    """The line of a failure that says most: pytest's ``E`` line, else the last one."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    return " ".join(marked[:3] or lines[-1:])[:300]


def _hint(outcome: str, last: Any, holes: list[str]) -> str:
    if last.get("hint"):
        return str(last["hint"])
    if last.get("failure") == "missing":
        return "name a program that can be started here: --agent 'command: /path/to/my-agent {worktree}'"
    if outcome == Verdict.NOT_CONVERGED and last.get("findings"):
        return "git factory check --all tells what to do about each finding; an agent may: --agent 'command: …'"
    if outcome == Verdict.NOT_CONVERGED and holes and _reached(holes, last):
        return "bind the holes to skills, write them yourself, or let an agent: --agent 'command: my-agent {worktree}'"
    if outcome == Verdict.REFUSED:
        return "put the wish into the spec, or compile over the changes: git factory run --drift reconverge"
    if outcome == Verdict.UNPROVEN:
        return "write scenarios under `acceptance:` with given, when and then"
    return ""
