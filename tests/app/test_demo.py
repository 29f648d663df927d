"""`git factory demo`: everything for real, in a folder that was empty, and nothing written where it cannot work."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import check, demo
from factory_git.app.run_result import Result
from factory_git.core.errors import AgentFailed, UsageError
from factory_git.ledger.tree import Tree
from tests.app.test_why import Quiet
from tests.conftest import Git


@pytest.mark.parametrize("kind", sorted(demo.KINDS))
def test_it_does_everything_and_leaves_it_there(tmp_path: Path, git: Git, kind: str) -> None:
    folder = demo.prepare(kind, tmp_path / "a place" / "of my own")
    events = list(demo.steps(kind, folder, Quiet()))
    (result,) = (one for one in events if isinstance(one, Result))
    assert result.exit_code == 0
    (checked,) = (one for one in events if isinstance(one, check.Result))
    assert checked.findings == ()
    assert checked.files > 10
    assert any(isinstance(one, Tree) for one in events)
    commands = [one.text for one in events if isinstance(one, demo.Said) and one.kind == "$"]
    assert sum(" -m " in text for text in commands) >= 3
    assert git("status", "--porcelain", cwd=folder) == "", "the working tree is clean, the branch is checked out"
    assert (folder / ".git" / "hooks" / "pre-commit").exists()
    following = demo.next_commands(kind, folder)
    assert len(following) == 4
    assert "cd " in following[0]
    place = following[1].rpartition(" ")[2].split(":")
    assert (folder / place[0]).read_text().splitlines()[int(place[1]) - 2].startswith("# gf: ")


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    with pytest.raises(UsageError, match="not an empty folder"):
        demo.prepare("farmer", tmp_path)
    with pytest.raises(UsageError, match="not an empty folder"):
        demo.prepare("farmer", tmp_path / "mine")


def test_missing_tools_are_named_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(AgentFailed) as caught:
            demo.prepare("farmer", tmp_path / "demo")
    assert "pip install" in caught.value.hint
    assert not (tmp_path / "demo").exists()


def test_an_unknown_demo_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        demo.prepare("farmr", tmp_path / "demo")
    assert "farmer" in caught.value.hint


def nameless(home: Path) -> dict[str, str]:
    """The environment of somebody whose Git knows no name, and who did not activate an environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.defpath}


def test_without_a_name_only_this_repository_gets_one(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        for name, value in nameless(tmp_path).items():
            patch.setenv(name, value)
        steps = demo.steps("farmer", demo.prepare("farmer", tmp_path / "demo"), Quiet())
        said = []
        for one in steps:
            if isinstance(one, Result):
                break
            said.append(one.text if isinstance(one, demo.Said) else "")
    assert any("demo@localhost" in text for text in said)
    assert git("config", "--local", "user.email", cwd=tmp_path / "demo").strip() == "demo@localhost"
    assert not (tmp_path / ".gitconfig").exists()


def test_the_dry_run_writes_nothing(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "factory_git", "demo", "farmer", "there", "--dry-run"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "there").exists()


def test_one_word_is_a_demo_or_a_folder(tmp_path: Path) -> None:
    def folder(*args: str) -> str:
        line = [sys.executable, "-m", "factory_git", "demo", *args, "--dry-run"]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert f"{tmp_path}/farmer-demo," in folder()
    assert f"{tmp_path}/farmer-demo," in folder("farmer")
    assert f"{tmp_path}/elsewhere," in folder("elsewhere")
    assert f"{tmp_path}/elsewhere," in folder("farmer", "elsewhere")
