"""Clones that bring their ledgers together: over files and HTTP, in a race, after a rewrite, whatever kind of clone."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from factory_git.app import claim, fork, memory, remote, sync, sync_heads
from factory_git.app.context import Context, open_context
from factory_git.app.knowledge import knowledge
from factory_git.core.clock import FixedClock, SystemClock
from factory_git.core.errors import Conflict, IntegrityError, NotFound, RepositoryError, UsageError
from factory_git.gitio import push
from factory_git.gitio.locate import Location
from factory_git.ledger import admit
from factory_git.ledger.store import REF
from tests.app.clones import Clone, go, note, titles
from tests.conftest import Git
from tests.ledger.model.look import derived


def test_what_each_has_comes_to_both(clone: Clone, origin: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a", "b")
    note(other, "c")
    assert (go(one).sent, go(other).received, go(one).received) == (2, 2, 1)
    assert sorted(titles(one)) == sorted(titles(other)) == ["a", "b", "c"]
    tips = {git("rev-parse", REF, cwd=place) for place in (one, other, origin)}
    assert len(tips) == 1
    assert (go(one).received, go(other).sent) == (0, 0)
    assert git("fsck", "--strict", cwd=one) == ""


def test_with_nothing_new_nothing_is_counted_or_written(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    one = clone("one")
    note(one, "a")
    go(one)
    go(one)
    for name in ("ask", "note_sent"):
        monkeypatch.setattr(f"factory_git.gitio.fetch.{name}", lambda *_: pytest.fail("a child for nothing"))
    monkeypatch.setattr("factory_git.gitio.fetch.remotes", lambda _: ["origin"])
    assert (go(one).received, go(one).sent) == (0, 0)


def test_records_with_parents_count_and_unions_do_not(clone: Clone) -> None:
    one, other = clone("one"), clone("other")
    first, second = note(one, "a", "b")
    ctx = open_context(one)
    ctx.ledger.put("note", {"title": "c"}, [first, second])
    ctx.ledger.put("note", {"title": "d"}, [first])
    ctx.ledger.close()
    note(other, "z")
    assert (go(one).sent, go(other).received) == (4, 4)
    assert go(one).received == 1


def test_a_dry_run_changes_no_ledger(clone: Clone, git: Git) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    note(other, "b")
    before = git("rev-parse", REF, cwd=other)
    result = go(other, dry_run=True)
    assert (result.received, result.sent) == (1, 1)
    assert git("rev-parse", REF, cwd=other) == before
    assert go(one).received == 0, "nothing was sent"


def test_fetch_only_sends_nothing(clone: Clone) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    note(other, "b")
    assert go(other, fetch_only=True).received == 1
    assert sorted(titles(other)) == ["a", "b"]
    assert go(one).received == 0


def test_a_lost_race_is_run_again(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    note(other, "b")
    note(other, "c")
    go(other)
    send = push.send
    raced: list[bool] = []

    def meanwhile(*args: object, **more: object) -> push.Sent:
        if not raced:
            raced.append(True)
            note(other, "d")
            go(other)
        return send(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(push, "send", meanwhile)
    result = go(one)
    assert (result.attempts, result.received, result.sent) == (2, 3, 1), "what came in both turns"
    assert sorted(titles(one)) == ["a", "b", "c", "d"]


HEADS = "refs/factory/heads/"


@pytest.fixture
def always_late(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Every push to a remote's ledger comes too late; the function that is given ends that."""
    send = push.send

    def late(where: Location, remote: str, ref: str, *, to: str = "") -> push.Sent:
        return send(where, remote, ref, to=to) if to else push.Sent(state="behind", words="fetch first")

    monkeypatch.setattr(push, "send", late)
    return lambda: monkeypatch.setattr(push, "send", send)


def test_who_loses_every_race_publishes_beside_and_the_next_sync_takes_it_in(
    clone: Clone, origin: Path, git: Git, always_late: Callable[[], None]
) -> None:
    one, other, third = clone("one"), clone("other"), clone("third")
    note(one, "a", "b")
    late = go(one)
    assert (late.attempts, late.sent) == (sync.ATTEMPTS, 2)
    assert git("for-each-ref", "--format=%(refname)", HEADS, cwd=origin).split() == [late.published]
    note(one, "c")
    assert go(one).published == late.published, "a clone has one place"
    assert (go(third, fetch_only=True).received, titles(third)) == (3, ["a", "b", "c"])
    always_late()
    assert (go(other, dry_run=True).received, titles(other)) == (3, [])
    assert (go(other).received, titles(other)) == (3, ["a", "b", "c"])
    assert git("for-each-ref", HEADS, cwd=origin) == "", "the ledger has it: it is not needed there any more"
    assert (go(one).received, go(one).published, go(third).sent) == (0, "", 0)
    assert len({git("rev-parse", REF, cwd=place) for place in (one, other, third, origin)}) == 1
    assert git("for-each-ref", "refs/factory-remotes", cwd=other).count("\n") == 1, "nothing held is left"


def test_a_copied_clone_publishes_under_a_name_of_its_own(
    clone: Clone, origin: Path, git: Git, always_late: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, third = clone("one"), clone("third")
    note(one, "a")
    go(one)
    two = Path(shutil.copytree(one, one.parent / "two"))
    note(one, "b")
    note(two, "c")
    publish = sync_heads.publish

    def meanwhile(*args: object) -> str:
        monkeypatch.setattr(sync_heads, "publish", publish)
        go(one)
        return publish(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sync_heads, "publish", meanwhile)
    go(two)
    assert git("for-each-ref", HEADS, cwd=origin).count("\n") == 2
    always_late()
    go(third)
    assert sorted(titles(third)) == ["a", "b", "c"]


def test_what_is_published_and_is_no_ledger_stops_nobody(
    clone: Clone, origin: Path, git: Git, always_late: Callable[[], None]
) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    always_late()
    git("update-ref", f"{HEADS}bad", "main", cwd=origin)
    result = go(other)
    assert titles(other) == ["a"]
    assert result.notices[0].startswith(f"{HEADS}bad was left alone: commit ")
    assert git("for-each-ref", "--format=%(refname)", HEADS, cwd=origin).split() == [f"{HEADS}bad"]


def test_a_head_that_went_on_while_it_was_taken_in_stays(
    clone: Clone, origin: Path, git: Git, always_late: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    note(one, "b")

    def meanwhile(ctx: Context, remote: str, taken: Iterable[tuple[str, str]]) -> None:
        monkeypatch.setattr(push, "send", late)
        go(one)
        retire(ctx, remote, taken)

    late, retire = push.send, sync_heads.retire
    always_late()
    monkeypatch.setattr(sync_heads, "retire", meanwhile)
    go(other)
    assert titles(other) == ["a"]
    monkeypatch.setattr(sync_heads, "retire", retire)
    always_late()
    assert go(other).received == 1
    assert titles(other) == ["a", "b"]


def test_without_a_ledger_there_what_was_published_is_still_taken(
    clone: Clone, origin: Path, git: Git, always_late: Callable[[], None]
) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    always_late()
    git("update-ref", "-d", REF, cwd=origin)
    assert go(other).received == 1
    assert titles(other) == ["a"]
    assert git("rev-parse", REF, cwd=origin) == git("rev-parse", REF, cwd=other)


@pytest.mark.usefixtures("always_late")
def test_races_that_are_always_lost_end_where_nothing_can_be_published(clone: Clone, origin: Path) -> None:
    one = clone("one")
    note(one, "a")
    hook = origin / "hooks/update"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(Conflict, match="moved 8 times") as caught:
        go(one)
    assert (caught.value.code, caught.value.exit_code) == ("sync/lost-races", 5)


@pytest.mark.parametrize(
    ("ref", "place"),
    [
        (REF, HEADS),
        ("refs/heads/factory/ledger", "refs/heads/factory/heads/"),
        ("refs/heads/log", "refs/heads/log-heads/"),
        ("refs/factory/forks/at-2", "refs/factory/fork-heads/at-2/"),
    ],
)
def test_where_it_is_published(ref: str, place: str) -> None:
    assert sync_heads.place(ref) == place


def test_a_fork_that_is_called_ledger_is_not_taken_for_it(clone: Clone, git: Git) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    fork.run(open_context(one), "1", name="ledger")
    git("config", "factory.ref", "refs/factory/forks/ledger", cwd=one)
    assert go(one).rewritten == 0
    assert titles(one) == []
    git("config", "factory.ref", "refs/factory/forks/ledger", cwd=other)
    assert (go(other).received, titles(other)) == (1, [])


def test_a_remote_that_went_back_gets_what_it_lost(clone: Clone, origin: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    first = git("rev-parse", REF, cwd=one).strip()
    note(one, "b")
    go(one)
    go(other)
    git("update-ref", REF, first, cwd=origin)
    result = go(other)
    assert result.rewritten == 1
    assert git("rev-parse", REF, cwd=origin) == git("rev-parse", REF, cwd=one)


def test_a_remote_whose_history_was_replaced_is_united(clone: Clone, origin: Path, git: Git) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    note(other, "z")
    git("push", "-q", "--force", "origin", REF, cwd=other)
    result = go(one)
    assert result.rewritten == 1
    assert sorted(titles(one)) == ["a", "z"]
    go(other)
    assert sorted(titles(other)) == ["a", "z"]


def test_a_ref_that_was_deleted_comes_back(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    go(one)
    git("update-ref", "-d", REF, cwd=origin)
    assert go(one).rewritten == 2, "the type, too"
    assert git("rev-parse", REF, cwd=origin) == git("rev-parse", REF, cwd=one)


def test_a_remote_that_takes_only_branches_says_what_to_do(clone: Clone, origin: Path, git: Git) -> None:
    hook = origin / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase "$1" in refs/heads/*|refs/tags/*) ;; *) echo "only branches"; exit 1;; esac\n')
    hook.chmod(0o755)
    one, other = clone("one"), clone("other")
    note(one, "a")
    with pytest.raises(RepositoryError, match="origin did not take refs/factory/ledger") as caught:
        go(one)
    assert "git config factory.ref refs/heads/factory/ledger" in caught.value.hint
    for place in (one, other):
        git("config", "factory.ref", "refs/heads/factory/ledger", cwd=place)
        git("branch", "factory/ledger", REF, cwd=place)
    go(one)
    go(other)
    assert titles(other) == ["a"]


def test_something_that_is_no_ledger_is_not_united(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    git("update-ref", REF, "main", cwd=origin)
    before = git("rev-parse", REF, cwd=one)
    with pytest.raises(IntegrityError, match="is no transaction of a ledger"):
        go(one)
    assert git("rev-parse", REF, cwd=one) == before


def plant(place: Path, git: Git, lines: str, *options: str) -> str:
    """Move the ledger of ``place`` to a commit with this tree, which claims to be a transaction."""
    tree = git("mktree", cwd=place, stdin=lines).strip()
    made = git("commit-tree", tree, *options, "-m", "mine\n\nFactory-Format: 1", cwd=place).strip()
    git("update-ref", REF, made, cwd=place)
    return made


@pytest.mark.parametrize("follows", [True, False])
def test_a_file_in_place_of_a_folder_takes_no_record(clone: Clone, origin: Path, git: Git, follows: bool) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    go(other)
    blob = git("hash-object", "-w", "--stdin", cwd=origin, stdin="x").strip()
    plant(origin, git, f"100644 blob {blob}\ttx\n", *(("-p", REF) if follows else ()))
    before = git("rev-parse", REF, cwd=other)
    with pytest.raises(IntegrityError, match=r"removes or replaces|where no record or content can be"):
        go(other)
    assert git("rev-parse", REF, cwd=other) == before


def test_a_remote_that_takes_records_away_is_refused_until_it_is_put_right(
    clone: Clone, origin: Path, git: Git
) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")
    go(one)
    go(other)
    good = git("rev-parse", REF, cwd=origin).strip()
    bad = plant(origin, git, "", "-p", REF)
    for _ in range(2):
        with pytest.raises(IntegrityError, match=f"the ledger at {bad[:12]} removes or replaces") as caught:
            go(other)
    assert caught.value.code == "ledger/deleted"
    assert git("rev-parse", "refs/factory-remotes/origin/ledger", cwd=other).strip() == good, "not even remembered"
    git("update-ref", REF, good, cwd=origin)
    note(other, "b")
    assert (go(other).rewritten, titles(other)) == (0, ["a", "b"])


def test_a_tree_that_stands_for_more_files_than_there_are_atoms_is_refused(
    clone: Clone, origin: Path, git: Git
) -> None:
    one = clone("one")
    note(one, "a")
    lines = f"100644 blob {git('hash-object', '-w', '--stdin', cwd=origin, stdin='x').strip()}\tx\n"
    for _ in range(60):
        tree = git("mktree", cwd=origin, stdin=lines).strip()
        lines = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
    plant(origin, git, lines)
    with pytest.raises(IntegrityError, match="where no record or content can be"):
        go(one)
    assert titles(one) == ["a"]


def test_a_dry_run_sees_a_rewrite_and_does_not_forget_it(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    first = git("rev-parse", REF, cwd=one).strip()
    note(one, "a")
    go(one)
    git("update-ref", REF, first, cwd=origin)
    refs = git("for-each-ref", cwd=one)
    assert [go(one, dry_run=True).rewritten for _ in range(2)] == [1, 1]
    assert git("for-each-ref", cwd=one) == refs
    assert go(one).rewritten == 1


def test_killed_between_fetch_and_unite_nothing_is_forgotten(
    clone: Clone, origin: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = clone("one"), clone("other")
    remote.setup(open_context(other), "origin")
    first = git("rev-parse", REF, cwd=one).strip()
    note(one, "a")
    go(one)
    git("fetch", "-q", cwd=other)  # by hand: other has seen "a", and not united it
    git("update-ref", REF, first, cwd=origin)
    with monkeypatch.context() as patch:
        patch.setattr(sync, "_lost", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            go(other)
    assert go(other).rewritten == 1
    assert titles(other) == ["a"]


def _interrupted(*_: object) -> int:
    raise KeyboardInterrupt


def test_the_fetch_of_a_mirror_leaves_its_ledger_alone(clone: Clone, git: Git) -> None:
    one, other = clone("one"), clone("other", "--mirror")
    note(one, "a")
    go(one)
    note(other, "b")
    before = git("rev-parse", REF, cwd=other)
    go(other, dry_run=True)
    assert git("rev-parse", REF, cwd=other) == before
    go(other)
    assert sorted(titles(other)) == ["a", "b"]
    assert open_context(other).ledger.notices == ()


def test_more_files_than_a_ledger_may_bring_at_once_are_refused(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a", "b", "c")
    go(one)
    monkeypatch.setattr(admit, "MOST", 1)
    with pytest.raises(IntegrityError, match="brings more than 1 files"):
        go(other)
    assert titles(other) == []


def test_objects_that_git_finds_malformed_do_not_come_in(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    text = git("cat-file", "-p", REF, cwd=origin).replace("author A U Thor <", "author A U Thor ")
    made = git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", cwd=origin, stdin=text).strip()
    (origin / REF).write_text(made + "\n")
    with pytest.raises(RepositoryError, match="badName"):
        go(one)
    assert titles(one) == ["a"]


def test_what_a_plain_fetch_brought_and_is_no_ledger_stops_no_sync(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    go(one)
    good = git("rev-parse", REF, cwd=one).strip()
    remote.setup(open_context(one), "origin")
    git("update-ref", REF, "main", cwd=origin)
    git("fetch", "-q", cwd=one)
    git("update-ref", REF, good, cwd=origin)
    result = go(one)
    assert any("what origin had once was left alone: commit" in notice for notice in result.notices)
    assert go(one).notices == ()
    assert titles(one) == ["a"]


def test_which_remote(clone: Clone, origin: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    with pytest.raises(NotFound, match="no remote 'elsewhere'"):
        go(one, remote="elsewhere")
    assert go(one, remote=str(origin)).sent == 1, "a path or a URL is one, too"
    git("remote", "rename", "origin", "first", cwd=one)
    assert go(one).remote == "first", "the only one there is"
    git("remote", "add", "second", str(origin), cwd=one)
    with pytest.raises(UsageError, match="there are 2 remotes: first, second"):
        go(one)


def test_a_remote_that_cannot_be_reached(clone: Clone, tmp_path: Path, git: Git) -> None:
    one = clone("one")
    note(one, "a")
    with pytest.raises(RepositoryError, match="does not appear to be a git repository") as caught:
        go(one, remote=str(tmp_path / "nowhere"))
    assert caught.value.exit_code == 128


@pytest.mark.parametrize("options", [("--depth=1",), ("--filter=blob:none",), ("--mirror",), ("--bare",)])
def test_every_kind_of_clone(clone: Clone, origin: Path, git: Git, options: tuple[str, ...]) -> None:
    git("config", "uploadpack.allowFilter", "true", cwd=origin)
    one = clone("one")
    note(one, "a", "b")
    go(one)
    other = clone("other", *options)
    go(other)
    assert titles(other) == ["a", "b"]
    note(other, "c")
    go(other)
    go(one)
    assert titles(one) == ["a", "b", "c"]


def test_a_plain_fetch_follows_once_it_is_set_up(clone: Clone, git: Git) -> None:
    one, other = clone("one"), clone("other")
    ctx = open_context(other)
    assert [known.follows for known in remote.show(ctx)] == [False]
    known = remote.setup(ctx, "origin")
    remote.setup(ctx, "origin")
    assert git("config", "--get-all", "remote.origin.fetch", cwd=other).count(known.refspec) == 1
    note(one, "a")
    go(one)
    git("fetch", "-q", cwd=other)
    assert [(k.follows, k.behind, k.ahead) for k in remote.show(open_context(other))] == [(True, 1, 0)]
    git(
        "clone",
        "-q",
        "-c",
        f"remote.origin.fetch={known.refspec}",
        git("remote", "get-url", "origin", cwd=one).strip(),
        "f",
        cwd=one,
    )
    assert [k.behind for k in remote.show(open_context(one / "f"))] == [2]


def test_clones_that_go_from_remote_to_remote_come_to_rest(
    clone: Clone, origin: Path, tmp_path: Path, git: Git
) -> None:
    git("clone", "-q", "--bare", str(origin), "second.git", cwd=tmp_path)
    clones = [clone(f"c{number}") for number in range(3)]
    places = [*clones, origin, tmp_path / "second.git"]
    for number, here in enumerate(clones):
        git("remote", "add", "second", str(places[-1]), cwd=here)
        note(here, str(number))
    go(clones[0])
    go(clones[1], remote="second")
    for number, here in enumerate(clones):
        note(here, str(3 + number))
    seen: list[str] = []
    for _ in range(5):
        for here in clones:
            go(here)
            go(here, remote="second")
        seen.append(" ".join(git("rev-parse", REF, cwd=place).strip() for place in places))
    assert seen[-1] == seen[-2], "nothing but what unites was left to send, and that is not sent in circles"
    assert len(set(seen[-1].split()[:3])) == 1
    assert {tuple(sorted(titles(here))) for here in clones} == {tuple("012345")}
    assert git("rev-parse", f"{REF}^{{tree}}", cwd=places[-1]) == git("rev-parse", f"{REF}^{{tree}}", cwd=origin)
    note(clones[0], "6")
    go(clones[0], remote="second")
    assert git("rev-parse", REF, cwd=places[-1]) == git("rev-parse", REF, cwd=clones[0]), "what is new goes everywhere"


def test_clones_that_write_and_sync_at_random_converge(clone: Clone, git: Git) -> None:
    many = 10 if os.environ.get("FACTORY_SOAK") else 4
    clones = [clone(f"c{number}") for number in range(many)]
    for number, here in enumerate(clones):
        git("config", "user.email", f"writer{number}@example.com", cwd=here)
    draws = random.Random(7)
    written: list[str] = []
    for number in range(8 * many):
        here = draws.choice(clones)
        if draws.random() < 0.5:
            written.append(f"note {number}")
            note(here, written[-1])
            decide(open_context(here), draws, number)
        else:
            go(here)
    for here in (*clones, *clones):
        go(here)
    assert len({git("rev-parse", REF, cwd=here) for here in clones}) == 1
    orders = {tuple(titles(here)) for here in clones}
    assert len(orders) == 1, "the order is that of the graph, the same everywhere"
    assert sorted(orders.pop()) == sorted(written)
    now = FixedClock(SystemClock().now())
    found = [derived(open_context(here, clock=now)) for here in clones]
    assert all(one == found[0] for one in found)
    assert found[0]["claims"]
    assert found[0]["memory"]
    assert found[0]["changes"]
    assert open_context(clones[0]).ledger.verify().ok


def decide(ctx: Context, draws: random.Random, number: int) -> None:
    """Something that is folded: a memory or its next revision, a claim, an artifact."""
    store = knowledge(ctx)
    stand = memory.listing(ctx)
    kind = draws.randrange(3)
    if kind == 0:
        again = draws.choice(stand).id if stand and draws.random() < 0.5 else ""
        memory.add(ctx, f"text {number}", replace=again)
    elif kind == 1:
        with contextlib.suppress(Conflict):
            claim.take(ctx, [draws.choice("abc")], task=f"task {number % 3}", ttl="4h")
    else:
        if not any(one.name == "notes" for one in store.collections.list()):
            store.collections.add("notes")
        with contextlib.suppress(Conflict):
            store.artifacts.add("notes", draws.choice("abc"), b"text")
    ctx.ledger.close()


def test_over_smart_http(clone: Clone, served: str, origin: Path, git: Git) -> None:
    git("config", "http.receivepack", "true", cwd=origin)
    one, other = clone("one", url=served), clone("other", url=served)
    note(one, *(f"note {number}" for number in range(30)))
    go(one)
    note(other, "theirs")
    go(other)
    go(one)
    assert len(titles(one)) == 31
    assert titles(one) == titles(other)


def test_what_a_user_sees(clone: Clone) -> None:
    one, other = clone("one"), clone("other")
    note(one, "a")

    def call(place: Path, *args: str) -> str:
        command = [sys.executable, "-m", "factory_git", *args]
        return subprocess.run(command, cwd=place, capture_output=True, text=True, check=True).stdout

    assert call(one, "sync", "--dry-run") == "origin: 0 transactions to come, 1 transaction to go\n"
    assert call(one, "sync") == "origin: 0 transactions received, 1 transaction sent\n"
    assert call(one, "sync") == "origin and this clone have the same ledger\n"
    assert json.loads(call(other, "sync", "--json"))["received"] == 1
    assert call(other, "remote") == "origin\tnot followed\t0 to come, 0 to go\n"
    assert call(other, "remote", "setup").startswith("+refs/factory/ledger:refs/factory-remotes/origin/ledger")
