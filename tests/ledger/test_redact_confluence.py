"""Whatever is taken out, in whatever order, by whomever: the same history comes of it, and nothing else is lost."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.core.ids import Oid, blob_oid
from factory_git.gitio.repository import Repository
from factory_git.ledger import absorb, merge
from factory_git.ledger.rewrite import Rewrite
from factory_git.ledger.store import Ledger
from tests.conftest import Git
from tests.ledger.conftest import ANY
from tests.ledger.redacting import ACCEPT, anyone, reachable

SOAK = bool(os.environ.get("FACTORY_SOAK"))
EXAMPLES = 200 if SOAK else 10
NAMES = ("one", "other")

# Who does what: write (with a parent among what is known, a content, a record that another may write, too), or unite.
Step = tuple[int, str, int]
STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["note", "content", "same", "unite", "many"]), st.integers(0, 9)),
    min_size=3,
    max_size=14,
)
slow = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def fresh(tmp_path: Path) -> Path:
    path = Path(tempfile.mkdtemp(dir=tmp_path))
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
    return path


def two(path: Path) -> tuple[Ledger, Ledger]:
    one, other = (anyone(path, name, kept=False) for name in NAMES)
    one.register("note", ANY)
    other.unite(one.tip)  # type: ignore[arg-type]
    return one, other


def play(ledgers: Sequence[Ledger], steps: Sequence[Step], start: int = 0) -> set[Oid]:
    """Do the steps; every record and content that was written."""
    written: set[Oid] = set()
    for number, (who, what, choice) in enumerate(steps, start):
        mine = ledgers[who]
        known = [row.id for row in mine.rows(mine.query(type="note"))]
        parents = known[choice : choice + 2]
        if what == "unite":
            mine.unite(ledgers[1 - who].tip, judge=ACCEPT)  # type: ignore[arg-type]
        elif what == "content":
            content = b"content %d" % (choice % 4)
            if blob_oid(content) not in mine.redacted:
                mine.put("note", {"n": number}, parents, blobs=[content])
                written.add(blob_oid(content))
        elif what == "many":
            written |= {Oid(mine.put("note", {"n": [number, n]}, parents)) for n in range(3)}
        else:
            payload = {"same": choice % 3} if what == "same" else {"n": number, "by": who}
            written.add(Oid(_put(mine, payload, parents if what == "note" else [])))
    return written


def _put(ledger: Ledger, payload: Mapping[str, object], parents: Sequence[str]) -> str:
    from factory_git.ledger.record import make

    record = make("note", payload, parents)  # type: ignore[arg-type]
    if record.id not in ledger.redacted:
        ledger.append([record])
    return record.id


def without(repo: Repository, tip: Oid, ids: frozenset[Oid]) -> Oid:
    """The history of ``tip`` without these: a pure function of the three."""
    where = [path for path, _ in absorb.found(repo, tip, ids)]
    work = Rewrite(repo=repo, targets=ids, places=where, keep=lambda items: repo.write_pack(items, fsync=False))
    new = work.run(tip, absorb.clean(repo, work))
    work.flush()
    return new


@slow
@given(steps=STEPS, data=st.data())
def test_one_after_the_other_or_both_at_once_it_is_the_same_history(
    tmp_path: Path, steps: list[Step], data: st.DataObject
) -> None:
    path = fresh(tmp_path)
    ledgers = two(path)
    written = sorted(play(ledgers, steps))
    ledgers[0].unite(ledgers[1].tip)  # type: ignore[arg-type]
    if not written:
        return
    some = st.frozensets(st.sampled_from(written), max_size=4)
    first, second = data.draw(some), data.draw(some)
    repo, tip = ledgers[0]._repo, ledgers[0].tip
    assert tip is not None
    both = without(repo, tip, first | second)
    assert without(repo, without(repo, tip, first), second) == both
    assert without(repo, without(repo, tip, second), first) == both
    assert without(repo, both, first | second) == both


@slow
@given(steps=STEPS, later=STEPS, last=STEPS, data=st.data())
def test_two_that_redact_different_things_and_write_and_sync_have_the_same_in_the_end(
    tmp_path: Path, git: Git, steps: list[Step], later: list[Step], last: list[Step], data: st.DataObject
) -> None:
    path = fresh(tmp_path)
    one, other = two(path)
    written = play((one, other), steps)
    if data.draw(st.booleans()):
        one.unite(other.tip)  # type: ignore[arg-type]
        other.unite(one.tip)  # type: ignore[arg-type]
    taken: set[Oid] = set()
    for ledger, more in ((one, later), (other, last)):
        targets = [id_ for id_ in sorted(written) if ledger.located([id_])]
        if targets:
            chosen = data.draw(st.sets(st.sampled_from(targets), min_size=1, max_size=3))
            ledger.redact(sorted(chosen), "why")
            taken |= chosen
        written |= play((one, other), more, start=100 * (1 + len(taken)))
    for _ in range(2):
        one.unite(other.tip, judge=ACCEPT)  # type: ignore[arg-type]
        other.unite(one.tip, judge=ACCEPT)  # type: ignore[arg-type]
    assert one.tip == other.tip
    there = reachable(path, git, str(one.tip))
    assert not there & taken
    assert written - taken <= there
    for ledger in (one, other):
        assert {row.id for row in ledger.rows(ledger.query())} | {blob_oid(b"content %d" % n) for n in range(4)} >= (
            written - taken
        )
        assert ledger.verify().problems == ()
        assert ledger.verify().redacted == len(taken)
    if SOAK:
        assert git("fsck", "--strict", "--no-dangling", cwd=path) == ""


def test_old_and_new_history_that_an_older_program_united_become_the_new_one(tmp_path: Path) -> None:
    path = fresh(tmp_path)
    one, other = two(path)
    secret = Oid(one.put("note", {"n": "secret"}))
    one.put("note", {"n": 1})
    other.put("note", {"n": 2})
    one.unite(other.tip)  # type: ignore[arg-type]
    old = one.tip
    one.redact([secret], "why")
    new = one.tip
    assert old is not None
    assert new is not None
    made = merge.unite(one._repo, old, new)
    assert made is not None
    one._repo.write_pack(made[1], fsync=False)
    assert without(one._repo, made[0], frozenset([secret])) == new
    one.unite(made[0])
    assert one.tip == new
    assert one.became(made[0]) == new
