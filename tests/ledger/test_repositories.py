"""Every kind of repository: it works, or one sentence says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

import factory_git
from factory_git.app.context import open_context
from factory_git.core.errors import InvalidInput, RepositoryError
from factory_git.ledger.record import Record
from factory_git.ledger.store import REF, Ledger
from tests.conftest import Git

ANY = {"type": "object"}


def use(path: Path) -> Ledger:
    """Write two records and read them back, through the front door."""
    ledger = factory_git.open(path)
    ledger.register("note", ANY)
    first = ledger.put("note", {"n": 1})
    second = ledger.put("note", {"n": 2}, [first])
    fresh = factory_git.open(path)
    assert [entry.record.id for entry in fresh.list(type="note")] == [first, second]
    assert fresh.verify().ok
    return fresh


def test_an_ordinary_repository_its_subfolder_and_durable_writes(repo: Path, git: Git) -> None:
    (repo / "a/b").mkdir(parents=True)
    tip = use(repo / "a/b").tip
    assert git("rev-parse", REF, cwd=repo).strip() == tip
    assert git("status", "--porcelain", cwd=repo) == ""
    assert git("fsck", "--strict", cwd=repo) == ""


def test_without_flushing(repo: Path, git: Git) -> None:
    git("config", "factory.fsync", "false", cwd=repo)
    use(repo)


def test_another_ref_by_configuration(repo: Path, git: Git) -> None:
    git("config", "factory.ref", "refs/heads/factory-ledger", cwd=repo)
    tip = use(repo).tip
    assert git("rev-parse", "refs/heads/factory-ledger", cwd=repo).strip() == tip


def test_a_malformed_setting_names_its_file(repo: Path, git: Git) -> None:
    git("config", "factory.fsync", "perhaps", cwd=repo)
    with pytest.raises(InvalidInput) as caught:
        factory_git.open(repo)
    words = str(caught.value.problems[0])
    assert all(word in words for word in ("fsync", "perhaps", "config"))


def test_an_unborn_branch(tmp_path: Path, git: Git) -> None:
    git("init", "-q", cwd=tmp_path)
    use(tmp_path)


def test_a_bare_repository(tmp_path: Path, git: Git) -> None:
    git("init", "-q", "--bare", cwd=tmp_path)
    use(tmp_path)


def test_a_linked_worktree_shares_the_ledger(repo: Path, tmp_path: Path, git: Git) -> None:
    git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side", cwd=repo)
    tip = use(tmp_path / "linked").tip
    assert factory_git.open(repo).tip == tip
    assert (repo / ".git/factory/index.sqlite").exists()


def test_a_submodule_has_its_own(repo: Path, tmp_path: Path, git: Git) -> None:
    outer = tmp_path / "outer"
    git("init", "-q", str(outer), cwd=tmp_path)
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "sub", cwd=outer)
    use(outer / "sub")
    assert factory_git.open(outer).tip is None


def test_git_dir_of_the_environment(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = tmp_path / "away"
    away.mkdir()
    with monkeypatch.context() as patch:
        patch.chdir(away)
        patch.setenv("GIT_DIR", str(repo / ".git"))
        ledger = open_context().ledger
        ledger.register("note", ANY)
        with pytest.raises(RepositoryError):
            factory_git.open(away)  # a folder that was named is that folder
    assert factory_git.open(repo).tip == ledger.tip


def test_a_clone_and_a_shallow_clone_read_and_append(repo: Path, tmp_path: Path, git: Git) -> None:
    theirs = use(repo)
    whole, shallow = tmp_path / "whole", tmp_path / "shallow"
    for path, depth in ((whole, []), (shallow, ["--depth=1"])):
        git("clone", "-q", *depth, f"file://{repo}", str(path), cwd=tmp_path)
        git("fetch", "-q", *depth, "origin", f"{REF}:{REF}", cwd=path)
        ledger = factory_git.open(path)
        assert [e.record for e in ledger.list()] == sorted_like(theirs, ledger)
        parent = ledger.list(type="note")[0].record.id
        assert ledger.put("note", {"n": 3}, [parent])
        assert ledger.put("note", {"n": 1}) == parent
        assert ledger.verify().problems == ()
        assert git("fsck", "--no-dangling", cwd=path) == ""
    git("fetch", "-q", str(shallow), f"{REF}:refs/factory-remotes/s/ledger", cwd=repo)  # a shallow writer can be pulled


def sorted_like(theirs: Ledger, ours: Ledger) -> list[Record]:
    """Their records in our order: a shallow clone has one transaction, so ties by id."""
    order = [entry.record.id for entry in ours.list()]
    return sorted((entry.record for entry in theirs.list()), key=lambda record: order.index(record.id))


def test_a_sha256_repository_says_so(tmp_path: Path, git: Git) -> None:
    git("init", "-q", "--object-format=sha256", cwd=tmp_path)
    with pytest.raises(RepositoryError, match="sha256") as caught:
        factory_git.open(tmp_path)
    assert "sha1" in caught.value.hint


def test_a_reftable_repository_says_so(repo: Path) -> None:
    (repo / ".git/reftable").mkdir()
    with pytest.raises(RepositoryError, match="reftable") as caught:
        factory_git.open(repo)
    assert "migrate" in caught.value.hint


def test_no_repository_says_so(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="not in a Git repository"):
        factory_git.open(tmp_path)


def test_nobody_to_write_as_says_so(repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        git("config", "user.useConfigOnly", "true", cwd=repo)
        with pytest.raises(RepositoryError, match="who you are") as caught:
            factory_git.open(repo).register("note", ANY)
    assert "user.email" in caught.value.hint


def test_a_script_needs_no_command_line(repo: Path) -> None:
    ledger = factory_git.open(repo)
    ledger.register("note", {"type": "object", "required": ["text"]})
    from factory_git.api import Ledger as Named
    from factory_git.api import make

    one, two = ledger.put_many([make("note", {"text": "a"}), make("note", {"text": "b"})], stream="s")
    assert isinstance(ledger, Named)
    assert ledger.get(one).payload == {"text": "a"}
    assert {entry.record.id for entry in ledger.list(stream="s")} == {one, two}
    assert [line.id for line in ledger.tree(one).lines()] == [one]
    assert ledger.verify().ok
