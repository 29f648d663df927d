"""A small world for runs: a spec with one hole, a compiler that takes a millisecond, agents that are short scripts."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.app.run import run
from factory_git.app.run_result import Result
from factory_git.app.run_session import Options
from factory_git.compiler.files import BOUND, Compilation, CompiledFile, Hole, Proof
from factory_git.compiler.lock import PATH as LOCK
from factory_git.core import points
from factory_git.core.ids import SpecPath, blob_oid
from factory_git.engine import making
from factory_git.engine.workshop import Report
from factory_git.ledger.record import Record
from factory_git.spec.graph import build
from factory_git.spec.model import Spec

Git = Callable[..., str]

SPEC = """\
factory: 1
app: {id: shop, title: Shop}
workflows:
  pipelines:
    - {name: Main, steps: [Fill]}
acceptance:
  - {name: Value is right, then: ["value == 42"]}
"""
HOLDOUT = "  - {name: Kept from the agent, holdout: true, then: ['value == 42', 'value != 4242424242']}\n"
GOOD = "def run():\n    return 42\n"
STUB = "def run():\n    raise NotImplementedError('workflows.pipelines.main.steps.fill')\n"
HOLE = SpecPath("workflows.pipelines.main.steps.fill")
BOUND_FILE = "shop/bound/main_fill.py"


def fake_compile(spec: Spec, previous: Mapping[str, bytes] | None = None) -> Compilation:
    """Files of the shape that the real compiler gives, in no time: a model, a stub per hole, a test per scenario."""
    del previous
    package = spec.package
    texts = {
        f"{package}/__init__.py": "",
        f"{package}/model.py": f"TITLE = {spec.title!r}\nVERSION = {spec.version!r}\n",
    }
    proofs = []
    for scenario in spec.scenarios:
        if not scenario.then:
            continue
        file = "tests/test_holdout.py" if scenario.holdout else "tests/test_acceptance.py"
        lines = "".join(f"    assert {then.text}, {scenario.name!r}\n" for then in scenario.then)
        head = f"from {package} import model\nfrom {package}.bound.main_fill import run\n"
        test = f"\n\ndef test_{scenario.id}():\n    assert model.TITLE\n    value = run()\n{lines}"
        texts[file] = texts.get(file, head) + test
        test_id = f"{file}::test_{scenario.id}"
        proofs.append(Proof(test=test_id, scenario=scenario.path, holdout=scenario.holdout))
    files = {path: CompiledFile(path=path, content=text.encode()) for path, text in sorted(texts.items())}
    stub = f"{package}/bound/main_fill.py"
    files[stub] = CompiledFile(path=stub, content=STUB.encode(), mode=BOUND, nodes=(HOLE,), digest="d1")
    lock = {
        "lock": 1,
        "spec": {"digest": build(spec).digest},
        "files": {
            path: {"mode": file.mode, ("stub" if file.mode == BOUND else "oid"): blob_oid(file.content)}
            for path, file in files.items()
        },
    }
    content = json.dumps(lock, sort_keys=True).encode()
    files[LOCK] = CompiledFile(path=LOCK, content=content)
    holes = (Hole(path=HOLE, file=stub, function="run"),)
    return Compilation(files=files, holes=holes, proofs=tuple(proofs), compiler="fake-1")


class Seen:
    """A progress that keeps what it was told."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str, str]] = []

    def began(self, spec: str, phase: str, iteration: int) -> None:
        pass

    def ended(self, spec: str, phase: str, iteration: int, report: Report, seconds: float) -> None:
        self.steps.append((spec, phase, str(report.outcome)))


class Shop:
    """A repository with the spec above, and shorthands for what tests ask of it."""

    def __init__(self, path: Path, git: Git) -> None:
        self.path, self._git = path, git
        self.seen = Seen()

    def git(self, *args: str, ok: bool = True) -> str:
        return self._git(*args, cwd=self.path, ok=ok).strip()

    def commit(self, files: Mapping[str, str | None], message: str = "change") -> str:
        for name, text in files.items():
            if text is None:
                (self.path / name).unlink()
                continue
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def run(self, checkpoint: Callable[[str], None] = lambda _: None, **options: object) -> Result:
        self.seen = Seen()
        ctx = open_context(self.path)
        with points.listening(checkpoint):
            result = run(ctx, Options(**options), self.seen)  # type: ignore[arg-type]
        ctx.ledger.close()
        return result

    def records(self, type: str | None = None) -> list[Record]:  # noqa: A002
        ctx = open_context(self.path)
        found = [entry.record for entry in ctx.ledger.list(type=type)]
        ctx.ledger.close()
        return found

    def blob(self, oid: str) -> str:
        ctx = open_context(self.path)
        data = ctx.ledger.blob(oid)
        ctx.ledger.close()
        return data.decode()

    def show(self, path: str, rev: str = "main") -> str:
        return self._git("show", f"{rev}:{path}", cwd=self.path)

    def agent(self, body: str, name: str = "agent.py") -> str:
        """``--agent`` for a Python script outside the repository."""
        script = self.path.parent / name
        script.write_text("import os, sys\nfrom pathlib import Path\nprompt = sys.stdin.read()\n" + body)
        return f"command: {shlex.quote(sys.executable)} {shlex.quote(str(script))} {{worktree}}"

    def clean(self) -> bool:
        """Whether nothing of the factory's working folders is left, and Git knows of none."""
        place = self.path / ".git" / "factory" / "worktrees"
        left = list(place.iterdir()) if place.is_dir() else []
        return not left and len(self.git("worktree", "list").splitlines()) == 1


WRITE_GOOD = f"Path({BOUND_FILE!r}).write_text({GOOD!r})\n"


def make_shop(path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, spec: str = SPEC) -> Shop:
    """A shop whose spec is committed and nothing else is."""
    monkeypatch.setattr(making, "compile_spec", fake_compile)
    path.mkdir()
    shop = Shop(path, git)
    shop.git("init", "-q")
    shop.commit({"factory.yaml": spec}, "the spec")
    return shop
