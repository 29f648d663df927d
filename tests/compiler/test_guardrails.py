"""``guardrails.py``: what always holds, asked of the runs that can answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from factory_git.compiler.python import guardrails
from tests.compiler import application
from tests.expr.farm import farmer, messages, spec

RULES = """\
factory: 1
app: {id: rules}
data_contracts:
  entities:
    - {name: Item, fields: {id: text key, qty: int, due: date}}
workflows:
  pipelines:
    - {name: Daily, trigger: {args: {day: date}}, steps: [{name: think}]}
    - {name: Limited, trigger: {args: {limit: int, day: date}}, steps: [{name: think}]}
    - {name: Plain, steps: [{name: think}]}
safety:
  guardrails:
    - {name: Not negative, always: 'Item.all(i, i.qty >= 0)'}
    - {name: Not late, always: 'Item.all(i, i.due >= run.day)', on_break: alert}
    - {name: Not many, always: 'Item.all(i, i.qty <= run.limit || i.due > run.day)'}
    - Be kind
"""


@dataclass(frozen=True, slots=True)
class Daily:
    day: dt.date


@dataclass(frozen=True, slots=True)
class Limited:
    limit: int
    day: dt.date


DAY = dt.date(2026, 6, 5)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return application.write(spec(RULES), tmp_path_factory.mktemp("rules"), "rules_app")


def _broken(home: Path, run: object, *items: tuple[int, dt.date]) -> list[Any]:
    rows = [{"id": str(n), "qty": qty, "due": due} for n, (qty, due) in enumerate(items)]
    world = application.world(spec(RULES), home, {"Item": rows})
    return list(application.load(home, "guardrails").check(world, run))


def test_nothing_is_broken_where_all_holds(home: Path) -> None:
    assert _broken(home, Limited(3, DAY), (1, DAY), (3, DAY)) == []


def test_what_is_broken_is_told_in_the_order_of_the_spec(home: Path) -> None:
    broken = _broken(home, Limited(0, DAY), (-1, DAY), (1, dt.date(2026, 1, 1)))
    assert [(b.name, b.path, b.on_break) for b in broken] == [
        ("Not negative", "safety.guardrails.not_negative", "abort"),
        ("Not late", "safety.guardrails.not_late", "alert"),
        ("Not many", "safety.guardrails.not_many", "abort"),
    ]


def test_a_guardrail_is_asked_only_of_runs_that_have_its_arguments(home: Path) -> None:
    items = ((9, dt.date(2026, 1, 1)),)
    assert [b.name for b in _broken(home, Daily(DAY), *items)] == ["Not late"]
    assert _broken(home, SimpleNamespace(), *items) == []
    assert [b.name for b in _broken(home, SimpleNamespace(), (-1, DAY))] == ["Not negative"]


def test_prose_is_listed_as_not_executed() -> None:
    assert "Nothing executes yet: Be kind" in guardrails.emit(spec(RULES))


def test_a_spec_without_guardrails_breaks_none(tmp_path: Path) -> None:
    bare = spec("factory: 1\napp: {id: none}\n")
    home = application.write(bare, tmp_path, "bare_app")
    assert application.load(home, "guardrails").check(application.world(bare, home, {}), object()) == []


def test_an_argument_that_pipelines_do_not_agree_on_is_no_name() -> None:
    wrong = spec(RULES.replace("{limit: int, day: date}", "{limit: int, day: text}"))
    assert [m.split(" (")[0] for m in messages(wrong)] == ["run has no field 'day'", "run has no field 'day'"]


def test_the_farmers_guardrails_catch_what_they_are_for(tmp_path: Path) -> None:
    farm = farmer()
    home = application.write(farm, tmp_path, "farm_rails")
    spray = {"block_id": "b1", "product": "Neem", "date": dt.date(2026, 6, 5), "phi_days": 7}
    taken = {"contract_id": "c1", "block_id": "b1", "sku": "s", "qty": Decimal(30), "price": Decimal(1)}
    rows = {"SprayEvent": [spray], "Allocation": [taken]}
    rows["Forecast"] = [{"block_id": "b1", "sku": "s", "qty": Decimal(20)}]
    check = application.load(home, "guardrails").check
    world = application.world(farm, home, rows)
    assert [b.path.split(".")[-1] for b in check(world, SimpleNamespace(date=dt.date(2026, 6, 9)))] == [
        "no_harvest_from_phi_locked_blocks",
        "never_oversell_a_block",
    ]
    assert [b.path.split(".")[-1] for b in check(world, SimpleNamespace(date=dt.date(2026, 6, 16)))] == [
        "never_oversell_a_block"
    ]
