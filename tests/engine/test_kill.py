"""Killed at any named point, a run goes on: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.engine.phases import validate
from factory_git.executors.acceptance import Proven, TestResult
from tests.engine.fakes import BOUND_FILE, GOOD, WRITE_GOOD, Git, Shop, make_shop

# The store's own: see tests/crash.
BELOW = ("append:", "file:", "place:", "pack:", "journal:", "recover:", "join:", "index:")


class Killed(BaseException):
    """A death in process: no handler of the program takes it."""


def proves(place: Path, package: str, tests: list[str], *, timeout: float) -> Proven:
    """The verdict on these tests without the second that pytest takes."""
    good = (place / BOUND_FILE).read_text() == GOOD
    results = tuple(TestResult(test=t, outcome="passed" if good else "failed", assertions=1, seconds=0) for t in tests)
    return Proven(results=results, problem="", completed=None, seconds=0.0)


@pytest.fixture
def make(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Shop]:
    monkeypatch.setattr(validate, "prove", proves)
    return lambda name: make_shop(tmp_path / name, git, monkeypatch)


def points(shop: Shop, agent: str) -> list[str]:
    """The named points of a whole run, in order, without those of the store below it."""
    seen: list[str] = []
    assert shop.run(seen.append, agent=agent).specs[0].outcome == "converged"
    return [name for name in seen if not name.startswith(BELOW)]


def kill_at(number: int) -> Callable[[str], None]:
    left = [number]

    def checkpoint(name: str) -> None:
        if name.startswith(BELOW):
            return
        if left[0] == 0:
            raise Killed(name)
        left[0] -= 1

    return checkpoint


def sound(shop: Shop, before: str) -> None:
    """What must hold after a run that was killed and resumed."""
    records = shop.records()
    counts = Counter(record.type for record in records)
    assert counts == {
        "sequence": 1, "run": 1, "plan": 1, "implement": 1, "candidate": 1, "validate": 1, "done": 1, "phase": 1,
        "promotion": 1, "verdict": 1,
    }, counts  # fmt: skip
    assert shop.git("rev-list", f"{before}..main").count("\n") == 0, "one commit was promoted"
    assert shop.show(BOUND_FILE) == GOOD
    assert shop.git("status", "--porcelain") == ""
    assert shop.git("fsck", "--strict", "--no-dangling") == ""
    assert shop.clean()


def test_a_run_killed_at_any_point_goes_on(make: Callable[[str], Shop]) -> None:
    model = make("model")
    agent = model.agent(WRITE_GOOD)
    names = points(model, agent)
    assert len(names) > 20
    assert {"sequence:end", "implement:pinned", "promote:checkout", "promote:ref", "promote:moved"} <= set(names)
    for number, name in enumerate(names):
        shop = make(f"killed-{number}")
        before = shop.git("rev-parse", "main")
        with pytest.raises(Killed, match=name):
            shop.run(kill_at(number), agent=agent)
        known = {record.id for record in shop.records()}
        one = shop.run(resume=True).specs[0]
        assert (one.outcome, one.promoted) == ("converged", True), (name, one)
        assert known <= {record.id for record in shop.records()}, f"killed at {name}: a record was lost"
        sound(shop, before)


def test_killed_twice_in_a_row_it_still_goes_on(make: Callable[[str], Shop]) -> None:
    shop = make("twice")
    before, agent = shop.git("rev-parse", "main"), shop.agent(WRITE_GOOD)
    with pytest.raises(Killed):
        shop.run(kill_at(6), agent=agent)
    with pytest.raises(Killed):
        shop.run(kill_at(8), resume=True)
    assert shop.run(resume=True).specs[0].outcome == "converged"
    sound(shop, before)


def test_resume_begins_what_was_killed_before_its_first_record(make: Callable[[str], Shop]) -> None:
    shop = make("fresh")
    assert shop.run(resume=True, agent=shop.agent(WRITE_GOOD)).specs[0].outcome == "converged"


def test_a_run_that_ended_is_not_run_again_by_resume(make: Callable[[str], Shop]) -> None:
    shop = make("ended")
    shop.run(agent=shop.agent(WRITE_GOOD))
    tip = shop.git("rev-parse", "refs/factory/ledger")
    result = shop.run(resume=True)
    assert result.specs[0].outcome == "converged"
    assert "no run to resume" in result.notices[0]
    assert shop.git("rev-parse", "refs/factory/ledger") == tip


def test_a_new_run_closes_the_one_that_was_left_open(make: Callable[[str], Shop]) -> None:
    shop = make("open")
    agent = shop.agent(WRITE_GOOD)
    with pytest.raises(Killed):
        shop.run(kill_at(8), agent=agent)
    assert shop.run(agent=agent).specs[0].outcome == "converged"
    assert [record.payload["outcome"] for record in shop.records("verdict")] == ["abandoned", "converged"]


REAL = """
import os, signal, sys
import pytest
from pathlib import Path
from factory_git.app.context import open_context
from factory_git.app.run import run
from factory_git.app.run_session import Options
from factory_git.core import points
from factory_git.engine import making
from factory_git.engine.phases import validate
from tests.engine.fakes import Seen, fake_compile
from tests.engine.test_kill import proves

making.compile_spec, validate.prove = fake_compile, proves

def checkpoint(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

with points.listening(checkpoint):
    run(open_context(sys.argv[1]), Options(agent=sys.argv[3]), Seen())
"""


@pytest.mark.parametrize("point", ["implement:agent", "implement:pinned", "promote:ref", "promote:moved", "done:end"])
def test_a_real_kill_is_survived(make: Callable[[str], Shop], point: str) -> None:
    shop = make("real")
    before, agent = shop.git("rev-parse", "main"), shop.agent(WRITE_GOOD)
    top = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(REAL), str(shop.path), point, agent],
        cwd=top, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert shop.run(resume=True).specs[0].outcome == "converged"
    sound(shop, before)
