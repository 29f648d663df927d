"""``render`` as a user meets it: the spec on disk or of a revision, to standard output or to a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import desire, render
from factory_git.app.context import open_context
from factory_git.core.errors import NotFound, UsageError
from factory_git.growth.desire.desire import Desire
from tests.conftest import Git


@pytest.fixture
def spec(repo: Path, git: Git) -> Path:
    path = repo / "factory.yaml"
    path.write_text("app: {id: shop, title: Old}\nworkflows: [{name: Sell, steps: [Weigh]}]\n")
    git("add", ".", cwd=repo)
    git("commit", "-qm", "the spec", cwd=repo)
    path.write_text(path.read_text().replace("Old", "New").replace("[Weigh]", "[Weigh, Pack]"))
    return path


def _labels(options: render.Options, start: Path) -> list[str]:
    data = json.loads(render.run(options, start=start))
    return [data["title"], *(item["label"] for item in data["items"])]


def test_the_spec_on_disk_or_of_a_revision(spec: Path) -> None:
    assert _labels(render.Options(form="json"), spec.parent) == ["New", "Weigh", "Pack"]
    assert _labels(render.Options(form="json", revision="HEAD"), spec.parent) == ["Old", "Weigh"]
    for name in ("shop", "factory.yaml"):
        assert _labels(render.Options(form="json", revision="HEAD", spec=name), spec.parent) == ["Old", "Weigh"]


def test_a_spec_that_the_revision_does_not_have_is_named(spec: Path) -> None:
    with pytest.raises(NotFound, match="HEAD has no spec 'other'") as caught:
        render.run(render.Options(revision="HEAD", spec="other"), start=spec.parent)
    assert "it has: shop" in caught.value.hint


def test_a_picture_is_printed_or_written(spec: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", "render", *args]
        return subprocess.run(command, cwd=spec.parent, capture_output=True, text=True, check=True)

    shown = call()
    assert shown.stdout.startswith("flowchart TD\n")
    assert shown.stderr == ""
    done = call("--mode", "mindmap", "--format", "svg", "-o", "docs/spec.svg")
    assert done.stdout == ""
    assert done.stderr == "write docs/spec.svg\n"
    assert (spec.parent / "docs" / "spec.svg").read_text().startswith("<svg ")


def test_a_board_shows_desires_by_how_far_they_have_come(spec: Path) -> None:
    ctx = open_context(spec.parent)
    desire.run(ctx, desire.Options(desire=Desire(text="never sell what nobody weighed"), edit=False))
    ctx.ledger.close()
    data = json.loads(render.run(render.Options(mode="board", form="json"), start=spec.parent))
    assert next(group["label"] for group in data["groups"]) == "Backlog (1)"
    assert [item["label"] for item in data["items"]] == ["never sell what nobody weighed"]
    with pytest.raises(UsageError, match="a board shows what stands now"):
        render.run(render.Options(mode="board", revision="HEAD"), start=spec.parent)
