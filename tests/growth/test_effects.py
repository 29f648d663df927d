"""One slip in a guardrail, a gate or a term is seen by running both versions, and shown by a world in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory_git.compiler import differential
from factory_git.compiler.differential import Differential, Outcome
from factory_git.compiler.rules import Rules
from factory_git.growth.compare import compare
from factory_git.growth.mutation import Mutation
from factory_git.spec.check import analyse
from factory_git.spec.graph import build
from factory_git.spec.model import Spec
from tests.growth.cases import base, replaced, spec
from tests.growth.mutants import Mutant, mutants

SOAK = bool(os.environ.get("FACTORY_SOAK"))
ORDERS = (Path(__file__).parent / "orders.yaml").read_text(encoding="utf-8")
# The text, every how many-th mutant is tried, how many of those have types. None means the same as the original.
SPECS = {
    "farmer": (base("farmer"), 1, 34),
    "immigration": (base("immigration"), 1, 142) if SOAK else (base("immigration"), 5, 31),
    "orders": (ORDERS, 1, 177) if SOAK else (ORDERS, 6, 29),
}


def sound(found: Mutant) -> Rules | None:
    """The mutant's rules, where its types fit."""
    analysis = analyse(found.spec)
    wrong = [p for p in analysis.problems if p.severity == "error" and str(p.path) == found.path]
    return None if wrong else Rules(found.spec, analysis)


def effect(found: Outcome | None) -> str:
    assert found is not None
    assert not found.why
    shown = {"L": found.looser, "T": found.tighter, "D": found.other}
    return "".join(word for word, example in shown.items() if example) or "same"


def asked(text: str, step: int) -> list[tuple[str, Outcome | None]]:
    """What running every how many-th mutant of a spec against it says."""
    original: Spec = spec(text)
    old, then = Rules(original, analyse(original)), {path: path for path in build(original).nodes}
    tried = [(one, sound(one)) for one in list(mutants(original))[::step]]
    return [(str(one), Differential(old, new, then).ask(one.path)) for one, new in tried if new is not None]


@pytest.mark.parametrize("name", SPECS)
def test_every_slip_is_seen(name: str) -> None:
    text, step, number = SPECS[name]
    found = asked(text, step)
    assert [one for one, outcome in found if effect(outcome) == "same"] == []
    assert len(found) == number


@pytest.mark.soak
@pytest.mark.parametrize("name", SPECS)
def test_more_worlds_say_nothing_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, step, _ = SPECS[name]
    step *= 1 if SOAK else 8
    few = [effect(outcome) for _, outcome in asked(text, step)]
    monkeypatch.setattr(differential, "WORLDS", differential.WORLDS * (8 if SOAK else 2))
    assert [effect(outcome) for _, outcome in asked(text, step)] == few


SAME = {
    "a comparison turned round": (
        "day >= s.date && day < s.date + days(s.phi_days)",
        "s.date <= day && s.date + days(s.phi_days) > day",
    ),
    "parts in another order": (
        "s.block_id == block_id && day >= s.date",
        "day >= s.date && s.block_id == block_id",
    ),
    "a filter first": (
        "SprayEvent.exists(s, s.block_id == block_id && day",
        "SprayEvent.filter(s, s.block_id == block_id).exists(s, day",
    ),
}


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_what_means_the_same_is_reworded(old: str, new: str) -> None:
    (one,) = told(base("farmer"), old, new)
    assert (one.id, one.risk) == ("term-changed", "major")  # R4: outside every plate; minor by itself
    assert one.reasons[0] == f"no difference in {differential.WORLDS} worlds"
    assert not one.example


def told(text: str, old: str, new: str) -> tuple[Mutation, ...]:
    return compare(spec(text), spec(replaced(text, old, new))).mutations


WINDOW = "day < s.date + days(s.phi_days)"
SAID = {
    "a lock a day shorter": (
        "farmer",
        WINDOW,
        "day < s.date + days(s.phi_days - 1)",
        (
            "a spray event on 2026-01-05 with phi_days 1 for block a and an allocation for block a, "
            "asked for on 2026-01-05: refused before, let through now"
        ),
    ),
    "an open gate": (
        "farmer",
        "!phi_locked(it.block_id, run.date)",
        "true",
        (
            "a forecast for block a and a spray event on 2026-01-05 with phi_days 1 for block a, "
            "asked for on 2026-01-05: refused before, let through now"
        ),
    ),
    "one more than there is": (
        "farmer",
        "<= f.qty",
        "<= f.qty + 1",
        "a forecast with qty 0 for block a and an allocation with qty 1 for block a: refused before, let through now",
    ),
    "a word that reaches further": (
        "immigration",
        "is: day <= today + days(number)",
        "is: day < today + days(number)",
        "within of day 2026-01-05, today 2026-01-05 and number 0: true before, false now",
    ),
    "both ways": (
        "immigration",
        'a.role == "lawyer")\n      on_break',
        'a.role != "lawyer")\n      on_break',
        (
            "an approval with role a: refused before, let through now; "
            "an approval with role lawyer: let through before, refused now"
        ),
    ),
}


@pytest.mark.parametrize(("name", "old", "new", "expected"), SAID.values(), ids=SAID)
def test_the_smallest_world_is_told_in_words(name: str, old: str, new: str, expected: str) -> None:
    worst = told(base(name), old, new)[0]
    assert worst.example == expected


def test_nothing_is_compiled_for_what_does_not_execute(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("both versions were run")

    monkeypatch.setattr(Differential, "ask", never)
    text = base("farmer")
    assert told(text, '- "gov data"', '- "gov data"\n    - weather service')
    assert told(text, "name: text, email", "name: text, fax: text?, email")
    assert told(text, "{name: Brief, shows: [Forecast]}", "{name: Brief, shows: [Forecast, Block]}")
    assert told(text, "Alert: 90d", "Alert: 60d")
    with pytest.raises(AssertionError, match="were run"):
        told(text, WINDOW, "day < s.date")
