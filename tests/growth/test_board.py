"""Records folded into a board: each desire stands where its newest record says, in whatever company."""

from __future__ import annotations

from typing import Any

from factory_git.growth.board import BACKLOG, DONE, IN_PROGRESS, REVIEW, cards, fold
from factory_git.ledger.record import Record, make

MUTATION = {"id": "gate-inserted", "path": "a.b", "risk": "major", "fingerprint": "0123456789ab"}


def desire(text: str = "a gate", *open_: str) -> Record:
    return make("desire", {"app": "farm", "title": text, "open": list(open_), "node": "desires.x"})


def morph(*parents: Record, title: str = "a gate", **more: Any) -> Record:
    payload = {"app": "farm", "title": title, "risk": "major", "approvals": 1, "mutations": [MUTATION], **more}
    return make("morph", payload, [one.id for one in parents])


def application(of: Record, outcome: str = "applied", commit: str = "c1") -> Record:
    return make("application", {"app": "farm", "outcome": outcome, "commit": commit, "reason": "red"}, [of.id])


def states(*records: Record, settled: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(one.state, one.note) for one in fold(records, settled)]


def test_a_desire_without_a_plan_is_backlog() -> None:
    assert states(desire()) == [(BACKLOG, "understood")]
    assert states(desire("x", "cold chain")) == [(BACKLOG, "open")]
    assert states(desire(), settled=("desires.x",)) == [(DONE, "settled in the spec")]


def test_a_plan_is_progress_a_simulation_is_review_an_application_is_done() -> None:
    wish = desire()
    plan = morph(wish)
    seen = make("simulation", {"app": "farm"}, [plan.id])
    done = application(plan)
    assert states(wish, plan) == [(IN_PROGRESS, "planned")]
    assert states(wish, plan, seen) == [(REVIEW, "simulated")]
    assert states(wish, plan, seen, done) == [(DONE, "applied")]


def test_approvals_put_it_into_review() -> None:
    wish = desire()
    two = morph(wish, approvals=2)
    given = [make("approval", {"app": "farm", "fingerprint": "0123456789ab", "why": str(n)}) for n in range(2)]
    other = make("approval", {"app": "another", "fingerprint": "0123456789ab"})
    assert states(wish, two, other) == [(IN_PROGRESS, "planned")]
    assert states(wish, two, given[0]) == [(REVIEW, "waiting for approval")]
    assert states(wish, two, *given) == [(REVIEW, "approved")]


def test_what_failed_is_told_and_what_was_deployed_too() -> None:
    wish = desire()
    plan = morph(wish)
    failed, done = application(plan, "failed"), application(plan)
    deployed = make("deployment", {"app": "farm", "state": "deployed", "commit": "c1"})
    elsewhere = make("deployment", {"app": "farm", "state": "deployed", "commit": "c2"})
    back = make("deployment", {"app": "farm", "state": "rolled_back", "commit": "c1"})
    assert states(wish, plan, failed) == [(IN_PROGRESS, "failed")]
    assert states(wish, plan, failed, done) == [(DONE, "applied")]
    assert states(wish, plan, done, elsewhere) == [(DONE, "applied")]
    assert states(wish, plan, done, back) == [(DONE, "applied")]
    assert states(wish, plan, done, deployed) == [(DONE, "deployed")]


def test_the_newest_plan_counts_unless_another_went_through() -> None:
    wish = desire()
    first, second = morph(wish, risk="minor"), morph(wish, risk="breaking")
    assert [one.morph for one in fold([wish, first, second])] == [second.id]
    assert [one.morph for one in fold([wish, first, second, application(first)])] == [first.id]


def test_a_morph_that_nobody_wished_for_is_an_item_of_its_own() -> None:
    alone = morph(title="by hand")
    assert [(one.kind, one.title) for one in fold([desire(), alone])] == [("desire", "a gate"), ("morph", "by hand")]
    again = morph(title="by hand", risk="minor")
    assert [one.id for one in fold([alone, again])] == [again.id], "planned anew it is the same item"


def test_cards_are_what_a_picture_needs() -> None:
    wish = desire()
    (card,) = cards(fold([wish, morph(wish)]))
    assert (card.label, card.state, card.note) == ("a gate", IN_PROGRESS, "planned, major")
