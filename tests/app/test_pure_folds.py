"""What claims and runs come to, record by record: as other clones' records may come, late or twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from factory_git.app import claim_fold, state_fold
from factory_git.core.ids import Oid
from factory_git.ledger.cells import MemoryCells
from factory_git.ledger.record import Entry, Record, make

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entry(record: Record, hours: float = 0) -> Entry:
    return Entry(record=record, stream="", actor="A", when=NOON + hours * HOUR, tx=Oid("0" * 40), subject="")


def claim(
    owner: str, paths: Sequence[str], until: float, *replaces: Record, state: str = "held", task: str = "T"
) -> Record:
    ids = [one.id for one in replaces]
    said: dict[str, Any] = {"title": task, "task": task, "owner": owner, "paths": list(paths), "state": state}
    said |= {"until": (NOON + until * HOUR).isoformat()} | ({"replaces": ids} if ids else {})
    return make("claim", said, ids)


def standing(entries: Sequence[Entry], hours: float) -> list[claim_fold.Claim]:
    cells = MemoryCells()
    for one in entries:
        claim_fold.take(cells, [one])
    return claim_fold.standing(cells, NOON + hours * HOUR)


def test_who_renews_in_time_stays_first_and_who_renews_too_late_does_not() -> None:
    first, other = claim("ada", ["src"], 1), claim("bea", ["src/a"], 9)
    for at, ahead in ((0.5, "ada"), (1.5, "bea")):
        renewed = claim("ada", ["src"], 9, first)
        found = standing([entry(first), entry(other, 0.2), entry(renewed, at)], 2)
        assert [(one.owner, bool(one.against)) for one in found] == [
            (ahead, False),
            ("bea" if ahead == "ada" else "ada", True),
        ]


def test_a_part_of_what_was_held_keeps_its_place() -> None:
    first, other = claim("ada", ["src"], 9), claim("bea", ["src/a"], 9)
    part = claim("ada", ["src/a"], 9, first)
    found = standing([entry(first), entry(other), entry(part)], 1)
    assert [(one.owner, one.against) for one in found] == [("ada", ()), ("bea", (part.id,))]


def test_what_is_over_or_replaced_stands_no_more_whatever_comes_first() -> None:
    first = claim("ada", ["src"], 1)
    released = claim("ada", ["src"], 9, first, state="released")
    assert [one.id for one in standing([entry(first)], 0.5)] == [first.id]
    assert standing([entry(first)], 1) == []
    assert standing([entry(first), entry(released)], 0.5) == []
    renewed = claim("ada", ["src"], 9, first)
    assert [one.id for one in standing([entry(renewed), entry(first)], 0.5)] == [renewed.id]


def run_and_steps(*steps: tuple[int, str, str]) -> tuple[Record, list[Record]]:
    run = make("run", {"spec": "shop", "spec_digest": "d1", "sources": {}})
    common = {"run": run.id, "spec": "shop", "commit": "1" * 40, "branch": "main", "spec_digest": "d2"}
    made = [
        make("promotion", {**common, "step": step, "phase": phase, "outcome": outcome}, [run.id])
        for step, phase, outcome in steps
    ]
    return run, made


def folded(records: Sequence[Record]) -> MemoryCells:
    cells = MemoryCells()
    for number, one in enumerate(records):
        state_fold.take(cells, [entry(one, number)])
    return cells


def test_a_step_that_was_done_twice_counts_once() -> None:
    run, (first, again) = run_and_steps((2, "promote", "promoted"), (1, "late", "promoted"))
    cells = folded([run, first, again])
    assert [(id_, one["step"], one["phase"]) for id_, one in state_fold.runs(cells)] == [(run.id, 2, "promote")]
    promoted, _ = state_fold.applications(cells)["shop"]
    assert promoted is not None
    assert (promoted["record"], promoted["spec_digest"]) == (first.id, "d2")


def test_what_was_not_promoted_is_not() -> None:
    run, (refused,) = run_and_steps((1, "promote", "refused"))
    assert state_fold.applications(folded([run, refused])) == {}


def test_each_variant_is_deployed_for_itself_and_a_failure_changes_nothing() -> None:
    def deployment(variant: str, version: str, state: str) -> Record:
        said = {"app": "shop", "variant": variant, "version": version, "state": state, "commit": "1" * 40}
        return make("deployment", {**said, "title": "t", "open": [], "target": "here"})

    cells = folded(
        [
            deployment("a", "1", "deployed"),
            deployment("b", "2", "deployed"),
            deployment("a", "3", "failed"),
            deployment("b", "1", "rolled_back"),
        ]
    )
    _, deployed = state_fold.applications(cells)["shop"]
    assert {name: (one["version"], one["state"]) for name, one in deployed.items()} == {
        "a": ("1", "deployed"),
        "b": ("1", "rolled_back"),
    }


def test_a_later_record_names_the_version_only_of_the_commit_that_was_promoted() -> None:
    run, (promotion,) = run_and_steps((1, "promote", "promoted"))
    said = {"app": "shop", "title": "t", "open": [], "node": "n", "outcome": "applied", "reason": "", "version": "7"}
    for commit, version in (("2" * 40, ""), ("1" * 40, "7")):
        cells = folded([run, promotion, make("application", {**said, "commit": commit})])
        promoted, _ = state_fold.applications(cells)["shop"]
        assert promoted is not None
        assert promoted["version"] == version
