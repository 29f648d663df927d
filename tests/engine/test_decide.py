"""decide and fold: pure, order-free, and never a promotion that some gate did not let through."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_git.core.errors import IntegrityError
from factory_git.core.ids import RecordId
from factory_git.engine.decide import LOST_RACES, Action, Conclude, Promote, decide
from factory_git.engine.fold import fold
from factory_git.engine.state import Outcome, State, Verdict
from factory_git.ledger.record import Record, make

SETTINGS = {"iterations": 3, "promote": True, "holdout": False, "spec": "s"}
KINDS = {"integrate": "phase", "promote": "promotion"}
OUTCOMES = {
    "plan": [Outcome.READY, Outcome.REFUSED],
    "implement": [Outcome.CANDIDATE, Outcome.FAILED],
    "validate": [Outcome.PASSED, Outcome.FAILED, Outcome.UNPROVEN],
    "done": [Outcome.PASSED, Outcome.FAILED],
    "integrate": [Outcome.SAME, Outcome.MERGED, Outcome.CONFLICT, Outcome.REPLAN],
    "promote": [Outcome.PROMOTED, Outcome.MOVED, Outcome.BLOCKED],
}


class Play:
    """A run that is played by answering each action with an outcome; commits are numbers."""

    def __init__(self, **settings: Any) -> None:
        self.run = make("run", {**SETTINGS, **settings})
        self.records: list[Record] = [self.run]
        self.commits = 0

    @property
    def state(self) -> State:
        return fold(self.records)

    def commit(self) -> str:
        self.commits += 1
        return f"{self.commits:040x}"

    def answer(self, action: Action, outcome: Outcome, **more: Any) -> None:
        state = self.state
        payload: dict[str, Any] = {
            "run": self.run.id, "step": len(state.steps) + 1, "phase": action.phase, "iteration": action.iteration,
            "outcome": outcome.value, "reason": "r", "seconds": 1, **more,
        }  # fmt: skip
        match action.phase, outcome:
            case "plan", _:
                payload |= {"base": "0" * 40, "agent_can_help": True} | more
            case ("implement", Outcome.CANDIDATE) | ("integrate", Outcome.MERGED):
                payload["commit"] = self.commit()
            case "integrate", Outcome.SAME:
                payload["commit"] = state.candidate
            case (("validate" | "done" | "promote"), _):
                payload["commit"] = action.commit  # type: ignore[union-attr]
        if action.phase == "validate":
            payload["suite"] = action.suite  # type: ignore[union-attr]
        kind = "phase" if outcome is Outcome.ERROR else KINDS.get(action.phase, action.phase)
        self.records.append(make(kind, payload, [state.head]))

    def next(self) -> Action:
        (action,) = decide(self.state)
        return action

    def through(self, *outcomes: Outcome) -> Action:
        for outcome in outcomes:
            self.answer(self.next(), outcome)
        return self.next()


GOOD = (Outcome.READY, Outcome.CANDIDATE, Outcome.PASSED, Outcome.PASSED, Outcome.SAME)


def test_the_straight_way() -> None:
    play = Play()
    assert isinstance(play.through(*GOOD), Promote)
    last = play.through(Outcome.PROMOTED)
    assert isinstance(last, Conclude)
    assert last.verdict is Verdict.CONVERGED


def test_a_run_with_a_verdict_is_over() -> None:
    play = Play()
    play.through(*GOOD, Outcome.PROMOTED)
    play.records.append(make("verdict", {"run": play.run.id, "outcome": "converged"}, [play.state.head]))
    assert decide(play.state) == ()


def test_what_was_merged_is_validated_and_checked_again() -> None:
    play = Play()
    action = play.through(*GOOD[:-1], Outcome.MERGED)
    assert (action.phase, play.state.result != play.state.candidate) == ("validate", True)
    assert play.through(Outcome.PASSED).phase == "done"
    assert play.through(Outcome.PASSED).phase == "promote"


def test_holdout_comes_last_and_its_failure_ends_the_run() -> None:
    play = Play(holdout=True)
    action = play.through(*GOOD)
    assert (action.phase, action.suite) == ("validate", "holdout")  # type: ignore[union-attr]
    last = play.through(Outcome.FAILED)
    assert isinstance(last, Conclude)
    assert last.verdict is Verdict.NOT_CONVERGED


def test_without_an_agent_that_can_help_there_is_no_second_iteration() -> None:
    play = Play()
    play.answer(play.next(), Outcome.READY, agent_can_help=False)
    last = play.through(Outcome.CANDIDATE, Outcome.FAILED)
    assert isinstance(last, Conclude)
    assert "nothing another iteration could change" in last.reason


def test_iterations_end() -> None:
    play = Play(iterations=2)
    assert play.through(Outcome.READY, Outcome.FAILED).iteration == 2
    last = play.through(Outcome.READY, Outcome.CANDIDATE, Outcome.FAILED)
    assert isinstance(last, Conclude)
    assert last.verdict is Verdict.NOT_CONVERGED


def test_a_branch_that_never_stands_still_is_given_up() -> None:
    play = Play()
    play.through(*GOOD)
    for _ in range(LOST_RACES - 1):
        assert play.through(Outcome.MOVED).phase == "integrate"
        assert play.through(Outcome.SAME).phase == "promote"
    last = play.through(Outcome.MOVED)
    assert isinstance(last, Conclude)
    assert last.verdict is Verdict.LOST


def test_records_without_a_run_are_no_run() -> None:
    with pytest.raises(IntegrityError, match="no run"):
        fold([])


@given(st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_whatever_happens_nothing_is_promoted_that_a_gate_did_not_let_through(
    rng: random.Random, holdout: bool, promote: bool
) -> None:
    """Random outcomes: a run ends, and a commit that is promoted passed every gate it had to, after it was made."""
    play = Play(holdout=holdout, promote=promote)
    for _ in range(200):
        actions = decide(play.state)
        if not actions:
            break
        (action,) = actions
        if isinstance(action, Conclude):
            state = play.state
            if action.verdict is Verdict.CONVERGED:
                assert (state.last("promote") is not None) is promote
            break
        if isinstance(action, Promote):
            state = play.state
            assert action.commit in state.proven
            assert action.commit in state.checked
            assert not holdout or action.commit in state.held
            failed = {s.payload["commit"] for s in state.steps if s.outcome is Outcome.FAILED and "commit" in s.payload}
            assert action.commit not in failed
            assert promote
        outcomes = [*OUTCOMES[action.phase], Outcome.ERROR]
        play.answer(action, rng.choices(outcomes, [6] + [1] * (len(outcomes) - 1))[0])
    else:
        pytest.fail("the run does not end")


@given(st.randoms(use_true_random=False))
def test_the_fold_does_not_depend_on_the_order_of_arrival(rng: random.Random) -> None:
    play = Play()
    play.through(Outcome.READY, Outcome.CANDIDATE, Outcome.FAILED, *GOOD, Outcome.PROMOTED)
    want = repr(fold(play.records))
    shuffled = list(play.records)
    rng.shuffle(shuffled)
    assert repr(fold(shuffled)) == want


def test_two_records_of_one_step_give_every_reader_the_same_state() -> None:
    play = Play()
    play.through(Outcome.READY)
    twin = make("implement", {
        "run": play.run.id, "step": 2, "phase": "implement", "iteration": 1, "outcome": "failed", "seconds": 2,
    }, [play.state.head])  # fmt: skip
    play.answer(play.next(), Outcome.CANDIDATE)
    assert fold([*play.records, twin]) == fold([twin, *play.records])
    assert {step.record for step in fold([*play.records, twin]).steps} <= {r.id for r in (*play.records, twin)}
    assert RecordId(twin.id)
