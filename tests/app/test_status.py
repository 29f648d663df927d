"""Where growth stands, and the command that goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app.status import Standing
from factory_git.core.errors import NotFound
from factory_git.engine.phases import validate
from tests.app.farm import WISH, Farm, Git, quick
from tests.app.test_apply import failing
from tests.app.test_plan import COLD


@pytest.fixture
def farm(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Farm:
    return quick(Farm(tmp_path / "farm", git), monkeypatch)


def only(farm: Farm) -> Standing:
    ((standing,),) = [one.standings for one in farm.status()]
    return standing


def test_a_desire_goes_from_backlog_to_done(farm: Farm) -> None:
    wish = farm.desire(WISH)
    one = only(farm)
    assert (one.item.state, one.next) == ("backlog", f"git factory plan {wish.record[:10]}")
    morph = farm.plan().record
    one = only(farm)
    assert (one.item.state, one.note, one.item.morph) == ("in progress", "planned", morph)
    farm.apply(morph)
    one = only(farm)
    assert (one.item.state, one.note, one.next) == ("done", "applied", "git factory deploy")


def test_open_words_are_shown(farm: Farm) -> None:
    farm.desire(COLD)
    one = only(farm)
    assert (one.item.state, one.note) == ("backlog", "open")
    assert "cold chain" in one.item.open


def test_a_plan_that_no_longer_fits_is_stale(farm: Farm) -> None:
    farm.desire(WISH)
    morph = farm.plan().record
    farm.desire(COLD)
    assert [one.stale for one in farm.status()[0].standings] == [False, False], "desires move nothing"
    farm.edit("    - {name: Brief, shows: [Forecast]}", "    - {name: Brief, shows: [Forecast, Alert]}")
    first = farm.status()[0].standings[0]
    assert (first.stale, first.note, first.next) == (True, "stale", f"git factory plan {morph[:10]}")


def test_a_failed_application_says_so(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    farm.desire(WISH)
    morph = farm.plan().record
    monkeypatch.setattr(validate, "prove", failing)
    failed = farm.apply(morph).record
    one = only(farm)
    assert (one.item.state, one.note, one.next) == ("in progress", "failed", f"git factory show {failed[:10]}")
    assert one.item.reason


def test_desires_written_by_hand_are_there_too(farm: Farm) -> None:
    wanted = "desires:\n  - {goal: less waste, status: declined}\n  - show shortfalls on brief\n\nidentity:\n"
    farm.edit("identity:\n", wanted)
    found = {one.item.title: (one.item.state, one.next) for one in farm.status()[0].standings}
    assert found == {
        "less waste": ("done", ""),
        "show shortfalls on brief": ("backlog", "git factory plan show_shortfalls_on_brief"),
    }


def test_a_repository_where_nothing_is_wanted(farm: Farm) -> None:
    (one,) = farm.status()
    assert (one.app, one.standings, one.ladder) == ("farmer", (), "no holes; nothing proven yet")


def test_there_must_be_a_spec(tmp_path: Path, git: Git) -> None:
    farm = Farm(tmp_path / "none", git)
    farm.git("rm", "-q", "factory.yaml")
    with pytest.raises(NotFound):
        farm.status()
