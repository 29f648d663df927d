"""Words that mean no kind of mutation are told, with the one that was meant."""

from __future__ import annotations

from factory_git.growth.advice import advise
from factory_git.spec.graph import build
from tests.growth.cases import base, replaced, spec


def test_a_word_that_means_nothing_is_told() -> None:
    text = replaced(base("shop"), "forbid: [guardrail_removed, guardrail_weakened]", "forbid: [guardrial_removed]")
    found = advise(build(spec(text)))
    assert [(p.code, p.severity, p.path) for p in found] == [
        ("spec/unknown-mutation", "warning", "identity.prohibited_changes.weaken_stock_rules")
    ]
    assert found[0].hint == "did you mean 'guardrail_removed'?"


def test_a_plate_that_allows_what_is_not_is_told() -> None:
    text = replaced(base("shop"), 'at: "**", max_risk', 'at: "**", allow: [growing, panel_changed], max_risk')
    assert [p.message for p in advise(build(spec(text)))] == ["allow names 'growing', which is no kind of mutation"]


def test_the_templates_say_what_there_is() -> None:
    assert [p for name in ("farmer", "immigration", "minimal", "shop") for p in advise(build(spec(base(name))))] == []
