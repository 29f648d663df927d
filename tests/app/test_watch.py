"""The journal as a feed: what is new since a cursor, whatever happened to the ledger in between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import watch
from factory_git.app.context import Context, open_context
from factory_git.core.errors import NotFound, UsageError
from factory_git.ledger.store import REF
from tests.conftest import Git

ANY = {"type": "object"}


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    return ctx


def note(ctx: Context, text: str, stream: str = "") -> None:
    ctx.ledger.put("note", {"title": text}, stream=stream)


def once(ctx: Context, since: str = "", stream: str = "") -> tuple[list[str], str]:
    batches = list(watch.run(ctx, watch.Options(since=since, stream=stream, once=True)))
    titles = [row.title for batch in batches for one in batch.entries for row in one.records if row.type == "note"]
    return titles, batches[-1].cursor if batches else since


def test_a_cursor_goes_on_where_it_ended(ctx: Context) -> None:
    note(ctx, "a")
    titles, cursor = once(ctx)
    assert titles == ["a"]
    note(ctx, "b")
    note(ctx, "c")
    titles, cursor = once(ctx, cursor)
    assert titles == ["b", "c"]
    assert once(ctx, cursor) == ([], cursor)


def test_new_transactions_come_while_one_waits(ctx: Context) -> None:
    note(ctx, "a")
    waited: list[float] = []

    def happens(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            note(ctx, "b")

    feed = watch.run(ctx, watch.Options(), wait=happens)
    assert next(one.tx.subject for one in next(feed).entries) == "register type note"
    assert [row.title for one in next(feed).entries for row in one.records] == ["b"]
    assert len(waited) == 3, "nothing came while nothing happened"


def test_a_cursor_survives_sync_and_gc(ctx: Context, repo: Path, git: Git, tmp_path: Path) -> None:
    note(ctx, "ours before")
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=tmp_path / "other")
    _, cursor = once(ctx)
    for turn in range(3):  # whichever side the order puts first
        other = open_context(tmp_path / "other")
        note(other, f"theirs {turn}")
        note(ctx, f"ours {turn}")
        git("fetch", "-q", str(tmp_path / "other"), f"+{REF}:refs/factory-remotes/x/ledger", cwd=repo)
        ctx.ledger.unite(git("rev-parse", "refs/factory-remotes/x/ledger", cwd=repo).strip())  # type: ignore[arg-type]
        git("gc", "-q", "--prune=now", cwd=repo)
        ctx = open_context(repo)
        titles, cursor = once(ctx, cursor)
        assert sorted(titles) == [f"ours {turn}", f"theirs {turn}"], "all that is new, and nothing twice"
        git("fetch", "-q", str(repo), f"+{REF}:refs/factory-remotes/x/ledger", cwd=tmp_path / "other")
        other.ledger.unite(
            git("rev-parse", "refs/factory-remotes/x/ledger", cwd=tmp_path / "other").strip()  # type: ignore[arg-type]
        )


def test_one_stream_only(ctx: Context) -> None:
    note(ctx, "a", stream="runs/1")
    note(ctx, "b", stream="runs/2")
    titles, cursor = once(ctx, stream="runs/2")
    assert titles == ["b"]
    note(ctx, "c", stream="runs/1")
    titles, later = once(ctx, cursor, stream="runs/2")
    assert titles == []
    assert later != cursor, "what was passed over is not looked at again"


def test_what_is_no_cursor_is_refused_with_the_way_on(ctx: Context, repo: Path, git: Git, tmp_path: Path) -> None:
    note(ctx, "a")
    with pytest.raises(UsageError, match="'nonsense' is no cursor"):
        once(ctx, "nonsense")
    with pytest.raises(NotFound, match="no transaction 0000") as caught:
        once(ctx, "0" * 40)
    assert "--since '2 days ago'" in caught.value.hint
    for other in (ctx.ledger.list()[0].record.id, git("rev-parse", "HEAD", cwd=repo).strip()):
        with pytest.raises(NotFound, match="no transaction"):
            once(ctx, other)
    git("init", "-q", "empty", cwd=tmp_path)
    with pytest.raises(NotFound, match="no transaction"):
        once(open_context(tmp_path / "empty"), "0" * 40)


def test_a_number_and_a_time_are_points_to_go_on_from(ctx: Context) -> None:
    for text in ("a", "b", "c"):
        note(ctx, text)
    assert once(ctx, "2")[0] == ["b", "c"]
    assert once(ctx, "4")[0] == []
    assert once(ctx, "2001-01-01")[0] == ["a", "b", "c"]
    with pytest.raises(UsageError, match="there are 4 transactions, not 5"):
        once(ctx, "5")


def test_a_rewritten_history_is_told_again_and_that_is_said(ctx: Context, repo: Path, git: Git) -> None:
    note(ctx, "a")
    before = ctx.ledger.tip
    note(ctx, "b")
    _, cursor = once(ctx)
    rewritten = git(
        "commit-tree", f"{cursor}^{{tree}}", "-p", str(before), cwd=repo, stdin=git(
            "log", "-1", "--format=%B", cursor, cwd=repo
        ).replace("note b", "note c"),
    ).strip()  # fmt: skip
    git("update-ref", REF, rewritten, cwd=repo)
    (ctx.location.factory_dir / "acknowledged").unlink()
    ctx = open_context(repo)
    (batch,) = watch.run(ctx, watch.Options(since=cursor, once=True))
    assert [one.tx.oid for one in batch.entries] == [rewritten], "what came before both is not told again"
    assert f"does not hold the cursor {cursor[:12]} any more" in batch.notice
    assert list(watch.run(ctx, watch.Options(since=batch.cursor, once=True))) == []
    git("gc", "-q", "--prune=now", cwd=repo)
    with pytest.raises(NotFound, match="no transaction"):
        once(open_context(repo), cursor)


def test_a_rewrite_while_one_waits_is_told_in_the_feed(ctx: Context, repo: Path, git: Git) -> None:
    note(ctx, "a")
    first = ctx.ledger.tip
    note(ctx, "b")

    def happens(_: float) -> None:
        git("update-ref", REF, str(first), cwd=repo)
        (ctx.location.factory_dir / "acknowledged").unlink(missing_ok=True)
        note(open_context(repo), "c")

    feed = watch.run(ctx, watch.Options(), wait=happens)
    assert next(feed).notice == ""
    batch = next(feed)
    assert [row.title for one in batch.entries for row in one.records] == ["c"]
    assert batch.notice


def test_a_long_history_comes_in_parts_that_leave_nothing_out(
    ctx: Context, repo: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "MOST", 3)
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", f"{REF}:{REF}", cwd=tmp_path / "other")
    other = open_context(tmp_path / "other")
    for turn in range(5):
        note(ctx, f"ours {turn}")
        note(other, f"theirs {turn}")
    git("fetch", "-q", str(tmp_path / "other"), f"{REF}:refs/factory-remotes/x/ledger", cwd=repo)
    ctx.ledger.unite(git("rev-parse", "refs/factory-remotes/x/ledger", cwd=repo).strip())  # type: ignore[arg-type]
    for turn in range(5):
        note(ctx, f"later {turn}")
    batches = list(watch.run(ctx, watch.Options(once=True)))
    assert len(batches) > 2
    every = {one.record.payload["title"] for one in ctx.ledger.list(type="note")}
    titles = [row.title for batch in batches for one in batch.entries for row in one.records if row.type == "note"]
    assert set(titles) == every
    for at, batch in enumerate(batches):  # from each cursor on, nothing that was not told before is missing
        told = {row.title for one in batches[: at + 1] for entry in one.entries for row in entry.records}
        assert set(once(ctx, batch.cursor)[0]) >= every - told


def test_a_feed_that_is_interrupted_ends_without_a_complaint(ctx: Context, repo: Path) -> None:
    note(ctx, "a")
    ctx.ledger.close()
    command = [sys.executable, "-m", "factory_git", "watch"]
    with subprocess.Popen(command, cwd=repo, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as feed:
        assert feed.stdout is not None
        assert feed.stderr is not None
        while "note  a" not in (line := feed.stdout.readline()):
            assert line, "the feed ended"
        feed.send_signal(signal.SIGINT)
        assert feed.wait() == 130
        assert "error" not in feed.stderr.read()


def test_what_a_program_reads(ctx: Context, repo: Path) -> None:
    note(ctx, "a")
    ctx.ledger.close()
    command = [sys.executable, "-m", "factory_git", "watch", "--once", "--json"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=True)
    batch = json.loads(done.stdout)
    assert next(one["subject"] for one in batch["transactions"]) == "register type note"
    done = subprocess.run([*command, "--since", batch["cursor"]], cwd=repo, capture_output=True, text=True, check=True)
    assert done.stdout == ""
