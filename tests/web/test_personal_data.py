"""A spec in which personal data loses its mark on the way is refused, with the place; what is no copy is fine."""

from __future__ import annotations

import pytest

from factory_git.core.errors import Problem
from factory_git.spec.check import check
from factory_git.spec.load import load
from factory_git.spec.model import Source

SPEC = """
factory: 1
app: pii
terms:
  called: {{args: {{id: text}}, is: 'Person.filter(p, p.id == id).map(p, p.name)'}}
data_contracts:
  entities:
    - name: Person
      fields: {{id: text key, name: {{type: text, pii: identity}}, mail: {{type: text?, pii: contact}}, age: int}}
    - {{name: Visit, fields: {{id: text key, person: ref Person, day: date}}}}
    - {{name: Note, fields: {{id: text key, text: text}}}}
    - {{name: Line, made: true, fields: {{out: any, mark: {{type: any, pii: identity}}}}}}
workflows:
  pipelines:
    - name: copy
      steps:
        - {step}
interface:
  actions:
    - {{name: Write, on: Visit, make: Note, set: {{id: it.id, text: {text}}}}}
"""
PLAIN = "{name: Copy, each: Visit, make: Line, set: {out: it.id, mark: it.id}}"


def problems(step: str = PLAIN, text: str = "it.id") -> list[Problem]:
    """What is wrong with the spec."""
    found = check(load([Source(path="factory.yaml", content=SPEC.format(step=step, text=text).encode())]))
    return [p for p in found if p.code == "spec/pii-copied"]


def copied(expression: str) -> list[Problem]:
    """What is wrong when a field that is not marked is set to an expression."""
    return problems("{name: Copy, each: Visit, make: Line, set: {out: '" + expression + "', mark: it.id}}")


@pytest.mark.parametrize(
    "expression",
    [
        "it.person.name",
        '"Dear " + it.person.name',
        "it.person.name.upperAscii()",
        "[it.person.name]",
        'it.day > date("2026-01-01") ? it.person.name : "nobody"',
        "called(it.id)[0]",
        "Person.map(p, p.name)",
        "Person.map(p, p.name).filter(n, n != it.id)",
    ],
)
def test_a_copy_must_be_marked(expression: str) -> None:
    (problem,) = copied(expression)
    assert problem.severity == "error"
    assert problem.message == "Line.out is given personal data (identity) and is not marked"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (17, 61)
    assert "pii: identity" in problem.hint


@pytest.mark.parametrize(
    "expression",
    [
        "it.person.age",
        "it.person",
        'it.person.name == "Ada"',
        'it.person.name.contains("A")',
        "size(it.person.name)",
        "size(Person.map(p, p.name))",
        'it.person.name == "Ada" ? "yes" : "no"',
        'Person.filter(p, p.name != "").map(p, p.age)',
    ],
)
def test_what_is_no_copy_need_not_be_marked(expression: str) -> None:
    assert copied(expression) == []


def test_a_marked_field_takes_its_own_class_and_is_warned_of_others() -> None:
    step = "{{name: Copy, each: Visit, make: Line, set: {{out: it.id, mark: it.person.{0}}}}}"
    assert problems(step.format("name")) == []
    (problem,) = problems(step.format("mail"))
    assert (problem.severity, problem.message) == (
        "warning",
        "Line.mark is given personal data (contact) and is marked identity",
    )


def test_the_key_of_a_group_is_a_copy() -> None:
    step = "{name: Copy, group: Person, by: [name], make: Line, set: {out: key.name, mark: 1}}"
    assert [p.severity for p in problems(step)] == ["error"]


def test_an_action_copies_too() -> None:
    (problem,) = problems(text="it.person.name")
    assert problem.path == "interface.actions.write"
