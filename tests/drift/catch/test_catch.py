"""Every generated drift is found, by the right rule, in the right place, and nothing is said that does not follow.

``FACTORY_SOAK=1`` goes through all drifts that the applications have room for, more than a hundred in each language.
"""

from __future__ import annotations

import os

import pytest

from factory_git.drift.finding import Finding
from tests.drift.catch.apps import LANGUAGES, Language, application, findings
from tests.drift.catch.drift import Drift
from tests.drift.catch.drifts import Maker, chosen

COUNT = 10_000 if os.environ.get("FACTORY_SOAK") else 16
each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)


def wrong(drift: Drift, found: list[Finding]) -> str:
    """What is wrong with what the gate says of a drift; empty: nothing."""
    fits = [one for one in found if (one.code, one.path, one.place.file) == (drift.code, drift.node, drift.file)]
    fits = [one for one in fits if drift.symbol is None or one.symbol == drift.symbol]
    if not fits:
        return "not found"
    first = fits[0]
    if drift.names not in f"{first.message} [{first.path}]":
        return f"the message does not name {drift.names}"
    if first.severity != ("warning" if drift.warns else "error"):
        return f"is a {first.severity}"
    more = [one for one in found if one is not first and one.code not in drift.also]
    return f"and {more[0].code} besides: {more[0].message}" if more else ""


@each_language
def test_the_application_has_no_findings(language: Language) -> None:
    assert findings(application(language)) == []


@each_language
def test_the_application_has_room_for_a_hundred_drifts_of_every_kind(language: Language) -> None:
    kinds = Maker(language).all()
    assert sum(len(some) for some in kinds) >= 100
    untyped = language.name == "javascript"
    assert [some for some in kinds if not some] == ([[]] if untyped else [])


@pytest.mark.soak
@each_language
def test_every_drift_is_found_where_it_is(language: Language) -> None:
    bad = {f"{one.kind}: {one.title}": wrong(one, findings(one.files)) for one in chosen(language, COUNT)}
    assert {title: why for title, why in bad.items() if why} == {}
