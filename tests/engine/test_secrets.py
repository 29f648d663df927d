"""A secret in what an agent or a command says stops no run and is in no record; runs without one are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory_git.app.context import open_context
from factory_git.app.doctor import run as doctor
from factory_git.core.errors import InvalidInput
from factory_git.engine.phases import validate
from tests.engine.fakes import SPEC, WRITE_GOOD, Git, Shop, make_shop
from tests.engine.test_kill import proves
from tests.ledger.secret_samples import SAMPLES, split

TOKEN = split(SAMPLES[1][1])[1]
SAYS = f"print('I use {TOKEN} now'); print('and {TOKEN}', file=sys.stderr)\n"


@pytest.fixture
def shop(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(validate, "prove", proves)
    return make_shop(tmp_path / "shop", git, monkeypatch)


def everything(shop: Shop) -> str:
    """Every byte of the ledger: trees, records, contents, messages."""
    tip = "refs/factory/ledger"
    names = [line.split()[2] for line in shop.git("ls-tree", "-r", tip).splitlines()]
    return "\n".join([shop.git("log", "--format=%B", tip), *(shop.git("cat-file", "blob", name) for name in names)])


def test_a_transcript_is_masked_and_its_blob_named(shop: Shop) -> None:
    assert shop.run(agent=shop.agent(WRITE_GOOD + SAYS)).specs[0].outcome == "converged"
    (record,) = shop.records("implement")
    transcript = shop.blob(record.payload["transcript"])
    assert transcript.count("[secret: github-token]") == 2
    assert "I use [secret: github-token] now" in transcript
    assert record.payload["masked"] == 2
    assert TOKEN not in everything(shop)


def test_what_a_done_command_prints_is_masked(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "prove", proves)
    spec = SPEC + f"done:\n  - \"echo 'token is {TOKEN}' && false\"\n"
    shop = make_shop(tmp_path / "shop", git, monkeypatch, spec)
    shop.run(agent=shop.agent(WRITE_GOOD), max_iterations=1)
    (record,) = shop.records("done")
    assert record.payload["commands"][0]["stdout"] == "token is [secret: github-token]"
    assert record.payload["masked"] == 3, "the command twice (the base fails, too), and its output"
    assert TOKEN not in everything(shop)


def test_what_is_allowed_by_the_committed_list_stays(shop: Shop) -> None:
    shop.commit({".factory/secrets.allow": "github-token content/* a made-up one, for documentation\n"})
    shop.run(agent=shop.agent(WRITE_GOOD + SAYS))
    (record,) = shop.records("implement")
    assert TOKEN in shop.blob(record.payload["transcript"])
    assert "masked" not in record.payload


def test_a_list_that_is_not_committed_allows_nothing(shop: Shop) -> None:
    (shop.path / ".factory").mkdir(exist_ok=True)
    (shop.path / ".factory" / "secrets.allow").write_text("github-token * mine alone\n")
    ctx = open_context(shop.path)
    ctx.ledger.register("note", {"type": "object"})
    with pytest.raises(InvalidInput, match="looks like a secret"):
        ctx.ledger.put("note", {"text": TOKEN})


def test_it_can_be_switched_off_and_doctor_says_so(shop: Shop) -> None:
    def codes() -> list[str]:
        return [one.code for looked in doctor.run(open_context(shop.path)) for one in looked.troubles]

    assert "doctor/scan-off" not in codes()
    shop.git("config", "factory.scan", "off")
    assert "doctor/scan-off" in codes()
    shop.run(agent=shop.agent(WRITE_GOOD + SAYS))
    assert TOKEN in shop.blob(shop.records("implement")[0].payload["transcript"])


def test_doctor_names_the_malformed_line_of_the_list(shop: Shop) -> None:
    shop.commit({".factory/secrets.allow": "# none\ngithub-token *\n"})
    (trouble,) = (
        one for looked in doctor.run(open_context(shop.path)) for one in looked.troubles if one.code == "secrets/allow"
    )
    assert "no reason (line 2)" in trouble.message


def test_a_run_holds_nothing_that_looks_like_a_secret(shop: Shop) -> None:
    shop.run(agent=shop.agent("print('nothing done')\n"), max_iterations=2)
    shop.run(agent=shop.agent(WRITE_GOOD))
    scanner = open_context(shop.path).scanner
    text = everything(shop).encode()
    assert len(text) > 5000
    assert scanner.mask(text) == (text, 0)
    assert not [record for record in shop.records() if "masked" in record.payload]
