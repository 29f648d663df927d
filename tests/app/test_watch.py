"""The journal as a feed: what is new since a cursor, whatever happened to the ledger in between."""

from __future__ import annotations

import json
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


def test_what_is_no_cursor_is_refused(ctx: Context) -> None:
    note(ctx, "a")
    with pytest.raises(UsageError, match="'yesterday' is no cursor"):
        once(ctx, "yesterday")
    with pytest.raises(NotFound, match="no transaction 0000"):
        once(ctx, "0" * 40)
    with pytest.raises(NotFound, match="no transaction"):
        once(ctx, ctx.ledger.list()[0].record.id)


def test_what_a_program_reads(ctx: Context, repo: Path) -> None:
    note(ctx, "a")
    ctx.ledger.close()
    command = [sys.executable, "-m", "factory_git", "watch", "--once", "--json"]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=True)
    batch = json.loads(done.stdout)
    assert next(one["subject"] for one in batch["transactions"]) == "register type note"
    done = subprocess.run([*command, "--since", batch["cursor"]], cwd=repo, capture_output=True, text=True, check=True)
    assert done.stdout == ""
