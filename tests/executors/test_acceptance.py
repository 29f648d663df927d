"""A verdict on acceptance tests that files in the folder cannot bend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.core.errors import AgentFailed
from factory_git.executors.acceptance import Proven, prove, require

TEST = "tests/test_acceptance.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path, "app/__init__.py", "")
    put(tmp_path, "app/model.py", "def double(x): return x * 2\n")
    put(
        tmp_path,
        TEST,
        "from app.model import double\n\ndef test_double():\n    assert double\n    assert double(2) == 4\n",
    )
    return tmp_path


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def outcomes(proven: Proven) -> list[str]:
    return [result.outcome for result in proven.results]


def ask(root: Path, *names: str) -> Proven:
    return prove(root, "app", [f"{TEST}::{name}" for name in names], timeout=60)


def test_a_passing_test_passes_with_its_assertions_counted(root: Path) -> None:
    proven = ask(root, "test_double")
    assert (proven.passed, outcomes(proven), proven.assertions) == (True, ["passed"], 2), proven
    assert not [p for p in root.rglob("*") if p.name in ("__pycache__", ".pytest_cache", ".hypothesis")]


def test_a_broken_application_fails_with_the_reason(root: Path) -> None:
    put(root, "app/model.py", "def double(x): return x * 3\n")
    proven = ask(root, "test_double")
    assert outcomes(proven) == ["failed"]
    assert "6 == 4" in proven.results[0].message


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("pass", "hollow"),
        ("import pytest; pytest.skip('later')", "skipped"),
        ("import pytest; pytest.xfail('known')", "xfail"),
        ("raise KeyError('x')", "failed"),
    ],
)
def test_what_does_not_show_anything_does_not_pass(root: Path, body: str, outcome: str) -> None:
    put(root, TEST, f"def test_it():\n    {body}\n")
    proven = ask(root, "test_it")
    assert (proven.passed, outcomes(proven)) == (False, [outcome])


def test_a_test_that_is_not_there_is_missing_and_none_at_all_is_no_proof(root: Path) -> None:
    assert not ask(root, "test_double", "test_gone").passed
    assert not prove(root, "app", [], timeout=60).passed


def test_a_test_that_cannot_be_read_says_why(root: Path) -> None:
    put(root, TEST, "import no_such_thing\n\ndef test_it():\n    assert True\n")
    proven = ask(root, "test_it")
    assert not proven.passed
    assert [t.message for t in proven.results] == [
        "the test did not run: ModuleNotFoundError: No module named 'no_such_thing'"
    ]


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(0)",
        "raise SystemExit(0)",
        "import os; os.kill(os.getpid(), 9)",
        "import pytest; pytest.exit('done', 0)",
    ],
)
def test_code_that_ends_the_process_early_proves_nothing(root: Path, code: str) -> None:
    put(root, "app/model.py", f"{code}\n")
    assert not ask(root, "test_double").passed


BROKEN = "def double(x): return x * 3\n"
HOOK = "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n"


HOSTILE = {
    "conftest.py": HOOK,
    "tests/conftest.py": HOOK,
    "pytest.ini": "[pytest]\naddopts = --collect-only\n",
    "tests/pytest.ini": "[pytest]\naddopts = -p helper\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-k nothing'\n",
    "tox.ini": "[pytest]\naddopts = --collect-only\n",
    "sitecustomize.py": "raise SystemExit(0)\n",
    "usercustomize.py": "raise SystemExit(0)\n",
    "pytest.py": "def main(*a, **k): return 0\n",
    "json.py": "raise SystemExit(0)\n",
    "_pytest/__init__.py": "raise SystemExit(0)\n",
}


def test_files_of_the_folder_do_not_change_the_verdict(root: Path) -> None:
    for path, text in HOSTILE.items():
        put(root, path, text)
    assert ask(root, "test_double").passed, "a good application still passes"
    put(root, "app/model.py", BROKEN)
    assert not ask(root, "test_double").passed
    put(root, "tests/__init__.py", "raise SystemExit(0)\n")
    assert not ask(root, "test_double").passed


def test_byte_code_in_the_folder_is_not_used(root: Path) -> None:
    import importlib.util
    import py_compile

    good = root / "app" / "model.py"
    cached = importlib.util.cache_from_source(str(good))
    py_compile.compile(str(good), cached, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    put(root, "app/model.py", BROKEN)
    assert outcomes(ask(root, "test_double")) == ["failed"]


def test_rewritten_tests_that_lie_there_are_not_used(root: Path) -> None:
    """What pytest itself would cache, with the head that makes it believe it, for a test that always passes."""
    real = (root / TEST).read_text()
    when = (root / TEST).stat()
    head = cached(root).read_bytes()[:16]
    put(root, TEST, "def test_double():\n    assert 1 == 1\n")
    forged = cached(root)
    body = forged.read_bytes()[16:]
    put(root, TEST, real)
    os.utime(root / TEST, ns=(when.st_atime_ns, when.st_mtime_ns))
    forged.write_bytes(head + body)
    put(root, "app/model.py", BROKEN)
    assert outcomes(ask(root, "test_double")) == ["failed"]


def cached(root: Path) -> Path:
    """Have pytest run the tests with its cache; returns the file it left."""
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": ""}
    options = ("-c", "/dev/null", "--rootdir", ".", "-p", "no:cacheprovider", "--import-mode=importlib", "-q")
    enable = ("-o", "enable_assertion_pass_hook=true")
    done = subprocess.run([sys.executable, "-m", "pytest", *options, *enable, TEST], cwd=root, env=env, check=False)
    assert done.returncode == 0
    (file,) = (root / "tests" / "__pycache__").iterdir()
    return file


def test_settings_of_the_caller_do_not_change_the_verdict(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "evil/app/__init__.py", "")
    put(root, "evil/app/model.py", BROKEN)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(root / "evil"))
        patch.setenv("PYTEST_ADDOPTS", "--collect-only")
        assert ask(root, "test_double").passed


def test_a_missing_tool_is_an_error_that_says_how_to_get_it() -> None:
    require(["json"])
    with pytest.raises(AgentFailed) as caught:
        require(["no_such_module_here"])
    assert "git-factory[acceptance]" in caught.value.hint


def test_a_test_that_blocks_is_ended(root: Path) -> None:
    put(root, "app/model.py", "import os\ndef double(x): os.read(os.pipe()[0], 1)\n")
    proven = prove(root, "app", [f"{TEST}::test_double"], timeout=1)
    assert not proven.passed
    assert "time-out" in proven.problem
