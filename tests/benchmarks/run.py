"""Where the wall time of ``git factory run`` goes, on the farmer application, as whole processes.

    python -m tests.benchmarks.run [--runs 5]

Prints the median of each phase, what of it are the tests themselves, and what is left: Python's start-up and imports,
Git children, the ledger.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from factory_git import open as open_ledger
from factory_git.core.resources import folder

IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Bench"), ("EMAIL", "bench@example.com"))
}
ENV = {**os.environ, **IDENTITY}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The wall time of a run, split by phase.")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    samples = [once() for _ in range(options.runs)]
    idle = [sample.pop("nothing to do") for sample in samples]
    print(f"git factory run, farmer, median of {options.runs}")
    for name in samples[0]:
        print(f"  {name:<28} {statistics.median(sample[name] for sample in samples):7.3f} s")
    print(f"  {'a second run: nothing to do':<28} {statistics.median(idle):7.3f} s")
    return 0


def once() -> dict[str, float]:
    """One run in a fresh repository: seconds by what they were spent on."""
    with tempfile.TemporaryDirectory() as place:
        repo = Path(place) / "farmer"
        repo.mkdir()
        git(repo, "init", "-q", "-b", "main")
        (repo / "factory.yaml").write_bytes((folder("templates") / "farmer" / "factory.yaml").read_bytes())
        git(repo, "add", ".")
        git(repo, "commit", "-q", "-m", "spec")
        wall, result = factory(repo)
        (one,) = result["specs"]
        assert one["outcome"] == "converged", one
        ledger = open_ledger(repo)
        (proof,) = ledger.list(type="validate")
        tests = sum(float(test["seconds"]) for test in proof.record.payload["tests"])
        again, _ = factory(repo)
    phases = {name: float(seconds) for name, seconds in one["seconds"].items()}
    out = {f"phase {name}": seconds for name, seconds in phases.items()}
    out["of validate: the tests"] = tests
    out["of validate: around them"] = phases["validate"] - tests
    out["outside the phases"] = wall - sum(phases.values())
    out["whole process"] = wall
    out["all but validate"] = wall - phases["validate"]
    out["nothing to do"] = again
    return out


def factory(repo: Path) -> tuple[float, dict[str, Any]]:
    """One ``git factory run`` as a process: its wall time and its result."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "factory_git", "run", "--json"], cwd=repo, env=ENV, capture_output=True, check=False
    )
    seconds = time.perf_counter() - started
    assert done.returncode == 0, done.stdout + done.stderr
    return seconds, json.loads(done.stdout)


def git(repo: Path, *args: str) -> None:
    """Git in ``repo``."""
    subprocess.run(["git", *args], cwd=repo, env=ENV, check=True)


if __name__ == "__main__":
    sys.exit(main())
