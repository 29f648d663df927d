"""Killed anywhere, nothing acknowledged is lost, and the next command goes on by itself.

The short form kills at every named point once and a few times in every other way; ``FACTORY_SOAK=1`` kills thousands
of times and prints the figures (``pytest -s``, or ``python -m tests.benchmarks.crash``).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.crash import deaths, tracing
from tests.crash.campaign import campaign, declared, table
from tests.crash.harness import Stage, Tally
from tests.crash.scenes import SCENES, git

SOAK = bool(os.environ.get("FACTORY_SOAK"))
MOST = int(os.environ["FACTORY_SOAK"]) if os.environ.get("FACTORY_SOAK", "").isdigit() else 0
LONG = 120  # deaths of a kind in each scene, in the long form
PROMISED = 30.0  # seconds: a lock of Git's must be ten old before it is nobody's, and there may be two
ELSEWHERE = {  # points of commands that take seconds: killed at by tests of their own
    "apply:": "tests/app/test_apply.py",
    "deploy:": "tests/app/test_deploy.py",
    "rollback:": "tests/app/test_rollback.py",
    "…:done": "tests/app/test_deploy.py",
}


@pytest.mark.soak
def test_killed_anywhere_nothing_acknowledged_is_lost_and_the_next_command_goes_on(tmp_path: Path) -> None:
    most = (MOST if MOST > 1 else LONG) if SOAK else 1
    rows, total = [], Tally()
    for scene, kind, tally in campaign(tmp_path, most):
        rows.append((scene, kind, tally))
        total.add(tally)
    print(f"\n{table(rows)}")
    assert not total.faults, "\n\n".join(total.faults[:20])
    assert total.lost == 0
    assert total.kills > (2000 if SOAK else 60)
    assert total.acknowledged > (1000 if SOAK else 15)
    assert total.longest < PROMISED
    never = [
        name
        for name, pattern in declared().items()
        if not name.startswith(tuple(ELSEWHERE)) and not any(pattern.fullmatch(died) for died in total.died)
    ]
    assert not never, f"nobody was killed at {never}: let a scene of tests/crash/scenes.py come to them"


def test_points_are_found_in_the_program() -> None:
    """What the harness is held to is read from the source, so that no list has to be kept."""
    found = declared()
    assert {"append:ref-moved", "index:begun", "sync:united", "join:packed", "…:begin", "pack:…"} <= set(found)
    for prefix, where in ELSEWHERE.items():
        assert not any(name.startswith(prefix) for name in found) or Path(where).name


def scene(name: str, tmp_path: Path) -> Stage:
    return Stage(next(one for one in SCENES if one.name == name), tmp_path)


def test_a_death_that_loses_a_record_is_noticed(tmp_path: Path) -> None:
    """The harness is no use if it cannot see: a record that was acknowledged and then lost is told as lost."""
    stage = scene("append", tmp_path)

    def forgets(work: deaths.Work, at: Path) -> deaths.Death:
        death = deaths.at_point(work, 40)
        git("update-ref", "refs/factory/ledger", "refs/factory/ledger~1", cwd=at / "here")
        return death

    found = stage.kill(forgets, gc=False)
    assert found.kills == 1
    assert found.lost == 1
    assert "LOST" in found.faults[0]


@pytest.mark.skipif(not tracing.works(), reason="asks the kernel to trace a child")
def test_half_of_a_write_is_written_and_then_the_tree_dies(tmp_path: Path) -> None:
    def work() -> None:
        subprocess.run([sys.executable, "-c", textwrap.dedent(PROGRAM), str(tmp_path)], check=True)

    calls = tracing.traced(work, tmp_path, at=0)
    assert (calls.code, (tmp_path / "file").read_bytes()) == (0, b"0123456789")
    for number in calls.below:
        (tmp_path / "file").unlink(missing_ok=True)
        found = tracing.traced(work, tmp_path, at=number, victim="torn")
        if "write " in found.struck and number in calls.tears:
            break
    assert found.code == -signal.SIGKILL
    assert (tmp_path / "file").read_bytes() == b"01234"


PROGRAM = """
import os, sys
fd = os.open(os.path.join(sys.argv[1], "file"), os.O_WRONLY | os.O_CREAT)
os.write(fd, b"0123456789")
"""
