"""What is judged before a push, and against what; and the ledger that may go with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from factory_git.app import hooks
from factory_git.app.context import open_context
from factory_git.app.push import Judgement, plan
from factory_git.gitio.locate import locate
from factory_git.gitio.push import Update, updates
from tests.conftest import Git
from tests.drift.conftest import MODEL
from tests.hooks.conftest import call
from tests.hooks.test_commit_msg import RUN

ZERO = "0" * 40
LEDGER = "refs/factory/ledger"


def tip(repo: Path, revision: str = "HEAD") -> str:
    return call("git", "rev-parse", revision, cwd=repo).stdout.strip()


def commit(repo: Path, text: str = "more\n") -> str:
    with (repo / "README").open("a") as file:
        file.write(text)
    done = call("git", "commit", "-qam", "x", "--no-verify", cwd=repo)
    assert done.returncode == 0, done.stderr
    return tip(repo)


@pytest.fixture
def shared(repo: Path, git: Git, tmp_path: Path) -> Path:
    """A repository whose ``main`` was pushed to ``origin``."""
    git("init", "-q", "--bare", str(tmp_path / "origin.git"), cwd=tmp_path)
    git("remote", "add", "origin", str(tmp_path / "origin.git"), cwd=repo)
    git("push", "-q", "origin", "main", cwd=repo)
    return repo


def planned(repo: Path, *lines: str, remote: str = "origin", url: str = "") -> list[Judgement]:
    return plan(open_context(repo), remote, url, updates("\n".join(lines)))


def test_a_branch_is_held_against_what_the_remote_has(shared: Path) -> None:
    old, new = tip(shared), commit(shared)
    commit(shared)
    new = tip(shared)
    line = f"refs/heads/main {new} refs/heads/main {old}"
    assert planned(shared, line) == [Judgement(tip=new, base=old, refs=("refs/heads/main",))]


def test_a_new_branch_is_held_against_where_it_left(shared: Path, git: Git) -> None:
    old = tip(shared)
    git("checkout", "-q", "-b", "topic", cwd=shared)
    new = commit(shared)
    assert planned(shared, f"refs/heads/topic {new} refs/heads/topic {ZERO}")[0].base == old


def test_what_the_remote_has_under_another_name_is_not_judged_again(shared: Path) -> None:
    assert planned(shared, f"refs/heads/main {tip(shared)} refs/heads/copy {ZERO}") == []
    assert planned(shared, f"HEAD~0 {tip(shared)} refs/tags/v1 {ZERO}") == []


def test_a_forced_push_after_a_rebase_is_held_against_the_new_ground(shared: Path, git: Git) -> None:
    start = tip(shared)
    git("checkout", "-q", "-b", "topic", cwd=shared)
    (shared / "topic").write_text("x")
    git("add", ".", cwd=shared)
    git("commit", "-q", "-m", "topic", cwd=shared)
    git("push", "-q", "origin", "topic", cwd=shared)
    before = tip(shared)
    git("checkout", "-q", "main", cwd=shared)
    ground = commit(shared)
    git("push", "-q", "origin", "main", cwd=shared)
    git("rebase", "-q", "main", "topic", cwd=shared)
    found = planned(shared, f"refs/heads/topic {tip(shared)} refs/heads/topic {before}")
    assert [(one.tip, one.base) for one in found] == [(tip(shared), ground)]
    git("reset", "-q", "--hard", start, cwd=shared)
    assert planned(shared, f"refs/heads/topic {start} refs/heads/topic {before}") == [], "going back brings nothing"


def test_a_first_push_is_judged_whole(repo: Path, git: Git) -> None:
    new = tip(repo)
    assert planned(repo, f"refs/heads/main {new} refs/heads/main {ZERO}")[0].base == ""


def test_deletions_the_ledger_and_what_is_no_commit_are_passed_over(shared: Path, git: Git) -> None:
    blob = git("hash-object", "-w", "README", cwd=shared).strip()
    assert planned(shared, f"(delete) {ZERO} refs/heads/old {tip(shared)}") == []
    new = commit(shared)
    assert planned(shared, f"refs/factory/x {new} refs/factory/x {ZERO}") == []
    assert planned(shared, f"refs/tags/blob {blob} refs/tags/blob {ZERO}") == []
    git("config", "factory.ref", "refs/heads/ledger", cwd=shared)
    assert planned(shared, f"refs/heads/ledger {new} refs/heads/ledger {ZERO}") == []


def test_several_refs_and_an_annotated_tag_of_one_commit_are_judged_once(shared: Path, git: Git) -> None:
    old, new = tip(shared), commit(shared)
    git("tag", "-a", "v1", "-m", "v1", cwd=shared)
    lines = [f"refs/heads/main {new} refs/heads/main {old}", f"refs/tags/v1 {tip(shared, 'v1')} refs/tags/v1 {ZERO}"]
    assert planned(shared, *lines) == [Judgement(tip=new, base=old, refs=("refs/heads/main", "refs/tags/v1"))]


def test_a_remote_that_is_given_by_its_url(shared: Path, git: Git, tmp_path: Path) -> None:
    old = tip(shared)
    git("checkout", "-q", "-b", "topic", cwd=shared)
    new = commit(shared)
    url = str(tmp_path / "origin.git")
    assert planned(shared, f"refs/heads/topic {new} refs/heads/topic {ZERO}", remote=url, url=url)[0].base == old
    elsewhere = str(tmp_path / "other.git")
    assert planned(shared, f"x {new} refs/heads/topic {ZERO}", remote=elsewhere, url=elsewhere)[0].base == old


def test_the_remote_s_state_that_is_not_here_counts_for_nothing(shared: Path) -> None:
    old, new = tip(shared), commit(shared)
    assert planned(shared, f"refs/heads/main {new} refs/heads/main {'1' * 40}")[0].base == old


def test_a_local_name_may_have_blanks() -> None:
    one = Update(local_ref=":/fix it", local="a", remote_ref="refs/heads/x", remote="b")
    assert updates(":/fix it a refs/heads/x b\n\n") == [one]


@pytest.fixture
def remote(compiled: Path, git: Git, tmp_path: Path) -> Path:
    """The bare repository that a compiled application was pushed to."""
    path = tmp_path / "origin.git"
    git("init", "-q", "--bare", str(path), cwd=tmp_path)
    git("remote", "add", "origin", str(path), cwd=compiled)
    git("push", "-q", "--no-verify", "origin", "main", cwd=compiled)
    return path


def test_a_commit_made_without_the_hooks_does_not_get_out(compiled: Path, git: Git, remote: Path) -> None:
    before = tip(compiled)
    with (compiled / MODEL).open("a") as file:
        file.write("# by hand\n")
    git("commit", "-qam", "sly", "--no-verify", cwd=compiled)
    done = call("git", "push", "origin", "main", cwd=compiled)
    assert done.returncode != 0
    assert "GF502" in done.stderr
    assert "--no-verify" in done.stderr
    assert done.stdout == ""
    assert tip(remote, "main") == before
    git("reset", "-q", "--hard", "HEAD^", cwd=compiled)
    commit(compiled)
    done = call("git", "push", "origin", "main", "main:refs/tags/v1", ":refs/heads/none", cwd=compiled)
    assert tip(remote, "main") == tip(compiled), done.stderr


def test_the_hook_that_was_there_reads_the_refs_too(compiled: Path, remote: Path) -> None:
    hooks.uninstall(locate(compiled))
    before = compiled / ".git" / "hooks" / "pre-push"
    before.write_text('#!/bin/sh\necho "$1" >seen\ncat >>seen\n')
    before.chmod(0o755)
    hooks.install(locate(compiled), ["pre-push"])
    new = commit(compiled)
    done = call("git", "push", "origin", "main", cwd=compiled)
    assert done.returncode == 0, done.stderr
    seen = (compiled / "seen").read_text().splitlines()
    assert seen[0] == "origin"
    assert seen[1].startswith(f"refs/heads/main {new} refs/heads/main ")
    assert len(seen) == 2
    (compiled / "seen").unlink()
    call("git", "push", "origin", "main", cwd=compiled)
    assert (compiled / "seen").read_text() == "origin\n", "nothing to push is nothing on standard input"
    before.with_name("pre-push.before-factory").write_text("#!/bin/sh\nexit 3\n")  # reads nothing
    commit(compiled)
    assert call("git", "push", "origin", "main", cwd=compiled).returncode != 0


def with_ledger(repo: Path, git: Git) -> str:
    git("config", "factory.pushLedger", "true", cwd=repo)
    open_context(repo).ledger.put("run", RUN)
    return tip(repo, LEDGER)


def test_the_ledger_stays_here_unless_told_otherwise(compiled: Path, git: Git, remote: Path) -> None:
    with_ledger(compiled, git)
    git("config", "factory.pushLedger", "false", cwd=compiled)
    commit(compiled)
    git("push", "-q", "origin", "main", cwd=compiled)
    assert call("git", "rev-parse", "--verify", "-q", LEDGER, cwd=remote).returncode != 0


def test_the_ledger_goes_along_when_told_so_and_only_once(compiled: Path, git: Git, remote: Path) -> None:
    ledger = with_ledger(compiled, git)
    commit(compiled)
    done = call("git", "push", "--dry-run", "origin", "main", cwd=compiled)
    assert done.returncode == 0, done.stderr
    assert call("git", "rev-parse", "--verify", "-q", LEDGER, cwd=remote).returncode != 0, "a dry run sends nothing"
    done = call("git", "push", "origin", "main", cwd=compiled)
    assert "the ledger was sent, too" in done.stderr
    assert (tip(remote, LEDGER), tip(remote, "main")) == (ledger, tip(compiled))
    assert tip(compiled, "refs/factory-remotes/origin/ledger") == ledger
    git("--git-dir", str(remote), "update-ref", "-d", LEDGER, cwd=compiled)
    commit(compiled)
    assert "the ledger was" not in call("git", "push", "origin", "main", cwd=compiled).stderr, "it is known to be there"
    git("branch", "topic", commit(compiled), cwd=compiled)
    url = remote.as_uri()
    assert "the ledger was sent" in call("git", "push", url, "topic", cwd=compiled).stderr
    assert tip(remote, LEDGER) == ledger


def test_the_ledger_s_push_runs_no_hook(compiled: Path, git: Git, remote: Path) -> None:
    with_ledger(compiled, git)
    before = compiled / ".git" / "hooks" / "pre-push.before-factory"
    before.write_text(f"#!/bin/sh\necho once >>'{compiled}/seen'\n")
    before.chmod(0o755)
    commit(compiled)
    assert "the ledger was sent, too" in call("git", "push", "origin", "main", cwd=compiled).stderr
    assert (compiled / "seen").read_text() == "once\n"


def test_a_ledger_that_moved_at_the_remote_is_said_and_the_code_goes(compiled: Path, git: Git, remote: Path) -> None:
    ledger = with_ledger(compiled, git)
    git("--git-dir", str(remote), "update-ref", LEDGER, tip(compiled), cwd=compiled)
    new = commit(compiled)
    done = call("git", "push", "origin", "main", cwd=compiled)
    assert done.returncode == 0
    assert "records that are not here" in done.stderr
    assert "git fetch origin" in done.stderr
    assert (tip(remote, "main"), tip(compiled, LEDGER)) == (new, ledger)
    assert tip(remote, LEDGER) != ledger


def test_a_remote_that_cannot_take_the_ledger_gets_the_code(compiled: Path, git: Git, remote: Path) -> None:
    with_ledger(compiled, git)
    refuse = remote / "hooks" / "update"
    refuse.parent.mkdir(exist_ok=True)
    refuse.write_text("#!/bin/sh\ncase $1 in refs/factory/*) exit 1 ;; esac\n")
    refuse.chmod(0o755)
    new = commit(compiled)
    done = call("git", "push", "origin", "main", cwd=compiled)
    assert done.returncode == 0
    assert "the ledger was not sent" in done.stderr
    assert tip(remote, "main") == new


def test_pushing_the_ledger_itself_sends_it_once(compiled: Path, git: Git, remote: Path) -> None:
    with_ledger(compiled, git)
    done = call("git", "push", "origin", f"{LEDGER}:{LEDGER}", cwd=compiled)
    assert done.returncode == 0, done.stderr
    assert "the ledger was" not in done.stderr


def test_from_a_bare_clone_and_a_linked_worktree(compiled: Path, git: Git, remote: Path, tmp_path: Path) -> None:
    other = tmp_path / "linked tree"
    git("worktree", "add", "-q", str(other), "-b", "other", cwd=compiled)
    with (other / MODEL).open("a") as file:
        file.write("# by hand\n")
    git("commit", "-qam", "sly", "--no-verify", cwd=other)
    assert call("git", "push", "-q", "origin", "other", cwd=other).returncode != 0
    bare = tmp_path / "bare.git"
    git("clone", "-q", "--bare", str(compiled), str(bare), cwd=tmp_path)
    shutil.copy(compiled / ".git" / "hooks" / "pre-push", bare / "hooks")
    assert call("git", "push", "-q", str(remote), "other", cwd=bare).returncode != 0
    assert call("git", "push", "-q", str(remote), "main:fine", cwd=bare).returncode == 0
