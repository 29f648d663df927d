"""The lineage of an application: versions on branches, what each came from, what changed on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factory_git.app import lineage
from factory_git.app.context import open_context
from factory_git.core.errors import NotFound
from factory_git.engine.phases import validate
from factory_git.executors.acceptance import Proven, TestResult
from factory_git.growth.lineage import Lineage, draw
from tests.engine.fakes import Git, Shop

SPEC = """\
factory: 1
app: {id: shop, title: Shop, version: 1.0.0, stage: juvenile, variants: [Night market, Export]}
data_contracts:
  entities:
    - {name: Fish, fields: {id: text key, days: int}}
    - {name: Sale, made: true, fields: {fish: ref Fish, days: int}}
workflows:
  pipelines:
    - {name: Sell, steps: [{name: Offer, each: Fish, make: Sale, set: {fish: it.id, days: it.days}}]}
acceptance:
  - {name: All is sold, given: {Fish: [[id, days], [a, 1]]}, when: {run: sell}, then: [size(Sale) == 1]}
"""
SECOND = SPEC.replace("1.0.0", "1.1.0").replace(
    "days: int}}\n    - {name: S", "days: int, kind: text?}}\n    - {name: S"
)
NIGHT = SPEC.replace("1.0.0", "1.0.1").replace("title: Shop", "title: Night")


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Two versions on main, and a variant that grew from the first of them."""

    def proves(place: Path, package: str, tests: list[str], *, timeout: float) -> Proven:
        results = tuple(TestResult(test=t, outcome="passed", assertions=1, seconds=0) for t in tests)
        return Proven(results=results, problem="", completed=None, seconds=0.0)

    monkeypatch.setattr(validate, "prove", proves)
    path = tmp_path / "shop"
    path.mkdir()
    git("init", "-q", "-b", "main", cwd=path)
    shop = Shop(path, git)
    for text in (SPEC, SPEC + "# a comment\n", SECOND):
        shop.commit({"factory.yaml": text})
        assert shop.run().specs[0].promoted
        if text == SPEC:
            shop.git("branch", "variant/night-market")
    shop.git("checkout", "-q", "variant/night-market")
    shop.commit({"factory.yaml": NIGHT})
    assert shop.run().specs[0].promoted
    return shop


def _lineage(shop: Shop, **options: object) -> Lineage:
    ctx = open_context(shop.path)
    found = lineage.run(ctx, lineage.Options(**options))  # type: ignore[arg-type]
    ctx.ledger.close()
    return found


def test_each_version_knows_what_it_came_from_and_what_changed(shop: Shop) -> None:
    found = _lineage(shop)
    first, second, night = found.versions
    assert [one.number for one in found.versions] == ["1.0.0", "1.1.0", "1.0.1"], "a comment makes no version"
    assert (first.before, second.before, night.before) == ("", first.record, first.record)
    assert first.diff is None
    assert first.why == "the first of its line"
    assert second.diff is not None
    assert "data_contracts.entities.fish.fields.kind" in {one.path for one in second.diff.mutations}
    assert night.stage == "juvenile"


def test_branches_are_called_by_the_variant_that_they_are(shop: Shop) -> None:
    found = _lineage(shop)
    assert found.branches == ("main", "variant/night-market")
    assert found.called("variant/night-market") == "Night market (variant, variant/night-market)"
    assert found.ungrown == ("Export",)


def test_only_the_newest_changes_are_told_where_a_limit_is_given(shop: Shop) -> None:
    found = _lineage(shop, limit=1)
    assert [one.diff is not None for one in found.versions] == [False, False, True]


def test_a_picture_has_a_frame_for_each_branch(shop: Shop) -> None:
    picture = draw(_lineage(shop))
    assert [len(picture.within(group.id)) for group in picture.groups] == [2, 1]
    assert len(picture.arrows) == 2


def test_an_application_without_a_version_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound, match="no version of 'stall' was promoted"):
        _lineage(shop, app="stall")


def test_what_a_user_sees(shop: Shop) -> None:
    def call(*args: str) -> str:
        command = [sys.executable, "-m", "factory_git", "lineage", *args]
        return subprocess.run(command, cwd=shop.path, capture_output=True, text=True, check=True).stdout

    text = call()
    assert text.index("1.1.0  juvenile") < text.index("1.0.0  juvenile"), "the newest of a branch first"
    assert "grown from 1.0.0" in text
    assert "Export (variant): no version yet" in text
    data = json.loads(call("--json"))
    assert [one["version"] for one in data["versions"]] == ["1.0.0", "1.1.0", "1.0.1"]
    assert call("--format", "mermaid").startswith("flowchart TD\n")
