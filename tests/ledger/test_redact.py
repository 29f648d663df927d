"""Redaction: history without something is the same history whoever makes it, and nothing else is lost by it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from factory_git.core.errors import IntegrityError, NotFound, UsageError
from factory_git.core.ids import Oid, RecordId, blob_oid
from factory_git.core.points import listening
from factory_git.gitio import journal
from factory_git.ledger import accepted, admit, layout, redaction
from factory_git.ledger.record import make
from factory_git.ledger.redaction import Redacted, Unaccepted
from factory_git.ledger.store import REF, Ledger
from factory_git.ledger.tree import Line
from factory_git.ledger.write import Decided
from tests.conftest import Git
from tests.ledger.conftest import ANY, open_ledger
from tests.ledger.redacting import ACCEPT, anyone, reachable

FORK = multiprocessing.get_context("fork")


def problems(repo: Path) -> list[str]:
    return [problem.code for problem in open_ledger(repo).verify().problems]


def notes(ledger: Ledger) -> list[object]:
    return [entry.record.payload for entry in ledger.list(type="note")]


def test_what_was_taken_out_is_not_reachable_and_all_else_is_there(ledger: Ledger, repo: Path, git: Git) -> None:
    first = ledger.put("note", {"n": 1})
    secret = ledger.put("note", {"n": "hunter2"}, [first])
    child = ledger.put("note", {"n": 3}, [secret, first], blobs=[b"a transcript"], key="k")
    before = {entry.record.id: (entry.when, entry.actor, entry.stream) for entry in ledger.list()}
    taken = ledger.redact([secret, blob_oid(b"a transcript")], "it was real")
    assert [(one.kind, one.type) for one in taken.targets] == [("record", "note"), ("content", "")] or taken.targets
    assert not reachable(repo, git, REF) & {secret, blob_oid(b"a transcript")}
    after = {entry.record.id: (entry.when, entry.actor, entry.stream) for entry in ledger.list()}
    del before[secret]
    assert {id_: after[id_] for id_ in before} == before
    assert ledger.get(child).parents == tuple(sorted([first, secret])), "what it came from is still told"
    assert ledger.by_key("k") == (child,)
    assert problems(repo) == []
    assert open_ledger(repo).verify().redacted == 2
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""
    git("gc", "-q", "--prune=now", cwd=repo)
    assert git("cat-file", "-t", secret, cwd=repo, ok=False) == ""


def test_transactions_before_stay_and_those_after_keep_who_when_and_what(ledger: Ledger, repo: Path, git: Git) -> None:
    ledger.put("note", {"n": 1})
    stays = git("rev-parse", REF, cwd=repo)
    secret = ledger.put("note", {"n": 2}, actor="Bob <bob@example.com>")
    ledger.put("note", {"n": 3}, subject="three", stream="runs/x")
    form = "--format=%an %ae %ad %cn %cd%n%B"
    before = git("log", form, REF, cwd=repo)
    ledger.redact([secret], "why")
    assert git("rev-parse", f"{REF}~3", cwd=repo) == stays
    subject = f"note {secret[:10]}"
    assert git("log", form, f"{REF}~1", cwd=repo) == before.replace(f"\n{subject}\n", "\nredacted\n")
    note = ledger.list(type="redaction")[0]
    assert git("log", "-1", "--format=%B", REF, cwd=repo).strip().endswith(note.record.id)


def test_who_asks_for_it_hears_who_when_and_why(ledger: Ledger) -> None:
    secret = ledger.put("note", {"n": 1}, blobs=[b"words"])
    child = ledger.put("note", {"n": 2}, [secret])
    ledger.redact([secret, blob_oid(b"words")], "a token")
    for ask in (ledger.get, ledger.entry, ledger.resolve, lambda id_: ledger.get(id_[:8])):
        with pytest.raises(Redacted, match=r"was redacted by A U Thor <author@example.com>, .* UTC: a token") as caught:
            ask(secret)
        assert (caught.value.exit_code, caught.value.code) == (3, "ledger/redacted")
    with pytest.raises(Redacted, match="a token"):
        ledger.blob(blob_oid(b"words"))
    lines: list[Line] = list(ledger.tree(child).lines())
    assert [line.mark for line in lines] == ["", "redacted"]
    assert ledger.tree(child).as_json()["nodes"][1]["redacted"]


def test_it_is_not_stored_again(ledger: Ledger) -> None:
    record = make("note", {"n": 1})
    ledger.append([record], blobs=[b"words"])
    ledger.redact([record.id, blob_oid(b"words")], "why")
    tip = ledger.tip
    for again in (
        lambda: ledger.append([record]),
        lambda: ledger.put("note", {"n": 2}, blobs=[b"words"]),
        lambda: ledger.put("note", {"n": 3}, [record.id]),
    ):
        with pytest.raises(UsageError, match="was redacted by A U Thor") as caught:
            again()
        assert caught.value.code == "ledger/redacted"
    assert ledger.tip == tip


def test_a_note_is_only_made_by_redacting_and_stays(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="more than its note"):
        ledger.put("redaction", {"targets": [], "reason": "x"})
    note = ledger.redact([ledger.put("note", {"n": 1})], "why").note
    type_ = ledger.list(type="type")[0].record.id
    for stays in (note, type_):
        with pytest.raises(UsageError, match="is not taken out"):
            ledger.redact([stays], "why")


def test_what_is_not_there_is_not_taken_out(ledger: Ledger, repo: Path) -> None:
    tip = ledger.tip
    with pytest.raises(NotFound):
        ledger.redact(["0" * 40], "why")
    with pytest.raises(NotFound):
        ledger.redact([blob_oid(b"nobody stored this")], "why")
    assert ledger.tip == tip
    assert not (repo / ".git/factory/redactions").exists()


def test_a_dry_run_says_how_much_and_changes_nothing(ledger: Ledger, repo: Path) -> None:
    secret = ledger.put("note", {"n": 1})
    ledger.put("note", {"n": 2})
    files = {path: path.read_bytes() for path in (repo / ".git").rglob("*") if path.is_file()}
    assert ledger.redact([secret], "why", dry_run=True).again == 2
    changed = [path for path in (repo / ".git").rglob("*") if path.is_file() and files.get(path) != path.read_bytes()]
    assert [path for path in changed if path.name not in ("lock", "index.sqlite-shm", "index.sqlite-wal")] == []


def test_a_record_that_two_transactions_brought_goes_from_both(ledger: Ledger, repo: Path, git: Git) -> None:
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    record = make("note", {"n": "both"})
    ledger.append([record, make("note", {"n": 1})])
    other.append([record, make("note", {"n": 2})])
    ledger.unite(other.tip)  # type: ignore[arg-type]
    taken = ledger.redact([record.id], "why")
    assert len(taken.targets[0].folders) == 2
    assert record.id not in reachable(repo, git, REF)
    assert len(notes(ledger)) == 2
    assert problems(repo) == []


def test_the_index_keeps_no_word_of_it(ledger: Ledger, repo: Path) -> None:
    secret = ledger.put("note", {"text": "xylophonist"}, blobs=[b"zymurgically"])
    assert ledger.search("xylophonist", ledger.query())
    ledger.redact([secret, blob_oid(b"zymurgically")], "why")
    ledger.close()
    left = b"".join(path.read_bytes() for path in (repo / ".git/factory").rglob("*") if path.is_file())
    assert b"xylophonist" not in left
    assert b"zymurgically" not in left
    assert not open_ledger(repo).search("xylophonist", open_ledger(repo).query())


def test_an_index_that_somebody_else_has_open_goes_on(ledger: Ledger, repo: Path) -> None:
    secret = ledger.put("note", {"n": 1})
    other = open_ledger(repo)
    assert len(notes(other)) == 1
    ledger.redact([secret], "why")
    assert notes(other) == []
    assert other.put("note", {"n": 2})
    assert len(notes(ledger)) == 1
    db = sqlite3.connect(repo / ".git/factory/index.sqlite")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_tracking_refs_that_have_it_go(ledger: Ledger, repo: Path, git: Git) -> None:
    git("update-ref", "refs/factory-remotes/old/ledger", REF, cwd=repo)
    secret = ledger.put("note", {"n": 1})
    git("update-ref", "refs/factory-remotes/new/ledger", REF, cwd=repo)
    ledger.redact([secret], "why")
    assert git("for-each-ref", "--format=%(refname)", "refs/factory-remotes", cwd=repo).split() == [
        "refs/factory-remotes/old/ledger"
    ]


def test_a_target_before_the_boundary_of_a_shallow_clone_is_refused(
    ledger: Ledger, repo: Path, git: Git, tmp_path: Path
) -> None:
    secret = ledger.put("note", {"n": 1})
    ledger.put("note", {"n": 2})
    shallow = tmp_path / "shallow"
    git("init", "-q", str(shallow), cwd=tmp_path)
    git("fetch", "-q", "--depth=1", f"file://{repo}", f"{REF}:{REF}", cwd=shallow)
    there = open_ledger(shallow)
    late = there.put("note", {"n": 3})
    tip = there.tip
    with pytest.raises(UsageError, match="shallow") as caught:
        there.redact([secret], "why")
    assert caught.value.hint == "git fetch --unshallow"
    assert there.tip == tip
    there.redact([late], "that can be done")
    assert late not in reachable(shallow, git, REF)


STEPS = [
    "redact:rewritten", "redact:accepted", "redact:forgotten", "redact:untracked", "append:pack-written",
    "redact:promises-dropped", "append:ref-moved", "append:acknowledged",
]  # fmt: skip


def in_child(work: Callable[[], object], at: str) -> int:
    def dies() -> None:
        def listener(name: str) -> None:
            if name == at:
                os.kill(os.getpid(), signal.SIGKILL)

        with listening(listener):
            work()

    process = FORK.Process(target=dies)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_history_is_old_or_new(ledger: Ledger, repo: Path, git: Git, step: str) -> None:
    secret = ledger.put("note", {"n": 1})
    kept = ledger.put("note", {"n": 2}, [secret])
    old = ledger.tip
    ledger.close()
    assert in_child(lambda: open_ledger(repo).redact([secret], "why"), step) == -signal.SIGKILL
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""
    new = open_ledger(repo).tip != old
    assert new == (step in ("append:ref-moved", "append:acknowledged"))
    assert problems(repo) == []
    git("gc", "-q", "--prune=now", cwd=repo)
    again = open_ledger(repo)
    late = again.put("note", {"n": 3})
    assert again.notices == (), "nothing is brought back"
    if not new:
        assert again.get(secret)
        again.redact([secret], "why")
    assert {entry.record.id for entry in again.list(type="note")} == {kept, late}
    assert secret not in reachable(repo, git, REF)
    assert problems(repo) == []


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_it_is_taken_over_from_elsewhere_history_is_old_or_new(
    ledger: Ledger, repo: Path, git: Git, step: str
) -> None:
    secret = ledger.put("note", {"n": 1})
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    other.redact([secret], "why")
    theirs = other.tip
    kept, old = ledger.put("note", {"n": 2}, [secret]), ledger.tip
    ledger.close()
    assert theirs is not None
    assert in_child(lambda: open_ledger(repo).unite(theirs, judge=ACCEPT), step) == -signal.SIGKILL
    again = open_ledger(repo)
    assert (again.tip != old) == (step in ("append:ref-moved", "append:acknowledged"))
    late = again.put("note", {"n": 3})
    again.unite(theirs, judge=ACCEPT)
    assert {entry.record.id for entry in again.list(type="note")} == {kept, late}
    assert secret not in reachable(repo, git, REF)
    assert problems(repo) == []
    assert again.notices == ()


def test_tips_that_were_acknowledged_before_do_not_bring_it_back(ledger: Ledger, repo: Path, git: Git) -> None:
    secret = ledger.put("note", {"n": 1})
    kept = ledger.put("note", {"n": 2})
    own = repo / ".git/factory"
    promised = (own / journal.NAME).read_bytes()
    ledger.redact([secret], "why")
    tip = ledger.tip
    (own / journal.NAME).write_bytes(promised)  # from a backup, or by an older program
    again = open_ledger(repo)
    late = again.put("note", {"n": 3})
    assert git("rev-parse", f"{REF}^", cwd=repo).strip() == tip
    assert again.notices == ()
    assert {entry.record.id for entry in again.list(type="note")} == {kept, late}


def test_a_ref_that_was_put_back_to_the_old_history_is_made_anew_by_the_next_writer(
    ledger: Ledger, repo: Path, git: Git
) -> None:
    secret = ledger.put("note", {"n": 1})
    old = git("rev-parse", REF, cwd=repo).strip()
    ledger.redact([secret], "why")
    git("update-ref", REF, old, cwd=repo)
    again = open_ledger(repo)
    again.put("note", {"n": 2})
    assert secret not in reachable(repo, git, REF)
    assert len(again.redactions()) == 1
    assert problems(repo) == []


def test_what_came_back_is_named_until_it_is_taken_out_again(ledger: Ledger, repo: Path, git: Git) -> None:
    secret = ledger.put("note", {"n": 1}, blobs=[b"words"])
    old = ledger.tip
    ledger.redact([secret, blob_oid(b"words")], "why")
    # Another tool merges what was there before, which no verb does.
    both = git("merge-tree", "--write-tree", "--allow-unrelated-histories", REF, str(old), cwd=repo).split()[0]
    made = git("commit-tree", both, "-p", REF, "-p", str(old), "-m", "mine\n\nFactory-Format: 1", cwd=repo).strip()
    git("update-ref", REF, made, cwd=repo)
    assert problems(repo).count("ledger/redacted-returned") == 2
    again = open_ledger(repo)
    again.redact([secret, blob_oid(b"words")], "again")
    assert problems(repo) == []
    assert not reachable(repo, git, REF) & {secret, blob_oid(b"words")}


def plant_note(ledger: Ledger, targets: list[Oid], reason: str = "mine now") -> None:
    """What a hostile clone can do: a note of its own, on history that it left alone."""
    from factory_git.gitio import objects
    from tests.ledger.conftest import NOON, nobody

    named = [redaction.Target(id=one, kind="record", type="note") for one in targets]
    record = redaction.make(named, reason, objects.at(nobody(), NOON), None)

    def decide(tip: Oid | None) -> Decided:
        assert tip is not None
        built = ledger._with_note(ledger._repo.commit(tip), record, reason)
        return Decided(built.commit, built.objects)

    ledger._writer.write(decide)


def test_a_note_of_a_stranger_takes_nothing_out(ledger: Ledger, repo: Path, git: Git) -> None:
    mine = ledger.put("note", {"n": 1})
    stranger = anyone(repo, "stranger")
    stranger.unite(ledger.tip)  # type: ignore[arg-type]
    plant_note(stranger, [Oid(mine)])
    tip = ledger.tip
    with pytest.raises(Unaccepted, match=r"takes out note .*mine now") as caught:
        ledger.unite(stranger.tip)  # type: ignore[arg-type]
    assert caught.value.exit_code == 1
    assert ledger.tip == tip
    assert ledger.get(mine)
    assert not (repo / ".git/factory/redactions").exists()
    with pytest.raises(Unaccepted, match="its seal is bad"):
        ledger.unite(stranger.tip, judge=lambda notes: {one.id: "its seal is bad" for one in notes})  # type: ignore[arg-type]
    assert ledger.tip == tip


def test_a_note_that_takes_nothing_away_comes_in_and_is_judged_when_it_would(repo: Path, ledger: Ledger) -> None:
    stranger, third = anyone(repo, "stranger"), anyone(repo, "third")
    for one in (stranger, third):
        one.unite(ledger.tip)  # type: ignore[arg-type]
    record = make("note", {"n": "theirs"})
    plant_note(stranger, [Oid(record.id)])
    ledger.unite(stranger.tip)  # type: ignore[arg-type]
    third.append([record])
    with pytest.raises(Unaccepted, match="mine now"):
        ledger.unite(third.tip)  # type: ignore[arg-type]
    assert third.get(record.id)
    ledger.unite(third.tip, judge=ACCEPT)  # type: ignore[arg-type]
    with pytest.raises(Redacted):
        ledger.get(record.id)


@pytest.mark.parametrize("kind", ["type", "redaction"])
def test_an_accepted_note_takes_out_no_note_and_no_type(repo: Path, ledger: Ledger, kind: str) -> None:
    ledger.redact([ledger.put("note", {"n": 1})], "why")
    stays = ledger.list(type=kind)[0].record.id
    stranger = anyone(repo, "stranger")
    stranger.unite(ledger.tip)  # type: ignore[arg-type]
    plant_note(stranger, [Oid(stays)])
    ledger.unite(stranger.tip, judge=ACCEPT)  # type: ignore[arg-type]
    assert ledger.get(stays)
    assert "ledger/redaction" in problems(repo)


def test_a_note_that_breaks_the_schema_is_none(repo: Path, ledger: Ledger) -> None:
    mine = ledger.put("note", {"n": 1})
    stranger = anyone(repo, "stranger")
    stranger.unite(ledger.tip)  # type: ignore[arg-type]
    bad = make("redaction", {"targets": [{"id": mine, "kind": "record"}], "reason": ""})
    with pytest.MonkeyPatch.context() as lawless:
        lawless.setattr(redaction, "TYPE", "none")
        lawless.setattr(stranger._types, "check", lambda _: None)
        stranger.append([bad])
    ledger.unite(stranger.tip, judge=ACCEPT)  # type: ignore[arg-type]
    assert ledger.get(mine)
    assert problems(repo) == ["record/schema"] * len(problems(repo)) != []


def test_a_clone_with_the_old_history_gets_the_new_one_when_it_accepts(repo: Path, ledger: Ledger, git: Git) -> None:
    secret = ledger.put("note", {"n": 1})
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    theirs = other.put("note", {"n": "late"}, [secret])
    ledger.redact([secret], "why")
    other.unite(ledger.tip, judge=ACCEPT)  # type: ignore[arg-type]
    ledger.unite(other.tip)  # type: ignore[arg-type]
    assert ledger.tip == other.tip
    assert secret not in reachable(repo, git, REF)
    assert ledger.get(theirs).parents == (secret,)
    assert problems(repo) == []
    old = accepted.read(repo / ".git/factory/forks/other")
    assert old == {note.id for note in ledger.redactions()}


# -- what is let in ----------------------------------------------------------------------------------------------------


def commit(repo: Path, git: Git, tree: str, *parents: str) -> str:
    options = [word for one in parents for word in ("-p", one)]
    return git("commit-tree", tree, *options, "-m", "mine\n\nFactory-Format: 1", cwd=repo).strip()


def test_a_strange_file_in_a_transaction_in_between_is_refused(repo: Path, ledger: Ledger, git: Git) -> None:
    tip = str(ledger.tip)
    tree = git("rev-parse", f"{tip}^{{tree}}", cwd=repo).strip()
    strange = git("rev-parse", "main^{tree}", cwd=repo).strip()
    lines = git("ls-tree", tree, cwd=repo) + git("ls-tree", strange, cwd=repo)
    between = commit(repo, git, git("mktree", cwd=repo, stdin=lines).strip(), tip)
    clean = commit(repo, git, tree, between)
    with pytest.raises(IntegrityError, match="where no record or content can be") as caught:
        ledger.unite(Oid(clean))
    assert caught.value.code == "ledger/path"
    assert between[:12] in caught.value.message
    assert ledger.tip == tip


def test_a_diverged_ledger_that_took_away_records_of_its_own_is_united_and_named(
    repo: Path, ledger: Ledger, git: Git
) -> None:
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    base = str(other.tip)
    gone = other.put("note", {"n": "gone"})
    other.put("note", {"n": "there"})
    tree = git("rev-parse", f"{base}^{{tree}}", cwd=repo).strip()
    shrunk = commit(repo, git, tree, str(other.tip))
    ours = ledger.put("note", {"n": "ours"})
    ledger.unite(Oid(shrunk))
    assert ledger.get(ours)
    found = [problem for problem in open_ledger(repo).verify().problems if problem.code == "ledger/deleted"]
    assert {problem.path for problem in found} >= {gone}
    assert shrunk[:12] in found[0].message


def test_a_file_that_belongs_has_the_name_of_what_it_is(repo: Path, ledger: Ledger) -> None:
    id_ = RecordId(ledger.put("note", {"n": 1}))
    path = ledger.located([id_])[id_].path
    assert redaction.target(path, Oid(id_))
    assert redaction.target(path, blob_oid(b"other")) is None
    assert layout.place(path, Oid(id_)) == ("note", id_)
    assert admit.look(ledger._repo, ledger.tip, ledger.tip) == admit.Arrived()  # type: ignore[arg-type]


def test_types_are_registered_as_ever(ledger: Ledger) -> None:
    ledger.redact([ledger.put("note", {"n": 1})], "why")
    ledger.register("other", ANY)
    assert ledger.put("other", {})
