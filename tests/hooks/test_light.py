"""What the paths with a time budget do not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import check
from factory_git.gitio.locate import locate
from tests.conftest import Git
from tests.drift.conftest import SPEC, compile_into

HEAVY = {
    "click",
    "pygit2",
    "jsonschema",
    "yaml",
    "sqlite3",
    "subprocess",
    "json",
    "typing",
    "dataclasses",
    "pathlib",
    "re",
    "factory_git.app.check",
    "factory_git.cli.main",
    "factory_git.spec.load",
}


def loaded(code: str, cwd: Path, *options: str) -> set[str]:
    """The heavy modules that are loaded once ``code`` ran in a fresh interpreter, which must end with 0."""
    home = Path(__file__).resolve().parents[2]
    probe = (
        f"import sys; sys.path.append({str(home)!r})\n"
        f"try:\n {code}\nexcept SystemExit as e:\n assert not e.code, e.code\n"
        "print('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, *options, "-c", probe], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return HEAVY & set(done.stdout.split())


@pytest.fixture
def checked(repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compiled application that was checked once, with one of its files staged anew."""
    (repo / "factory.yaml").write_text(SPEC)
    compile_into(repo)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "all", cwd=repo)
    with monkeypatch.context() as patch:
        patch.chdir(repo)
        assert check.run(locate(), check.Options()).findings == ()
    return repo


def test_the_hook_loads_nothing_heavy(checked: Path) -> None:
    code = "from factory_git import hook; sys.exit(0 if hook.quick(base=True) else 1)"
    assert loaded(code, checked, "-I", "-S") == set()


def test_the_hook_through_the_command_loads_no_command_line(checked: Path) -> None:
    code = "sys.argv = ['git-factory', 'check', '--hook']; from factory_git.__main__ import main; sys.exit(main())"
    assert loaded(code, checked, "-I", "-S") == set()


def test_the_version_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "sys.argv = ['git-factory', '--version']; from factory_git.__main__ import main; sys.exit(main())"
    assert loaded(code, tmp_path, "-I", "-S") == set()
