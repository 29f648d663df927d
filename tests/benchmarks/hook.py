"""The commit hook beside others, whole processes, interleaved in one run; one bound Python file is staged.

    python -m tests.benchmarks.hook [--runs 20] [--files 10000]

Prints the median milliseconds of each and the ratio to `python -c pass`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from factory_git.app import hooks
from factory_git.gitio.locate import locate
from tests.benchmarks.startup import call, measure
from tests.codemap.repos import write
from tests.hooks.test_quick_judge import PYTHON

FRAMEWORK = "repos: [{repo: local, hooks: [{id: t, name: t, entry: 'true', language: system}]}]\n"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The commit hook beside others.")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--files", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder) / "repo"
        env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        build(repo, options.files)
        times = measure(repo, cases(repo), env, options.runs)
    floor = statistics.median(times["python -c pass"])
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:<46} {middle * 1000:7.1f} ms  {middle / floor:5.2f}")
    return 0


def build(repo: Path, files: int) -> None:
    """A repository with a small bound application, many other Python files, and the hooks."""
    repo.mkdir()
    call(repo, "git", "init", "-q")
    for key, value in (("user.name", "A"), ("user.email", "a@b"), ("gc.auto", "0")):
        call(repo, "git", "config", key, value)
    write(repo, PYTHON)
    write(repo, {".pre-commit-config.yaml": FRAMEWORK})
    for number in range(files):
        path = repo / "other" / f"{number % 100:02}" / f"file{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"def f{number}(x):\n    return x + {number}\n")
    call(repo, "git", "add", ".")
    call(repo, "git", "commit", "-q", "-m", "all")
    hooks.install(locate(repo), ["pre-commit"])
    call(repo, "sh", ".git/hooks/pre-commit")  # the whole check, which remembers


def cases(repo: Path) -> dict[str, tuple[list[str], Callable[[], None]]]:
    """Name → command and what is done before each measurement."""
    script = ["sh", str(repo / ".git/hooks/pre-commit")]
    file, count = repo / "src/sell.py", iter(range(1 << 30))
    ten = [repo / f"lib/part{number}.py" for number in range(10)]
    note = repo / ".git/factory/gate.base"

    def clean() -> None:
        call(repo, "git", "reset", "-q", "--hard")

    def fresh() -> None:
        clean()
        note.unlink(missing_ok=True)
        file.write_text(f"{PYTHON['src/sell.py']}\n# {next(count)}\n")
        call(repo, "git", "add", "src")

    def known() -> None:
        fresh()
        call(repo, *script)

    def many() -> None:
        clean()
        note.unlink(missing_ok=True)
        for one in ten:
            one.write_text(f"def part():\n    return {next(count)}\n")
        call(repo, "git", "add", "lib")

    def unbound() -> None:
        clean()
        call(repo, *script)
        (repo / "README").write_text(f"{next(count)}\n")
        call(repo, "git", "add", "README")

    def unknown() -> None:
        fresh()
        (repo / ".git/factory/gate.code").unlink(missing_ok=True)

    def after_known() -> None:
        clean()
        call(repo, *script)  # what was committed without the hook is looked at
        fresh()

    def changed() -> None:
        clean()
        file.write_text(f"{PYTHON['src/sell.py']}\n# {next(count)}\n")

    commit = ["git", "commit", "-q", "-m", "x"]
    return {
        "python -c pass": ([sys.executable, "-c", "pass"], lambda: None),
        "python -I -S -c pass": ([sys.executable, "-I", "-S", "-c", "pass"], lambda: None),
        "ruff check FILE": (["ruff", "check", "--exit-zero", "--isolated", "src/sell.py"], fresh),
        "git diff, then ruff": (
            ["sh", "-c", "git diff --cached --name-only | xargs ruff check --exit-zero --isolated"], fresh,
        ),
        "hook: new content, one file": (script, fresh),
        "hook: new content, ten files": (script, many),
        "hook: content remembered": (script, known),
        "hook: nothing bound is staged (shell)": (script, unbound),
        "hook: nothing remembered (whole check)": (script, unknown),
        "pre-commit framework around true": (["pre-commit", "run"], fresh),
        "git commit --no-verify": ([*commit, "--no-verify"], fresh),
        "git commit": (commit, after_known),
        "git commit -a": ([*commit, "-a"], changed),
        "git commit -- path": ([*commit, "--", "src/sell.py"], changed),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
