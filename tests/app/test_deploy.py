"""A version is brought to where it runs, data and all, or everything is as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from factory_git.app import deployment_steps
from factory_git.app import run as app_run
from factory_git.app.deployment_target import Target
from factory_git.core import points
from factory_git.core.errors import Conflict, Forbidden, Negative, NotFound, UsageError
from factory_git.executors import database
from factory_git.executors.acceptance import Proven, TestResult
from tests.app.deployments import ORDERS, Shop, deployed, killed, make_shop
from tests.conftest import Git

BEFORE = ("claimed", "staging", "rehearsal", "copy", "migration", "name", "switch")
AFTER = ("smoke", "close", "along", "record", "done")
SOAK = bool(os.environ.get("FACTORY_SOAK"))


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(tmp_path, git, monkeypatch, tmp_path_factory.getbasetemp())


@pytest.fixture
def live(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """1.0 is deployed and has data; 1.1 is promoted."""
    return deployed(shop, tmp_path_factory.getbasetemp())


def test_the_first_deployment_runs(shop: Shop) -> None:
    result = shop.deploy()
    assert (result.state, result.version, result.migrations) == ("deployed", "1.0.0", ("0001_init",))
    assert shop.version() == "1.0.0"
    shop.load()
    assert [row["id"] for row in shop.rows("Order")] == ["o1", "o2", "o3"]
    assert (shop.target / "data" / "app.db").resolve() == shop.target / "releases" / result.release / "app.db"


def test_rows_are_kept_and_the_new_version_runs_on_them(live: Shop) -> None:
    result = live.deploy()
    assert (result.previous, result.version, result.rehearsed) == ("1.0.0", "1.1.0", True)
    assert live.version() == "1.1.0"
    orders = live.rows("Order")
    assert [(row["id"], row["kg"], row["paid"]) for row in orders] == [
        ("o1", "3", 0),
        ("o2", "1.50", 0),
        ("o3", "7", 0),
    ]
    live.app("run", "billing", "--day", "2026-06-09")
    assert [row["kg"] for row in live.rows("Bill")] == ["3", "7"], "the new gate"


def test_a_deployment_is_recorded_with_what_it_did_and_came_from(live: Shop) -> None:
    result = live.deploy()
    first, second = live.records()
    said = second.payload
    assert (said["state"], said["previous_version"], said["version"]) == ("deployed", "1.0.0", "1.1.0")
    assert said["commit"] == live.git("rev-parse", "HEAD")
    assert said["migrations"] == list(result.migrations) != []
    assert {m["id"] for m in said["mutations"]} >= {"field-removed", "gate-inserted"}
    promotion = live.records("promotion")[-1]
    assert set(second.parents) == {first.id, promotion.id}
    backup = live.target / said["backup"]
    assert database.applied(backup) == ("0001_init",), "the database as it was"


def test_what_stands_there_is_not_deployed_again(live: Shop) -> None:
    live.deploy()
    again = live.deploy()
    assert again.state == "unchanged"
    assert live.states() == [("1.0.0", "deployed"), ("1.1.0", "deployed")]


def test_the_target_is_remembered(live: Shop) -> None:
    assert live.deploy(to=None).target == live.target


def test_without_a_target_it_is_asked_for(shop: Shop) -> None:
    with pytest.raises(UsageError, match="not known where to") as caught:
        shop.deploy(to=None)
    assert "--to" in caught.value.hint


def test_a_dry_run_changes_nothing(live: Shop) -> None:
    before = live.dump(), live.here, sorted(live.target.rglob("*")), live.git("rev-parse", "refs/factory/ledger")
    result = live.deploy(dry_run=True)
    assert (result.state, result.version) == ("would deploy", "1.1.0")
    assert len(result.migrations) == 1
    assert before == (
        live.dump(),
        live.here,
        sorted(live.target.rglob("*")),
        live.git("rev-parse", "refs/factory/ledger"),
    )


def test_a_database_to_begin_with_is_copied(shop: Shop, live: Shop, tmp_path: Path) -> None:
    own = tmp_path / "own.db"
    database.copy(live.target / "data" / "app.db", own)
    before = own.read_bytes()
    live.target = tmp_path / "other"
    live.deploy(database=own)
    assert len(live.rows("Order")) == 3
    live.app("run", "billing", "--day", "2026-06-09")
    assert own.read_bytes() == before


# What is refused.


def test_drifted_code_is_refused(live: Shop) -> None:
    live.edit(("it.kg", "it.kg + 1"), file="shop/pipelines/billing.py")
    live.commit("by hand")
    with pytest.raises(Negative, match=r"shop/pipelines/billing\.py") as caught:
        live.deploy()
    assert caught.value.code == "deploy/drift"
    assert live.version() == "1.0.0"


def test_code_that_no_run_promoted_is_refused(shop: Shop, git: Git) -> None:
    shop.git("update-ref", "-d", "refs/factory/ledger")
    with pytest.raises(Negative, match="nothing proves") as caught:
        shop.deploy()
    assert not shop.target.exists(), "nothing was begun"
    assert (caught.value.code, caught.value.hint) == ("deploy/unpromoted", "git factory run")


def test_a_change_beside_the_application_does_not_unprove_it(live: Shop) -> None:
    (live.path / "NOTES").write_text("hello\n")
    live.commit("notes")
    assert live.deploy().state == "deployed"


def test_a_version_that_did_not_come_from_what_stands_there_is_refused(live: Shop) -> None:
    live.deploy()
    live.git("reset", "-q", "--hard", "HEAD~2")
    live.grow(("version: 1.0.0", "version: 1.0.1"), ("title: Shop", "title: Other shop"))
    with pytest.raises(Conflict, match=r"1\.1\.0 .* stands there.*does not come from it") as caught:
        live.deploy()
    assert caught.value.code == "deploy/stale"
    assert live.version() == "1.1.0"


def test_what_somebody_else_deployed_is_not_overrun(live: Shop, tmp_path: Path) -> None:
    ledger = live.git("rev-parse", "refs/factory/ledger")
    live.deploy()
    live.git("update-ref", "refs/factory/ledger", ledger)
    with pytest.raises(Conflict, match="whose ledger is not known here") as caught:
        live.deploy()
    assert caught.value.code == "deploy/moved"


def test_a_target_that_was_put_back_by_hand_is_noticed(live: Shop) -> None:
    live.deploy()
    first = Target(live.target).all()[0]
    Target(live.target).switch(first)
    with pytest.raises(Conflict, match=r"the ledger says that 1\.1\.0"):
        live.deploy()


def test_another_applications_target_is_refused(live: Shop) -> None:
    live.edit(("id: shop", "id: bakery"))
    live.promote()
    with pytest.raises(Conflict, match=r"where shop \(main\) lives"):
        live.deploy()


def test_a_folder_with_something_else_in_it_is_refused(shop: Shop) -> None:
    shop.target.mkdir()
    (shop.target / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        shop.deploy()
    assert [p.name for p in shop.target.iterdir()] == ["mine.txt"]


def test_a_target_that_cannot_be_written_changes_nothing(shop: Shop) -> None:
    with pytest.raises(OSError, match="/proc"):
        shop.deploy(to=Path("/proc/nowhere"))
    assert shop.records() == []


def test_what_identity_forbids_is_not_deployed(live: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_run, "judge", lambda *_: None)  # which would not have let it be promoted
    live.grow(("purpose: Orders and bills", "purpose: Gambling"))
    with pytest.raises(Forbidden, match="purpose-changed") as caught:
        live.deploy()
    assert caught.value.exit_code == 4
    assert live.version() == "1.0.0"


# What cannot be taken back.


@pytest.fixture
def final(live: Shop) -> Shop:
    """1.1 deletes what is past its term, too."""
    live.grow(("safety:\n", "deployment: {retention: {Order: 30d}}\nsafety:\n"))
    return live


def test_what_deletes_for_good_is_to_be_confirmed(final: Shop) -> None:
    assert final.deploy(dry_run=True).irreversible
    before = final.dump()
    for said in ({}, {"confirm": "yes"}, {"ask": lambda text, why: "shop"}):
        with pytest.raises(UsageError, match="cannot be brought back") as caught:
            final.deploy(**said)
        assert caught.value.hint == "git factory deploy --confirm shop-1.1.0"
    assert (final.dump(), final.version()) == (before, "1.0.0")
    asked: list[str] = []

    def ask(text: str, why: str) -> str:
        asked.append(why)
        return text

    result = final.deploy(ask=ask)
    assert (result.state, result.rehearsed) == ("deployed", False)
    assert "Order" in asked[0], "what is deleted is named"
    with pytest.raises(UsageError, match="stays gone"):
        final.rollback("1.0.0")
    assert final.rollback("1.0.0", confirm="shop-1.0.0").version == "1.0.0"


# Variants.


def test_a_variant_has_a_target_and_a_lineage_of_its_own(live: Shop, tmp_path: Path) -> None:
    live.deploy(variant="Demo", to=tmp_path / "demo")
    assert live.version() == "1.0.0"
    last = live.records()[-1]
    assert (last.payload["variant"], last.payload["version"], last.payload["previous_version"]) == ("demo", "1.1.0", "")
    assert live.deploy(variant="demo", to=None).state == "unchanged"
    with pytest.raises(Conflict, match=r"where shop \(demo\) lives"):
        live.deploy(to=tmp_path / "demo")


def test_a_variant_that_the_spec_does_not_name_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFound, match="no variant 'beta'") as caught:
        shop.deploy(variant="beta")
    assert "demo, main" in caught.value.hint or "main, demo" in caught.value.hint


# Failures change nothing.


def unchanged(shop: Shop, before: Sequence[str], step: str) -> None:
    assert shop.dump() == list(before)
    assert shop.version() == "1.0.0"
    last = shop.records()[-1].payload
    assert (last["state"], last["failed_at"], last["version"]) == ("failed", step, "1.1.0")
    assert shop.half_made == []


def test_rows_that_do_not_fit_stop_it(live: Shop) -> None:
    live.edit(("kg: {type: decimal, min: 0}", "kg: {type: decimal, min: 2}"))
    live.promote()
    before = live.dump()
    with pytest.raises(Negative, match=r"does not fit.*\n.*Order\.kg of o2: 1\.50") as caught:
        live.deploy()
    assert caught.value.code == "deploy/migration"
    unchanged(live, before, "rehearsal")
    assert "Order.kg" in live.records()[-1].payload["reason"]


def test_a_guardrail_that_stored_rows_break_stops_it_with_the_rows(live: Shop) -> None:
    rail = '    - {name: Small orders only, always: "Order.all(o, o.kg < 5)", on_break: abort}\n'
    live.edit(("safety:\n  guardrails:\n", f"safety:\n  guardrails:\n{rail}"))
    live.promote()
    before = live.dump()
    with pytest.raises(Negative, match="Small orders only") as caught:
        live.deploy()
    assert caught.value.code == "deploy/guardrail"
    assert "Order: id o3" in caught.value.message
    assert "o1" not in caught.value.message, "only the rows that break it"
    unchanged(live, before, "rehearsal")


def test_a_failing_acceptance_test_stops_it(live: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(root: Path, package: str, tests: Sequence[str], *, timeout: float, own: bool = False) -> Proven:
        results = tuple(TestResult(test=t, outcome="failed", assertions=1, seconds=0) for t in tests)
        return Proven(results=results, problem="", completed=None, seconds=0.0)

    monkeypatch.setattr(deployment_steps, "prove", fails)
    before = live.dump()
    with pytest.raises(Negative, match="acceptance tests fail"):
        live.deploy()
    unchanged(live, before, "rehearsal")


def test_a_way_back_that_loses_something_stops_it(live: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    down = deployment_steps.down

    def lossy(app: object, db: Path, count: int) -> tuple[str, ...]:
        names = down(app, db, count)  # type: ignore[arg-type]
        import sqlite3

        with sqlite3.connect(db) as connection:
            connection.execute("UPDATE \"order\" SET note = NULL WHERE id = 'o1'")
        connection.close()
        return names

    monkeypatch.setattr(deployment_steps, "down", lossy)
    before = live.dump()
    with pytest.raises(Negative, match="does not bring the data back: order"):
        live.deploy()
    unchanged(live, before, "rehearsal")


def test_a_release_that_does_not_run_after_the_switch_is_switched_back(
    live: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    smoke = deployment_steps.smoke

    def broken(app: object, db: Path) -> None:
        if "releases/0002" in str(db):
            raise Negative("it does not start", code="deploy/smoke")
        smoke(app, db)  # type: ignore[arg-type]

    monkeypatch.setattr(deployment_steps, "smoke", broken)
    before = live.dump()
    with pytest.raises(Negative, match="does not start"):
        live.deploy()
    unchanged(live, before, "smoke")
    monkeypatch.setattr(deployment_steps, "smoke", smoke)
    assert live.deploy().state == "deployed"
    assert live.here.startswith("0003"), "the number of the failed one is not given again"


# Deaths, and others at work.


@pytest.mark.parametrize("step", BEFORE + AFTER if SOAK else ("rehearsal", "name", "smoke", "record"))
def test_killed_at_any_step_the_old_or_the_new_version_runs_and_the_next_deployment_repairs(
    live: Shop, step: str
) -> None:
    before = live.dump()
    assert killed(live.deploy, f"deploy:{step}")
    switched = step in AFTER
    assert live.app("--version").strip() == ("1.1.0" if switched else "1.0.0")
    assert "(3)" in live.app("show", "Order")
    if not switched:
        assert live.dump() == before
    result = live.deploy()
    assert result.version == "1.1.0"
    assert result.state == ("unchanged" if switched else "deployed")
    assert live.states() == [("1.0.0", "deployed"), ("1.1.0", "deployed")]
    assert live.version() == "1.1.0"
    assert live.half_made == []
    assert live.records()[-1].id == Target(live.target).all()[-1].record


def test_who_waited_to_write_to_the_old_database_is_told_that_it_was_replaced(live: Shop) -> None:
    old = live.target / "releases" / live.here
    argv = [sys.executable, "-m", "shop", "--db", str(old / "app.db"), "run", "billing", "--day", "2026-06-10"]
    ready, answer = threading.Event(), []

    def write() -> None:
        ready.wait(20)
        done = subprocess.run(argv, cwd=old, capture_output=True, text=True, check=False)
        answer.append((done.returncode, done.stderr))

    waiting = threading.Thread(target=write)
    waiting.start()
    with points.listening(lambda name: ready.set() if name == "deploy:copy" else None):
        live.deploy()
    waiting.join(60)
    assert answer[0][0] == 1
    assert "was replaced by 0002" in answer[0][1]


def test_one_deployment_at_a_time(live: Shop) -> None:
    seen: list[BaseException] = []

    def second(name: str) -> None:
        if name == "deploy:migration":
            with pytest.raises(Conflict, match="another deployment to") as caught:
                live.deploy()
            seen.append(caught.value)

    with points.listening(second):
        live.deploy()
    assert f"process {os.getpid()}" in str(seen[0])
    assert live.version() == "1.1.0"


def test_what_is_written_until_the_switch_is_kept(live: Shop) -> None:
    """Rows that come while the rehearsal runs are in the new release."""

    def load(name: str) -> None:
        if name == "deploy:rehearsal":
            live.load(order=ORDERS + "o4,c2,9,\n")

    with points.listening(load):
        live.deploy()
    assert [row["id"] for row in live.rows("Order")] == ["o1", "o2", "o3", "o4"]


def test_where_no_links_can_be_made_a_file_names_the_release(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(self: Path, target: str, target_is_directory: bool = False) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", no_links)
    result = shop.deploy()
    assert (shop.target / "current").read_text() == f"{result.release}\n"
    shop.load()
    shop.grow()
    assert shop.deploy().version == "1.1.0"
    assert "(3)" in shop.app("show", "Order")
    assert shop.app("--version").strip() == "1.1.0"
