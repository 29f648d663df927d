"""Claims: taken, renewed, refused, ended; and what two clones claimed apart."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from factory_git.app import claim, claim_fold
from factory_git.app.context import Context, open_context
from factory_git.core.clock import FixedClock
from factory_git.core.errors import Conflict, NotFound, UsageError
from factory_git.ledger.record import make
from factory_git.ledger.store import REF
from tests.conftest import Git


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    return open_context(repo)


def as_(ctx: Context, email: str, monkeypatch: pytest.MonkeyPatch) -> Context:
    """The same repository in somebody else's hands."""
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", email)
    return open_context(ctx.location.worktree)


def paths(ctx: Context) -> list[tuple[str, ...]]:
    return [one.paths for one in claim.listing(ctx)]


def test_a_claim_stands_until_its_time_is_over(ctx: Context) -> None:
    made = claim.take(ctx, ["src/a.py", "docs/"], task="T1", ttl="30m")
    assert made.paths == ("docs", "src/a.py")
    assert paths(ctx) == [("docs", "src/a.py")]
    cells = ctx.folds.now(claim.CLAIMS)
    assert claim_fold.standing(cells, made.until - timedelta(seconds=1)) == [made]
    assert claim_fold.standing(cells, made.until) == []


@pytest.mark.parametrize(
    ("held", "wanted", "taken"),
    [
        ("src", "src/a.py", True),
        ("src/a.py", "src", True),
        ("src/a.py", "src/a.py", True),
        (".", "any/thing", True),
        ("src", "srcs/a.py", False),
        ("src/a.py", "src/a.pyi", False),
    ],
)
def test_what_somebody_else_has_is_refused(
    ctx: Context, held: str, wanted: str, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim.take(ctx, [held], task="T1", ttl="4h")
    other = as_(ctx, "other@example.com", monkeypatch)
    if not taken:
        assert claim.take(other, [wanted], task="T2", ttl="4h").against == ()
        return
    with pytest.raises(Conflict, match=r"claimed for T1 by author@example.com until") as caught:
        claim.take(other, [wanted], task="T2", ttl="4h")
    assert caught.value.exit_code == 5
    assert paths(other) == [(held,)]


def test_the_owner_renews_and_adds_and_another_task_of_theirs_is_another_claim(ctx: Context) -> None:
    first = claim.take(ctx, ["a"], task="T1", ttl="30m")
    second = claim.take(ctx, ["b"], task="T1", ttl="2d")
    assert paths(ctx) == [("a", "b")]
    assert second.until > first.until
    with pytest.raises(Conflict, match="T1"):
        claim.take(ctx, ["a"], task="T2", ttl="1h")


def test_only_the_owner_releases(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    claim.take(ctx, ["a"], task="T1", ttl="30m")
    other = as_(ctx, "other@example.com", monkeypatch)
    with pytest.raises(NotFound, match=r"other@example\.com has no claim for T1"):
        claim.release(other, task="T1")
    assert claim.release(as_(ctx, "author@example.com", monkeypatch), task="T1") == ["a"]
    assert paths(ctx) == []
    assert claim.take(other, ["a"], task="T2", ttl="1h").owner == "other@example.com"


def test_what_was_released_is_claimed_again_in_the_same_second(ctx: Context) -> None:
    ctx = replace(ctx, clock=FixedClock(ctx.clock.now()))
    for _ in range(3):
        assert claim.take(ctx, ["a"], task="T1", ttl="4h").paths == ("a",)
        claim.release(ctx, task="T1")
        assert paths(ctx) == []


def test_a_renewal_stays_ahead_of_a_claim_that_came_after_the_first(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim.take(ctx, ["a"], task="T1", ttl="1h")
    other = as_(ctx, "other@example.com", monkeypatch)
    end = ctx.clock.now() + timedelta(hours=1)
    claim._write(other, "T2", "other@example.com", ["a"], end)  # as a clone does that knows nothing of the first
    assert [len(one.against) for one in claim.listing(ctx)] == [0, 1]
    mine = as_(ctx, "author@example.com", monkeypatch)
    assert claim.take(mine, ["a"], task="T1", ttl="4h").against == ()
    assert [(one.task, len(one.against)) for one in claim.listing(ctx)] == [("T1", 0), ("T2", 1)]
    with pytest.raises(Conflict, match="claimed for T1"):
        claim.take(as_(ctx, "other@example.com", monkeypatch), ["a"], task="T2", ttl="2h")
    assert claim.take(as_(ctx, "author@example.com", monkeypatch), ["a", "b"], task="T1", ttl="4h").against == ()
    assert claim.listing(ctx)[0].task == "T1", "what is added costs what was there no place"
    late = replace(as_(ctx, "author@example.com", monkeypatch), clock=FixedClock(ctx.clock.now() + timedelta(hours=9)))
    claim._write(late, "T1", "author@example.com", ["a"], late.clock.now() + timedelta(hours=1))
    claim._write(late, "T2", "other@example.com", ["a"], late.clock.now() + timedelta(hours=1))
    assert [one.task for one in claim.listing(late)] == ["T1", "T2"], "what ended is not renewed, but claimed anew"


def test_what_two_clones_claimed_apart_is_told_and_the_same_one_counts_in_both(
    ctx: Context, repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim.take(ctx, ["before"], task="T0", ttl="4h")
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=tmp_path / "other")
    claim.take(ctx, ["a"], task="T1", ttl="4h")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "other@example.com")
    other = open_context(tmp_path / "other")
    claim.take(other, ["a"], task="T2", ttl="4h")
    for here, there in ((ctx, tmp_path / "other"), (other, repo)):
        place = here.location.worktree
        assert place is not None
        git("fetch", "-q", str(there), f"+{REF}:refs/factory-remotes/x/ledger", cwd=place)
        here.ledger.unite(git("rev-parse", "refs/factory-remotes/x/ledger", cwd=place).strip())  # type: ignore[arg-type]
    assert claim.listing(ctx) == claim.listing(other)
    contested = [one for one in claim.listing(ctx) if one.paths == ("a",)]
    assert [len(one.against) for one in contested] == [0, 1]


def test_who_was_as_fast_and_comes_later_steps_back(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    claim.take(ctx, ["a"], task="T1", ttl="4h")
    looks: Iterator[list[claim_fold.Claim] | None] = iter([[], None, None, None])
    real = claim.listing

    def blind_first(of: Context) -> list[claim_fold.Claim]:
        seen = next(looks)
        return real(of) if seen is None else seen

    other = as_(ctx, "other@example.com", monkeypatch)
    monkeypatch.setattr(claim, "listing", blind_first)
    with pytest.raises(Conflict, match="claimed for T1"):
        claim.take(other, ["a"], task="T2", ttl="4h")
    assert [one.task for one in real(other)] == ["T1"]


def test_an_addition_that_loses_the_race_keeps_what_was_there_and_its_place(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = ctx.clock.now() + timedelta(hours=1)
    claim.take(ctx, ["a"], task="T1", ttl="1h")
    claim._write(ctx, "T3", "third@example.com", ["a"], end)  # apart: does not count
    looks: Iterator[int] = iter(range(9))
    real = claim.listing

    def blind_first(of: Context) -> list[claim_fold.Claim]:
        seen = real(of)
        if next(looks) == 0:  # while we looked, somebody else claimed what we add
            claim._write(of, "T2", "other@example.com", ["b"], end)
        return seen

    monkeypatch.setattr(claim, "listing", blind_first)
    with pytest.raises(Conflict, match="b: claimed for T2"):
        claim.take(ctx, ["a", "b"], task="T1", ttl="4h")
    found = {one.task: (one.paths, len(one.against)) for one in real(ctx)}
    assert found == {"T1": (("a",), 0), "T2": (("b",), 0), "T3": (("a",), 1)}


def test_one_path_that_came_late_says_nothing_of_the_others(ctx: Context) -> None:
    end = ctx.clock.now() + timedelta(hours=1)
    claim._write(ctx, "T1", "one@example.com", ["a"], end)
    claim._write(ctx, "T2", "two@example.com", ["b"], end)
    claim._write(ctx, "T1", "one@example.com", ["a", "b"], end)  # as two clones do
    claim._write(ctx, "T3", "three@example.com", ["a"], end)
    by_task = {one.task: one for one in claim.listing(ctx)}
    assert by_task["T1"].against == (by_task["T2"].id,)
    assert by_task["T2"].against == ()
    assert by_task["T3"].against == (by_task["T1"].id,)


@pytest.mark.parametrize(("path", "words"), [("", "empty path"), ("caf\udce9/a", r"caf\\xe9/a is not UTF-8")])
def test_a_path_that_names_nothing_claims_nothing(ctx: Context, path: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        claim.take(ctx, [path], task="T", ttl="1h")
    assert paths(ctx) == []


def test_paths_are_those_of_the_repository_wherever_one_stands(ctx: Context, repo: Path) -> None:
    (repo / "src").mkdir()
    inside = replace(ctx, location=replace(ctx.location, prefix="src/"))
    assert claim.take(inside, ["a.py", "../docs", str(repo / "b")], task="T", ttl="1h").paths == (
        "b",
        "docs",
        "src/a.py",
    )
    for bad in ("../../x", "/elsewhere"):
        with pytest.raises(UsageError, match="lies outside"):
            claim.take(inside, [bad], task="T", ttl="1h")


@pytest.mark.parametrize("ttl", ["", "4", "0h", "4w", "-1h", "soon", "91d", "99999d"])
def test_a_span_that_is_none_is_refused(ctx: Context, ttl: str) -> None:
    with pytest.raises(UsageError, match=r"no span of time|longer than 90 days"):
        claim.take(ctx, ["a"], task="T", ttl=ttl)


def test_what_a_user_sees(ctx: Context, repo: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", "claim", *args]
        return subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    assert call("src", "--for", "T1").stdout.rstrip().endswith("src")
    assert json.loads(call("--json").stdout)[0]["task"] == "T1"
    assert call("src/x", "--for", "T2").returncode == 5
    assert call("--for", "T2").stderr == "nothing is claimed for T2\n"
    assert call("--release", "--for", "T1").stderr == "released: src\n"
    assert (call().stdout, call().stderr) == ("", "nothing is claimed\n")
    assert call("two\nlines\x1b[31m", "--for", "a\ntask\x07").stdout.endswith(' "two\\nlines\\u001b[31m"\n')
    assert "  a task  " in call().stdout
    assert json.loads(call("--release", "--for", "a task", "--json").stdout)["released"] == ["two\nlines\x1b[31m"]


def test_an_expired_claim_is_taken_over(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    claim.take(ctx, ["a"], task="T1", ttl="30m")
    later = as_(ctx, "other@example.com", monkeypatch)
    later = replace(later, clock=FixedClock(ctx.clock.now() + timedelta(hours=1)))
    assert claim.take(later, ["a"], task="T2", ttl="1h").task == "T2"


def test_a_record_that_is_no_claim_stops_nobody(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    claim.take(ctx, ["a"], task="T1", ttl="4h")
    whole = ctx.ledger.list(type="claim")[0].record.payload
    hostile = open_context(ctx.location.worktree)
    monkeypatch.setattr(hostile.ledger._types, "check", lambda _: None)  # another program, which checks nothing
    bad = ({"title": "x"}, {**whole, "until": "2099-01-01T00:00:00"}, {**whole, "until": "2099-99-99T00:00:00+00:00"})
    hostile.ledger.append([make("claim", payload) for payload in bad])
    ctx = open_context(ctx.location.worktree)
    assert paths(ctx) == [("a",)]
    assert [("breaks its schema" in one) for one in ctx.ledger.notices] == [True, True]
    assert claim.take(ctx, ["b"], task="T2", ttl="4h").paths == ("b",)
