"""Maintenance: when it is due, one at a time, never in a hook, forks too; and no gc beside it loses a record."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import maintenance
from factory_git.app.context import Context, open_context
from factory_git.core import points
from factory_git.core.errors import Conflict
from factory_git.gitio import lock, refs, repack, upkeep
from factory_git.gitio.child import GitFailed
from factory_git.gitio.locate import Location
from factory_git.ledger.store import REF
from tests.conftest import Git

FORK = "refs/factory/forks/what-if"
SOAK = "FACTORY_SOAK" in os.environ


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", {"type": "object"})
    return ctx


def fill(ctx: Context, count: int, word: str = "note") -> None:
    for number in range(count):
        ctx.ledger.put("note", {"title": f"{word} {number}"})


def on_fork(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setenv("FACTORY_REF", FORK)
    found = open_context(repo)
    assert found.settings.text("ref") == FORK
    monkeypatch.delenv("FACTORY_REF")
    return found


def test_a_fork_that_grew_makes_it_due_and_its_packs_are_joined(
    ctx: Context, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "PACKS", 8)
    git("update-ref", FORK, REF, cwd=repo)
    fork = on_fork(repo, monkeypatch)
    fill(fork, 12, "fork")
    assert maintenance.due(ctx)
    done = maintenance.run(ctx, auto=True)
    assert done.packs_before >= 12
    assert done.packs_after <= 4
    assert not maintenance.due(ctx)
    assert len(open_context(repo).ledger.list(type="note")) == 0
    assert len(on_fork(repo, monkeypatch).ledger.list(type="note")) == 12
    assert git("fsck", "--strict", cwd=repo) == ""


def test_one_at_a_time(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(upkeep, "in_background", lambda _, *args: started.append(args))
    monkeypatch.setattr(maintenance, "PACKS", 2)
    fill(ctx, 5)
    with lock.exclusive(ctx.location.factory_dir / maintenance.LOCK):
        assert not maintenance.start_if_due(ctx)
        assert maintenance.run(ctx, auto=True).why == f"another one is at work: process {os.getpid()}"
        with pytest.raises(Conflict, match=f"process {os.getpid()}"):
            maintenance.run(ctx)
    assert maintenance.start_if_due(ctx)
    assert started == [("maintenance", "--auto")]


@pytest.mark.parametrize("name", ["GIT_PREFIX", "GIT_INDEX_FILE", "GIT_QUARANTINE_PATH"])
def test_never_in_a_hook(ctx: Context, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(upkeep, "in_background", lambda _, *args: started.append(args))
    monkeypatch.setattr(maintenance, "PACKS", 2)
    fill(ctx, 5)
    assert not maintenance.start_if_due(ctx, {name: ""})
    assert maintenance.run(ctx, auto=True, environ={name: ""}).due is False
    assert started == []


@pytest.mark.parametrize("hook", ["pre-commit", "post-commit", "commit-msg", "pre-push", "post-checkout"])
def test_a_real_hook_that_calls_us_starts_none(ctx: Context, repo: Path, git: Git, tmp_path: Path, hook: str) -> None:
    fill(ctx, maintenance.PACKS + 1)
    ctx.ledger.close()
    git("init", "-q", "--bare", "hub.git", cwd=tmp_path)
    git("remote", "add", "origin", str(tmp_path / "hub.git"), cwd=repo)
    script = repo / ".git/hooks" / hook
    command = f"'{sys.executable}' -m factory_git maintenance --auto > '{tmp_path}/said' 2>&1"
    script.write_text(f"#!/bin/sh\n{command}\n")
    script.chmod(0o755)
    git("commit", "-q", "--allow-empty", "-m", "second", cwd=repo)
    git("push", "-q", "origin", "HEAD", cwd=repo)
    git("checkout", "-q", "-b", "other", cwd=repo)
    assert (tmp_path / "said").read_text() == "not in a hook\n"
    assert maintenance.due(open_context(repo))
    subprocess.run(["sh", "-c", command], cwd=repo, check=True)
    assert not maintenance.due(open_context(repo)), "the same command from a shell does it"


def test_a_commit_graph_whose_lock_was_left_is_written_all_the_same(ctx: Context, repo: Path) -> None:
    path = repo / ".git/objects/info/commit-graphs/commit-graph-chain.lock"
    path.parent.mkdir(parents=True)
    path.touch()
    done = maintenance.run(ctx)
    assert not done.commit_graph
    assert "was not written" in done.notices[0]
    os.utime(path, (0, 0))
    done = maintenance.run(ctx)
    assert done.commit_graph
    assert "removed a stale lock" in done.notices[0]


TAKES = [["gc", "-q", "--prune=now"], ["repack", "-a", "-d", "-q"], ["prune", "--expire=now"]]


@pytest.mark.parametrize("command", TAKES, ids=" ".join)
def test_between_any_two_steps_git_takes_nothing_that_is_in_flight(
    ctx: Context, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Of an append to the ledger, an append to a fork, and the joining of their packs."""
    met: list[str] = []

    def happens(name: str) -> None:
        if name.startswith(("append:", "join:")):
            met.append(name)
            git(*command, cwd=repo)

    git("update-ref", FORK, REF, cwd=repo)
    fork = on_fork(repo, monkeypatch)
    for one in (ctx, fork):
        fill(one, 3, "before")
    with points.listening(happens):
        for one in (ctx, fork):
            fill(one, 2, "during")
        maintenance.run(ctx)
    assert {"append:pack-written", "append:ref-moved"} <= set(met)
    for found in (open_context(repo), on_fork(repo, monkeypatch)):
        assert len(found.ledger.list(type="note")) == 5
        assert found.ledger.verify().ok
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


def test_packs_that_are_gone_before_they_are_joined_are_in_another(
    ctx: Context, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ctx, 6)
    real, calls = repack.join, iter(range(9))

    def beside(*args: Any, **options: Any) -> str:
        if next(calls) == 0:
            git("gc", "-q", "--prune=now", cwd=repo)
        return real(*args, **options)

    monkeypatch.setattr(repack, "join", beside)
    assert maintenance.run(ctx).packs_after <= 1
    assert len(open_context(repo).ledger.list(type="note")) == 6


APPEND = """
import sys
import time
from pathlib import Path
from factory_git.app.context import open_context
ctx, word = open_context(Path(sys.argv[1])), sys.argv[2]
for number in range(int(sys.argv[3])):
    ctx.ledger.put("note", {"title": f"{word} {number}"}, blobs=[f"{word} content {number}".encode()])
    print(number, flush=True)
"""


@pytest.mark.soak
def test_no_gc_beside_writers_loses_a_record(
    ctx: Context, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writers, one of a fork, beside all that takes packs away, until they have written everything."""
    count = 1_500 if SOAK else 60
    git("update-ref", FORK, REF, cwd=repo)
    ctx.ledger.close()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND, str(repo), word, str(count)],
            stdout=subprocess.PIPE, env=os.environ | {"FACTORY_REF": ref},
        )
        for word, ref in (("main", REF), ("also", REF), ("fork", FORK))
    ]  # fmt: skip
    care = (
        ["git", "gc", "-q", "--prune=now"],
        ["git", "repack", "-a", "-d", "-q"],
        [sys.executable, "-m", "factory_git", "maintenance"],
        ["git", "prune", "--expire=now"],
    )
    ended = []
    while any(one.poll() is None for one in writers):
        ended += [subprocess.run(one, cwd=repo, capture_output=True, text=True, check=False) for one in care]
    ours = [one for one in ended if one.args[0] == sys.executable]
    assert ours
    assert [one.stderr for one in ours if one.returncode] == []
    for one in writers:
        said, _ = one.communicate()
        assert (one.returncode, len(said.split())) == (0, count)
    for found, words in ((open_context(repo), {"main", "also"}), (on_fork(repo, monkeypatch), {"fork"})):
        titles = {entry.record.payload["title"] for entry in found.ledger.list(type="note")}
        assert titles == {f"{word} {number}" for word in words for number in range(count)}
        assert found.ledger.verify().ok
    git("gc", "-q", "--prune=now", cwd=repo)
    assert git("fsck", "--strict", "--connectivity-only", cwd=repo) == ""
    assert open_context(repo).ledger.verify().ok


def test_a_collection_of_gits_own_is_let_be(ctx: Context, repo: Path) -> None:
    fill(ctx, 2)
    (repo / ".git/gc.pid").write_text(f"{os.getpid()} {os.uname().nodename}\n")  # as Git writes it
    done = maintenance.run(ctx, gc=True)
    assert not done.gc
    assert any("already running" in notice for notice in done.notices)


def test_what_a_killed_git_left_of_the_commit_graph_is_taken_away_by_the_next_one(
    ctx: Context, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ctx, 2)
    chain = repo / ".git/objects/info/commit-graphs/commit-graph-chain.lock"
    real = upkeep.write_commit_graph

    def killed(location: Location) -> None:
        chain.parent.mkdir(parents=True, exist_ok=True)
        chain.touch()
        raise GitFailed(["git", "commit-graph"], -9, "")

    monkeypatch.setattr(upkeep, "write_commit_graph", killed)
    assert not maintenance.run(ctx).commit_graph
    monkeypatch.setattr(upkeep, "write_commit_graph", real)
    os.utime(chain, (time.time() - 20, time.time() - 20))  # old for a lock of a moment, young for that of a stranger
    note = ctx.location.factory_dir / maintenance.NOTE
    os.utime(note, (time.time() - 30, time.time() - 30))
    assert maintenance.run(ctx).commit_graph
    assert not chain.exists()


def test_half_packed_refs_go_with_their_lock(repo: Path, git: Git) -> None:
    for name in ("packed-refs.lock", "packed-refs.new"):
        (repo / ".git" / name).touch()
        os.utime(repo / ".git" / name, (time.time() - 60, time.time() - 60))
    refs.free(repo / ".git/packed-refs.lock")
    git("pack-refs", "--all", cwd=repo)
    assert not (repo / ".git/packed-refs.new").exists()
