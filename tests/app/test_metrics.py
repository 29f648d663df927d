"""What a deployed application counts of itself, and what becomes of it: by version, in the ledger, as a desire."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from factory_git.app import lineage, metrics
from factory_git.app.context import open_context
from factory_git.core.errors import NotFound
from factory_git.executors.counting import counts
from factory_git.growth.metrics import Count, fold, from_payload, united
from tests.app.deployments import GROWN, SPEC, Shop
from tests.conftest import Git

COUNTING = SPEC + "deployment: {metrics: table}\n"


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    from factory_git.engine.phases import validate
    from tests.app.deployments import passes

    monkeypatch.setattr(validate, "prove", passes)
    path = tmp_path / "shop"
    path.mkdir()
    git("init", "-q", "-b", "main", cwd=path)
    shop = Shop(path, git)
    (path / "factory.yaml").write_text(COUNTING)
    (path / ".gitignore").write_text("__pycache__/\n")
    shop.promote()
    shop.deploy()
    return shop


def _run(shop: Shop, **options: object) -> metrics.Result:
    ctx = open_context(shop.path)
    result = metrics.run(ctx, metrics.Options(**options))  # type: ignore[arg-type]
    ctx.ledger.close()
    return result


def test_runs_panels_and_broken_guardrails_are_counted_by_version(shop: Shop) -> None:
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-09")
    shop.app("show", "bills")
    shop.app("show", "bills")
    shop.load(order="id,customer,kg,note\no1,c1,700,\n", customer="id,name,email\nc1,Ana,\n")
    shop.app("run", "billing", "--day", "2026-06-09", ok=False)
    [first] = _run(shop).metrics.versions
    assert first.version == "1.0.0"
    assert first.runs == {"billing": {"done": 1, "aborted": 1}}
    assert first.panels == {"bills": {"seen": 2}}
    assert first.guardrails == {"safety.guardrails.no_huge_order": {"abort": 1}}
    assert (first.judged, first.broken("safety.guardrails.no_huge_order")) == (2, 1)


def test_versions_are_told_apart_and_nothing_counts_twice_after_a_deployment(shop: Shop) -> None:
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-09")
    shop.grow(*GROWN)
    shop.deploy()
    for _ in range(2):
        shop.app("run", "billing", "--day", "2026-06-09")
    found = _run(shop).metrics
    assert [(one.version, one.runs) for one in found.versions] == [
        ("1.0.0", {"billing": {"done": 1}}),
        ("1.1.0", {"billing": {"done": 2}}),
    ]


def test_a_record_is_written_when_something_is_new(shop: Shop) -> None:
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-09")
    first = _run(shop)
    assert first.record
    assert _run(shop).record == ""
    assert _run(shop, record=False).metrics == first.metrics
    shop.app("show", "people")
    assert _run(shop).record
    written = shop.records("metrics")
    assert len(written) == 2
    assert from_payload(written[0].payload) == first.metrics
    assert written[0].parents == (shop.records("deployment")[-1].id,)


def test_the_lineage_tells_what_each_version_counted(shop: Shop) -> None:
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-09")
    _run(shop)
    ctx = open_context(shop.path)
    [version] = lineage.run(ctx, lineage.Options()).versions
    ctx.ledger.close()
    assert [(variant, one.judged) for variant, one in version.counted] == [("main", 1)]
    assert [one.state for one in version.deployments] == ["deployed"]


def test_an_application_that_is_not_asked_to_counts_nothing(shop: Shop) -> None:
    shop.edit(("deployment: {metrics: table}\n", ""), ("version: 1.0.0", "version: 1.0.1"))
    shop.promote()
    shop.deploy()
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-09")
    assert shop.sql("SELECT 1 FROM sqlite_master WHERE name = '_gf_metric'") == []
    with pytest.raises(NotFound, match="counted nothing yet") as caught:
        _run(shop)
    assert "metrics: table" in caught.value.hint


def test_a_file_beside_the_database_counts_as_well(shop: Shop) -> None:
    shop.edit(("metrics: table", "metrics: file"), ("version: 1.0.0", "version: 1.0.1"))
    shop.promote()
    shop.deploy()
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-09")
    path = next((shop.target / "releases").glob("*/app.db.metrics.jsonl"))
    with path.open("a") as file:
        file.write('{"day": "2026-')
    [only] = [one for one in _run(shop).metrics.versions if one.version == "1.0.1"]
    assert only.runs == {"billing": {"done": 1}}, "a line that was cut off is passed over"
    assert "c1" not in path.read_text()


def test_a_count_that_cannot_be_stored_stops_nothing(shop: Shop) -> None:
    shop.load()
    with closing(sqlite3.connect(shop.target / "data" / "app.db")) as db:
        db.execute('CREATE VIEW "_gf_metric" AS SELECT 1')
        db.commit()
    shop.app("run", "billing", "--day", "2026-06-09")
    assert len(shop.rows("bill")) == 3


def test_a_desire_is_made_from_what_was_counted(shop: Shop) -> None:
    shop.load(order="id,customer,kg,note\no1,c1,700,\n", customer="id,name,email\nc1,Ana,\n")
    shop.app("run", "billing", "--day", "2026-06-09", ok=False)
    ctx = open_context(shop.path)
    result = metrics.run(ctx, metrics.Options())
    made = metrics.wish(ctx, result, "no_huge_order")
    assert made.desire.why == "it broke 1 times in 1 runs and actions of 1.0.0"
    assert ctx.ledger.get(made.record).payload["text"] == "No huge order: break less often"
    with pytest.raises(NotFound, match="nothing was counted of 'bills'"):
        metrics.wish(ctx, result, "bills")
    ctx.ledger.close()


def test_nowhere_deployed_is_said(repo: Path) -> None:
    (repo / "factory.yaml").write_text(SPEC)
    with pytest.raises(NotFound, match=r"shop \(main\) is not deployed here"):
        metrics.run(open_context(repo), metrics.Options())


def test_counts_of_copies_are_united_by_the_highest() -> None:
    def count(n: int, day: str = "2026-06-09") -> Count:
        return Count(day=day, version="1", kind="run", what="x", outcome="done", count=n)

    assert united([[count(2)], [count(5)], [count(1, "2026-06-10")]]) == [count(5), count(1, "2026-06-10")]
    odd = Count(day="2026-06-09", version="1", kind="later", what="x", outcome="y", count=1)
    assert fold([count(2), odd]).versions[0].runs == {"x": {"done": 2}}
    assert counts(Path("/nowhere/app.db")) == []


def test_what_a_user_sees(shop: Shop) -> None:
    shop.load()
    shop.app("run", "billing", "--day", "2026-06-09")

    def call(*args: str) -> str:
        command = [sys.executable, "-m", "factory_git", "metrics", *args]
        return subprocess.run(command, cwd=shop.path, capture_output=True, text=True, check=True).stdout

    assert "1.0.0: 1 runs and actions judged\n  run        billing: 1 done\n" in call("--dry-run")
    data = json.loads(call("--json"))
    assert data["versions"][0]["runs"] == {"billing": {"done": 1}}
    assert data["record"]
