"""Run compiled acceptance tests in a process of their own and say what was proven, test by test.

Only these measurements count: the tests that the compiler wrote, each of them, run by the engine's own interpreter,
with at least one assertion that passed. Configuration, plugins, ``conftest.py`` and byte code that lie in the folder
have no say. What this does not give is a wall inside the process: code under test that sets out to forge the reporter's
memory could; that takes a sandbox and a second process per call, and the code is read by people before.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factory_git.core.errors import AgentFailed
from factory_git.executors.environment import allowed
from factory_git.executors.local import Completed, End, run

CHILD = Path(__file__).with_name("acceptance_child.py")
OUTPUT_LIMIT = 400_000
HINT = "pip install 'git-factory[acceptance]'"
UNKNOWN = (4, 5)  # what pytest ends with when an id is not found, when nothing was collected
UNREADABLE = "cannot be collected"
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """What one test showed. ``outcome``: passed, failed, skipped, xfail, error, hollow (no assertion), missing."""

    __test__ = False  # not a test itself, whatever pytest thinks of the name

    test: str
    outcome: str
    assertions: int
    seconds: float
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The whole of one acceptance run. ``problem`` is set when the run itself went wrong, whatever the tests say."""

    results: tuple[TestResult, ...]
    problem: str
    completed: Completed | None
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every expected test passed with an assertion, and there was at least one."""
        return bool(self.results) and not self.problem and all(r.outcome == "passed" for r in self.results)

    @property
    def matched_nothing(self) -> bool:
        """Whether pytest knew none of the tests, though every file it looked into could be read."""
        unknown = self.completed is not None and self.completed.returncode in UNKNOWN
        return unknown and UNREADABLE not in self.problem and all(r.outcome == "missing" for r in self.results)

    @property
    def assertions(self) -> int:
        """Assertions that passed, all tests together."""
        return sum(result.assertions for result in self.results)


def require(modules: Iterable[str]) -> None:
    """Raise :class:`AgentFailed` (``acceptance/missing``) when the engine's interpreter lacks one of ``modules``."""
    for name in modules:
        if importlib.util.find_spec(name) is None:
            raise AgentFailed(
                f"the acceptance tests need {name}, which {sys.executable} does not have",
                code="acceptance/missing",
                hint=HINT,
            )


def prove(root: Path, package: str, tests: Sequence[str], *, timeout: float, own: bool = False) -> Proven:
    """Run ``tests`` (pytest node ids relative to ``root``) against ``package`` in ``root``.

    ``own``: they are the user's, so the folder's configuration, ``conftest.py`` and installed plugins have their say.
    """
    if not tests:
        return Proven(results=(), problem="no test was asked for", completed=None, seconds=0.0)
    for folder in {(root / test.split("::")[0]).parent for test in tests}:
        # pytest keeps rewritten tests as byte code of its own, and would take one that a commit brought along.
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="factory-proof-") as scratch, tempfile.TemporaryFile() as report:
        orders = {"root": str(root), "package": package, "tests": list(tests), "report": report.fileno(), "own": own}
        completed = run(
            [sys.executable, "-P", "-B", str(CHILD)],
            cwd=root,
            env=_environment(scratch, own=own),
            stdin=json.dumps(orders).encode(),
            timeout=timeout,
            limit=OUTPUT_LIMIT,
            pass_fds=(report.fileno(),),
        )
        report.seek(0)
        lines = _lines(report.read())
    results, problem = _judge(lines, tests, completed)
    return Proven(results=results, problem=problem, completed=completed, seconds=completed.seconds)


def _environment(scratch: str, *, own: bool) -> dict[str, str]:
    home = os.path.join(scratch, "home")  # noqa: PTH118 (a text for the environment)
    Path(home).mkdir()
    alone = {} if own else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return alone | allowed(
        HOME=home,
        XDG_CONFIG_HOME=home,
        XDG_CACHE_HOME=home,
        TMPDIR=scratch,
        PYTHONHASHSEED="0",
        HYPOTHESIS_STORAGE_DIRECTORY=os.path.join(scratch, "hypothesis"),  # noqa: PTH118
    )


def _lines(data: bytes) -> list[dict[str, Any]]:
    out = []
    for line in data.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            value = {"broken": True}
        out.append(value if isinstance(value, dict) else {"broken": True})
    return out


def _judge(
    lines: list[dict[str, Any]], tests: Sequence[str], completed: Completed
) -> tuple[tuple[TestResult, ...], str]:
    """The result of every expected test: ``missing`` when nothing was heard of it, ``hollow`` without an assertion."""
    heard = {str(line["test"]): line for line in lines if "test" in line}
    why = f"the test did not run{_unread(lines)}"
    results = []
    for test in tests:
        mine = [line for name, line in heard.items() if name == test or name.startswith((f"{test}[", f"{test}::"))]
        results += [_result(line) for line in mine] or [
            TestResult(test=test, outcome="missing", assertions=0, seconds=0.0, message=why)
        ]
    return tuple(results), _problem(lines, completed)


def _unread(lines: list[dict[str, Any]]) -> str:
    """Why a test file could not be read, in one line: ``: ModuleNotFoundError: No module named 'src'``."""
    told = [str(line["message"]) for line in lines if "collect" in line]
    errors = [line[1:].strip() for line in told[0].splitlines() if line.startswith("E ")] if told else []
    return f": {ADDRESS.sub('', errors[-1])}" if errors else ""


def _result(line: dict[str, Any]) -> TestResult:
    outcome, assertions = str(line["outcome"]), int(line["assertions"])
    message = ADDRESS.sub("", str(line["message"]))  # the same failure reads the same in every run
    if outcome == "passed" and not assertions:
        outcome, message = "hollow", "the test passed without one assertion: it shows nothing"
    return TestResult(
        test=str(line["test"]),
        outcome=outcome,
        assertions=assertions,
        seconds=round(float(line["seconds"]), 4),
        message=message,
    )


def _problem(lines: list[dict[str, Any]], completed: Completed) -> str:
    """Why the run as a whole proves nothing; empty when it went as it should."""
    if completed.end is End.TIMEOUT:
        return "the tests ran into the time-out"
    if completed.end is End.SIGNAL:
        return f"the tests were ended by signal {completed.signal}"
    if completed.end is End.MISSING:
        return f"the interpreter did not start: {completed.stderr.decode(errors='replace')}"
    if any("broken" in line for line in lines):
        return "the report of the tests is damaged"
    collect = [line for line in lines if "collect" in line]
    if collect:
        return f"{collect[0]['collect']} {UNREADABLE}:\n{collect[0]['message']}"
    if not lines or not lines[-1].get("finished"):
        return f"the tests ended before their report did (exit {completed.returncode})"
    code = lines[-1]["exit"]
    if code not in (0, 1) or completed.returncode != code:
        return f"pytest ended with exit {completed.returncode}"
    return ""
