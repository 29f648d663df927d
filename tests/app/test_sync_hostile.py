"""``sync`` with remotes that somebody made to harm: nothing acknowledged is lost, nothing stalls, nobody is stopped."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.core.errors import IntegrityError, RepositoryError
from factory_git.ledger.record import make
from factory_git.ledger.store import REF
from factory_git.ledger.types import NewerVersion
from tests.app.clones import go, titles
from tests.app.test_redact import Clone, clone, note, origin
from tests.app.test_sync import plant
from tests.conftest import Git

__all__ = ["clone", "origin"]  # fixtures


def follow(origin: Path, git: Git, message: str, tree: str = f"{REF}^{{tree}}") -> None:
    """The ledger goes on with a commit of this tree and message."""
    of = git("rev-parse", tree, cwd=origin).strip()
    made = git("commit-tree", of, "-p", REF, "-F", "-", cwd=origin, stdin=message).strip()
    git("update-ref", REF, made, cwd=origin)


def test_folders_in_folders_with_nothing_in_them_end_at_the_first(clone: Clone, origin: Path, git: Git) -> None:
    """As many as 300^5 of them, and no file that could be counted."""
    one = clone("one")
    tree = git("mktree", cwd=origin, stdin="").strip()
    for _ in range(4):
        lines = "".join(f"040000 tree {tree}\t{number:03}\n" for number in range(300))
        tree = git("mktree", cwd=origin, stdin=lines).strip()
    plant(origin, git, f"040000 tree {tree}\ttx\n")
    with pytest.raises(IntegrityError, match="where no record or content can be"):
        go(one)


@pytest.mark.parametrize("mode", ["160000", "120000", "100755"])
def test_what_is_no_plain_file_is_no_record(clone: Clone, origin: Path, git: Git, mode: str) -> None:
    """A submodule names what nobody has: whoever stores that record later would hear that it is there already."""
    one = clone("one")
    record = make("note", {"title": "foreseen"})
    path = f"tx/2026-03/01/1200/{'0' * 16}/note-{record.id[:12]}.json"

    def run(*args: str, stdin: str = "") -> str:
        env = {**os.environ, "GIT_INDEX_FILE": str(origin / "other-index")}
        done = subprocess.run(
            ["git", *args], cwd=origin, input=stdin, capture_output=True, text=True, env=env, check=True
        )
        return done.stdout.strip()

    if mode != "160000":
        ctx = open_context(one)
        ctx.ledger.put("note", record.payload)
        ctx.ledger.close()
        go(one)
    run("read-tree", REF)
    run("update-index", "--add", "--index-info", stdin=f"{mode} {record.id}\t{path}\n")
    message = f"x\n\nFactory-Format: 1\nFactory-Record: note {record.id}\n"
    follow(origin, git, message, tree=run("write-tree"))
    with pytest.raises(IntegrityError, match=rf"\(mode {mode}\), where no record or content can be"):
        go(one)
    assert note(one, "foreseen") == record.id
    assert titles(one) == ["foreseen"]


@pytest.mark.parametrize("last", [True, False])
def test_a_format_of_thousands_of_digits_is_a_later_one(clone: Clone, origin: Path, git: Git, last: bool) -> None:
    one = clone("one")
    note(one, "a")
    follow(origin, git, f"x\n\nFactory-Format: {'9' * 5000}\n")
    if last:
        with pytest.raises(NewerVersion):
            go(one)
    else:
        follow(origin, git, "x\n\nFactory-Format: 1\n")
        go(one)
    assert titles(one) == ["a"]


def test_a_published_ledger_of_a_later_format_stops_nobody(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    made = git("commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", "x\n\nFactory-Format: 2", cwd=origin).strip()
    git("update-ref", "refs/factory/heads/late", made, cwd=origin)
    assert go(one).notices[0].startswith("refs/factory/heads/late was left alone: that ledger has format 2")
    assert git("rev-parse", REF, cwd=one) == git("rev-parse", REF, cwd=origin)


def test_a_published_ledger_that_git_finds_malformed_stops_nobody(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    tree = git("rev-parse", f"{REF}^{{tree}}", cwd=origin).strip()
    data = f"tree {tree}\nauthor x <y> 0 +0000\ncommitter x y> 0 +0000\n\nx\n"
    bad = git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", cwd=origin, stdin=data).strip()
    git("update-ref", "refs/factory/heads/bad", bad, cwd=origin)
    notices = go(one).notices
    assert notices[0].startswith("what is published below refs/factory/heads/ of origin was left alone: error: object")
    assert git("rev-parse", REF, cwd=one) == git("rev-parse", REF, cwd=origin)


@pytest.mark.parametrize("name", ["-x", "--receive-pack=touch it;x", "a..b", ".."])
def test_a_remote_is_never_taken_for_an_option_nor_for_a_place(clone: Clone, origin: Path, git: Git, name: str) -> None:
    one = clone("one")
    note(one, "a")
    git("config", f"remote.{name}.url", f"file://{origin}", cwd=one)
    with contextlib.suppress(RepositoryError):  # Git takes no such name for a place to remember what it has
        go(one, remote=name)
    assert not (one / "it").exists()
    assert titles(one) == ["a"]
