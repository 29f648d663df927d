"""What holds at a point of the ledger: the fold of what came before it, whatever was kept from earlier readings."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory_git.app import claim, memory, point, state, state_fold
from factory_git.app.context import Context, open_context
from factory_git.app.state import Held
from factory_git.core.clock import FixedClock
from factory_git.core.errors import NotFound, UsageError
from factory_git.core.ids import Oid, RecordId
from factory_git.engine.phases import validate
from factory_git.growth import board
from factory_git.ledger import fold, snapshots
from factory_git.ledger.cells import MemoryCells
from factory_git.ledger.order import by_graph
from factory_git.ledger.reader import Reader
from factory_git.ledger.record import Entry, Record, decode, make
from tests.app.test_folds import everything
from tests.conftest import Git
from tests.engine.fakes import BOUND_FILE, GOOD, make_shop
from tests.engine.test_kill import proves

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def ctx(repo: Path, git: Git) -> Context:
    git("config", "factory.fsync", "false", cwd=repo)
    return open_context(repo)


def told(ctx: Context, at: str = "", of: str = "") -> dict[str, Any]:
    return state.run(ctx, state.Options(at=at, of=of)).as_json()


def anew(ctx: Context) -> Context:
    """The same repository to another process, with everything gone that can be thrown away."""
    ctx.ledger.close()
    for path in ctx.location.factory_dir.glob("index.sqlite*"):
        path.unlink()
    snapshots.forget(ctx.location)
    return replace(open_context(ctx.location.worktree or ctx.location.git_dir), clock=ctx.clock)


def first(ctx: Context, n: int) -> list[Entry]:
    """The records of the first ``n`` transactions, by reading every commit and nothing else."""
    tip = ctx.ledger.tip
    out: dict[RecordId, Entry] = {}
    made = fold.transactions(ctx.repo, tip, lambda _: False) if tip else iter(())
    for tx in itertools.islice(made, n):
        fresh = {RecordId(oid): decode(RecordId(oid), ctx.repo.blob(oid)) for _, oid in tx.records}
        for id_ in by_graph({i: r.parents for i, r in fresh.items()}):
            entry = Entry(
                record=fresh[id_], stream=tx.stream, actor=tx.actor, when=tx.when, tx=tx.oid, subject=tx.subject
            )
            out.setdefault(id_, entry)
    return list(out.values())


# -- at N ------------------------------------------------------------------------------------------------------------

SIDES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["remember", "revise", "forget", "claim", "desire", "unite"])),
    min_size=1,
    max_size=14,
)


def unite(here: Context, there: Context, git: Git) -> None:
    tip = there.ledger.tip
    if tip is not None:
        place = here.location.common_dir
        git("fetch", "-q", str(there.location.common_dir), f"+{tip}:refs/factory-remotes/x/ledger", cwd=place)
        here.ledger.unite(tip)


def act(ctx: Context, what: str, turn: int) -> None:
    known = memory.listing(ctx)
    match what:
        case "remember":
            memory.add(ctx, f"memory {turn}")
        case "revise" if known:
            memory.add(ctx, f"memory {turn} revised", replace=known[0].id)
        case "forget" if known:
            memory.forget(ctx, known[-1].id, why=f"turn {turn}")
        case "claim":
            claim.take(ctx, [f"src/{turn}"], task=f"T{turn % 3}", ttl="4h")
        case "desire":
            payload = {
                "app": "farm", "title": f"wish {turn}", "text": "w", "node": f"growth.desires.w{turn}", "open": [],
                "by": "rules", "gaps": [], "spec_digest": "d", "understood": [],
            }  # fmt: skip
            ctx.ledger.append([make("desire", payload)])
        case _:
            pass


@given(steps=SIDES)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_state_at_n_is_the_fold_of_the_first_n(
    tmp_path_factory: pytest.TempPathFactory, git: Git, steps: list[tuple[int, str]]
) -> None:
    sides = []
    for name in ("one", "two"):
        path = tmp_path_factory.mktemp(name)
        git("init", "-q", cwd=path)
        git("config", "factory.fsync", "false", cwd=path)
        sides.append(replace(open_context(path), clock=FixedClock(NOON)))
    for turn, (side, what) in enumerate(steps):
        here, there = sides[side], sides[1 - side]
        if what == "unite":
            unite(here, there, git)
        else:
            act(here, what, turn)
        state.run(here)  # what is kept of it must not show later
    ctx = sides[0]
    unite(ctx, sides[1], git)
    count = ctx.ledger.number(ctx.ledger.tip) if ctx.ledger.tip else 0
    answers = []
    for n in range(count + 1):
        found = state.run(ctx, state.Options(at=str(n)))
        entries = first(ctx, n)
        for name, fold_ in zip(Held.__slots__, state.FOLDS, strict=True):
            cells = MemoryCells()
            if some := [one for one in entries if one.record.type in fold_.types]:
                fold_.take(cells, some)
            assert everything(getattr(found.held, name)) == everything(cells)
        assert (found.transactions, sum(found.types.values())) == (n, len(entries))
        answers.append(found.as_json())
    now = told(ctx)
    ctx = anew(ctx)
    assert [told(ctx, str(n)) for n in range(count + 1)] == answers
    assert told(ctx) == now
    listed = {one.id: bool(one.rivals) for one in memory.listing(ctx)}
    assert {one["id"] for one in now["memories"]} == listed.keys()
    heads = {id_ for one in now["conflicts"] for id_ in one["heads"]}
    assert heads == {id_ for id_, rivals in listed.items() if rivals}
    assert now["claims"] == [one.as_json() for one in claim.listing(ctx)]


# -- what is kept ----------------------------------------------------------------------------------------------------


def test_reading_again_reads_what_is_new(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def remember(numbers: range) -> None:
        payloads = ({"scope": "repository", "kind": "entry", "state": "kept", "text": f"{n}"} for n in numbers)
        ctx.ledger.append([make("memory", {**one, "title": one["text"]}) for one in payloads])

    for start in range(0, 1000, 100):
        remember(range(start, start + 100))
    state.run(ctx)
    for start in range(1000, 1010):
        remember(range(start, start + 1))
    loaded: list[str] = []
    load = Reader._load

    def count(reader: Reader, id_: RecordId, *, known: bool = False) -> Record:
        loaded.append(id_)
        return load(reader, id_, known=known)

    monkeypatch.setattr(Reader, "_load", count)
    again = state.run(ctx)
    assert (len(loaded), sum(again.types.values())) == (10, 1010)
    state.run(open_context(ctx.location.worktree))
    assert len(loaded) == 10
    assert again.as_json() == told(anew(ctx))


def test_a_ledger_that_was_replaced_is_not_taken_for_the_one_that_was_read(ctx: Context, repo: Path, git: Git) -> None:
    for text in ("a", "b", "c"):
        memory.add(ctx, text)
    state.run(ctx)
    ref = "refs/factory/ledger"
    git("update-ref", ref, f"{ref}~2", cwd=repo)
    (repo / ".git/factory/acknowledged").unlink()
    ctx = open_context(repo)
    for text in ("d", "e"):
        memory.add(ctx, text)
    assert {one["title"] for one in told(ctx)["memories"]} == {"a", "d", "e"}


# -- points ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "kind", "words"),
    [
        ("4", UsageError, "there are 3 transactions, not 4"),
        ("1.5", UsageError, "1.5 is no number of transactions"),
        ("-1", UsageError, "-1 is no number of transactions"),
        ("soon", UsageError, "'soon' is no time"),
        ("../x", UsageError, "is no time"),
        ("deadbeef", NotFound, "no transaction and no record deadbeef"),
    ],
)
def test_what_is_no_point_is_refused(ctx: Context, at: str, kind: type[Exception], words: str) -> None:
    for text in ("a", "b", "c"):
        memory.add(ctx, text)
    with pytest.raises(kind, match=words):
        told(ctx, at)


def test_the_order_is_the_graphs_whatever_the_clocks_say(repo: Path, git: Git) -> None:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = open_context(repo)
    for hours, text in enumerate(["a", "ahead", "c", "behind"]):
        at = {"ahead": NOON + timedelta(days=9), "behind": NOON}.get(text, NOON + timedelta(hours=hours))
        ctx = replace(open_context(repo), clock=FixedClock(at))
        memory.add(ctx, text)

    def titles(at: str) -> list[str]:
        return [one["title"] for one in told(ctx, at)["memories"]]

    assert titles("2") == ["a", "ahead"]
    assert titles("2026-02-28") == []
    assert titles("2026-03-01T12:30+00:00") == ["a", "ahead", "c", "behind"], "all up to the last one that is not later"
    assert titles("2026-04-01") == ["a", "ahead", "c", "behind"]
    git("update-ref", "refs/factory/ledger", "refs/factory/ledger~1", cwd=repo)
    (repo / ".git/factory/acknowledged").unlink()
    ctx = open_context(repo)
    assert titles("2026-03-01T12:30+00:00") == ["a"]
    assert titles("2026-03-01T14:00+00:00") == ["a", "ahead", "c"], "one clock that ran ahead hides nothing"


def test_an_id_of_digits_only_is_an_id_where_there_are_not_as_many_transactions(ctx: Context) -> None:
    """Some of the first texts give a record whose id begins with four digits."""
    ids: list[RecordId] = []
    while not (ids and ids[-1][:4].isdecimal() and int(ids[-1][:4]) > len(ids)):
        ids.append(memory.add(ctx, f"memory {len(ids)}"))
    assert told(ctx, ids[-1][:4]) == told(ctx, str(len(ids)))


def test_a_point_named_by_a_record_or_a_transaction(ctx: Context) -> None:
    ids = [memory.add(ctx, text) for text in ("a", "b", "c")]
    at = ctx.ledger.at(2)
    assert at is not None
    assert told(ctx, ids[1][:8]) == told(ctx, at.oid) == told(ctx, at.oid[:7]) == told(ctx, "2")


def test_what_another_clone_wrote_has_not_seen_what_stands_before_it(
    ctx: Context, repo: Path, git: Git, tmp_path: Path
) -> None:
    memory.add(ctx, "both")
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", "refs/factory/ledger:refs/factory/ledger", cwd=tmp_path / "other")
    other = open_context(tmp_path / "other")
    git("config", "factory.fsync", "false", cwd=tmp_path / "other")
    ours = [memory.add(ctx, f"ours {n}") for n in range(2)]
    theirs = [memory.add(other, f"theirs {n}") for n in range(2)]
    memory.add(other, "ours 0")  # a record that both wrote
    unite(ctx, other, git)
    sides = {"ours": told(ctx, ours[1]), "theirs": told(ctx, theirs[1])}
    for side, found in sides.items():
        assert [one["title"] for one in found["memories"]] == ["both", f"{side} 0", f"{side} 1"]
    tip = told(ctx, point.find(other).last.oid)  # type: ignore[union-attr]
    assert [one["title"] for one in tip["memories"]] == ["both", "theirs 0", "theirs 1", "ours 0"]
    assert told(ctx, ctx.ledger.tip or "") == told(ctx, str(told(ctx)["transactions"]))


def test_what_was_changed_apart_is_told_however_far_each_went(
    ctx: Context, repo: Path, git: Git, tmp_path: Path
) -> None:
    base = memory.add(ctx, "base")
    git("clone", "-q", str(repo), "other", cwd=tmp_path)
    git("fetch", "-q", "origin", "refs/factory/ledger:refs/factory/ledger", cwd=tmp_path / "other")
    other = open_context(tmp_path / "other")
    ours = memory.add(ctx, "ours", replace=base)
    theirs = memory.add(other, "theirs, again", replace=memory.add(other, "theirs", replace=base))
    assert told(ctx)["conflicts"] == []
    unite(ctx, other, git)
    assert told(ctx)["conflicts"] == [{"type": "memory", "subject": base, "heads": sorted([ours, theirs])}]
    memory.forget(ctx, ours)
    assert told(ctx)["conflicts"] == []


def test_claims_are_those_that_stood_then(repo: Path, git: Git) -> None:
    git("config", "factory.fsync", "false", cwd=repo)
    ctx = replace(open_context(repo), clock=FixedClock(NOON))
    claim.take(ctx, ["src"], task="T", ttl="1h")
    later = replace(ctx, clock=FixedClock(NOON + timedelta(hours=2)))
    assert told(later)["claims"] == []
    assert [one["task"] for one in told(later, "1")["claims"]] == ["T"]


# -- what is in it ---------------------------------------------------------------------------------------------------


def test_a_run_is_open_then_promoted(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make_shop(tmp_path / "shop", git, monkeypatch)
    monkeypatch.setattr(validate, "prove", proves)
    shop.commit({BOUND_FILE: GOOD}, "the hole")
    one = shop.run().specs[0]
    ctx = open_context(shop.path)
    now = told(ctx)
    (app,) = now["applications"]
    assert now["runs"] == []
    assert (app["app"], app["promoted"]["commit"], app["promoted"]["run"]) == ("shop", one.commit, one.ids["run"])
    assert app["promoted"]["version"]
    steps = [told(ctx, str(n), of=one.ids["run"])["run"] for n in range(2, now["transactions"] + 1)]
    assert [len(step["steps"]) for step in steps] == [0, 1, 2, 3, 4, 5, 6, 6]
    assert steps[-1]["outcome"] == "converged"
    middle = told(ctx, "3")
    assert [run["run"] for run in middle["runs"]] == [one.ids["run"]]
    assert middle["applications"] == []
    with pytest.raises(NotFound, match="had not begun then"):
        told(ctx, "0", of=one.ids["run"])


def test_what_a_stream_alone_makes(ctx: Context) -> None:
    memory.add(ctx, "a")
    memory.add(ctx, "b", scope="task:x")
    found = told(ctx, of="memory/task:x")
    assert ([one["title"] for one in found["memories"]], found["transactions"], found["stream"]) == (
        ["b"], 1, "memory/task:x",
    )  # fmt: skip
    with pytest.raises(NotFound, match="no stream and no run"):
        told(ctx, of="memory/task:y")
    with pytest.raises(NotFound, match="no stream and no run"):
        told(ctx, at="1", of="memory/task:x")


def test_the_board_needs_no_more_than_is_kept() -> None:
    class Seen(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            asked.add(name)
            return super().__getitem__(name)

        def get(self, name: str, default: Any = None) -> Any:
            asked.add(name)
            return super().get(name, default)

    asked: set[str] = set()
    plain = {"app": "farm", "title": "t", "open": [], "node": "n", "commit": "0" * 40}
    desire = make("desire", plain)
    morph = make("morph", {**plain, "risk": "low", "mutations": [{"fingerprint": "f"}]}, [desire.id])
    simulated = make("simulation", plain, [morph.id])
    approved = make("approval", {**plain, "fingerprint": "f"}, [morph.id])
    applied = make("application", {**plain, "outcome": "applied", "reason": ""}, [morph.id])
    failed = make("application", {**plain, "outcome": "failed", "reason": "x"}, [morph.id])
    deployed = make("deployment", {**plain, "state": "deployed"}, [applied.id])
    every = [desire, morph, simulated, approved, failed, applied, deployed]
    for count in range(len(every) + 1):
        some = every[:count]
        wanted = board.fold([replace(one, payload=Seen(one.payload)) for one in some])
        cells = MemoryCells()
        state_fold.take(
            cells, (Entry(record=one, stream="", actor="", when=NOON, tx=Oid(""), subject="") for one in some[:5])
        )
        assert state_fold.items(cells) == board.fold(some[:5])
        assert len(wanted) == min(count, 1)
    assert asked <= set(board.FIELDS)


def test_what_a_user_sees(ctx: Context, repo: Path) -> None:
    def call(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "factory_git", "state", *args]
        return subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)

    assert call().stdout == "0 transactions, 0 records\n"
    memory.add(ctx, "a")
    claim.take(ctx, ["src"], task="T", ttl="4h")
    lines = call().stdout.splitlines()
    assert lines[0].startswith("2 transactions, 2 records at ")
    assert [line.split("  ")[0] for line in lines[1:]] == ["claim", "memories"]
    assert json.loads(call("--json", "--at", "1").stdout)["types"] == {"memory": 1}
    assert [call("--at", at).returncode for at in ("3", "0.5", "soon", "deadbeef")] == [2, 2, 2, 3]
