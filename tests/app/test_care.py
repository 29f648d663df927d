"""``doctor``, ``maintenance`` and ``stats``: what is wrong is named, what can be is put right, nothing gets lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.app import hooks, maintenance, stats
from factory_git.app.context import Context, open_context
from factory_git.app.doctor import place
from factory_git.app.doctor.run import CHECKS, Looked, run
from factory_git.core.clock import FixedClock
from factory_git.gitio import upkeep
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


def test_a_fetch_that_overwrites_the_ledger_is_an_error(ctx: Context, repo: Path, git: Git) -> None:
    git("remote", "add", "origin", "/nowhere", cwd=repo)
    git("config", "--add", "remote.origin.fetch", f"+{REF}:{REF}", cwd=repo)
    git("remote", "add", "--mirror=fetch", "mirror", "/nowhere", cwd=repo)
    found = looked(again(ctx), fix=True)["refspecs"]
    assert {
        (one.code, "mirror" in one.message, done != "") for one, done in zip(found.troubles, found.fixed, strict=True)
    } == {
        ("doctor/refspec", True, False),
        ("doctor/refspec", False, True),
    }
    assert git("config", "--get-all", "remote.origin.fetch", cwd=repo).split() == [
        "+refs/heads/*:refs/remotes/origin/*"
    ], "only what overwrites is taken out"


def test_hooks_of_another_version_are_installed_anew(ctx: Context, repo: Path) -> None:
    hooks.install(ctx.location, ["pre-commit"])
    path = repo / ".git/hooks/pre-commit"
    path.write_text(path.read_text() + "# an older line\n")
    found = looked(ctx, fix=True)["hooks"]
    assert [one.code for one in found.troubles] == ["doctor/hook-outdated"]
    assert hooks.status(ctx.location)[0].state == "installed"


def test_folders_of_killed_runs_go_while_nobody_is_at_work(ctx: Context) -> None:
    left = ctx.location.factory_dir / "worktrees" / "shop-1"
    left.mkdir(parents=True)
    assert looked(ctx)["folders"].troubles[0].message.endswith("killed runs: shop-1")
    assert looked(ctx, fix=True)["folders"].fixed == ("removed 1 working folders",)
    assert not left.exists()


def test_a_mistyped_setting_is_named_and_ends_the_look(ctx: Context, repo: Path, git: Git) -> None:
    git("config", "factory.fsnyc", "true", cwd=repo)
    found = looked(again(ctx))
    assert found["settings"].troubles[0].hint == "did you mean fsync?"
    assert list(found)[-1] == "settings"


def test_a_clock_that_went_back_is_told(ctx: Context) -> None:
    early = Context(location=ctx.location, config=ctx.config, clock=FixedClock(ctx.clock.now().replace(year=2001)))
    assert "doctor/clock" in codes(early)


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


def test_stats_count_records_bytes_and_weeks(ctx: Context, repo: Path, git: Git) -> None:
    found = stats.run(ctx)
    sizes = {entry.record.id: int(git("cat-file", "-s", entry.record.id, cwd=repo)) for entry in ctx.ledger.list()}
    assert (found.records, found.bytes) == (6, sum(sizes.values()))
    assert [(one.type, one.records) for one in found.kinds] == [("note", 5), ("type", 1)]
    assert sum(one.bytes for one in found.kinds) == found.bytes
    year, week, _ = ctx.clock.now().isocalendar()
    assert dict(found.weeks)[f"{year}-W{week:02}"] == {"note": 5, "type": 1}
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
