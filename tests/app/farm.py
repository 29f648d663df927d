"""A repository with the farmer template, and shorthands for what tests of growth ask of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.app import apply, desire, plan, status
from factory_git.app.apply_job import Options as ApplyOptions
from factory_git.app.apply_job import Result as Applied
from factory_git.app.context import open_context
from factory_git.core.resources import folder
from factory_git.engine.phases import validate
from factory_git.executors.acceptance import Proven, TestResult
from factory_git.growth.desire.desire import Desire
from factory_git.ledger.record import Record
from tests.engine.fakes import Seen

Git = Callable[..., str]
WISH = "reserve tuesday contracts first, phi compliant, packlists and invoices"
ALLOCATE = "workflows.pipelines.contract_allocation.steps.allocate_to_contracts"


SAID = ("why", "constraints", "outputs", "cadence", "preferences", "trusted_sources")


class Farm:
    """A repository whose only commit has the spec of a template."""

    def __init__(self, path: Path, git: Git, template: str = "farmer") -> None:
        self.path, self._git = path, git
        path.mkdir()
        self.git("init", "-q")
        (path / "factory.yaml").write_bytes((folder("templates") / template / "factory.yaml").read_bytes())
        (path / ".gitignore").write_text("__pycache__/\n.pytest_cache/\n.hypothesis/\n")
        self.commit("the spec")

    def git(self, *args: str, ok: bool = True) -> str:
        return self._git(*args, cwd=self.path, ok=ok).strip()

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    @property
    def spec(self) -> Path:
        return self.path / "factory.yaml"

    def edit(self, old: str, new: str) -> None:
        text = self.spec.read_text()
        assert text.count(old) == 1, old
        self.spec.write_text(text.replace(old, new))

    def desire(self, text: str, **options: object) -> desire.Result:
        known = {key: options.pop(key) for key in SAID if key in options}
        wanted = Desire(text=text, **known)  # type: ignore[arg-type]
        ctx = open_context(self.path)
        try:
            return desire.run(ctx, desire.Options(desire=wanted, **options))  # type: ignore[arg-type]
        finally:
            ctx.ledger.close()

    def plan(self, what: str = "", **options: object) -> plan.Result:
        ctx = open_context(self.path)
        try:
            return plan.run(ctx, plan.Options(what=what, **options))  # type: ignore[arg-type]
        finally:
            ctx.ledger.close()

    def apply(self, morph: str, **options: object) -> Applied:
        ctx = open_context(self.path)
        try:
            return apply.run(ctx, ApplyOptions(morph=morph, **options), Seen())  # type: ignore[arg-type]
        finally:
            ctx.ledger.close()

    def status(self) -> list[status.Status]:
        ctx = open_context(self.path)
        try:
            return status.run(ctx)
        finally:
            ctx.ledger.close()

    def records(self, type: str) -> list[Record]:  # noqa: A002
        ctx = open_context(self.path)
        found = [entry.record for entry in ctx.ledger.list(type=type)]
        ctx.ledger.close()
        return found

    def ancestors(self, id_: str) -> list[str]:
        """The types of everything that a record came from."""
        ctx = open_context(self.path)
        seen: dict[str, str] = {}
        todo = [id_]
        while todo:
            record = ctx.ledger.get(todo.pop())
            seen[record.id] = record.type
            todo += [parent for parent in record.parents if parent not in seen]
        ctx.ledger.close()
        return sorted(seen.values())

    def agent(self, body: str) -> str:
        """``--agent`` for a Python script outside the repository."""
        script = self.path.parent / "agent.py"
        script.write_text("import json, sys\nfrom pathlib import Path\nprompt = sys.stdin.read()\n" + body)
        return f"command: {shlex.quote(sys.executable)} {shlex.quote(str(script))}"

    def state(self) -> tuple[str, str, str, str]:
        """What a failure must leave as it was: branch, index and files, refs of applications."""
        refs = self.git("for-each-ref", "refs/factory/applications", "refs/heads")
        return refs, self.git("status", "--porcelain"), self.spec.read_text(), self.git("rev-parse", "HEAD")


def passing(place: Path, package: str, tests: list[str], *, timeout: float) -> Proven:
    """Every test passes, without the seconds that pytest takes."""
    del place, package, timeout
    results = tuple(TestResult(test=test, outcome="passed", assertions=1, seconds=0) for test in tests)
    return Proven(results=results, problem="", completed=None, seconds=0.0)


def quick(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> Farm:
    """The same farm; its acceptance tests pass without being run."""
    monkeypatch.setattr(validate, "prove", passing)
    return farm
