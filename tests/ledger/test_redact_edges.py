"""Redaction where history is not as this program alone would have written it."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.core.ids import Oid, RecordId, blob_oid
from factory_git.gitio.journal import NAME
from factory_git.ledger import absorb, accepted, merge, redaction, rewrite
from factory_git.ledger.record import make
from factory_git.ledger.redaction import Unaccepted
from factory_git.ledger.store import REF, Ledger
from factory_git.ledger.types import NewerVersion
from factory_git.ledger.unsigned import made_again
from tests.conftest import Git
from tests.ledger.conftest import open_ledger
from tests.ledger.redacting import ACCEPT, anyone, reachable
from tests.ledger.test_redact import plant_note
from tests.ledger.test_redact_confluence import without


def planted(repo: Path, git: Git, tree: str, message: str, *parents: str) -> str:
    """The ledger's ref at a commit that somebody made by hand."""
    options = [word for one in parents for word in ("-p", one)]
    made = git("commit-tree", tree, *options, "-m", message, cwd=repo).strip()
    git("update-ref", REF, made, cwd=repo)
    (repo / ".git/factory" / NAME).unlink()  # nothing is promised: what follows is how history is
    return made


def tree_of(repo: Path, git: Git, tip: str) -> str:
    return git("rev-parse", f"{tip}^{{tree}}", cwd=repo).strip()


def test_a_ledger_of_a_later_format_is_left_alone(ledger: Ledger, repo: Path, git: Git) -> None:
    secret = ledger.put("note", {"n": 1})
    tip = planted(repo, git, tree_of(repo, git, REF), "x\n\nFactory-Format: 99", str(ledger.tip))
    with pytest.raises(NewerVersion, match="format 99"):
        open_ledger(repo).redact([secret], "why")
    assert git("rev-parse", REF, cwd=repo).strip() == tip


def test_what_somebody_took_from_the_newest_tree_goes_from_history(ledger: Ledger, repo: Path, git: Git) -> None:
    before = str(ledger.tip)
    secret = ledger.put("note", {"n": "secret"})
    brought = str(ledger.tip)
    shrunk = planted(repo, git, tree_of(repo, git, before), "x\n\nFactory-Format: 1", brought)
    again = open_ledger(repo)
    kept = again.put("note", {"n": "later"})
    taken = again.redact([secret], "why")
    assert [target.id for target in taken.targets] == [Oid(secret)]
    assert taken.brought == (brought,), "not those that came later, nor those before"
    assert taken.again == 3
    assert not reachable(repo, git, REF) & {secret, brought, shrunk}
    assert again.get(kept)


def test_a_target_is_told_with_its_folder(ledger: Ledger) -> None:
    secret = ledger.put("note", {"n": 1})
    path = ledger.located([secret])[secret].path
    assert ledger.redact([secret], "why").targets[0].folders == (path.rpartition("/")[0],)


def test_a_content_under_another_name_is_no_target(ledger: Ledger) -> None:
    ledger.put("note", {"n": 1}, blobs=[b"words"])
    content = blob_oid(b"words")
    path = ledger.located([content])[content].path
    assert redaction.target(path, content) is not None
    assert redaction.target(path, blob_oid(b"other")) is None


def test_a_commit_that_only_calls_itself_a_union_keeps_what_it_brought(ledger: Ledger, repo: Path, git: Git) -> None:
    secret = ledger.put("note", {"n": "secret"})
    base = str(ledger.tip)
    kept = ledger.put("note", {"n": "kept"})
    planted(repo, git, tree_of(repo, git, REF), merge.MESSAGE, base)
    ledger = open_ledger(repo)
    assert ledger.get(kept)
    ledger.redact([secret], "why")
    assert kept in reachable(repo, git, REF)
    assert open_ledger(repo).get(kept)


def test_two_that_wrote_the_same_keep_both_transactions(ledger: Ledger, repo: Path) -> None:
    secret = ledger.put("note", {"n": "secret"})
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    record = make("note", {"n": "same"})
    ledger.append([record], subject="here")
    other.append([record], subject="there")
    ledger.unite(other.tip)  # type: ignore[arg-type]
    ledger.redact([secret], "why")
    assert {"here", "there"} <= {tx.subject for tx, _ in ledger.journal()}


def test_two_parents_that_become_one_are_one(ledger: Ledger, repo: Path, git: Git) -> None:
    secret = ledger.put("note", {"n": "secret"})
    first = ledger.put("note", {"n": "first"})
    old = ledger.tip
    assert old is not None
    new = without(ledger._repo, old, frozenset([Oid(secret)]))
    made = merge.unite(ledger._repo, old, new)
    assert made is not None
    ledger._repo.write_pack(made[1], fsync=False)
    both = git("commit-tree", tree_of(repo, git, old), "-p", made[0], "-p", old, "-m", "x", cwd=repo).strip()
    again = without(ledger._repo, Oid(both), frozenset([Oid(secret)]))
    assert ledger._repo.commit(again).parents == (new,)
    assert first in reachable(repo, git, again)


def test_every_note_that_does_not_count_is_named(ledger: Ledger, repo: Path) -> None:
    mine = [ledger.put("note", {"n": n}) for n in range(2)]
    other = anyone(repo, "other")
    other.unite(ledger.tip)  # type: ignore[arg-type]
    for id_ in mine:
        other.redact([id_], f"{id_} is mine")
    with pytest.raises(Unaccepted) as caught:
        ledger.unite(other.tip)  # type: ignore[arg-type]
    assert all(f"{id_} is mine" in caught.value.message for id_ in mine)


def test_histories_that_are_both_made_again_are_one_where_one_holds_the_other(ledger: Ledger) -> None:
    secrets = [Oid(ledger.put("note", {"n": f"secret {n}"})) for n in range(2)]
    ledger.put("note", {"n": 1})
    old = ledger.tip
    ledger.redact([secrets[1]], "why")
    new = ledger.tip
    assert old is not None
    assert new is not None
    made = merge.unite(ledger._repo, old, new)
    assert made is not None
    ledger._repo.write_pack(made[1], fsync=False)
    united = without(ledger._repo, made[0], frozenset(secrets))
    assert united == without(ledger._repo, new, frozenset(secrets))


def test_what_is_made_again_has_no_signature(ledger: Ledger, repo: Path, git: Git) -> None:
    secret = ledger.put("note", {"n": "secret"})
    seal = b"-----BEGIN SSH SIGNATURE-----\nof something else\n-----END SSH SIGNATURE-----"
    ledger.append([make("note", {"n": 1})], subject="signed", sign=lambda _: seal)
    assert "gpgsig" in git("cat-file", "commit", REF, cwd=repo)
    ledger.redact([secret], "why")
    made = git("cat-file", "commit", f"{REF}~1", cwd=repo)
    assert "\n\nsigned\n" in made
    assert "SIGNATURE" not in made
    assert "gpgsig" not in made
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


def test_words_of_somebody_else_about_what_is_taken_out_go_with_it(ledger: Ledger, repo: Path, git: Git) -> None:
    base = str(ledger.tip)
    secret = ledger.put("note", {"n": "secret"})
    planted(repo, git, tree_of(repo, git, REF), "the password is hunter2\nreally", base)
    open_ledger(repo).redact([secret], "why")
    assert "hunter2" not in git("log", REF, cwd=repo)


def test_a_long_history_is_not_held_whole(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Oid(ledger.put("note", {"n": "secret"}))
    for number in range(6):
        ledger.put("note", {"n": number})
    assert ledger.tip is not None
    monkeypatch.setattr(rewrite, "MANY", 3)
    held: list[int] = []
    where = [path for path, _ in absorb.found(ledger._repo, ledger.tip, frozenset([secret]))]
    work = rewrite.Rewrite(
        repo=ledger._repo, targets=frozenset([secret]), places=where, keep=lambda items: held.append(len(items))
    )
    work.run(ledger.tip, absorb.clean(ledger._repo, work))
    assert len(held) > 1
    assert work.again == 7


def test_no_folder_is_left_empty(ledger: Ledger, repo: Path, git: Git) -> None:
    secret = ledger.put("note", {"n": "secret"})
    ledger.redact([secret], "why")
    assert redaction.EMPTY not in git("ls-tree", "-r", "-t", REF, cwd=repo)


def test_a_ledger_that_had_none_of_it_keeps_what_it_folded(ledger: Ledger, repo: Path) -> None:
    others = [anyone(repo, name) for name in ("one", "other")]
    for one in others:
        one.unite(ledger.tip)  # type: ignore[arg-type]
    record = make("note", {"n": "theirs"})
    others[0].append([record])
    others[1].append([record], subject="apart")
    others[0].redact([record.id], "why")
    ledger.unite(others[0].tip)  # type: ignore[arg-type]
    fold = repo / ".git/factory/folds/kept"
    fold.parent.mkdir(exist_ok=True)
    fold.touch()
    ledger.unite(others[1].tip, judge=ACCEPT)  # type: ignore[arg-type]
    assert fold.exists()
    assert "apart" not in [tx.subject for tx, _ in ledger.journal()]
    assert len(ledger.redactions()) == 1


def test_recovery_follows_no_note_that_nobody_here_accepted(ledger: Ledger, repo: Path, git: Git) -> None:
    stranger, third = anyone(repo, "stranger"), anyone(repo, "third")
    for one in (stranger, third):
        one.unite(ledger.tip)  # type: ignore[arg-type]
    record = make("note", {"n": "mine"})
    plant_note(stranger, [Oid(record.id)])
    ledger.unite(stranger.tip)  # type: ignore[arg-type]
    lost = str(ledger.tip)
    third.append([record])
    git("update-ref", REF, str(third.tip), cwd=repo)
    again = open_ledger(repo)
    again.put("note", {"n": 1})
    assert any(f"{lost}: united again" in notice for notice in again.notices)
    assert record.id in reachable(repo, git, REF)


def test_where_nothing_is_left_of_a_transaction_its_place_is_known(ledger: Ledger) -> None:
    ledger.append([], blobs=[b"another"])
    ledger.append([], blobs=[b"alone"])
    ledger.put("note", {"n": "after"})
    before = ledger.tip
    ledger.redact([blob_oid(b"alone")], "why")
    assert ledger.tip is not None
    line = [tx.oid for tx, _ in ledger.journal()]
    made = made_again(ledger._repo, ledger.tip, ledger.redactions())
    assert made == set(line[1:3]), "not the note, and not the one that has its content"
    assert before not in line


def test_what_is_no_id_among_accepted_notes_is_passed_over(tmp_path: Path) -> None:
    id_ = RecordId("1" * 40)
    (tmp_path / accepted.NAME).write_text(f"torn\n{id_}\n")
    assert accepted.read(tmp_path) == {id_}
    other = RecordId("2" * 40)
    accepted.add(tmp_path, [other])
    assert accepted.read(tmp_path) == {id_, other}
