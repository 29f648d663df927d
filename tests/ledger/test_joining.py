"""Joining packs: an append waits for small ones only, and nobody waits for the large ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.core.errors import Conflict
from factory_git.core.points import listening
from factory_git.gitio import pack, repack
from factory_git.ledger.store import REF, Ledger
from tests.conftest import Git
from tests.ledger.conftest import open_ledger


def packs(repo: Path) -> dict[str, int]:
    return {path.stem: path.stat().st_size for path in (repo / ".git/objects/pack").glob("*.pack")}


def test_an_append_leaves_large_packs_alone(ledger: Ledger, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    ledger.put("note", {"n": 0}, blobs=[random.Random(1).randbytes(100_000)])
    (large,) = (name for name, size in packs(repo).items() if size > 100_000)
    monkeypatch.setattr(repack, "LARGE", 100_000)
    ledger._writer.many = 8
    for n in range(1, 20):
        ledger.put("note", {"n": n})
    assert large in packs(repo)
    assert len(packs(repo)) < 12
    before, after = ledger.maintain()
    assert (before, after) == (before, len(packs(repo)))
    assert after < before
    assert ledger.verify().ok


def test_others_append_while_all_packs_are_joined(ledger: Ledger, repo: Path, git: Git) -> None:
    for n in range(6):
        ledger.put("note", {"n": n})
    other = open_ledger(repo)
    meanwhile: list[str] = []

    def append(name: str) -> None:
        if name == "join:packed" and not meanwhile:
            meanwhile.append(other.put("note", {"meanwhile": True}))

    with listening(append):
        assert ledger.maintain() == (7, 2)
    assert meanwhile[0] in {entry.record.id for entry in open_ledger(repo).list(type="note")}
    assert pack.kept(repo / ".git/objects/pack") == []
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""
    assert ledger.maintain() == (2, 1)


def test_what_is_appended_and_lost_while_all_packs_are_joined_comes_back(ledger: Ledger, repo: Path, git: Git) -> None:
    for n in range(3):
        ledger.put("note", {"n": n})
    before, other = ledger.tip, open_ledger(repo)

    def somebody(step: str) -> None:
        if step == "join:packed":
            other.put("note", {"n": "lost"})
            git("update-ref", REF, str(before), cwd=repo)
            other.put("note", {"n": "kept"})

    with listening(somebody):
        ledger.maintain()
    assert {one.record.payload["n"] for one in ledger.list(type="note")} == {0, 1, 2, "kept", "lost"}


def test_an_append_that_joins_meanwhile_does_no_harm(ledger: Ledger, repo: Path, git: Git) -> None:
    for n in range(6):
        ledger.put("note", {"n": n})
    other = open_ledger(repo)
    other._writer.many = 4
    meanwhile: list[str] = []

    def append(name: str) -> None:
        if name == "join:packed" and not meanwhile:
            meanwhile.append("")
            meanwhile.extend(other.put("note", {"meanwhile": n}) for n in range(5))

    with listening(append):
        ledger.maintain()
    assert len(open_ledger(repo).list(type="note")) == 11
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


def test_a_gc_that_takes_the_new_pack_meanwhile_does_no_harm(ledger: Ledger, repo: Path, git: Git) -> None:
    for n in range(6):
        ledger.put("note", {"n": n})

    def collect(name: str) -> None:
        if name == "join:packed":
            git("repack", "-adq", cwd=repo)
            git("prune-packed", cwd=repo)

    with listening(collect):
        ledger.maintain()
    assert len(open_ledger(repo).list(type="note")) == 6
    assert git("fsck", "--strict", "--no-dangling", cwd=repo) == ""


def test_one_process_at_a_time_joins_all_and_the_other_hears_which(ledger: Ledger, repo: Path) -> None:
    for n in range(3):
        ledger.put("note", {"n": n})
    said: list[str] = []

    def again(name: str) -> None:
        if name == "join:packed" and not said:
            with pytest.raises(Conflict, match="process") as refused:
                open_ledger(repo).maintain()
            said.append(str(refused.value))

    with listening(again):
        ledger.maintain()
    assert said


def test_a_pack_says_which_objects_it_has(ledger: Ledger, repo: Path, git: Git) -> None:
    ledger.put("note", {"n": 1}, blobs=[b"a content"])
    folder = repo / ".git/objects/pack"
    for name in packs(repo):
        shown = git("verify-pack", "-v", str(folder / f"{name}.idx"), cwd=repo).splitlines()
        listed = [line.split()[0] for line in shown if line[:1] in "0123456789abcdef" and len(line.split()) > 3]
        assert pack.members(folder, name) == sorted(oid for oid in listed if len(oid) == 40)
    assert len(packs(repo)) > 1
    new = repack.join(folder, sorted(packs(repo)), repo / ".git/joining", fsync=False)
    assert pack.members(folder, new) == sorted({oid for name in packs(repo) for oid in pack.members(folder, name)})
