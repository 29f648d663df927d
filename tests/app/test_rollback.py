"""Back to an earlier deployment: code, data, and the spec on the branch by a commit on top."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app import deployment_steps, init
from factory_git.app.deployment_losses import Losses
from factory_git.app.deployment_target import Target
from factory_git.core.errors import Conflict, Negative, NotFound, UsageError
from factory_git.engine.phases import validate
from factory_git.executors import database
from tests.app.deployments import CUSTOMERS, SPEC, Shop, deployed, killed, make_shop, passes
from tests.app.test_deploy import SOAK
from tests.conftest import Git

BEFORE = ("claimed", "rehearsal", "staging", "copy", "migration", "name", "switch")
AFTER = ("smoke", "close", "along", "record", "done")


@pytest.fixture
def live(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """1.0 was deployed and has data, then 1.1."""
    base = tmp_path_factory.getbasetemp()
    return deployed(make_shop(tmp_path, git, monkeypatch, base), base, twice=True)


def test_data_code_and_spec_are_as_they_were(live: Shop) -> None:
    first = Target(live.target).all()[0]
    result = live.rollback("1.0.0")
    assert (result.previous, result.version, result.state) == ("1.1.0", "1.0.0", "rolled_back")
    assert live.version() == "1.0.0"
    assert database.content(live.target / "data" / "app.db") == database.content(first.database)
    assert (live.path / "factory.yaml").read_text() == SPEC
    assert not list((live.path / "migrations").glob("0002*"))
    assert live.git("status", "--porcelain") == ""


def test_history_is_added_to(live: Shop) -> None:
    before = live.git("rev-parse", "HEAD")
    result = live.rollback("1.0.0")
    assert live.git("rev-parse", "HEAD^") == before
    assert live.git("rev-parse", "HEAD") == result.revert
    message = live.git("log", "-1", "--format=%B")
    assert message.startswith("Roll shop back from 1.1.0 to 1.0.0")
    assert "Factory-Spec: shop" in message
    assert live.deploy().state == "unchanged", "what HEAD has is what stands"


def test_it_is_recorded_as_a_deployment_that_came_from_both(live: Shop) -> None:
    result = live.rollback("1.0.0")
    one, two, three = live.records()
    assert three.id == result.record
    assert set(three.parents) == {one.id, two.id}
    said = three.payload
    assert (said["state"], said["version"], said["previous_version"], said["back_to"]) == (
        "rolled_back", "1.0.0", "1.1.0", one.id,
    )  # fmt: skip
    assert said["spec_digest"] == one.payload["spec_digest"]


def test_a_deployment_is_named_by_its_id_too(live: Shop) -> None:
    assert live.rollback(live.records()[0].id[:10]).version == "1.0.0"


def test_rows_written_since_stay_and_what_is_lost_is_said_before(live: Shop) -> None:
    live.load(customer=CUSTOMERS, order="id,customer,kg,paid\no1,c1,3,false\no2,c1,1.5,true\no9,c2,8,true\n")
    told: list[Losses] = []

    def tell(said: Losses) -> None:
        assert live.version() == "1.1.0", "before anything is done"
        told.append(said)

    result = live.rollback("1.0.0", tell=tell)
    assert result.losses.lost == ("Order.paid: 3 values",)
    assert told == [result.losses]
    assert [row["id"] for row in live.rows("Order")] == ["o1", "o2", "o9"]


def test_what_was_archived_comes_back(live: Shop) -> None:
    said = live.rollback("1.0.0").losses
    assert said.restored == ("Order.note: 2 values",)
    assert [row["note"] for row in live.rows("Order")] == ["by hand", None, "late"]


def test_the_database_that_is_left_stays_as_a_backup(live: Shop) -> None:
    result = live.rollback("1.0.0")
    left = live.target / result.backup
    assert database.applied(left) == ("0001_init", *result.migrations)


def test_a_dry_run_says_it_and_changes_nothing(live: Shop) -> None:
    before = live.dump(), live.here, sorted(live.target.rglob("*")), live.git("for-each-ref"), live.spec_files()
    result = live.rollback("1.0.0", dry_run=True)
    assert (result.state, result.version) == ("would roll back", "1.0.0")
    assert result.losses.lost == ("Order.paid: 3 values",)
    assert "factory.yaml" in result.paths
    assert before == (
        live.dump(),
        live.here,
        sorted(live.target.rglob("*")),
        live.git("for-each-ref"),
        live.spec_files(),
    )


def test_the_branch_is_left_alone_where_that_is_asked(live: Shop) -> None:
    before = live.git("rev-parse", "HEAD")
    result = live.rollback("1.0.0", data_only=True)
    assert (result.revert, live.git("rev-parse", "HEAD"), live.version()) == ("", before, "1.0.0")
    assert live.deploy().version == "1.1.0", "HEAD has the newer version: it can be deployed again"
    assert live.version() == "1.1.0"


def test_other_changes_on_the_branch_stay(live: Shop) -> None:
    (live.path / "NOTES").write_text("mine\n")
    live.commit("notes")
    live.rollback("1.0.0")
    assert (live.path / "NOTES").read_text() == "mine\n"
    assert (live.path / "factory.yaml").read_text() == SPEC


def test_after_a_roll_back_the_newer_version_can_be_deployed_again(live: Shop) -> None:
    live.rollback("1.0.0")
    live.git("revert", "--no-edit", "HEAD")
    live.run()
    assert live.deploy().version == "1.1.0"
    assert [row["id"] for row in live.rows("Order")] == ["o1", "o2", "o3"]
    assert live.states()[-1] == ("1.1.0", "deployed")


# What is refused.


def test_local_changes_in_the_way_are_refused(live: Shop) -> None:
    live.edit(("title: Shop", "title: My shop"))
    before = live.dump()
    with pytest.raises(Negative, match=r"local changes.*\n  factory\.yaml") as caught:
        live.rollback("1.0.0")
    assert caught.value.code == "rollback/dirty"
    assert (live.dump(), live.version()) == (before, "1.1.0")
    assert "My shop" in (live.path / "factory.yaml").read_text()


def test_local_changes_elsewhere_stay(live: Shop) -> None:
    (live.path / "scratch.txt").write_text("x")
    live.rollback("1.0.0")
    assert (live.path / "scratch.txt").read_text() == "x"


def test_what_stands_there_already_is_refused(live: Shop) -> None:
    with pytest.raises(UsageError, match="stands there already"):
        live.rollback("1.1.0")


def test_an_unknown_version_is_told_which_there_are(live: Shop) -> None:
    with pytest.raises(NotFound, match=r"no deployment '0\.9'") as caught:
        live.rollback("0.9")
    assert "1.0.0 (" in caught.value.hint


def test_another_release_than_the_ledger_says_is_refused(live: Shop) -> None:
    target = Target(live.target)
    target.switch(target.all()[0])
    with pytest.raises(Conflict, match=r"the ledger says that 1\.1\.0 .* and there stands shop 1\.0\.0"):
        live.rollback("1.0.0")


def test_what_came_on_the_branch_since_is_not_taken_back_unasked(live: Shop) -> None:
    live.grow(("title: Shop", "title: Our shop"), ("version: 1.1.0", "version: 1.1.1"))
    head = live.git("rev-parse", "HEAD")
    with pytest.raises(Conflict, match=r"main has moved on since shop 1\.1\.0 .*\n(.*\n)*  factory\.yaml") as caught:
        live.rollback("1.0.0")
    assert "--data-only" in caught.value.hint
    assert (live.version(), live.git("rev-parse", "HEAD")) == ("1.1.0", head)


def test_a_branch_without_what_stands_there_is_left_alone(live: Shop) -> None:
    live.git("switch", "-q", "-c", "old", "HEAD~2")
    with pytest.raises(Conflict, match="old does not have it"):
        live.rollback("1.0.0")


def test_a_detached_head_needs_the_branch_left_out(live: Shop) -> None:
    live.git("checkout", "-q", "--detach")
    with pytest.raises(UsageError, match="no branch") as caught:
        live.rollback("1.0.0")
    assert "--data-only" in caught.value.hint
    assert live.rollback("1.0.0", data_only=True).version == "1.0.0"


def test_a_way_back_that_fails_changes_nothing(live: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> tuple[str, ...]:
        raise Negative("no way back", code="deploy/migration-down")

    monkeypatch.setattr(deployment_steps, "down", fails)
    before = live.dump(), live.here, live.git("rev-parse", "HEAD")
    with pytest.raises(Negative, match="no way back"):
        live.rollback("1.0.0")
    assert before == (live.dump(), live.here, live.git("rev-parse", "HEAD"))
    assert live.records()[-1].payload["state"] == "failed"


# Deaths.


@pytest.mark.parametrize("step", BEFORE + AFTER if SOAK else ("name", "along", "record"))
def test_killed_at_any_step_it_stands_whole_and_the_next_one_goes_on(live: Shop, step: str) -> None:
    before = live.dump()
    assert killed(lambda: live.rollback("1.0.0"), f"rollback:{step}")
    switched = step in AFTER
    assert live.version() == ("1.0.0" if switched else "1.1.0")
    if switched:
        with pytest.raises(UsageError, match="stands there already"):
            live.rollback("1.0.0")
    else:
        assert live.dump() == before
        live.rollback("1.0.0")
    assert live.version() == "1.0.0"
    assert live.states()[-1] == ("1.0.0", "rolled_back")
    assert [state for _, state in live.states()].count("rolled_back") == 1
    assert (live.path / "factory.yaml").read_text() == SPEC
    assert live.git("status", "--porcelain") == ""
    assert live.half_made == []


def test_nothing_deployed_is_told(tmp_path: Path, live: Shop) -> None:
    with pytest.raises(NotFound, match="nothing is deployed at"):
        live.rollback("1.0.0", to=tmp_path / "nowhere")


# The farmer, whole.


def test_the_farmer_goes_from_one_version_to_the_next_and_back(
    tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field more, a field less, a gate: deployed on filled tables, run, and taken back."""
    monkeypatch.setattr(validate, "prove", passes)
    monkeypatch.setattr(deployment_steps, "prove", passes)
    place = tmp_path / "farm"
    init.run(place, template="farmer")
    farm = Shop(place, git, "farmer")
    farm.promote()
    farm.deploy()
    farm.app("load", str(place / "data"))
    farm.app("run", "contract_allocation", "--date", "2026-06-09")
    tables = list(database.counts(farm.target / "data" / "app.db"))
    before, spec = {name: farm.rows(name) for name in tables}, farm.spec_files()
    farm.grow(
        ("version: 1.0.0", "version: 1.1.0"),
        ("cultivar: text?", "organic: {type: bool, default: false}"),
        ('        - name: "Allocate to', f'{FARM_GATE}        - name: "Allocate to'),
    )
    farm.deploy()
    assert [row["organic"] for row in farm.rows("Block")] == [0] * 35
    farm.app("run", "contract_allocation", "--date", "2026-06-09")
    assert min(float(row["qty"]) for row in farm.rows("Forecast")) >= 1
    farm.rollback("1.0.0")
    assert farm.spec_files() == spec
    farm.app("run", "contract_allocation", "--date", "2026-06-09")
    assert {name: farm.rows(name) for name in tables} == before


FARM_GATE = "        - {name: Size gate, gate: Forecast, keep: it.qty >= 1}\n"
