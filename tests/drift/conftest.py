"""A repository with a small compiled application in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.app import check
from factory_git.compiler.compile import compile_spec
from factory_git.drift.finding import Finding
from factory_git.gitio.locate import locate
from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.conftest import Git

SPEC = """\
factory: 1
app: {id: shop, title: Shop}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, price: {type: decimal, min: 0}}}
    - {name: Label, made: true, fields: {item_id: ref Item, words: text}}
workflows:
  pipelines:
    - name: Labels
      trigger: {args: {date: date}}
      steps:
        - {name: Make labels, each: Item, make: Label, set: {item_id: it.id, words: it.id}}
        - Send them
"""
MODEL = "shop/model.py"

Compile = Callable[..., None]
Findings = Callable[..., list[Finding]]


def compile_into(repo: Path, root: str = "") -> None:
    """Write what the spec on disk compiles to, as a run would; bound files that are there stay."""
    top = repo / root
    name = f"{root}/factory.yaml" if root else "factory.yaml"
    spec = load([Source(path=name, content=(top / "factory.yaml").read_bytes())], root=root)
    kept = [top / ".factory" / "lock.json", *(top / "migrations").rglob("*")]
    previous = {path.relative_to(top).as_posix(): path.read_bytes() for path in kept if path.is_file()}
    for path, file in compile_spec(spec, previous).files.items():
        target = top / path
        if file.mode == "bound" and target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)


@pytest.fixture
def app(repo: Path, git: Git) -> Path:
    """A repository whose top holds a spec and all that it compiles to, committed."""
    (repo / "factory.yaml").write_text(SPEC)
    compile_into(repo)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "the application", cwd=repo)
    return repo


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch) -> Findings:
    """Check a repository and give the findings: ``findings(repo, everything=True)``."""

    def call(repo: Path, **options: object) -> list[Finding]:
        with monkeypatch.context() as patch:
            patch.chdir(repo)
            return list(check.run(locate(), check.Options(**options)).findings)  # type: ignore[arg-type]

    return call


def codes(found: list[Finding]) -> list[tuple[str, str]]:
    """Code and file of each finding."""
    return [(one.code, one.place.file) for one in found]
