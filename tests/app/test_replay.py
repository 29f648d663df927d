"""A finished run, folded again, is the same to the byte; and what was forged is named with its step."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from factory_git.app import replay
from factory_git.app.context import open_context
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.engine.phases import validate
from factory_git.engine.replay import replay as again
from factory_git.ledger.record import Record, make
from tests.engine.fakes import BOUND_FILE, GOOD, Git, Shop, make_shop
from tests.engine.test_kill import proves


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = make_shop(tmp_path / "shop", git, monkeypatch)
    monkeypatch.setattr(validate, "prove", proves)
    return shop


def run_of(shop: Shop) -> RecordId:
    return next(record.id for record in reversed(shop.records()) if record.type == "run")


def records_of(shop: Shop) -> list[Record]:
    ctx = open_context(shop.path)
    return [entry.record for entry in ctx.ledger.list(run=run_of(shop))]


@pytest.fixture
def finished(shop: Shop) -> Shop:
    shop.commit({BOUND_FILE: GOOD}, "the hole")
    assert shop.run().specs[0].outcome == "converged"
    return shop


def test_a_finished_run_is_the_same_to_the_byte(finished: Shop) -> None:
    first = replay.run(open_context(finished.path), run_of(finished)[:8])
    assert (first.replayed.wrong, first.replayed.steps) == ("", 6)
    assert first.as_json()["outcome"] == "converged"
    finished.git("gc", "-q", "--prune=now")
    for path in (finished.path / ".git/factory").glob("*.sqlite*"):
        path.unlink()
    assert replay.run(open_context(finished.path), run_of(finished)).as_json() == first.as_json()


def test_the_order_that_records_come_in_does_not_matter(finished: Shop) -> None:
    records = records_of(finished)
    wanted = again(records)
    for seed in range(5):
        Random(seed).shuffle(records)
        assert again(records) == wanted


@pytest.mark.parametrize("outcome", ["the hole is open", "abandoned", "promoted by hand"])
def test_runs_that_ended_otherwise_are_the_same_too(shop: Shop, outcome: str) -> None:
    if outcome == "promoted by hand":
        shop.commit({BOUND_FILE: GOOD}, "the hole")
        shop.run(promote=False)
    else:
        shop.run()
    if outcome == "abandoned":
        records = [record for record in records_of(shop) if record.type in ("run", "plan")]
        payload = {
            "run": run_of(shop), "spec": "shop", "title": "t", "outcome": "abandoned",
            "reason": "a new run was started", "iterations": 1, "promoted": False, "commit": None,
        }  # fmt: skip
        head = next(record.id for record in records if record.type == "plan")
        assert again([*records, make("verdict", payload, [head])]).wrong == ""
    found = again(records_of(shop))
    assert found.wrong == "", found
    assert found.state.verdict is not None


def changed(records: list[Record], type_: str, **payload: Any) -> list[Record]:
    """The records with one payload changed, and nothing else: as if ids did not tell."""
    return [replace(one, payload={**one.payload, **payload}) if one.type == type_ else one for one in records]


@pytest.mark.parametrize(
    ("type_", "payload", "at", "words"),
    [
        ("plan", {"iteration": 2}, 1, "recorded is plan in iteration 2, decided is plan in iteration 1"),
        ("validate", {"commit": "0" * 40}, 3, "recorded is validate of 000000000000, decided is validate of"),
        ("validate", {"suite": "holdout"}, 3, "recorded are holdout tests, decided are acceptance ones"),
        ("validate", {"outcome": "failed"}, 4, "recorded is done in iteration 1, decided is"),
        ("promotion", {"outcome": "moved"}, 0, "recorded is the verdict converged, decided is integrate"),
        ("promotion", {"step": 9}, 9, "step 6 is missing"),
        (
            "verdict",
            {"outcome": "not converged"},
            0,
            'the verdict says outcome "not converged", the steps say "converged"',
        ),
        ("verdict", {"tests": 7}, 0, "the verdict says tests 7, the steps say 1"),
        ("verdict", {"promoted": False}, 0, "the verdict says promoted false, the steps say true"),
    ],
)
def test_what_does_not_follow_is_named(
    finished: Shop, type_: str, payload: dict[str, Any], at: int, words: str
) -> None:
    found = again(changed(records_of(finished), type_, **payload))
    assert found.at == at
    assert words in found.wrong


@pytest.mark.parametrize("type_", ["plan", "implement", "validate", "done"])
def test_a_step_that_is_gone_is_missed(finished: Shop, type_: str) -> None:
    found = again([record for record in records_of(finished) if record.type != type_])
    assert "is missing" in found.wrong


def test_a_record_that_follows_something_else_is_named(finished: Shop) -> None:
    records = records_of(finished)
    moved = [replace(one, parents=(RecordId("0" * 40),)) if one.type == "done" else one for one in records]
    assert "its record does not follow" in again(moved).wrong


def test_what_a_user_sees(finished: Shop) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", "replay", *args]
        return subprocess.run(command, cwd=finished.path, capture_output=True, text=True, check=False)

    run_id = run_of(finished)
    done = call(run_id[:10])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"run {run_id[:10]}  converged  6 steps, the same  ")
    assert json.loads(call(run_id, "--json").stdout)["digest"] == done.stdout.split()[-1]
    ctx = open_context(finished.path)
    run = ctx.ledger.get(run_id)
    forged = ctx.ledger.put("run", {**run.payload, "started": "2020-01-01T00:00:00Z"}, run.parents)
    payload = next(one.payload for one in finished.records() if one.type == "verdict")
    ctx.ledger.put("verdict", {**payload, "run": forged}, [forged])
    ctx.ledger.close()
    done = call(forged)
    assert (done.returncode, done.stdout) == (
        1, "the end: recorded is the verdict converged, decided is plan in iteration 1\n",
    )  # fmt: skip
    assert json.loads(call(forged, "--json").stdout)["same"] is False


def test_what_is_no_run_is_refused(finished: Shop) -> None:
    ctx = open_context(finished.path)
    plan = next(one.id for one in finished.records() if one.type == "plan")
    with pytest.raises(UsageError, match="is a plan, no run"):
        replay.run(ctx, plan)
    with pytest.raises(NotFound):
        replay.run(ctx, "0" * 40)
