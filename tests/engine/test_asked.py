"""A scenario's own `test:`: run once, judged once, recorded once, and nothing that shows nothing passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory_git.engine.phases import validate
from factory_git.engine.phases.asked import is_id
from tests.engine.fakes import BOUND_FILE, GOOD, SPEC, Git, Shop, make_shop
from tests.engine.test_kill import proves

MINE = """\
import pytest

def test_right(answer):
    assert answer == 42
    assert answer != 41

def test_hollow():
    pass

def test_wrong():
    assert 1 == 2
"""
FIXTURE = "import pytest\n\n@pytest.fixture\ndef answer():\n    return 42\n"


@pytest.fixture
def make(tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Shop]:
    monkeypatch.setattr(validate, "prove", proves)

    def build(test: str) -> Shop:
        shop = make_shop(tmp_path / "shop", git, monkeypatch, SPEC + f"  - {{name: My own, test: {test!r}}}\n")
        shop.commit({BOUND_FILE: GOOD, "mine/test_mine.py": MINE, "mine/conftest.py": FIXTURE})
        return shop

    return build


def told(shop: Shop) -> dict[str, Any]:
    """What the record says of the scenario."""
    (found,) = (t for t in shop.records("validate")[-1].payload["tests"] if t["scenario"] == "acceptance.my_own")
    return dict(found)


def test_an_id_is_run_with_its_fixtures_and_its_assertions_count(make: Callable[[str], Shop]) -> None:
    shop = make("mine/test_mine.py::test_right")
    one = shop.run().specs[0]
    assert (one.outcome, one.tests, one.passed) == ("converged", 2, 2)
    assert (told(shop)["outcome"], told(shop)["assertions"]) == ("passed", 2)


@pytest.mark.parametrize(("name", "outcome"), [("test_hollow", "hollow"), ("test_wrong", "failed")])
def test_an_id_that_shows_nothing_or_fails_does_not_converge(
    make: Callable[[str], Shop], name: str, outcome: str
) -> None:
    shop = make(f"mine/test_mine.py::{name}")
    assert shop.run().specs[0].outcome == "not converged"
    assert told(shop)["outcome"] == outcome


@pytest.mark.parametrize("name", ["mine/test_mine.py::test_no", "mine/test_no.py::test_right"])
def test_an_id_that_matches_nothing_is_an_error_by_name(make: Callable[[str], Shop], name: str) -> None:
    one = make(name).run().specs[0]
    assert one.outcome == "error"
    assert name in one.reason
    assert "`test:`" in one.hint


def test_a_command_is_run_once_and_is_one_assertion(make: Callable[[str], Shop], tmp_path: Path) -> None:
    shop = make(f"sh -c 'echo ran >> {tmp_path / 'log'}'")
    one = shop.run().specs[0]
    assert (one.outcome, one.tests, one.assertions) == ("converged", 2, 2)
    assert told(shop)["outcome"] == "passed"
    assert (tmp_path / "log").read_text() == "ran\n"


def test_a_command_that_the_compiler_wrote_a_test_for_is_still_run_once(tmp_path: Path, git: Git) -> None:
    repo = tmp_path / "real"
    repo.mkdir()
    git("init", "-q", cwd=repo)
    (repo / "factory.yaml").write_text(
        "factory: 1\napp: {id: shop}\ndata_contracts: {entities: [{name: Item, fields: {id: text key}}]}\n"
        f"acceptance: [{{name: My own, test: \"sh -c 'echo ran >> {tmp_path / 'log'}'\"}}]\n"
    )
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "spec", cwd=repo)
    shop = Shop(repo, git)
    one = shop.run().specs[0]
    assert (one.outcome, one.tests, one.assertions) == ("converged", 1, 1)
    assert told(shop)["test"] == "tests/test_acceptance.py::test_my_own"
    assert (tmp_path / "log").read_text() == "ran\n"


def test_ids_and_commands_are_told_apart() -> None:
    assert is_id("tests/test_x.py::test_y[a]")
    assert is_id("tests/test_x.py")
    assert not is_id("python3 tests/test_x.py")
    assert not is_id("./check.sh")
