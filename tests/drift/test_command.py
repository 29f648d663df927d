"""`git factory check` as a command: places to stand, formats, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.core.errors import Place
from factory_git.drift.finding import Finding
from factory_git.drift.formats import FORMATS
from tests.conftest import Git
from tests.drift.conftest import MODEL


def factory(cwd: Path, *args: str, git: tuple[str, ...] = (), **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``git factory ARGS`` as Git would find it."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    line = ["git", *git, "factory", *args]
    full = {**os.environ, "PATH": path, **env}
    return subprocess.run(line, cwd=cwd, env=full, capture_output=True, text=True, check=False)


@pytest.fixture
def edited(app: Path, git: Git) -> Path:
    """The application with one compiled file edited and staged."""
    path = app / MODEL
    path.write_text(path.read_text().replace("class Item", "class Items", 1))
    git("add", ".", cwd=app)
    return app


def test_the_exit_code_is_the_verdict(app: Path, git: Git) -> None:
    assert factory(app, "check").returncode == 0
    path = app / MODEL
    path.write_text(path.read_text().replace("class Item", "class Items", 1))
    git("add", ".", cwd=app)
    assert factory(app, "check").returncode == 1
    assert factory(app, "check", "--worktree", "--rev", "HEAD").returncode == 2
    assert factory(app, "check", "--rev", "nothing").returncode == 2
    assert factory(app, "check", "../outside").returncode == 2
    assert factory(app.parent, "check").returncode == 128


@pytest.mark.parametrize(("spec", "way"), [("factory: [", "mend the spec"), (None, "`git factory run` compiles again")])
def test_the_hook_names_the_way_out_that_there_is(edited: Path, git: Git, spec: str | None, way: str) -> None:
    if spec:
        (edited / "factory.yaml").write_text(spec)
        git("add", ".", cwd=edited)
    done = factory(edited, "check", "--hook")
    assert done.returncode == 1
    assert done.stderr.endswith(f"hint: the commit is refused; {way}\n")


def test_findings_go_to_standard_output_and_talk_does_not(edited: Path) -> None:
    done = factory(edited, "check")
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{MODEL}:")
    assert "GF502" in line
    assert line.endswith("[data_contracts.entities.item]")
    assert "1 finding" in done.stderr


def test_json_prints_json_and_nothing_else(edited: Path) -> None:
    done = factory(edited, "check", "--json")
    value = json.loads(done.stdout)
    assert done.stderr == ""
    assert value["ok"] is False
    assert value["findings"][0]["code"] == "GF502"
    assert value["findings"][0]["spec"]["file"] == "factory.yaml"


def test_it_is_the_same_wherever_one_stands(edited: Path, tmp_path: Path, git: Git) -> None:
    here = factory(edited, "check", "--json").stdout
    folder = edited / "shop"
    assert factory(folder, "check", "--json").stdout == here
    assert factory(tmp_path, "check", "--json", git=("-C", str(edited))).stdout == here
    assert factory(tmp_path, "check", "--json", GIT_DIR=str(edited / ".git"), GIT_WORK_TREE=str(edited)).stdout == here
    assert factory(edited, "check", "--json", GIT_DIR=".git").stdout == here
    assert factory(folder, "check", "--json", GIT_DIR="../.git", GIT_WORK_TREE="..").stdout == here
    other = tmp_path / "linked"
    git("worktree", "add", "-q", str(other), cwd=edited)
    assert factory(other, "check").returncode == 0


def test_another_index_is_looked_at_where_git_says_so(edited: Path, git: Git) -> None:
    index = str(edited / ".git" / "other-index")
    subprocess.run(["git", "read-tree", "HEAD"], cwd=edited, env={**os.environ, "GIT_INDEX_FILE": index}, check=True)
    assert factory(edited, "check", GIT_INDEX_FILE=index).returncode == 0
    assert factory(edited / "shop", "check", GIT_INDEX_FILE=".git/other-index").returncode == 0
    assert factory(edited, "check").returncode == 1


def test_paths_are_relative_to_where_one_stands(edited: Path) -> None:
    assert factory(edited / "shop", "check", "model.py").returncode == 1
    assert factory(edited / "shop", "check", "kit.py").returncode == 0
    assert factory(edited / "shop", "check", "../factory.yaml").returncode == 0
    assert factory(edited / "shop", "check", "../nowhere").returncode == 2
    assert factory(edited / "shop", "check", "..").returncode == 1
    assert factory(edited, "check", str(edited / MODEL)).returncode == 1


def test_it_writes_nothing_where_it_may_not(edited: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    for folder in [edited / ".git", *(p for p in (edited / ".git").rglob("*") if p.is_dir())]:
        folder.chmod(0o555)
    try:
        assert factory(edited, "check").returncode == 1
    finally:
        for folder in [edited / ".git", *(p for p in (edited / ".git").rglob("*") if p.is_dir())]:
            folder.chmod(0o755)


def test_it_changes_no_ref_no_object_and_not_the_index(edited: Path, git: Git) -> None:
    def state() -> list[tuple[str, bytes]]:
        kept = [p for p in (edited / ".git").rglob("*") if p.is_file() and "factory" not in p.parts]
        return sorted((str(p), p.read_bytes()) for p in kept)

    before = state()
    factory(edited, "check", "--all")
    factory(edited, "check", "--worktree")
    factory(edited, "check", "--rev", "HEAD")
    assert state() == before


FINDING = Finding(
    code="GF502",
    message="was edited: 100%, really",
    place=Place(file="a b/ä,:.py", line=3),
    path="terms.locked",
    hint="run it",
    spec=Place(file="factory.yaml", line=7, column=3),
    detail=("- x", "+ y"),
)


def test_concise_and_full() -> None:
    line = "a b/ä,:.py:3: GF502 was edited: 100%, really [terms.locked]"
    assert FORMATS["concise"]([FINDING]) == line
    assert FORMATS["full"]([FINDING]) == f"{line}\n    - x\n    + y\n  spec: factory.yaml:7:3\n  hint: run it"


def test_github_s_own_characters_are_escaped() -> None:
    expected = (
        "::error file=a b/ä%2C%3A.py,line=3,title=GF502::was edited: 100%25, really%0Arun it%0Aspec: terms.locked"
    )
    assert FORMATS["github"]([FINDING]) == expected


def test_the_machine_formats_parse() -> None:
    assert json.loads(FORMATS["json"]([FINDING]))[0]["detail"] == ["- x", "+ y"]
    assert json.loads(FORMATS["jsonl"]([FINDING, FINDING]).splitlines()[1])["code"] == "GF502"
    assert json.loads(FORMATS["gitlab"]([FINDING]))[0]["location"]["lines"]["begin"] == 3
    (run,) = json.loads(FORMATS["sarif"]([FINDING]))["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a%20b/%C3%A4%2C%3A.py"}, "region": {"startLine": 3}}
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 7
    assert json.loads(FORMATS["sarif"]([]))["runs"][0]["results"] == []


def test_a_fingerprint_does_not_know_lines() -> None:
    moved = Finding(code="GF502", message=FINDING.message, place=Place(file="a b/ä,:.py", line=99), path=FINDING.path)
    assert moved.fingerprint == FINDING.fingerprint
