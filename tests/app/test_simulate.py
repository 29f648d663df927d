"""Two versions run on the same data, and what comes out differently is told and recorded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from factory_git.app import simulate
from factory_git.app.context import open_context
from factory_git.app.simulate import Options, Result
from factory_git.app.simulate_cases import Asked
from factory_git.core.errors import AgentFailed, NotFound, SpecError, UsageError
from factory_git.executors import browser, database
from tests.app.deployments import CUSTOMERS, GROWN, ORDERS, Shop, make_shop
from tests.conftest import Git

DAY = {"day": "2026-06-09"}


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = make_shop(tmp_path, git, monkeypatch, tmp_path_factory.getbasetemp())
    (made.path / "data").mkdir()
    (made.path / "data" / "customer.csv").write_text(CUSTOMERS)
    (made.path / "data" / "order.csv").write_text(ORDERS)
    return made


def run(shop: Shop, *, args: dict[str, str] | None = None, worlds: int = 0, **options: Any) -> list[Result]:
    ctx = open_context(shop.path)
    asked = Asked(args=DAY if args is None else args, worlds=worlds, seed=options.pop("seed", 0))
    given: dict[str, Any] = {"pictures": False, "record": False, "asked": asked} | options
    try:
        return simulate.run(ctx, Options(**given))
    finally:
        ctx.ledger.close()


def one(shop: Shop, **options: Any) -> Result:
    (result,) = run(shop, **options)
    return result


def test_what_a_gate_blocks_is_told_row_by_row(shop: Shop) -> None:
    shop.edit(GROWN[2])
    result = one(shop)
    assert result.data is not None
    assert result.summary() == ("weight_gate: 1 of 3 Bill rows blocked (before: none)", "Bill: 1 row gone")
    assert [dict(row) for row in result.data.rows[0].gone] == [{"order": "o2", "kg": "1.5"}]


def test_without_a_change_of_meaning_there_is_nothing_to_simulate(shop: Shop) -> None:
    shop.edit(("factory: 1\n", "factory: 1\n# a comment\n"))
    assert run(shop) == []


def test_revisions_and_the_point_where_they_part(shop: Shop) -> None:
    base = shop.commit("data")
    shop.git("switch", "-q", "-c", "topic")
    shop.grow(GROWN[2], GROWN[0])
    shop.git("switch", "-q", "-")
    shop.edit(("title: Shop", "title: Other"))
    shop.commit("elsewhere")
    result = one(shop, base="HEAD", head="topic", parted=True)
    assert result.labels[0].startswith(base[:12])
    assert "Bill: 1 row gone" in result.summary()


def test_the_copy_is_migrated_for_the_newer_version(shop: Shop) -> None:
    shop.edit(*GROWN)
    result = one(shop)
    assert result.data is not None
    assert result.data.shape == ("Order.note: no longer there", "Order.paid: a new field")
    assert result.data.of("Order") == (0, 0, 0)


def test_data_that_does_not_fit_is_told_with_its_row(shop: Shop) -> None:
    shop.edit(("kg: {type: decimal, min: 0}", "kg: {type: decimal, min: 2}"))
    result = one(shop)
    assert "does not fit the newer version" in result.summary()[0]
    assert "Order.kg of o2: 1.50 is less than 2" in result.summary()[0]
    assert simulate.exit_code([result]) == 1


def test_a_guardrail_that_stops_runs_is_told(shop: Shop) -> None:
    rail = '    - {name: Light, always: "Bill.all(b, b.kg < 5)", on_break: abort}\n'
    shop.edit(("safety:\n  guardrails:\n", f"safety:\n  guardrails:\n{rail}"))
    said = one(shop).summary()
    assert said[0] == "1 of 1 runs are stopped by a guardrail (before: 0)"
    assert said[1] == "safety.guardrails.light breaks in 1 of 1 runs (before: 0)"


def test_a_database_is_copied_and_never_written(shop: Shop, tmp_path: Path) -> None:
    shop.deploy()
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-01")
    real = shop.path / "shop.db"
    database.copy(shop.target / "data" / "app.db", real)
    before = hashlib.sha256(real.read_bytes()).hexdigest()
    shop.edit(*GROWN)
    result = one(shop, args={}, data=real)
    assert result.source == str(real)
    assert "Bill: 1 row gone" in result.summary()
    assert any("as it was last run (1 time)" in note for note in result.notes)
    assert hashlib.sha256(real.read_bytes()).hexdigest() == before
    assert not list(shop.path.glob("shop.db-*"))


def test_what_is_deployed_is_the_real_data(shop: Shop) -> None:
    shop.deploy()
    shop.load(order="id,customer,kg\no1,c1,1\no2,c1,1\n", customer=CUSTOMERS)
    shop.edit(GROWN[2])
    result = one(shop)
    assert result.source == "the deployed database"
    assert "weight_gate: 2 of 2 Bill rows blocked (before: none)" in result.summary()


def test_data_that_does_not_fit_the_older_version_is_told(shop: Shop) -> None:
    (shop.path / "data" / "order.csv").write_text("id,customer,kg\no1,c9,1\n")
    shop.edit(GROWN[2])
    result = one(shop)
    assert result.data is not None
    assert result.data.unfit == 1
    assert any("data does not fit the older version" in note and "c9" in note for note in result.notes)


def test_changes_that_are_only_in_a_write_ahead_log_count(shop: Shop, tmp_path: Path) -> None:
    import sqlite3

    shop.deploy()
    shop.load()
    real = tmp_path / "own.db"
    database.copy(shop.target / "data" / "app.db", real)
    writer = sqlite3.connect(real)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO \"order\" (id, customer, kg, _made_by) VALUES ('o7', 'c1', '1', 'load')")
    writer.commit()
    shop.edit(GROWN[2])
    result = one(shop, data=real)
    writer.close()
    assert "weight_gate: 2 of 4 Bill rows blocked (before: none)" in result.summary()


def test_without_arguments_a_pipeline_is_left_out_and_says_what_it_wants(shop: Shop) -> None:
    shop.edit(*GROWN)
    result = one(shop, args={})
    assert "billing is not run on the data: say --arg day=…" in result.notes


def test_days_are_taken_from_the_data(shop: Shop) -> None:
    shop.edit(("note: text?}", "note: text?, due: date?}"))
    shop.promote()
    (shop.path / "data" / "order.csv").write_text("id,customer,kg,due\no1,c1,1,2026-05-04\no2,c1,3,2026-05-06\n")
    shop.edit(GROWN[2])
    result = one(shop, args={})
    assert result.data is not None
    assert (result.data.cases, result.data.first) == (7, "day 2026-05-06")
    assert any("2026-05-06 to 2026-05-12, a week from the newest date" in note for note in result.notes)


def test_generated_worlds_differ_and_the_same_seed_gives_the_same(shop: Shop) -> None:
    shop.edit(GROWN[2])
    first, again, other = (one(shop, worlds=12, seed=seed) for seed in (0, 0, 1))
    assert first.worlds is not None
    assert first.worlds.cases == 12
    assert 0 < first.worlds.differing < 12
    assert json.dumps(first.as_json()) == json.dumps(again.as_json())
    assert first.as_json()["worlds"] != other.as_json()["worlds"]


def test_it_is_recorded_with_long_lists_beside_it(shop: Shop) -> None:
    many = "id,customer,kg\n" + "".join(f"o{n},c1,1\n" for n in range(60))
    (shop.path / "data" / "order.csv").write_text(many)
    shop.edit(GROWN[2])
    result = one(shop, record=True)
    (record,) = shop.records("simulation")
    assert record.id == result.record
    said = record.payload
    assert said["title"] == "simulation of shop 1.0.0 → 1.0.0: weight_gate: 60 of 60 Bill rows blocked (before: none)"
    bill = said["differences"]["data"]["entities"]["Bill"]
    assert (bill["gone"], len(bill["rows"]["gone"])) == (60, 5)
    whole = json.loads(shop_blob(shop, str(said["all"])))
    assert len(whole["data"]["entities"]["Bill"]["rows"]["gone"]) == 60


def shop_blob(shop: Shop, oid: str) -> bytes:
    ctx = open_context(shop.path)
    data = ctx.ledger.blob(oid)
    ctx.ledger.close()
    return data


def test_nothing_is_recorded_where_that_is_asked(shop: Shop) -> None:
    shop.edit(GROWN[2])
    assert one(shop).record == ""
    assert shop.records("simulation") == []


def test_only_panels_that_look_different_are_named(shop: Shop) -> None:
    shop.edit(GROWN[2], GROWN[0])
    assert one(shop).panels == ("bills",), "not the other one, although the version at its foot is another"


def test_personal_data_is_in_no_page_and_no_record(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def shoot(program: str, pages: dict[str, str]) -> dict[str, bytes]:
        seen.extend(pages.values())
        return dict.fromkeys(pages, b"png")

    monkeypatch.setattr(browser, "find", lambda: "chromium")
    monkeypatch.setattr(browser, "shoot", shoot)
    shop.edit(("shows: [Customer]", "shows: [Customer, Order]"))
    result = one(shop, pictures=True, record=True)
    assert [picture.panel for picture in result.pictures] == ["people"]
    assert seen
    assert not any("ana@example.com" in page for page in seen)
    (record,) = shop.records("simulation")
    assert "ana@example" not in json.dumps(record.payload, default=str)
    (before, after) = record.payload["pictures"]["people"]
    assert shop_blob(shop, before) == shop_blob(shop, after) == b"png"


def test_without_a_browser_that_is_said_in_one_line(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find", lambda: "")
    shop.edit(GROWN[2])
    result = one(shop, pictures=True)
    assert simulate.NO_BROWSER in result.notes
    assert result.pictures == ()


@pytest.mark.skipif(not browser.find(), reason="there is no Chromium here")
def test_panels_are_pictured_before_and_after(shop: Shop) -> None:
    shop.edit(GROWN[2])
    (picture,) = one(shop, pictures=True).pictures
    assert picture.before.startswith(b"\x89PNG")
    assert picture.after.startswith(b"\x89PNG")
    assert picture.before != picture.after


def test_code_that_people_wrote_is_run(shop: Shop) -> None:
    """A hole is filled with the code that lies in each version's tree."""
    hole = "        - {name: Round up, was: nothing}\n"
    shop.edit((GROWN[2][0], GROWN[2][0] + hole.replace(", was: nothing", "")))
    shop.promote()
    stub = shop.path / "shop" / "bound" / "billing_round_up.py"
    text = stub.read_text()
    stub.write_text(text[: text.index("    raise")] + "    world.bill[:] = world.bill[:1]\n")
    shop.promote()
    shop.edit(GROWN[0])
    stub.write_text(text[: text.index("    raise")] + "    world.bill[:] = world.bill[:2]\n")
    assert "Bill: 1 row new" in one(shop).summary()


def test_an_application_that_hangs_is_ended(shop: Shop) -> None:
    shop.edit((GROWN[2][0], GROWN[2][0] + "        - {name: Wait}\n"))
    shop.promote()
    stub = shop.path / "shop" / "bound" / "billing_wait.py"
    stub.write_text(stub.read_text().replace("    raise", "    while True:\n        pass\n    raise"))
    shop.edit(GROWN[0])
    with pytest.raises(AgentFailed, match="time-out"):
        one(shop, asked=Asked(args=DAY, worlds=0, timeout=1.5))


def test_a_version_that_is_not_valid_is_named(shop: Shop) -> None:
    shop.edit(("each: Order, make: Bill", "each: Nothing, make: Bill"))
    with pytest.raises(SpecError, match="the working tree"):
        run(shop)


def test_what_is_asked_for_and_not_there_is_named(shop: Shop, tmp_path: Path) -> None:
    shop.edit(GROWN[2])
    with pytest.raises(NotFound, match=r"no .*nothing\.db"):
        one(shop, data=tmp_path / "nothing.db")
    with pytest.raises(UsageError, match="no pipeline asks for 'week'"):
        one(shop, args={"week": "1"})
    with pytest.raises(NotFound, match="'bakery' is neither a revision nor a spec"):
        run(shop, specs=("bakery",))
    with pytest.raises(NotFound, match="no pipeline 'bake'"):
        one(shop, asked=Asked(pipelines=("bake",), worlds=0))
