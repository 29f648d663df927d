"""Start-up as ratios to ``python -c pass``, whole processes, interleaved in one run.

    python -m tests.benchmarks.startup [--runs 40] [--files 10000]

Prints the median milliseconds and the ratio of each path. The repository holds the farmer application and ``--files``
further files; one file is changed and staged in it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from factory_git import open as open_ledger
from factory_git.app import hooks, init
from factory_git.gitio.locate import locate
from tests.drift.conftest import compile_into

Prepare = Callable[[], None]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Start-up times as ratios to `python -c pass`.")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--files", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder) / "repo"
        env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        record = build(repo, options.files)
        times = measure(repo, cases(repo, record), env, options.runs)
    floor = statistics.median(times["python -c pass"])
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:<46} {middle * 1000:7.1f} ms  {middle / floor:5.2f}")
    return 0


def build(repo: Path, files: int) -> str:
    """A repository with the farmer application, many other files, the hook, and one record, whose id is returned."""
    repo.mkdir()
    call(repo, "git", "init", "-q")
    call(repo, "git", "config", "user.name", "A U Thor")
    call(repo, "git", "config", "user.email", "author@example.com")
    call(repo, "git", "config", "gc.auto", "0")
    init.run(repo, template="farmer")
    compile_into(repo)
    for number in range(files):
        path = repo / "other" / f"{number % 100:02}" / f"file{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n")
    call(repo, "git", "add", ".")
    call(repo, "git", "commit", "-q", "-m", "all")
    hooks.install(locate(repo))
    ledger = open_ledger(repo)
    ledger.register("note", {"type": "object"})
    record = ledger.put("note", {"title": "a note"})
    ledger.close()
    return str(record)


def cases(repo: Path, record: str) -> Mapping[str, tuple[Sequence[str], Prepare]]:
    """Name → command and what is done before each measurement."""
    script = ["sh", str(repo / ".git" / "hooks" / "pre-commit")]
    note = repo / ".git" / "factory" / "gate.base"
    memory = repo / ".git" / "factory" / "gate"
    kept = repo / ".git" / "gate.kept"
    words = repo / ".git" / "words"
    message = ["sh", str(repo / ".git" / "hooks" / "commit-msg"), str(words)]
    code = "other/tagged.sql"

    def only_other_files() -> None:
        words.write_text("subject\n")
        call(repo, "git", "reset", "-q", "--", code)

    def code_is_staged() -> None:
        words.write_text("subject\n")
        call(repo, "git", "add", code)

    def nobody_knows() -> None:
        code_is_staged()
        (repo / ".git" / "factory" / "specs").unlink(missing_ok=True)

    def nothing() -> None:
        pass

    def remembered() -> None:
        note.unlink(missing_ok=True)
        shutil.copy(kept, memory)

    def forgotten() -> None:
        note.unlink(missing_ok=True)
        memory.unlink(missing_ok=True)

    def known_to_the_shell() -> None:
        if not note.exists():
            call(repo, *script)
            assert note.exists()

    call(repo, *script)  # the whole check, which remembers
    shutil.copy(memory, kept)
    changed = repo / "other" / "00" / "file0.txt"
    changed.write_text("changed\n")
    call(repo, "git", "add", ".")
    words.write_text("subject\n")
    call(repo, *message)  # the whole hook, which remembers
    (repo / code).write_text("-- gf: data_contracts.entities.block\ncreate table block (id text);\n")
    return {
        "python -c pass": ([sys.executable, "-c", "pass"], nothing),
        "hook: the shell knows the commit": (script, known_to_the_shell),
        "hook: what the spec compiles to is remembered": (script, remembered),
        "hook: nothing remembered, recompiled": (script, forgotten),
        "git factory check --hook (pre-commit's entry)": (["git", "factory", "check", "--hook"], remembered),
        "commit-msg: nothing of a spec is staged": (message, only_other_files),
        "commit-msg: code is staged": (message, code_is_staged),
        "commit-msg: code is staged, nothing remembered": (message, nobody_knows),
        "git factory --version": (["git", "factory", "--version"], nothing),
        "git factory show ID": (["git", "factory", "show", record], nothing),
    }


def measure(
    repo: Path, todo: Mapping[str, tuple[Sequence[str], Prepare]], env: Mapping[str, str], runs: int
) -> dict[str, list[float]]:
    """Seconds of each run of each case; the cases take turns, so that the machine's moods hit all alike."""
    times: dict[str, list[float]] = {name: [] for name in todo}
    for turn in range(runs + 1):
        for name, (line, prepare) in todo.items():
            prepare()
            start = time.perf_counter()
            done = subprocess.run(line, cwd=repo, env=env, capture_output=True, check=False)
            seconds = time.perf_counter() - start
            assert done.returncode == 0, (name, done.stderr)
            if turn:  # the first turn warms the caches
                times[name].append(seconds)
    return times


def call(repo: Path, *line: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(line, cwd=repo, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
