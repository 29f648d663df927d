"""The hook of `git factory hooks`: installed, chained, shared folders, removed without a trace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import hooks
from factory_git.core.errors import Conflict, UsageError
from factory_git.gitio.locate import locate
from tests.conftest import Git
from tests.hooks.conftest import call


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


def test_hooks_can_be_chosen(repo: Path) -> None:
    hooks.install(locate(repo), ["pre-push", "commit-msg"])
    assert states(repo) == ["none", "none", "installed", "installed"]
    hooks.uninstall(locate(repo), ["pre-push"])
    assert states(repo) == ["none", "none", "installed", "none"]
    with pytest.raises(UsageError, match="no hook 'post-commit'"):
        hooks.install(locate(repo), ["post-commit"])


def test_the_hooks_of_an_older_version_work_and_are_renewed(repo: Path) -> None:
    """As version 0.1.0 wrote them: two hooks, with what was there before under the name it still has."""
    before = chained(repo, "echo ran >> ran.txt")
    hooks.install(locate(repo), ["pre-commit"])
    new = before.read_text()
    values = [line for line in new.splitlines() if line.startswith(("python=", "home=", "gate="))]
    old = OLDER.format(values="\n".join(values))
    before.write_text(old)
    assert states(repo)[0] == "outdated"
    assert commit(repo).returncode == 0
    assert [str(one) for one in hooks.install(locate(repo), ["pre-commit"])] == [f"write {before}"]
    assert before.read_text() == new
    assert commit(repo).returncode == 0
    assert (repo / "ran.txt").read_text() == "ran\n" * 2
    hooks.uninstall(locate(repo))
    assert "echo ran" in before.read_text()


@pytest.mark.parametrize("name", ["commit-msg", "pre-push"])
def test_every_hook_fails_closed_with_the_way_out(repo: Path, git: Git, tmp_path: Path, name: str) -> None:
    git("init", "-q", "--bare", str(tmp_path / "there.git"), cwd=repo)
    hooks.install(locate(repo), [name])
    path = repo / ".git" / "hooks" / name
    path.write_text(path.read_text().replace("home=", "home=/gone"))
    done = (
        commit(repo)
        if name == "commit-msg"
        else call("git", "push", "-q", str(tmp_path / "there.git"), "main", cwd=repo)
    )
    assert done.returncode == 1
    assert "git factory hooks install" in done.stderr


def test_a_hook_that_must_keep_its_name_is_not_set_aside(repo: Path) -> None:
    path = chained(repo, '. "$(dirname "$0")/h"')
    for text, why in (
        (path.read_text(), "husky"),
        ('#!/bin/sh\nexec run-hook "$(basename "$0")" "$@"\n', "its own name"),
        ("#!/bin/sh\nname=${0##*/}\n", "its own name"),
        ("#!/usr/bin/env ruby\nhook = File.basename($0)\n", "its own name"),
        ("#!/usr/bin/env python3\nname = os.path.basename(sys.argv[0])\n", "its own name"),
    ):
        path.write_text(text)
        with pytest.raises(Conflict, match=why) as caught:
            hooks.install(locate(repo))
        assert "git factory check --hook" in caught.value.hint
        assert states(repo) == ["other", "none", "none", "none"], "nothing is half done"


def test_hooks_that_are_switched_off_are_not_switched_on(repo: Path, git: Git) -> None:
    git("config", "core.hooksPath", "/dev/null", cwd=repo)
    with pytest.raises(UsageError, match="switched off"):
        hooks.install(locate(repo))


def test_a_folder_that_would_be_committed_is_said(repo: Path, git: Git) -> None:
    git("config", "core.hooksPath", ".githooks", cwd=repo)
    assert "do not commit them" in hooks.caution(locate(repo))
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "exclude").write_text(".githooks/\n")
    assert hooks.caution(locate(repo)) == ""
    git("config", "--unset", "core.hooksPath", cwd=repo)
    assert hooks.caution(locate(repo)) == ""


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_beside_the_pre_commit_framework_in_either_order(repo: Path, git: Git, first: str) -> None:
    """Each sets the other aside and runs it; put over each other again and again, neither runs for ever."""
    pytest.importorskip("pre_commit")
    (repo / ".pre-commit-config.yaml").write_text(
        "repos: [{repo: local, hooks: [{id: seen, name: seen, language: system, always_run: true,"
        " pass_filenames: false, entry: sh -c 'echo seen >>../seen'}]}]\n"
    )
    git("add", ".", cwd=repo)
    git("commit", "-qm", "config", cwd=repo)
    for whose in ("ours", "theirs") if first == "ours" else ("theirs", "ours", "theirs"):
        if whose == "ours":
            hooks.install(locate(repo), ["pre-commit"])
        else:
            framework_install(repo)
        done = commit(repo)
        assert done.returncode == 0, done.stderr
    seen = (repo.parent / "seen").read_text().split()
    assert len(seen) == (1 if first == "ours" else 3)


def framework_install(repo: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=repo, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


OLDER = """\
#!/bin/sh
# git-factory gate, written by `git factory hooks install`; take it out with `git factory hooks uninstall`.
{values}

# What was here before runs first, and its refusal stands.
before=${{0%/*}}/pre-commit.before-factory
if [ -x "$before" ]; then
    "$before" "$@" || exit $?
fi

# The gate fails closed: a check that cannot run is no check that passed.
if [ ! -x "$python" ] || [ ! -r "$gate" ] || [ ! -d "$home/factory_git" ]; then
    echo "error: git-factory is not where it was when its hook was installed: $python" >&2
    echo "hint: install it again and run 'git factory hooks install', or take the hook out: rm '$0'" >&2
    exit 1
fi
. "$gate"
"""


def test_where_one_hook_cannot_be_put_in_place_all_are_as_they_were(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = chained(repo, "exit 0")
    before = {path.name: path.read_bytes() for path in own.parent.iterdir()}
    real = hooks._make

    def failing(change: hooks.Change, *rest: Any) -> None:
        if change.path.name == "pre-push":
            raise OSError(28, "No space left on device", str(change.path))
        real(change, *rest)

    monkeypatch.setattr(hooks, "_make", failing)
    with pytest.raises(OSError, match="space"):
        hooks.install(locate(repo))
    assert own.read_bytes() == before["pre-commit"], "a hook that was set aside would not run"
    monkeypatch.undo()
    assert hooks.install(locate(repo))
    assert states(repo) == ["installed"] * len(hooks.NAMES)
