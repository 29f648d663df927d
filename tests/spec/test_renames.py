"""A rename is declared, a removal too, where a new node looks like one that is gone."""

from __future__ import annotations

import pytest

from factory_git.core.errors import Problem
from factory_git.spec import graph
from factory_git.spec.renames import undeclared
from tests.spec.helpers import spec

BEFORE = """
data_contracts:
  entities:
    - {name: Lot, fields: {id: text key, kg: decimal, note: text}}
    - {name: Sale, fields: {id: text key, lot: ref Lot, day: date}}
workflows:
  pipelines:
    - name: P
      steps: [{name: Weigh, gate: Lot, keep: it.kg > 0}, Print]
safety: [{name: Never empty, always: "Lot.all(l, l.kg > 0)"}]
"""


def found(before: str, after: str, *, base: str = BEFORE) -> list[Problem]:
    assert before in base
    return undeclared(graph.build(spec(base)), graph.build(spec(base.replace(before, after))))


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("kg: decimal", "weight: decimal", "data_contracts.entities.lot.fields.weight"),
        ("{name: Sale,", "{name: Deal,", "data_contracts.entities.deal"),
        ("name: P\n", "name: Labels\n", "workflows.pipelines.labels"),
        ("name: Weigh", "name: Check weight", "workflows.pipelines.p.steps.check_weight"),
        ("name: Never empty", "name: No empty lots", "safety.guardrails.no_empty_lots"),
    ],
)
def test_a_node_like_one_that_is_gone_is_asked_about(before: str, after: str, path: str) -> None:
    base = BEFORE.replace("it.kg", "it.kg2").replace("l.kg", "l.kg2") if "kg:" in before else BEFORE
    (problem,) = found(before, after, base=base)
    assert (problem.code, problem.path) == ("spec/undeclared-rename", path)
    assert problem.place is not None
    assert "was: " in problem.hint
    assert "reserved:" in problem.hint


def test_saying_which_it_was_answers() -> None:
    assert found("{name: Sale,", "{name: Deal, was: Sale,") == []
    assert found("{name: Sale,", "{name: Deal, was: sale,") == []
    both = BEFORE.replace("{name: Sale,", "{name: Deal,") + "reserved: [data_contracts.entities.sale]\n"
    assert undeclared(graph.build(spec(BEFORE)), graph.build(spec(both))) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("note: text", "seen: bool"),
        (", note: text", ""),
        ("Print]", "Print, Post]"),
        (
            "{name: Sale, fields: {id: text key, lot: ref Lot, day: date}}",
            "{name: Van, fields: {plate: text key, seats: int}}",
        ),
        ("kg: decimal", "kg: int"),
    ],
)
def test_other_changes_are_not(before: str, after: str) -> None:
    assert found(before, after) == []


def test_what_was_reserved_before_does_not_come_back_by_dropping_the_line() -> None:
    base = BEFORE + "reserved: [data_contracts.entities.van]\n"
    problems = found(
        "reserved: [data_contracts.entities.van]",
        "x-none: 1",
        base=base.replace("    - {name: Sale", "    - Cart\n    - {name: Sale"),
    )
    assert problems == []
    after = BEFORE.replace("    - {name: Sale", "    - Van\n    - {name: Sale")
    (problem,) = undeclared(graph.build(spec(base)), graph.build(spec(after)))
    assert (problem.code, problem.path) == ("spec/reserved-id", "data_contracts.entities.van")
