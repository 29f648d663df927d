"""The hermetic fixture: every test has its own home, its own Git configuration, its own identity and zone.

A test that leaves the environment changed, or that writes into the real home, fails.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Git = Callable[..., str]

IDENTITY = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "C O Mitter",
    "GIT_COMMITTER_EMAIL": "committer@example.com",
    "GIT_EDITOR": "false",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
}
KEEP = {
    "PATH",
    "LANG",
    "TMPDIR",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "SYSTEMROOT",
    "CI",
    "FACTORY_SOAK",
    "COVERAGE_PROCESS_START",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the transcripts with what the program prints")


@pytest.fixture(autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the test's own, and nothing of the developer's environment."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(
        "[init]\n\tdefaultBranch = main\n[user]\n\tname = A U Thor\n\temail = author@example.com\n"
        "[gc]\n\tauto = 0\n[advice]\n\tdetachedHead = false\n"
    )
    # Not the `monkeypatch` fixture: a test's own patches are undone before the look at what it left changed.
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name not in KEEP and not name.startswith("PYTEST_"):
                patch.delenv(name)
        for name, value in IDENTITY.items():
            patch.setenv(name, value)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
        patch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
        before, here = dict(os.environ), Path.cwd()
        yield home
        changed = {k for k in before.keys() | os.environ.keys() if before.get(k) != os.environ.get(k)}
        changed -= {"PYTEST_CURRENT_TEST", "COLUMNS", "LINES"}
        assert not changed, f"the test changed the environment: {sorted(changed)}"
        assert Path.cwd() == here, "the test changed the working folder"


@pytest.fixture
def git() -> Git:
    """Call the real Git: ``git("commit", "-m", "x", cwd=repo)`` gives its standard output."""

    def call(*args: str, cwd: Path, stdin: str | None = None, ok: bool = True) -> str:
        done = subprocess.run(["git", *args], cwd=cwd, input=stdin, capture_output=True, text=True, check=False)
        assert not ok or done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
        return done.stdout

    return call


@pytest.fixture
def repo(tmp_path: Path, git: Git) -> Path:
    """A fresh repository with one commit."""
    path = tmp_path / "repo"
    path.mkdir()
    git("init", "-q", cwd=path)
    (path / "README").write_text("hello\n")
    git("add", ".", cwd=path)
    git("commit", "-q", "-m", "first", cwd=path)
    return path
