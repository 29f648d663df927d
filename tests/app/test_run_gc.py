"""``git gc --prune=now`` in the middle of a run, and agents that only wait: nothing is lost, nothing is written."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from factory_git.app import claim, watch
from factory_git.app.context import Context, open_context
from factory_git.core.clock import FixedClock
from factory_git.engine.claim import claim as held
from tests.conftest import Git
from tests.engine.fakes import WRITE_GOOD, Shop, make_shop
from tests.ledger.conftest import ANY, NOON

SOAK = bool(os.environ.get("FACTORY_SOAK"))
STEPS = {"plan", "implement", "validate", "promote", "verdict"}  # in the long form also between those of an append


def everything(repo: Path) -> dict[str, tuple[int, bytes]]:
    """Time of change and content of every file of the repository but its caches."""
    found = (path for path in (repo / ".git").rglob("*") if path.is_file() and "index.sqlite" not in path.name)
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return make_shop(tmp_path / "shop", git, monkeypatch)


def test_a_collection_at_every_step_of_a_run_takes_nothing(shop: Shop, tmp_path: Path) -> None:
    """What is in flight hangs on a ref, or on a pack that is kept; loose objects of nobody's are gone each time."""
    collected: list[str] = []

    def collect(name: str) -> None:
        if not SOAK and name.split(":", maxsplit=1)[0] not in STEPS:
            return
        collected.append(name)
        if name != "implement:commit" or collected.count(name) < 3:  # it is written again three times, not for ever
            subprocess.run(["git", "gc", "-q", "--prune=now"], cwd=shop.path, check=True)

    result = shop.run(collect, agent=shop.agent(WRITE_GOOD))
    assert [str(one.outcome) for one in result.specs] == ["converged"]
    assert {name.split(":")[0] for name in collected} >= STEPS
    assert shop.git("for-each-ref", "refs/factory/attempts") == "", "what was held is let go"
    assert shop.git("fsck", "--strict", "--no-dangling") == ""
    ledger = open_context(shop.path).ledger
    assert ledger.verify().ok
    for record in shop.records():
        assert ledger.get(record.id) == record
    subprocess.run(["git", "gc", "-q", "--prune=now"], cwd=shop.path, check=True)
    assert ledger.verify().ok


def test_an_hour_of_twenty_idle_agents_writes_nothing(repo: Path, git: Git) -> None:
    """They watch, ask what is claimed, hold what they claimed and a run: that they are alive is no record."""
    clock = FixedClock(NOON)
    ctx = open_context(repo, clock=clock)
    ctx.ledger.register("note", ANY)
    for agent in range(20):
        claim.take(ctx, [f"folder{agent}"], task=f"task {agent}", ttl="4h")
    tip = ctx.ledger.tip
    agents = [open_context(repo, clock=clock) for _ in range(20)]
    for one in agents:
        assert len(claim.listing(one)) == 20
    with held(repo / ".git", ["shop"], clock):
        before = everything(repo)
        for _ in range(60):
            clock.at += timedelta(minutes=1)
            for one in agents:
                look(one, str(tip))
        assert everything(repo) == before
    assert ctx.ledger.tip == tip
    assert git("for-each-ref", "--format=%(refname)", "refs/factory", cwd=repo).split() == ["refs/factory/ledger"]


def look(ctx: Context, cursor: str) -> None:
    assert list(watch.run(ctx, watch.Options(since=cursor, once=True))) == []
    assert len(claim.listing(ctx)) == 20
