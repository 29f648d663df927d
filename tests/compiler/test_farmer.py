"""The farmer spec compiles unchanged to an application that is formatted, typed, proven, and right."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from factory_git.compiler.compile import compile_spec
from factory_git.compiler.files import Compilation
from tests.compiler.support import App, application, farmer, run, write

D = Decimal


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    return compile_spec(farmer())


@pytest.fixture(scope="module")
def root(compilation: Compilation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(compilation, tmp_path_factory.mktemp("farmer"))


def test_every_file_of_the_format_page_is_there(compilation: Compilation) -> None:
    wanted = {
        ".factory/lock.json",
        "farmer/__init__.py",
        "farmer/py.typed",
        "farmer/model.py",
        "farmer/terms.py",
        "farmer/guardrails.py",
        "farmer/pipelines/contract_allocation.py",
        "farmer/kit.py",
        "farmer/store.py",
        "migrations/0001_init/up.sql",
        "migrations/0001_init/down.sql",
        "migrations/0001_init/check.sql",
        "tests/test_acceptance.py",
    }
    assert wanted <= set(compilation.files)
    assert compilation.holes == ()


def test_it_is_formatted_and_clean(root: Path) -> None:
    formatted = run("ruff", "format", "--check", "--isolated", "--no-cache", ".", cwd=root)
    assert formatted.returncode == 0, formatted.stdout
    checked = run("ruff", "check", "--isolated", "--no-cache", ".", cwd=root)
    assert checked.returncode == 0, checked.stdout


def test_it_is_typed(root: Path, tmp_path: Path) -> None:
    checked = run("mypy", "--strict", "--cache-dir", str(tmp_path), "farmer", "tests", cwd=root)
    assert checked.returncode == 0, checked.stdout


def test_its_acceptance_tests_pass(root: Path, compilation: Compilation) -> None:
    done = run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=root)
    assert done.returncode == 0, done.stdout
    assert f"{len(compilation.proofs)} passed" in done.stdout


@pytest.fixture(scope="module")
def app(compilation: Compilation, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with application(farmer(), tmp_path_factory.mktemp("app"), compilation) as found:
        yield found


def world_of_the_first_scenario(app: App) -> Any:
    m = app.module("model")
    world = m.World()
    world.buyer += [
        m.Buyer(id="ana", name="Ana Deli", x_km=D(3), y_km=D(4)),
        m.Buyer(id="bo", name="Bo Bistro", x_km=D(1), y_km=D(0)),
    ]
    for id_, buyer, sku, qty, price, day, priority in (
        ("c1", "ana", "basil", 30, 12, "tue", 1),
        ("c2", "bo", "basil", 50, 11, "tue", 2),
        ("c3", "bo", "mint", 10, 9, "fri", 1),
    ):
        world.contract.append(
            m.Contract(
                id=id_,
                buyer=buyer,
                sku=sku,
                qty_per_week=D(qty),
                price_floor=D(price),
                delivery_day=day,
                priority=priority,
            )
        )
    for id_, count in (("b1", 100), ("b2", 80)):
        world.block.append(m.Block(id=id_, crop="herb", sku="basil", plant_count=count, kg_per_plant=D("0.5")))
    world.spray_event.append(m.SprayEvent(block_id="b1", product="Neem", date=dt.date(2026, 6, 5), phi_days=7))
    world.market.append(m.Market(id="stall", sku="basil", price=D(8), capacity=D(25)))
    return world


def test_on_a_locked_day_the_results_are_those_of_the_format_page(app: App) -> None:
    world = world_of_the_first_scenario(app)
    assert app.run(world, "contract_allocation", date=dt.date(2026, 6, 9)) == []
    assert [f.block_id for f in world.forecast] == ["b2"]
    assert [(a.contract_id, a.block_id, a.qty) for a in world.allocation] == [("c1", "b2", D(30)), ("c2", "b2", D(10))]
    assert [(s.contract_id, s.qty) for s in world.shortfall] == [("c2", D(40))]
    assert [(a.subject, a.reason) for a in world.alert] == [("b1", "PHI locked")]


def test_when_the_lock_has_ended_the_results_are_those_of_the_format_page(app: App) -> None:
    world = world_of_the_first_scenario(app)
    app.run(world, "contract_allocation", date=dt.date(2026, 6, 16))
    assert world.shortfall == []
    assert world.alert == []
    assert sum(lot.qty for lot in world.surplus_lot) == 10
    assert {(i.buyer, i.amount) for i in world.invoice} == {("ana", D(360)), ("bo", D(550))}
    assert [(d.seq, d.contract_id) for d in world.delivery] == [(1, "c2"), (2, "c1")]


@pytest.mark.parametrize(
    ("day", "locked"),
    [(4, False), (5, True), (11, True), (12, False)],
    ids=["the day before", "the day itself", "the last day", "the first free day"],
)
def test_the_lock_lasts_from_its_day_for_so_many_days(app: App, day: int, locked: bool) -> None:
    world = world_of_the_first_scenario(app)
    assert app.module("terms").phi_locked(world, "b1", dt.date(2026, 6, day)) is locked


def test_the_same_world_gives_the_same_rows_in_the_same_order(app: App) -> None:
    one, other = world_of_the_first_scenario(app), world_of_the_first_scenario(app)
    other.contract.reverse()
    other.block.reverse()
    other.buyer.reverse()
    for world in (one, other):
        app.run(world, "contract_allocation", date=dt.date(2026, 6, 16))
    assert one.allocation == other.allocation
    assert one.surplus_lot == other.surplus_lot
    assert one.delivery == other.delivery


def test_the_arguments_of_a_run_may_be_used_again(app: App) -> None:
    module = app.module("pipelines.contract_allocation")
    args = module.Args(date=dt.date(2026, 6, 16))
    worlds = [world_of_the_first_scenario(app) for _ in range(2)]
    for world in worlds:
        module.run(world, args)
    assert worlds[0] == worlds[1]


def test_the_lock_says_which_test_proves_what(compilation: Compilation) -> None:
    lock = json.loads(compilation.files[".factory/lock.json"].content)
    proof = lock["proofs"]["tests/test_acceptance.py::test_no_harvest_from_phi_locked_blocks"]
    assert proof == {
        "scenario": "acceptance.no_harvest_from_phi_locked_blocks",
        "covers": [
            "safety.guardrails.no_harvest_from_phi_locked_blocks",
            "workflows.pipelines.contract_allocation.steps.phi_gate",
        ],
    }


def test_personal_data_is_kept_out_of_what_is_printed(app: App) -> None:
    m = app.module("model")
    buyer = m.Buyer(id="ana", name="Ana", email="ana@example.com", x_km=D(1), y_km=D(1))
    assert "ana@example.com" not in repr(buyer)
    with pytest.raises(app.module("kit").Invalid) as caught:
        m.Buyer(id="ana", name="Ana", email=17, x_km=D(1), y_km=D(1))
    assert "17" not in str(caught.value)
    assert "Buyer.email" in str(caught.value)
