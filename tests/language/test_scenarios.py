"""Scenarios as real applications need them."""

from __future__ import annotations

from pathlib import Path

from factory_git.spec.load import load
from factory_git.spec.model import Source
from tests.compiler.support import application, run

SHOP = """
factory: 1
app: {id: shop}
identity: {purpose: Sell}
data_contracts:
  entities:
    - {name: Box, fields: {id: text key}}
    - {name: Sale, fields: {id: text key, box: ref Box}}
interface:
  actions:
    - {name: Sell, on: Box, args: {id: text}, make: Sale, set: {id: act.id, box: it.id}}
acceptance:
  - name: Sold
    given: {Box: [[id], [b1]]}
    when: [{act: sell, on: b1, actor: A, day: 2026-01-01, id: s1}]
    then: ['Sale.exists(s, s.id == "s1")']
"""


def test_an_argument_of_an_action_may_be_called_id() -> None:
    spec = load([Source(path="factory.yaml", content=SHOP.encode())])
    assert spec.scenarios[0].when[0]["id"] == "s1"


DESK = """
factory: 1
app: {id: desk}
identity: {purpose: Answer}
data_contracts:
  entities:
    - {name: Ticket, fields: {id: text key, opened: date, closed: date?, cost: int}}
    - {name: Late, made: true, fields: {ticket: ref Ticket}}
workflows:
  pipelines:
    - name: Watch
      trigger: {args: {day: date}}
      steps:
        - {name: Find, each: Ticket, where: it.closed == null && it.opened < run.day, make: Late, set: {ticket: it.id}}
interface:
  actions:
    - {name: Spend, on: Ticket, args: {cost: int}, set: {cost: it.cost + act.cost}}
safety:
  guardrails:
    - {name: Closed after opened, always: "Ticket.all(t, t.closed == null || t.closed >= t.opened)"}
    - {name: Opened before, always: "Ticket.all(t, t.opened <= run.day)"}
    - {name: Cheap, always: "Ticket.all(t, t.cost <= 100)"}
acceptance:
  - name: A guardrail refuses an action and a run
    given: {Ticket: [[id, opened, cost], [a, 2026-06-01, 90]]}
    when:
      - {act: spend, on: a, cost: 20, day: 2026-06-02, refused: true}
      - {act: spend, on: a, cost: 10, day: 2026-06-02}
      - {run: watch, day: 2026-05-30, refused: true}
      - {run: watch, day: 2026-06-02}
    then: ["Ticket[0].cost == 100", "size(Late) == 1"]
  - name: Only open tickets are late
    forall: {Ticket: 2, runs: 60}
    when: {run: watch, day: any}
    then: ["Late.all(l, l.ticket.closed == null)"]
"""


def test_what_a_guardrail_refuses_changes_nothing_and_what_breaks_one_is_not_drawn(tmp_path: Path) -> None:
    with application(DESK, tmp_path):
        done = run("pytest", "-q", "tests/test_acceptance.py", cwd=tmp_path)
    assert "2 passed" in done.stdout
    assert run("mypy", "--strict", "desk", "tests", cwd=tmp_path).stdout.startswith("Success")
    assert run("ruff", "check", ".", cwd=tmp_path).returncode == 0
    allowed = DESK.replace("cost: 20", "cost: 10").replace(
        "- {act: spend, on: a, cost: 10, day: 2026-06-02}\n", "- {run: watch, day: 2026-06-02}\n"
    )
    with application(allowed, tmp_path / "allowed"):
        done = run("pytest", "-q", "tests/test_acceptance.py", cwd=tmp_path / "allowed")
    assert "DID NOT RAISE" in done.stdout
