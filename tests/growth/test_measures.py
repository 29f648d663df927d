"""How often and how long, where, and how much: cadences, patterns of addresses, units."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from factory_git.growth import cadence
from factory_git.growth.globs import covers, within
from factory_git.spec.units import relation

DAY = 86400


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", 1), ("nightly", 1), ("every day", 1), ("Each morning", 1), ("@daily", 1), ("0 2 * * *", 1), ("1d", 1),
        ("weekly", 7), ("every 2 weeks", 14), ("0 4 * * 1", 7), ("0 9 * * mon", 7), ("0 4 * * 7", 7), ("every-week", 7),
        ("hourly", Fraction(1, 24)), ("every 6 hours", Fraction(1, 4)), ("0 */6 * * *", Fraction(1, 4)),
        ("twice a day", Fraction(1, 2)), ("*/15 * * * *", Fraction(1, 96)), ("0 2 * * 1-5", Fraction(7, 5)),
        ("monthly", Fraction(146097, 4800)), ("0 0 1 * *", Fraction(146097, 4800)), ("weekdays", Fraction(7, 5)),
        ("0 2 * * 1,3", Fraction(7, 2)), ("continuously", 0),
    ],
)  # fmt: skip
def test_how_often(text: str, days: Fraction) -> None:
    assert cadence.every(text) == days * DAY


@pytest.mark.parametrize(
    "text", ["whenever", "", "0 25 * * *", "99 * * * *", "every", "0 2 * *", "0 2 31 2 *", "often"]
)
def test_words_that_say_no_time(text: str) -> None:
    assert cadence.every(text) is None


@pytest.mark.parametrize(
    ("text", "days"), [("90d", 90), ("90 days", 90), ("2w", 14), ("1 year", Fraction(146097, 400))]
)
def test_how_long(text: str, days: Fraction) -> None:
    assert cadence.length(text) == days * DAY


@pytest.mark.parametrize(
    ("pattern", "path", "does"),
    [
        ("**phi**", "workflows.pipelines.p.steps.phi_gate", True),
        ("interface.panels", "interface.panels.triage", True),
        ("interface.panels", "interface.panels", True),
        ("interface.panels", "interface.panels_of_old", False),
        ("safety.guardrails.*", "safety.guardrails.x", True),
        ("a?c", "abc.d", True),
        ("a.c", "abc", False),
    ],
)
def test_what_a_pattern_covers(pattern: str, path: str, does: bool) -> None:
    assert covers(pattern, path) is does


def test_a_wider_pattern_covers_all_that_a_narrower_one_does() -> None:
    """What is said to be within covers nothing else, whatever the address."""
    rng, found = random.Random(3), 0
    for _ in range(4000):
        one, other = ("".join(rng.choice("ab.*?") for _ in range(rng.randint(1, 4))) for _ in range(2))
        if within(one, other):
            found += 1
            paths = ("".join(rng.choice("ab.") for _ in range(rng.randint(0, 5))) for _ in range(40))
            assert all(covers(other, path) for path in paths if covers(one, path)), (one, other)
    assert found > 200
    assert within("**phi_gate**", "**phi**")
    assert not within("**phi**", "**phi_gate**")


@pytest.mark.parametrize(
    ("old", "new", "scale", "offset"),
    [
        ("kg", "g", 1000, 0),
        ("EUR/kg", "EUR/g", Fraction(1, 1000), 0),
        ("km/h", "m/s", Fraction(10, 36), 0),
        ("C", "F", Fraction(9, 5), 32),
        ("%", "1", Fraction(1, 100), 0),
        ("lots", "lots", 1, 0),
    ],
)
def test_one_unit_is_another(old: str, new: str, scale: Fraction, offset: Fraction) -> None:
    there, back = relation(old, new), relation(new, old)
    assert there == (scale, offset)
    assert back is not None
    assert (7 * there.scale + there.offset) * back.scale + back.offset == 7


@pytest.mark.parametrize(("old", "new"), [("kg", "m"), ("EUR", "USD"), ("EUR/kg", "EUR"), ("lots", "crates")])
def test_units_that_have_nothing_in_common(old: str, new: str) -> None:
    assert relation(old, new) is None
