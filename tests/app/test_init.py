"""`git factory init`: files of a template, nothing overwritten, a repository where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app import init
from factory_git.core.errors import Conflict, UsageError
from tests.conftest import Git


def test_it_writes_every_file_of_the_template(repo: Path) -> None:
    started = init.run(repo, template="farmer")
    assert not started.repository
    assert started.files
    assert all((repo / name).read_bytes() == content for name, content in init.contents("farmer").items())


def test_it_makes_a_repository_where_there_is_none(tmp_path: Path, git: Git) -> None:
    started = init.run(tmp_path / "new folder" / "app", template="farmer")
    assert started.repository
    assert git("rev-parse", "--show-prefix", cwd=started.folder).strip() == ""


def test_a_folder_of_a_repository_is_filled_and_no_repository_nested(repo: Path) -> None:
    started = init.run(repo / "apps" / "one", template="farmer")
    assert not started.repository
    assert not (repo / "apps" / "one" / ".git").exists()


def test_a_file_in_the_way_is_named_and_nothing_is_written(repo: Path) -> None:
    names = sorted(init.contents("farmer"))
    taken = repo / names[-1]
    taken.parent.mkdir(parents=True, exist_ok=True)
    taken.write_text("mine")
    with pytest.raises(Conflict, match="in the way") as caught:
        init.run(repo, template="farmer")
    assert caught.value.details["paths"] == [names[-1]]
    assert taken.read_text() == "mine"
    assert not any((repo / name).exists() for name in names[:-1])


def test_a_second_spec_in_the_same_folder_is_refused(repo: Path) -> None:
    (repo / "other.factory.yaml").write_text("app: {title: other}\n")
    with pytest.raises(Conflict, match=r"other\.factory\.yaml"):
        init.run(repo, template="farmer")


def test_the_dry_run_writes_nothing(tmp_path: Path) -> None:
    started = init.run(tmp_path / "app", template="farmer", dry_run=True, with_hooks=True)
    assert started.repository
    assert started.files
    assert not (tmp_path / "app").exists()


def test_an_unknown_template_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        init.run(tmp_path, template="farmr")
    assert "farmer" in caught.value.hint


def test_hooks_come_with_it_when_asked(repo: Path) -> None:
    started = init.run(repo, template="farmer", with_hooks=True)
    assert started.hooks
    assert (repo / ".git" / "hooks" / "pre-commit").exists()


def test_a_bare_repository_is_refused(tmp_path: Path, git: Git) -> None:
    git("init", "-q", "--bare", "bare.git", cwd=tmp_path)
    with pytest.raises(UsageError, match="bare"):
        init.run(tmp_path / "bare.git", template="farmer")


def test_an_ignore_file_of_the_user_s_is_left_alone(repo: Path) -> None:
    (repo / ".gitignore").write_text("mine\n")
    assert ".gitignore" not in init.run(repo, template="farmer").files
    assert (repo / ".gitignore").read_text() == "mine\n"
