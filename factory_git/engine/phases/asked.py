"""A scenario's own ``test:``, a command or a pytest id: run once, judged once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from factory_git.core.errors import AgentFailed
from factory_git.engine.phases.command import run_command
from factory_git.engine.workshop import Workshop
from factory_git.executors.acceptance import Proven, prove
from factory_git.spec.model import Scenario

SHOWN = 4000  # characters of a failure kept in the record


def is_id(text: str) -> bool:
    """Whether ``test:`` is a pytest id (``tests/test_x.py::test_y``, ``tests/test_x.py``) and not a command."""
    return len(text.split()) == 1 and text.partition("::")[0].endswith(".py")


def judge(shop: Workshop, place: Path, package: str, scenario: Scenario, name: str) -> dict[str, Any]:
    """Run the scenario's test in ``place`` and say how it went, under ``name``.

    An id has the outcomes of compiled tests: without one assertion it is ``hollow``. A command has made one assertion
    when it ended with 0. Raises :class:`AgentFailed` when the program is not installed or the id matches no test.
    """
    assert scenario.test is not None
    text = scenario.test.text.strip()
    found = _id(shop, place, package, scenario, text) if is_id(text) else _command(shop, place, text)
    return {"test": name, "scenario": scenario.path, "covers": list(scenario.covers), **found}


def _id(shop: Workshop, place: Path, package: str, scenario: Scenario, text: str) -> dict[str, Any]:
    proven = prove(place, package, [text], timeout=shop.limits.timeout, own=True)
    if proven.matched_nothing:
        raise AgentFailed(
            f"{scenario.path}: there is no test {text}",
            code="run/no-such-test",
            hint="commit the test, or correct the id under `test:`",
        )
    bad = next((one for one in proven.results if one.outcome != "passed"), None)
    outcome = "passed" if proven.passed else bad.outcome if bad else "error"
    said = "\n".join(part for part in (proven.problem, bad.message if bad else "") if part) or _output(proven)
    return {
        "outcome": outcome,
        "assertions": proven.assertions,
        "seconds": round(proven.seconds, 4),
        **({} if proven.passed else {"message": said[:SHOWN]}),
    }


def _output(proven: Proven) -> str:
    return proven.completed.stdout.decode(errors="replace")[-SHOWN:] if proven.completed else ""


def _command(shop: Workshop, place: Path, text: str) -> dict[str, Any]:
    ran = run_command(shop, place, text)
    why = ran.why or f"exit {ran.exit}"
    return {
        "outcome": "passed" if ran.ok else "failed",
        "assertions": int(ran.ok),
        "seconds": round(ran.seconds, 4),
        **({} if ran.ok else {"message": f"{ran.stdout}\n{ran.stderr}".strip()[-SHOWN:] + f"\n{why}"}),
    }
