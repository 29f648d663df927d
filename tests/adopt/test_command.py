"""`git factory adopt` as a command: places to stand, what is said, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.adopt.conftest import Make
from tests.drift.test_command import factory

MODEL = "from dataclasses import dataclass\n\n\n@dataclass\nclass Block:\n    id: str\n    kg: int\n"


@pytest.fixture
def repo(make: Make) -> Path:
    """One small module."""
    return make({"farm/model.py": MODEL, "shop/model.py": MODEL.replace("Block", "Order")})


def test_it_writes_and_says_what_to_do_next(repo: Path) -> None:
    done = factory(repo, "adopt")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "adopted 2 entities (4 fields, 4 typed), 0 pipelines (0 steps), 0 panels from python code",
        "next: read factory.yaml, then git add .factory/baseline.json factory.yaml && git commit",
    ]
    again = factory(repo, "adopt")
    assert again.stderr.splitlines()[-1] == "nothing new: the spec knows all of it"


def test_paths_are_those_of_where_one_stands(repo: Path) -> None:
    done = factory(repo / "farm", "adopt", ".", "--json", "--dry-run")
    value = json.loads(done.stdout)
    assert [one["at"] for one in value["entities"]] == ["farm/model.py::Block"]
    assert value["dry_run"] is True
    assert factory(repo / "farm", "adopt", "../..").returncode == 2


def test_a_dry_run_prints_the_files(repo: Path) -> None:
    done = factory(repo, "adopt", "--dry-run")
    assert "--- factory.yaml\nfactory: 1\n" in done.stdout
    assert done.stderr.splitlines()[-1] == "nothing was written"
    assert not (repo / "factory.yaml").exists()


def test_what_is_in_the_way_is_named(repo: Path) -> None:
    (repo / "factory.yaml").write_text("factory: 1\napp: {id: farm}\n")
    done = factory(repo, "adopt")
    assert done.returncode == 5
    assert "is a compiled spec" in done.stderr
    assert factory(repo, "adopt", "--language", "rust").returncode == 5
    assert factory(repo, "adopt", "--spec", "farm/factory.yaml", "farm").returncode == 0
    assert factory(repo, "adopt", "--spec", "farm/rules.yaml").returncode == 2


def test_a_language_that_is_not_there_is_told(repo: Path) -> None:
    done = factory(repo, "adopt", "--language", "rust")
    assert done.returncode == 3
    assert "found here: python" in done.stderr
