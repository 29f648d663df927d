"""Repositories under the hooks: one whose spec binds code by hand, and one that is compiled."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.app import hooks
from factory_git.gitio.locate import locate
from tests.conftest import Git
from tests.drift.conftest import SPEC, compile_into

BOUND = """\
factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, price: decimal}}
    - {name: Label, fields: {id: text key, words: text}}
workflows:
  pipelines:
    - name: Labels
      steps: [Make labels, Send them]
code:
  default: bound
  workflows.pipelines.labels: shop/labels.py::labels
"""
ITEM = "data_contracts.entities.item"
LABEL = "data_contracts.entities.label"
SEND = "workflows.pipelines.labels.steps.send_them"
CODE = f"""\
# gf: {ITEM}
class Item:
    id: str
    price: Decimal


# gf: {LABEL}
class Label:
    id: str
    words: str
"""

LABELS = """\
def labels(world):
    make(world)
    send(world)


def other():
    return 1
"""
PIPELINE = "workflows.pipelines.labels"

Run = Callable[..., subprocess.CompletedProcess[str]]


def call(*line: str, cwd: Path, stdin: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a program, whatever it says; its streams are text, as far as they are."""
    return subprocess.run(
        line,
        cwd=cwd,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        env={**os.environ, **env},
    )


def message(repo: Path, revision: str = "HEAD") -> str:
    """The message of a commit, without the line end that Git adds."""
    return call("git", "log", "-1", "--format=%B", revision, cwd=repo).stdout.rstrip("\n")


def trailers(repo: Path, revision: str = "HEAD", key: str = "Factory-Node") -> list[str]:
    """The values of a trailer of a commit."""
    form = f"--format=%(trailers:key={key},valueonly)"
    return [line for line in call("git", "log", "-1", form, revision, cwd=repo).stdout.splitlines() if line]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both repositories, made once; tests work on copies."""
    top = tmp_path_factory.mktemp("made")
    env = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b"}
    for name in ("bound", "compiled"):
        repo = top / name
        repo.mkdir()
        if name == "bound":
            (repo / "factory.yaml").write_text(BOUND)
            (repo / "shop").mkdir()
            (repo / "shop" / "model.py").write_text(CODE)
            (repo / "shop" / "labels.py").write_text(LABELS)
        else:
            (repo / "factory.yaml").write_text(SPEC)
            compile_into(repo)
        (repo / "README").write_text("hello\n")
        for line in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"]):
            done = call("git", *line, cwd=repo, **env)
            assert done.returncode == 0, done.stderr
    return {"bound": top / "bound", "compiled": top / "compiled"}


@pytest.fixture
def bound(made: dict[str, Path], tmp_path: Path) -> Path:
    """A repository whose code is tied to its spec by tags, under the commit-msg hook."""
    repo = tmp_path / "bound"
    shutil.copytree(made["bound"], repo, symlinks=True)
    hooks.install(locate(repo), ["commit-msg"])
    return repo


@pytest.fixture
def compiled(made: dict[str, Path], tmp_path: Path) -> Path:
    """A compiled application, under all hooks."""
    repo = tmp_path / "compiled"
    shutil.copytree(made["compiled"], repo, symlinks=True)
    hooks.install(locate(repo))
    return repo


@pytest.fixture
def commit(git: Git) -> Run:
    """``commit(repo, "-a", "-m", "x")`` runs Git whatever comes of it."""

    def run(repo: Path, *args: str, stdin: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        return call("git", "commit", *args, cwd=repo, stdin=stdin, **env)

    return run
