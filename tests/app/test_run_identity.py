"""A spec is judged by the identity of the version that was promoted, not by the one it brings along."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.core.errors import Forbidden
from factory_git.engine.phases import validate
from factory_git.executors.acceptance import Proven, TestResult
from tests.engine.fakes import Git, Shop

SPEC = """\
factory: 1
app: {id: shop, title: Shop}
identity:
  purpose: Sell what is fresh
  prohibited_changes:
    - {name: Sell old fish, forbid: [guardrail_removed, guardrail_weakened], at: "**fresh**"}
data_contracts:
  entities:
    - {name: Fish, fields: {id: text key, days: int}}
    - {name: Sale, made: true, fields: {fish: ref Fish, days: int}}
workflows:
  pipelines:
    - name: Sell
      steps:
        - {name: Offer, each: Fish, where: it.days < 3, make: Sale, set: {fish: it.id, days: it.days}}
safety:
  guardrails:
    - {name: Only fresh, always: "Sale.all(s, s.days < 3)", on_break: abort}
acceptance:
  - name: Old fish stays
    given: {Fish: [[id, days], [a, 1], [b, 9]]}
    when: {run: sell}
    then: [size(Sale) == 1]
"""


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose first version was promoted; what pytest would say is not the point here."""

    def proves(place: Path, package: str, tests: list[str], *, timeout: float) -> Proven:
        results = tuple(TestResult(test=t, outcome="passed", assertions=1, seconds=0) for t in tests)
        return Proven(results=results, problem="", completed=None, seconds=0.0)

    monkeypatch.setattr(validate, "prove", proves)
    path = tmp_path / "shop"
    path.mkdir()
    git("init", "-q", cwd=path)
    shop = Shop(path, git)
    shop.commit({"factory.yaml": SPEC})
    assert shop.run().specs[0].promoted
    return shop


def test_a_weakened_guardrail_is_forbidden_before_anything_is_written(shop: Shop) -> None:
    shop.commit({"factory.yaml": SPEC.replace("s.days < 3", "s.days <= 3")})
    refs = shop.git("for-each-ref")
    with pytest.raises(
        Forbidden, match=r"factory.yaml:\d+:\d+: .*only_fresh: guardrail-weakened is forbidden: .*Sell old fish"
    ):
        shop.run()
    with pytest.raises(Forbidden) as caught:
        shop.run(dry_run=True)
    assert caught.value.exit_code == 4
    assert "days 3" in caught.value.hint, "the smallest world that shows it"
    assert shop.git("for-each-ref") == refs


def test_taking_the_rule_out_in_the_same_change_does_not_help(shop: Shop) -> None:
    text = SPEC.replace("s.days < 3", "s.days <= 3")
    start, end = text.index("  prohibited_changes"), text.index("data_contracts")
    shop.commit({"factory.yaml": text[:start] + text[end:]})
    with pytest.raises(Forbidden):
        shop.run()


def test_a_stronger_guardrail_and_other_changes_go_through(shop: Shop) -> None:
    shop.commit({"factory.yaml": SPEC.replace("s.days < 3", "s.days < 2").replace("it.days < 3", "it.days < 2")})
    assert shop.run().specs[0].promoted


def test_an_application_of_another_id_starts_a_history_of_its_own(shop: Shop) -> None:
    text = SPEC.replace("id: shop", "id: stall").replace("s.days < 3", "s.days <= 3")
    shop.commit({"factory.yaml": text, **dict.fromkeys(shop.git("ls-files", "shop").splitlines())})
    assert shop.run(drift="reconverge").specs[0].promoted
