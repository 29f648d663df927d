"""The process that runs acceptance tests: started by path, with ``python -P -B``, never imported by the program.

It reads its orders from standard input and writes what it measures to an inherited descriptor: no name of a file that
the code under test could write to stands in the environment or on the command line. It imports the application only
from the folder it was told, whatever else on ``sys.path`` has the same name, and nothing else from there before the
standard library and the installed packages.
"""

from __future__ import annotations

import importlib.machinery
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import FileFinder
from types import ModuleType
from typing import Any

NOTHING_RAN = 5


class Source(importlib.machinery.SourceFileLoader):
    """A loader that compiles what it reads: byte code that lies beside the source has no say."""

    def path_stats(self, path: Any) -> Any:
        raise OSError("no byte code is looked for")  # get_code() then neither reads nor writes any


def source_only(root: str) -> Callable[[str], FileFinder]:
    """A path hook for the folders below ``root``: Python source and nothing else (no byte code, no shared objects)."""

    def hook(path: str) -> FileFinder:
        if path != root and not path.startswith(root + os.sep):
            raise ImportError(path)
        return FileFinder(path, (Source, importlib.machinery.SOURCE_SUFFIXES))

    return hook


class Only:
    """A finder that takes one top-level package from one folder, before anything else may offer it."""

    def __init__(self, package: str, folder: str) -> None:
        self.package, self.folder = package, folder

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        if name != self.package:
            return None
        return importlib.machinery.PathFinder.find_spec(name, [self.folder])


class Reporter:
    """A pytest plugin that writes one JSON line per test: outcome, assertions that passed, seconds, the failure."""

    def __init__(self, write: Any) -> None:
        self.write = write
        self.assertions = 0
        self.tests: dict[str, dict[str, Any]] = {}

    def pytest_assertion_pass(self) -> None:
        self.assertions += 1

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.assertions = 0
        self.tests[nodeid] = {"test": nodeid, "outcome": "error", "seconds": 0.0, "message": ""}

    def pytest_runtest_logreport(self, report: Any) -> None:
        test = self.tests[report.nodeid]
        test["seconds"] += report.duration
        if report.when == "call":
            test["outcome"] = report.outcome
            if hasattr(report, "wasxfail"):
                test["outcome"] = "xfail"
        elif report.outcome != "passed":
            test["outcome"] = "skipped" if report.outcome == "skipped" else "error"
        if report.outcome != "passed":
            test["message"] = (test["message"] + report.longreprtext)[:20_000]

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        test = self.tests.pop(nodeid)
        self.write({**test, "assertions": self.assertions})

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.write({"collect": report.nodeid, "message": str(report.longrepr)[:20_000]})


def main() -> int:
    """Run the tests that standard input names; the exit code is pytest's."""
    orders = json.loads(sys.stdin.read())
    channel = os.fdopen(orders["report"], "w", encoding="utf-8")

    def write(value: dict[str, Any]) -> None:
        channel.write(json.dumps(value) + "\n")
        channel.flush()

    root = orders["root"]
    sys.path_hooks.insert(0, source_only(root))
    sys.meta_path.insert(0, Only(orders["package"], root))
    sys.path.append(root)
    import pytest  # noqa: PLC0415 (after the path is set, and only here)

    alone = () if orders["own"] else ("-c", os.devnull, "--noconftest")
    code = pytest.main(
        [
            *alone,
            *("--rootdir", root, "--import-mode=importlib", "-p", "no:cacheprovider"),
            *("-o", "enable_assertion_pass_hook=true", "--assert=rewrite", "-q", "--tb=short", "--color=no"),
            *orders["tests"],
        ],
        plugins=[Reporter(write)],
    )
    write({"finished": True, "exit": int(code), "pytest": pytest.__version__})
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
