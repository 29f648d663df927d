"""``doctor``, ``maintenance`` and ``stats``: what is wrong is named, what can be is put right, nothing gets lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from factory_git.app import hooks, maintenance, stats
from factory_git.app.context import Context, open_context
from factory_git.app.doctor import place, store
from factory_git.app.doctor.run import CHECKS, Looked, run
from factory_git.core.clock import FixedClock
from factory_git.core.ids import blob_oid
from factory_git.gitio import lock, upkeep, worktrees
from factory_git.ledger.store import REF
from tests.conftest import Git

ANY = {"type": "object"}


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    ctx.ledger.register("note", ANY)
    for number in range(5):
        ctx.ledger.put("note", {"title": f"note {number}", "body": "x" * 300 * number})
    return ctx


def looked(ctx: Context, *, fix: bool = False) -> dict[str, Looked]:
    return {one.name: one for one in run(ctx, fix=fix)}


def codes(ctx: Context) -> list[str]:
    return [trouble.code for one in looked(ctx).values() for trouble in one.troubles]


def again(ctx: Context) -> Context:
    ctx.ledger.close()
    return open_context(ctx.location.worktree)


def test_a_sound_repository_has_no_trouble(ctx: Context) -> None:
    assert codes(ctx) == []
    assert list(looked(ctx)) == list(CHECKS)


def test_a_ledger_that_was_moved_back_is_united_again(ctx: Context, repo: Path, git: Git) -> None:
    tip = git("rev-parse", REF, cwd=repo).strip()
    git("update-ref", REF, f"{tip}~2", cwd=repo)
    ctx = again(ctx)
    found = looked(ctx)["promises"]
    assert [one.code for one in found.troubles] == ["doctor/lost"]
    assert tip[:12] in found.troubles[0].message
    assert found.failed
    fixed = looked(ctx, fix=True)["promises"]
    assert not fixed.failed
    assert "in the ledger again" in fixed.fixed[0]
    assert len(again(ctx).ledger.list(type="note")) == 5
    assert codes(again(ctx)) == []


def test_an_acknowledged_transaction_that_is_gone_is_named(ctx: Context, repo: Path, git: Git) -> None:
    acknowledged = ctx.location.factory_dir / "acknowledged"
    acknowledged.write_bytes(b"0" * 39 + b"1 -".ljust(48) + b"\n" + acknowledged.read_bytes())
    found = looked(ctx)["promises"].troubles
    assert [(one.code, one.fix) for one in found] == [("doctor/gone", None)]


def test_a_stale_lock_is_removed_and_a_living_one_is_not(ctx: Context, repo: Path) -> None:
    path = repo / ".git" / f"{REF}.lock"
    path.touch()
    assert codes(ctx) == [], "a young one is somebody at work"
    os.utime(path, (0, 0))
    assert codes(ctx) == ["doctor/lock"]
    with path.open() as held:
        found = looked(ctx, fix=True)["locks"]
        assert f"process {os.getpid()}" in found.troubles[0].message
        assert held.name == str(path)
        assert path.exists()
    assert looked(ctx, fix=True)["locks"].fixed[0].startswith("removed a stale lock")
    assert not path.exists()


def test_a_damaged_index_is_thrown_away(ctx: Context) -> None:
    ctx.ledger.close()
    path = ctx.location.factory_dir / "index.sqlite"
    content = bytearray(path.read_bytes())
    content[200:8000] = b"\xff" * 7800
    path.write_bytes(content)
    ctx = again(ctx)
    found = looked(ctx, fix=True)["index"]
    assert [one.code for one in found.troubles] == ["doctor/index"]
    assert not path.exists() or codes(again(ctx)) == []
    assert len(again(ctx).ledger.list(type="note")) == 5


def test_a_fetch_that_overwrites_the_ledger_is_an_error(ctx: Context, repo: Path, git: Git, tmp_path: Path) -> None:
    """The fix takes out what overwrites; a mirror goes on following all the rest, also with --prune."""
    git("clone", "-q", "--bare", str(repo), "hub.git", cwd=tmp_path)
    git("remote", "add", "origin", str(tmp_path / "hub.git"), cwd=repo)
    git("config", "--add", "remote.origin.fetch", f"+{REF}:{REF}", cwd=repo)
    git("remote", "add", "--mirror=fetch", "mirror", str(tmp_path / "hub.git"), cwd=repo)
    ctx = again(ctx)
    assert [one.code for one in looked(ctx)["refspecs"].troubles] == ["doctor/refspec"] * 2
    assert all(looked(ctx, fix=True)["refspecs"].fixed)
    assert looked(ctx)["refspecs"].troubles == ()
    fetched = git("config", "--get-all", "remote.origin.fetch", cwd=repo).split()
    assert fetched == ["+refs/heads/*:refs/remotes/origin/*"], "only what overwrites is taken out"
    before = git("rev-parse", REF, cwd=repo)
    git("update-ref", "refs/tags/new", "HEAD", cwd=tmp_path / "hub.git")
    git("checkout", "-q", "--detach", cwd=repo)
    git("fetch", "-q", "--prune", "mirror", cwd=repo)
    assert git("rev-parse", REF, cwd=repo) == before
    assert git("tag", cwd=repo).split() == ["new"]


def test_hooks_of_another_version_and_broken_ones_are_installed_anew(ctx: Context, repo: Path) -> None:
    hooks.install(ctx.location, ["pre-commit", "pre-push"])
    outdated, broken = (repo / ".git/hooks" / name for name in ("pre-commit", "pre-push"))
    outdated.write_text(outdated.read_text() + "# an older line\n")
    broken.chmod(0o644)
    found = looked(ctx, fix=True)["hooks"]
    assert {one.code: done != "" for one, done in zip(found.troubles, found.fixed, strict=True)} == {
        "doctor/hook-outdated": True,
        "doctor/hook-broken": True,
    }
    assert codes(ctx) == []


def test_folders_of_killed_runs_go_while_nobody_is_at_work(ctx: Context, repo: Path, git: Git, tmp_path: Path) -> None:
    """And nothing of a user's own worktrees goes with them, whatever they are called."""
    git("worktree", "add", "-q", str(tmp_path / "shop-1"), cwd=repo)
    left = ctx.location.factory_dir / "worktrees" / "shop-1"
    left.mkdir(parents=True)
    orphan = worktrees.add(ctx.location.common_dir, "shop-2", git("rev-parse", "HEAD", cwd=repo).strip())
    shutil.rmtree(orphan)
    assert looked(ctx)["folders"].troubles[0].message.endswith("killed runs: shop-1, shop-2")
    claims = ctx.location.factory_dir / "claims"
    claims.mkdir()
    with lock.exclusive(claims / "shop.lock"):
        assert looked(ctx, fix=True)["folders"].troubles == (), "a run is at work"
    assert looked(ctx, fix=True)["folders"].fixed == ("removed 2 of them",)
    assert not left.exists()
    assert looked(ctx)["folders"].troubles == ()
    listed = git("worktree", "list", cwd=repo)
    assert listed.count("\n") == 2
    assert "shop-1" in listed


@pytest.mark.parametrize(
    "name",
    [
        "packed-refs.lock",
        "config.lock",
        "objects/info/commit-graphs/commit-graph-chain.lock",
        "refs/factory/forks/x.lock",
    ],
)
def test_a_lock_that_a_killed_git_left_is_removed_when_nobody_has_it(ctx: Context, repo: Path, name: str) -> None:
    path = repo / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert codes(ctx) == [], "a young one is somebody at work"
    os.utime(path, (0, 0))
    with path.open():
        assert codes(ctx) == [], "so is one that a process has open"
    assert codes(ctx) == ["doctor/lock"]
    assert str(path) in looked(ctx, fix=True)["locks"].fixed[0]
    assert not path.exists()
    assert codes(ctx) == []


def test_a_lock_that_an_editor_may_hold_is_only_named(ctx: Context, repo: Path) -> None:
    path = repo / ".git/index.lock"
    path.touch()
    os.utime(path, (0, 0))
    found = looked(ctx, fix=True)["locks"]
    assert [(one.code, one.severity) for one in found.troubles] == [("doctor/lock-attended", "warning")]
    assert path.exists()


def test_what_is_left_of_a_fork_that_is_gone_goes(ctx: Context, repo: Path, git: Git) -> None:
    place = ctx.location.factory_dir / "forks"
    for name in ("there", "gone"):
        (place / name).mkdir(parents=True)
    git("update-ref", "refs/factory/forks/there", REF, cwd=repo)
    assert codes(ctx) == ["doctor/fork"]
    assert looked(ctx, fix=True)["forks"].fixed == ("removed gone",)
    assert [one.name for one in place.iterdir()] == ["there"]
    assert codes(ctx) == []


def test_loose_objects_and_packs_of_others_are_left_to_git(
    ctx: Context, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOOSE", 2)
    for name in ("a", "b"):
        (repo / name).write_text(name)
        git("add", ".", cwd=repo)
        git("commit", "-q", "-m", name, cwd=repo)
    assert codes(ctx) == ["doctor/loose"]
    assert looked(ctx, fix=True)["packs"].fixed == ("git gc left 0 loose objects",)
    assert codes(ctx) == []
    for name in ("c", "d", "e"):
        (repo / name).write_text(name)
        git("add", ".", cwd=repo)
        git("commit", "-q", "-m", name, cwd=repo)
        git("repack", "-q", "-d", cwd=repo)
    monkeypatch.setattr(store, "PACKS", 2)
    assert codes(ctx) == ["doctor/packs"]
    assert looked(ctx, fix=True)["packs"].fixed[0].endswith("git gc joined the others")
    assert codes(ctx) == []
    assert len(again(ctx).ledger.list(type="note")) == 5


def test_an_index_that_lacks_something_is_thrown_away(ctx: Context) -> None:
    ctx.ledger.list()
    ctx.ledger.close()
    path = ctx.location.factory_dir / "index.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM tx WHERE n = 2")
        db.execute("UPDATE tx SET n = n - 1 WHERE n > 2")
    db.close()
    found = looked(again(ctx), fix=True)["index"]
    assert [one.message for one in found.troubles] == ["the index is damaged: it has 5 of 6 transactions"]
    assert len(again(ctx).ledger.list(type="note")) == 5
    assert codes(again(ctx)) == []


def test_a_mistyped_setting_is_named_and_ends_the_look(ctx: Context, repo: Path, git: Git) -> None:
    git("config", "factory.fsnyc", "true", cwd=repo)
    found = looked(again(ctx))
    assert found["settings"].troubles[0].hint == "did you mean fsync?"
    assert list(found)[-1] == "settings"


def test_a_mistyped_setting_gets_its_name_and_the_look_goes_on(ctx: Context, repo: Path, git: Git) -> None:
    git("config", "--unset", "factory.fsync", cwd=repo)
    git("config", "factory.fsnyc", "false", cwd=repo)
    found = looked(again(ctx), fix=True)
    assert found["settings"].fixed == ("factory.fsnyc is now factory.fsync",)
    assert list(found) == list(CHECKS)
    assert git("config", "--get-regexp", "factory", cwd=repo) == "factory.fsync false\n"
    assert codes(again(ctx)) == []


@pytest.mark.parametrize(("name", "value"), [("fsnyc", "false"), ("nothinglikeit", "x"), ("maintenance", "perhaps")])
def test_what_is_only_guessed_is_not_changed(ctx: Context, repo: Path, git: Git, name: str, value: str) -> None:
    git("config", "factory.fsync", "true", cwd=repo)
    git("config", f"factory.{name}", value, cwd=repo)
    before = (repo / ".git/config").read_text()
    found = looked(again(ctx), fix=True)
    assert found["settings"].failed
    assert list(found)[-1] == "settings"
    assert (repo / ".git/config").read_text() == before


def test_a_clock_that_went_back_is_told(ctx: Context) -> None:
    early = Context(location=ctx.location, config=ctx.config, clock=FixedClock(ctx.clock.now().replace(year=2001)))
    assert "doctor/clock" in codes(early)
    hours = Context(location=ctx.location, config=ctx.config, clock=FixedClock(ctx.clock.now() - timedelta(hours=3)))
    found = [one.message for one in looked(hours)["clock"].troubles if one.code == "doctor/clock"]
    assert found == ["the newest transaction, by A U Thor <author@example.com>, is 2 hours ahead of this clock"]


def test_a_clock_before_this_program_was_made_is_told(repo: Path, git: Git) -> None:
    early = FixedClock(datetime(2001, 1, 1, tzinfo=UTC))
    here = open_context(repo)
    assert "doctor/clock" in codes(Context(location=here.location, config=here.config, clock=early))


def test_a_file_system_with_a_clock_of_its_own_is_told(ctx: Context) -> None:
    late = FixedClock(ctx.clock.now() + timedelta(hours=3, minutes=5))
    found = looked(Context(location=ctx.location, config=ctx.config, clock=late))["clock"].troubles
    assert [one.message for one in found] == ["the file system's clock is 3 hours behind this machine's"]
    assert not list(ctx.location.common_dir.glob("factory-clock-*"))


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ("/dev/sda1 / ext4 rw 0 0\nserver:/x {repo} nfs4 rw 0 0\n", "nfs4"),
        ("/dev/sda1 / ext4 rw 0 0\nserver:/x {repo}/deeper nfs4 rw 0 0\n", ""),
    ],
)
def test_a_network_file_system_is_told(
    ctx: Context, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounts: str, kind: str
) -> None:
    file = tmp_path / "mounts"
    file.write_text(mounts.format(repo=repo))
    monkeypatch.setattr(place, "_MOUNTS", file)
    found = looked(ctx)["network"].troubles
    assert [f"({kind})" in one.message for one in found] == ([True] if kind else [])


def test_an_old_git_is_an_error(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "git_version", lambda: (2, 25, 1))
    assert looked(ctx)["git"].failed


def test_maintenance_joins_packs_and_keeps_every_record(ctx: Context, repo: Path, git: Git) -> None:
    for number in range(40):
        ctx.ledger.put("note", {"title": f"more {number}"})
    before = [entry.record.id for entry in ctx.ledger.list()]
    done = maintenance.run(ctx, gc=True)
    assert done.packs_before > 40
    assert done.packs_after < 10
    assert [entry.record.id for entry in again(ctx).ledger.list()] == before
    assert git("fsck", "--strict", cwd=repo) == ""
    assert ctx.ledger.verify().ok
    assert (repo / ".git/objects/info/commit-graphs").is_dir()


def test_it_is_due_after_many_transactions_or_a_week(ctx: Context) -> None:
    assert not maintenance.due(ctx)
    assert maintenance.run(ctx, auto=True).due is False
    for number in range(maintenance.PACKS):
        ctx.ledger.put("note", {"title": f"more {number}"})
    assert maintenance.due(ctx)
    assert maintenance.run(ctx, auto=True).due
    assert not maintenance.due(ctx)
    stamp = ctx.location.factory_dir / maintenance.STAMP
    os.utime(stamp, (stamp.stat().st_mtime - maintenance.AGE - 1,) * 2)
    assert maintenance.due(ctx)


def test_it_starts_in_the_background_when_due_and_allowed(
    ctx: Context, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(upkeep, "in_background", lambda _, *args: started.append(args))
    assert not maintenance.start_if_due(ctx)
    monkeypatch.setattr(maintenance, "PACKS", 2)
    assert maintenance.start_if_due(ctx)
    assert started == [("maintenance", "--auto")]
    git("config", "factory.maintenance", "false", cwd=repo)
    assert not maintenance.start_if_due(again(ctx))


def test_stats_count_records_contents_bytes_and_weeks(ctx: Context, repo: Path, git: Git) -> None:
    """Against Git's own listing: every file of the tip's tree, its size, and the time of the commit that added it."""
    clock = FixedClock(datetime(2026, 1, 1, 12, tzinfo=UTC))  # the first week of its year
    old = Context(location=ctx.location, config=ctx.config, clock=clock)
    content = b"a transcript " * 300
    old.ledger.put("note", {"title": "with a content", "content": blob_oid(content)}, blobs=[content])
    old.ledger.put("note", {"title": "of the year before"})
    found = stats.run(again(ctx))
    added = git("log", "--first-parent", "--format=%cd", "--date=format:%G-W%V", "--name-only", REF, cwd=repo)
    sizes = {line.split()[4]: int(line.split()[3]) for line in git("ls-tree", "-rl", REF, cwd=repo).splitlines()}
    naive: dict[str, Counter[str]] = {}
    for line in added.splitlines():
        if "-W" in line:
            week = naive.setdefault(line, Counter())
        elif line:
            name = line.rpartition("/")[2]
            week["contents" if "/blobs/" in line else name.rpartition("-")[0]] += 1
            week["bytes"] += sizes[line]
    told = {one.name: Counter(one.records) + Counter(contents=one.contents, bytes=one.bytes) for one in found.weeks}
    assert told == naive
    assert (found.records, found.contents.records, found.contents.bytes) == (8, 1, len(content))
    assert found.bytes + found.contents.bytes == sum(sizes.values())
    assert [(one.type, one.records) for one in found.kinds] == [("note", 7), ("type", 1)]
    assert found.weeks[0].name == "2026-W01"
    assert found.disk > sum(one.stored for one in found.kinds)


@pytest.fixture
def call(ctx: Context, repo: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    ctx.ledger.close()

    def do(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", *args]
        return subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    return do


def test_what_a_user_sees(call: Callable[..., subprocess.CompletedProcess[str]], repo: Path, git: Git) -> None:
    assert call("doctor").stderr == f"{len(CHECKS)} checks, all well\n"
    git("update-ref", REF, f"{REF}~1", cwd=repo)
    done = call("doctor")
    assert done.returncode == 1
    assert "error    promises: the ledger lost the acknowledged transaction" in done.stdout
    assert call("doctor", "--fix").returncode == 0
    assert all(json.loads(json.dumps(one))["ok"] for one in json.loads(call("doctor", "--json").stdout))
    assert call("maintenance", "--auto").stderr == "nothing is due\n"
    assert call("stats").stdout.splitlines()[1].split()[:2] == ["note", "5"]
    assert json.loads(call("stats", "--json").stdout)["records"] == 6
