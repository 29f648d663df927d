"""Where settings come from, which wins, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.app.settings import Settings
from factory_git.core.errors import InvalidInput
from tests.conftest import Git


def read(repo: Path) -> Settings:
    return open_context(repo).settings


def test_defaults_hold_where_nothing_is_set(repo: Path) -> None:
    settings = read(repo)
    assert settings.flag("fsync") is True
    assert settings.text("drift") == "refuse"
    assert settings.words("agentEnv") == ()


def test_environment_beats_git_config_beats_the_committed_file(
    repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / ".factory").mkdir()
    (repo / ".factory/config.yaml").write_text("drift: reconverge\nagentOutput: 10\nfsync: false\n")
    assert (read(repo).text("drift"), read(repo).number("agentOutput"), read(repo).flag("fsync")) == (
        "reconverge",
        10,
        False,
    )
    git("config", "factory.agentOutput", "20", cwd=repo)
    assert read(repo).number("agentOutput") == 20
    monkeypatch.setenv("FACTORY_AGENT_OUTPUT", "30")
    assert read(repo).number("agentOutput") == 30


def test_a_key_without_a_value_is_true_as_in_git(repo: Path) -> None:
    with (repo / ".git/config").open("a") as file:
        file.write("[factory]\n\tfsync\n")
    assert read(repo).flag("fsync") is True


def test_wrong_settings_are_all_named_with_their_lines(repo: Path) -> None:
    (repo / ".factory").mkdir()
    (repo / ".factory/config.yaml").write_text("# ours\ndirft: refuse\nagentOutput: [1]\n")
    with (repo / ".git/config").open("a") as file:
        file.write("[factory]\n\tfsync = maybe\n\tagentOutput = -3\n")
    lines = (repo / ".git/config").read_text().splitlines()
    with pytest.raises(InvalidInput) as caught:
        read(repo)
    told = {(p.code, p.place.file.rsplit("/", 1)[-1], p.place.line) for p in caught.value.problems if p.place}
    assert told == {
        ("config/unknown", "config.yaml", 2),
        ("config/value", "config.yaml", 3),
        ("config/value", "config", lines.index("\tfsync = maybe") + 1),
        ("config/value", "config", lines.index("\tagentOutput = -3") + 1),
    }
    assert any("did you mean drift?" in p.hint for p in caught.value.problems)
