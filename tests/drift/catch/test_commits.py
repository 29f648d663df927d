"""The same drifts as commits of a real repository: what is staged is refused, by the whole command and by the hook.

Compiled code is here, too: whatever somebody edits in the body of a compiled file is found (only Python is compiled).
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from factory_git import hook
from factory_git.cli import main
from tests.conftest import Git
from tests.drift.catch.apps import LANGUAGES, Language, application
from tests.drift.catch.drift import Drift
from tests.drift.catch.drifts import chosen
from tests.drift.conftest import Findings, codes

SOAK = bool(os.environ.get("FACTORY_SOAK"))
COMMITS = 20 if SOAK else 2
EDITS = 100 if SOAK else 15
COMPILED = re.compile(r"^shop/(?!bound/).*\.py$")  # what a hole is filled with is somebody's own


def lay(repo: Path, files: Mapping[str, bytes], git: Git) -> None:
    """Make these, and only these, the files of the repository, staged."""
    for path in git("ls-files", cwd=repo).split("\n"):
        if path and path not in files:
            (repo / path).unlink(missing_ok=True)
    for path, content in files.items():
        target = repo / path
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    git("add", "-A", cwd=repo)


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)
def test_a_drift_that_is_staged_is_refused(
    language: Language, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(repo, application(language), git)
    git("commit", "-q", "-m", "the farm", cwd=repo)
    monkeypatch.chdir(repo)
    assert run(capsys, "--all") == (0, [])
    assert run(capsys, "--hook") == (0, [])
    for drift in chosen(language, COMMITS, seed=1):
        lay(repo, drift.files, git)
        for arguments in ((), ("--hook",), ("--all",)):
            code, found = run(capsys, *arguments)
            assert code == (0 if drift.warns else 1), (drift.title, found)
            assert told(drift) in found, (drift.title, arguments, found)
        assert not hook.quick(), drift.title
        git("reset", "-q", "--hard", cwd=repo)
        assert run(capsys, "--hook") == (0, [])


def told(drift: Drift) -> tuple[str, str, str]:
    """What must be said of a drift."""
    return (drift.code, drift.node, drift.file)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[tuple[str, str, str]]]:
    """The exit code of the real command, and code, spec path and file of each finding."""
    capsys.readouterr()
    code = main.run(["check", "--json", *arguments])
    out = capsys.readouterr().out
    found = json.loads(out)["findings"] if out.strip() else []
    return code, [(one["code"], one.get("path", ""), one["file"]) for one in found]


@pytest.mark.soak
def test_every_edit_of_a_compiled_body_is_found(app: Path, git: Git, findings: Findings) -> None:
    chance = random.Random(7)
    paths = [path for path in git("ls-files", cwd=app).split() if COMPILED.match(path)]
    assert len(paths) > 3
    for number in range(EDITS):
        path, text = edited(app, paths, chance)
        before = (app / path).read_text()
        (app / path).write_text(text)
        git("add", path, cwd=app)
        assert codes(findings(app)) == [("GF502", path)], (number, path)
        (app / path).write_text(before)
        git("add", path, cwd=app)
    assert findings(app) == []


def edited(app: Path, paths: list[str], chance: random.Random) -> tuple[str, str]:
    """A compiled file, and its text with one line inside some body changed."""
    while True:
        path = chance.choice(paths)
        lines = (app / path).read_text().split("\n")
        inside = [at for at, line in enumerate(lines) if line.startswith("    ") and line.strip()]
        if not inside:
            continue
        at = chance.choice(inside)
        how = chance.choice(("cut", "twice", "pass", "space", "comment"))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines[at : at + 1] = {
            "cut": [], "twice": [lines[at]] * 2, "pass": [f"{indent}pass", lines[at]], "space": [f"{lines[at]} "],
            "comment": [f"{lines[at]}  # for now"],
        }[how]  # fmt: skip
        return path, "\n".join(lines)
