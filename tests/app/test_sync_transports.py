"""Ledgers over an SSH-like transport, smart HTTP, files and plain paths; servers that refuse, and lines that break."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.app import push as pushing
from factory_git.app import remote, sync, verify
from factory_git.app.context import open_context
from factory_git.core.errors import RepositoryError
from factory_git.gitio.push import Update
from factory_git.ledger.store import REF
from tests.app.clones import Clone, go, note, titles
from tests.conftest import Git

BRANCH = "refs/heads/factory/ledger"
KINDS = {
    "whole": (),
    "shallow": ("--depth=1",),
    "partial": ("--filter=blob:none",),
    "mirror": ("--mirror",),
    "bare": ("--bare",),
    "single": ("--single-branch",),
}
SSH = f"""#!{sys.executable} -SE
import os, subprocess, sys
args = sys.argv[1:]
while args[0].startswith("-"):
    del args[: 2 if args[0] in ("-o", "-p", "-l", "-i") else 1]
command = args[1]
mode = open(os.path.join(os.path.dirname(__file__), "mode")).read().strip()
verb = command.split()[0].removeprefix("git-")
def gone(words):
    sys.stderr.write(words + "\\n")
    sys.exit(255)
if mode == "unknown":
    gone(f"ssh: Could not resolve hostname {{args[0]}}: Name or service not known")
if mode == "refused":
    gone(f"{{args[0]}}: Permission denied (publickey).")
if mode == verb + " cut":  # the line breaks in the middle of what one side sends
    child = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if verb == "receive-pack":
        size = 1
        while size:  # what is there
            head = child.stdout.read(4)
            size = int(head, 16)
            os.write(1, head + child.stdout.read(max(size - 4, 0)))
        child.stdin.write(os.read(0, 600))
    else:
        os.write(1, child.stdout.read(40))
    child.stdin.close()
    child.kill() if verb == "upload-pack" else child.wait()
    gone("client_loop: send disconnect: Broken pipe")
if mode == verb + " unanswered":  # what was sent arrived, and nobody hears of it
    child = subprocess.Popen(command, shell=True, stdout=subprocess.PIPE)
    size = 1
    while size:
        head = child.stdout.read(4)
        size = int(head, 16)
        os.write(1, head + child.stdout.read(max(size - 4, 0)))
    child.stdout.read()
    gone("Connection to host closed by remote host.")
sys.exit(subprocess.run(command, shell=True).returncode)
"""
Mode = Callable[[str], None]


@pytest.fixture
def ssh(tmp_path: Path, origin: Path, git: Git, hermetic: Path) -> Mode:
    """Git's ``ssh`` is a script that runs what it is asked for here; the function says how the line behaves."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ssh").write_text(SSH)
    (folder / "ssh").chmod(0o755)
    git("config", "--file", str(hermetic / ".gitconfig"), "core.sshCommand", str(folder / "ssh"), cwd=tmp_path)

    def behave(mode: str) -> None:
        (folder / "mode").write_text(mode)

    behave("")
    return behave


@pytest.fixture
def far(origin: Path, ssh: Mode) -> str:
    """The origin's address over that line."""
    return f"somebody@host.example:{origin}"


def tip(place: Path, git: Git, ref: str = REF) -> str:
    return git("for-each-ref", "--format=%(objectname)", ref, cwd=place).strip()


@pytest.mark.parametrize("line", ["ssh", "http", "file", "path"])
def test_every_kind_of_clone_over_every_line(
    request: pytest.FixtureRequest, clone: Clone, origin: Path, git: Git, line: str
) -> None:
    for name in ("uploadpack.allowFilter", "http.receivepack"):
        git("config", name, "true", cwd=origin)
    urls = {"file": origin.as_uri(), "path": str(origin)}
    url = urls.get(line) or request.getfixturevalue({"ssh": "far", "http": "served"}[line])
    written = []
    places = {kind: clone(kind, *options, url=url) for kind, options in KINDS.items()}
    for kind, place in places.items():
        written.append(f"of {kind}")
        note(place, written[-1])
        assert go(place).sent == 1
        assert sorted(titles(place)) == sorted(written)
    for place in places.values():
        go(place)
    assert {tip(place, git) for place in (*places.values(), origin)} == {tip(origin, git)}
    for place in places.values():
        assert sorted(titles(place)) == sorted(written)
        assert verify.run(open_context(place)).report.ok


def test_a_ledger_of_which_only_the_tip_was_fetched(clone: Clone, origin: Path, tmp_path: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    first, *_ = note(one, "a", "b", "c")
    go(one)
    git("clone", "-q", "--depth=1", origin.as_uri(), "thin", cwd=tmp_path)
    thin = tmp_path / "thin"
    git("fetch", "-q", "--depth=1", "origin", f"{REF}:{REF}", cwd=thin)
    assert git("rev-list", "--count", REF, cwd=thin).strip() == "1"
    note(thin, "thin 1")
    note(other, "apart")
    go(other)
    go(thin)
    ctx = open_context(thin)
    ctx.ledger.put("note", {"title": "thin 2"}, [first])
    ctx.ledger.close()
    go(thin)
    go(one)
    go(other)
    assert tip(one, git) == tip(other, git) == tip(thin, git) == tip(origin, git)
    wanted = sorted(["a", "b", "c", "thin 1", "thin 2", "apart"])
    assert sorted(titles(one)) == sorted(titles(other)) == sorted(titles(thin)) == wanted
    assert verify.run(open_context(one)).report.ok
    assert verify.run(open_context(thin)).report.ok
    assert git("fsck", "--strict", "--no-dangling", cwd=origin) == ""


def test_a_remote_that_is_shallow_itself(clone: Clone, origin: Path, tmp_path: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a", "b")
    go(one)
    git("clone", "-q", "--bare", "--depth=1", origin.as_uri(), "thin.git", cwd=tmp_path)
    git("fetch", "-q", "--depth=1", origin.as_uri(), f"{REF}:{REF}", cwd=tmp_path / "thin.git")
    note(one, "c")
    git("remote", "add", "thin", str(tmp_path / "thin.git"), cwd=one)
    go(one, remote="thin")
    assert sorted(titles(one)) == ["a", "b", "c"]
    assert tip(tmp_path / "thin.git", git) == tip(one, git)
    fresh = clone("fresh")
    git("remote", "add", "thin", str(tmp_path / "thin.git"), cwd=fresh)
    go(fresh, remote="thin")
    assert sorted(titles(fresh)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("unknown", "Could not resolve hostname somebody@host.example"),
        ("refused", r"Permission denied \(publickey\)"),
        ("upload-pack cut", "send disconnect: Broken pipe"),
    ],
)
def test_a_host_that_is_not_reached(clone: Clone, far: str, ssh: Mode, git: Git, mode: str, words: str) -> None:
    one, other = clone("one", url=far), clone("other", url=far)
    note(one, *"abc")
    go(one)
    note(other, "d")
    before = git("for-each-ref", cwd=other)
    ssh(mode)
    with pytest.raises(RepositoryError, match=words) as caught:
        go(other)
    assert (caught.value.code, caught.value.exit_code) == ("sync/not-reached", 128)
    assert git("for-each-ref", cwd=other) == before
    ssh("")
    assert (go(other).received, sorted(titles(other))) == (3, ["a", "b", "c", "d"])


def test_a_line_that_breaks_in_the_middle_of_a_push(clone: Clone, far: str, ssh: Mode, origin: Path, git: Git) -> None:
    one = clone("one", url=far)
    before = tip(origin, git)
    note(one, *"abc")
    ssh("receive-pack cut")
    with pytest.raises(RepositoryError, match="origin did not take") as caught:
        go(one)
    assert caught.value.code == "sync/not-sent"
    assert tip(origin, git) == before
    assert git("fsck", "--strict", "--no-dangling", cwd=origin) == ""
    ssh("")
    assert (go(one).sent, tip(origin, git)) == (3, tip(one, git))


def test_a_push_that_arrived_and_was_not_answered(clone: Clone, far: str, ssh: Mode, origin: Path, git: Git) -> None:
    one = clone("one", url=far)
    note(one, "a")
    ssh("receive-pack unanswered")
    with pytest.raises(RepositoryError, match="origin did not take"):
        go(one)
    assert tip(origin, git) == tip(one, git)
    ssh("")
    assert (go(one).sent, go(one).rewritten) == (0, 0), "it is there already"


def test_the_pre_push_hook_over_a_line_that_breaks(clone: Clone, far: str, ssh: Mode, origin: Path, git: Git) -> None:
    one = clone("one", url=far)
    git("config", "factory.pushLedger", "true", cwd=one)
    note(one, "a")
    head = git("rev-parse", "HEAD", cwd=one).strip()
    update = Update(local_ref="refs/heads/main", local=head, remote_ref="refs/heads/new", remote="0" * 40)

    def send() -> str:
        return pushing.send_ledger(open_context(one), "origin", [update])

    ssh("refused")
    said = send()
    assert said.startswith("warning: the ledger was not sent (somebody@host.example: Permission denied (publickey).)")
    ssh("")
    assert send() == f"the ledger was sent, too ({REF})"
    assert tip(origin, git) == tip(one, git) == tip(one, git, "refs/factory-remotes/origin/ledger")


def test_a_plain_fetch_and_a_plain_clone_follow(clone: Clone, far: str, tmp_path: Path, git: Git) -> None:
    one, other = clone("one", url=far), clone("other", "--single-branch", url=far)
    refspec = remote.setup(open_context(other), "origin").refspec
    note(one, "a")
    go(one)
    git("fetch", "-q", cwd=other)
    git("clone", "-q", "-c", f"remote.origin.fetch={refspec}", far, "third", cwd=tmp_path)
    third = tmp_path / "third"
    assert [tip(place, git, "refs/factory-remotes/origin/ledger") for place in (other, third)] == [tip(one, git)] * 2
    assert (go(other, fetch_only=True).received, go(third, fetch_only=True).received) == (1, 2)
    assert titles(other) == titles(third) == ["a"]


def test_a_fork_of_a_project_and_its_upstream(clone: Clone, origin: Path, tmp_path: Path, git: Git) -> None:
    owner = clone("owner")
    git("clone", "-q", "--bare", str(origin), "fork.git", cwd=tmp_path)
    guest = clone("guest", url=str(tmp_path / "fork.git"))
    git("remote", "add", "upstream", str(origin), cwd=guest)
    note(owner, "of the owner")
    go(owner)
    assert go(guest, remote="upstream", fetch_only=True).received == 2
    note(guest, "of the guest")
    assert go(guest).sent == 3
    assert tip(origin, git) == tip(owner, git), "nothing was sent upstream"
    git("remote", "add", "guest", str(tmp_path / "fork.git"), cwd=owner)
    assert go(owner, remote="guest", fetch_only=True).received == 1
    go(owner)
    go(guest, remote="upstream", fetch_only=True)
    assert sorted(titles(owner)) == sorted(titles(guest)) == ["of the guest", "of the owner"]
    assert (go(guest).sent, tip(guest, git)) == (0, tip(owner, git))


# -- servers that refuse ----------------------------------------------------------------------------------------------


def hook(origin: Path, name: str, script: str) -> None:
    path = origin / "hooks" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("hook", "only branches here"),
        ("receive.hideRefs", "deny updating a hidden ref"),
        ("transfer.hideRefs", "deny updating a hidden ref"),
    ],
)
def test_a_server_that_takes_only_branches(clone: Clone, origin: Path, git: Git, how: str, words: str) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    note(other, "b")
    if how == "hook":
        hook(origin, "update", 'case "$1" in refs/heads/*) ;; *) echo "only branches here"; exit 1;; esac')
    else:
        git("config", how, "refs/factory", cwd=origin)
    with pytest.raises(RepositoryError, match=words) as caught:
        go(one)
    wanted = f"git config factory.ref {BRANCH} && git branch factory/ledger {REF}"
    assert wanted in caught.value.hint
    for place in (one, other):
        subprocess.run(wanted, shell=True, cwd=place, check=True)
    for place in (one, other, one):
        go(place)
    assert sorted(titles(one)) == sorted(titles(other)) == ["a", "b"]
    assert tip(one, git, BRANCH) == tip(other, git, BRANCH) == tip(origin, git, BRANCH)


COMMANDS = (
    "list", "log", "verify --full", "stats", "state", "memory add word", "memory list", "search word",
    "claim README --for task", "collection add notes", "artifact list", "branches", "fork 2", "sync", "remote setup",
    "remote", "maintenance", "export whole.bundle --bundle",
)  # fmt: skip


def test_a_ledger_on_a_branch_serves_every_command(clone: Clone, origin: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    for place in (one, other):
        git("branch", "factory/ledger", REF, cwd=place)
        git("config", "factory.ref", BRANCH, cwd=place)
    before = tip(one, git)
    for words in COMMANDS:
        command = [sys.executable, "-m", "factory_git", *words.split()]
        done = subprocess.run(command, cwd=one, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
    assert tip(one, git) == before, "no command fell back on the other ref"
    assert tip(one, git, BRANCH) == tip(origin, git, BRANCH) != before
    refspec = f"+{BRANCH}:refs/factory-remotes/origin/ledger"
    assert git("config", "--get-all", "remote.origin.fetch", cwd=one).splitlines()[-1] == refspec
    note(other, "c")
    go(other)
    git("fetch", "-q", cwd=one)
    assert [known.behind for known in remote.show(open_context(one))] == [1]


def test_a_branch_that_is_protected(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    git("branch", "factory/ledger", REF, cwd=one)
    git("config", "factory.ref", BRANCH, cwd=one)
    hook(origin, "pre-receive", 'echo "GH006: Protected branch update failed for $(cut -d" " -f3)"; exit 1')
    with pytest.raises(RepositoryError, match=f"GH006: Protected branch update failed for {BRANCH}") as caught:
        go(one)
    assert caught.value.code == "sync/not-sent"
    assert titles(one) == ["a"]


def test_a_ref_that_somebody_is_writing_is_tried_again(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    lock = origin / f"{REF}.lock"
    lock.touch()
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            lock.unlink()

    ctx = open_context(one)
    result = sync.run(ctx, sync.Options(), wait=wait, jitter=lambda: 0.5)
    assert (result.attempts, result.sent, waits) == (3, 1, [0.1, 0.2])
    assert tip(origin, git) == tip(one, git)


def test_clones_that_push_at_the_same_moment_all_get_through(clone: Clone, origin: Path, git: Git) -> None:
    places = [clone(f"c{number}") for number in range(4)]
    for turn in range(2):
        for place in places:
            note(place, f"{place.name} {turn}")
        command = [sys.executable, "-m", "factory_git", "sync"]
        running = [
            subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for place in places
        ]
        for one in running:
            _, said = one.communicate(timeout=60)
            assert one.returncode == 0, said
    for place in places:
        go(place)
    assert len({tip(place, git) for place in (*places, origin)}) == 1
    assert len(titles(places[0])) == 8
    assert git("fsck", "--strict", "--no-dangling", cwd=origin) == ""
