"""Small applications in several languages, each in a repository of its own, and what adopting them gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from factory_git.app import adopt, check
from factory_git.drift.finding import Finding
from factory_git.gitio.locate import locate
from factory_git.spec.load import find, load
from factory_git.spec.model import Source, Spec
from tests.conftest import Git

Make = Callable[[Mapping[str, str]], Path]
Judge = Callable[..., list[Finding]]


@pytest.fixture
def make(tmp_path: Path, git: Git) -> Make:
    """A committed repository with these files."""

    def call(files: Mapping[str, str]) -> Path:
        repo = tmp_path / "farm"
        repo.mkdir(exist_ok=True)
        if not (repo / ".git").exists():
            git("init", "-q", cwd=repo)
        put(repo, files)
        git("add", ".", cwd=repo)
        git("commit", "-q", "-m", "the application", cwd=repo)
        return repo

    return call


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch, git: Git) -> Judge:
    """What ``check --all`` says once everything is staged."""

    def call(repo: Path) -> list[Finding]:
        git("add", "-A", "-f", ".", cwd=repo)
        with monkeypatch.context() as patch:
            patch.chdir(repo)
            return list(check.run(locate(), check.Options(everything=True)).findings)

    return call


def put(repo: Path, files: Mapping[str, str]) -> None:
    """Write the files."""
    for path, text in files.items():
        target = repo / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def run(repo: Path, **options: object) -> adopt.Adopted:
    """Adopt what is in the repository."""
    return adopt.run(adopt.Options(**options), start=repo)  # type: ignore[arg-type]


def spec_of(repo: Path, root: str = "") -> Spec:
    """The spec on disk."""
    paths = [path.relative_to(repo).as_posix() for path in repo.rglob("*.yaml")]
    files = dict(find(paths))[root]
    return load([Source(path=path, content=(repo / path).read_bytes()) for path in files], root=root)


def fields(spec: Spec, entity: str) -> dict[str, str]:
    """Field → type as written, of one entity."""
    found = spec.entity(entity)
    assert found is not None, f"no {entity} among {[one.name for one in spec.entities]}"
    return {one.name: f"{one.type}{' key' if one.key else ''}{'?' if one.optional else ''}" for one in found.fields}
