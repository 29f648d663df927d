"""What the next iteration is told of the last one: every failure, each bounded, every cut marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from factory_git.engine.state import HOLDOUT, Outcome, State

LINE = 400
SECTION = 6_000
TOTAL = 24_000


def bounded(text: str, limit: int = SECTION, line: int = LINE) -> str:
    """``text`` with long lines and the middle cut, each cut marked with how much is missing."""
    lines = [_line(one, line) for one in text.splitlines()]
    whole = "\n".join(lines)
    if len(whole) <= limit:
        return whole
    head: list[str] = []
    tail: list[str] = []
    used = 0
    while lines and used < limit:
        take = lines.pop(0) if len(head) <= len(tail) else lines.pop()
        (head if len(head) <= len(tail) else tail).append(take)
        used += len(take) + 1
    return "\n".join([*head, f"[… {len(lines)} lines cut …]", *reversed(tail)])


def _line(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    keep = limit // 2
    return f"{text[:keep]}[… {len(text) - 2 * keep} characters cut …]{text[-keep:]}"


def of_last_iteration(state: State, withheld: Iterable[str] = ()) -> str:
    """The failures of the newest finished iteration, whichever phases found them; empty when there are none.

    ``withheld`` are texts of holdout scenarios: should one stand in an output, it is taken out.
    """
    done = [step for step in state.steps if step.outcome is not Outcome.READY]
    if not done:
        return ""
    number = done[-1].iteration
    sections = [_section(step.phase, step.payload) for step in done if step.iteration == number]
    text = "\n\n".join(section for section in sections if section)
    for secret in sorted(withheld, key=len, reverse=True):
        text = text.replace(secret, "[withheld]")
    return bounded(text, TOTAL)


def _section(phase: str, payload: Mapping[str, Any]) -> str:
    """One phase's failures as text; empty when it has none."""
    if payload["outcome"] in (Outcome.PASSED, Outcome.CANDIDATE, Outcome.SAME, Outcome.MERGED):
        return _refused(payload)
    if phase == "validate" and payload.get("suite") == HOLDOUT:
        return "## validate\nChecks that are not shown failed."
    parts = [f"## {phase}: {payload['outcome']}"]
    if payload.get("reason"):
        parts.append(bounded(str(payload["reason"])))
    parts += [
        f"### {test['test']}: {test['outcome']}\n{bounded(test.get('message', ''))}"
        for test in payload.get("tests", ())
        if test["outcome"] != "passed"
    ]
    parts += [f"### the rules: {bounded(finding)}" for finding in payload.get("findings", ())]
    parts += [
        f"### $ {command['command']}\n{command['outcome']} (exit {command['exit']})\n"
        f"{bounded(command['stdout'])}\n{bounded(command['stderr'])}"
        for command in payload.get("commands", ())
        if command["outcome"] != "passed"
    ]
    if refused := _refused(payload):
        parts.append(refused)
    return "\n".join(parts)


def _refused(payload: Mapping[str, Any]) -> str:
    refused = payload.get("refused", ())
    if not refused:
        return ""
    lines = [f"- {item['path']}: {item['why']}" for item in refused]
    return "These changes were not taken:\n" + bounded("\n".join(lines))
