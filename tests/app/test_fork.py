"""A fork goes on from an earlier transaction, as a ledger of its own; the ledger it left knows nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import fork, memory, replay, state, verify
from factory_git.app.context import Context, open_context
from factory_git.core.errors import Conflict, NotFound, UsageError
from factory_git.engine.phases import validate
from factory_git.ledger.store import REF
from tests.conftest import Git
from tests.engine.fakes import BOUND_FILE, GOOD, make_shop
from tests.engine.test_kill import proves


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    for text in ("a", "b", "c"):
        memory.add(ctx, text)
    return ctx


def on(ctx: Context, made: fork.Fork, git: Git) -> Context:
    """The fork, as a process sees it whose configuration names it."""
    place = ctx.location.worktree
    assert place is not None
    git("config", "factory.ref", made.ref, cwd=place)
    there = open_context(place)
    assert there.ledger.tip is not None  # the setting is read, and the next process has another one
    git("config", "--unset", "factory.ref", cwd=place)
    return there


def titles(ctx: Context) -> list[str]:
    return [one.text for one in memory.listing(ctx)]


def test_a_fork_goes_on_from_where_it_left_and_the_ledger_from_where_it_is(ctx: Context, git: Git, repo: Path) -> None:
    made = fork.run(ctx, "2")
    assert (made.name, made.ref, made.number, made.held) == ("at-2", "refs/factory/forks/at-2", 2, 2)
    there = on(ctx, made, git)
    assert titles(there) == ["a", "b"]
    memory.add(there, "d")
    memory.add(ctx, "e")
    memory.add(there, "f")
    own = {path.name for path in (repo / ".git/factory/forks/at-2").iterdir()}
    assert {"index.sqlite", "acknowledged"} <= own, "who reads the one does not take the other's index away"
    for _ in range(2):  # in turn, and by processes that begin anew: neither takes the other's promises for its own
        assert titles(there) == ["a", "b", "d", "f"]
        assert titles(ctx) == ["a", "b", "c", "e"]
        there, ctx = on(ctx, made, git), open_context(repo)
        assert (verify.run(there).report.ok, verify.run(ctx).report.ok) == (True, True)
        assert there.ledger.notices == ctx.ledger.notices == ()
    assert state.run(there).transactions == 4
    memory.add(there, "g")
    memory.add(ctx, "h")
    assert titles(on(ctx, made, git)) == ["a", "b", "d", "f", "g"]
    assert titles(open_context(repo)) == ["a", "b", "c", "e", "h"]


def test_forks_are_listed_with_where_they_left_and_how_far_they_went(ctx: Context, git: Git) -> None:
    assert fork.branches(ctx) == []
    one, two = fork.run(ctx, "2"), fork.run(ctx, "3", name="try-this")
    there = on(ctx, one, git)
    memory.add(there, "d")
    memory.add(there, "e")
    found = fork.branches(ctx)
    assert [(made.name, made.number, made.held, made.ahead) for made in found] == [
        ("at-2", 2, 2, 2),
        ("try-this", 3, 3, 0),
    ]
    assert (found[0].left, found[0].tip, found[1].tip) == (one.tip, there.ledger.tip, two.tip)


def test_a_fork_is_made_of_a_record_too(ctx: Context) -> None:
    second = memory.listing(ctx)[1]
    made = fork.run(ctx, second.id[:9], name="x")
    assert (made.number, made.tip) == (2, fork.run(ctx, "2").tip)


def test_names_do_not_clash(ctx: Context) -> None:
    assert [fork.run(ctx, "1").name for _ in range(3)] == ["at-1", "at-1-2", "at-1-3"]
    with pytest.raises(Conflict, match="there is a fork at-1"):
        fork.run(ctx, "2", name="at-1")
    for name in ("a/b", "..", ".a", "a..b", "a.lock", "-a", "a b", "a" * 61, "a.", "a~1"):
        with pytest.raises(UsageError, match="cannot name a fork"):
            fork.run(ctx, "2", name=name)


@pytest.mark.parametrize(
    ("at", "kind", "words"),
    [
        ("4", UsageError, "there are 3 transactions, not 4"),
        ("0", UsageError, "a fork goes on from a transaction"),
        ("2.5", UsageError, "2.5 is no number"),
        ("-2", UsageError, "-2 is no number"),
        ("beef", NotFound, "no transaction and no record"),
    ],
)
def test_where_nothing_can_go_on_is_refused(ctx: Context, at: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        fork.run(ctx, at)
    assert fork.branches(ctx) == []


def test_a_dry_run_changes_nothing(ctx: Context) -> None:
    assert fork.run(ctx, "2", dry_run=True).number == 2
    assert fork.branches(ctx) == []


def test_tampering_with_a_fork_is_noticed(ctx: Context, git: Git, repo: Path) -> None:
    made = fork.run(ctx, "3")
    there = on(ctx, made, git)
    memory.add(there, "d")
    assert verify.run(there).report.ok
    tree = git("ls-tree", "-r", made.ref, cwd=repo).splitlines()
    gone = next(line for line in tree if there.ledger.list()[0].record.id in line)
    git("read-tree", made.ref, cwd=repo)
    git("update-index", "--force-remove", gone.split("\t")[1], cwd=repo)
    changed = git("write-tree", cwd=repo).strip()
    forged = git("commit-tree", changed, "-p", made.ref, "-m", "x\n\nFactory-Format: 1", cwd=repo).strip()
    git("update-ref", made.ref, forged, cwd=repo)
    report = verify.run(on(ctx, made, git), verify.Options(full=True)).report
    assert not report.ok
    assert verify.run(open_context(repo)).report.ok, "the ledger is not concerned"


def test_a_fork_that_lost_what_it_acknowledged_is_noticed(ctx: Context, git: Git, repo: Path) -> None:
    made = fork.run(ctx, "2")
    memory.add(on(ctx, made, git), "d")
    git("update-ref", made.ref, f"{made.ref}~1", cwd=repo)
    there = on(ctx, made, git)
    assert [one.code for one in verify.run(there).report.problems] == ["ledger/lost"]
    memory.add(there, "e")
    assert titles(there) == ["a", "b", "d", "e"], "the next append unites what was lost"


def test_a_fork_survives_gc_and_one_that_was_given_up_leaves_nothing(ctx: Context, git: Git, repo: Path) -> None:
    made = fork.run(ctx, "1")
    memory.add(on(ctx, made, git), "d")
    git("gc", "-q", "--prune=now", cwd=repo)
    assert titles(on(ctx, made, git)) == ["a", "d"]
    git("update-ref", "-d", made.ref, cwd=repo)
    ctx = open_context(repo)
    there = on(ctx, fork.run(ctx, "2", name="at-1"), git)
    memory.add(there, "e")
    assert titles(there) == ["a", "b", "e"], "nothing of the fork before it under that name"


def test_a_fork_of_what_another_clone_wrote_has_what_that_clone_had(
    ctx: Context, repo: Path, git: Git, tmp_path: Path
) -> None:
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", REF, cwd=tmp_path / "other")
    git("update-ref", REF, "FETCH_HEAD~1", cwd=tmp_path / "other")
    other = open_context(tmp_path / "other")
    theirs = memory.add(other, "theirs")
    git("fetch", "-q", str(tmp_path / "other"), REF, cwd=repo)
    assert other.ledger.tip is not None
    ctx.ledger.unite(other.ledger.tip)
    made = fork.run(ctx, theirs)
    assert made.tip == other.ledger.tip
    assert titles(on(ctx, made, git)) == ["a", "b", "theirs"]
    ours = next(one for one in memory.listing(ctx) if one.text == "c")
    assert {made.held, fork.run(ctx, ours.id).held} == {3}
    assert {made.number, ctx.ledger.number(ctx.ledger.entry(ours.id).tx)} == {3, 4}


def test_a_run_is_replayed_on_a_fork(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make_shop(tmp_path / "shop", git, monkeypatch)
    monkeypatch.setattr(validate, "prove", proves)
    shop.commit({BOUND_FILE: GOOD}, "the hole")
    run_id = shop.run().specs[0].ids["run"]
    ctx = open_context(shop.path)
    whole = replay.run(ctx, run_id)
    count = state.run(ctx).transactions
    there = on(ctx, fork.run(ctx, str(count - 1)), git)
    found = replay.run(there, run_id)
    assert (found.replayed.wrong, found.replayed.steps, found.replayed.state.verdict) == ("", 6, None)
    verdict = next(one for one in ctx.ledger.list(type="verdict"))
    there.ledger.append([verdict.record])
    assert replay.run(there, run_id).digest == whole.digest


def test_what_a_user_sees(ctx: Context, repo: Path) -> None:
    def call(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        python = f'!"{sys.executable}" -m factory_git'
        command = ["git", "-c", f"alias.f={python}", *args]
        return subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False, env={**os.environ, **env})

    done = call("f", "fork", "2", "--name", "x")
    assert (done.returncode, done.stdout) == (0, "refs/factory/forks/x\n")
    ref = ("-c", "factory.ref=refs/factory/forks/x")
    assert call(*ref, "f", "memory", "add", "d").returncode == 0
    assert call(*ref, "f", "state").stdout.startswith("3 transactions, 3 records at ")
    assert call(*ref, "f", "verify").returncode == 0
    assert call("f", "branches").stdout.split()[1:5] == ["x", "left", "at", "2"]
    (one,) = json.loads(call("f", "branches", "--json").stdout)
    assert (one["name"], one["number"], one["ahead"]) == ("x", 2, 1)
    assert [call("f", "fork", at).returncode for at in ("9", "1.5", "deadbeef")] == [2, 2, 3]
