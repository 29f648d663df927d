"""Notes and refs that somebody made to harm: they stop no append, no redaction and no verification."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app import redact, verify
from factory_git.app.context import open_context
from factory_git.core.errors import IntegrityError
from factory_git.core.ids import Oid, RecordId
from factory_git.ledger import redaction, transaction
from factory_git.ledger.record import Record, make
from factory_git.ledger.redaction import Redaction, Target
from factory_git.ledger.store import REF, Ledger
from factory_git.ledger.unsigned import made_again
from factory_git.ledger.write import Decided
from tests.conftest import Git
from tests.ledger.conftest import ANY, NOON, open_ledger
from tests.ledger.redacting import anyone, reachable
from tests.ledger.test_redact import plant_note
from tests.ledger.test_verify import replant

NOWHERE = "0" * 39 + "1"


def forged(target: str = NOWHERE, *, at: str = "2026-03-01T12:00:00+00:00", **more: str) -> Record:
    """A note that no program of ours would make."""
    targets = [{"id": target, "kind": "record", "type": "note", "folders": []}]
    return make(redaction.TYPE, {"targets": targets, "reason": "mine now", "by": "x <x@y>", "at": at, **more})


def bring(ledger: Ledger, record: Record) -> None:
    def decide(tip: Oid | None) -> Decided:
        assert tip is not None
        said = ledger._note("", "", None, None, None)()
        scanner = ledger._settings.scanner
        made = transaction.build(ledger._repo.tree, ledger._repo.commit(tip), [record], [], note=said, scanner=scanner)
        return Decided(made.commit, made.objects)

    ledger._writer.write(decide)


@pytest.mark.parametrize("at", ["2026-99-99T99:99:99+00:00", "2026-01-01T00:00:00+00:00\n"])
def test_a_note_of_a_day_that_is_none_is_no_note(repo: Path, ledger: Ledger, at: str) -> None:
    stranger = anyone(repo, "stranger")
    stranger.unite(ledger.tip)  # type: ignore[arg-type]
    bring(stranger, forged(at=at))
    ledger.unite(stranger.tip)  # type: ignore[arg-type]
    ledger.put("note", {"n": 1})
    assert ledger.redactions() == []
    assert [one.code for one in open_ledger(repo).verify().problems] == ["record/schema"]


def test_a_note_about_a_type_keeps_nobody_from_registering_it(repo: Path, ledger: Ledger) -> None:
    stranger = anyone(repo, "stranger")
    stranger.unite(ledger.tip)  # type: ignore[arg-type]
    plant_note(stranger, [Oid(make("type", {"name": "soon", "schema": ANY}).id)])
    ledger.unite(stranger.tip)  # type: ignore[arg-type]
    ledger.register("soon", ANY)
    ledger.put("soon", {})


@pytest.mark.parametrize("seal", ["a word", "\n\nmessage", "\0"])
def test_a_seal_that_git_dies_of_is_a_bad_one_and_hides_no_other(repo: Path, ledger: Ledger, seal: str) -> None:
    note, other = (redaction.read(one) for one in (forged(seal=seal), forged()))
    assert note is not None
    assert other is not None
    judged = verify.seals(open_context(repo), None).notes([note, other])
    assert judged == {note.id: "its signature cannot be read", other.id: "it has no seal"}


def test_a_transaction_whose_signature_git_dies_of_is_named_beside_the_others(
    repo: Path, ledger: Ledger, git: Git
) -> None:
    mine = ledger.tip
    data = git("cat-file", "commit", REF, cwd=repo).replace("\n\n", "\ngpgsig a word\n\n", 1)
    made = git("hash-object", "-t", "commit", "-w", "--stdin", cwd=repo, stdin=data).strip()
    found = verify.seals(open_context(repo), None).commits([Oid(made), Oid(NOWHERE), mine])  # type: ignore[list-item]
    assert found == {made: verify.UNREAD, NOWHERE: verify.UNREAD, mine: "it is not signed"}


def test_a_tracking_ref_that_is_no_ledger_stops_no_redaction(repo: Path, ledger: Ledger, git: Git) -> None:
    mine = ledger.put("note", {"n": 1})
    blob = git("hash-object", "-w", "--stdin", cwd=repo, stdin="x").strip()
    git("update-ref", "refs/factory-remotes/evil/ledger", blob, cwd=repo)
    git("update-ref", "refs/factory-remotes/origin/ledger", REF, cwd=repo)
    git("symbolic-ref", "refs/factory-remotes/origin/HEAD", "refs/factory-remotes/origin/ledger", cwd=repo)
    ledger.redact([mine], "r")
    assert "origin/ledger" not in git("for-each-ref", "--format=%(refname)", cwd=repo)


def test_a_ref_among_the_forks_that_is_none_does_not_get_the_ledgers_promises(
    repo: Path, ledger: Ledger, git: Git
) -> None:
    mine = ledger.put("note", {"title": "secret"})
    git("update-ref", "refs/factory/forks/team/x", REF, cwd=repo)
    late = ledger.put("note", {"title": "late"})
    ctx = open_context(repo)
    done = redact.run(ctx, [mine], "r")
    ctx.ledger.close()
    assert list(done.taken) == [REF]
    assert done.refs == ("refs/factory/forks/team/x",), "and it is said that it holds it still"
    assert late not in git("rev-list", "--objects", "refs/factory/forks/team/x", cwd=repo)
    assert open_ledger(repo).verify().problems == ()


@pytest.mark.parametrize("name", ["type", "redaction"])
def test_what_was_taken_out_does_not_come_back_as_what_stays(repo: Path, ledger: Ledger, git: Git, name: str) -> None:
    """What no redaction takes out is known by its path: another record's bytes must not lie there."""
    mine = ledger.put("note", {"title": "secret"})
    path = f"tx/2026-03/01/1201/{'0' * 16}/{name}-{mine[:12]}.json"
    replant(repo, git, {path: mine}, f"x\n\nFactory-Format: 1\nFactory-Record: {name} {mine}\n", amend=False)
    evil = Oid(git("rev-parse", REF, cwd=repo).strip())
    git("update-ref", REF, f"{evil}^", cwd=repo)
    ledger.redact([mine], "a token")
    with pytest.raises(IntegrityError, match=f"{name}-{mine[:12]}.json, which is no {name}"):
        ledger.unite(evil)
    assert mine not in reachable(repo, git, REF)


def test_many_notes_of_contents_are_looked_for_in_trees_that_are_others(ledger: Ledger) -> None:
    """Else each note would be looked for in each transaction: minutes for a hundred and a hundred thousand."""
    for n in range(20):
        ledger.put("note", {"n": n})
    targets = [
        Target(id=Oid(f"{n:040x}"), kind="content", folders=(f"tx/2026-03/01/1200/{n:016x}",)) for n in range(1, 201)
    ]
    notes = [
        Redaction(id=RecordId(f"{n:040x}"), targets=(one,), reason="r", by="x", at=NOON, seal="")
        for n, one in enumerate(targets)
    ]
    repo, real, looks = ledger._repo, ledger._repo.tree, []
    repo.tree = lambda oid: (looks.append(oid), real(oid))[1]  # type: ignore[func-returns-value]
    repo.lookup = lambda *_: pytest.fail("a note is looked for alone")  # type: ignore[method-assign]
    assert ledger.tip is not None
    assert made_again(repo, ledger.tip, notes) == frozenset()
    assert len(looks) < 6 * 22
