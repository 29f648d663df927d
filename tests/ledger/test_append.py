"""Appending: transactions, idempotence, and everything that is refused with nothing written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from factory_git.core.clock import FixedClock
from factory_git.core.errors import Conflict, FactoryError, InvalidInput, UsageError
from factory_git.core.ids import RecordId, blob_oid
from factory_git.ledger import layout
from factory_git.ledger.record import make
from factory_git.ledger.store import REF, Ledger
from tests.conftest import Git
from tests.ledger.conftest import ANY, NOON, open_ledger

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def test_a_transaction_is_one_commit_that_says_what_happened(ledger: Ledger, repo: Path, git: Git) -> None:
    first = ledger.put("note", {"n": 1})
    ledger.append(
        [make("note", {"n": 2}, [first]), make("note", {"n": 3})],
        stream="runs/abc",
        subject="run farmer: validate\npassed",
        key="k1",
        actor="Validator <v@example.com>",
    )
    shown = git("log", "-1", "--format=%an <%ae>%n%at%n%B", REF, cwd=repo).splitlines()
    assert shown[:3] == ["Validator <v@example.com>", str(int(NOON.timestamp())), "run farmer: validate passed"]
    assert shown[3:7] == ["", "Factory-Format: 1", "Factory-Stream: runs/abc", "Factory-Key: k1"]
    assert [line.split()[:2] for line in shown[7:9]] == [["Factory-Record:", "note"]] * 2
    assert len(git("diff", "--name-only", f"{REF}^", REF, cwd=repo).split()) == 2
    assert git("fsck", "--strict", cwd=repo) == ""


def test_the_tree_of_the_tip_holds_every_record_at_its_place(ledger: Ledger, repo: Path, git: Git) -> None:
    ids = [ledger.put("note", {"n": n}) for n in range(3)]
    paths = git("ls-tree", "-r", "--name-only", REF, cwd=repo).split()
    assert all(layout.RECORD_PATH.fullmatch(path) for path in paths)
    assert {path.rpartition("-")[2][:12] for path in paths} >= {id_[:12] for id_ in ids}
    assert all(path.startswith("tx/2026-03/01/1200/") for path in paths)
    assert git("cat-file", "blob", ids[0], cwd=repo) == '{"parents":[],"payload":{"n":0},"type":"note","v":1}'


def test_parents_are_parents_of_the_commit_too(ledger: Ledger, repo: Path, git: Git) -> None:
    first = ledger.put("note", {"n": 1})
    there = ledger.tip
    ledger.put("note", {"n": 2})
    before = ledger.tip
    ledger.put("note", {"n": 3}, [first])
    assert git("log", "-1", "--format=%P", REF, cwd=repo).split() == [before, there]


def test_putting_a_record_again_changes_nothing(ledger: Ledger, repo: Path) -> None:
    id_ = ledger.put("note", {"a": 1})
    entry, tip = ledger.entry(id_), ledger.tip
    later = open_ledger(repo, clock=FixedClock(NOON + timedelta(days=1)))
    assert later.put("note", {"a": 1}, actor="somebody else") == id_
    assert later.tip == tip
    assert later.entry(id_) == entry


def test_one_one_point_nought_null_and_nothing_are_four_records_and_all_come_back(ledger: Ledger, repo: Path) -> None:
    payloads: list[dict[str, Any]] = [{"n": 1}, {"n": Decimal("1.0")}, {"n": None}, {}]
    ids = [ledger.put("note", payload) for payload in payloads]
    again = open_ledger(repo)
    assert len(set(ids)) == 4
    for id_, payload in zip(ids, payloads, strict=True):
        found = again.get(id_).payload
        assert (found, str(found.get("n"))) == (payload, str(payload.get("n"))), "1 == 1.0, but they are not the same"
    assert [again.put("note", payload) for payload in payloads] == ids


def test_a_half_known_transaction_stores_the_other_half(ledger: Ledger) -> None:
    known, new = make("note", {"a": 1}), make("note", {"a": 2})
    ledger.append([known])
    assert ledger.append([new, known, new]) == (new.id, known.id, new.id)
    assert len(ledger.list(type="note")) == 2


def test_order_inside_a_transaction_does_not_matter(ledger: Ledger) -> None:
    parent = make("note", {"a": 1})
    child = make("note", {"a": 2}, [parent.id])
    ledger.append([child, parent])
    assert [entry.record for entry in ledger.list(type="note")] == [parent, child]


def test_a_key_that_was_used_is_safe_to_retry_and_not_to_reuse(ledger: Ledger) -> None:
    records = [make("note", {"n": n}) for n in range(3)]
    ids, tip = ledger.append(records, key="batch-1"), ledger.tip
    assert ledger.append(records, key="batch-1") == ids
    assert ledger.tip == tip
    assert set(ledger.by_key("batch-1") or ()) == set(ids)
    assert ledger.by_key("batch-2") is None
    with pytest.raises(Conflict, match="batch-1"):
        ledger.append([make("note", {"n": 9})], key="batch-1")
    assert ledger.tip == tip


@pytest.mark.parametrize(
    ("type_", "payload", "parents", "words"),
    [
        ("unheard-of", {}, [], "unheard-of"),
        ("strict", {"n": "x", "more": 1}, [], "strict"),
        ("note", {}, [RecordId("1" * 40)], "not in the ledger"),
        ("note", {}, ["../x"], "no record id"),
        ("note", {"n": float("nan")}, [], "not a JSON number"),
        ("../note", {}, [], "no record type"),
    ],
)
def test_what_is_refused_writes_nothing(
    ledger: Ledger, repo: Path, git: Git, type_: str, payload: dict[str, object], parents: list[RecordId], words: str
) -> None:
    ledger.register(
        "strict", {"required": ["m"], "properties": {"n": {"type": "integer"}}, "additionalProperties": False}
    )
    before = git("count-objects", "-v", cwd=repo), ledger.tip
    with pytest.raises(UsageError, match=words):
        ledger.put(type_, payload, parents)
    assert (git("count-objects", "-v", cwd=repo), ledger.tip) == before


def test_every_issue_of_a_payload_is_listed(ledger: Ledger) -> None:
    ledger.register("strict", {"required": ["m"], "properties": {"n": {"items": {"type": "integer"}}}})
    with pytest.raises(InvalidInput) as caught:
        ledger.put("strict", {"n": [1, "x", 2.5]})
    assert sorted(problem.path for problem in caught.value.problems) == ["", "n.1", "n.2"]


def test_every_absent_parent_is_named(ledger: Ledger) -> None:
    absent = [RecordId("1" * 40), RecordId("2" * 40)]
    with pytest.raises(InvalidInput) as caught:
        ledger.put("note", {}, absent)
    assert [id_ for id_, problem in zip(absent, caught.value.problems, strict=True) if id_ in problem.message] == absent


def test_registering_again_is_fine_and_registering_differently_is_not(ledger: Ledger, repo: Path) -> None:
    tip = ledger.tip
    ledger.register("note", dict(ANY))
    open_ledger(repo).register("note", ANY)
    assert ledger.tip == tip
    with pytest.raises(UsageError, match="another schema"):
        ledger.register("note", {"type": "object", "required": ["x"]})
    with pytest.raises(UsageError, match="another schema"):
        ledger.register("type", {})
    with pytest.raises(InvalidInput, match="not a valid JSON Schema"):
        ledger.register("other", {"type": 3})


def test_a_registered_type_is_known_to_every_opener(ledger: Ledger, repo: Path) -> None:
    assert open_ledger(repo).put("note", {"a": 1})


def test_large_content_is_its_own_blob(ledger: Ledger, repo: Path, git: Git) -> None:
    contents = [b"\0\xff" * 32_500, b"transcript\n" * 30_000]
    ids = [blob_oid(content) for content in contents]
    ledger.put("note", {"blobs": ids}, blobs=contents)
    assert [ledger.blob(id_) for id_ in ids] == contents
    assert git("cat-file", "-s", ids[1], cwd=repo) == "330000\n"
    tip = ledger.tip
    ledger.put("note", {"blobs": ids}, blobs=contents)
    assert ledger.tip == tip


def test_content_over_the_limit_is_refused(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factory_git.ledger.transaction.MAX_BLOB", 10)
    with pytest.raises(UsageError, match="limit of 10"):
        ledger.put("note", {}, blobs=[b"x" * 11])


@pytest.mark.parametrize("line", ["two\nlines", " blank", "x" * 300, "tab\t"])
def test_streams_and_keys_cannot_forge_trailers(ledger: Ledger, line: str) -> None:
    for arguments in ({"stream": line}, {"key": line}):
        with pytest.raises(UsageError, match="plain line"):
            ledger.append([make("note", {})], **arguments)  # type: ignore[arg-type]


def test_a_subject_cannot_forge_trailers(ledger: Ledger) -> None:
    ledger.put("note", {}, subject="fine\n\nFactory-Stream: forged\nFactory-Format: 9", actor="a\nb <c>\nd")
    (tx, _), *_ = ledger.journal(1)
    assert tx.stream == ""
    assert tx.subject == "fine Factory-Stream: forged Factory-Format: 9"
    assert ledger.verify().ok


def test_a_full_minute_opens_the_next(ledger: Ledger, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "BUCKET", 3)
    for n in range(10):
        ledger.put("note", {"n": n})
    names = git("ls-tree", "-r", "-d", "--name-only", REF, cwd=repo).split()
    minutes = [name.split("/")[3] for name in names if name.count("/") == 4]
    assert {minute: minutes.count(minute) for minute in minutes} == {"1200": 3, "1201": 3, "1202": 3, "1203": 2}
    assert ledger.verify().ok


@pytest.mark.parametrize("when", [EARLIEST, LATEST, datetime(1969, 12, 31, 23, 59, tzinfo=UTC)])
def test_a_hostile_clock_breaks_nothing(repo: Path, when: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "BUCKET", 1)
    made = open_ledger(repo, clock=FixedClock(when))
    made.register("note", ANY)
    ids = [made.put("note", {"n": n}) for n in range(3)]
    assert [entry.record.id for entry in made.list(type="note")] == ids
    assert made.verify().ok


def test_a_large_transaction_is_spread_over_folders(
    ledger: Ledger, repo: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "FOLDER", 4)
    ids = ledger.put_many([make("note", {"n": n}) for n in range(10)], blobs=[b"a", b"b"])
    assert git("rev-list", "--count", REF, cwd=repo) == "2\n"
    assert {entry.record.id for entry in ledger.list(type="note")} == set(ids)
    assert ledger.verify().ok


def test_a_failing_transaction_leaves_the_ledger_usable(ledger: Ledger) -> None:
    with pytest.raises(FactoryError):
        ledger.append([make("note", {"fine": 1}), make("note", {}, [RecordId("1" * 40)])])
    assert ledger.list(type="note") == []
    assert ledger.put("note", {"fine": 1})
