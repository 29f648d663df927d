"""desire, plan, apply and status as they are typed: data and talk apart, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from factory_git.cli.main import run
from factory_git.growth.morph.morph import read
from tests.app.farm import WISH, Farm, Git, quick
from tests.app.test_plan import COLD


@pytest.fixture
def farm(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Farm:
    made = quick(Farm(tmp_path / "farm", git), monkeypatch)
    monkeypatch.chdir(made.path)
    return made


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_whole_way_as_json(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "desire", *WISH.split(), "--json")
    assert (code, err) == (0, ""), "words need no quotes"
    wish = json.loads(out)
    assert (wish["app"], wish["open"], wish["files"]) == ("farmer", [], ["factory.yaml"])
    code, out, err = call(capsys, "plan", "--json")
    assert (code, err) == (0, "")
    plan = json.loads(out)
    assert (plan["planned"], plan["level"]) == (True, "policy")
    code, out, err = call(capsys, "apply", plan["record"], "--json")
    assert (code, err) == (0, "")
    done = json.loads(out)
    assert (done["outcome"], done["commit"]) == ("applied", farm.git("rev-parse", "main"))
    code, out, err = call(capsys, "status", "--json")
    assert (code, err) == (0, "")
    (status,) = json.loads(out)
    (one,) = status["states"]["done"]
    assert (one["id"], one["application"], one["note"]) == (wish["record"], done["record"], "applied")


def test_a_plan_on_standard_output_is_a_morph_file(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    farm.desire(WISH)
    code, out, err = call(capsys, "plan")
    assert code == 0
    assert read(out.encode(), "out").desire == WISH
    assert "git factory apply" in err
    Path("wish.yaml").write_text(out)
    assert call(capsys, "apply", "wish.yaml", "--dry-run")[0] == 0


def test_what_is_open_exits_1_and_what_is_forbidden_4(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "desire", COLD)
    assert (code, "no field, source or term says 'cold chain'" in out) == (0, True)
    code, out, _ = call(capsys, "plan")
    assert (code, "cold chain" in out) == (1, True)
    call(capsys, "desire", "remove the PHI gate")
    code, out, err = call(capsys, "plan")
    assert (code, out) == (4, "")
    assert "gate-removed" in err
    code, out, err = call(capsys, "plan", "--json")
    assert (code, out) == (4, "")
    assert json.loads(err)["error"]["code"] == "identity/forbidden"


def test_a_stale_morph_exits_5_with_what_moved(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    farm.desire(WISH)
    morph = farm.plan().record
    farm.edit("    - {name: Brief, shows: [Forecast]}", "    - {name: Brief, shows: [Forecast, Alert]}")
    code, out, err = call(capsys, "apply", morph)
    assert (code, out) == (5, "")
    assert "panel-shows-more interface.panels.brief" in err
    assert f"git factory plan {morph[:12]}" in err
    _, out, _ = call(capsys, "status")
    assert "stale" in out
    assert f"next: git factory plan {morph[:10]}" in out


def test_desires_are_listed(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    farm.desire(COLD)
    _, out, _ = call(capsys, "desire", "--list")
    assert COLD in out
    assert "open: never, ship greens, broke, cold chain" in out
    _, out, _ = call(capsys, "desire", "--list", "--json")
    assert [one["payload"]["text"] for one in json.loads(out)] == [COLD]
    assert call(capsys, "desire", "--list", "more")[0] == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("desire",), 2),
        (("plan", "nothing"), 3),
        (("apply", "nothing"), 3),
        (("apply",), 2),
        (("status", "nothing"), 3),
    ],
)
def test_what_makes_no_sense_is_said(
    farm: Farm, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    got, out, err = call(capsys, *words)
    assert (got, out) == (code, "")
    assert err.startswith("error: ")
    assert "hint: " in err
    assert farm.git("status", "--porcelain") == ""


def test_a_desire_that_is_applied_already_is_said_to_whoever_names_it(
    farm: Farm, capsys: pytest.CaptureFixture[str]
) -> None:
    wish = farm.desire(WISH).record
    code, _, err = call(capsys, "apply", wish)
    assert (code, f"git factory plan {wish}" in err) == (3, True)
