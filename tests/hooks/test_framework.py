"""The hooks through the real pre-commit framework."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from factory_git.spec.load import find
from tests.conftest import Git
from tests.drift.conftest import MODEL, SPEC, compile_into

TOP = Path(__file__).resolve().parents[2]
MANIFEST = TOP / ".pre-commit-hooks.yaml"
OWN = TOP / ".pre-commit-config.yaml"
pre_commit = pytest.importorskip("pre_commit")


def manifest() -> dict[str, dict[str, object]]:
    return {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text())}


def framework(repo: Path, *args: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pre_commit", *args]
    return subprocess.run(line, cwd=repo, capture_output=True, text=True, check=False)


@pytest.fixture
def app(repo: Path, git: Git) -> Path:
    """A compiled application in a repository."""
    (repo / "factory.yaml").write_text(SPEC)
    compile_into(repo)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "the application", cwd=repo)
    return repo


STAGES = ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push")


def configure(repo: Path, git: Git, text: str) -> None:
    (repo / ".pre-commit-config.yaml").write_text(text)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "the framework", cwd=repo)
    done = framework(repo, "install", *(f"--hook-type={stage}" for stage in STAGES))
    assert done.returncode == 0, done.stdout + done.stderr


def commit(repo: Path, *args: str) -> subprocess.CompletedProcess[str]:
    line = ["git", "commit", "-q", "-m", "x", *args]
    return subprocess.run(line, cwd=repo, capture_output=True, text=True, check=False)


def push(repo: Path, *refs: str) -> subprocess.CompletedProcess[str]:
    line = ["git", "push", "-q", "origin", *refs]
    return subprocess.run(line, cwd=repo, capture_output=True, text=True, check=False)


def check_that_it_guards(app: Path, git: Git) -> None:
    with (app / "README").open("a") as file:
        file.write("changed\n")
    done = commit(app, "-a")
    assert done.returncode == 0, done.stdout + done.stderr
    with (app / MODEL).open("a") as file:
        file.write("# by hand\n")
    done = commit(app, "-a")
    assert done.returncode == 1
    assert "GF502" in done.stderr + done.stdout
    git("checkout", "-q", "HEAD", "--", MODEL, cwd=app)
    (app / "factory.yaml").write_text(SPEC.replace("fields:", "feelds:"))
    done = commit(app, "-a")
    assert done.returncode == 1
    assert "did you mean" in done.stderr + done.stdout
    check_what_it_formats(app, git)
    check_its_messages(app, git)
    check_its_pushes(app, git)


def check_what_it_formats(app: Path, git: Git) -> None:
    (app / "factory.yaml").write_text(SPEC + "\n\n")
    (app / "spec").mkdir()
    (app / "spec" / "other.yaml").write_text("a:    1\n\n\n")  # of no spec: other tools have such folders, too
    git("add", ".", cwd=app)
    done = commit(app)
    assert done.returncode == 1
    assert "spec fmt" in done.stderr + done.stdout
    assert (app / "factory.yaml").read_text() == SPEC, "formatted in place"
    assert (app / "spec" / "other.yaml").read_text() == "a:    1\n\n\n"
    git("rm", "-q", "-f", "spec/other.yaml", cwd=app)
    git("add", ".", cwd=app)


def check_its_messages(app: Path, git: Git) -> None:
    bound = app / "shop" / "bound" / "labels_send_them.py"
    bound.write_text(bound.read_text() + "    # soon\n")
    done = commit(app, "-a", "-m", "Factory-Node: nothing.such")
    assert done.returncode == 1
    assert "no spec here has" in done.stderr + done.stdout
    done = commit(app, "-a")
    assert done.returncode == 0, done.stdout + done.stderr
    assert commit(app, "--amend", "-m", "again").returncode == 0
    said = git("log", "-1", "--format=%(trailers:key=Factory-Node,valueonly)", cwd=app)
    assert said.split() == ["workflows.pipelines.labels.steps.send_them"]


def check_its_pushes(app: Path, git: Git) -> None:
    remote = app.parent / "origin.git"
    git("init", "-q", "--bare", str(remote), cwd=app)
    git("remote", "add", "origin", str(remote), cwd=app)
    done = push(app, "HEAD:refs/heads/main")
    assert done.returncode == 0, done.stdout + done.stderr
    with (app / MODEL).open("a") as file:
        file.write("# by hand\n")
    assert commit(app, "-a", "--no-verify").returncode == 0
    for target in ("main", "new"):
        done = push(app, f"HEAD:refs/heads/{target}")
        assert done.returncode == 1
        assert "GF502" in done.stderr + done.stdout
    git("reset", "-q", "--hard", "HEAD^", cwd=app)
    assert push(app, "HEAD:refs/heads/fine").returncode == 0
    assert push(app, ":refs/heads/fine").returncode == 0


def test_the_manifest_is_what_the_framework_reads() -> None:
    done = framework(TOP, "validate-manifest", str(MANIFEST))
    assert done.returncode == 0, done.stdout + done.stderr
    ids = ["factory-check", "factory-spec-lint", "factory-spec-fmt", "factory-commit-msg", "factory-pre-push"]
    assert list(manifest()) == ids


def test_the_project_runs_its_own_hooks_on_itself() -> None:
    """The same as others get, only from the checkout and not from an environment of their own."""
    if not OWN.exists():
        pytest.skip("not in the source distribution")
    local = {hook["id"]: hook for repo in yaml.safe_load(OWN.read_text())["repos"] for hook in repo["hooks"]}
    for name, hook in manifest().items():
        entry = str(hook["entry"]).replace("git-factory", "python -m factory_git")
        wanted = {**hook, "entry": entry, "language": "system"}
        del wanted["description"]
        assert local[name] == wanted
    done = framework(TOP, "validate-config", str(OWN))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["factory-spec-lint", "factory-spec-fmt"])
def test_the_hooks_of_specs_look_at_every_file_a_spec_can_have(name: str) -> None:
    paths = ["factory.yaml", "a/b.factory.yaml", "x/spec/app.yaml", "x/spec/data_contracts/item.yaml"]
    paths += ["x/spec/terms.yaml", "other.yaml", "factory.yml"]
    pattern = re.compile(str(manifest()[name]["files"]))
    assert {path for path in paths if pattern.search(path)} == {file for _, files in find(paths) for file in files}


def test_the_hooks_guard_commits_through_the_framework(app: Path, git: Git) -> None:
    """The entries of the manifest, run by the framework with this interpreter (an environment needs a network)."""
    run = f"{sys.executable} -m factory_git"
    hooks: list[dict[str, object]] = []
    for name, hook in manifest().items():
        entry = str(hook["entry"]).replace("git-factory", run)
        hooks.append({**hook, "id": name, "language": "system", "entry": entry})
    configure(app, git, yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    check_that_it_guards(app, git)


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("FACTORY_SOAK"), reason="builds an environment from a package index")
def test_the_hooks_guard_commits_in_the_framework_s_own_environment(app: Path, git: Git, tmp_path: Path) -> None:
    source = tmp_path / "git-factory"
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=TOP)
    for name in filter(None, listed.split("\0")):
        if (TOP / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, source / name)
    git("init", "-q", cwd=source)
    git("add", "-A", cwd=source)
    git("commit", "-q", "-m", "all", cwd=source)
    revision = git("rev-parse", "HEAD", cwd=source).strip()
    hooks = ", ".join(f"{{id: {name}}}" for name in manifest())
    configure(app, git, f"repos:\n- repo: {source}\n  rev: {revision}\n  hooks: [{hooks}]\n")
    built = framework(app, "install-hooks")
    if built.returncode:
        pytest.skip(f"the environment cannot be built here: {built.stdout[-400:]}")
    check_that_it_guards(app, git)
