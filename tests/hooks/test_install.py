"""The hook of `git factory hooks`: installed, chained, shared folders, removed without a trace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import hooks
from factory_git.core.errors import Conflict, UsageError
from factory_git.gitio.locate import locate
from tests.conftest import Git


def states(repo: Path) -> list[str]:
    return [one.state for one in hooks.status(locate(repo))]


def commit(repo: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "x", *args],
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
    )


def chained(repo: Path, body: str) -> Path:
    path = repo / ".git" / "hooks" / "pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_installing_twice_changes_nothing_the_second_time(repo: Path) -> None:
    assert states(repo) == ["none"] * 4
    assert len(hooks.install(locate(repo))) == 4
    assert states(repo) == ["installed"] * 4
    assert hooks.install(locate(repo)) == ()


def test_a_commit_without_spec_passes(repo: Path) -> None:
    hooks.install(locate(repo))
    assert commit(repo).returncode == 0


def test_removing_leaves_the_folder_as_it_was(repo: Path) -> None:
    before = sorted(p.name for p in (repo / ".git" / "hooks").glob("*"))
    hooks.install(locate(repo))
    hooks.uninstall(locate(repo))
    assert sorted(p.name for p in (repo / ".git" / "hooks").glob("*")) == before
    assert hooks.uninstall(locate(repo)) == ()


def test_the_earlier_hook_runs_first_and_comes_back(repo: Path) -> None:
    path = chained(repo, "echo ran >> ran.txt")
    text = path.read_text()
    hooks.install(locate(repo))
    assert states(repo) == ["installed"] * 4
    assert commit(repo).returncode == 0
    assert (repo / "ran.txt").read_text() == "ran\n"
    hooks.uninstall(locate(repo))
    assert path.read_text() == text
    assert os.access(path, os.X_OK)


def test_the_earlier_hook_s_refusal_stands(repo: Path) -> None:
    chained(repo, "exit 3")
    hooks.install(locate(repo))
    assert commit(repo).returncode != 0


def test_an_earlier_hook_that_is_a_link_comes_back_as_the_link(repo: Path) -> None:
    path = chained(repo, "exit 0")
    path.rename(path.with_name("mine"))
    path.symlink_to("mine")
    hooks.install(locate(repo))
    assert not path.is_symlink()
    hooks.uninstall(locate(repo))
    assert path.is_symlink()
    assert os.readlink(path) == "mine"  # noqa: PTH115


def test_an_earlier_hook_that_is_switched_off_stays_off(repo: Path) -> None:
    chained(repo, "exit 3").chmod(0o644)
    hooks.install(locate(repo))
    assert commit(repo).returncode == 0


def test_the_place_aside_is_not_overwritten(repo: Path) -> None:
    path = chained(repo, "exit 0")
    path.with_name("pre-commit.before-factory").write_text("precious")
    with pytest.raises(Conflict, match="that is there already"):
        hooks.install(locate(repo))
    assert path.with_name("pre-commit.before-factory").read_text() == "precious"


def test_a_hook_written_over_ours_is_not_removed_by_us(repo: Path) -> None:
    hooks.install(locate(repo))
    path = chained(repo, "exit 0")
    hooks.uninstall(locate(repo))
    assert path.exists()


def test_core_hooks_path_is_honoured(repo: Path, git: Git) -> None:
    git("config", "core.hooksPath", ".githooks", cwd=repo)
    hooks.install(locate(repo))
    assert (repo / ".githooks" / "pre-commit").exists()
    assert not (repo / ".git" / "hooks" / "pre-commit").exists()
    (repo / "sub").mkdir()
    assert [one.state for one in hooks.status(locate(repo / "sub"))] == ["installed"] * 4


def test_a_folder_for_all_repositories_needs_a_word(repo: Path, git: Git, hermetic: Path) -> None:
    shared = hermetic / "shared hooks"
    git("config", "--global", "core.hooksPath", str(shared), cwd=repo)
    with pytest.raises(UsageError, match="all repositories") as caught:
        hooks.install(locate(repo))
    assert "--shared" in caught.value.hint
    hooks.install(locate(repo), shared=True)
    assert (shared / "pre-commit").exists()
    assert commit(repo).returncode == 0


def test_a_linked_worktree_shares_the_hook(repo: Path, git: Git, tmp_path: Path) -> None:
    other = tmp_path / "linked tree"
    git("worktree", "add", "-q", str(other), "-b", "other", cwd=repo)
    hooks.install(locate(other))
    assert (repo / ".git" / "hooks" / "pre-commit").exists()
    assert commit(other).returncode == 0
    assert commit(repo).returncode == 0


def test_the_dry_run_changes_nothing(repo: Path) -> None:
    path = chained(repo, "exit 0")
    changes = hooks.install(locate(repo), dry_run=True)
    assert [one.action for one in changes] == ["set aside"] + ["write"] * 4
    assert [p.name for p in path.parent.glob("pre-*") if not p.name.endswith(".sample")] == ["pre-commit"]


def test_it_works_without_the_environment_on_the_path(repo: Path) -> None:
    hooks.install(locate(repo))
    bare = {**os.environ, "PATH": os.defpath}
    done = subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "x"],
        cwd=repo,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_an_installation_that_is_gone_refuses_with_the_way_out(repo: Path, tmp_path: Path) -> None:
    hooks.install(locate(repo))
    path = repo / ".git" / "hooks" / "pre-commit"
    path.write_text(path.read_text().replace(f"python={sys.executable}", f"python={tmp_path}/gone/python"))
    assert states(repo)[0] == "broken"
    done = commit(repo)
    assert done.returncode == 1
    assert "gone/python" in done.stderr
    assert "git factory hooks install" in done.stderr
    hooks.install(locate(repo))
    assert states(repo)[0] == "installed"
    assert commit(repo).returncode == 0


def test_the_command_line(repo: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "factory_git", "hooks", *args]
        return subprocess.run(line, cwd=repo, capture_output=True, text=True, check=False)

    assert call("status").returncode == 1
    assert call("install").returncode == 0
    done = call("status", "--json")
    assert done.returncode == 0
    assert [one["state"] for one in json.loads(done.stdout)["hooks"]] == ["installed"] * 4
    assert "remove" in call("uninstall", "--dry-run").stdout
    assert call("uninstall").returncode == 0


def test_a_python_with_odd_letters_in_its_path(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "it's a $place" / "python"
    odd.parent.mkdir()
    odd.symlink_to(shutil.which(sys.executable) or sys.executable)
    monkeypatch.setattr(sys, "executable", str(odd))
    hooks.install(locate(repo))
    assert states(repo)[0] == "installed"
    done = commit(repo)
    # The link finds no virtual environment, so the check cannot run, and says so; it is not taken for a pass.
    assert "not where it was" not in done.stderr


def test_a_bare_repository_is_told_that_hooks_would_never_run(tmp_path: Path, git: Git) -> None:
    bare = tmp_path / "bare.git"
    git("init", "-q", "--bare", str(bare), cwd=tmp_path)
    with pytest.raises(UsageError, match="bare repository makes no commits"):
        hooks.install(locate(bare))
