"""simulate, deploy and rollback as they are typed: what is printed where, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory_git.cli.main import run
from tests.app.deployments import Shop, deployed, make_shop
from tests.conftest import Git


@pytest.fixture
def live(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    base = tmp_path_factory.getbasetemp()
    shop = deployed(make_shop(tmp_path, git, monkeypatch, base), base)
    monkeypatch.chdir(shop.path)
    return shop


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_deploy_and_rollback_say_what_they_did(live: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "deploy")
    assert code == 0, err
    assert out.startswith("shop 1.0.0 → 1.1.0: deployed\n  at ")
    assert "gate-inserted" in out
    assert "run it: python " in err
    code, out, err = call(capsys, "rollback", "1.0.0")
    assert code == 0, err
    assert out.startswith("shop 1.1.0 → 1.0.0: rolled back\n")
    assert err.startswith("lost: Order.paid: 3 values\nback: Order.note: 2 values\n")


def test_json_is_all_that_is_on_standard_output(live: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "deploy", "--json", "--dry-run")
    said = json.loads(out)
    assert (code, said["state"], said["version"], err) == (0, "would deploy", "1.1.0", "")
    call(capsys, "deploy", "--json")
    code, out, _ = call(capsys, "rollback", "1.0.0", "--json", "--dry-run")
    assert json.loads(out)["lost"] == ["Order.paid: 3 values"]
    code, out, err = call(capsys, "rollback", "0.1.0", "--json")
    assert (code, out, json.loads(err)["error"]["code"]) == (3, "", "rollback/unknown")


def test_simulate_prints_a_summary_and_the_rows(live: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("simulate", "HEAD~2..HEAD", "--arg", "day=2026-06-09", "--worlds", "3", "--no-pictures", "--no-record")
    code, out, err = call(capsys, *words)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0].startswith("shop 1.0.0 → 1.1.0  HEAD~2 (")
    assert "on the data (the deployed database): 1 of 1 case differ" in lines
    assert "  weight_gate: 1 of 3 Bill rows blocked (before: none)" in lines
    assert "      - order o2, kg 1.5" in lines
    again = call(capsys, *words)[1]
    assert again == out


def test_pictures_are_written_where_they_are_wanted(
    live: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from factory_git.executors import browser

    monkeypatch.setattr(browser, "find", lambda: "chromium")
    monkeypatch.setattr(browser, "shoot", lambda _, pages: dict.fromkeys(pages, b"png"))
    call(capsys, "simulate", "HEAD~2", "HEAD", "--worlds", "0", "--arg", "day=2026-06-09", "--pictures", "pics")
    assert sorted(p.name for p in Path("pics").iterdir()) == ["shop-bills-after.png", "shop-bills-before.png"]


def test_a_morph_is_simulated_by_its_file(live: Shop, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    morph = tmp_path / "heavy.yaml"
    morph.write_text(
        "desire: heavy orders only\nops:\n"
        "  - {insert_gate: heavy_gate, after: make_bills, in: billing, gate: Bill, keep: it.kg >= 5}\n"
    )
    before = live.spec_files()
    code, out, err = call(capsys, "simulate", str(morph), "--arg", "day=2026-06-09", "--worlds", "0", "--no-pictures")
    assert code == 0, err
    assert "heavy_gate: 2 of 3 Bill rows blocked (before: none)" in out
    assert live.spec_files() == before, "nothing is edited"
    assert live.records("simulation")[0].parents == ()


def test_nothing_to_simulate_is_said(live: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "simulate")
    assert (code, out) == (0, "")
    assert "nothing to simulate" in err


def test_exit_1_where_the_data_does_not_fit(live: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    live.edit(("kg: {type: decimal, min: 0}", "kg: {type: decimal, min: 2}"))
    code, out, _ = call(capsys, "simulate", "--worlds", "0", "--no-pictures", "--no-record")
    assert code == 1
    assert "the data does not fit the newer version" in out
    live.promote()
    code, out, err = call(capsys, "deploy")
    assert (code, out) == (1, "")
    assert "Order.kg of o2" in err
