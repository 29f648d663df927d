"""Every kind of repository on the command line: append, list, sync and verify work in it, or it is said why not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.ledger.store import REF
from tests.conftest import Git
from tests.fork import Done, factory

Kind = Callable[[Path, Git], tuple[Path, dict[str, str]]]


def call(at: Path, *args: str, **env: str) -> Done:
    return factory(*args, cwd=at, env=env)


def ordinary(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("clone", "-q", "origin.git", "here", cwd=at)
    return at / "here", {}


def subfolder(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    ordinary(at, git)
    (at / "here/a/b").mkdir(parents=True)
    return at / "here/a/b", {}


def relative_remote(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    """A path in a remote's URL is relative to the top of the working tree, wherever one stands in it."""
    folder, _ = subfolder(at, git)
    git("remote", "set-url", "origin", "../origin.git", cwd=folder)
    return folder, {}


def git_folder(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    ordinary(at, git)
    return at / "here/.git", {}


def unborn(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("init", "-q", "here", cwd=at)
    git("remote", "add", "origin", str(at / "origin.git"), cwd=at / "here")
    return at / "here", {}


def bare(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("clone", "-q", "--bare", "origin.git", "here.git", cwd=at)
    return at / "here.git", {}


def mirror(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("clone", "-q", "--mirror", "origin.git", "here.git", cwd=at)
    return at / "here.git", {}


def shallow(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("clone", "-q", "--depth=1", f"file://{at}/origin.git", "here", cwd=at)
    return at / "here", {}


def partial(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("config", "uploadpack.allowFilter", "true", cwd=at / "origin.git")
    git("clone", "-q", "--filter=blob:none", f"file://{at}/origin.git", "here", cwd=at)
    return at / "here", {}


def linked_worktree(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    ordinary(at, git)
    git("worktree", "add", "-q", "../linked", "-b", "side", cwd=at / "here")
    return at / "linked", {}


def submodule(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("init", "-q", "outer", cwd=at)
    url = str(at / "origin.git")
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "sub", cwd=at / "outer")
    return at / "outer/sub", {}


def separate_git_dir(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    git("clone", "-q", f"--separate-git-dir={at / 'kept'}", "origin.git", "here", cwd=at)
    return at / "here", {}


def git_dir_of_the_environment(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    ordinary(at, git)
    (at / "away").mkdir()
    return at / "away", {"GIT_DIR": str(at / "here/.git")}


def both_of_the_environment(at: Path, git: Git) -> tuple[Path, dict[str, str]]:
    ordinary(at, git)
    return at, {"GIT_DIR": "here/.git", "GIT_WORK_TREE": "here"}


KINDS: tuple[Kind, ...] = (
    ordinary, subfolder, relative_remote, git_folder, unborn, bare, mirror, shallow, partial, linked_worktree,
    submodule, separate_git_dir, git_dir_of_the_environment, both_of_the_environment,
)  # fmt: skip


@pytest.fixture
def origin(tmp_path: Path, git: Git) -> Path:
    """A bare repository with a commit and a ledger of two transactions, and the clone they came from."""
    there = tmp_path / "there"
    git("init", "-q", "--bare", "origin.git", cwd=tmp_path)
    git("clone", "-q", "origin.git", "there", cwd=tmp_path)
    git("commit", "-q", "--allow-empty", "-m", "first", cwd=there)
    git("push", "-q", "origin", "HEAD", cwd=there)
    for text in ("theirs", "theirs too"):
        assert call(there, "memory", "add", text).code == 0
    assert call(there, "sync").code == 0
    return tmp_path / "origin.git"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_append_list_sync_and_verify_work_in_it(origin: Path, git: Git, kind: Kind) -> None:
    at = origin.parent
    folder, env = kind(at, git)

    def ask(*args: str) -> str:
        done = call(folder, *args, **env)
        assert done.code == 0, (args, done.err)
        return done.out

    assert ask("memory", "add", "ours").strip()
    ask("sync")
    titles = sorted(record["payload"]["text"] for record in json.loads(ask("list", "--type", "memory", "--json")))
    assert titles == ["ours", "theirs", "theirs too"]
    ask("verify", "--full")
    assert call(at / "there", "sync").code == 0
    for question in (("list", "--json"), ("log", "--json"), ("memory", "list"), ("state", "--json")):
        assert call(at / "there", *question).out == ask(*question), "one order, one state, in every clone"
    for where in (origin, at / "there"):
        assert git("fsck", "--strict", "--no-dangling", cwd=where) == ""
    if kind is not submodule:
        return
    assert call(at / "outer", "list").out == "", "the outer repository has a ledger of its own"


@pytest.mark.parametrize("args", [("memory", "add", "x"), ("list",), ("sync",), ("verify",), ("state",), ("run",)])
def test_a_repository_of_sha256_says_so_plainly(tmp_path: Path, git: Git, args: tuple[str, ...]) -> None:
    git("init", "-q", "--object-format=sha256", "here", cwd=tmp_path)
    (tmp_path / "here/factory.yaml").write_text("factory: 1\napp: {id: tiny, title: Tiny}\n")
    git("add", ".", cwd=tmp_path / "here")
    git("commit", "-q", "-m", "spec", cwd=tmp_path / "here")
    git("remote", "add", "origin", "nowhere", cwd=tmp_path / "here")
    before = git("for-each-ref", cwd=tmp_path / "here")
    done = call(tmp_path / "here", *args)
    assert (done.code, done.out) == (128, "")
    assert "stores objects as sha256" in done.err
    assert "hint: use a repository made with `git init --object-format=sha1`" in done.err
    assert git("for-each-ref", cwd=tmp_path / "here") == before


@pytest.mark.parametrize("args", [("memory", "add", "x"), ("list",), ("sync",), ("verify",)])
def test_a_repository_that_keeps_its_refs_in_a_reftable_says_so_plainly(
    repo: Path, git: Git, args: tuple[str, ...]
) -> None:
    (repo / ".git/reftable").mkdir()
    git("remote", "add", "origin", "nowhere", cwd=repo)
    done = call(repo, *args)
    assert (done.code, done.out) == (128, "")
    assert "reftable" in done.err
    assert "hint: convert it: git refs migrate --ref-format=files" in done.err


def test_where_there_is_no_repository_that_is_said(tmp_path: Path) -> None:
    for args in (("memory", "add", "x"), ("list",), ("sync",), ("verify",)):
        done = call(tmp_path, *args)
        assert (done.code, done.out) == (128, "")
        assert "is not in a Git repository" in done.err
        assert "hint: run `git init` here" in done.err


def test_a_shallow_clone_says_what_it_has_not_looked_at(origin: Path, git: Git) -> None:
    """It reads and appends; what lies before its boundary is told, and `git fetch --unshallow` brings it."""
    folder, _ = shallow(origin.parent, git)
    git("fetch", "-q", "--depth=1", "origin", f"{REF}:{REF}", cwd=folder)
    assert len(json.loads(call(folder, "list", "--type", "memory", "--json").out)) == 2
    assert call(folder, "memory", "add", "ours").code == 0
    assert call(folder, "verify").code == 0
    assert call(folder, "sync").code == 0
    assert call(origin.parent / "there", "sync").code == 0
    assert "ours" in call(origin.parent / "there", "memory", "list").out


def test_what_is_kept_is_listed_alike_in_every_clone_after_gc_and_without_an_index(origin: Path, git: Git) -> None:
    here, _ = ordinary(origin.parent, git)
    clones = (here, origin.parent / "there")
    for clone in clones:
        (clone / "same.txt").write_text("the same in both\n")
        (clone / f"{clone.name}.txt").write_text(f"of {clone.name}\n")
    assert call(clones[0], "collection", "add", "papers").code == 0
    for clone in (*clones, *clones):
        assert call(clone, "sync").code == 0
    assert call(here, "artifact", "add", "papers", "here.txt", "same.txt").code == 0
    assert call(clones[1], "artifact", "add", "papers", "there.txt").code == 0
    for clone in (*clones, *clones):
        assert call(clone, "sync").code == 0
    asked = (("artifact", "list", "--json"), ("artifact", "list", "--text", "of"), ("list", "--json"))
    answers = [[call(clone, *question).out for question in asked] for clone in clones]
    assert answers[0] == answers[1]
    assert [one["name"] for one in json.loads(answers[0][0])] == ["here.txt", "same.txt", "there.txt"]
    git("gc", "-q", "--prune=now", cwd=here)
    shutil.rmtree(here / ".git/factory")
    assert [call(here, *question).out for question in asked] == answers[0]
