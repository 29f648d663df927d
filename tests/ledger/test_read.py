"""Reading: by id and prefix, filtered lists, damage named and skipped."""

from __future__ import annotations

import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from factory_git.core.clock import FixedClock
from factory_git.core.errors import IntegrityError, NotFound, UsageError
from factory_git.core.ids import RecordId
from factory_git.ledger.record import make
from factory_git.ledger.store import REF, Ledger
from factory_git.ledger.types import NewerVersion
from tests.conftest import Git
from tests.ledger.conftest import NOON, open_ledger


def damage(repo: Path, git: Git, id_: str, content: bytes | None) -> None:
    """Replace the object's bytes (None: remove it): all packs unpacked, the loose file written over."""
    packs = sorted((repo / ".git/objects/pack").glob("*.pack"))
    data = [pack.read_bytes() for pack in packs]
    for pack in packs:
        for path in pack.parent.glob(pack.stem + ".*"):
            path.unlink()
    for one in data:
        import subprocess

        subprocess.run(["git", "unpack-objects", "-q"], input=one, cwd=repo, check=True)
    path = repo / ".git/objects" / id_[:2] / id_[2:]
    path.unlink()
    if content is not None:
        path.write_bytes(zlib.compress(b"blob %d\0" % len(content) + content))


def test_any_unambiguous_prefix_of_four_is_an_id(ledger: Ledger) -> None:
    record = make("note", {"a": 1})
    ledger.append([record])
    assert ledger.get(record.id) == ledger.get(record.id[:4]) == record


def test_an_ambiguous_prefix_names_what_it_could_be(ledger: Ledger) -> None:
    seen: dict[str, RecordId] = {}
    records = [make("note", {"n": n}) for n in range(2000)]
    pair = next((seen[r.id[:4]], r.id) for r in records if seen.setdefault(r.id[:4], r.id) != r.id)
    ledger.append(records)
    with pytest.raises(UsageError, match="ambiguous") as caught:
        ledger.get(pair[0][:4])
    assert pair[0][:8] in caught.value.message
    assert pair[1][:8] in caught.value.message


@pytest.mark.parametrize("id_", ["", "abc", "../x", "ABCD", "abcd\0", "a" * 41, "xyzw", "abcd%"])
def test_a_malformed_id_is_refused(ledger: Ledger, id_: str) -> None:
    with pytest.raises(UsageError):
        ledger.get(id_)


def test_an_unknown_id_is_not_found(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.get("1" * 40)
    with pytest.raises(NotFound):
        ledger.blob("1" * 40)


def test_an_object_that_is_no_record_of_the_ledger_is_not_found(ledger: Ledger, repo: Path, git: Git) -> None:
    blob = git("hash-object", "-w", "--stdin", cwd=repo, stdin="hello").strip()
    for ask in (ledger.get, ledger.blob):
        with pytest.raises(NotFound):
            ask(blob)


def test_lists_filter(repo: Path) -> None:
    clock = FixedClock(NOON)
    ledger = open_ledger(repo, clock=clock)
    ledger.register("note", {})
    ledger.register("memo", {})
    first = ledger.put("note", {"text": "Grüße", "deep": [{"er": "needle"}]}, stream="runs/aa11", actor="Ann <a@b>")
    clock.at = NOON - timedelta(days=2)
    second = ledger.put("note", {"run": "bb22"}, [first], actor="Bob")
    clock.at = NOON + timedelta(days=1)
    third = ledger.put("memo", {"text": "100%"}, [second], stream="other")

    def ids(**filters: object) -> list[str]:
        return [e.record.id for e in ledger.list(**filters) if e.record.type != "type"]  # type: ignore[arg-type]

    assert ids() == [first, second, third]  # graph order, whatever the clock said
    assert ids(newest_first=True) == [third, second, first]
    assert ids(newest_first=True, limit=1) == [third]
    assert ids(limit=0) == []
    assert ids(type="note") == [first, second]
    assert ids(stream="other") == [third]
    assert ids(run="aa11") == [first]
    assert ids(run="bb") == [second]
    assert ids(actor="ann") == [first]
    assert ids(actor="a@b") == [first]
    assert ids(since=NOON) == [first, third]
    assert ids(until=NOON) == [second]
    assert ids(since=NOON, until=NOON + timedelta(seconds=1), type="note") == [first]
    assert ids(parent=first[:8]) == [second]
    assert ids(text="NEEDLE") == [first]
    assert ids(text="GRÜSSE") == [first]
    assert ids(text="0%") == [third]
    assert ids(text="%") == [third]
    assert ids(text="%", type="note") == []


def test_equal_and_backward_times_leave_the_order_to_the_graph(repo: Path) -> None:
    clock = FixedClock(NOON)
    ledger = open_ledger(repo, clock=clock)
    ledger.register("note", {})
    ids: list[RecordId] = []
    for hours in (0, 0, -5, 3, -9):
        clock.at = NOON + timedelta(hours=hours)
        ids.append(ledger.put("note", {"n": len(ids)}, ids[-1:]))
    assert [entry.record.id for entry in ledger.list(type="note")] == ids


def test_ties_are_broken_by_id(ledger: Ledger) -> None:
    ids = ledger.append([make("note", {"n": n}) for n in range(20)])
    assert [entry.record.id for entry in ledger.list(type="note")] == sorted(ids)


@pytest.mark.parametrize("content", [None, b"garbage", b'{"parents":[],"payload":{"n":9},"type":"note","v":1}'])
@pytest.mark.parametrize("indexed", [True, False])
def test_a_damaged_record_is_named_and_the_others_stay_readable(
    ledger: Ledger, repo: Path, git: Git, content: bytes | None, indexed: bool
) -> None:
    ids = [ledger.put("note", {"n": n}) for n in range(3)]
    ledger.close()
    damage(repo, git, ids[1], content)
    if not indexed:
        (repo / ".git/factory/index.sqlite").unlink()
    ledger = open_ledger(repo)
    with pytest.raises(IntegrityError, match=ids[1]):
        ledger.get(ids[1])
    assert [entry.record.id for entry in ledger.list(type="note")] == [ids[0], ids[2]]
    assert any(ids[1] in notice for notice in ledger.notices)
    report = ledger.verify()
    assert [problem.path for problem in report.problems] == [ids[1]]
    assert ledger.put("note", {"n": 4}, [ids[2]])  # nothing is bricked


def test_a_repaired_record_is_taken_in_again(ledger: Ledger, repo: Path, git: Git) -> None:
    parent = ledger.put("note", {"n": 1, "title": "first"})
    child = ledger.put("note", {"n": 2, "title": "second"}, [parent])
    ledger.close()
    whole = git("cat-file", "blob", child, cwd=repo)
    damage(repo, git, child, None)
    (repo / ".git/factory/index.sqlite").unlink()
    broken = open_ledger(repo)
    assert [line.id for line in broken.tree(parent, "down").lines()] == [parent]
    broken.close()
    git("hash-object", "-w", "--stdin", cwd=repo, stdin=whole)
    assert [line.text().split()[-3] for line in open_ledger(repo).tree(parent, "down").lines()] == ["first", "second"]


def test_a_record_of_a_newer_version_is_refused_with_the_way_out(ledger: Ledger, repo: Path) -> None:
    old = ledger.put("note", {"n": 1})
    newer = make("note", {"n": 2}, v=2)
    with pytest.raises(NewerVersion) as caught:
        ledger.append([newer])
    assert "upgrade" in caught.value.hint
    with pytest.MonkeyPatch.context() as future:  # a program that knows version 2 writes it
        future.setattr("factory_git.ledger.types.version_of", lambda _: 2)
        ledger.append([newer])
    ledger = open_ledger(repo)
    with pytest.raises(NewerVersion, match="version 2"):
        ledger.get(newer.id)
    assert ledger.get(old).payload == {"n": 1}
    assert [entry.record.id for entry in ledger.list(type="note")] == [old]
    assert ledger.met_newer
    assert any("upgrade" in notice for notice in ledger.notices)
    assert not ledger.verify().ok


def test_a_ledger_of_a_newer_format_is_read_and_never_written(ledger: Ledger, repo: Path, git: Git) -> None:
    old = ledger.put("note", {"n": 1})
    message = "from the future\n\nFactory-Format: 2\n"
    made = git("commit-tree", f"{REF}^{{tree}}", "-p", REF, "-m", message, cwd=repo).strip()
    git("update-ref", REF, made, cwd=repo)
    ledger = open_ledger(repo)
    assert ledger.get(old).payload == {"n": 1}
    assert any("upgrade" in notice for notice in ledger.notices)
    with pytest.raises(NewerVersion):
        ledger.put("note", {"n": 2})
    assert ledger.tip == made
